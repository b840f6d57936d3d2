"""Charts of drivers: they draw the figures given, whole and apart, and repeat byte for byte."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_charts import WORDS, points

from zoneplan.charts import kinds
from zoneplan.stress import drivers, simulation, tornado

GROWTH = ["growth 2018", "growth 2019", "growth 2020"]


def shares():
    data = pd.DataFrame(
        {
            "driver": [*GROWTH, "base"],
            "exact": [0.27, 0.32, 0.36, 0.05],
            "total": [0.28, 0.31, 0.37, 0.08],
        }
    )
    return kinds.shares("shares", data, **WORDS)


def plain_shares():
    data = pd.DataFrame(
        {"driver": ["0 of 2 reached", "1 of 2 reached", "2 of 2 reached"], "exact": [0.2, 0.7, 0.1]}
    )
    return kinds.shares("simulation", data, **WORDS)


def two_way():
    axis = np.linspace(-5, 20, 41)
    odds = pd.DataFrame(
        1 / (1 + np.exp(-(axis[:, None] + axis[None, :] - 15) / 4)), index=axis, columns=axis
    )
    lines = pd.DataFrame({"second": axis, "break_even": 15 - axis, "even_odds": 13 - 0.8 * axis})
    return kinds.two_way(
        "two_way", odds, lines, first="growth 2019, percent", second="growth 2020, percent", **WORDS
    )


def rule(above=True):
    draw = np.random.default_rng(1)
    data = pd.DataFrame({"first": draw.normal(6, 5, 200), "second": draw.normal(6, 5, 200)})
    data["met"] = data["first"] + data["second"] > 14
    return kinds.discovery(
        "rule",
        data,
        (4.0, None, above),
        first="growth 2019, percent",
        second="growth 2020, percent",
        **WORDS,
    )


def panels(n=6, label="Above-scale industrial value added"):
    rows = [
        (f"{label} {k}", d, -9.0 - 5 * k, 10.0 + 5 * k, 4.0 + k, s)
        for k in range(n)
        for d, s in zip(["base", *GROWTH], (0.05, 0.27, 0.32, 0.36), strict=True)
    ]
    data = pd.DataFrame(rows, columns=["label", "driver", "low", "high", "target", "share"])
    return kinds.driver_panels("panels", data, **WORDS)


KINDS = [shares, plain_shares, two_way, rule, panels]


@pytest.mark.parametrize(
    "kind",
    [
        *KINDS,
        lambda: rule(above=False),
        lambda: panels(1),
        lambda: panels(4),
        lambda: panels(3, "进出口总额"),
    ],
)
def test_every_kind_prints_whole_and_apart(kind):
    chart = kind()
    assert chart.problems() == []
    assert chart.alt.startswith(WORDS["subtitle"]) and chart.source.startswith("Source: ")
    assert "source_id" in chart.table() and not any(ax.get_legend() for ax in chart.figure.axes)


@pytest.mark.parametrize("kind", [two_way, lambda: panels(2)])
def test_export_repeats_byte_for_byte(kind, tmp_path):
    first = [f.read_bytes() for f in kind().export(tmp_path / "one")]
    assert [f.read_bytes() for f in kind().export(tmp_path / "two")] == first


def test_shares_are_as_long_as_their_figures():
    chart = shares()
    assert [b.get_width() for b in chart.figure.axes[0].patches] == pytest.approx([27, 32, 36, 5])
    assert [x for x, _ in points(chart, kinds.TARGET, "o")] == pytest.approx([8, 28, 31, 37])
    assert {"36 %", "5 %", "Growth 2020", "Base", "Sobol total index"} <= set(chart.texts())
    assert "base 5 %" in chart.alt


def test_shares_without_indices_say_nothing_of_them():
    chart = plain_shares()
    assert [b.get_width() for b in chart.figure.axes[0].patches] == pytest.approx([20, 70, 10])
    assert points(chart, kinds.TARGET, "o") == [] and "Sobol total index" not in chart.texts()


def test_two_way_draws_both_lines_and_a_key():
    chart = two_way()
    lines = {ln.get_color(): ln for ln in chart.figure.axes[0].lines}
    assert lines[kinds.TARGET].get_ydata().tolist() == chart.table()["break_even"].tolist()
    assert lines[kinds.INK].get_ydata().tolist() == chart.table()["even_odds"].tolist()
    assert {
        "break-even",
        "even odds",
        "0-10 %",
        "90-100 %",
        "growth 2020, percent",
        "growth 2019, percent",
    } <= set(chart.texts())
    assert chart.figure.axes[0].get_xlim() == (-5, 20)
    # The middle of both axes is 7.5 percent: 15 together, which is even.
    assert "With both at their middle 50 %" in chart.alt


@pytest.mark.parametrize(("above", "corner"), [(True, "from 4.0 to"), (False, "to 4.0.")])
def test_the_rule_covers_its_side_and_every_path_is_drawn(above, corner):
    chart = rule(above)
    data = chart.table()
    met = points(chart, kinds.ZONE, "o")
    assert met == sorted(
        zip(data.loc[data["met"], "second"], data.loc[data["met"], "first"], strict=True)
    )
    assert len(met) + len(points(chart, kinds.TARGET, "x")) == 200
    assert corner in chart.alt


def test_panels_share_one_scale_and_hold_their_bars():
    chart = panels()
    frame, *axes = chart.figure.axes
    assert not frame.axison and len(axes) == 6 and len({ax.get_xlim() for ax in axes}) == 1
    data = chart.table()
    for k, ax in enumerate(axes):
        part = data.iloc[4 * k : 4 * k + 4]
        assert [b.get_x() for b in ax.patches] == pytest.approx(part["low"].tolist())
        assert [b.get_x() + b.get_width() for b in ax.patches] == pytest.approx(
            part["high"].tolist()
        )
        assert [float(ln.get_xdata()[0]) for ln in ax.lines] == [0.0, 4.0 + k]
        assert [t.get_text() for t in ax.texts][:4] == ["5", "27", "32", "36"]
    assert (
        axes[0].get_yticklabels()[0].get_text() == "Base"
        and axes[1].get_yticklabels()[0].get_text() == ""
    )


# The charts of the plan ------------------------------------------------------------------------------------------


def test_charts_of_the_plan_print_whole_and_apart(plan):
    gdp = drivers.drivers(plan, "gdp")
    odds = pd.DataFrame(
        {
            "indicator_id": ["gdp", "trade_total"],
            "name": ["GDP", "Trade"],
            "year": 2020,
            "odds": [0.4, 0.3],
        }
    )
    made = [
        drivers.two_way(gdp, "growth 2019", "growth 2020").plot(),
        drivers.two_way(gdp, "base", "growth 2018").plot(),
        drivers.discover(gdp, 5000).plot(),
        simulation.Simulation(odds, np.array([50, 30, 20]), 100, False).plot(),
    ]
    assert [c.id for c in made] == [
        "two_way_gdp_growth_2019_growth_2020",
        "two_way_gdp_base_growth_2018",
        "discovery_gdp",
        "simulation",
    ]
    for chart in made:
        assert chart.problems() == [], chart.id
    assert made[-1].title == "50 % of the paths reach none of the 2 targets"


def test_the_small_multiples_of_a_plan_count_who_leads():
    rows = panels(3).table().drop(columns="source_id").assign(indicator_id=lambda t: t["label"])
    chart = tornado.DriverPanels(2020, rows).plot()
    assert (
        chart.id == "swings_all"
        and chart.title == "Growth 2020 is the largest uncertainty of 3 in 3 targets"
    )


def test_a_rule_of_one_bound_is_drawn_beside_the_widest_other_driver():
    model = drivers.Drivers(
        "x",
        "X",
        "亿元",
        2020,
        ("base", *GROWTH),
        np.zeros(4),
        np.array([0.01, 0.1, 0.001, 0.002]),
        np.eye(4),
        0.05,
    )
    found = drivers.discover(model, 5000)
    assert [d for d, _ in found.rule] == ["growth 2018"]
    chart = found.plot()
    assert {"growth 2018, percent", "base, CNY billion"} <= set(chart.texts())
    assert chart.problems() == [] and len(chart.table()) == drivers.PATHS_DRAWN
