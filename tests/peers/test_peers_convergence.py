"""Do the small grow faster: known slopes are found, thin tables have no line."""

import numpy as np
import pandas as pd
import pytest

from zoneplan.data.cities import city_panels
from zoneplan.data.panel import panel_of
from zoneplan.peers import convergence
from zoneplan.peers.zones import is_wider


@pytest.fixture
def points(zone_rows):
    def made(n: int, slope: float) -> pd.DataFrame:
        sizes = np.geomspace(50, 3200, n)
        rows = []
        for i, size in enumerate(sizes):
            zone = {"zone_id": f"z{i:02d}", "scope_note": "Z", "source_id": "s308013b6"}
            growth = 16.9 + slope * np.log2(size) + 0.1 * (-1) ** i
            rate = {"value": growth, "unit": "%", "kind": "growth_real"}
            rows += [{**zone, "value": size}, {**zone, **rate}]
        return zone_rows(*rows)

    return made


@pytest.mark.parametrize("slope", [-1.5, 0.0, 2.0])
def test_the_line_finds_a_known_slope(of_rows, points, slope):
    found = of_rows(points(24, slope)).small_zones()
    assert found.slope[0] == pytest.approx(slope, abs=0.02)
    assert found.without.to_numpy() == pytest.approx(slope, abs=0.04)
    assert len(found.without) == 24
    assert found.case() == ("flat" if slope == 0 else "summary")


def test_one_wild_figure_does_not_turn_the_line(of_rows, points):
    wild = points(24, 0.5)
    wild.loc[1, "value"] += 100
    found = of_rows(wild).small_zones()
    straight = np.polyfit(np.log2(found.rows["size"]), found.rows["above_china"], 1)[0]
    assert abs(found.slope[0] - 0.5) < 0.2 < abs(straight - 0.5)


def test_under_twenty_points_there_is_no_line(of_rows, points):
    found = of_rows(points(19, -1.0)).small_zones()
    assert found.line is None
    assert np.isnan(found.slope[0])
    assert found.without.empty
    said = "No line is fitted: 19 scope-clean points remain, fewer than 20."
    chart = found.plot()
    assert found.summary() == said
    assert "too few" in chart.title
    assert chart.problems() == []
    assert of_rows(points(20, -1.0)).small_zones().line is not None


def test_merged_districts_are_left_out_where_the_zone_alone_is_asked(peers):
    whole, alone = peers.small_zones(), peers.small_zones(zone_alone=True)
    assert set(alone.rows["zone_id"]) < set(whole.rows["zone_id"])
    assert not is_wider(alone.rows["scope_note"]).any()
    # Of 29 pairs two are of the zone itself.
    assert len(alone.rows) + len(alone.left_out) == 27
    assert "wenzhou" not in {*alone.rows["zone_id"], *alone.left_out["zone_id"]}
    assert set(alone.left_out["reason"]) == {"wider", "no_china"}
    assert set(whole.left_out["reason"]) == {"no_china"}


def test_without_china_there_is_no_point(plan, put):
    put(context_observations=lambda t: t[t["entity_id"] != "china"])
    found = plan.peers(hindsight=True).small_zones()
    assert found.rows.empty
    assert found.plot().why.startswith("No zone's size and growth of one area")


def test_convergence_by_hand():
    years = np.arange(2012, 2015)
    start, rate = np.log([100, 200, 400, 800]), np.array([0.08, 0.06, 0.04, 0.02])
    rows = [
        (u, int(y), float(np.exp(start[u] + rate[u] * (y - 2012)))) for u in range(4) for y in years
    ]
    panel = panel_of(pd.DataFrame(rows, columns=["unit_id", "year", "value"]))
    beta, sigma = convergence._converged("x", panel, 2012, 2022)
    # Each doubling grows two points a year less.
    assert beta["beta"] == pytest.approx(-2.0)
    assert beta["without_one_high"] == pytest.approx(-2.0)
    assert sigma["y"].iloc[0] == pytest.approx(100 * start.std(ddof=1))
    assert sigma["y"].is_monotonic_decreasing
    assert convergence._converged("x", panel, 2014, 2022) is None, "one year is no growth"


def test_the_interval_of_a_slope_is_the_textbook_one():
    from statsmodels.api import OLS, add_constant

    x, y = np.array([1.0, 2, 3, 4, 6]), np.array([2.0, 1.5, 3.0, 2.5, 5.0])
    textbook = OLS(y, add_constant(x)).fit().conf_int(0.05)[1]
    assert convergence._ols(x, y)[1:] == pytest.approx(textbook)


def test_cities_of_zhejiang(peers):
    rows = peers.convergence().table().set_index("series")
    whole = rows.loc["gdp_nominal", ["first_year", "last_year", "cities"]]
    assert whole.tolist() == [2012, 2022, 11]
    # Registered and resident population are two series: a head is counted from residents only.
    assert rows.loc["gdp_per_head", "first_year"] == 2016
    assert (rows["low"] < rows["beta"]).all()
    assert (rows["beta"] < rows["high"]).all()
    assert (rows["without_one_low"] <= rows["beta"]).all()
    assert (rows["beta"] <= rows["without_one_high"]).all()
    panels = city_panels(["gdp_nominal", "population_resident"])
    by_hand = (
        panels["gdp_nominal"]
        .rows()
        .merge(panels["population_resident"].rows(), on=["unit_id", "year"])
    )
    spread = np.log(by_hand["value_x"] / by_hand["value_y"]).groupby(by_hand["year"]).std(ddof=1)
    assert rows.loc["gdp_per_head", "sigma_last"] == pytest.approx(100 * spread[2022])


def test_cities_as_known_on_a_day(plan):
    known = plan.at("2018-10-30").peers.convergence().rows.set_index("series")
    assert known["last_year"].to_dict() == {"gdp_nominal": 2016, "budget_revenue": 2016}
    early = plan.at("2013-12-01").peers.convergence()
    assert early.rows.empty
    assert early.plot().why.startswith("The yearbooks known by 1 December 2013")
