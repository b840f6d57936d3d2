"""Ranks: one list at a time, a gap is no fall, and far moves with what is known of them."""

import pytest

from zoneplan.errors import DataError
from zoneplan.peers.ranks import TOP


def test_ranks(peers):
    own = peers.ranks("wenzhou").table().set_index("evaluation_year")
    assert own["rank"].to_dict() == {2023: 169, 2024: 50}
    assert own["derived"].to_dict() == {2023: True, 2024: False}
    assert own.loc[2024, "data_year"] == 2023
    province = peers.ranks().rows
    # The list of 2010 is another system.
    assert set(province["province"]) == {"浙江"}
    assert province["evaluation_year"].min() == 2017
    assert not province.duplicated(["zone_id", "evaluation_year"]).any()
    twice = province.query("zone_id == 'hangzhou' and evaluation_year == 2022")
    assert twice["n_sources"].tolist() == [2]
    assert peers.ranks().pivot().loc["wenzhou", 2024] == 50


@pytest.mark.parametrize("name", ["Zhejiang", "浙江", "ZHEJIANG", None])
def test_provinces_go_by_either_name(peers, name):
    assert peers.ranks(name).rows.equals(peers.ranks("zhejiang").rows)


@pytest.mark.parametrize("name", ["wenzhou", "Wenzhou ETDZ", "温州经济技术开发区"])
def test_zones_go_by_id_and_by_either_name(peers, name):
    assert set(peers.ranks(name).rows["zone_id"]) == {"wenzhou"}


def test_what_is_not_ranked_is_said_or_refused(peers, home):
    assert set(peers.ranks("广东").rows["province"]) == {"广东"}
    with pytest.raises(DataError, match="where: found 'atlantis'; expected one of .*wenzhou"):
        peers.ranks("atlantis")
    with pytest.raises(DataError, match="ranking: found 'best'; expected one of comprehensive"):
        peers.ranks(ranking="best")
    # A province without a rank is no mistake.
    found = home("qinhuangdao").peers(hindsight=True).ranks()
    assert found.rows.empty
    assert found.plot().why.startswith("No rank of the zone or province")


def test_the_last_rank_of_the_zone_is_told(peers, drawn):
    found, chart = peers.ranks(), drawn("ranks")
    assert chart.title == "Wenzhou ETDZ held rank 50 in the evaluation of 2024"
    assert len(chart.table()) == len(found.rows)
    assert chart.problems() == []
    assert found.summary().startswith("Wenzhou ETDZ ranked 50 in the evaluation of 2024. 22 ranks")
    assert peers.ranks("wenzhou").plot().problems() == []
    assert peers.ranks(ranking="east").plot().id == "ranks_east"


def test_movers(peers):
    found = peers.movers()
    far = found.big().rows.set_index("zone_id")
    moved = {"wenzhou": 119, "qinzhougang": 94, "shaoxing": 84, "longyan": 64, "gxasean": 58}
    assert far["moved"].to_dict() == moved
    assert far.loc["wenzhou", "derived"]
    assert "merged" in far.loc["wenzhou", "area"]
    steps = found.rows.set_index(["zone_id", "from_year", "to_year"])
    step = steps.loc[("shaoxing", 2019, 2020)]
    assert (step["later_year"], step["later_rank"]) == (2021, 77)
    assert (found.rows["to_year"] - found.rows["from_year"]).between(1, 2).all()
    assert (found.rows["from_year"] > 2010).all(), "the list of 2010 is another system"
    assert set(
        peers.movers(within=1).rows["to_year"] - peers.movers(within=1).rows["from_year"]
    ) == {1}
    with pytest.raises(DataError, match="ranking: found 'best'"):
        peers.movers(ranking="best")


def test_a_move_that_nobody_made_is_said_so(peers):
    found = peers.movers()
    said = "No move of so many places was published by today."
    assert found.big(500).summary() == found.big(500).plot().why == said
    # Moves have no chart any more; what it said stands in the summary.
    assert found.summary().startswith(
        "5 zones are known to have won 40 places or more within 2 evaluations, 1 of them into the "
        f"top {TOP};"
    )
    assert found.evidence_note().startswith("Number of figures: 128 ")


def test_lists_are_never_mixed(peers):
    # 29th in the east and 50th in the whole are ranks of one year on two lists.
    whole, east = peers.movers().history, peers.movers(ranking="east").history
    assert not set(whole["row_id"]) & set(east["row_id"])
    own = whole.query("zone_id == 'wenzhou' and evaluation_year == 2024")
    assert own["rank"].tolist() == [50]
