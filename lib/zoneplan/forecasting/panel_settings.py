"""Every constant of the panel method, with what it was set on: one register, printed with the
results.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Constants of the panel method.

    "Development panels" are series of Chinese provinces and prefectures up to 2019 and 2023 and
    public or simulated ones from elsewhere up to 2020; reports/bench/panels.csv holds most of
    them, and says which were kept out of every choice.
    """

    # Longest lag of the variogram, years: longer ones rest on few, overlapping spans. From the
    # first edition.
    longest_lag: int = 8
    # Memories of growth that fades. The third, with a low floor, on 34 panels of
    # reports/bench/panels.csv: losses 0.5 % smaller outside China, 4 to 6 % where all is smooth.
    fading: tuple[float, ...] = (0.4, 0.8, 0.95)
    # Yearly steps lose half their weight in so many years; 6 to 20 changes losses by under 0.2 %.
    half_life: float = 12.0
    # What lies further out than so many robust deviations is cut there. From the first edition.
    cut: float = 3.0
    # Units whose middle step is so many times the class's say nothing of how the others stray.
    wild: float = 5.0
    # Steps that stay are at least this share of the variogram at one year: removes infinite tails.
    floor: float = 0.02
    # A unit's own scale starts as the class's with the weight of so many observed steps.
    scale_weight: float = 3.0
    # Origins in the panel whose errors give the tails, after so many years, and the t they are
    # joined to.
    origins: int = 6
    warm_up: int = 3
    tail_weight: float = 60.0
    tail_freedom: float = 5.0
    # Speeds of smoothing the common growth and their weights before the past is seen; the power of
    # their errors inside the panel, and the years after which it counts half. Set on the paths of
    # the development panels: errors 3 % smaller elsewhere, 1 % larger in China than one half alone,
    # no panel worse by over 10 %.
    speeds: tuple[float, ...] = (0.5, 0.7, 0.2, 0.1)
    speed_weights: tuple[float, ...] = (0.65, 0.15, 0.1, 0.1)
    speed_power: float = 12.0
    speed_years: float = 8.0
    # The common path's one-year error before errors are seen: a share of growth and of the unit
    # step, with the weight of so many errors; errors widen with the horizon to this power
    # (0.7 loses 0.5 % less, and covers 2 points less).
    growth_share: float = 1 / 3
    step_share: float = 0.5
    path_weight: float = 2.0
    widening: float = 0.8
    # Errors of the path lose half their weight in so many years; their tails are those of a t
    # distribution.
    path_half_life: float = 12.0
    path_freedom: float = 8.0
    # Share of years that are as bad as 2009 and 2020, two in the 24 years to 2023, and how much
    # wider they are.
    bad_share: float = 1 / 12
    bad_size: float = 2.5
    # The median of N units errs by so many deviations of a unit's step over the root of N.
    median_error: float = 1.25
    # How far the median moves towards the pooled regression; its ridge; the fewest pairs it is
    # learnt from.
    shift: float = 0.5
    ridge: float = 0.05
    fewest_pairs: int = 60
    # Weights, before the past is seen, of the guess moved half-way, the regression alone, no change
    # of its own, and half the own trend; the last counts half after so many past origins. The power
    # of their past errors and the origins after which it counts half. Set on 61 development panels:
    # losses 0.3 % smaller; on 23 held out 0.5 %. Theta itself gains no more.
    mix: tuple[float, ...] = (1.0, 0.2, 0.4, 0.4)
    trend_years: float = 4.0
    mix_power: float = 10.0
    mix_years: float = 2.0
    # Own changes of units with n figures count (n - 1)^2 / ((n - 1)^2 + k^2): so few points tell
    # nothing.
    sparse: float = 2.0
    # Panels of more units are learnt from so many, drawn by a fixed seed; the regression from so
    # many of them.
    sample: int = 20_000
    regression_sample: int = 4_000
