"""Windows of growth worked out from yearly figures of provinces and cities as printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

QUANTILES = (1, *range(5, 100, 5), 99)
HORIZONS = (1, 2, 3)
# Seven provinces of the coast, as the classes of prefectures and counties have them.
COASTAL = ["天津", "上海", "江苏", "浙江", "福建", "山东", "广东"]
# Investment of 2017 was squeezed in some provinces: levels and printed growth part ways.
SQUEEZED = 2017


def growth(levels: np.ndarray, origin: int, horizon: int) -> np.ndarray:
    """Average annual growth of each unit, percent; NaN for those that lack a level above zero.

    Parameters
    ----------
    levels
        Levels by year (rows, none missing) and unit (columns).
    origin
        The row of the year before the window.
    """
    ends = np.where(
        levels[[origin, origin + horizon]] > 0, levels[[origin, origin + horizon]], np.nan
    )
    return 100 * ((ends[1] / ends[0]) ** (1 / horizon) - 1)


def index(rates: pd.DataFrame) -> pd.DataFrame:
    """Levels from yearly growth rates in percent; the year before the first is 1."""
    first = pd.DataFrame(1.0, [rates.index[0] - 1], rates.columns)
    return pd.concat([first, (1 + rates / 100).cumprod()])


def _whole(wide: pd.DataFrame) -> pd.DataFrame:
    """The same with every year between the first and the last, so that rows count years."""
    return wide.reindex(range(wide.index.min(), wide.index.max() + 1))


def windows(
    wide: pd.DataFrame, units: Sequence[str], horizons: Sequence[int] = HORIZONS
) -> Iterator[dict[str, object]]:
    """Percentiles over units of every window of growth, as in growth_reference."""
    wide = _whole(wide)
    levels = wide[list(units)].to_numpy()
    for horizon in horizons:
        for n, origin in enumerate(map(int, wide.index[:-horizon])):
            rates = growth(levels, n, horizon)
            rates = rates[~np.isnan(rates)]
            if len(rates):
                yield {
                    "horizon_years": horizon,
                    "origin_year": origin,
                    "end_year": origin + horizon,
                    "n_units": len(rates),
                    "share_ge_9pct": f"{(rates >= 9).mean():.3f}",
                    **_spread("", rates, QUANTILES, 2),
                }


def met(
    wide: pd.DataFrame, units: Sequence[str], mean: float, targets: Sequence[float]
) -> Iterator[dict[str, object]]:
    """How many units grew as promised in every window as long as the targets.

    Parameters
    ----------
    mean
        The average growth promised, percent a year.
    targets
        The growth promised for each year.
    """
    wide = _whole(wide)
    levels, years = wide[list(units)].to_numpy(), len(targets)
    for n, origin in enumerate(map(int, wide.index[:-years])):
        rates = np.stack([growth(levels, n + k, 1) for k in range(years)], axis=1)
        rates = rates[~np.isnan(rates).any(axis=1)]
        if not len(rates):
            continue
        kept, means = rates >= np.asarray(targets), rates.mean(axis=1)
        shares = {f"share_year{k + 1}_met": f"{kept[:, k].mean():.3f}" for k in range(years)}
        yield {
            "origin_year": origin,
            "end_year": origin + years,
            "n_units": len(rates),
            "mean_target": f"{mean:g}",
            "yearly_targets": "/".join(f"{t:g}" for t in targets),
            "share_mean_met": f"{(means >= mean).mean():.3f}",
            "share_all_years_met": f"{kept.all(axis=1).mean():.3f}",
            **shares,
            "median_mean_growth": f"{np.median(means):.1f}",
        }


def rd_windows(
    share: pd.DataFrame, spending: pd.DataFrame, regions: dict[str, list[str] | float]
) -> Iterator[dict[str, object]]:
    """Change of R&D spending to GDP, in points over the window, and growth of spending.

    ``regions`` names units, or the least share in the first year that makes a unit one of them.
    """
    for name, those in regions.items():
        for horizon in HORIZONS:
            for n, origin in enumerate(map(int, share.index[:-horizon])):
                first, last = share.iloc[n], share.iloc[n + horizon]
                units = those if isinstance(those, list) else list(first.index[first >= those])
                change = (last - first)[units].round(6).to_numpy()
                rises = change >= 0.1 * horizon - 1e-9
                rates = growth(spending[units].to_numpy(), n, horizon)
                yield {
                    "reference_class": name,
                    "horizon_years": horizon,
                    "origin_year": origin,
                    "end_year": origin + horizon,
                    "n_units": len(units),
                    "share_rise_ge_0.1pp_per_year": f"{rises.mean():.3f}",
                    **_spread("change_", change, (5, 10, 25, 50, 75, 90, 95), 3),
                    "share_spending_ge_15pct": f"{(rates >= 15).mean():.3f}",
                    **_spread("spending_", rates, (10, 50, 90), 2),
                }


def _spread(name: str, values: np.ndarray, at: Sequence[int], digits: int) -> dict[str, str]:
    found = np.percentile(values, at)
    return {f"{name}p{q:02d}": f"{v:.{digits}f}" for q, v in zip(at, found, strict=True)}


def flag(end_year: int, horizon: int, break_year: str, is_investment: bool) -> str:
    """The trap of a window: a definition that changes inside it, or squeezed levels at its end."""
    if break_year and end_year - horizon < int(break_year) <= end_year:
        return f"B{break_year}"
    return f"E{SQUEEZED}" if is_investment and end_year == SQUEEZED else ""
