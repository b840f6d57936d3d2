"""Panels in memory: what a frame gives, what is refused, and round trips."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.data.panel import Panel, bridged, panel_of
from zoneplan.errors import DataError

# Round trips.

LEVELS = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.integers(1990, 2005)),
    st.floats(1e-6, 1e9),
    min_size=1,
    max_size=30,
)


def table_of(levels: dict) -> pd.DataFrame:
    return pd.DataFrame(
        [(u, y, v) for (u, y), v in levels.items()], columns=["unit_id", "year", "value"]
    )


@settings(derandomize=True, max_examples=40, deadline=None)
@given(LEVELS)
def test_a_panel_and_its_rows_are_the_same(levels):
    table = table_of(levels)
    panel = panel_of(table)
    back = panel.rows().sort_values(["unit_id", "year"], ignore_index=True)
    expected = table.sort_values(["unit_id", "year"], ignore_index=True)
    assert (
        back[["unit_id", "year"]].values.tolist() == expected[["unit_id", "year"]].values.tolist()
    )
    assert np.allclose(back["value"], expected["value"], rtol=1e-12)
    again = panel_of(panel.rows())
    assert np.allclose(again.logs, panel.logs, rtol=1e-12, equal_nan=True)
    assert np.array_equal(again.years, panel.years)
    assert np.array_equal(again.units, panel.units)
    assert panel.last_years.tolist() == expected.groupby("unit_id")["year"].max().tolist()


@settings(derandomize=True, max_examples=40, deadline=None)
@given(LEVELS, st.integers(1988, 2007))
def test_until_keeps_what_was_known(levels, year):
    known = panel_of(table_of(levels)).until(year)
    expected = {k: v for k, v in levels.items() if k[1] <= year}
    got = {(r.unit_id, r.year): r.value for r in known.rows().itertuples()}
    assert got.keys() == expected.keys()
    assert known.units.tolist() == sorted({u for u, _ in expected})
    assert np.allclose([got[k] for k in expected], list(expected.values()))
    assert known.years.max(initial=0) <= year


@settings(derandomize=True, max_examples=40, deadline=None)
@given(LEVELS, st.integers(1985, 2010), st.integers(1, 20))
def test_on_another_grid(levels, first, n):
    panel = panel_of(table_of(levels))
    years = np.arange(first, first + n)
    logs = panel.on(years)
    for i, unit in enumerate(panel.units):
        expected = [levels.get((unit, y), np.nan) for y in years.tolist()]
        assert np.allclose(np.exp(logs[i]), expected, equal_nan=True)


def test_since_keeps_what_came_later():
    panel = panel_of(table_of({("a", 2001): 1.0, ("b", 2002): 2.0, ("a", 2003): 3.0})).since(2002)
    assert panel.units.tolist() == ["a", "b"]
    assert panel.years.tolist() == [2002, 2003]
    assert np.allclose(np.exp(panel.logs), [[np.nan, 3.0], [2.0, np.nan]], equal_nan=True)
    assert panel.since(2003).units.tolist() == ["a"]


def test_where_keeps_the_marked_units():
    panel = panel_of(table_of({("a", 2001): 1.0, ("b", 2001): 2.0, ("c", 2002): 3.0}))
    kept = panel.where(panel.units != "b")
    assert isinstance(kept, Panel)
    assert kept.units.tolist() == ["a", "c"]
    assert np.allclose(np.exp(kept.logs), [[1, np.nan], [np.nan, 3]], equal_nan=True)


# Frames as people have them.

BASE = pd.DataFrame(
    {"unit_id": ["a", "a", "b"], "year": [2001, 2002, 2002], "value": [1.0, 2.0, 4.0]}
)


@pytest.mark.parametrize(
    "years",
    [
        pd.to_datetime(["2001-12-31", "2002-12-31", "2002-12-31"]),
        ["2001", "2002", "2002"],
        ["2001年", "2002.0", "2002-06"],
        [2001.0, 2002.0, 2002.0],
        pd.array([2001, 2002, 2002], dtype="Int64"),
        pd.PeriodIndex(["2001", "2002", "2002"], freq="Y"),
        [datetime.date(2001, 5, 1), datetime.date(2002, 5, 1), datetime.date(2002, 5, 1)],
        pd.Categorical(["2001", "2002", "2002"]),
    ],
    ids=["timestamps", "text", "mixed", "floats", "nullable", "periods", "dates", "categories"],
)
def test_years_of_any_type_are_read(years):
    panel = panel_of(BASE.assign(year=years))
    assert panel.years.tolist() == [2001, 2002]
    assert panel.units.tolist() == ["a", "b"]
    assert np.allclose(np.exp(panel.logs), [[1, 2], [np.nan, 4]], equal_nan=True)


@pytest.mark.parametrize(
    "values", [["1", "2.0", "4e0"], pd.array([1.0, 2.0, 4.0], dtype="Float64"), [1, 2, 4]]
)
def test_levels_of_any_type_are_read(values):
    assert np.exp(panel_of(BASE.assign(value=values)).logs[1, 1]) == pytest.approx(4)


def test_a_missing_level_is_a_gap():
    panel = panel_of(BASE.assign(value=[1.0, np.nan, 4.0]))
    assert np.isnan(panel.logs[0, 1])
    assert np.isfinite(panel.logs[1, 1])


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("value", 0.0, "expected a level above zero"),
        ("value", -3.0, "expected a level above zero"),
        ("value", np.inf, "expected a level above zero"),
        ("value", "many", "expected a level above zero"),
        ("year", 1066, "a year from 1900 to 2200"),
        ("year", "soon", "a year from 1900 to 2200"),
        ("year", None, "a year from 1900 to 2200"),
        ("unit_id", None, "expected a name"),
    ],
)
def test_what_cannot_be_read_is_a_data_error(column, value, said):
    frame = BASE.astype(object)
    frame.loc[1, column] = value
    with pytest.raises(DataError, match=said):
        panel_of(frame)


def test_a_figure_with_two_values_is_a_data_error():
    more = pd.DataFrame([("c", y, 5.0) for y in range(1950, 2000)], columns=BASE.columns)
    again = pd.DataFrame([("a", 2001, 9.0)], columns=BASE.columns)
    with pytest.raises(DataError, match=r"a,2001 with another value again"):
        panel_of(pd.concat([BASE, again, more], ignore_index=True))


def test_a_missing_column_is_a_data_error():
    with pytest.raises(DataError, match="value: found the columns unit_id, year"):
        panel_of(BASE[["unit_id", "year"]])


def test_gaps_are_bridged_evenly_and_ends_stay_open():
    nan = np.nan
    logs = np.array([[nan, 1, nan, nan, 4, nan], [0, nan, 1, nan, 0, 1], [nan] * 6])
    expected = [[nan, 1, 2, 3, 4, nan], [0, 0.5, 1, 0.5, 0, 1], [nan] * 6]
    assert np.allclose(bridged(logs), expected, equal_nan=True)
    assert np.isnan(logs[0, 2])
    pandas = pd.DataFrame(logs).interpolate(axis=1, limit_area="inside").to_numpy()
    assert np.allclose(bridged(logs), pandas, equal_nan=True)
