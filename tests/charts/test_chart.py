"""A chart keeps its contract, exports the same bytes every time, and cites its sources."""

import dataclasses
import re

import matplotlib as mpl
import pandas as pd
import pytest
import sample_charts as sample

from zoneplan.charts import theme
from zoneplan.charts.chart import Chart, source_line
from zoneplan.charts.wording import chance_words, digits, reached_by
from zoneplan.data.sources import Sources

CHINESE = dataclasses.replace(
    sample.CAPTION,
    title="2020年地区生产总值270亿元",
    subtitle="地区生产总值，亿元，2013—2020年",
    source="资料来源：温州市统计局（2018）；Xinhua News（2016）。",
    lang="zh",
)
SOURCES = Sources(
    pd.DataFrame(
        [
            ("s1", "温州市统计局", "公报", "2018-03-01"),
            ("s2", "News", "a page", "undated"),
            ("s3", "own calculation", "percentiles of something", "2026"),
            ("s4", "not stated", "a copy", "2017"),
            *((f"x{k}", f"Paper {k}", "page", "2019") for k in range(4)),
        ],
        columns=["source_id", "publisher", "title", "published"],
    ).set_index("source_id")
)


def caption(**change):
    return dataclasses.replace(sample.CAPTION, **change)


def zh(**change):
    """A fan in Chinese, with Chinese words on it."""
    words = {
        "P10 to P90": "P10～P90",
        "P25 to P75": "P25～P75",
        "median": "中位数",
        "no change": "不变",
    }
    words |= {"target": "目标", "observed": "实际值", "base": "基数"}
    marks = tuple(
        dataclasses.replace(m, name=words[m.name], ends=("", "")) for m in sample.FAN_ENCODING.marks
    )
    encoding = dataclasses.replace(sample.FAN_ENCODING, marks=marks)
    return sample.paths("path", sample.fan_data(), encoding, dataclasses.replace(CHINESE, **change))


@pytest.mark.parametrize("draw", sample.ALL)
def test_export_repeats_byte_for_byte(draw, tmp_path):
    kinds = ("png", "svg", "pdf") if draw in (sample.fan, sample.panels) else ("svg",)
    first = {f.name: f.read_bytes() for f in draw().export(tmp_path / "one", kinds=kinds)}
    again = draw()
    again._repr_png_()
    files = again.export(tmp_path / "two", kinds=kinds)
    assert {f.name: f.read_bytes() for f in files} == first
    assert [f.suffix[1:] for f in files] == list(kinds)
    assert sorted(p.name for p in (tmp_path / "two").iterdir()) == sorted(first)


def test_chinese_export_repeats_byte_for_byte(tmp_path):
    first = [f.read_bytes() for f in zh().export(tmp_path / "one", kinds=("png", "svg"))]
    assert [f.read_bytes() for f in zh().export(tmp_path / "two", kinds=("png", "svg"))] == first


def test_readers_settings_neither_matter_nor_change(tmp_path):
    plain = sample.fan().export(tmp_path / "plain")
    other = {"font.size": 22, "axes.facecolor": "black", "font.family": "monospace"}
    with mpl.rc_context(other):
        before = dict(mpl.rcParams)
        styled = sample.fan().export(tmp_path / "styled")
        assert dict(mpl.rcParams) == before
    assert [f.read_bytes() for f in styled] == [f.read_bytes() for f in plain]


def test_no_figure_stays_open():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    sample.fan()
    assert plt.get_fignums() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": " "}, "title is empty"),
        ({"subtitle": ""}, "subtitle is empty"),
        ({"source": "  "}, "source is empty"),
        ({"alt": "  "}, "alt is empty"),
        ({"note": "tell 🙂"}, r"no font has a glyph for 🙂 \(U\+1F642\): replace"),
    ],
)
def test_export_refuses_and_says_how_to_mend(change, message, tmp_path):
    chart = sample.fan(caption=caption(**change))
    with pytest.raises(ValueError, match=message):
        chart.export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [("id", "../up", "cannot name a file"), ("data", pd.DataFrame(), "no data")],
)
def test_export_refuses_broken_parts(part, value, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(sample.fan(), **{part: value}).export(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_long_title_breaks_and_stays_whole_or_gives_way_to_a_neutral_one():
    title = (
        "Considerably overestimated internationalisation commitments notwithstanding, industrial "
        "counties nevertheless outperformed expectations of their provincial governments once "
        "more in 2020"
    )
    chart = sample.fan(caption=caption(title=title))
    assert chart.problems() == []
    assert chart.title == title
    printed = next(t for t in chart.texts() if t.startswith("Considerably"))
    assert "\n" in printed
    assert " ".join(printed.split()) == title
    neutral = sample.fan(caption=caption(title=title, neutral="GDP to 2020"))
    assert neutral.title == "GDP to 2020"
    assert "GDP to 2020" in neutral.texts()
    short = sample.fan(caption=caption(neutral="GDP to 2020"))
    assert short.title == sample.CAPTION.title


def test_texts_that_the_edge_cuts_or_that_lie_on_each_other_are_refused(tmp_path):
    chart = sample.tally()
    height = chart.figure.get_figheight()
    # In the middle of the page's height nothing is printed at the right.
    chart.figure.text(0.97, 0.5 / height, "runs over the edge")
    assert chart.problems() == ["the edge cuts 'runs over the edge': shorten it or give it room"]
    chart = sample.tally()
    chart.figure.text(0.5, 0.98, "one", va="top")
    chart.figure.text(0.5, 0.98, "two", va="top")
    with pytest.raises(ValueError, match="'one' lies on 'two': shorten one or give them room"):
        chart.export(tmp_path)
    touching = sample.tally()
    touching.figure.text(0.5, 0.5 / height, "upper", va="bottom")
    touching.figure.text(0.5, 0.5 / height, "lower", va="top")
    assert touching.problems() == []


def test_english_words_in_a_chinese_chart_are_refused():
    # A publisher keeps its name, also where the source line breaks within it.
    assert zh().problems() == []
    found = zh(note="Fan of counties，GDP、P10～P90。").problems()
    assert found == ["English words in a Chinese chart: Fan, counties"]
    named = {"note": "Bosch Park一期（Xinhua）", "names": frozenset({"Bosch Park园区", "Xinhua"})}
    assert zh(**named).problems() == []
    assert zh(alt="The chart").problems() == ["English words in a Chinese chart: The, chart"]


def test_failed_export_leaves_earlier_files_alone(tmp_path, monkeypatch):
    files = sample.tally().export(tmp_path)
    before = [f.read_bytes() for f in files]
    real = Chart._render

    def fail(self, kind, dpi):
        if kind == "pdf":
            raise OSError("disk full")
        return real(self, kind, dpi) + b"changed"

    monkeypatch.setattr(Chart, "_render", fail)
    with pytest.raises(OSError, match="disk full"):
        sample.tally().export(tmp_path)
    assert [f.read_bytes() for f in files] == before
    assert sorted(f.name for f in tmp_path.iterdir()) == sorted(f.name for f in files)


@pytest.mark.parametrize(("size", "wide"), [("column", 3.5), ("page", 7.2), ("slide", 7.2)])
def test_sizes_are_inches(size, wide):
    with theme.sized(size):
        made = [sample.tally(), sample.peers(8)]
    assert [c.figure.get_figwidth() for c in made] == [wide, wide]
    assert all(c.problems() == [] for c in made)
    assert made[1].figure.get_figheight() >= theme.SIZES[size][1] - 1e-9
    # The size holds inside only.
    assert sample.tally().figure.get_figwidth() == 7.2


def test_a_chart_that_a_column_cannot_hold_is_refused():
    with (
        theme.sized("column"),
        pytest.raises(
            ValueError, match="names leave .* of 3.5 inches for the axes: draw the chart"
        ),
    ):
        sample.fences()
    with (
        theme.sized("column"),
        pytest.raises(ValueError, match="matrix is not legible as column: .* draw it as page"),
    ):
        sample.matrix(columns=12)
    with pytest.raises(ValueError, match="'poster': choose one of column"), theme.sized("poster"):
        sample.tally()


def test_pictures_for_pages_and_slides_leave_words_out():
    from io import BytesIO

    from PIL import Image

    chart = sample.fan()
    whole, panel, slide = (
        Image.open(BytesIO(png))
        for png in (chart._repr_png_(), chart.panel_png(110), chart.slide_png(110))
    )
    assert whole.size[1] > slide.size[1] > panel.size[1]
    assert whole.size[0] == panel.size[0]
    # All words are back afterwards.
    assert chart.title in chart.texts()
    assert chart.problems() == []


def test_bold_title_in_both_scripts_is_silent(caplog, tmp_path):
    sample.fan(caption=caption(title="GDP 地区生产总值 2020: 270 亿元")).export(tmp_path)
    assert caplog.records == []


def test_text_shown_in_notebooks_has_fixed_decimals():
    shown = repr(sample.dumbbells())
    assert shown.startswith("Chart needed: GDP target of 270 in 2020\n")
    assert "8.90" in shown
    assert "0x" not in shown
    assert "–" in shown
    assert sample.dumbbells()._repr_png_().startswith(b"\x89PNG")


def test_files_carry_no_date(tmp_path):
    png, svg, pdf = sample.tally().export(tmp_path)
    assert b"<dc:date>" not in svg.read_bytes()
    assert b"CreationDate" not in pdf.read_bytes()
    # 300 dots per inch are 11,811 per metre.
    assert re.search(rb"pHYs\x00\x00\x2e\x23\x00\x00\x2e\x23", png.read_bytes())


def test_a_table_is_ones_own():
    chart = sample.fan()
    data = chart.table()
    data.loc[0, "value"] = -1
    assert chart.table().loc[0, "value"] == 175.15


# Words -------------------------------------------------------------------------------------


def test_a_source_line_names_publishers_years_and_own_calculations():
    named = source_line(SOURCES, ["s1", "s2", "s1"])
    assert named == "Source: Wenzhou Bureau of Statistics (2018); News; own calculations."
    assert source_line(SOURCES, ["s3"]) == "Source: own calculations (percentiles of something)."
    both = source_line(SOURCES, ["s1", "s3"], "zh")
    assert both == "资料来源：温州市统计局（2018）；本项目测算（percentiles of something）。"
    assert "publisher not stated (2017);" in source_line(SOURCES, ["s4"])
    many = source_line(SOURCES, ["s1", "s2", *(f"x{k}" for k in range(4))])
    assert "; Paper 1 (2019) and 2 more; own" in many
    assert source_line(SOURCES, []) == ""


def test_an_unknown_source_is_named():
    with pytest.raises(ValueError, match="unknown source nowhere: add a row to sources.csv"):
        source_line(SOURCES, ["s1", "nowhere"])


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0.05, "very unlikely"),
        (0.1, 0.1, "unlikely"),
        (0.4, 0.65, "about even"),
        (0.33, 0.65, "about one in three to about even"),
        (0.66, 0.9, "likely to very likely"),
        (1, 1, "very likely"),
    ],
)
def test_words_for_chances(low, high, words):
    assert chance_words(low, high) == words


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
    assert reached_by(percentile) == words


def test_large_figures_need_fewer_decimals():
    assert [digits(x) for x in (1.3, 27.0, 270.0)] == [2, 1, 0]
