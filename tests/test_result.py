"""Every answer is rows that filter, show, say and cite themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

from zoneplan.messages import words
from zoneplan.result import Nothing, Result, readable

ROWS = pd.DataFrame(
    {
        "indicator_id": ["gdp", "trade_total", "my_own_thing"],
        "year": [2018, 2019, 2020],
        "value": [1.25, np.nan, 1234.5],
        "probability": [0.004, 0.37, np.nan],
        "is_proxy": [True, False, False],
        "source_id": ["plan", "cityyb", "plan"],
    }
)


@dataclass(frozen=True)
class Told(Result):
    """A result whose messages are those of the peers' growth."""

    SUBJECT: ClassVar[str] = "peers.growth"
    DIGITS: ClassVar[dict[str, int]] = {"value": 2}
    SHOWN: ClassVar[tuple[str, ...]] = ("value", "indicator_id")


@pytest.fixture
def result(plan):
    return Result(plan, ROWS)


def test_a_table_is_ones_own(result):
    frame = result.table()
    frame["year"] = 0
    assert result.table()["year"].tolist() == [2018, 2019, 2020]


def test_filters_by_value_list_and_several_columns(result):
    assert result.filter(year=2019).rows["indicator_id"].tolist() == ["trade_total"]
    some = result.filter(indicator_id=["gdp", "my_own_thing"])
    assert some.rows["year"].tolist() == [2018, 2020]
    assert some.rows.index.tolist() == [0, 1]
    assert result.filter(year={2018, 2019}, source_id="plan").rows["year"].tolist() == [2018]
    assert result.filter().rows.equals(ROWS)
    with pytest.raises(KeyError, match="colour"):
        result.filter(colour="red")


def test_what_a_filter_leaves_out_is_said(result, plan):
    none = result.filter(year=1999)
    assert none.summary() == repr(none) == words("en")("result.none_left")
    assert none.summary("zh") == words("zh")("result.none_left")
    empty = Result(plan, ROWS.iloc[:0])
    assert empty.filter(anything=1) is empty


def test_nothing_says_why_and_draws_nothing(plan, tmp_path):
    empty = Result(plan, pd.DataFrame())
    why = words("en")("result.nothing")
    assert repr(empty) == empty.reason() == empty.summary() == why
    assert empty._repr_html_() is None
    drawn = empty.plot()
    assert isinstance(drawn, Nothing)
    assert not drawn
    assert repr(drawn) == drawn._repr_markdown_() == why
    assert empty.plot("zh").why == words("zh")("result.nothing")
    assert empty.export(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_reason_of_its_own_names_the_day(plan):
    told = Told(plan, pd.DataFrame())
    assert "5 November 2018" in told.summary()
    assert "2018年11月5日" in told.summary("zh")
    given = Told(plan, pd.DataFrame(), why="result.none_left")
    assert given.reason() == words("en")("result.none_left")


def test_shown_with_names_and_fixed_decimals(result):
    shown = result.shown().texts
    assert shown.iloc[0].tolist() == ["GDP", "2018", "1.2", "<1 %", "yes", "plan"]
    assert shown.iloc[2].tolist() == ["my own thing", "2020", "1,234.5", "–", "no", "plan"]
    assert shown.iloc[1, 2] == "–"
    chinese = result.shown("zh").texts
    assert chinese.iloc[0].tolist()[:1] == ["地区生产总值"]
    assert chinese.iloc[1, 3] == "37%"
    assert chinese.columns.tolist() != shown.columns.tolist()
    assert repr(result) == repr(result.shown())
    assert result._repr_html_() == result.shown()._repr_html_()


def test_a_result_shows_its_columns_with_its_decimals(plan):
    shown = Told(plan, ROWS).shown().texts
    assert shown.shape == (3, 2)
    assert shown.iloc[0].tolist() == ["1.25", "GDP"]
    assert repr(Told(plan, ROWS)) == repr(Told(plan, ROWS).shown()), "no dataclass writes over it"


def test_keys_are_said_in_words():
    rows = pd.DataFrame({"evidence": ["B", "?"], "x": ["a", "b"]})
    group = words("zh").group("columns.value.evidence")
    shown = readable(rows, "zh")
    assert shown.iloc[0, 0] == group.get("B", "B")
    assert shown.iloc[1].tolist() == ["?", "b"]


def test_sources_are_those_of_the_rows_each_once(result, plan):
    found = result.sources
    assert found.index.tolist() == ["plan", "cityyb"]
    assert found["title"].notna().all()
    with pytest.raises(ValueError, match="unknown source nowhere"):
        _ = Result(plan, ROWS.assign(source_id="nowhere")).sources
    several = ROWS.assign(source_id="plan; cityyb", other_source_id="cityyb, plan")
    assert Result(plan, several).sources.index.tolist() == ["plan", "cityyb"]
    assert Result(plan, ROWS.drop(columns="source_id")).sources.empty


def test_what_stands_behind_the_rows(plan):
    graded = Result(plan, pd.DataFrame({"grade": ["B", "A", "B"]}))
    assert graded.evidence_note() == "Number of figures: 3 (grade A: 1, grade B: 2)."
    assert "3" in Result(plan, ROWS).evidence_note("zh")
    assert Result(plan, ROWS).evidence_note().startswith("Number of rows: 3")


def test_every_answer_of_the_library_is_frozen():
    import dataclasses
    import importlib
    import pkgutil

    import zoneplan

    packages = [getattr(zoneplan, p).__path__ for p in ("plan", "forecasting", "stress")]
    found = set()
    for path, package in zip(packages, ("plan", "forecasting", "stress"), strict=True):
        for module in pkgutil.iter_modules(path):
            name = f"zoneplan.{package}.{module.name}"
            if module.name == "whatif":
                continue
            members = vars(importlib.import_module(name)).values()
            found |= {m for m in members if isinstance(m, type) and dataclasses.is_dataclass(m)}
    assert len(found) > 20
    assert [c.__name__ for c in found if not c.__dataclass_params__.frozen] == []


def test_what_has_rows_is_drawn(result, monkeypatch):
    monkeypatch.setattr("zoneplan.charts.draw", lambda asked, lang, **more: (asked, lang, more))
    assert result.plot("zh", wide=True) == (
        result,
        "zh",
        {"title": "", "size": "page", "wide": True},
    )
    assert result.plot() == (result, "en", {"title": "", "size": "page"})
    assert result.facts("en") == {}
