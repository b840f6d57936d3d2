"""The same forecasts on two workers as in one process."""

from __future__ import annotations

import pandas as pd
import pytest
from panel_worlds import HORIZON, LAST, with_gaps, world

from zoneplan.forecasting.panel_model import learn
from zoneplan.forecasting.partitions import apply, forecast_partitions

KEYS = ["unit_id", "year"]


def test_parts_are_forecast_as_the_whole():
    panel = with_gaps(world(8, 30), 8)
    model, rows = learn(panel, LAST + HORIZON + 2), panel.rows()
    parts = [apply(rows[rows["unit_id"].isin(panel.units[k::3])], model) for k in range(3)]
    together = pd.concat([*parts, apply(rows[:0], model)], ignore_index=True).sort_values(KEYS)
    whole = model.forecast(panel).table().sort_values(KEYS)
    pd.testing.assert_frame_equal(
        together.reset_index(drop=True), whole.reset_index(drop=True), rtol=1e-9, check_dtype=False
    )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_two_workers_give_what_one_process_gives():
    frames = pytest.importorskip("dask.dataframe")
    distributed = pytest.importorskip("distributed")
    panel = with_gaps(world(9, 60), 9)
    model = learn(panel, LAST + HORIZON + 2)
    rows = frames.from_pandas(panel.rows(), npartitions=5).shuffle("unit_id")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as local,
        distributed.Client(local) as client,
    ):
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == 2
        made = forecast_partitions(rows, model).compute()
    found = made.sort_values(KEYS, ignore_index=True)
    whole = model.forecast(panel).table().sort_values(KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(found, whole, rtol=1e-9, check_dtype=False)
