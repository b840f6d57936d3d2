"""The same forecasts on many machines: a learnt model applied to partitions by Dask (``pip install
zoneplan[dask]``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.data.panel import panel_of
from zoneplan.forecasting.panel_model import QUANTILES, ReferenceModel

if TYPE_CHECKING:
    import dask.dataframe as dd


def apply(rows: pd.DataFrame, model: ReferenceModel, to: int | None = None) -> pd.DataFrame:
    """Forecast the units of one long table.

    Parameters
    ----------
    rows : columns unit_id, year and value.
    model : learnt before.
    to : last year to forecast, at most the model's own.

    """
    if rows.empty:
        nothing = {"unit_id": "object", "origin_year": "int64", "year": "int64"}
        types = nothing | dict.fromkeys(QUANTILES, "float64")
        return pd.DataFrame({k: pd.Series(dtype=t) for k, t in types.items()})
    table = model.forecast(panel_of(rows), to).table()
    return table.astype({"unit_id": "object", "origin_year": "int64", "year": "int64"})


def forecast_partitions(
    rows: dd.DataFrame, model: ReferenceModel, to: int | None = None
) -> dd.DataFrame:
    """Forecast a Dask frame part by part, on whatever cluster Dask is connected to.

    Parameters
    ----------
    rows : columns unit_id, year and value; all rows of a unit in one partition, as after
        ``rows.shuffle("unit_id")``.
    model : learnt before; a few kilobytes go to each worker.
    to : last year to forecast, at most the model's own.

    Returns
    -------
    A Dask frame of the columns of :meth:`PanelForecast.table`, computed when asked for.

    How to read it: the result is that of one process, whatever the number of partitions and
    workers::

        model = zp.load_model("model.json")
        rows = dask.dataframe.read_parquet("panel/").shuffle("unit_id")
        forecast_partitions(rows, model).to_parquet("quantiles/")

    """
    from functools import partial

    meta = apply(pd.DataFrame(columns=["unit_id", "year", "value"]), model)
    return rows.map_partitions(partial(apply, model=model, to=to), meta=meta)
