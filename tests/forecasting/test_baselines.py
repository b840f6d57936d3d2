"""Textbook forecasts: by hand, against statsmodels itself, and what happens when they fail."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.forecasting.theta import ThetaModel

from zoneplan import cli, panel_commands
from zoneplan.data.panel import Panel, panel_of
from zoneplan.forecasting import baselines
from zoneplan.forecasting.baselines import baseline
from zoneplan.forecasting.panel_model import QUANTILES

LEVELS = list(QUANTILES)
SERIES = np.array([100, 108, 119, 127, 141, 149, 163, 180], dtype="float64")


def panel(*series, first=2010):
    rows = [
        (f"u{i}", first + k, v)
        for i, s in enumerate(series)
        for k, v in enumerate(s)
        if v is not None
    ]
    return panel_of(pd.DataFrame(rows, columns=["unit_id", "year", "value"]))


def normal(middle, sd):
    return np.exp(
        np.asarray(middle)[:, None] + np.multiply.outer(sd, norm.ppf(list(QUANTILES.values())))
    )


def values(table):
    return table[LEVELS].to_numpy()


def test_naive_by_hand():
    table = baseline(panel([1, np.e, np.e**3]), 2014, "naive").table()
    assert table["year"].tolist() == [2013, 2014]
    assert set(table["origin_year"]) == {2012}
    sd = np.sqrt((1 + 4) / 2)
    assert values(table) == pytest.approx(normal([3, 3], [sd, sd * np.sqrt(2)]))


def test_drift_by_hand():
    table = baseline(panel([1, np.e, np.e**3]), 2014, "drift").table()
    sd = np.sqrt(0.5)
    # Mean step 1.5; the error of the mean over two steps adds h / 2 to h years of shocks.
    assert values(table) == pytest.approx(normal([4.5, 6], [sd * np.sqrt(1.5), sd * np.sqrt(4)]))


def test_a_gap_is_bridged_by_even_growth():
    whole = baseline(panel([1, 2, 4, 8]), 2015, "drift").table()
    gap = baseline(panel([1, None, None, 8]), 2015, "drift").table()
    assert values(gap) == pytest.approx(values(whole))


@pytest.mark.parametrize(
    ("method", "growth"), [("naive", 1), ("drift", 2), ("theta", 2), ("arima", 2)]
)
def test_under_three_points_there_is_a_middle_and_no_interval(method, growth):
    made = baseline(panel([5.0], [3.0, 6.0]), 2013, method)
    table = made.table()
    assert table.drop(columns=["unit_id", "origin_year", "year", "q50"]).isna().all(axis=None)
    one, two = (table[table["unit_id"] == u]["q50"].tolist() for u in ("u0", "u1"))
    assert one == pytest.approx([5.0] * 3)
    assert two == pytest.approx([6 * growth, 6 * growth**2])
    assert made.too_short == (0 if method in ("naive", "drift") else 2)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["theta", "damped", "arima"])
def test_middles_are_those_of_statsmodels(method):
    logs = pd.Series(np.log(SERIES))
    fits = {
        "theta": lambda: ThetaModel(logs, period=1, deseasonalize=False).fit().forecast(3),
        "damped": lambda: (
            ETSModel(logs, trend="add", damped_trend=True).fit(disp=False).forecast(3)
        ),
        "arima": lambda: ARIMA(logs.to_numpy(), order=(0, 1, 1), trend="t").fit().forecast(3),
    }
    made = baseline(panel(SERIES), 2020, method)
    assert made.too_short == made.blown_up == 0
    assert np.log(made.table()["q50"]).to_numpy() == pytest.approx(
        np.asarray(fits[method]()), abs=1e-4
    )


@pytest.mark.filterwarnings("ignore")
def test_bounds_are_those_of_statsmodels():
    logs = np.log(SERIES)
    low, high = ARIMA(logs, order=(0, 1, 1), trend="t").fit().get_forecast(3).conf_int(alpha=0.2).T
    table = baseline(panel(SERIES), 2020, "arima").table()
    assert np.log(table[["q10", "q90"]].to_numpy()) == pytest.approx(
        np.column_stack([low, high]), abs=1e-4
    )


def test_the_mean_of_two_methods_is_the_mean_of_their_log_quantiles():
    theta, damped, both = (
        baseline(panel(SERIES), 2020, m).table() for m in ("theta", "damped", "theta_damped")
    )
    assert np.log(values(both)) == pytest.approx(
        (np.log(values(theta)) + np.log(values(damped))) / 2
    )


@pytest.mark.parametrize(
    "bad",
    [
        lambda logs, h: (np.full(h, np.nan), np.ones(h)),
        lambda logs, h: (logs.iloc[-1] + 0.7 * np.arange(1, h + 1), np.full(h, 0.1)),
        lambda logs, h: (np.full(h, logs.iloc[-1]), np.full(h, 3.0)),
    ],
    ids=["not finite", "doubles every year", "spans a thousandfold"],
)
def test_a_blow_up_falls_back_to_drift_and_is_counted(monkeypatch, bad):
    baselines._fitted.cache_clear()
    monkeypatch.setitem(baselines._MODELS, "arima", bad)
    made = baseline(panel(SERIES, SERIES[:3]), 2020, "arima")
    baselines._fitted.cache_clear()
    assert (made.blown_up, made.too_short) == (1, 1)
    pd.testing.assert_frame_equal(
        made.table(), baseline(panel(SERIES, SERIES[:3]), 2020, "drift").table()
    )


def test_a_fit_that_fails_is_a_blow_up_but_a_mistake_is_not_hidden(monkeypatch):
    baselines._fitted.cache_clear()

    def singular(logs, horizon):
        raise np.linalg.LinAlgError("singular")

    def mistaken(logs, horizon):
        raise ValueError("a mistake of ours")

    monkeypatch.setitem(baselines._MODELS, "arima", singular)
    assert baseline(panel(SERIES), 2020, "arima").blown_up == 1
    monkeypatch.setitem(baselines._MODELS, "arima", mistaken)
    with pytest.raises(ValueError, match="of ours"):
        baseline(panel(SERIES[:7]), 2020, "arima")
    baselines._fitted.cache_clear()


def test_pooled_by_hand():
    # Six units: the median unit's growth was .1, then .2; unit k strays by (k - 2.5) hundredths in
    # the second year.
    logs = np.array([[0, 0.1, 0.3 + (k - 2.5) / 100, np.nan] for k in range(6)])
    six = Panel(np.arange(6), np.arange(2000, 2004), logs).until(2002)
    table = baseline(six, 2004, "pooled").table()
    growth = np.median(logs[:, 2] - logs[:, 1])
    assert growth == pytest.approx(0.2)
    errors = logs[:, 2] - logs[:, 1] - 0.1
    expected = logs[:, 2, None] + 0.2 + np.quantile(errors, list(QUANTILES.values()))
    first = table[table["year"] == 2003]
    assert np.log(values(first)) == pytest.approx(expected)
    # Two years ahead nothing was seen yet: the errors of one year count twice.
    expected = logs[:, 2, None] + 0.4 + 2 * np.quantile(errors, list(QUANTILES.values()))
    assert np.log(values(table[table["year"] == 2004])) == pytest.approx(expected)


@settings(derandomize=True, max_examples=15, deadline=None)
@given(
    st.lists(st.floats(0.5, 2), min_size=3, max_size=5),
    st.floats(1e-3, 1e3),
    st.sampled_from(["naive", "drift"]),
)
def test_scaling_a_series_scales_its_forecast(steps, factor, method):
    series = np.cumprod(steps)
    one, two = (values(baseline(panel(s), 2020, method).table()) for s in (series, factor * series))
    assert two == pytest.approx(factor * one, rel=1e-9)
    assert (np.diff(one, axis=1) >= 0).all()


def test_units_that_reach_the_year_have_no_rows():
    table = baseline(panel([1, 2, 3], [1, 2]), 2012, "drift").table()
    assert table[["unit_id", "year"]].to_numpy().tolist() == [["u1", 2012]]


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="'guess'.*naive, drift"):
        baseline(panel([1, 2]), 2013, "guess")


# The command.


@pytest.fixture
def file(tmp_path):
    rows = [("long", 2010 + k, v) for k, v in enumerate(SERIES)] + [
        ("short", 2016, 9.0),
        ("short", 2017, 10.0),
    ]
    path = tmp_path / "series.csv"
    pd.DataFrame(rows, columns=["unit_id", "year", "value"]).to_csv(path, index=False)
    return path


def test_the_command_knows_every_method():
    assert panel_commands.BASELINES == baselines.METHODS


def test_the_command_says_where_it_fell_back(file, tmp_path, capsys):
    out = tmp_path / "out.csv"
    assert (
        cli.main(["forecast", str(file), "--to", "2019", "--method", "theta", "--out", str(out)])
        == 0
    )
    told = capsys.readouterr().err
    assert "drift instead for 1 unit (too short" in told
    assert "no interval for 1 unit" in told
    table = pd.read_csv(out)
    assert table.columns.tolist() == ["unit_id", "origin_year", "year", *LEVELS]
    assert len(table) == 4
    assert table.loc[table["unit_id"] == "short", "q05"].isna().all()


def test_a_reference_beside_a_textbook_rule_is_refused(file, capsys):
    assert (
        cli.main(
            ["forecast", str(file), "--to", "2019", "--method", "drift", "--reference", str(file)]
        )
        == 1
    )
    assert "only with --method panel" in capsys.readouterr().err
