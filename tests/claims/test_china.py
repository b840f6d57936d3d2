"""The second real plan: yearly growth targets of the whole country, and how their chances turned
out.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.forecasting.forecasts import forecast


@pytest.fixture(scope="module")
def record(china):
    return china.track_record()


def test_every_target_is_a_row_of_the_ledger(china):
    file = tables.data_dir() / "sourced" / "growth_targets.csv"
    ledger = pd.read_csv(file, dtype=str).set_index("row_id")
    rows = china.targets
    for row in rows.itertuples():
        printed = ledger.loc[row.locator]
        assert (printed["entity_id"], printed["indicator_id"]) == ("china", "gdp")
        assert (int(printed["year"]), float(printed["value"])) == (row.year, row.value)
        assert printed["source_id"] == row.source_id
    assert len(rows) == rows["year"].nunique() == 16
    assert rows.set_index("year").loc[[2016, 2019], "value_high"].tolist() == [7, 6.5]


def test_the_score_is_what_its_rows_make(record):
    rows = record.rows.set_index("year")
    # 2007 is too early for a class, 2020 had no target.
    assert rows.index.tolist() == [*range(2008, 2020), 2021]
    assert rows.loc[2014, ["target", "outcome", "met"]].tolist() == [7.5, 7.4, False]
    assert rows.index[~rows["met"].astype(bool)].tolist() == [2014, 2015]
    assert rows.loc[2009, "outcome"] == 8.7, "as first released; 9.4 was said later"
    score = record.scores().iloc[0]
    brier = sum((p - m) ** 2 for p, m in zip(rows["odds"], rows["met"], strict=True)) / 13
    assert score["brier"] == pytest.approx(brier)
    assert score["skill"] == pytest.approx(1 - brier / 0.25)
    assert score["brier_share"] == pytest.approx(11 / 13 * 2 / 13)
    assert record.calibration()["cases"].sum() == 13


def test_the_chance_of_a_year_knows_nothing_of_it(china, record):
    row = record.rows.set_index("year").loc[2015]
    early = china.at("2015-03-31")
    f = forecast(early, "gdp")
    assert row["odds"] == f.probability(china.target("gdp", 2015))
    assert 2015 not in early.growths("gdp")["year"].tolist()
    # Whatever is published later moves nothing.
    seen = china.all_observations
    moved = seen.assign(value=seen["value"].where(seen["known_from"] < "2015-03-31", 99.0))
    again = replace(china, all_observations=moved, _made={}).track_record()
    later = again.rows.set_index("year").loc[2015]
    assert (later["odds"], later["outcome"]) == (row["odds"], 99)


def test_a_country_rests_on_all_prefectures(china):
    f = china.forecast().of("gdp")
    assert (f.class_.level, f.class_.name, f.class_.indicator_id) == (
        "prefecture",
        "china",
        "gdp_real",
    )
    assert f.is_proxy
    assert china.forecast().levels() == []
