"""Scenarios: what a story moves and what not, every mistake of a file at once, and the shipped ones against their rows."""

from __future__ import annotations

import copy
import dataclasses
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan import cli
from zoneplan.data import tables
from zoneplan.errors import DataError
from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import Assumptions
from zoneplan.stress.scenarios import cities_growth, odds_by_scenario, scenarios, sizes

TEXTS = {"title_en": "A story", "title_zh": "故事", "text_en": "It happens.", "text_zh": "如此。"}
LEVELS = (
    "gdp",
    "industrial_value_added",
    "trade_total",
    "budget_revenue",
    "fiscal_revenue_total",
    "fdi_actual",
)


def story(*growth, **more):
    return {"id": "mine", **TEXTS, "growth": list(growth), **more}


def points(value, indicators=("gdp",), years=(2019,)):
    return {"indicators": list(indicators), "years": list(years), "points": value}


def from_row(row, table="growth_reference", **more):
    return {"indicators": ["gdp"], "years": [2019], "table": table, "row": row, **more}


@pytest.fixture
def load(plan, tmp_path):
    """Scenarios from stories, or from a text as it stands."""

    def read(*stories):
        file = tmp_path / "scenarios.yml"
        text = (
            stories[0]
            if isinstance(stories[0], str)
            else yaml.safe_dump(list(stories), allow_unicode=True)
        )
        file.write_text(text, encoding="utf-8")
        return scenarios(plan, file)

    return read


@pytest.fixture
def refuse(load):
    """The problems of a file as lines."""

    def read(*stories):
        with pytest.raises(DataError) as error:
            load(*stories)
        return str(error.value).splitlines()

    return read


@pytest.fixture(scope="module")
def shipped(plan):
    return plan.scenarios()


# What a story moves ----------------------------------------------------------------------------------------------


def test_no_deviation_is_the_baseline_bit_for_bit(plan, load):
    some = ("gdp", "budget_revenue", "trade_total", "fixed_asset_investment")
    zero = load(story(points(0, some, [2018, 2019, 2020])))["mine"]
    assert zero.table()["sign"].eq("0").all() and len(zero.table()) == 12
    for indicator in some:
        for year, draws in plan.forecast(indicator).draws.items():
            assert np.array_equal(zero.forecast(indicator).draws[year], draws)


def test_one_point_in_one_year_moves_that_year_and_what_builds_on_it(plan, load):
    made = load(story(points(1)))["mine"]
    usual, moved = plan.forecast("gdp"), made.forecast("gdp")
    assert np.array_equal(moved.draws[2018], usual.draws[2018])
    expected = made.table()["expected"].iloc[0]
    factor = (1 + (expected + 1) / 100) / (1 + expected / 100)
    for year in (2019, 2020):
        assert moved.draws[year] == pytest.approx(factor * usual.draws[year], rel=1e-12)
    assert moved.odds(2020, 270) > usual.odds(2020, 270)
    assert all(made.assumptions(i) == Assumptions() for i in LEVELS[1:])


def test_one_point_on_a_rate_moves_its_own_year_only(plan, load):
    made = load(story(points(1, ["fixed_asset_investment"])))["mine"]
    usual, moved = plan.forecast("fixed_asset_investment"), made.forecast("fixed_asset_investment")
    assert all(np.array_equal(moved.draws[y], usual.draws[y]) for y in (2018, 2020))
    assert (moved.draws[2019] > usual.draws[2019]).all()


@settings(derandomize=True, max_examples=15, deadline=None)
@given(st.floats(-30, 30), st.sampled_from(LEVELS), st.sampled_from([2018, 2019, 2020]))
def test_levels_are_the_compounded_growth(plan, shipped, value, indicator, year):
    rows = (
        shipped["plan_as_printed"]
        .table()
        .iloc[:1]
        .assign(indicator_id=indicator, year=year, points=value)
    )
    usual, moved = (
        shipped["baseline"].levels(indicator),
        dataclasses.replace(shipped["baseline"], rows=rows).levels(indicator),
    )
    growth = 100 * (usual / usual.shift(1) - 1)
    assert moved.loc[: year - 1].equals(usual.loc[: year - 1])
    assert 100 * (moved[year] / moved[year - 1] - 1) == pytest.approx(growth[year] + value)
    assert list(moved.index) == [2017, 2018, 2019, 2020]


def test_levels_by_hand(shipped):
    # The plan's own growth of 9 % a year carries the implied base, 228 / 1.09, to 228 in 2018 and 228 * 1.09^2 in 2020.
    levels = shipped["plan_as_printed"].levels("gdp")
    assert levels.to_dict() == pytest.approx(
        {2017: 228 / 1.09, 2018: 228.0, 2019: 248.52, 2020: 270.8868}
    )
    assert shipped["baseline"].levels("fixed_asset_investment") is None
    assert shipped["baseline"].levels("backbone_firms") is None


def test_another_base_is_measured_against_the_headline(plan, load):
    made = load(story(base="observed"))["mine"]
    rows = made.odds().set_index("indicator_id")
    assert made.forecast("gdp").base.kind == "observed" and made.levels("gdp").index[0] == 2016
    assert rows["baseline"]["gdp"] == plan.forecast("gdp").odds(2020, 270) != rows["odds"]["gdp"]
    assert rows["odds"]["gdp"] == plan.forecast("gdp", "observed").odds(2020, 270)
    assert "fdi_actual" not in rows.index


def test_a_base_level_of_ones_own_replaces_the_base(plan, load):
    made = load(story(points(1), level={"gdp": 220}))["mine"]
    usual = load(story(points(1)))["mine"].levels("gdp")
    assert made.forecast("gdp").base.level.mid == 220
    assert made.levels("gdp").to_numpy() == pytest.approx((usual * 220 / usual[2017]).to_numpy())
    assert made.assumptions("trade_total") == Assumptions()


def test_constant_prices_change_gdp_alone(plan, load):
    made = load(story(prices="constant"))["mine"]
    assert made.assumptions("gdp").class_.indicator_id == "gdp_real"
    assert all(made.assumptions(i) == Assumptions() for i in LEVELS[1:])


def test_other_regions_stand_in_where_they_have_rows(shipped):
    made = shipped["national_average"]
    assert made.assumptions("gdp").class_.name == "china"
    assert made.assumptions("budget_revenue").class_ is None


def test_scenarios_are_found_by_name(plan, shipped, monkeypatch):
    monkeypatch.setattr(type(plan), "scenarios", lambda _: shipped)
    assert plan.scenario("pandemic") is shipped["pandemic"]
    with pytest.raises(DataError, match="'boom'; expected one of baseline, plan_as_printed"):
        plan.scenario("boom")


# Mistakes in the file --------------------------------------------------------------------------------------------

GOOD = points(1)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (points(-120), "entry 1: found points -120; expected points from -50 to 50"),
        (points(50.5), "entry 1: found points 50.5; expected points from -50 to 50"),
        (
            from_row("gref-0979", column="p50") | {"indicators": ["trade_total"]},
            "found row gref-0979 of gdp; expected a row of trade_total or exports",
        ),
        (
            from_row("obs-257", "context_observations"),
            "found row obs-257 of trade_total; expected a row of gdp$",
        ),
        (points(float("nan")), "growth of nan %; expected growth above"),
        (points(float("inf")), "growth of inf %; expected growth above"),
        (points("two"), "points 'two', which is no number"),
        (points(True), "points True, which is no number"),
        (
            points(1, ["gpd"]),
            r"entry 1: indicators: found 'gpd'; expected one of gdp, industrial_value_added, ",
        ),
        # A series without a class has no expected growth to deviate from.
        (points(1, ["backbone_firms"]), "indicators: found 'backbone_firms'; expected one of gdp"),
        (points(1, [["gdp"]]), r"indicators: found \['gdp'\]"),
        (points(1, []), r"entry 1: indicators: found \[\]; expected a list"),
        (points(1, years=[2021]), "entry 1: years: found 2021; expected one of 2018, 2019, 2020"),
        (
            {"indicators": "gdp", "years": [2019], "points": 1},
            "indicators: found 'gdp'; expected a list",
        ),
        (
            GOOD | {"years": [2019, 2019]},
            "entry 1: found gdp in 2019 again; expected once, as in entry 1",
        ),
        (
            GOOD | {"colour": "red"},
            "the key 'colour' beside points; expected only indicators, years, points",
        ),
        (GOOD | {"plan": "stated_growth"}, "the key 'plan' beside points"),
        (GOOD | {"column": "p50"}, "the key 'column' beside points"),
        (
            {"indicators": ["gdp"], "years": [2019]},
            "found no growth; expected one of project, points, shock, cities, plan, row",
        ),
        ("gdp", "entry 1: found str; expected keys and values"),
        (
            {"indicators": ["gdp"], "years": [2019], "row": "gref-0001"},
            "found no table; expected it, beside row",
        ),
        (from_row("gref-9999"), "no row gref-9999 in growth_reference"),
        (from_row("gref-0001", "weather"), "no table 'weather'"),
        (from_row("gref-0001", column="p51"), "p51"),
        (from_row("gref-0001", column="level"), "which is no growth"),
        (from_row("obs-414", "observations"), "row obs-414 in 亿元, which is no growth"),
        (points(1) | {"plan": "hopes"}, "the key 'plan' beside points"),
        (
            {"indicators": ["gdp"], "years": [2019], "plan": "hopes"},
            "plan: 'hopes' .only stated_growth is printed.",
        ),
        (
            {"indicators": ["gdp"], "years": [2019], "cities": "gdp_nominal", "year": 2012},
            "no gdp_nominal in one unit for 2011 and 2012",
        ),
        (
            {"indicators": ["trade_total"], "years": [2019], "cities": "exports", "year": 2019},
            "no exports in one unit for 2018 and 2019",
        ),
        (
            {"indicators": ["gdp"], "years": [2019], "cities": "gdp_nominal"},
            "found no year; expected it, beside cities",
        ),
        (
            {
                "indicators": ["fixed_asset_investment"],
                "years": [2019],
                "project": 100,
                "over": 0,
                "table": "observations",
                "row": "obs-414",
            },
            "over 0 years",
        ),
        (
            {
                "indicators": ["fixed_asset_investment"],
                "years": [2019],
                "project": 100,
                "over": 3,
                "table": "context_observations",
                "row": "obs-257",
            },
            "cannot convert % to 亿元",
        ),
    ],
)
def test_a_wrong_entry_is_explained(refuse, entry, message):
    lines = refuse(story(entry))
    assert len(lines) == 1 and lines[0].startswith("scenarios.yml:scenario 1 (mine): entry 1")
    assert re.search(message, lines[0]), lines[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title_zh": None}, "scenario 1 (mine): found no title_zh; expected a text"),
        ({"text_en": "  "}, "scenario 1 (mine): found no text_en; expected a text"),
        ({"id": 7}, "scenario 1 (7): found no id; expected a text"),
        (
            {"base": "guessed"},
            "scenario 1 (mine): base: found 'guessed'; expected implied or observed",
        ),
        (
            {"prices": "1978"},
            "scenario 1 (mine): prices: found '1978'; expected constant, or nothing",
        ),
        (
            {"class": "china"},
            "scenario 1 (mine): class: found 'china'; expected a level and a name",
        ),
        (
            {"class": {"level": "county", "name": "chnia"}},
            "scenario 1 (mine): class: found county chnia; expected one of prefecture china,",
        ),
        (
            {"class": {"level": "county", "name": ["china"]}},
            "scenario 1 (mine): class: found county ['china']; expected one of",
        ),
        (
            {"class": {"level": "county", "name": "china"}, "prices": "constant"},
            "found county china; expected one with real growth of",
        ),
        (
            {"level": {"gpd": 3}},
            "scenario 1 (mine): level: found 'gpd'; expected one of gdp, industrial_value_added,",
        ),
        (
            {"level": {"gdp": -3}},
            "scenario 1 (mine): level: gdp: found -3; expected a number above 0",
        ),
        ({"level": 200}, "scenario 1 (mine): level: found 200; expected a level by indicator"),
        (
            {"growth": None},
            "scenario 1 (mine): growth: found None; expected a list of entries, or []",
        ),
        (
            {"mood": "bad"},
            "scenario 1 (mine): found the key 'mood'; expected one of base, class, growth, id, level, prices,",
        ),
    ],
)
def test_a_wrong_story_is_explained(refuse, change, message):
    lines = refuse(story() | change)
    assert len(lines) == 1 and message in lines[0], lines


def test_every_problem_is_in_one_message(refuse):
    wrong = [
        story(points(-150), points(1, ["gdp", "gpd"], [2019, 2031])),
        story(GOOD, copy.deepcopy(GOOD)) | {"text_zh": None},
        "no story",
        story(from_row("gref-0001", "weather"), from_row("none"))
        | {"id": "third", "class": {"level": "moon", "name": "dark"}},
    ]
    lines = refuse(*wrong)
    assert [line.split(": found")[0] for line in lines] == [
        "scenarios.yml:scenario 1 (mine): entry 1",
        "scenarios.yml:scenario 1 (mine): entry 2: indicators",
        "scenarios.yml:scenario 1 (mine): entry 2: years",
        "scenarios.yml:scenario 1 (mine): entry 2",
        "scenarios.yml:scenario 2 (mine)",
        "scenarios.yml:scenario 2 (mine): entry 2",
        "scenarios.yml:scenario 3",
        "scenarios.yml:scenario 4 (third): entry 1",
        "scenarios.yml:scenario 4 (third): entry 2",
        "scenarios.yml:scenario 4 (third): class",
        "scenarios.yml:scenario 4 (third): entry 2",
        "scenarios.yml:mine",
    ]


def test_contradictory_years_are_named_with_both_entries(refuse):
    lines = refuse(
        story(
            points(1, years=[2018, 2019]),
            points(-1, ["trade_total"]),
            points(2, ["trade_total", "gdp"]),
        )
    )
    assert [line.split("expected ")[1] for line in lines] == [
        "once, as in entry 2",
        "once, as in entry 1",
    ]


def test_a_key_given_twice_is_named_with_its_line(refuse):
    text = yaml.safe_dump([story(GOOD)], allow_unicode=True).replace(
        "points: 1", "points: 1\n    points: 2"
    )
    line = text.splitlines().index("    points: 2") + 1
    assert refuse(text) == [
        f"scenarios.yml:{line}:points: found the key twice; expected each key once"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [("id: mine\n", "dict"), ("", "NoneType"), ("[]", "list"), ("just words", "str")],
)
def test_what_is_no_list_of_stories_is_refused(refuse, text, found):
    lines = refuse(text)
    assert lines[0].startswith(f"scenarios.yml: found {found}") and "expected a" in lines[-1]


def test_what_is_no_yaml_is_named_with_its_line(refuse):
    assert refuse("- id: a\n- [") == [
        "scenarios.yml:2: found expected the node content, but found '<stream end>'; expected a readable UTF-8 YAML file"
    ]


@pytest.mark.parametrize("content", ["故事".encode("gb18030"), None])
def test_a_file_that_cannot_be_read_is_one_problem(plan, tmp_path, content):
    file = tmp_path / "scenarios.yml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match="expected a readable UTF-8 YAML file") as error:
        scenarios(plan, file)
    assert len(error.value.problems) == 1


@settings(derandomize=True, max_examples=30, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(st.sampled_from(["indicators", "years", "row", "points", "class"]), x)
        ),
        max_leaves=6,
    ),
    st.sampled_from(
        ["growth", "class", "base", "level", "id", "entry", "points", "indicators", "years"]
    ),
)
def test_any_value_anywhere_is_answered_with_problems(plan, tmp_path_factory, value, where):
    made = story(copy.deepcopy(GOOD))
    if where == "entry":
        made["growth"] = [value]
    elif where in ("points", "indicators", "years"):
        made["growth"][0][where] = value
    else:
        made[where] = value
    file = tmp_path_factory.mktemp("any") / "scenarios.yml"
    file.write_text(yaml.safe_dump([made], allow_unicode=True), encoding="utf-8")
    try:
        assert isinstance(scenarios(plan, file), dict)
    except DataError as error:
        assert error.problems


# The check command -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(plan, tmp_path, monkeypatch):
    """A copy of the shipped plan, whose tables are taken for sound."""
    monkeypatch.setattr(tables, "check", list)
    return shutil.copytree(plan.folder, tmp_path / "my_plan")


def test_check_reads_the_scenarios_of_a_plan_folder(folder, capsys):
    file = folder / "scenarios.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("row: gref-0590", "row: gref-9999").replace(
            "years: [2018]", "years: [2028]", 1
        ),
        encoding="utf-8",
    )
    assert cli.main(["check", "--plan", str(folder)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "scenarios.yml:scenario 4 (trade_slump): entry 1: years: found 2028; expected one of 2018, 2019, 2020",
        "scenarios.yml:scenario 7 (investment_drought): entry 1: found no row gref-9999 in growth_reference; expected growth that can be found",
    ]
    assert "2 problems found" in said.err
    # Nothing else is computed from it either.
    assert cli.main(["audit", "--plan", str(folder)]) == 1
    assert "found 2028" in capsys.readouterr().err


def test_a_plan_folder_needs_no_scenarios(folder, capsys):
    (folder / "scenarios.yml").unlink()
    assert cli.main(["check", "--plan", str(folder)]) == 0
    assert "valid" in capsys.readouterr().out


def test_check_of_a_plan_without_description_is_one_problem(folder, capsys):
    (folder / "plan.yml").unlink()
    assert cli.main(["check", "--plan", str(folder)]) == 1
    assert "plan.yml" in capsys.readouterr().out


# The shipped scenarios -------------------------------------------------------------------------------------------

WANTED = (
    "baseline",
    "plan_as_printed",
    "national_average",
    "trade_slump",
    "pandemic",
    "tax_cut",
    "investment_drought",
    "one_large_project",
    "catch_up",
)


def growth(scenario, indicator, year):
    rows = scenario.table().set_index(["indicator_id", "year"])
    return float(rows["growth"][indicator, year])


def signs(scenario):
    rows = scenario.table()
    return {(r.indicator_id, r.year): r.sign for r in rows.itertuples()}


def test_shipped_scenarios_are_all_there(shipped):
    assert tuple(shipped) == WANTED
    assert all(
        s.title_zh and s.text_zh and any("\u4e00" <= c <= "\u9fff" for c in s.text_zh)
        for s in shipped.values()
    )
    assert shipped["baseline"].table().empty


def test_every_deviation_names_rows_that_exist(shipped):
    known = {
        i
        for t in ("growth_reference", "observations", "context_observations")
        for i in tables.read(t)["row_id"]
    }
    for made in shipped.values():
        for rows in made.table()["rows"]:
            assert (
                rows == "plan"
                or rows.removesuffix(" and the years before") in known
                or rows.startswith("zhejiang_cities ")
            ), (made.id, rows)


def test_sign_growth_and_points_agree(shipped):
    for made in shipped.values():
        rows = made.table()
        assert (rows["growth"] - rows["expected"]).to_numpy() == pytest.approx(
            rows["points"].to_numpy()
        )
        assert (rows["sign"] == np.where(rows["points"] > 0, "+", "-")).all(), made.id


def test_trade_rose_in_the_pandemic_and_all_else_grew_less(shipped):
    made = shipped["pandemic"]
    wenzhou = tables.read("context_observations").set_index("row_id").loc["obs-257"]
    assert (wenzhou["entity_id"], wenzhou["indicator_id"], wenzhou["year"]) == (
        "wenzhou",
        "trade_total",
        2020,
    )
    assert growth(made, "trade_total", 2020) == wenzhou["value"] == 15.1
    assert {k: v for k, v in signs(made).items() if v == "+"} == {("trade_total", 2020): "+"}
    assert len(signs(made)) == 5 and made.table()["hindsight"].all()


def median_of_cities(series, year):
    """By hand, city by city; Yiwu lies inside Jinhua."""
    rows = tables.read("zhejiang_cities")
    value = {
        (r.unit_id, r.year): r.value
        for r in rows.itertuples()
        if r.indicator_id == series and r.unit_id != "330782"
    }
    cities = sorted({unit for unit, y in value if y == year})
    assert len(cities) == 11
    rates = sorted(100 * (value[c, year] / value[c, year - 1] - 1) for c in cities)
    return rates[5]


@pytest.mark.parametrize(
    ("scenario", "indicator", "series", "years"),
    [
        ("pandemic", "gdp", "gdp_nominal", [2020]),
        ("pandemic", "industrial_value_added", "industrial_va", [2020]),
        ("tax_cut", "fiscal_revenue_total", "fiscal_revenue_total", [2019, 2020]),
        ("tax_cut", "budget_revenue", "budget_revenue", [2019, 2020]),
    ],
)
def test_sizes_taken_from_the_cities(shipped, scenario, indicator, series, years):
    for year in years:
        assert growth(shipped[scenario], indicator, year) == pytest.approx(
            median_of_cities(series, year), abs=1e-9
        )
        assert signs(shipped[scenario])[indicator, year] == "-"
    assert shipped[scenario].table()["hindsight"].all()


def test_rows_named_are_rows_used(shipped):
    # In 2018 Yiwu is printed beside the eleven cities; it lies inside one of them and is not used.
    named = shipped["tax_cut"].table()["rows"].tolist()
    assert named[0] == "zhejiang_cities fiscal_revenue_total 2018-2019, 22 rows"
    assert cities_growth("gdp_nominal", 2020) == pytest.approx(
        median_of_cities("gdp_nominal", 2020)
    )


def test_the_slump_is_sized_on_what_2009_2015_and_2016_fell_short_of(shipped):
    table = tables.read("growth_reference").set_index("row_id")
    rows = shipped["trade_slump"].table()
    for r in rows.itertuples():
        class_ = classes.CLASSES[r.indicator_id]
        row = table.loc[r.rows.split()[0]]
        assert (row["level"], row["reference_class"], row["indicator_id"]) == (
            class_.level,
            class_.name,
            class_.indicator_id,
        )
        assert (row["horizon_years"], row["end_year"]) == (
            1,
            {2018: 2009, 2019: 2015, 2020: 2016}[r.year],
        )
        # By hand: growth halves its weight year by year into the past, and fades by its own size.
        same = table[
            (table["level"] == row["level"]) & (table["reference_class"] == row["reference_class"])
        ]
        same = same[
            (same["indicator_id"] == row["indicator_id"])
            & (same["horizon_years"] == 1)
            & (same["series"] == "as_printed")
        ]
        past = np.log(
            1
            + same[same["end_year"] < row["end_year"]].sort_values("end_year")["p50"].to_numpy()
            / 100
        )
        weights = 0.5 ** np.arange(len(past))[::-1]
        g = weights @ past / weights.sum()
        assert r.points == pytest.approx(row["p50"] - 100 * (np.exp(g / (1 + g)) - 1), abs=1e-9)
    found = rows.set_index(["indicator_id", "year"])["points"]
    assert found["trade_total", 2018] < -25 and (found["trade_total"] < 0).all()
    assert (rows.query("year < 2020")["sign"] == "-").all() and not rows["hindsight"].any()


@pytest.mark.parametrize(
    "entry, told",
    [
        ("table: growth_reference, row: gref-0979, column: n_units", "n_units.*no growth"),
        ("cities: gdp_nominal, year: 2017.9", "year 2017.9.*no whole number"),
        ("project: 100, over: 2.7, table: observations, row: obs-414", "over 2.7.*no whole number"),
    ],
)
def test_what_is_no_growth_is_not_read_as_growth(plan, tmp_path, entry, told):
    file = tmp_path / "scenarios.yml"
    story = "- {id: a, title_en: a, title_zh: a, text_en: a, text_zh: a, growth: [{indicators: [gdp], years: [2019], %s}]}"
    file.write_text(story % entry, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        scenarios(plan, file)


@pytest.mark.parametrize(
    "year, told", [(2005, "with 3 years before"), (2030, "in 2030"), ("'x'", "no number")]
)
def test_a_shock_that_cannot_be_sized_is_told(plan, tmp_path, year, told):
    file = tmp_path / "scenarios.yml"
    story = "- {id: a, title_en: a, title_zh: a, text_en: a, text_zh: a, growth: [{indicators: [gdp], years: [2019], shock: %s}]}"
    file.write_text(story % year, encoding="utf-8")
    with pytest.raises(DataError, match=told):
        scenarios(plan, file)


def test_catch_up_takes_the_upper_quartile_of_each_class(shipped):
    rows = tables.read("growth_reference").set_index("row_id")
    for r in shipped["catch_up"].table().itertuples():
        row, class_ = rows.loc[r.rows], classes.CLASSES[r.indicator_id]
        assert (row["level"], row["reference_class"], row["indicator_id"]) == (
            class_.level,
            class_.name,
            class_.indicator_id,
        )
        assert (row["horizon_years"], row["end_year"], row["p75"]) == (3, 2016, r.growth)


def test_the_drought_is_the_weakest_tenth_of_2017(shipped):
    row = tables.read("growth_reference").set_index("row_id").loc["gref-0590"]
    assert (row["indicator_id"], row["end_year"], row["horizon_years"], row["p10"]) == (
        "fixed_asset_investment",
        2017,
        1,
        1.0,
    )
    assert set(shipped["investment_drought"].table()["growth"]) == {1.0} and set(
        signs(shipped["investment_drought"]).values()
    ) == {"-"}


def test_the_plan_as_printed_is_printed(plan, shipped):
    rows = shipped["plan_as_printed"].table()
    assert rows["growth"].tolist() == [plan.stated_growth(i) for i in rows["indicator_id"]]
    assert (rows["rows"] == "plan").all() and len(rows) == 18


def test_one_large_project_by_hand(plan, shipped):
    rows = shipped["one_large_project"].table().set_index("year")
    # 134.91 in 2016 grows as the class is expected to; 100 over three years adds 33.3 in each year from 2018 on.
    known = classes.expected_path(classes.CLASSES["fixed_asset_investment"], plan.as_of, 2020)[
        "growth"
    ]
    before = 134.91 * (1 + known[2017] / 100)
    levels = [before, *(before * np.cumprod(1 + rows["expected"] / 100) + 100 / 3)]
    assert rows["growth"].to_numpy() == pytest.approx(
        [100 * (b / a - 1) for a, b in zip(levels, levels[1:], strict=False)]
    )
    # The leap comes once: after it growth falls short of what was expected.
    assert rows["sign"].tolist() == ["+", "-", "-"]


def test_side_by_side_tables_repeat_the_scenarios(shipped):
    some = {k: shipped[k] for k in ("baseline", "pandemic", "one_large_project")}
    given_ = [
        pd.DataFrame({"name_en": ["GDP", "Trade"], "odds": odds})
        for odds in ([0.3, 0.4], [0.2, 0.5])
    ]
    stubs = {
        k: SimpleNamespace(title_en=k.title(), odds=lambda frame=frame: frame)
        for k, frame in zip("ab", given_, strict=True)
    }
    assert odds_by_scenario(stubs).to_numpy().tolist() == [["A", 0.3, 0.4], ["B", 0.2, 0.5]]
    made = sizes(some).set_index(["scenario", "indicator_id"])
    assert len(made) == 6 and made.loc["pandemic", "trade_total"].tolist() == [
        "2020",
        "15.1",
        "3.6",
        "+",
        "obs-257",
        True,
    ]
    assert made.loc["one_large_project", "fixed_asset_investment"].drop(
        ["growth", "expected"]
    ).tolist() == ["2018-2020", "+ - -", "obs-414", False]
    assert made.loc["one_large_project", "fixed_asset_investment"]["growth"].startswith(
        "32.9, 8.2, "
    )
