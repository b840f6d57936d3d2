"""The forms draw the figures given, whole and apart, and say them in words."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import sample_charts as sample

from zoneplan.charts import theme
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.paths import paths, pieces
from zoneplan.charts.theme import INK, PEER, TARGET, ZONE
from zoneplan.charts.wording import typeset


def points(chart, colour, marker, panel=0):
    """The points drawn with one colour and marker, by x."""
    drawn = [
        ln
        for ln in chart.figure.axes[panel].lines
        if ln.get_color() == colour and ln.get_marker() == marker
    ]
    spots = ((float(x), float(y)) for ln in drawn for x, y in zip(*ln.get_data(), strict=True))
    return sorted(spot for spot in spots if not np.isnan(spot[0]))


def lengths(chart, panel=0):
    return [
        (b.get_x(), pytest.approx(b.get_x() + b.get_width()))
        for b in chart.figure.axes[panel].patches
    ]


@pytest.mark.parametrize(
    "draw",
    [
        *sample.ALL,
        lambda: sample.reliability("era"),
        lambda: sample.reliability(group="era"),
        lambda: sample.panels(1),
        lambda: sample.panels(4),
        lambda: sample.panels(3, "进出口总额"),
    ],
)
def test_every_chart_prints_whole_and_apart(draw):
    chart = draw()
    assert chart.problems() == []
    assert chart.alt.startswith(sample.CAPTION.subtitle)
    assert len(chart.alt) < 2000
    assert not any(ax.get_legend() for ax in chart.figure.axes)
    assert chart.figure.get_figwidth() == theme.SIZES["page"][0]
    assert chart.kind in {"rows", "paths", "scatter", "grid", "two_way"}
    assert not any(str(c).startswith("_") for c in chart.table())


def test_a_fan_draws_the_figures_given():
    chart, data = sample.fan(), sample.fan_data()
    known = {
        s: data[data["series"] == s][["year", "value"]].to_numpy().tolist() for s in data["series"]
    }
    assert points(chart, TARGET, "D") == [tuple(v) for v in known["target"]]
    assert points(chart, ZONE, "o") == sorted(tuple(v) for v in known["observed"] + known["base"])
    said = {
        "target 270",
        "median 269",
        "1 in 10 above 349",
        "1 in 10 below 215",
        "228",
        "249",
        "209.2",
    }
    assert said <= set(chart.texts())
    assert "forecast" in chart.texts()
    # What the name at the end tells is not told twice.
    assert "270" not in chart.texts()
    assert set(chart.table()["series"]) == set(known)
    assert "_scope" not in chart.table()


def test_only_points_of_one_scope_are_joined():
    joined = [
        ln
        for ln in sample.fan().figure.axes[0].lines
        if ln.get_color() == ZONE and ln.get_lw() == 2
    ]
    assert sorted(ln.get_xdata().tolist() for ln in joined) == [[2013, 2016], [2015]]


def test_stretches_open_from_the_last_point_before_them():
    data = sample.fan_data()
    (band,) = pieces(data, sample.FAN_ENCODING, sample.bands("base")[0])
    assert band.x.tolist() == [2017, 2018, 2019, 2020]
    assert band.y[0] == band.low[0] == 209.2
    assert (band.low[1:] < band.y[1:]).all()
    chart = sample.hedgehog()
    spines = list(pieces(chart.data, chart.encoding, chart.encoding.marks[1]))
    assert [(s.x[0], s.y[0]) for s in spines] == [(2015, 110.0), (2016, 120.0)]
    # Without an earlier point a stretch begins with its own.
    (alone,) = pieces(data[data["year"] > 2017], sample.FAN_ENCODING, sample.bands("base")[0])
    assert alone.x.tolist() == [2018, 2019, 2020]


def test_small_multiples_have_an_axis_each():
    chart = sample.fans()
    assert len(chart.figure.axes) == 3
    assert {"GDP", "Trade", "FDI"} <= set(chart.texts())
    assert points(chart, TARGET, "D", 1)[-1] == (2020, pytest.approx(27.0))
    tops = [ax.get_ylim()[1] for ax in chart.figure.axes]
    assert tops[1] < tops[0] < tops[2]


def test_ranks_stand_with_the_first_on_top_and_rules_are_named():
    chart = sample.ladder()
    low, high = chart.figure.axes[0].get_ylim()
    assert low > high > 0
    assert {"top 50", "Wenzhou", "rank"} <= set(chart.texts())


def test_slopes_have_words_for_years():
    chart = sample.slopes()
    shown = [t.get_text() for t in chart.figure.axes[0].get_xticklabels()]
    assert shown == ["2014-17", "2017-20"]
    assert {"8.1", "7.0", "9.0", "8.9"} <= set(chart.texts())


def test_chances_lie_beside_their_diagonal_with_their_cases():
    chart = sample.reliability()
    ax = chart.figure.axes[0]
    assert chart.problems() == []
    assert ax.get_xlim() == ax.get_ylim() == (0, 1)
    assert {"139", "2", "100 %"} <= set(chart.texts())
    assert points(chart, ZONE, "o")[0] == (0.1, 0.07)
    assert chart.alt.endswith(": 10 %: 7 %, 29 %: 19 %, 49 %: 47 %, 69 %: 67 %, 81 %: 89 %")
    assert len(sample.reliability("era").figure.axes) == 2
    assert typeset("2012-16") in sample.reliability(group="era").texts()


def test_rows_draw_the_figures_given():
    assert points(sample.odds(), ZONE, "o") == [
        *((pytest.approx(20.0), 2.0), (pytest.approx(20.0), 2.0), (pytest.approx(49.0), 1.0)),
        *((pytest.approx(70.0), 1.0), (pytest.approx(99.5), 0.0), (pytest.approx(99.9), 0.0)),
    ]
    assert points(sample.dumbbells(), TARGET, "D") == [(8.9, 0.0), (15.3, 1.0)]
    assert points(sample.dumbbells(), ZONE, "o") == [(7.2, 0.0)]
    assert points(sample.fences(), TARGET, "D") == [(9.0, 0.0), (10.0, 1.0)]
    assert points(sample.coverage(), theme.SERIES[1], "o") == [(50, 2), (60, 1), (80, 0)]
    assert points(sample.coverage(), theme.SERIES[2], "o") == [(70, 0)]
    assert {"61 of 100", "reached it", "in words", "even"} <= {
        *sample.fences().texts(),
        *sample.odds().texts(),
    }


def test_equal_values_are_printed_once():
    assert sample.pairs().texts().count("7.0") == 1
    assert sample.pairs().texts().count("15.0") == 1


def test_bars_are_as_long_as_their_figures():
    assert lengths(sample.tally()) == [(0, 22), (0, 9), (0, 5)]
    assert lengths(sample.shares()) == [(0, 27), (0, 36), (0, 5)]
    assert [x for x, _ in points(sample.shares(), TARGET, "o")] == pytest.approx([8, 28, 37])
    # A bar turns from pale to full at the centre.
    assert lengths(sample.tornado()) == [
        (258.7, 269.1),
        (269.1, 280.3),
        (267.3, 269.1),
        (269.1, 286.5),
    ]
    # What raised the value is drawn before what lowered it.
    assert lengths(sample.steps()) == [(pytest.approx(46.5), 60.0), (pytest.approx(63.3), 46.5)]


def test_a_bar_beyond_its_turning_point_has_one_colour():
    chart = sample.tornado()
    data = chart.table().assign(low=270.0, high=280.0)
    drawn = chart._again(data.assign(low_label="a", high_label="b"))
    widths = [b.get_width() for b in drawn.figure.axes[0].patches]
    assert widths == [0.0, 10.0, 0.0, 10.0]


def test_panels_share_one_scale_and_hold_their_bars():
    chart = sample.panels()
    axes = chart.figure.axes
    assert len(axes) == 6
    assert len({ax.get_xlim() for ax in axes}) == 1
    for k, ax in enumerate(axes):
        assert lengths(chart, k) == [(-9.0 - 5 * k, 10.0 + 5 * k)] * 3
        assert [float(ln.get_xdata()[0]) for ln in ax.lines] == [0.0, 4.0 + k]
    # Only the first of each row of panels names its rows.
    assert chart.texts().count("Growth 2018") == 2


def test_steps_say_by_how_much_they_move():
    assert {*map(typeset, ("63 %", "46 %", "60 %", "-17", "+14"))} <= set(sample.steps().texts())


def test_points_are_drawn_and_ones_own_is_named():
    chart = sample.peers()
    assert len(points(chart, PEER, "o")) == 39
    assert len(points(chart, ZONE, "o")) == 1
    assert {"Zone 3 2015", typeset("plan: 9 %")} <= set(chart.texts())
    assert {"China", "B"} <= set(sample.by_year().texts())


def test_a_value_far_from_all_others_is_named_off_the_scale():
    chart = sample.peers(top=90.0)
    assert chart.table()["growth"].max() == 90
    assert chart.figure.axes[0].get_ylim()[1] < 40
    assert len(points(chart, PEER, "^")) == 1
    assert len(points(chart, PEER, "o")) == 38
    assert "Zone 0 2015: 90.0, off the scale" in chart.texts()
    assert chart.problems() == []


def test_two_way_draws_both_lines_and_a_key():
    chart = sample.shades()
    drawn = {ln.get_color(): ln.get_ydata().tolist() for ln in chart.figure.axes[0].lines}
    data = chart.table()
    assert drawn == {TARGET: data["break_even"].tolist(), INK: data["even"].tolist()}
    said = {"break-even", "even chance", "0-10 %", "90-100 %", "growth 2020, percent"}
    assert {*map(typeset, said)} <= set(chart.texts())
    assert chart.figure.axes[0].get_xlim() == (-5, 20)


def test_a_grid_shades_known_cells_and_dashes_the_others():
    chart = sample.matrix()
    assert {"60", "30\nfew", "10", "–", "proxy: exports"} <= set(chart.texts())
    (cells,) = chart.figure.axes[0].collections
    white = [tuple(c) == (1, 1, 1, 1) for c in cells.get_facecolors()]
    assert white == [False, False, False, True]
    assert chart.alt.endswith("GDP: near 60, far 30 few; Trade: near 10")


@pytest.mark.parametrize(
    ("draw", "told"),
    [
        (
            sample.dumbbells,
            "GDP: from the implied base 8.9, from the observed level 7.2, median of similar",
        ),
        (sample.tornado, "Growth in 2018: from low to high 258.7 to 280.3; 2017年基数"),
        (sample.coverage, "GDP: 1 ahead 80 %, 2 ahead 70 %; imports: 1 ahead 60 %"),
        (sample.panels, "added 0, base: P10 to P90 -9.0 % to 10.0 %"),
        (sample.lines, "Value added / GDP: 40.5 in 2016 to 39.3 in 2020; 进出口总额"),
        (sample.fan, "P10 to P90: 214.9 to 349.2 in 2020"),
        (sample.fan, "base: 209.2 in 2017"),
        (sample.ladder, "Wenzhou: 65 in 2019 to 55 in 2020"),
        (sample.steps, "All windows: 63 %; Last window: 46 %"),
        (sample.by_year, "3 points; across 2,012.0 to 2,014.0, up 5.0 to 9.0"),
        (sample.shades, "break-even -5.0 to 20.0"),
    ],
)
def test_alternative_texts_say_the_figures(draw, told):
    assert told in draw().alt


def test_an_alternative_text_of_ones_own_is_taken():
    assert (
        sample.fan(caption=dataclasses.replace(sample.CAPTION, alt="So it is.")).alt == "So it is."
    )


def test_years_that_have_no_room_go_unnamed():
    data = pd.DataFrame({"label": "GDP", "x": range(2000, 2024), "y": range(24)})
    encoding = Encoding("x", "y", (Mark("GDP", look="line"),), group="label")
    chart = paths("many_years", data, encoding, sample.CAPTION)
    shown = [t.get_text() for t in chart.figure.axes[0].get_xticklabels() if t.get_text()]
    assert shown[-1] == "2023"
    assert 5 < len(shown) < 24
    assert chart.problems() == []


def test_a_chart_follows_its_data_on_the_same_figure():
    chart, data = sample.fan(), sample.fan_data(0.9)
    moved = chart.update(data)
    assert moved.figure is chart.figure
    assert moved.table()["value"].max() == pytest.approx(0.9 * 349.18)
    # What is drawn again is what would have been drawn.
    assert moved.panel_png() == sample.fan(data).panel_png()
    assert moved.alt == sample.fan(data).alt
    assert moved.problems() == []
    back = moved.update(sample.fan_data())
    assert back.panel_png() == sample.fan().panel_png()


def test_a_chart_whose_words_no_longer_fit_is_drawn_anew():
    chart = sample.fan()
    moved = chart.update(sample.fan_data(1e9))
    assert moved.figure is not chart.figure
    assert moved.problems() == []
    assert moved.id == chart.id
    other = sample.tally()
    assert other.update(other.table().assign(n=1, _n="1")).table()["n"].tolist() == [1, 1, 1]


def test_smaller_dots_lie_on_larger_ones():
    lines_ = sample.dumbbells().figure.axes[0].lines
    order = {ln.get_marker(): ln.get_zorder() for ln in lines_ if ln.get_marker() in "Dos"}
    assert order["D"] < order["s"] < order["o"]
