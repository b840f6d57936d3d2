"""Tables: shipped data agree with the ledger, and whatever is wrong with a table is named by file, row and column."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.data.units import UNITS, convert
from zoneplan.errors import DataError

DATA = Path(__file__).resolve().parents[1] / "data"
OBSERVATIONS = "plans/zhenan/observations.csv"
RESOLUTIONS = "plans/zhenan/resolutions.csv"
PEERS = "reference/peer_zones.csv"
RATES = "reference/exchange_rate.csv"
RANKS = "reference/rankings.csv"
LEDGERS = {r["path"]: r["ledger"] for r in tables.package(DATA).values() if "ledger" in r}


def texts(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    """A copy of the data to damage."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def quick(monkeypatch):
    """The project's own checks alone: the standard's validator takes seconds."""
    monkeypatch.setattr(tables, "_frictionless_problems", lambda folder: [])


def edit(file: Path, old: str, new: str) -> None:
    """Change one place of a file, which must be there."""
    text = file.read_text(encoding="utf-8")
    assert old in text, old
    file.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def set_cell(folder: Path, name: str, row: int, column: str, value: str) -> str:
    """Put a value into one cell (the header is row 1); returns what stood there."""
    table = texts(folder / name)
    before = table.loc[row - 2, column]
    table.loc[row - 2, column] = value
    table.to_csv(folder / name, index=False, encoding="utf-8", lineterminator="\n")
    return before


def places(problems) -> set[tuple]:
    return {(p.file, p.row, p.column) for p in problems}


# Shipped data


def test_shipped_data_are_clean():
    assert tables.check() == []


@pytest.mark.parametrize("path", sorted(LEDGERS))
def test_every_row_is_its_ledger_row(path):
    """Worked again here with plain arithmetic, apart from the code that built the tables and the code that checks."""
    divisor = {("万元", "亿元"): 1e4, ("万美元", "亿美元"): 1e4, ("百万美元", "亿美元"): 1e2}
    printed = texts(DATA / LEDGERS[path]).set_index("row_id")
    table = texts(DATA / path)
    assert len(table) and table["row_id"].is_unique
    for row in table.to_dict("records"):
        source = printed.loc[row["row_id"]]
        for column in (
            {"year", "source_id", "kind", "entity_id", "zone_id", "unit_id", "rank"}
            & set(row)
            & set(source.index)
        ):
            assert row[column] == source[column], (path, row["row_id"], column)
        if "value" not in row:
            continue
        if row["unit"] == source["unit"]:
            assert row["value"] == source["value"], (path, row["row_id"])
        else:
            by = divisor[source["unit"], row["unit"]]
            assert float(row["value"]) == pytest.approx(float(source["value"]) / by, rel=1e-9), (
                path,
                row["row_id"],
            )


def test_percentiles_are_the_ledgers():
    printed, table = (
        texts(DATA / "sourced/growth_reference.csv"),
        texts(DATA / "reference/growth_reference.csv"),
    )
    pd.testing.assert_frame_equal(table[printed.columns], printed)


@pytest.mark.parametrize("ledger", sorted(set(LEDGERS.values())))
def test_every_ledger_row_is_used_once(ledger):
    # China's plan repeats rows that stand in the tables of context too.
    once = [path for path, name in LEDGERS.items() if name == ledger and "china" not in path]
    used = [i for path in once for i in texts(DATA / path)["row_id"]]
    assert sorted(used) == sorted(texts(DATA / ledger)["row_id"])


def test_build_again_gives_the_same_bytes(tmp_path):
    spec = importlib.util.spec_from_file_location("data_build", DATA / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    build.build(tmp_path)
    made = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.csv"))
    assert set(made) == {"sources.csv", "plans/china/targets.csv", *LEDGERS}
    for name in made:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name
        assert b"\r" not in (DATA / name).read_bytes()


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
    spec = importlib.util.spec_from_file_location("data_build", DATA / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    assert build.published_on(printed) == day


def test_known_from():
    cities, growth = tables.read("zhejiang_cities"), tables.read("growth_reference")
    assert (
        cities["known_from"] == pd.to_datetime((cities["year"] + 1).astype(str) + "-11-01")
    ).all()
    printed = growth[growth["series"] == "as_printed"]
    assert (
        printed["known_from"] == pd.to_datetime((printed["end_year"] + 1).astype(str) + "-11-01")
    ).all()
    assert growth.loc[growth["series"] == "revised", "known_from"].isna().all()
    for name in (
        "observations",
        "context_observations",
        "peer_zones",
        "national_zones",
        "rankings",
        "growth_targets",
    ):
        assert tables.read(name)["known_from"].notna().all(), name


def test_half_year_of_the_city_was_known_but_not_the_yearbook_of_2017():
    seen = tables.read("context_observations")
    half = seen[
        (seen["entity_id"] == "wenzhou") & (seen["period"] == "h1") & (seen["year"] == 2018)
    ]
    assert len(half) >= 5 and (half["known_from"] <= "2018-10-30").all()
    cities = tables.read("zhejiang_cities")
    assert cities.loc[cities["known_from"] <= "2018-10-30", "year"].max() == 2016


def test_the_zone_as_the_sources_print_it():
    rows = (
        tables.read("observations")
        .query("kind == 'level'")
        .set_index(["indicator_id", "year"])["value"]
        .sort_index()
    )
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


def test_description_knows_every_unit():
    for name, resource in tables.package(DATA).items():
        for field in resource["schema"]["fields"]:
            if field["name"] == "unit":
                assert set(field["constraints"]["enum"]) <= set(UNITS), name


def test_every_evidence_row_belongs_to_an_annex_series():
    targets = tables.read("targets")
    annex = set(targets.loc[targets["section"] == "annex", "indicator_id"])
    evidence = tables.read("evidence")
    assert set(evidence["indicator_id"]) == annex and len(evidence) == 22
    assert set(evidence["step"]) <= {"A", "B", "C", "D", "N", "administrative"}


# Reading


def test_reading_gives_a_frame_of_its_own():
    own = tables.read("observations")
    own["value"] = 0.0
    assert (tables.read("observations")["value"] != 0).any()


def test_types_follow_the_description():
    table = tables.read("observations")
    assert table["year"].dtype == "int64" and table["value"].dtype == "float64"
    assert pd.api.types.is_datetime64_any_dtype(table["known_from"])
    assert table["scope_note"].str.contains("浙南产业集聚区").any()


def test_importing_is_light():
    code = "import sys, zoneplan; zoneplan.load_plan(); print('frictionless' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_unknown_table_is_named(monkeypatch):
    with pytest.raises(DataError, match="no table 'peers'"):
        tables.read("peers")


@pytest.mark.parametrize(
    "raw", [None, b"", b"row_id\n", b"\xff\xfe", b"a;b\n1;2\n", b'"row_id\n', b"\x00\n\x00\n"]
)
def test_an_unreadable_file_is_a_data_error(raw, folder, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_DATA", str(folder))
    file = folder / OBSERVATIONS
    file.unlink() if raw is None else file.write_bytes(raw)
    with pytest.raises(DataError) as error:
        tables.read("observations")
    assert all(p.file == OBSERVATIONS for p in error.value.problems)


def test_a_changed_file_is_read_again(folder, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_DATA", str(folder))
    before = tables.read("exchange_rate").loc[0, "value"]
    set_cell(folder, RATES, 2, "value", "7.12345")
    assert tables.read("exchange_rate").loc[0, "value"] == 7.12345 != before


# What can be wrong


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "expected"),
    [
        (OBSERVATIONS, 5, "value", "abc", "a number"),
        (OBSERVATIONS, 5, "value", "nan", "a number"),
        (OBSERVATIONS, 5, "value", "inf", "a number"),
        (OBSERVATIONS, 5, "value", "1_000", "a number"),
        (OBSERVATIONS, 5, "value", "1,000", "a number"),
        (OBSERVATIONS, 5, "value", "\uff11\uff12", "a number"),
        (OBSERVATIONS, 5, "value", " 12", "no space"),
        (OBSERVATIONS, 5, "value", "", "a value"),
        (OBSERVATIONS, 5, "year", "2018.5", "a whole number"),
        (OBSERVATIONS, 5, "year", "1066", "from 1978"),
        (OBSERVATIONS, 5, "unit", "亿圆", "one of"),
        (OBSERVATIONS, 5, "unit", "万元", "one of"),
        (OBSERVATIONS, 5, "kind", "guess", "one of"),
        (OBSERVATIONS, 5, "period", "spring", "one of"),
        (OBSERVATIONS, 5, "grade", "D", "one of"),
        (OBSERVATIONS, 5, "known_from", "2018-02-30", "a date"),
        (OBSERVATIONS, 5, "known_from", "30.10.2018", "a date"),
        (OBSERVATIONS, 5, "source_id", "nobody", "a source_id of sources"),
        (RANKS, 3, "rank", "0", "from 1"),
        ("reference/zone_register.csv", 3, "approval_date", "soon", "the form"),
    ],
)
def test_a_wrong_cell_is_named(name, row, column, value, expected, folder, quick):
    set_cell(folder, name, row, column, value)
    problems = [p for p in tables.check(folder) if (p.file, p.row, p.column) == (name, row, column)]
    assert any(expected in p.expected for p in problems), tables.check(folder)


def test_a_missing_and_an_unknown_column_are_named(folder, quick):
    edit(folder / OBSERVATIONS, "scope_note", "scope")
    assert places(tables.check(folder)) == {
        (OBSERVATIONS, 1, "scope_note"),
        (OBSERVATIONS, 1, "scope"),
    }


def test_a_repeated_key_is_named(folder, quick):
    table = texts(folder / OBSERVATIONS)
    again = table.iloc[[0]].assign(row_id="obs-999")
    pd.concat([table, table.iloc[[0]], again]).to_csv(
        folder / OBSERVATIONS, index=False, lineterminator="\n"
    )
    found = [p for p in tables.check(folder) if "again" in p.found]
    last = len(table) + 3
    assert {(p.row, p.column.split(",")[0]) for p in found} == {
        (last - 1, "row_id"),
        (last - 1, "entity_id"),
        (last, "entity_id"),
    }
    assert all(p.expected == "once, as in row 2" for p in found)


@pytest.mark.parametrize(
    ("raw", "row", "says"),
    [
        (b"", None, "an empty file"),
        (b"  \n", None, "an empty file"),
        (
            b"row_id,indicator_id,year,value,unit,n_days,source_id,known_from\n",
            1,
            "a header without rows",
        ),
        (b"\xef\xbb\xbfrow_id\n1\n", 1, "byte-order mark"),
        (b"row_id;indicator_id\nfx-01;x\n", 1, "cells parted by ';'"),
        (b"row_id\tindicator_id\nfx-01\tx\n", 1, "cells parted by"),
        (b'row_id,indicator_id\n"fx-01,x\n', None, "end of data"),
        (b"\xff\xfer\x00", None, "text in UTF-16"),
    ],
)
def test_a_wrong_file_is_named(raw, row, says, folder, quick):
    (folder / RATES).write_bytes(raw)
    problems = tables.check(folder)
    assert [(p.file, p.row) for p in problems] == [(RATES, row)]
    assert says in problems[0].found


def test_text_that_is_not_utf8_is_named_with_row_and_column(folder, quick):
    raw = (folder / RATES).read_bytes()
    (folder / RATES).write_bytes(raw.replace("元/美元".encode(), "元/美元".encode("gb18030")))
    [problem] = tables.check(folder)
    assert (problem.file, problem.row, problem.column) == (RATES, 2, "unit")


def test_a_row_that_is_too_short_is_named(folder, quick):
    edit(folder / RATES, ",ecb,2006-12-31", "")
    assert (RATES, 2, None) in places(tables.check(folder))


def test_everything_wrong_is_listed_at_once(folder):
    """With the standard's validator too, which must neither stop nor hide what the other checks say."""
    set_cell(folder, OBSERVATIONS, 5, "value", "abc")
    set_cell(folder, OBSERVATIONS, 9, "unit", "亿圆")
    set_cell(folder, PEERS, 4, "source_id", "nobody")
    set_cell(folder, PEERS, 7, "year", "1066")
    edit(folder / RANKS, "zone_id", "zone")
    (folder / "reference/zone_register.csv").write_bytes(b"")
    (folder / RATES).unlink()
    wanted = {
        (OBSERVATIONS, 5, "value"),
        (OBSERVATIONS, 9, "unit"),
        (PEERS, 4, "source_id"),
        (PEERS, 7, "year"),
        (RANKS, 1, "zone_id"),
        ("reference/zone_register.csv", None, None),
        (RATES, None, None),
    }
    problems = tables.check(folder)
    assert wanted <= places(problems)
    assert str(next(p for p in problems if p.column == "unit")).startswith(
        f"{OBSERVATIONS}:9:unit: found '亿圆'; expected"
    )


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"resources": [{"name": "a"}]}', b"\xff"])
def test_a_wrong_description_is_one_problem(raw, folder):
    (folder / "datapackage.json").write_bytes(raw)
    assert [p.file for p in tables.check(folder)] == ["datapackage.json"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"resource": "sources"', '"resource": "source"'),
        ('"fields": "source_id"', '"fields": "id"'),
    ],
)
def test_a_description_that_points_at_nothing_is_one_problem(old, new, folder):
    edit(folder / "datapackage.json", old, new)
    [problem] = tables.check(folder)
    assert problem.file == "datapackage.json" and problem.found.startswith("KeyError")


def test_a_folder_that_is_not_there_is_one_problem(tmp_path):
    assert [p.file for p in tables.check(tmp_path / "nowhere")] == ["datapackage.json"]


def test_the_validator_of_the_standard_is_asked(folder):
    """A limit that only the standard's validator knows."""
    file = folder / "datapackage.json"
    description = json.loads(file.read_text(encoding="utf-8"))
    title = next(
        f
        for r in description["resources"]
        if r["name"] == "sources"
        for f in r["schema"]["fields"]
        if f["name"] == "title"
    )
    title["constraints"] = {"minLength": 1000}
    file.write_text(json.dumps(description), encoding="utf-8")
    problems = tables.check(folder)
    assert problems and {p.file for p in problems} == {"sources.csv"}


# The ledger


@pytest.mark.parametrize("path", sorted(p for p in LEDGERS if "value" in texts(DATA / p).columns))
def test_a_figure_changed_by_one_percent_is_named_with_its_ledger_row(path, folder, quick):
    table = texts(folder / path)
    row = next(i for i in range(len(table) // 2, len(table)) if float(table.loc[i, "value"])) + 2
    set_cell(folder, path, row, "value", f"{float(table.loc[row - 2, 'value']) * 1.01:.10g}")
    [problem] = tables.check(folder)
    assert (problem.file, problem.row, problem.column) == (path, row, "value")
    assert (
        f"{LEDGERS[path]} row" in problem.expected
        and table.loc[row - 2, "row_id"] in problem.expected
    )


def test_a_changed_percentile_is_named(folder, quick):
    before = set_cell(folder, "reference/growth_reference.csv", 100, "p50", "12.34")
    [problem] = tables.check(folder)
    assert (problem.row, problem.column) == (100, "p50") and before in problem.expected


def test_another_year_source_or_indicator_is_named(folder, quick):
    set_cell(folder, OBSERVATIONS, 3, "year", "2022")
    set_cell(folder, OBSERVATIONS, 6, "source_id", "plan")
    set_cell(folder, OBSERVATIONS, 9, "indicator_id", "gdp")
    assert places(tables.check(folder)) >= {
        (OBSERVATIONS, 3, "year"),
        (OBSERVATIONS, 6, "source_id"),
        (OBSERVATIONS, 9, "indicator_id"),
    }


def test_a_lost_and_an_invented_row_are_named(folder, quick):
    table = texts(folder / PEERS)
    table.loc[3, "row_id"] = "peer-999"
    table.drop(index=7).to_csv(folder / PEERS, index=False, lineterminator="\n")
    assert places(tables.check(folder)) == {
        (PEERS, 5, "row_id"),
        ("sourced/peer_zones.csv", 5, "row_id"),
        ("sourced/peer_zones.csv", 9, "row_id"),
    }


def test_figures_of_another_zone_need_no_ledger(folder, quick):
    for file in (OBSERVATIONS, RESOLUTIONS):
        table = texts(folder / file)
        table.assign(row_id="mine-" + table["row_id"]).to_csv(
            folder / file, index=False, lineterminator="\n"
        )
    assert tables.check(folder) == []


def test_disagreements_allow_another_unit_of_the_same_currency():
    printed = {
        "row_id": "a",
        "entity_id": "zone",
        "indicator_id": "gdp_h1",
        "year": "2018",
        "value": "9870",
        "unit": "万元",
    }
    row = {
        "row_id": "a",
        "entity_id": "zone",
        "indicator_id": "gdp",
        "period": "h1",
        "year": "2018",
        "value": "0.987",
        "unit": "亿元",
    }
    assert tables.disagreements(row, printed) == []
    assert [d[0] for d in tables.disagreements(row | {"value": "0.997"}, printed)] == ["value"]
    assert [d[0] for d in tables.disagreements(row | {"unit": "亿美元"}, printed)] == ["value"]
    assert [d[0] for d in tables.disagreements(row | {"period": "full_year"}, printed)] == [
        "period"
    ]
    assert convert(9870, "万元", "亿元") == 0.987
