"""Texts are measured, broken and placed so that nothing is lost, cut or misread."""

import re

import numpy as np
import pytest
import sample_charts as sample
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.charts.labels import Labels, spread
from zoneplan.charts.page import Names, Page, Ruler, height, word_count
from zoneplan.charts.theme import theme

RULER = Ruler("en")


@pytest.fixture(autouse=True, scope="module")
def _themed():
    """Texts are measured where charts are drawn."""
    with theme():
        yield


def test_words_of_a_title_are_counted_in_both_scripts():
    assert word_count("2020年规上工业增加值106亿元：概率26%～48%") == 10
    assert word_count("GDP of CNY 27 billion in 2020: odds 37-55 %") == 9
    assert word_count("，。：；") == 0


@settings(deadline=None)
@given(st.text(st.sampled_from("ab 温州(), "), min_size=1, max_size=80))
def test_wrap_loses_nothing(text):
    for broken in (RULER.wrap(text, 1.0, 8), RULER.even(text, 1.0, 8)):
        assert re.sub(r"\s", "", broken) == re.sub(r"\s", "", text)


@settings(deadline=None)
@given(st.text(st.sampled_from("ab温州 "), min_size=1, max_size=60))
def test_lines_are_as_wide_as_allowed(text):
    # No word of five letters is wider than an inch.
    short = re.sub(r"[ab]{5,}", "ab", text)
    assert RULER.width(RULER.wrap(short, 1.0, 8), 8) <= 1.0


def test_a_figure_and_its_percent_sign_share_a_line():
    title = "18 of 37 reports reach 9 %, fewer in later years"
    for width in np.arange(0.8, 3.0, 0.1):
        assert not re.search(r"\n%", RULER.wrap(title, float(width), 12.5, True))


def test_even_lines_leave_no_single_word():
    text = "one two three four five six seven"
    wide = RULER.width("one two three four five six", 8) + 0.02
    assert RULER.wrap(text, wide, 8).split("\n")[1] == "seven"
    assert len(RULER.even(text, wide, 8).split("\n")[1]) > 8


@settings(deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=12), st.floats(0.01, 50))
def test_spread_keeps_order_distance_and_centre(values, gap):
    moved = spread(values, gap)
    order = np.argsort(values, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-6).all()
    assert moved.sum() == pytest.approx(sum(values), abs=1e-6)
    far = [1e5 * i for i in range(len(values))]
    assert spread(far, gap).tolist() == far


def test_spread_stays_within_bounds():
    assert spread([9.9, 10.0], 1, 0, 10).tolist() == pytest.approx([9.0, 10.0])
    assert spread([0.0, 0.1], 1, 0, 10).tolist() == pytest.approx([0.0, 1.0])
    assert spread([], 1).tolist() == []


def test_a_name_is_never_nearer_to_another_point():
    placed = Labels(Page(sample.CAPTION).panels[0])
    for x in (0.5, 0.53):
        placed.keep_point(x, 0.5)
    assert placed._misread((3.4, 1.9, 3.6, 2.0), *placed._inches(0.5, 0.9))
    assert not placed._misread((0.0, 0.0, 0.1, 0.1), 0.05, 0.15)


def test_a_label_without_room_is_left_out_unless_it_must_be():
    panel = Page(sample.CAPTION).panels[0]
    placed = Labels(panel)
    placed.keep_line(np.full(200, 0.5) + np.linspace(-0.5, 0.5, 200), np.tile([0.0, 1.0], 100))
    assert not placed.put(0.5, 0.5, "no room", "black")
    assert placed.put(0.5, 0.5, "must", "black", must=True)
    assert [t.get_text() for t in panel.ax.texts] == ["must"]


def test_names_of_rows_take_the_room_that_neighbours_share():
    one = Names.of(RULER, ["a", "b"], [], 2.0)
    two = Names.of(RULER, ["a", "b"], ["note", ""], 2.0)
    assert one.high == pytest.approx(height("a", 8))
    assert two.high == pytest.approx(height("a", 8) + height("note", 7) / 2)
    assert [n for n, _ in one.texts] == ["A", "B"]


def test_panels_stand_in_rows_from_the_left():
    page = Page(sample.CAPTION, heads=["a", "b", "c", "d"], across=2, left=0.2, inner=(0.4, 0.1))
    spots = [p.ax.get_position() for p in page.panels]
    assert spots[0].x0 == spots[2].x0 < spots[1].x0
    assert spots[0].y0 > spots[2].y0
    inches = spots[0].width * page.width
    assert inches == pytest.approx(page.panels[0].wide) == pytest.approx((7.2 - 0.34) / 2 - 0.5)
    assert page.height == pytest.approx(4.4)
