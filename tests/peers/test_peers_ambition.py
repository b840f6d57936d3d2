"""Planned rates within classes: shares by hand, proxies named, nominal never meets real."""

import numpy as np
import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.errors import DataError
from zoneplan.forecasting import classes
from zoneplan.peers.ambition import REGIONS

SIZE = "county_coastal_size_matched"


def window() -> pd.DataFrame:
    """A window of percentiles that lie on a straight line: p is growth times ten."""
    levels = dict(zip(classes.PERCENTILES, classes.LEVELS / 10, strict=True))
    usual = {"origin_year": 2013, "end_year": 2016, "n_units": 100, "source_id": "cityyb"}
    return pd.DataFrame([{**usual, "known_from": pd.Timestamp("2017-11-01"), **levels}])


@pytest.mark.parametrize(
    ("growth", "share"), [(5.0, 0.5), (2.0, 0.8), (9.0, 0.1), (0.05, 1.0), (9.95, 0.0)]
)
def test_a_share_by_hand(monkeypatch, plan, growth, share):
    monkeypatch.setattr(classes.ReferenceClass, "windows", lambda *_: window())
    assert plan.peers.percentile(growth=growth).rows["share"].tolist() == [share]


def test_percentile_agrees_with_the_share_printed_in_the_table(plan):
    printed = tables.read("growth_reference").query(
        "level == 'county' and reference_class == 'coastal_size_matched' and indicator_id == 'gdp' "
        "and series == 'as_printed' and horizon_years == 3"
    )
    rows = plan.at("2018-10-30").peers.percentile().rows
    both = rows.merge(printed[["origin_year", "share_ge_9pct"]], on="origin_year")
    assert (both["share"] - both["share_ge_9pct"]).abs().max() < 0.03
    assert len(both) == len(rows)
    assert both["end_year"].max() == 2016


def test_a_window_is_known_from_november(plan):
    assert plan.at("2018-11-01").peers.percentile().rows["end_year"].max() == 2017
    early = plan.at("1999-01-01").peers
    assert (
        early.percentile().summary() == "No growth window of the class was known by 1 January 1999."
    )
    assert early.ambition().why == "peers.why.no_window"
    assert early.availability().rows["windows"].sum() == 0


def test_percentile_falls_as_growth_rises_and_stays_within_bounds(plan):
    shares = [
        plan.peers.percentile(growth=g).rows["share"].iloc[-1]
        for g in (-50.0, 5.0, 9.0, 12.0, 80.0)
    ]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[-1]) == (1.0, 0.0)
    # Beyond the printed percentiles nothing is known, so nobody reads of all or of none.
    beyond = [plan.peers.percentile(growth=g).plot().title for g in (-50.0, 80.0)]
    assert "reached by >99\xa0% of" in beyond[0]
    assert "reached by <1\xa0% of" in beyond[1]


def test_classes_go_by_the_names_that_the_tables_show(plan):
    own, named = plan.peers.percentile(), plan.peers.percentile(regions=SIZE, growth=9.0)
    pd.testing.assert_frame_equal(own.rows, named.rows)
    assert own.class_ == classes.class_of(plan, "gdp")
    real = plan.peers.percentile("gdp_real", 9.0, regions="prefecture_coastal_provinces")
    assert real.class_.describe() == "real GDP of coastal prefectures"
    with pytest.raises(DataError, match="regions: found 'moon'; expected one of .*" + SIZE):
        plan.peers.percentile(regions="moon")


def test_what_cannot_be_placed_says_why(plan):
    assert plan.peers.percentile("listed_companies").why == "peers.why.no_class"
    assert (
        plan.peers.percentile("gdp_real", regions="prefecture_china").why == "peers.why.no_rate_of"
    )


def test_windows_are_told_from_first_to_last(found, drawn):
    found, chart = found["percentile"], drawn("percentile")
    ends = found.rows["origin_year"].iloc[0], found.rows["end_year"].iloc[-1]
    assert all(f"{year:.0f}" in chart.subtitle for year in ends)
    assert chart.problems() == []
    # The window to 2017 was known on the day of the document (5 November), five days after it had
    # been adopted; the table prints 0.764 and 0.438 of the regions at 9 % or more.
    assert found.summary() == (
        "9 % a year was reached by 76 % of regions in 2003–2006 and by 44 % in 2014–2017 (GDP of "
        "coastal counties of the zone's size)."
    )


def test_shares_of_the_plan_are_those_of_its_classes(plan):
    rows = plan.peers.ambition().filter(indicator_id="gdp", regions="prefecture_china").rows
    rows = rows[rows["basis"] == "nominal"].set_index("end_year")
    printed = tables.read("growth_reference").query(
        "level == 'prefecture' and reference_class == 'china' and indicator_id == 'gdp' "
        "and series == 'as_printed' and horizon_years == 3"
    )
    by_hand = printed.set_index("end_year")["share_ge_9pct"].reindex(rows.index)
    assert plan.stated_growth("gdp") == 9
    assert len(rows)
    assert (rows["share"] - by_hand).abs().max() < 0.03


def test_proxies_are_named_and_nominal_never_meets_real(found):
    rows = found["ambition"].named("en")
    first = rows.drop_duplicates("label").set_index("indicator_id")
    proxies = ["secondary_value_added", "budget_revenue"]
    assert first.loc[first["is_proxy"], "stand_in"].tolist() == proxies
    # Trade has a class of its own, total trade of prefectures, and exports stand in no longer.
    assert first.loc["trade_total", ["stand_in", "is_proxy"]].tolist() == ["trade_total", False]
    assert first.loc[first["is_proxy"], "row_note"].str.startswith("proxy: ").all()
    assert ((rows["stand_in"] == "gdp_real") == (rows["basis"] == "real")).all()


def test_every_class_is_asked(found):
    there = found["availability"].rows
    assert {f"{level}_{name}" for level, name in REGIONS} < set(there["regions"])
    counted = there.set_index(["indicator_id", "basis", "regions"])
    zones = counted.loc[("gdp", "real", "national_zones"), ["units", "windows"]]
    # The table has 29 pairs of 24 zones; two are of the zone itself, which is not its own peer.
    assert zones.tolist() == [23, 27]
    # Zones print real growth only, so the nominal reading has none.
    assert counted.loc[("gdp", "nominal", "national_zones"), "units"] == 0
    # Total trade has windows of its own since 2008-2011; county tables print none of it.
    assert counted.loc[("trade_total", "nominal", "prefecture_china"), "windows"] == 7
    assert counted.loc[("trade_total", "nominal", SIZE), "windows"] == 0
    assert found["availability"].summary().startswith("2 of 7 planned rates")


def test_windows_known_later_change_nothing_before(plan):
    assert plan.at("2018-10-30").peers.ambition().rows["end_year"].max() == 2016
    assert plan.at("2018-11-02").peers.ambition().rows["end_year"].max() == 2017
    # Hindsight concerns figures of zones; windows are those known on the day either way.
    ever, then = (plan.at("2018-10-30").peers(hindsight=h).ambition() for h in (True, False))
    assert ever.rows.equals(then.rows)
    assert not ever.hindsight


def test_main_class_is_that_of_the_forecast(plan):
    rows = plan.peers.ambition().rows
    main = rows[rows["is_main"]].drop_duplicates(["indicator_id", "basis"])
    regions = main.set_index(["indicator_id", "basis"])["regions"]
    assert regions["gdp", "nominal"] == SIZE
    assert regions["gdp", "real"] == regions["fiscal_revenue_total", "nominal"]
    assert len(main) == len(rows.drop_duplicates(["indicator_id", "basis"]))


def test_the_overview_takes_the_last_three_windows(found):
    found = found["ambition"]
    rows = found.filter(indicator_id="gdp", basis="nominal", regions=SIZE).rows
    one = found.overview().filter(indicator_id="gdp", basis="nominal", regions=SIZE).rows.iloc[0]
    last = rows["share"].tail(3)
    assert one["share"] == pytest.approx(last.mean())
    assert one[["lowest", "highest", "windows"]].tolist() == [last.min(), last.max(), 3]
    # The windows to 2015, 2016 and 2017, since the last was known on the day of the document. The
    # table prints 0.629, 0.451 and 0.438 of counties, and 0, 2 and 3 of the 11 prefectures.
    assert last.to_numpy() == pytest.approx([0.629, 0.451, 0.438], abs=0.03)
    assert found.summary() == (
        "GDP, nominal: 9 % a year was reached by 50 % of coastal counties of the zone's "
        "size over the last 3 windows (44 % in the last one), and by 13 % of Zhejiang prefectures."
    )


def test_the_last_window_stands_beside_the_pooled_ones(found):
    rows = found["percentiles"].rows.set_index("indicator_id")
    last = found["percentile"].rows["share"].tail(3)
    told = rows.loc["gdp", ["percentile", "pooled"]].tolist()
    assert told == pytest.approx([100 * last.iloc[-1], 100 * last.mean()])
    # 15 % lies between the printed 95th (13.08) and 99th (15.64) percentile of prefectures.
    assert 1 < rows.loc["fiscal_revenue_total", "percentile"] < 5
    said = found["percentiles"].summary()
    assert said.startswith(
        f"The boldest of {len(rows)} planned rates is that of Total fiscal revenue: 15 % a year "
        "was reached by 2 of 100 regions"
    )


def test_a_class_that_is_not_compared_leaves_the_windows_undrawn(plan):
    from dataclasses import replace

    about = plan.about.model_copy(
        update={"classes": {"gdp": ("county", "china", "gdp")}, "home": None}
    )
    found = replace(plan, about=about, _made={}).peers.ambition()
    gdp = found.filter(indicator_id="gdp", basis="nominal")
    assert not gdp.rows["is_main"].any()
    assert gdp.rows["is_proxy"].all()
    assert gdp.plot(by="windows").why.startswith("The class of the forecast is none of those")
    assert np.isfinite(gdp.overview().rows["share"]).all()
