"""What is known of an indicator, whoever plans it: names, prices, class, parts and direction."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache

from zoneplan.data import tables

GROWTH = "_growth"


@dataclass(frozen=True)
class Indicator:
    """One row of ``reference/indicators.csv``; an indicator without one has the defaults.

    Attributes
    ----------
    kind
        flow, level, count, share, growth, rank or area.
    price_basis
        Prices of its growth by convention: ``real``, ``nominal``, or ``none`` where it is no money.
    series, proxy
        The series of growth_reference that is the indicator itself, and one that only resembles it.
    panel_series
        Its series in ``zhejiang_cities``.
    part_of, ratio_to
        The indicator that it is a part of, and the one that ratios of a plan divide it by.
    better
        ``more`` or ``less``.
    peer_unit
        The unit in which zones print its level.
    shown_in
        Which usual charts show it: ``ambition``, ``path``, ``tornado``.
    """

    indicator_id: str
    name_en: str = ""
    name_zh: str = ""
    kind: str = "flow"
    price_basis: str = "nominal"
    series: str = ""
    proxy: str = ""
    panel_series: str = ""
    part_of: str = ""
    ratio_to: str = ""
    better: str = "more"
    peer_unit: str = ""
    shown_in: str = ""

    @property
    def is_real(self) -> bool:
        """Whether its growth is reported at comparable prices by convention."""
        return self.price_basis == "real"

    @property
    def has_class(self) -> bool:
        """Whether similar regions are known for it."""
        return bool(self.series or self.proxy)

    def name(self, lang: str = "en", *, inside: bool = False) -> str:
        """Return its name in ``en`` or ``zh``, as it stands ``inside`` a sentence if asked."""
        name = self.name_zh if lang == "zh" else self.name_en
        name = name or self.indicator_id.replace("_", " ")
        return name[:1].lower() + name[1:] if inside and name[1:2].islower() else name

    def shows_in(self, chart: str) -> bool:
        """Tell whether a usual chart shows it."""
        return chart in self.shown_in.split()


def indicator(indicator_id: str) -> Indicator:
    """Look an indicator up; of an unknown id a neutral record is known.

    Growth of ``x`` is ``x_growth``. Without a row of its own it is read from the row of ``x``,
    but real growth has no class then: nominal growth is no stand-in for it.
    """
    rows = _rows(tables.stamp("indicators"))
    if indicator_id in rows:
        return rows[indicator_id]
    level = rows.get(indicator_id.removesuffix(GROWTH))
    return Indicator(indicator_id) if level is None else _growth(level)


def growth_of(indicator_id: str) -> Indicator:
    """Look up the growth of an indicator; a rate of growth is its own."""
    known = indicator(indicator_id)
    if known.kind == "growth" or indicator_id.endswith(GROWTH):
        return known
    return indicator(indicator_id + GROWTH)


def indicators() -> tuple[Indicator, ...]:
    """List every indicator of the table in its order, that of a usual plan."""
    return tuple(_rows(tables.stamp("indicators")).values())


def _growth(level: Indicator) -> Indicator:
    """Growth of an indicator of which the table holds the level only."""
    gone = ("panel_series", "part_of", "ratio_to", "peer_unit", "shown_in")
    return replace(
        level,
        indicator_id=level.indicator_id + GROWTH,
        name_en=f"{level.name_en} growth",
        name_zh=f"{level.name_zh}增长",
        kind="growth",
        **dict.fromkeys(gone, ""),
        **(dict.fromkeys(("series", "proxy"), "") if level.is_real else {}),
    )


@lru_cache(maxsize=8)
def _rows(_stamp: tuple[object, ...]) -> dict[str, Indicator]:
    table = tables.read("indicators")[[f.name for f in fields(Indicator)]].fillna("")
    rows = (Indicator(**row) for row in table.to_dict("records"))
    return {row.indicator_id: row for row in rows}
