"""The tables in the folder are those that data/build.py makes, and each row is as printed."""

from __future__ import annotations

import importlib.util
import re
import shutil

import pandas as pd
import pytest
import yaml
from damage import DATA, texts

from zoneplan.data import tables
from zoneplan.data.units import UNITS
from zoneplan.errors import DataError

MADE = {r["path"]: r["made"] for r in tables.package(DATA).values()}
PRINTED = {
    r["path"]: MADE[r["path"]].split(" ")[0]
    for r in tables.package(DATA).values()
    if MADE[r["path"]].startswith("sourced/") and r["schema"]["primaryKey"] == "row_id"
}
# Rows that data/build.py works out from others.
WORKED_OUT = ("prov-", "zjcw-")


def builder(data=DATA):
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("data_build", data / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    return build


def test_build_again_gives_the_same_bytes(tmp_path):
    made_in = tmp_path / "data"
    builder().build(made_in)
    made = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")}
    wanted = {f"data/{p}" for p, how in MADE.items() if not how.startswith("by hand")}
    assert made == {*wanted, "data/datapackage.json", "docs/codebook.md"}
    for name in made:
        assert (tmp_path / name).read_bytes() == (DATA.parent / name).read_bytes(), name
        assert b"\r" not in (tmp_path / name).read_bytes()


def test_every_file_of_the_folder_is_described():
    described = {*MADE, *re.findall(r"sourced/[a-z_]+\.csv", " ".join(MADE.values()))}
    there = {p.relative_to(DATA).as_posix() for p in DATA.rglob("*.csv")}
    assert there - described == {"plans/zhenan/sources.csv", "plans/china/sources.csv"}


def test_every_column_has_a_meaning():
    for name, resource in tables.package(DATA).items():
        assert all(f["description"].strip() for f in resource["schema"]["fields"]), name


def test_a_new_table_is_a_few_lines(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    about = yaml.safe_load((data / "schemas.yml").read_text(encoding="utf-8"))
    about["tables"]["tea"] = {
        "path": "reference/tea.csv", "title": "Tea", "says": "Tea.", "made": "by hand",
        "key": "row_id", "columns": ["row_id", "year", {"value": {"from": 0}}, "source_id"],
    }  # fmt: skip
    (data / "schemas.yml").write_text(yaml.safe_dump(about), encoding="utf-8")
    builder(data).build(data)
    schema = tables.package(data)["tea"]["schema"]
    assert [f["name"] for f in schema["fields"]] == ["row_id", "year", "value", "source_id"]
    assert schema["fields"][2]["constraints"] == {"required": True, "minimum": 0}
    assert schema["foreignKeys"][0]["reference"] == {"resource": "sources", "fields": "source_id"}
    assert "## tea" in (tmp_path / "docs" / "codebook.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(PRINTED))
def test_every_row_is_its_row_as_printed(path):
    """Worked again here with plain arithmetic, apart from the script."""
    divisor = {("万元", "亿元"): 1e4, ("万美元", "亿美元"): 1e4, ("百万美元", "亿美元"): 1e2}
    printed = texts(DATA / PRINTED[path]).set_index("row_id")
    table = texts(DATA / path)
    assert len(table)
    assert table["row_id"].is_unique
    same = {
        "year",
        "source_id",
        "entity_id",
        "zone_id",
        "unit_id",
        "rank",
        "n",
        "share_met",
        "beta",
    }
    for row in table.to_dict("records"):
        if row["row_id"].startswith(WORKED_OUT):
            continue
        source = printed.loc[row["row_id"].removesuffix("-g")]
        for column in same & set(row) & set(source.index):
            assert row[column] == source[column], (path, row["row_id"], column)
        if "value" not in row:
            continue
        if row["row_id"].endswith("-g"):
            assert row["value"] == source["growth_pct"], row["row_id"]
        elif {"unit", "value"} <= set(source.index) and row["unit"] == source["unit"] in UNITS:
            same_text = (source["value"], source["value"].removesuffix(".0"))
            assert row["value"] in same_text, (path, row["row_id"])
        elif "unit_of_value" in source.index or "count" in source.index:
            names = [c for c in ("value", "target", "count") if c in source.index]
            assert row["value"] == source[names[0]], (path, row["row_id"])
        elif "value" in source.index and source.get("unit") in UNITS:
            expected = float(source["value"]) / divisor[source["unit"], row["unit"]]
            assert float(row["value"]) == pytest.approx(expected, rel=1e-9), (path, row["row_id"])


def test_percentiles_are_those_printed():
    printed = texts(DATA / "sourced/growth_reference.csv")
    table = texts(DATA / "reference/growth_reference.csv")
    assert len(table) > len(printed)
    pd.testing.assert_frame_equal(table[printed.columns][: len(printed)], printed)


@pytest.mark.parametrize("file", sorted(set(PRINTED.values())))
def test_every_row_as_printed_is_used_once(file):
    # China's plan repeats rows that stand in the tables of context too.
    once = [path for path, name in PRINTED.items() if name == file and "china" not in path]
    keys = [i for path in once for i in texts(DATA / path)["row_id"]]
    used = [i for i in keys if not i.startswith(WORKED_OUT)]
    if file == "sourced/county_points.csv":
        # Level and growth of one row are two.
        used = {i.removesuffix("-g") for i in used}
    assert sorted(used) == sorted(texts(DATA / file)["row_id"])


def test_a_year_that_is_none_is_named(tmp_path):
    data = tmp_path / "data"
    shutil.copytree(DATA, data)
    file = data / "sourced" / "exchange_rate.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(",2006,", ",2006.5,", 1), encoding="utf-8")
    with pytest.raises(DataError, match="sourced/exchange_rate.csv:2:year: found '2006.5'"):
        builder(data).tables()


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2018-10-30", "2018-10-30"),
        ("2016-02", "2016-02-29"),
        ("2017", "2017-12-31"),
        ("c.2020", "2020-12-31"),
        ("2002-2003", "2003-12-31"),
        ("2016 (网页 2021-09-07)", "2016-12-31"),
        ("daily", ""),
        ("", ""),
    ],
)
def test_publication_day_is_the_last_that_the_date_allows(printed, day):
    assert builder().published_on(printed) == day


def test_known_from():
    cities, growth = tables.read("zhejiang_cities"), tables.read("growth_reference")
    due = pd.to_datetime((cities["year"] + 1).astype(str) + "-11-01")
    assert (cities["known_from"] == due).all()
    printed = growth[growth["series"] == "as_printed"]
    due = pd.to_datetime((printed["end_year"] + 1).astype(str) + "-11-01")
    assert (printed["known_from"] == due).all()
    database = growth[growth["series"] == "database"]
    due = pd.to_datetime((database["end_year"] + 1).astype(str) + "-11-01")
    assert (database["known_from"] == due).all()
    assert growth.loc[growth["series"] == "revised", "known_from"].isna().all()
    names = ["observations", "context_observations", "peer_zones", "national_zones", "rankings"]
    for name in [*names, "growth_targets"]:
        assert tables.read(name)["known_from"].notna().all(), name


def test_half_year_of_the_city_was_known_but_not_the_yearbook_of_2017():
    seen = tables.read("context_observations")
    of_city = (seen["entity_id"] == "wenzhou") & (seen["period"] == "h1") & (seen["year"] == 2018)
    half = seen[of_city]
    assert len(half) >= 5
    assert (half["known_from"] <= "2018-10-30").all()
    cities = tables.read("zhejiang_cities")
    assert cities.loc[cities["known_from"] <= "2018-10-30", "year"].max() == 2016


def test_the_zone_as_the_sources_print_it():
    rows = tables.read("observations").query("kind == 'level'")
    rows = rows.set_index(["indicator_id", "year"])["value"].sort_index()
    known = {
        ("gdp", 2013): 175.15,
        ("gdp", 2016): 204.72,
        ("industrial_value_added", 2016): 82.98,
        ("budget_revenue", 2015): 8.77,
        ("budget_revenue", 1998): 0.987,
        ("trade_total", 2016): 70.7,
        ("exports", 2003): 3.875,
        ("fixed_asset_investment", 2016): 134.91,
    }
    assert {k: rows.loc[k].item() for k in known} == known


def test_every_distinct_promise_has_evidence_and_somebody_who_counts_it(plan):
    evidence, measures = tables.read("evidence"), tables.read("measures")
    promised = plan.distinct()["indicator_id"].tolist()
    assert evidence["indicator_id"].tolist() == promised
    assert measures["indicator_id"].tolist() == promised
    assert evidence["holder"].notna().all()


def test_the_readme_counts_the_rows():
    lines = (DATA / "README.md").read_text(encoding="utf-8").splitlines()
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in lines if line[:1] == "|"]
    counted = {}
    for names, numbers, *_ in rows[2:]:
        sizes = [int(n.replace(",", "")) for n in re.findall("[0-9](?:[0-9]|,[0-9])*", numbers)]
        for name, size in zip(names.split(", "), sizes, strict=False):
            counted[name] = counted.get(name, 0) + size
    known = {n: len(texts(DATA / r["path"])) for n, r in tables.package(DATA).items()}
    told = {n: size for n, size in counted.items() if n in known}
    assert told == {n: known[n] for n in told}
    assert len(told) > 30
