"""plan.yml: what may be left out follows, what is wrong is named by its key."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from plan_folders import ABOUT
from pydantic import ValidationError

from zoneplan.errors import DataError
from zoneplan.plan.description import Description, day, read_description

FULL = ABOUT + (
    "base_year: 2017\npublished: 2018-11-05\nas_of: 2018-12-01\ncomparable_from: 2013\n"
    "classes: {tax: [a, b, c]}\nyearly_counts: [x]\nnot_promised: [y]\nscope: 在地\n"
    "announced: yearly\nhome: wenzhou\nhost: wenzhou\n"
    "zone_zh: 试验区\nname_zh: 计划\nname_en: Plan\n"
)


@pytest.fixture
def read(tmp_path):
    def of(text: str) -> Description:
        (tmp_path / "plan.yml").write_text(text, encoding="utf-8")
        return read_description(tmp_path / "plan.yml")

    return of


def test_what_is_left_out_follows(read):
    about = read(ABOUT)
    assert about.base_year == 2017
    assert about.zone_zh == about.zone_en == "Test zone"
    assert about.name_en == "Test zone - targets 2018-2020"
    assert about.name_zh == "Test zone发展目标(2018-2020)"
    assert (about.published, about.as_of, about.home, about.host) == (None, None, None, None)
    assert (about.comparable_from, about.announced, about.scope) == (0, "at once", "")
    assert about.classes == {}
    assert about.yearly_counts == about.not_promised == []


def test_what_is_said_is_kept(read):
    about = read(FULL)
    assert about.years == [2018, 2019, 2020]
    assert (about.name_zh, about.name_en, about.zone_zh) == ("计划", "Plan", "试验区")
    assert (about.published, about.as_of) == (date(2018, 11, 5), date(2018, 12, 1))
    assert (about.comparable_from, about.announced, about.scope) == (2013, "yearly", "在地")
    assert about.classes == {"tax": ["a", "b", "c"]}
    assert (about.yearly_counts, about.not_promised) == (["x"], ["y"])
    with pytest.raises(ValidationError, match="frozen"):
        about.id = "other"


def test_a_chinese_name_alone_is_enough(read):
    about = read(ABOUT.replace("zone_en: Test zone", "zone_zh: 试验区\nzone_en:"))
    assert about.zone_en == "试验区"
    assert about.name_en == "试验区 - targets 2018-2020"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("base_year: 2017", "base_year: '2017'", "base_year: found '2017'; expected a year such"),
        ("base_year: 2017", "base_year: 1899", "base_year: found 1899"),
        ("base_year: 2017", "base_year: 2017.0", "base_year: found 2017.0"),
        ("base_year: 2017", "base_year: true", "base_year: found True"),
        ("[2018, 2019, 2020]", "[2018, 2018, 2020]", "years: found [2018, 2018, 2020]"),
        ("[2018, 2019, 2020]", "[2020, 2019]", "a list of rising years such as"),
        ("[2018, 2019, 2020]", "[]", "years: found []"),
        ("[2018, 2019, 2020]", "['2018', 2019]", "years: found '2018'; expected a list of rising"),
        ("[2018, 2019, 2020]", "[2018, 2201]", "years: found 2201; expected a list of rising"),
        ("years: [2018, 2019, 2020]", "years: 2018", "years: found 2018"),
        ("years: [2018, 2019, 2020]\n", "", "years: found nothing"),
        ("id: mine", "id: 7", "id: found 7; expected a short name"),
        ("id: mine", "id: '  '", "id: found '  '"),
        ("zone_en: Test zone", "zone_en: [a]", "zone_en: found ['a']"),
        ("comparable_from: 2013", "comparable_from: -1", "comparable_from: found -1"),
        ("comparable_from: 2013", "comparable_from: soon", "comparable_from: found 'soon'"),
        ("adopted: 2018-10-30", "adopted: soon", "adopted: found 'soon'; expected a date such as"),
        ("adopted: 2018-10-30", "adopted: 20181030", "adopted: found 20181030"),
        ("as_of: 2018-12-01", "as_of: yesterday", "as_of: found 'yesterday'"),
        ("home: wenzhou", "home: 5", "home: found 5; expected an id, or nothing"),
        ("announced: yearly", "announced: monthly", "expected at once or yearly"),
        (
            "classes: {tax: [a, b, c]}",
            "classes: {tax: [a]}",
            "classes: found ['a']; expected a level",
        ),
        ("classes: {tax: [a, b, c]}", "classes: [tax]", "such as {my_tax: ["),
        ("scope: 在地", "colour: red", "colour: found an unknown key; expected one of id, name_zh"),
    ],
)
def test_what_nobody_can_use_is_refused_by_key(read, old, new, told):
    assert old in FULL
    with pytest.raises(DataError) as error:
        read(FULL.replace(old, new))
    (line,) = str(error.value).splitlines()
    assert line.startswith("plan.yml:")
    assert told in line


def test_all_that_is_wrong_is_told_at_once(read):
    with pytest.raises(DataError) as error:
        read("id: 7\nyears: 2018\nmood: bad\n")
    assert [p.column for p in error.value.problems] == ["id", "adopted", "years", "mood", "zone_en"]
    assert error.value.problems[-1].found == "no name of the zone"


@pytest.mark.parametrize("text", ["", "just words", "[a, b]"])
def test_what_is_no_mapping_is_refused(read, text):
    with pytest.raises(DataError, match="a mapping of keys to values"):
        read(text)


def test_days():
    assert day("2018-10-30") == date(2018, 10, 30)
    assert day(datetime(2018, 10, 30, 12)) == date(2018, 10, 30)
    assert day(7) == 7
