"""The host's running year: one surprise, laid on the common path and on the host, taken in one
step.
"""

from __future__ import annotations

import numpy as np
import pytest

from zoneplan.forecasting import growth
from zoneplan.forecasting.classes import spread_units
from zoneplan.forecasting.forecasts import forecast
from zoneplan.forecasting.news import REAL
from zoneplan.forecasting.settings import Settings


@pytest.fixture(scope="module")
def news(plan):
    return forecast(plan, "gdp").news


def test_the_half_year_of_wenzhou_is_held_against_its_class(news):
    assert (news.year, news.growth, news.row_id) == (2018, 7.9, "obs-213")
    assert news.surprise == pytest.approx(7.9 - news.expected)


def test_the_surprise_is_shared_by_the_two_spreads(plan, news):
    seen = np.log1p(REAL.windows(1, plan.as_of)["p50"].to_numpy() / 100)
    s = growth.error_sd(seen)
    h = np.std(np.log1p(spread_units(REAL.windows(1, plan.as_of).iloc[-1]) / 100))
    assert news.share == pytest.approx(s**2 / (s**2 + h**2))


def test_the_shift_by_hand(news):
    surprise = np.log1p(0.079) - np.log1p(news.expected / 100)
    k, goes_on = news.share, (1 + 3**1.7 - 2**1.7) / 2
    # Counties show 0.753 of their host's deviation in a year and 0.51 of it, on average, over
    # three.
    assert news.shift[0] == pytest.approx(surprise * (k + (1 - k) * 0.753))
    assert news.shift[2] == pytest.approx(surprise * (k * goes_on + (1 - k) * 3 * 0.51))


def test_both_errors_shrink_and_no_other_way(plan, news):
    assert (news.common < 1).all()
    assert 0 < news.unit < 1
    wide = forecast(plan, "gdp", settings=Settings(host=False)).draws[2020]
    assert np.log(forecast(plan, "gdp").draws[2020]).std() < np.log(wide).std()


@pytest.mark.parametrize("indicator", ["budget_revenue", "trade_total", "fixed_asset_investment"])
def test_what_was_not_measured_to_help_is_left_out(plan, indicator):
    assert forecast(plan, indicator).news is None


def test_news_of_a_day_before_it_was_known_is_none(plan):
    assert forecast(plan.at("2018-06-30"), "gdp").news is None
