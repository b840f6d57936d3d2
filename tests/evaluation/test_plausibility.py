"""What is valid but unusual in a plan of one's own is asked about."""

from __future__ import annotations

from datetime import date

import pytest
from plan_folders import ABOUT, GDP

from zoneplan.evaluation.plausibility import outside, place_problems, plausibility, records

TODAY = date(2026, 1, 1)
USUAL = ["gdp,2015,180,亿元,level,", "gdp,2016,195,亿元,level,"]


@pytest.fixture
def asked(own):
    return lambda *rows, **about: plausibility(own(*rows, **about).forecast(), TODAY)


def test_a_usual_plan_raises_no_question(asked):
    assert asked(GDP, [*USUAL, "gdp,2017,210,亿元,level,", "gdp,2016,8,%,growth_real,"]) == []


@pytest.mark.parametrize(
    ("row", "line"),
    [
        # A unit, a digit or a point in the wrong place.
        (
            "gdp,2017,210,万元,level,",
            "GDP: 195 亿元 in 2016, 0.021 亿元 in 2017 (observations.csv)",
        ),
        ("gdp,2017,2100,亿元,level,", "GDP: 2,100 亿元 in 2017, 228 亿元 in 2018 (targets.csv)"),
        # A name that nobody knows.
        (
            "gpd,2017,210,亿元,level,",
            "observations.csv: 'gpd' has no target and is no known name, so 1 of its "
            "figures are not used",
        ),
        # A year that is not over.
        (
            "gdp,2029,210,亿元,level,2018-01-01",
            "observations.csv: a figure of gdp for all of 2029, which was not over on 2026-01-01",
        ),
        # Growth that its levels do not have.
        (
            "gdp_growth,2016,-8,%,growth_real,",
            "gdp in 2016: its levels grew by 8.3 %, its growth is given as -8.0 %: other "
            "areas or prices?",
        ),
    ],
)
def test_a_slip_of_the_keys_is_asked_about(asked, row, line):
    assert line in asked(GDP, [*USUAL, row])


@pytest.mark.parametrize(
    ("growth", "told"), [(0.4, False), (0.3, True), (16.3, False), (16.4, True)]
)
def test_growth_may_lie_eight_points_off_its_levels(asked, growth, told):
    # 195 / 180 is 8.33 %.
    lines = asked(GDP, [*USUAL, f"gdp_growth,2016,{growth},%,growth_real,"])
    assert bool(lines) == told


def test_a_record_unlike_that_of_similar_regions_is_told(own):
    seen = ["gdp,2014,250,亿元,level,", "gdp,2015,240,亿元,level,", "gdp,2017,210,亿元,level,"]
    made = own(GDP, seen).forecast()
    (row,) = records(made).to_dict("records")
    windows = made.class_of("gdp").windows(3, made.plan.as_of)[["p10", "p90"]].tail(3).mean()
    assert (row["indicator_id"], row["start"], row["end"]) == ("gdp", 2014, 2017)
    assert [row["p10"], row["p90"]] == pytest.approx(windows.tolist())
    assert row["own"] == pytest.approx(100 * ((210 / 250) ** (1 / 3) - 1))
    assert len(outside(made)) == 1
    told = "GDP grew by -5.6 % a year from 2014 to 2017; four in five similar regions had "
    assert plausibility(made, TODAY)[0].startswith(told)


def test_within_the_range_nothing_is_said(own, made):
    steady = own(GDP, ["gdp,2014,165,亿元,level,", "gdp,2017,210,亿元,level,"]).forecast()
    assert len(records(steady)) == 1
    assert outside(steady).empty
    assert records(made).empty, "levels of different areas tell no growth"
    assert records(own(GDP, ["gdp,2017,210,亿元,level,"]).forecast()).empty


def test_what_the_paper_cannot_tell_is_said_before(asked):
    lines = asked(["gdp,GDP,2018,228,亿元,,,,9", "park_tax,T,2020,5,亿元,,,,"])
    assert "GDP: no target for 2020, the year that the paper gives chances of" in lines
    assert "no target of 2020 has a chance; zoneplan verdicts names the missing numbers" in lines
    named = asked(GDP, about=ABOUT.replace("Test zone", "试验区"))
    assert "plan.yml: zone_en is '试验区'; the English paper would print a name in English" in named


def test_a_place_that_no_table_knows_is_a_problem(own):
    plan = own(GDP, about=ABOUT + "home: nowhere\nhost: moon\n")
    home, host = map(str, place_problems(plan))
    assert home.startswith(
        "plan.yml:home: found 'nowhere'; expected nothing, or an id of peer_zones such as "
    )
    assert host.startswith(
        "plan.yml:host: found 'moon'; expected nothing, or an id of context_observations"
    )
    assert place_problems(own(GDP, about=ABOUT + "home: suzhoupark\nhost: wenzhou\n")) == []
    assert place_problems(own(GDP)) == []
