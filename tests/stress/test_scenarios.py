"""Scenario files: what a story moves and what not, and every mistake of a file at once."""

from __future__ import annotations

import copy
import re

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_folders import GDP

from zoneplan.errors import DataError
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.forecasting.scenario import HEADLINE
from zoneplan.stress.scenarios import (
    USUAL,
    class_shock,
    compare,
    middle_path,
    scenarios,
    sizes,
    usual,
)  # fmt: skip

TEXTS = {"title_en": "A story", "title_zh": "故事", "text_en": "It happens.", "text_zh": "如此。"}


def story(*growth, **more) -> dict:
    return {"id": "mine", **TEXTS, "growth": list(growth), **more}


def points(value, indicators=("gdp",), years=(2019,)) -> dict:
    return {"indicators": list(indicators), "years": list(years), "points": value}


def gdp(**said) -> dict:
    return {"indicators": ["gdp"], "years": [2019], **said}


def from_row(row: str, table: str = "growth_reference", **more) -> dict:
    return gdp(table=table, row=row, **more)


def investment(**said) -> dict:
    return {"indicators": ["fixed_asset_investment"], "years": [2019], **said}


@pytest.fixture
def load(plan, tmp_path):
    """Scenarios from stories, or from a text as it stands."""

    def read(*stories):
        file = tmp_path / "scenarios.yml"
        typed = isinstance(stories[0], str)
        text = stories[0] if typed else yaml.safe_dump(list(stories), allow_unicode=True)
        file.write_text(text, encoding="utf-8")
        return scenarios(plan, file)

    return read


@pytest.fixture
def refuse(load):
    """The problems of a file as lines."""

    def read(*stories) -> list[str]:
        with pytest.raises(DataError) as error:
            load(*stories)
        return str(error.value).splitlines()

    return read


# What a story moves ------------------------------------------------------------------------------


def test_points_come_on_top_of_what_is_expected(plan, load):
    made = load(story(points(1.5, ["gdp", "trade_total"], [2018, 2019])))["mine"]
    assert made.points == {i: {2018: 1.5, 2019: 1.5} for i in ("gdp", "trade_total")}
    rows = made.rows
    assert rows["indicator_id"].tolist() == ["gdp", "gdp", "trade_total", "trade_total"]
    expected = HEADLINE.path(plan, "gdp")
    assert rows["expected"].tolist()[:2] == [expected[2018], expected[2019]]
    assert (rows["growth"] - rows["expected"]).tolist() == pytest.approx([1.5] * 4)
    assert set(rows["sign"]) == {"+"}
    assert set(rows["rows"]) == {"own assumption"}
    assert not rows["hindsight"].any()
    assert load(story(points(0)))["mine"].rows["sign"].tolist() == ["0"]
    assert load(story(points(-0.5)))["mine"].rows["sign"].tolist() == ["-"]


def test_texts_base_level_class_and_prices_come_through(load):
    regions = {"level": "prefecture", "name": "china"}
    made = load(
        story(base="observed", level={"gdp": 220}, prices="constant", **{"class": regions})
    )["mine"]
    assert (made.base, made.levels, made.regions) == (
        "observed",
        {"gdp": 220},
        ("prefecture", "china"),
    )
    assert made.prices == "constant"
    assert made.title == {"en": "A story", "zh": "故事"}
    assert made.text == {"en": "It happens.", "zh": "如此。"}
    plain = load(story(base="implied"))["mine"]
    assert (plain.base, plain.prices, plain.regions, plain.rows.empty) == (None, None, None, True)


def test_a_story_is_measured_against_the_headline(plan, made, load):
    told = load(story(base="observed"), story(points(1)) | {"id": "more"})
    rows = compare(made, ForecastTable(plan, told["mine"])).rows.set_index("indicator_id")
    target = plan.target("gdp")
    assert rows.loc["gdp", "baseline"] == made.of("gdp").probability(target)
    assert rows.loc["gdp", "probability"] == made.of("gdp", "observed").probability(target)
    assert rows["change"].to_numpy() == pytest.approx(
        100 * (rows["probability"] - rows["baseline"])
    )
    assert "fdi_actual" not in rows.index, "it was never observed"
    more = compare(made, ForecastTable(plan, told["more"])).rows.set_index("indicator_id")["change"]
    assert more["gdp"] > 0
    assert more.drop("gdp").eq(0).all()


def test_a_shock_is_the_surprise_of_its_year(plan, load):
    made = load(story(gdp(shock=2009)))["mine"]
    size, row = class_shock(plan, "gdp", 2009)
    assert made.points["gdp"][2019] == pytest.approx(size)
    assert size < 0
    assert made.rows["rows"].tolist() == [f"{row['row_id']} and the years before"]


def test_growth_of_a_row_and_of_its_columns(load):
    rows = {c: load(story(from_row("gref-0979", column=c)))["mine"].rows for c in ("p50", "p75")}
    from zoneplan.data import tables

    printed = tables.read("growth_reference").set_index("row_id").loc["gref-0979"]
    assert {c: r["growth"].iloc[0] for c, r in rows.items()} == {c: printed[c] for c in rows}
    assert rows["p50"]["rows"].tolist() == ["gref-0979"]


def test_growth_of_an_observation_known_later_is_hindsight(load):
    trade = {
        "indicators": ["trade_total"],
        "years": [2020],
        "table": "context_observations",
        "row": "obs-257",
    }
    rows = load(story(trade))["mine"].rows
    assert rows[["growth", "hindsight"]].values.tolist() == [[15.1, True]]


# The middle path ---------------------------------------------------------------------------------


@settings(max_examples=15)
@given(
    st.floats(-30, 30), st.sampled_from(["gdp", "trade_total"]), st.sampled_from([2018, 2019, 2020])
)
def test_a_path_is_the_compounded_growth(plan, value, indicator, year):
    from zoneplan.forecasting.scenario import Scenario

    story = Scenario("x", points={indicator: {year: value}})
    usual_, moved = (middle_path(plan, s, indicator) for s in (HEADLINE, story))
    growth = 100 * (usual_ / usual_.shift(1) - 1)
    assert moved.loc[: year - 1].equals(usual_.loc[: year - 1])
    assert 100 * (moved[year] / moved[year - 1] - 1) == pytest.approx(growth[year] + value)
    assert list(moved.index) == [2017, 2018, 2019, 2020]


def test_paths_by_hand(plan, load):
    path = HEADLINE.path(plan, "gdp")
    level, base = 228 / 1.09, middle_path(plan, HEADLINE, "gdp")
    for year in plan.years:
        level *= 1 + path[year] / 100
        assert base[year] == pytest.approx(level)
    observed = load(story(base="observed"))["mine"]
    assert middle_path(plan, observed, "gdp").index[0] == 2016
    assert middle_path(plan, observed, "gdp")[2017] == pytest.approx(
        204.72 * (1 + path[2017] / 100)
    )
    own = load(story(level={"gdp": 220}))["mine"]
    assert middle_path(plan, own, "gdp")[2017] == 220
    assert middle_path(plan, HEADLINE, "fixed_asset_investment") is None
    assert middle_path(plan, HEADLINE, "backbone_firms") is None


# Mistakes in the file ----------------------------------------------------------------------------

GOOD = points(1)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (points(-120), "points: found -120; expected greater than or equal to -50"),
        (points(50.5), "points: found 50.5; expected less than or equal to 50"),
        (points(float("nan")), "points: found nan; expected a finite number"),
        (points(float("inf")), "points: found inf; expected a finite number"),
        (points("two"), "points: found 'two'; expected a valid number"),
        (points(True), "points: found True; expected a valid number"),
        (points(1, ["gpd"]), r"indicators: found 'gpd'; expected one of gdp, industrial_value"),
        # A series without a class has no expected growth to deviate from.
        (points(1, ["backbone_firms"]), "indicators: found 'backbone_firms'; expected one of gdp"),
        (points(1, [["gdp"]]), r"indicators: entry 1: found \['gdp'\]; expected a valid string"),
        (points(1, []), r"indicators: found \[\]"),
        (points(1, years=[2021]), "years: found 2021; expected one of 2018, 2019, 2020"),
        (gdp(points=1) | {"indicators": "gdp"}, "indicators: found 'gdp'; expected a valid list"),
        (GOOD | {"years": [2019, 2019]}, "found gdp in 2019 again; expected once, as in entry 1"),
        (GOOD | {"colour": "red"}, "colour: found an unknown key"),
        (
            GOOD | {"plan": "stated_growth"},
            "the key 'plan' beside points; expected only indicators, years, points",
        ),
        (GOOD | {"column": "p50"}, "the key 'column' beside points"),
        (
            gdp(),
            "found no growth; expected one of project, growth, points, shock, cities, plan, row",
        ),
        ("gdp", "found 'gdp'; expected a valid dictionary"),
        (gdp(row="gref-0001"), "found no table; expected it, beside row"),
        (from_row("gref-9999"), "no row gref-9999 in growth_reference"),
        (from_row("x", "peer_zones2"), "no table 'peer_zones2'"),
        (from_row("2016", "exchange_rate"), "no row 2016 in exchange_rate"),
        (from_row("gref-0001", column="p51"), "p51"),
        (from_row("gref-0979", column="n_units"), "column: found 'n_units'; expected"),
        (from_row("obs-414", "observations"), "row obs-414 of fixed_asset_investment; expected a"),
        (
            from_row("gref-0979", column="p50") | {"indicators": ["trade_total"]},
            "found row gref-0979 of gdp; expected a row of trade_total or exports",
        ),
        (
            from_row("obs-257", "context_observations"),
            "found row obs-257 of trade_total; expected a row of gdp$",
        ),
        (gdp(plan="hopes"), "plan: found 'hopes'; expected 'stated_growth'"),
        (gdp(cities="gdp_nominal", year=2012), "no gdp_nominal in one unit for 2011 and 2012"),
        (
            gdp(cities="exports", year=2019) | {"indicators": ["trade_total"]},
            "no exports in one unit for 2018 and 2019",
        ),
        (gdp(cities="gdp_nominal"), "found no year; expected it, beside cities"),
        (gdp(cities="gdp_nominal", year=2017.9), "year: found 2017.9; expected a valid integer"),
        (
            investment(project=100, over=0, table="observations", row="obs-414"),
            "over: found 0; expected greater than or equal to 1",
        ),
        (
            investment(project=100, over=2.7, table="observations", row="obs-414"),
            "over: found 2.7; expected a valid integer",
        ),
        (
            investment(project=100, table="observations", row="obs-414"),
            "found no over; expected it",
        ),
        (
            investment(table="observations", row="obs-414"),
            "row obs-414 in 亿元, which is no growth",
        ),
        (gdp(shock=2005), "no class of gdp knows 2005 with 3 years before it"),
        (gdp(shock=2030), "no class of gdp knows 2030"),
        (gdp(shock="x"), "shock: found 'x'; expected a valid integer"),
    ],
)
def test_a_wrong_entry_is_explained(refuse, entry, message):
    (line,) = refuse(story(entry))
    assert line.startswith("scenarios.yml:scenario 1 (mine): ")
    assert "entry 1" in line
    assert re.search(message, line), line


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title_zh": None}, "title_zh: found nothing; expected a valid string"),
        ({"text_en": "  "}, "text_en: found '  '"),
        ({"id": 7}, "scenario 1 (7): id: found 7; expected a valid string"),
        ({"base": "guessed"}, "base: found 'guessed'; expected 'implied' or 'observed'"),
        ({"prices": "1978"}, "prices: found '1978'; expected 'constant'"),
        ({"class": "china"}, "class: found 'china'"),
        ({"class": {"level": "county", "name": "chnia"}},
         "class: found county chnia; expected one of county china"),
        ({"class": {"level": "county", "name": ["china"]}}, "class: name: found ['china']"),
        ({"class": {"level": "county", "name": "china"}, "prices": "constant"},
         "found county china; expected one with real growth of"),
        ({"level": {"gpd": 3}}, "level: found 'gpd'; expected one of gdp, industrial_value_added,"),
        ({"level": {"fixed_asset_investment": 3}}, "level: found 'fixed_asset_investment'"),
        ({"level": {"gdp": -3}}, "level: gdp: found -3; expected greater than 0"),
        ({"level": 200}, "level: found 200; expected a valid dictionary"),
        ({"growth": None}, "growth: found nothing; expected a valid list"),
        ({"mood": "bad"}, "mood: found an unknown key; expected only the described keys"),
    ],
)  # fmt: skip
def test_a_wrong_story_is_explained(refuse, change, message):
    (line,) = refuse(story() | change)
    assert line.startswith("scenarios.yml:scenario 1 (")
    assert message in line, line


def test_every_problem_is_in_one_message(refuse):
    wrong = [
        story(points(-150), points(1, ["gpd"])),
        story(points(1, ["gdp", "gpd"], [2019, 2031]), copy.deepcopy(GOOD)) | {"id": "second"},
        "no story",
        story(
            from_row("gref-0001", "weather"),
            from_row("none"),
            **{"class": {"level": "moon", "name": "dark"}},
        )
        | {"id": "third"},
        story() | {"id": "third"},
        story() | {"id": "third"},
    ]
    assert [line.split(": found")[0] for line in refuse(*wrong)] == [
        "scenarios.yml:scenario 1 (mine): growth: entry 1: points",
        "scenarios.yml:scenario 2 (second): entry 1: indicators",
        "scenarios.yml:scenario 2 (second): entry 1: years",
        "scenarios.yml:scenario 2 (second): entry 2",
        "scenarios.yml:scenario 3",
        "scenarios.yml:scenario 4 (third): class",
        "scenarios.yml:scenario 4 (third): entry 1",
        "scenarios.yml:scenario 4 (third): entry 2",
        "scenarios.yml:scenario 6 (third)",
    ]


def test_contradictory_years_are_named_with_both_entries(refuse):
    lines = refuse(story(points(1, years=[2018, 2019]), points(-1, ["trade_total"]),
                         points(2, ["trade_total", "gdp"])))  # fmt: skip
    assert [line.split("; ")[1] for line in lines] == [
        "expected once, as in entry 2", "expected once, as in entry 1",
    ]  # fmt: skip


def test_a_key_given_twice_is_named_with_its_line(refuse):
    text = yaml.safe_dump([story(GOOD)], allow_unicode=True)
    text = text.replace("points: 1", "points: 1\n    points: 2")
    line = text.splitlines().index("    points: 2") + 1
    assert refuse(text) == [
        f"scenarios.yml:{line}:points: found the key twice; expected each key once"
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [("id: mine\n", "dict"), ("", "NoneType"), ("[]", "list"), ("just words", "str")],
)
def test_what_is_no_list_of_stories_is_refused(refuse, text, found):
    assert refuse(text) == [f"scenarios.yml: found {found}; expected a list of scenarios"]


@pytest.mark.parametrize("content", ["故事".encode("gb18030"), None])
def test_a_file_that_cannot_be_read_is_one_problem(plan, tmp_path, content):
    file = tmp_path / "scenarios.yml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match="expected a readable UTF-8 YAML file") as error:
        scenarios(plan, file)
    assert len(error.value.problems) == 1


@settings(max_examples=20)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(st.sampled_from(["indicators", "years", "row", "points", "class"]), x)
        ),
        max_leaves=6,
    ),
    st.sampled_from(["growth", "class", "base", "level", "id", "entry", "points", "years"]),
)
def test_any_value_anywhere_is_answered_with_problems(plan, tmp_path_factory, value, where):
    made = story(copy.deepcopy(GOOD))
    if where == "entry":
        made["growth"] = [value]
    elif where in ("points", "years"):
        made["growth"][0][where] = value
    else:
        made[where] = value
    file = tmp_path_factory.mktemp("any") / "scenarios.yml"
    file.write_text(yaml.safe_dump([made], allow_unicode=True), encoding="utf-8")
    try:
        found = scenarios(plan, file)
    except DataError as refused:
        found = refused
    assert isinstance(found, dict) or found.problems


# The usual ones ----------------------------------------------------------------------------------


def test_a_plan_without_scenarios_has_the_usual_ones(own):
    plan = own(GDP, ["gdp,2016,204.72,亿元,level,"])
    assert tuple(plan.scenarios) == USUAL
    assert plan.scenarios["baseline"].rows.empty
    printed = plan.scenarios["plan_as_printed"]
    assert printed.rows["growth"].tolist() == [9, 9, 9]
    assert set(printed.rows["rows"]) == {"plan"}
    levels = middle_path(plan, printed, "gdp")
    assert levels.to_dict() == pytest.approx(
        {2017: 228 / 1.09, 2018: 228.0, 2019: 248.52, 2020: 270.8868}
    )
    slump = plan.scenarios["trade_slump"].rows
    assert slump["year"].tolist() == [2018, 2019, 2020]
    assert slump["points"].iloc[0] < 0
    assert plan.scenarios["national_average"].regions == ("county", "china")
    assert all(s.title["zh"] and s.text["en"] for s in plan.scenarios.values())


def test_a_usual_story_that_would_move_nothing_is_left_out(own):
    silent = own([row.removesuffix("9") for row in GDP])
    assert "plan_as_printed" not in silent.scenarios, "nothing is printed"
    counts = own(["new_firms,N,2020,5,家,,,,"])
    assert tuple(counts.scenarios) == ("baseline",)
    revenue = own(["budget_revenue,B,2018,15,亿元,,,,15", "budget_revenue,B,2020,20,亿元,,,,15"])
    assert "national_average" not in revenue.scenarios, "no county prints it"
    assert [s["id"] for s in usual(revenue)][0] == "baseline"


def test_sizes_are_told_by_scenario_and_indicator(load):
    told = load(
        story(
            points(1, ["gdp"], [2018, 2019]),
            points(-1, ["gdp"], [2020]),
            {
                "indicators": ["trade_total"],
                "years": [2020],
                "table": "context_observations",
                "row": "obs-257",
            },
        )
    )
    rows = sizes(told).set_index(["scenario", "indicator_id"])
    gdp_ = rows.loc[("mine", "gdp")]
    assert (gdp_["years"], gdp_["sign"], gdp_["rows"]) == ("2018-2020", "+ + -", "own assumption")
    assert np.array(gdp_["growth"]) - gdp_["expected"] == pytest.approx([1, 1, -1])
    trade = rows.loc[("mine", "trade_total")]
    assert (trade["years"], trade["growth"], trade["rows"], trade["hindsight"]) == (
        "2020", [15.1], "obs-257", True,
    )  # fmt: skip
    assert not gdp_["hindsight"]


def test_a_project_that_takes_more_than_there_is_is_refused(refuse):
    entry = investment(project=-9000, over=1, table="observations", row="obs-414")
    (line,) = refuse(story(entry | {"years": [2018]}))
    assert "%, which is not above -100 %; expected growth that can be found" in line


def test_growth_as_printed_needs_a_print(own, tmp_path):
    plan = own([row.removesuffix("9") for row in GDP], ["gdp,2016,204.72,亿元,level,"])
    file = tmp_path / "s.yml"
    file.write_text(yaml.safe_dump([story(gdp(plan="stated_growth"))]), encoding="utf-8")
    with pytest.raises(DataError, match="no growth that the plan prints beside gdp"):
        scenarios(plan, file)


def test_before_the_slump_there_is_no_story_of_it(plan):
    assert "trade_slump" not in [s["id"] for s in usual(plan.at("2011-01-01"))]


def test_a_project_leaps_once_and_its_end_is_felt(plan, load):
    entry = investment(project=60, over=2, table="observations", row="obs-414")
    rows = load(story(entry | {"years": [2018, 2019, 2020]}))["mine"].rows
    path = HEADLINE.path(plan, "fixed_asset_investment")
    level, levels = 134.91, []
    for year in (2017, 2018, 2019, 2020):
        level *= 1 + path[year] / 100
        levels.append(level + (30 if year in (2018, 2019) else 0))
    want = [100 * (b / a - 1) for a, b in zip(levels, levels[1:], strict=False)]
    assert rows["growth"].tolist() == pytest.approx(want)
