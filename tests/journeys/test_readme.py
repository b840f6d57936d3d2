"""Each figure of the first page is recomputed; it names only what exists; its commands run."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import rattler
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import zoneplan as zp
from zoneplan.text import num, odds, odds_range, pct

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
TEXTS = {lang: page.read_text(encoding="utf-8") for lang, page in PAGES.items()}
# Names that differ between the package index and conda-forge.
CONDA_NAMES = {"matplotlib": "matplotlib-base", "dask": "dask"}
# What a page prints of an amount in 亿元: its scale, its decimals, and how it joins two ends.
AMOUNTS = {"en": (10, 2, "-"), "zh": (1, 1, "～")}


def finding(plan: zp.Plan, lang: str) -> list[str]:
    """The rows of the table of the finding: the headline series, as verdicts and aims have them."""
    made = plan.forecast()
    rows = made.odds().final().merge(made.aims().table(), on="target_id", suffixes=("", "_aim"))
    scale, digits, to = AMOUNTS[lang]
    said = []
    for row in rows[rows["target_id"].isin(headline(plan))].to_dict("records"):
        ends = sorted({num(row[f"even_{base}"] / scale, digits) for base in ("implied", "observed")
                       if row[f"even_{base}"] == row[f"even_{base}"]}, key=float)  # fmt: skip
        cells = [
            plan.name(row["indicator_id"], lang),
            num(row["target"] / scale, digits),
            pct(row["needed_growth"], 1, lang),
            odds_range(row["probability_low"], row["probability_high"], lang),
            to.join(ends),
        ]
        said.append(f"| {' | '.join(cells)} |")
    return said


def headline(plan: zp.Plan) -> set[str]:
    rows = plan.targets
    return set(rows.loc[(rows["group"] == "headline") & (rows["section"] == "annex"), "target_id"])


@pytest.mark.parametrize("lang", TEXTS)
def test_table_of_the_finding_is_the_librarys(plan, lang):
    printed = TEXTS[lang].split("<!-- finding -->\n")[1].split("\n<!-- /finding -->")[0]
    assert printed.splitlines()[2:] == finding(plan, lang)


@pytest.mark.parametrize("lang", TEXTS)
def test_figures_around_it_are_the_librarys(plan, made, lang):
    text = re.sub(r"\s+", " " if lang == "en" else "", TEXTS[lang].replace("\u00a0", " "))
    status = made.promises().table()["status"].value_counts()
    given = int(status[["chance", "range", "bounded"]].sum())
    record, joint = plan.promise_record(), made.joint()
    told, rows = record.facts(lang), record.table().set_index(["method", "era"])
    coin = num(rows.loc[("half", "all"), "brier"], 3)
    together = joint.facts(lang)["all_middle"]
    gdp = made["gdp"].odds(2020).table().iloc[0]
    span = odds_range(gdp["probability_low"], gdp["probability_high"], lang)
    late, early = (odds(float(rows.loc[("odds", era), "met"]), lang)
                   for era in ("from 2012", "before 2012"))  # fmt: skip
    wanted = {
        "en": [
            f"all five are met together is {together}",
            f"{status.sum()} distinct promises {given} have a chance, a range or a bound, "
            f"{status['by_decision']} are kept by administrative decision, {status['settled']} has "
            f"since been settled, and {status['not_assessable']} cannot be assessed",
            f"such as {span}",
            f"{told['cases']} yearly growth targets",
            f"{told['brier']}, where always quoting the share met so far scores {told['rival']} "
            f"and a coin {coin}",
            f"only {late} of those targets were met, against {early} before",
        ],
        "zh": [
            f"同时实现的概率为{together}",
            f"共{status.sum()}项：{given}项给出概率、区间或单侧界限，{status['by_decision']}项由行政决定，"
            f"{status['settled']}项已有结果，{status['not_assessable']}项依据公开数据无法测算",
            f"如{span}",
            f"{told['cases']}个年度增长目标",
            f"布里尔评分为{told['brier']}，若始终以此前的完成比例作答则为{told['rival']}，掷硬币为{coin}",
            f"仅有{late}得以实现，此前为{early}",
        ],
    }  # fmt: skip
    assert [w for w in wanted[lang] if w not in text] == []
    assert str(plan.as_of.year) in text


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_linked_files_exist(page):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    there = [t for t in links if not t.startswith("http")]
    assert len(there) > 10
    assert [t for t in there if not (ROOT / t).exists()] == []


def test_every_notebook_is_described():
    names = {p.name for p in (ROOT / "notebooks").glob("*.ipynb")}
    assert names == set(re.findall(r"\(notebooks/([\w.]+\.ipynb)\)", TEXTS["en"]))


def test_both_pages_have_the_same_commands_and_terms():
    commands = [set(re.findall(r"`((?:make|zoneplan) \w+)", text)) for text in TEXTS.values()]
    assert commands[0] == commands[1]
    counts = {len(re.findall(r"^\d+\. ", text, flags=re.M)) for text in TEXTS.values()}
    assert counts == {10}


def environment() -> tuple[list[str], list[str]]:
    text = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [d for d in text["dependencies"] if isinstance(d, str)]
    pip = next(d["pip"] for d in text["dependencies"] if isinstance(d, dict))
    return conda, pip


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("line", environment()[0])
def test_conda_lines_are_valid(line):
    assert rattler.MatchSpec(line, strict=True).name is not None


def test_environment_is_in_step_with_pyproject():
    conda, pip = environment()
    extras = project()["optional-dependencies"].values()
    wanted = {*project()["dependencies"], *(r for extra in extras for r in extra)}
    listed = set(conda) | set(pip)
    for requirement in wanted:
        name, bound = re.fullmatch(r"([\w.-]+)(?:\[.*\])?(.*)", requirement).groups()
        assert f"{CONDA_NAMES.get(name, name)}{bound}" in listed or requirement in listed
    extra = {"pip", "-e .", f"python{project()['requires-python']}"}
    assert len(listed - extra) == len(wanted)


def test_citation_is_complete():
    card = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version"} <= set(card)
    assert card["version"] == zp.__version__
    assert card["license"] == project()["license"]


def test_locks_name_the_extras_that_packages_ask_of_each_other():
    """An older pip takes a newest version, without a hash, for an extra that the lock lacks."""
    wanted = {}
    for package in metadata.distributions():
        for text in package.requires or ():
            needed = Requirement(text)
            if needed.extras and (needed.marker is None or needed.marker.evaluate({"extra": ""})):
                wanted[canonicalize_name(needed.name)] = needed.extras
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = {
        canonicalize_name(r.name): r.extras
        for r in (Requirement(x.rstrip("\\ ")) for x in lines if x[:1].isalnum())
    }
    assert {"coverage"} <= wanted.keys()
    assert {
        n: sorted(e - locked[n]) for n, e in wanted.items() if n in locked and e - locked[n]
    } == {}
