"""The progress arrow beside the chances of the plan, worked by hand."""

from __future__ import annotations

import pandas as pd
from plan_folders import GDP


def test_the_arrow_of_the_shipped_plan(plan, judged):
    rows = judged.rows.set_index("target_id")["arrow"]
    # 175.15 in 2013 and 204.72 in 2016: 5.3 % a year; 270 in 2020 needs 6.4 %, so 0.84 of it.
    seen = plan.levels("gdp")
    assert (seen["year"].iloc[[0, -1]].tolist(), seen["value"].iloc[[0, -1]].tolist()) == (
        [2013, 2016],
        [175.15, 204.72],
    )
    ratio = ((204.72 / 175.15) ** (1 / 3) - 1) / ((270 / 175.15) ** (1 / 7) - 1)
    assert 0.6 <= ratio < 0.95
    assert rows["gdp-2020"] == "moderate"
    # Investment: 121.02 in 2014, 134.91 in 2016: 5.6 % a year where 18 are promised.
    assert rows["fixed_asset_investment-2020"] == "slow"
    # One own level tells no growth, and a series without a chance has no arrow.
    assert rows["trade_total-2020"] == "unknown"
    assert rows["upgraded_to_above_scale-2020"] == "unknown"


def test_an_arrow_stands_wherever_two_levels_do(plan, judged):
    given = judged.rows[
        judged.rows["probability_low"].notna() & (judged.rows["section"] == "annex")
    ]
    two = pd.Series([len(plan.levels(i)) >= 2 for i in given["indicator_id"]], index=given.index)
    assert (given["arrow"].ne("unknown") == two).all()


def test_a_plan_without_a_past_has_no_arrow(own):
    rows = own(GDP).forecast().odds().rows
    assert set(rows["arrow"]) == {"unknown"}


def test_a_rate_is_asked_of_the_whole_span(own):
    rate = ["fixed_asset_investment,Investment,2020,10,%,growth,,,"]
    past = "fixed_asset_investment,{},{},亿元,level,2018-01-01"
    seen = [past.format(2014, 100), past.format(2016, 121)]
    row = own(
        rate, seen, about="id: mine\nzone_en: Test zone\nadopted: 2018-10-30\nyears: [2020]\n"
    )
    rows = row.forecast().odds().rows
    assert rows.loc[rows["year"] == 2020, "arrow"].tolist() == ["on_track"]
