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


def share(rows, era: str, part: str, lang: str) -> str:
    return odds(float(rows.loc[("plain", era), part]), lang)


@pytest.mark.parametrize("lang", TEXTS)
def test_figures_around_it_are_the_librarys(plan, made, lang):
    text = re.sub(r"\s+", " " if lang == "en" else "", TEXTS[lang].replace("\u00a0", " "))
    n = made.promises().table()["status"].value_counts()
    given = int(n[["chance", "range", "bounded"]].sum())
    rows = plan.promise_record().table().set_index(["method", "era"])
    brier = {k: num(v, 3) for k, v in rows["brier"].items()}
    late, early, whole = "from 2012", "before 2012", "all"
    cases = num(rows.loc[("plain", whole), "cases"], 0)
    joint = made.joint().facts(lang)
    apart, together, alike = (joint[f"all_{c}"] for c in ("independent", "middle", "close"))
    gdp = made["gdp"].odds(2020).table().iloc[0]
    span = odds_range(gdp["probability_low"], gdp["probability_high"], lang)
    said = {e: (share(rows, e, "mean", lang), share(rows, e, "met", lang)) for e in (early, late)}
    wanted = {
        "en": [
            f"all five are met together is {together} ({apart} if they moved independently, "
            f"{alike} if nearly as one)",
            f"{n.sum()} distinct promises {given} have a chance, a range or a bound, "
            f"{n['by_decision']} are kept by administrative decision, {n['settled']} has "
            f"since been settled, and {n['not_assessable']} cannot be assessed",
            f"such as {span}",
            f"{cases} yearly growth targets",
            f"Brier score of {brier['plain', whole]} (lower is better; a coin has "
            f"{brier['half', whole]})",
            f"gave {said[early][0]} on average before 2012, when {said[early][1]} were met, and "
            f"{said[late][0]} from 2012 on, when {said[late][1]} were",
            f"over all years ({brier['share', whole]}) and worse from 2012 on "
            f"({brier['share', late]} against {brier['plain', late]})",
            f"the score is {brier['odds', whole]}",
        ],
        "zh": [
            f"同时实现的概率为{together}（互不相关时为{apart}，几乎同步时为{alike}）",
            f"共{n.sum()}项：{given}项给出概率、区间或单侧界限，{n['by_decision']}项由行政决定，"
            f"{n['settled']}项已有结果，{n['not_assessable']}项依据公开数据无法测算",
            f"如{span}",
            f"{cases}个年度增长目标",
            f"布里尔评分为{brier['plain', whole]}（越低越好，掷硬币为{brier['half', whole]}）",
            f"2012年以前平均给出{said[early][0]}，实际完成{said[early][1]}；"
            f"2012年以后平均给出{said[late][0]}，实际完成{said[late][1]}",
            f"全部年份为{brier['share', whole]}，优于本规则；"
            f"2012年以后为{brier['share', late]}，不及本规则的{brier['plain', late]}",
            f"评分为{brier['odds', whole]}",
        ],
    }
    assert [w for w in wanted[lang] if w not in text] == []


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
    lines = (ROOT / "requirements" / "newest.lock").read_text(encoding="utf-8").splitlines()
    locked = {
        canonicalize_name(r.name): r.extras
        for r in (Requirement(x.rstrip("\\ ")) for x in lines if x[:1].isalnum())
    }
    assert {"coverage"} <= wanted.keys()
    assert {
        n: sorted(e - locked[n]) for n, e in wanted.items() if n in locked and e - locked[n]
    } == {}
