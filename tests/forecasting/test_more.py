"""Promises beyond levels of one class: each kind against an answer worked out by hand."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.data import tables
from zoneplan.forecasting import classes, counts, growth, paths
from zoneplan.forecasting.chances import STEPS, chances
from zoneplan.forecasting.classes import LEVELS, PERCENTILES, ReferenceClass, class_of, widening
from zoneplan.forecasting.forecasts import ForecastTable, _grown
from zoneplan.forecasting.overview import overview
from zoneplan.forecasting.paths import GrowthPaths, growth_paths
from zoneplan.forecasting.proxies import FAILED, PRINTED, UNCHECKED, level_check
from zoneplan.forecasting.record import record
from zoneplan.forecasting.settings import SETTINGS
from zoneplan.forecasting.values import BOUND, promise, promises
from zoneplan.plan.intervals import Interval

COAST = ReferenceClass("province", "coastal_7", "rd_to_gdp")


@pytest.fixture(scope="module")
def made(plan):
    return ForecastTable(plan)


@pytest.fixture(scope="module")
def judged(made):
    return chances(made)


@pytest.fixture(scope="module")
def page(made, judged):
    return overview(made, judged)


def target(plan, target_id):
    return plan.targets.set_index("target_id", drop=False).loc[target_id]


# Shares on the logit scale
# ---------------------------------------------------------------------------


def test_a_share_grows_by_its_odds():
    base = type("B", (), {"level": Interval.exact(20.0)})()
    # One to four becomes one to two, then one to one.
    logs = np.log([[2.0, 4.0]])
    assert np.allclose(_grown(base, logs, True, replace(SETTINGS, draws=1)), [[100 / 3, 50.0]])


@given(st.floats(0.01, 99.9), st.floats(-20, 20))
def test_a_share_never_leaves_its_ends(level, log):
    base = type("B", (), {"level": Interval.exact(level)})()
    [[value]] = _grown(base, np.array([[log]]), True, replace(SETTINGS, draws=1))
    assert 0 <= value <= 100


def test_windows_of_a_share_are_changes_of_its_logit():
    rows = tables.read("province_rd").set_index(["entity_id", "year"])["rd_to_gdp"]
    logit = {y: np.log(s / (100 - s)) for y in (2014, 2017) for s in [rows.loc[classes.COASTAL, y]]}
    rates = 100 * np.expm1((logit[2017].to_numpy() - logit[2014].to_numpy()) / 3)
    window = (
        classes.rd_windows()
        .query(
            "reference_class == 'coastal_7' and indicator_id == 'rd_to_gdp' and horizon_years == 3"
        )
        .set_index("end_year")
        .loc[2017]
    )
    assert window["p50"] == pytest.approx(np.median(rates))
    assert window["known_from"] == pd.Timestamp("2018-11-01")


def test_a_share_steps_back_as_it_steps_forward(plan):
    base = plan.implied_base("rd_to_gdp")
    # 3.5, 3.6, 3.7: a tenth of a point a year, every end within half a tenth.
    assert (base.low, base.mid, base.high) == pytest.approx((3.3, 3.4, 3.5), abs=0.051)
    assert base.mid == pytest.approx(3.4)


def test_spending_windows_equal_those_worked_out_before():
    made = classes.rd_windows().query(
        "indicator_id == 'rd_spending' and reference_class == 'china_31'"
    )
    printed = tables.read("rd_reference").query("reference_class == 'china_31'")
    both = made.merge(printed, on=["horizon_years", "end_year"], suffixes=("", "_printed"))
    assert len(both) == len(printed) == len(made)
    assert both["p50"].to_numpy() == pytest.approx(both["spending_p50"], abs=0.006)


# Counts
# ----------------------------------------------------------------------------------------------


def test_a_count_after_four_cases_in_a_year():
    drawn = counts.draws(pd.Series([4.0]), counts.EVERY, 3, SETTINGS)
    # Negative binomial with 4.5 and one half: 0.0442, 0.0994, 0.1367 for none, one, two.
    none = 0.5**4.5
    two = none * (1 + 4.5 * 0.5 + 4.5 * 5.5 / 2 * 0.25)
    assert (drawn[:, 0] >= 1).mean() == pytest.approx(1 - none, abs=0.005)
    assert (drawn[:, 0] >= 3).mean() == pytest.approx(1 - two, abs=0.005)
    assert drawn.sum(axis=1).mean() == pytest.approx(13.5, abs=0.1)


def test_the_sum_of_three_years_has_one_rate():
    from scipy.stats import nbinom

    total = counts.draws(pd.Series([4.0]), counts.EVERY, 3, SETTINGS).sum(axis=1)
    assert (total >= 8).mean() == pytest.approx(nbinom.sf(7, 4.5, 0.25), abs=0.01)


def test_projects_are_listed_by_size(plan):
    # Printed on 4 January 2017: 102, 52, 18 and 12 projects of 10-20, 20-50, 50-100 and above 100.
    assert counts.sizes(plan.as_of).to_dict() == {10: 102, 20: 52, 50: 18, 100: 12}


def test_larger_projects_count_among_the_smaller_or_not(plan):
    assert counts._projects(plan, 10, True)[1] == counts.EVERY
    assert counts._projects(plan, 10, False)[1] == (102, 184)
    assert counts._projects(plan, 20, True)[1] == (82, 184)
    assert counts._projects(plan, 20, False)[1] == (52, 184)
    assert (
        counts._projects(plan, 100, False)[1] == counts._projects(plan, 100, True)[1] == (12, 184)
    )
    assert counts._projects(plan, 10, True)[0].tolist() == [4]


def test_fewer_projects_are_reached_without_the_larger_ones(made, plan):
    for name in ("projects_over_1bn-2020", "projects_over_2bn_total"):
        found = promise(made, target(plan, name))
        assert found.ends()["sizes"][0] < found.probability("implied")


# Sums, averages, bounds
# ------------------------------------------------------------------------------


def test_a_sum_adds_the_years_of_one_draw(made, plan):
    drawn = made.of("returned_merchant_funds").draws
    want = (drawn[2018] + drawn[2019] + drawn[2020] >= 138).mean()
    found = promise(made, target(plan, "returned_merchant_funds_total"))
    assert found.probability("implied") == want
    assert found.reading == "sum"
    cumulative = promise(made, target(plan, "fdi_actual_cumulative"))
    assert (
        cumulative.probability("implied")
        > 0.9
        > promise(made, target(plan, "fdi_actual-2020")).probability("implied")
    )


def test_an_average_is_compounded_and_every_year_is_the_lowest(made, page):
    drawn = made.of("private_investment").draws
    grown = np.prod([1 + drawn[y] / 100 for y in (2018, 2019, 2020)], axis=0)
    row = page.rows.set_index("indicator_id").loc["private_investment"]
    assert row["average"] == pytest.approx((grown >= 1.13**3).mean(), abs=1e-3)
    kept = (drawn[2018] >= 10) & (drawn[2019] >= 15) & (drawn[2020] >= 16)
    assert row["every_year"] == kept.mean() < row["probability_low"]


def test_a_part_can_reach_no_more_than_the_whole(made, plan):
    found = promise(made, target(plan, "core_output"))
    whole = made.of("industrial_output_all").draws[2020]
    assert found.by_base() == {"observed": (whole >= 800).mean()}
    assert found.ends() == {BOUND: (0.0,)}
    assert found.step == "D"
    assert "core_output" not in [p.target.target_id for p in promises(made)]


# Provinces stand in for a zone
# -----------------------------------------------------------------------


def test_the_factor_is_that_of_total_investment(plan):
    def square(class_, year):
        row = class_.windows(1, plan.as_of).set_index("end_year").loc[year]
        at = np.interp(classes.GRID, LEVELS, row[PERCENTILES].to_numpy(dtype=float))
        return np.mean((np.log1p(at / 100) - np.log1p(row["p50"] / 100)) ** 2)

    near, far = (
        class_of(plan, "fixed_asset_investment"),
        replace(COAST, indicator_id="fai_excl_rural"),
    )
    years = [y for y in range(2004, 2018) if y != 2011]
    ratio = np.mean([square(near, y) for y in years]) / np.mean([square(far, y) for y in years])
    assert widening(plan, "coastal_7")[0] == pytest.approx(np.sqrt(ratio))
    assert np.sqrt(ratio) > 4


def test_a_zone_lies_wider_than_provinces_by_the_factor(plan):
    series = replace(COAST, indicator_id="fai_transport_storage_post")
    wide = replace(series, wider=(3.0, 3.0, 3.0))
    span = (plan.as_of, 2017, [2018], False)
    narrow, wider = (growth_paths(c, *span) for c in (series, wide))
    assert wider.unit == pytest.approx(3 * narrow.unit)
    assert wider.common == pytest.approx(narrow.common)
    twice = growth_paths(wide, *span, replace(SETTINGS, widening=2.0))
    assert twice.unit == pytest.approx(6 * narrow.unit)


def test_windows_across_a_new_definition_are_never_used(plan):
    for h, gone in ((1, {2011}), (3, {2011, 2012, 2013})):
        ends = replace(COAST, indicator_id="fai_transport_storage_post").windows(h, plan.as_of)
        assert not gone & set(ends["end_year"])


def test_few_origins_widen_as_student_has_it():
    assert [round(growth.for_few(n), 2) for n in (0, 1, 2, 3, 4, 5)] == [
        2.4,
        2.4,
        2.4,
        1.47,
        1.28,
        1.0,
    ]


def test_small_classes_take_all_windows_together(plan):
    laws, _ = paths._deviations(COAST, plan.as_of, SETTINGS, classes.stamps())
    rows = COAST.windows(1, plan.as_of)
    every = classes.apart(rows).ravel()
    assert len(rows) == 6
    assert np.std(laws[1]) == pytest.approx(np.std(every), rel=0.02)


# The check written down before
# -----------------------------------------------------------------------


def test_private_investment_fails_by_the_figures_of_the_print(plan):
    check = level_check(plan, "private_investment", class_of(plan, "private_investment"))
    # 2013 18.2 / 19.3, 2015 10.9 / 8.1, 2016 17.0 / 3.2, 2017 19.4 / 13.3.
    assert check.difference == pytest.approx((1.1 + 2.8 + 13.8 + 6.1) / 4, abs=0.05)
    assert (check.outcome, check.pairs) == (PRINTED, 4)
    # The host's own rate comes before the province's.
    assert check.growth.to_dict() == {2013: 19.3, 2015: 13.4, 2016: 3.2, 2017: 13.3}


@pytest.mark.parametrize(
    ("indicator", "outcome"),
    [
        ("transport_investment", PRINTED),
        ("eco_public_investment", UNCHECKED),
        ("hightech_industry_investment", FAILED),
    ],
)
def test_the_outcome_of_the_check(plan, indicator, outcome):
    assert level_check(plan, indicator, class_of(plan, indicator)).outcome == outcome


def test_an_unchecked_level_is_doubted_like_the_worst_that_was_checked(plan):
    doubt = {
        i: level_check(plan, i, class_of(plan, i)).doubt
        for i in ("transport_investment", "eco_public_investment", "private_investment")
    }
    assert (
        doubt["eco_public_investment"]
        == doubt["transport_investment"]
        == pytest.approx(19.1, abs=0.05)
    )
    assert doubt["private_investment"] == pytest.approx(5.9, abs=0.05)


def test_printed_growth_slows_from_its_last_year(plan):
    check = level_check(plan, "transport_investment", class_of(plan, "transport_investment"))
    assert check.growth.to_dict() == {2016: 30.6, 2018: 10.5}
    old = GrowthPaths(COAST, (2018, 2019), np.zeros(2), None, None, None, 2017)
    g = (0.5 * np.log(1.306) + np.log(1.105)) / 1.5
    assert check.applied(old).middle == pytest.approx([g, g / (1 + g)])
    higher = check.applied(old, replace(SETTINGS, level_shift=1.0)).middle
    assert np.exp(higher) - np.exp(check.applied(old).middle) == pytest.approx(
        [0.191, 0.191], abs=1e-3
    )


# All of them
# -----------------------------------------------------------------------------------------


def test_no_step_is_above_what_the_tables_carry(made, judged, plan):
    named = plan.evidence.set_index("indicator_id")["step"]
    for row in judged.rows.to_dict("records"):
        found = promise(made, target(plan, row["target_id"]))
        if row["evidence"] == "administrative":
            assert found is None
            continue
        most = "N" if found is None else found.step
        assert row["evidence"] == most, row["target_id"]
        if row["indicator_id"] in named and row["year"] == 2020:
            assert STEPS.index(named[row["indicator_id"]]) == STEPS.index(most), row["target_id"]
        if found is None:
            assert np.isnan(row["probability_low"])
            assert row["missing_number"]
            assert row["holder"]


def test_own_points_make_a_step(plan):
    row = target(plan, "returned_merchant_funds-2020")
    assert promise(ForecastTable(plan), row).step == "B"
    without = replace(plan, observations=plan.observations.iloc[:0], _made={})
    assert promise(ForecastTable(without), row).step == "C"


def test_what_is_reached(page):
    rows = page.rows
    annex = rows.iloc[:22]
    said = rows["probability_low"].notna() | rows["status"].eq("settled")
    checked = rows["check"].eq(FAILED) & rows["check_years"].notna()
    assert len(rows) == 47
    assert annex["probability_low"].notna().sum() == 16
    assert (said | checked).iloc[:22].sum() == 18
    assert (said | checked | rows["status"].eq("bounded")).sum() >= 26


def test_every_promise_says_what_is_missing_and_who_holds_it(page):
    assert page.rows["missing_number"].ne("").all()
    assert page.rows["holder"].notna().all()
    for lang in ("en", "zh"):
        shown = page.shown(lang).texts
        assert shown.shape == (47, 6)
        assert not re.search(r"\{|\bnan\b", shown.to_string())
        assert page.summary(lang)


def test_weak_promises_look_weak(page):
    rows = page.rows.set_index("indicator_id")
    for i in ("transport_investment", "eco_public_investment", "private_investment"):
        assert rows.loc[i, "evidence"] == "D"
        assert rows.loc[i, "status"] == "range"
        assert rows.loc[i, "probability_high"] - rows.loc[i, "probability_low"] > 0.15


def test_the_record_is_no_chance(made, plan, page):
    rows = page.rows.set_index("indicator_id")
    # Wenzhou's zone promised 0.5 points above its last growth of 8.5; 60 targets of provinces were
    # as far above theirs.
    gdp = rows.loc["gdp"]
    assert (gdp["record_of"], gdp["record"], gdp["record_n"]) == ("stretch", 0.2833, 60)
    funds = record(made, target(plan, "returned_merchant_funds-2020"), 10.0)
    # 2,235.7 in 2014 against 2,000.
    assert (funds["record_of"], funds["record"], funds["record_n"]) == ("same", 1.0, 1)
    rd = rows.loc["rd_to_gdp"]
    assert (rd["record"], rd["afterwards"]) == (0.0, 0.571)


RESTS = {
    "province_rd": {"rd_to_gdp", "rd_to_gdp_text", "rd_spending_growth"},
    "project_sizes": {"projects_over_2bn", "projects_over_5bn", "projects_over_2bn_total",
                      "projects_over_5bn_total", "projects_over_10bn_total"},
    "investment_points": {"transport_investment", "eco_public_investment", "private_investment"},
    "province_series": {"eco_public_investment"},
    "hightech_points": set(),
    "rd_reference": set(),
    "growth_target_attainment": set(),
}  # fmt: skip


@pytest.mark.parametrize("gone", RESTS)
def test_without_a_table_what_rests_on_it_falls_back(monkeypatch, plan, judged, gone):
    read = tables.read
    caches = (
        classes._by_class,
        classes._windows,
        classes._widening,
        paths._growth_paths,
        paths._deviations,
    )

    def without(name, folder=None):
        return read(name, folder).iloc[:0] if name == gone else read(name, folder)

    for cache in caches:
        cache.cache_clear()
    monkeypatch.setattr(tables, "read", without)
    try:
        left = chances(ForecastTable(replace(plan, _made={}))).rows
    finally:
        for cache in caches:
            cache.cache_clear()
    columns = ["probability_implied", "evidence", "missing_number", "holder"]
    before, after = (r.set_index("target_id")[columns] for r in (judged.rows, left))
    of = judged.rows.set_index("target_id")["indicator_id"]
    fallen = of.isin(RESTS[gone])
    assert after.loc[fallen, "probability_implied"].isna().all()
    assert after.loc[fallen, "evidence"].eq("N").all()
    assert (after.loc[fallen, "missing_number"] == before.loc[fallen, "missing_number"]).all()
    pd.testing.assert_frame_equal(after[~fallen], before[~fallen])


def test_what_counts_as_an_answer_is_said_and_counted(page):
    facts = page.facts("en")
    rows = page.rows.set_index("target_id")
    status = rows["status"].value_counts()
    answers = status[["settled", "chance", "range", "bounded"]].sum()
    failed = rows[(rows["check"] == "failed") & rows["probability_low"].isna()]
    assert set(failed.index) == {"hightech_industry_investment-2020", "hightech_va_share-2020"}
    assert (facts["demanded"], facts["answered"]) == (2, answers + 2)
    assert facts["answered"] >= 26
    # The figure of the check stands beside the promise, with what it would have needed.
    assert failed["check_years"].tolist() == [0, 0]
    assert failed["check_needed"].tolist() == [2, 3]
    for lang, said in (
        ("en", "0 comparable years known, 2 needed"),
        ("zh", "可比年份0个，至少需2个"),
    ):
        cells = page.shown(lang).texts.iloc[:, -1]
        assert cells.str.contains(said).sum() == 1


def test_who_counts_a_promise_is_said_the_same_way_in_both_tables(plan):
    """A higher authority counts what it holds, and no statistics count what is set by decision."""
    rows = plan.measures.merge(plan.evidence, on="indicator_id")
    assert len(rows) == len(plan.measures)
    above = rows["holder"].str.match("浙江省|温州市|商务部")
    assert (rows["measured_by"].eq("authority") == above).all()
    assert (rows["measured_by"].eq("customs") == rows["holder"].eq("温州海关")).all()
    decided = rows[rows["step"] == "administrative"].set_index("indicator_id")["measured_by"]
    assert decided.to_dict() == {
        "backbone_firms": "department", "high_growth_firms": "department",
        "hidden_champions": "authority", "upgraded_to_above_scale": "department",
    }  # fmt: skip
