"""Which values keep a promise, by its direction and kind."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pandas as pd
import pytest

from zoneplan.plan.intervals import Interval
from zoneplan.plan.targets import Target


def promise(direction: str, kind: str = "flow", high: float = nan, step: float = 1.0) -> Target:
    row = {"target_id": "t", "indicator_id": "x", "year": 2020, "value": 7.0, "value_high": high}
    about = {"unit": "亿元", "precision": step, "kind": kind, "direction": direction}
    return Target.of(pd.Series(row | about))


@pytest.mark.parametrize(
    ("direction", "high", "kind", "kept"),
    [
        ("at_least", nan, "flow", (7, inf)),
        ("at_most", nan, "flow", (-inf, 7)),
        ("range", 8, "flow", (7, 8)),
        ("range", nan, "flow", (7, inf)),
        ("about", nan, "flow", (6.5, inf)),
        ("about", nan, "area", (6.5, 7.5)),
        ("about", nan, "rank", (6.5, 7.5)),
        (None, nan, "count", (7, inf)),
    ],
)
def test_every_direction_has_its_values(direction, high, kind, kept):
    found = promise(direction, kind, high)
    assert (found.low, found.high) == kept


def test_about_without_a_printed_step_is_a_floor():
    assert promise("about", step=nan).low == 7


def test_a_promise_carries_what_was_printed():
    found = promise("at_least", step=0.2)
    assert found.printed == Interval(6.9, 7.0, 7.1)
    assert (found.target_id, found.indicator_id, found.year) == ("t", "x", 2020)
    assert (found.value, found.unit, found.kind) == (7.0, "亿元", "flow")


def test_both_ends_keep_a_promise():
    values = np.array([6.9, 7.0, 7.5, 8.0, 8.1])
    assert promise("range", high=8).is_met(values).tolist() == [False, True, True, True, False]
    assert bool(promise("at_most").is_met(7.0))
    assert not promise("at_least").is_met(6.999)
