"""Which zones are like this one: distances by hand, and nobody left out in silence."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.data import tables
from zoneplan.errors import DataError
from zoneplan.peers import similar

ZONES = ["wenzhou", "suzhoupark", "zhenjiang", "ningbo", "weihai", "yingkou"]


def test_ages():
    ages = similar.zone_ages(date(2018, 10, 30)).set_index("zone_zh")["age"]
    assert ages["温州经济技术开发区"] == 26
    assert ages["镇江经济技术开发区"] == 8
    assert "台州湾经济技术开发区" not in ages, "approved in 2021"
    assert "苏州工业园区" not in ages, "no date is printed"


def test_comparable_zones_and_the_rest_are_all_zones(peers):
    found = peers.similar(by=("size", "coast"))
    everyone = set(tables.read("peer_zones")["zone_id"]) - {"wenzhou"}
    kept, left = set(found.rows["zone_id"]), set(found.left_out["zone_id"])
    assert kept | left == everyone
    assert not kept & left
    assert found.rows["times"].between(*similar.TIMES).all()
    assert not (found.rows["place"] == "other_coast").any()
    assert np.log(found.rows["times"]).abs().is_monotonic_increasing
    reasons = found.left_out.groupby("reason").size()
    assert set(reasons.index) == {"other_coast", "no_size", "other_size"}
    assert set(peers.similar(by=("province",)).rows["place"]) == {"same_province"}
    few = peers.similar(by=("size", "coast", "province")).rows
    assert set(few["zone_id"]) < kept
    assert found.summary() == "12 zones are comparable by size, coast; 40 are not."


def test_nobody_may_be_like_it(peers):
    found = peers.similar(times=(1.0, 1.0))
    assert found.rows.empty
    assert found.summary() == "No zone fits these criteria."


def test_sizes_of_different_years_are_held_in_shares_of_china(peers):
    rows = similar.features(peers, (2008, 2021)).set_index("zone_id")
    china = peers.shares().rows.set_index(["zone_id", "year"])["share"]
    times = china["weihai", 2015] / china["wenzhou", 2016]
    assert rows.loc["weihai", "times"] == pytest.approx(times)
    assert rows.index[0] == "wenzhou"
    assert rows.loc["wenzhou", "times"] == 1.0


def test_an_unknown_criterion_is_refused(peers):
    with pytest.raises(
        DataError, match="criterion: found 'colour'; expected one of coast, province"
    ):
        peers.similar(by=["size", "colour"])


def test_a_zone_without_a_size_has_nobody_to_be_like(home):
    peers = home("hefei").peers(hindsight=True)
    for found in (peers.similar(), peers.closest()):
        assert found.rows.empty
        assert found.why == "peers.why.no_size"
        assert found.summary().startswith("No full-year GDP of the zone beside China's")


def test_distance_by_hand(peers):
    found = peers.closest(99)
    rows = found.table().set_index("zone_id")
    spread = np.ptp(np.log([*rows["times"], 1.0]))
    lishui = (abs(np.log(rows.loc["lishui", "times"])) / spread + 0.0) / 2
    assert rows.loc["lishui", "distance"] == pytest.approx(lishui)
    # Both ages are known: size, another coastal province, the same age.
    yingkou = (np.log(rows.loc["yingkou", "times"]) / spread + 0.5 + 0.0) / 3
    assert rows.loc["yingkou", "distance"] == pytest.approx(yingkou)
    assert rows["distance"].is_monotonic_increasing
    assert rows["known"].between(2, 3).all()
    far = found.left_out[found.left_out["reason"] == "other_time"]
    assert len(far)
    assert ((far["year"] - 2016).abs() > similar.YEARS_APART).all()
    assert ((rows["year"] - 2016).abs() <= similar.YEARS_APART).all()
    assert len(peers.closest(3).rows) == 3


def test_the_closest_are_shown_with_what_they_are_compared_by(peers):
    found = peers.closest()
    shown = found.shown().texts
    assert list(shown)[:5] == ["zone", "size", "unit", "year", "times its size"]
    assert shown["year"].tolist()[:3] == ["2016", "2021", "2021"], "years have no decimals"
    assert set(shown["wider area"]) == {"yes", "no"}
    assert "same province" in set(shown["place"])
    assert "是" in set(found.shown("zh").texts["范围更大"])
    assert found.summary().startswith("Closest, with size in times the zone's: Ningbo Hangzhou Bay")


@settings(derandomize=True, deadline=None, max_examples=5)
@given(zone=st.sampled_from(ZONES))
def test_distances_lie_between_alike_and_unlike(peers, zone):
    rows = peers(hindsight=True, home=zone).closest(99).rows
    assert rows["distance"].between(0, 1).all()
    assert zone not in set(rows["zone_id"])
