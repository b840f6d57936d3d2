"""Charts hold their data, print without boxes, cuts or overlaps, and export the same bytes every time."""

import re

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.charts import kinds

WORDS = {
    "title": "GDP target of 270 in 2020",
    "subtitle": "GDP, the zone, Wenzhou, CNY 100 million (亿元), 2013-2020",
    "sources": ["plan", "s308013b6"],
}
AXES = {
    "size_label": "GDP, CNY 100 million (亿元), log scale",
    "growth_label": "real growth, percent",
}
HISTORY = pd.DataFrame(
    {
        "year": [2013, 2015, 2016],
        "value": [175.15, 200.0, 204.72],
        "source_id": "s308013b6",
        "scope_note": ["全区", "集聚区", "全区"],
    }
)
FAN = pd.DataFrame(
    {
        "year": [2018, 2019, 2020],
        "q10": [206.1, 205.5, 212.7],
        "q25": [216.5, 224.3, 236.0],
        "q50": [228.2, 243.7, 268.6],
        "q75": [239.5, 264.1, 303.5],
        "q90": [250.0, 284.7, 332.4],
    }
)
TARGETS = pd.DataFrame({"year": [2018, 2019, 2020], "value": [228.0, 249.0, 270.0]})
NAIVE = pd.DataFrame({"year": [2016, 2020], "value": [204.72, 204.72]})


def path(**change):
    given_ = {
        "naive": NAIVE,
        "unit": "亿元",
        "note": "Fan: similar counties.",
        "base_label": "implied base: 209.2",
        **WORDS,
    }
    return kinds.path_to_target("path_gdp", HISTORY, FAN, TARGETS, **{**given_, **change})


def ratios():
    data = pd.DataFrame(
        {
            "label": ["Value added / GDP"] * 3 + ["进出口总额 / GDP"] * 3 + ["Revenue / GDP"] * 2,
            "x": [2016, 2018, 2020, 2016, 2018, 2020, 2018, 2020],
            "y": [40.5, 38.6, 39.3, 34.5, 37.7, 38.5, 11.8, 13.3],
            "source_id": "plan",
        }
    )
    return kinds.lines("ratios", data, unit="percent", **WORDS)


def tally():
    data = pd.DataFrame(
        {"finding": ["agrees", "agrees only through rounding", "contradicts"], "n": [22, 9, 5]}
    )
    return kinds.audit_tally("tally", data, **WORDS)


def strip():
    data = pd.DataFrame(
        {
            "label": ["Revenue 财政总收入", "GDP 地区生产总值", "Sure thing"],
            "low": [0.2, 0.49, 0.995],
            "high": [0.2, 0.7, 0.999],
            "p": [0.2, np.nan, 0.997],
        }
    )
    return kinds.odds_strip("odds", data, **WORDS)


def dumbbells():
    data = pd.DataFrame(
        {
            "label": ["GDP", "财政总收入"],
            "needed": [8.9, 15.3],
            "achieved": [7.2, np.nan],
            "class_median": [9.7, 11.6],
        }
    )
    return kinds.needed_growth("needed", data, **WORDS)


def swings():
    data = pd.DataFrame(
        {
            "assumption": ["Growth in 2018", "2017年基数"],
            "low": [258.7, 267.3],
            "high": [280.3, 286.5],
            "low_label": ["4.6 %", "207.8"],
            "high_label": ["13.3 %", "222.7"],
        }
    )
    return kinds.tornado("swings", data, centre=269.1, target=270.0, **WORDS)


def percentiles():
    data = pd.DataFrame(
        {
            "label": ["GDP 地区生产总值", "Trade 进出口总额"],
            "reference_class": [
                "GDP of coastal counties of the zone's size",
                "exports of coastal counties (proxy)",
            ],
            "p10": [6.3, -5.4],
            "p25": [7.8, 1.0],
            "p50": [9.7, 6.8],
            "p75": [11.5, 12.6],
            "p90": [13.7, 17.4],
            "plan_growth": [9.0, 10.0],
            "percentile": [61.0, 35.0],
            "n_units": [120, 90],
        }
    )
    return kinds.reference_percentile("percentiles", data, **WORDS)


def peers(n=40):
    draw = np.random.default_rng(2018)
    data = pd.DataFrame(
        {
            "zone_id": [f"z{i}" for i in range(n)],
            "label": [f"Zone {i}" for i in range(n)],
            "year": 2015,
            "size": 10 ** draw.uniform(1.6, 3.5, n),
            "growth": draw.normal(9, 4, n),
            "source_id": "s308013b6",
        }
    )
    return kinds.size_against_growth("peers", data, "z3", 9.0, **AXES, **WORDS)


def ranks():
    data = pd.DataFrame(
        {
            "zone_id": ["a", "a", "b", "b", "c"],
            "label": ["Wenzhou", "Wenzhou", "Ningbo", "Ningbo", "宁波"],
            "evaluation_year": [2019, 2020, 2019, 2020, 2019],
            "rank": [65, 55, 21, 22, 54],
        }
    )
    return kinds.rank_ladder("ranks", data, highlight="a", **WORDS)


KINDS = [path, ratios, tally, strip, dumbbells, swings, percentiles, peers, ranks]


def points(chart, colour, marker):
    """The points drawn with one colour and marker, by x."""
    drawn = [
        ln
        for ln in chart.figure.axes[0].lines
        if ln.get_color() == colour and ln.get_marker() == marker
    ]
    return sorted((float(x), float(y)) for ln in drawn for x, y in zip(*ln.get_data(), strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_prints_whole_and_apart(kind):
    chart = kind()
    assert chart.problems() == []
    assert chart.alt.startswith(WORDS["subtitle"])
    assert chart.source.startswith("Source: ")
    assert not any(ax.get_legend() for ax in chart.figure.axes)
    assert chart.figure.get_figwidth() == kinds.SIZES["page"][0]


@pytest.mark.parametrize("kind", KINDS)
def test_export_repeats_byte_for_byte(kind, tmp_path):
    first = {f.name: f.read_bytes() for f in kind().export(tmp_path / "one")}
    again = kind()
    again._repr_png_()
    files = again.export(tmp_path / "two")
    assert {f.name: f.read_bytes() for f in files} == first
    assert [f.suffix for f in files] == [".png", ".svg", ".pdf"]
    assert sorted(p.name for p in (tmp_path / "two").iterdir()) == sorted(first)


def test_readers_settings_neither_matter_nor_change(tmp_path):
    plain = path().export(tmp_path / "plain")
    with mpl.rc_context(
        {
            "font.size": 22,
            "axes.facecolor": "black",
            "lines.linewidth": 9,
            "font.family": "monospace",
        }
    ):
        before = dict(mpl.rcParams)
        styled = path().export(tmp_path / "styled")
        assert dict(mpl.rcParams) == before
    assert [f.read_bytes() for f in styled] == [f.read_bytes() for f in plain]


def test_no_figure_stays_open():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    for kind in KINDS:
        kind()
    assert plt.get_fignums() == before


def test_path_draws_the_figures_given():
    chart = path()
    assert points(chart, kinds.TARGET, "D") == list(
        zip(TARGETS["year"], TARGETS["value"], strict=True)
    )
    assert points(chart, kinds.ZONE, "o") == list(
        zip(HISTORY["year"], HISTORY["value"], strict=True)
    )
    lines = chart.figure.axes[0].lines
    assert any(np.array_equal(ln.get_ydata(), FAN["q50"]) for ln in lines)
    assert {
        "target 270",
        "median 269",
        "1 in 10 above 332",
        "1 in 4 below 236",
        "no change 205",
        "228",
        "249",
    } <= set(chart.texts())


def test_path_joins_points_of_one_scope_only():
    joined = [
        ln
        for ln in path().figure.axes[0].lines
        if ln.get_color() == kinds.ZONE and ln.get_marker() == "o"
    ]
    assert sorted(sorted(ln.get_xdata().tolist()) for ln in joined) == [[2013, 2016], [2015]]


def test_path_opens_from_a_base():
    chart = path(base=(2017, 209.2))
    assert "209.2" in chart.texts()
    assert any(
        ln.get_xdata()[0] == 2017 and len(ln.get_xdata()) == 4 for ln in chart.figure.axes[0].lines
    )
    assert chart.problems() == []


def test_path_works_without_naive_and_with_one_point():
    chart = kinds.path_to_target("p", HISTORY.tail(1), FAN, TARGETS, unit="亿元", **WORDS)
    assert not any("no change" in t for t in chart.texts())
    assert chart.problems() == []


def test_table_is_what_is_drawn():
    data = path().table()
    assert data.loc[data["series"] == "target", "value"].tolist() == TARGETS["value"].tolist()
    assert data.loc[data["series"] == "q90", "value"].tolist() == FAN["q90"].tolist()
    assert set(data["source_id"]) == {"s308013b6", "plan", "own calculation"}
    assert data.loc[data["series"] == "no change", "value"].tolist() == NAIVE["value"].tolist()
    based = path(base=(2017, 209.2)).table()
    assert based.loc[based["series"] == "base", ["year", "value"]].to_numpy().tolist() == [
        [2017, 209.2]
    ]
    data.loc[0, "value"] = -1
    assert path().table().loc[0, "value"] == 175.15


def test_odds_are_sorted_and_said_in_words():
    chart = strip()
    assert chart.table()["label"].tolist() == [
        "Sure thing",
        "GDP 地区生产总值",
        "Revenue 财政总收入",
    ]
    texts = " ".join(chart.texts()).replace("\n", " ")
    assert (
        ">99 %" in texts
        and "about even to likely" in texts
        and "unlikely" in texts
        and "49-70 %" in texts
    )
    assert points(chart, kinds.ZONE, "o")[:2] == [(20.0, 2.0), (20.0, 2.0)]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0.05, "very unlikely"),
        (0.1, 0.1, "unlikely"),
        (0.33, 0.65, "about even"),
        (0.66, 0.9, "likely to very likely"),
        (1, 1, "very likely"),
    ],
)
def test_words_for_odds(low, high, words):
    assert kinds.odds_words(low, high) == words


def test_bars_are_as_long_as_their_figures():
    assert [b.get_width() for b in tally().figure.axes[0].patches] == [22, 9, 5]
    bars = swings().figure.axes[0].patches
    assert sum(b.get_width() for b in bars[:2]) == pytest.approx(280.3 - 258.7)
    assert bars[2].get_x() == 267.3


def test_growth_charts_draw_the_figures_given():
    assert points(dumbbells(), kinds.TARGET, "D") == [(8.9, 0.0), (15.3, 1.0)]
    assert points(dumbbells(), kinds.ZONE, "o") == [(7.2, 0.0)]
    assert points(percentiles(), kinds.TARGET, "D") == [(9.0, 0.0), (10.0, 1.0)]
    assert {"61 of 100", "35 of 100"} <= set(percentiles().texts())
    drawn = peers()
    assert len(points(drawn, kinds.PEER, "o")) == 39
    assert len(points(drawn, kinds.ZONE, "o")) == 1
    assert {"Zone 3 2015", "plan: 9 %"} <= set(drawn.texts())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"title": "one two three four five six seven eight nine ten eleven twelve thirteen"},
            "shorten it to 12",
        ),
        ({"title": "一二三四五六七八九十" * 3}, "shorten it to 12"),
        ({"title": " "}, "title is empty"),
        ({"subtitle": ""}, "subtitle is empty"),
        ({"sources": []}, "source is empty"),
        ({"sources": "  "}, "source is empty"),
        ({"note": "tell 🙂"}, r"no font has a glyph for 🙂 \(U\+1F642\): replace"),
    ],
)
def test_export_refuses_and_says_how_to_mend(change, message, tmp_path):
    chart = path(**change)
    with pytest.raises(ValueError, match=message):
        chart.export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("alt", "", "alt is empty"),
        ("id", "../up", "cannot name a file"),
        ("data", HISTORY.iloc[:0], "no data"),
    ],
)
def test_export_refuses_broken_parts(part, value, message, tmp_path):
    import dataclasses

    with pytest.raises(ValueError, match=message):
        dataclasses.replace(path(), **{part: value}).export(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unknown_source_is_named():
    with pytest.raises(ValueError, match="unknown source nowhere: add a row to sources.csv"):
        path(sources=["plan", "nowhere"])


def test_a_value_far_from_all_others_is_named_off_the_scale():
    data = peers().table()
    data.loc[0, "growth"] = 90.0
    chart = kinds.size_against_growth("peers", data, "z3", 9.0, **AXES, **WORDS)
    assert chart.table()["growth"].max() == 90
    assert chart.figure.axes[0].get_ylim()[1] < 40
    assert len(points(chart, kinds.PEER, "^")) == 1 and len(points(chart, kinds.PEER, "o")) == 38
    assert "Zone 0 2015: 90 %, off the scale" in chart.texts()
    assert re.search(
        r"Off the scale: 90 % at Zone 0 in 2015, from .+\(2016\)",
        " ".join(" ".join(chart.texts()).split()),
    )
    assert chart.problems() == []


def test_a_name_is_never_nearer_to_another_point():
    page = kinds._Page("title", "subtitle", "Source: none")
    placed = kinds._Labels(page)
    for x in (0.5, 0.53):
        placed.keep_point(x, 0.5)
    assert placed._misread((3.4, 1.9, 3.6, 2.0), *placed._inches(0.5, 0.9))
    assert not placed._misread((0.0, 0.0, 0.1, 0.1), 0.05, 0.15)


@pytest.mark.parametrize(
    ("percentile", "words"),
    [
        (100.0, "below the 1st"),
        (99.5, "below the 1st"),
        (99.0, "99 of 100"),
        (45.2, "45 of 100"),
        (0.4, "above the 99th"),
        (0.0, "above the 99th"),
    ],
)
def test_nothing_is_claimed_beyond_the_last_percentile(percentile, words):
    assert kinds.reached_by(percentile) == words


def test_own_calculations_say_what_they_rest_on():
    line = kinds.source_line(["cityyb"])
    assert line.startswith(
        "Source: own calculations (percentiles over units from city and county yearbook"
    )
    assert kinds.source_line(["plan"]).endswith("(2018); own calculations.")


def test_planned_years_are_shaded():
    data = ratios().table()
    chart = kinds.lines("ratios", data, unit="percent", planned_from=2018, **WORDS)
    assert "planned" in chart.texts() and chart.problems() == []


def test_failed_export_leaves_earlier_files_alone(tmp_path, monkeypatch):
    files = tally().export(tmp_path)
    before = [f.read_bytes() for f in files]
    real = kinds.Chart._render

    def fail(self, kind, dpi):
        if kind == "pdf":
            raise OSError("disk full")
        return real(self, kind, dpi) + b"changed"

    monkeypatch.setattr(kinds.Chart, "_render", fail)
    with pytest.raises(OSError, match="disk full"):
        tally().export(tmp_path)
    assert [f.read_bytes() for f in files] == before
    assert sorted(f.name for f in tmp_path.iterdir()) == sorted(f.name for f in files)


def test_texts_that_the_edge_cuts_or_that_lie_on_each_other_are_refused(tmp_path):
    chart = tally()
    height = chart.figure.get_figheight()
    # In the middle of the page's height nothing is printed at the right.
    chart.figure.text(0.97, 0.5 / height, "runs over the edge")
    assert chart.problems() == ["the edge cuts 'runs over the edge': shorten it or give it room"]
    chart = tally()
    chart.figure.text(0.5, 0.98, "one", va="top")
    chart.figure.text(0.5, 0.98, "two", va="top")
    with pytest.raises(ValueError, match="'one' lies on 'two': shorten one or give them room"):
        chart.export(tmp_path)
    touching = tally()
    touching.figure.text(0.5, 0.5 / height, "upper", va="bottom")
    touching.figure.text(0.5, 0.5 / height, "lower", va="top")
    assert touching.problems() == []


@pytest.mark.parametrize(("size", "wide"), [("column", 3.5), ("page", 7.2), ("slide", 7.2)])
def test_sizes_are_inches(size, wide):
    with kinds.sized(size):
        made = [tally(), peers(8)]
    assert [c.figure.get_figwidth() for c in made] == [wide, wide]
    assert all(c.problems() == [] for c in made)
    assert made[1].figure.get_figheight() >= kinds.SIZES[size][1] - 1e-9
    # The size holds inside only.
    assert tally().figure.get_figwidth() == 7.2


def test_a_chart_that_a_column_cannot_hold_is_refused():
    with (
        kinds.sized("column"),
        pytest.raises(
            ValueError, match="names leave .* of 3.5 inches for the axes: draw the chart as page"
        ),
    ):
        percentiles()
    with (
        kinds.sized("column"),
        pytest.raises(
            ValueError, match="peers is not legible as column: .* lies on .* draw it as page"
        ),
    ):
        peers()
    with (
        pytest.raises(ValueError, match="size 'poster': choose one of column, page, slide"),
        kinds.sized("poster"),
    ):
        tally()


def test_years_that_have_no_room_go_unnamed():
    data = pd.DataFrame(
        {"label": "GDP", "x": range(2000, 2024), "y": range(24), "source_id": "plan"}
    )
    chart = kinds.lines("many_years", data, **WORDS)
    shown = [t.get_text() for t in chart.figure.axes[0].get_xticklabels() if t.get_text()]
    assert shown[-1] == "2023" and 5 < len(shown) < 24 and chart.problems() == []


def test_a_figure_and_its_percent_sign_share_a_line():
    for width in np.arange(0.8, 3.0, 0.1):
        assert not re.search(
            r"\n%",
            kinds._wrap(
                "18 of 37 reports reach 9 %, fewer in later years", float(width), 12.5, True
            ),
        )


def test_english_words_in_a_chinese_chart_are_refused():
    chinese = {
        "title": "2020年地区生产总值270亿元",
        "subtitle": "地区生产总值，亿元，2013—2020年",
        "lang": "zh",
    }
    assert path(**chinese, note="扇形区间。", base_label="推算基数").problems() == []
    found = path(
        **chinese, note="Fan of counties，GDP、P10～P90。", base_label="推算基数"
    ).problems()
    assert found == ["English words in a Chinese chart: Fan, counties"]
    # A publisher keeps its name, also where the line breaks within it.
    own = dict(WORDS, sources=["plan", "s308013b6"])
    assert path(**{**own, **chinese}, note="（Xinhua）", base_label="推算基数").problems() == []


def test_long_titles_break_and_stay_whole():
    title = "Considerably overestimated internationalisation commitments notwithstanding, industrial counties nevertheless outperformed expectations"
    chart = path(title=title)
    assert chart.problems() == []
    assert " ".join(next(t for t in chart.texts() if t.startswith("Considerably")).split()) == title


def test_bold_title_in_both_scripts_is_silent(caplog, tmp_path):
    chart = path(title="GDP 地区生产总值 2020: 270 亿元")
    chart.export(tmp_path)
    assert caplog.records == []


def test_text_shown_in_notebooks_has_fixed_decimals():
    shown = repr(dumbbells())
    assert shown.startswith("Chart needed: GDP target of 270 in 2020\n")
    assert "8.90" in shown and "0x" not in shown and "–" in shown
    assert dumbbells()._repr_png_().startswith(b"\x89PNG")


def test_files_carry_no_date(tmp_path):
    png, svg, pdf = tally().export(tmp_path)
    assert b"<dc:date>" not in svg.read_bytes()
    assert b"CreationDate" not in pdf.read_bytes()
    # 300 dots per inch are 11,811 per metre.
    assert re.search(rb"pHYs\x00\x00\x2e\x23\x00\x00\x2e\x23", png.read_bytes())


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.floats(0.01, 50))
def test_spread_keeps_order_distance_and_centre(values, gap):
    moved = kinds._spread(values, gap)
    order = np.argsort(values, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-6).all()
    assert moved.sum() == pytest.approx(sum(values), abs=1e-6)
    far = [1e5 * i for i in range(len(values))]
    assert kinds._spread(far, gap).tolist() == far


def test_spread_stays_within_bounds():
    assert kinds._spread([9.9, 10.0], 1, 0, 10).tolist() == pytest.approx([9.0, 10.0])
    assert kinds._spread([0.0, 0.1], 1, 0, 10).tolist() == pytest.approx([0.0, 1.0])
    assert kinds._spread([], 1).tolist() == []


@given(st.text(st.sampled_from("ab 温州(), "), min_size=1, max_size=80))
def test_wrap_loses_nothing(text):
    wrapped = kinds._wrap(text, 1.0, 8)
    assert re.sub(r"\s", "", wrapped) == re.sub(r"\s", "", text)
