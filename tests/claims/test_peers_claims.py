"""What notebook 05 and the paper say of the Zhenan plan among regions and zones."""

import numpy as np
import pytest

from zoneplan.data import tables
from zoneplan.peers.ambition import REGIONS
from zoneplan.peers.ranks import BIG_MOVE, TOP


@pytest.fixture(scope="module")
def peers(plan):
    return plan.peers(hindsight=True)


def printed(level: str, name: str, series: str, last: int = 3):
    """The last three-year windows of a class that were printed by 5 November 2018."""
    rows = tables.read("growth_reference")
    rows = rows[(rows["level"] == level) & (rows["reference_class"] == name)]
    rows = rows[(rows["indicator_id"] == series) & (rows["series"] == "as_printed")]
    rows = rows[(rows["horizon_years"] == 3) & (rows["known_from"] <= "2018-11-05")]
    return rows.sort_values("end_year").tail(last)


def test_nine_percent_is_ordinary_for_the_coast_and_bold_for_the_province(peers):
    """50 of 100 counties of its size over three windows, 44 in the last; in Zhejiang 13."""
    seen = peers.ambition().overview().filter(indicator_id="gdp", basis="nominal").rows
    share = seen.set_index("regions")["share"]
    assert round(100 * share["county_coastal_size_matched"]) == 50
    assert round(100 * share["prefecture_zhejiang"]) == 13
    for level, name in (("county", "coastal_size_matched"), ("prefecture", "zhejiang")):
        by_hand = printed(level, name, "gdp")["share_ge_9pct"].mean()
        # Read between printed percentiles, which of eleven prefectures are coarse.
        near = 0.01 if level == "county" else 0.03
        assert share[f"{level}_{name}"] == pytest.approx(by_hand, abs=near)
    last = printed("county", "coastal_size_matched", "gdp", 1)["share_ge_9pct"].item()
    assert round(100 * last) == 44


def test_total_revenue_is_the_boldest_rate(peers):
    rows = peers.percentiles().rows.set_index("indicator_id")["percentile"]
    assert rows.idxmin() == "fiscal_revenue_total"
    assert rows.min() < 30
    windows = printed("prefecture", "coastal_provinces", "budget_revenue")
    # 15 % lies between the 85th and the 95th percentile of the last three windows, and in the last
    # one between the 95th and the 99th.
    assert windows["p85"].mean() < 15 < windows["p95"].mean()
    assert windows["p95"].iloc[-1] < 15 < windows["p99"].iloc[-1]


def test_only_proxies_stand_for_two_rates(peers):
    there = peers.availability().rows
    proxies = there[there["is_proxy"]]["indicator_id"].unique().tolist()
    assert proxies == ["industrial_value_added", "fiscal_revenue_total"]
    few = there[there["regions"] == "prefecture_zhejiang"]
    assert few["units"].max() == 11
    sized = there[(there["regions"] == "county_coastal_size_matched") & (there["units"] > 0)]
    assert sized["indicator_id"].nunique() == 3
    assert there["regions"].nunique() == len(REGIONS) + 1


def test_every_rate_was_reached_about_least_in_the_last_window(peers):
    """Less than ever, or by one unit in a hundred more than in the window before."""
    rows = peers.ambition().filter(is_main=True).rows
    by_rate = rows.groupby(["indicator_id", "basis"])["share"]
    assert (by_rate.last() - by_rate.min() < 0.011).all()
    assert by_rate.ngroups == 8
    assert (rows["end_year"] <= 2018).all()
    assert rows["share"].between(0, 1).all()


def test_weaker_sources_tell_of_more_growth(peers):
    found = peers.reaching().rows.set_index("way")
    assert found["figures"].to_dict() == {
        **{"printed": 30, "official": 5, "excess": 30, "totals": 30},
        **{"early": 12, "late": 18},
    }
    # The zone itself is not among its peers; until 2012 nearly all reached 9 %, since then few did.
    assert (100 * found["share"]).round().tolist() == [53, 20, 43, 77, 92, 28]
    median = peers.growth().by_grade().set_index("grade")["median"]
    assert median["A"] < median["C"]
    reports = peers.growth().rows
    assert set(reports["unit"]) == {"%"}
    assert not reports.duplicated(["zone_id", "year"]).any()


def test_the_zone_is_half_the_average_national_zone(peers, plan):
    found = peers.totals()
    assert found.nearest()["times"].iloc[-1] == pytest.approx(204.72 / (91000 / 219))
    rows = found.rows.set_index("year")
    # The target of 270 in 2020, too.
    assert plan.target("gdp").value == 270 < rows.loc[2020, "mean_zone"]
    assert 100 * 270 / rows.loc[2020, "value"] == pytest.approx(0.2455, abs=1e-4)
    # Most growth of the total came from new zones.
    assert rows.loc[2017, "growth_mean_zone"] < 8 < 22 < rows.loc[2017, "growth_levels"]


def test_nobody_grew_into_the_top_fifty_from_far_down_on_one_area(peers):
    moves = peers.movers()
    far = moves.big().rows
    assert len(far) == 5
    assert far["moved"].min() >= BIG_MOVE
    top = far[far["to_rank"] <= TOP]
    assert top["zone_id"].tolist() == ["wenzhou"]
    assert top["area"].str.contains("merged").all()
    near = moves.rows.loc[moves.rows["from_rank"] <= TOP, "moved"].abs()
    assert near.max() < far["moved"].min()
    assert far["later_rank"].isna().all()


def test_small_zones_reported_more_growth(peers):
    found, alone = peers.small_zones(), peers.small_zones(zone_alone=True)
    slope, low, high = found.slope
    assert (round(slope, 1), round(low, 1), round(high, 1)) == (-2.0, -2.9, -1.1)
    assert found.without.max() < 0
    assert len(found.rows) >= 20 > len(alone.rows)
    assert alone.line is None


def test_regions_promise_what_they_expect(peers):
    found = peers.promised().rows
    kept = found[found["status"] != "open"]
    assert (len(kept), (kept["status"] == "reached").sum()) == (14, 11)
    assert (kept["result"] - kept["target"]).median() < 1
    assert (kept["basis"] == "growth").all()
    assert peers.targets().rows["result"].notna().sum() == 0


def test_the_zone_outran_its_city(peers):
    rows = peers.against_city().rows
    apart = rows.set_index("year")["difference"].dropna()
    assert apart.round(1).to_dict() == {2013: 2.0, 2015: 0.2, 2021: 1.2}
    assert (rows["share"].dropna() < 100).all()
    assert rows["year"].is_unique


def test_the_cities_of_zhejiang_did_not_catch_up(peers):
    rows = peers.convergence().rows
    assert ((rows["low"] < 0) & (rows["high"] > 0)).all()
    assert (rows["cities"] == 11).all()
    assert (rows["sigma_last"] > rows["sigma_first"]).all()
    assert rows["figures"].sum() == 11 * (11 + 7 + 11)


def test_the_closest_zone_is_hangzhou_bay_with_a_wider_area(peers):
    rows = peers.closest().rows
    assert rows[["zone_id", "wider"]].iloc[0].tolist() == ["nbhzbay", True]
    assert rows["times"].iloc[0] == pytest.approx(1.58, abs=0.01)
    assert np.isfinite(rows["distance"]).all()
