"""Units, converted in one place."""

from __future__ import annotations

# Each unit of money or area in terms of the first of its kind.
_SCALE = {
    "亿元": ("yuan", 1e8),
    "百万元": ("yuan", 1e6),
    "万元": ("yuan", 1e4),
    "元": ("yuan", 1.0),
    "亿美元": ("dollar", 1e8),
    "万美元": ("dollar", 1e4),
    "百万美元": ("dollar", 1e6),
    "平方公里": ("area", 1e6),
    "公顷": ("area", 1e4),
    "亩": ("area", 10000 / 15),
    "万人": ("people", 1e4),
    "人": ("people", 1.0),
}
# What is counted, ranked or a rate has no scale; 无 marks a milestone, and "1=" a yes-or-no fact.
UNITS = (
    *_SCALE,
    "%",
    "pp",
    "家",
    "个",
    "位",
    "元/美元",
    "无",
    "1=完成",
    "1=在前30名",
    "1=在前50名",
    "count",
    "zones",
    *(_COUNTS := ["件", "所", "辆", "台", "套", "张", "次", "人次"]),
    *(
        # A ratio is a unit of its own: what stands above the stroke alone would be another thing.
        _LEVELS := [
            "岁",
            "年",
            "天",
            "分",
            "‰",
            "万人次",
            "亿人次",
            "吨",
            "万吨",
            "亿吨",
            "公斤",
            "吨标准煤",
            "万吨标准煤",
            "标准箱",
            "万标准箱",
            "千瓦时",
            "万千瓦时",
            "亿千瓦时",
            "千瓦",
            "万千瓦",
            "公里",
            "平方米",
            "万平方米",
            "立方米",
            "万立方米",
            "亿立方米",
            "元/人",
            "万元/人",
            "美元/人",
            "万元/亩",
            "万元/公顷",
            "亿元/平方公里",
            "万元/平方公里",
            "吨标准煤/万元",
            "千克标准煤/万元",
            "吨/万元",
            "公斤/万元",
            "立方米/万元",
            "千瓦时/万元",
            "亩/亿元",
            "微克/立方米",
            "毫克/升",
            "人/平方公里",
            "平方米/人",
            "件/万人",
            "张/千人",
            "人/万人",
            "户/万人",
        ]
    ),
)

_KINDS = {
    **dict.fromkeys(("家", "个", "count", "zones", *_COUNTS), "count"),
    **dict.fromkeys(_LEVELS, "level"),
    **dict.fromkeys(("平方公里", "公顷", "亩"), "area"),
    "位": "rank",
}


def kind_of(unit: str) -> str:
    """Tell what a unit measures: ``count``, ``area``, ``rank``, ``level``, else ``flow``."""
    return _KINDS.get(unit, "flow")


# How English readers are told a printed unit: the factor, and the words around the number.
_ENGLISH = {
    "亿元": (0.1, "CNY {} billion"),
    "万元": (0.01, "CNY {} million"),
    "亿美元": (0.1, "USD {} billion"),
    "万美元": (0.01, "USD {} million"),
    "百万美元": (1.0, "USD {} million"),
    "平方公里": (1.0, "{} square kilometres"),
    "亩": (1.0, "{} mu"),
    "家": (1.0, "{}"),
    "个": (1.0, "{}"),
    "位": (1.0, "{}"),
}


def readable(value: float, unit: str, lang: str) -> tuple[float, str]:
    """Put a value as a reader of a language is told it: the number, and the words around its place.

    270 亿元 is ``(27.0, "CNY {} billion")`` in English and ``(270, "{}亿元")`` in Chinese.
    """
    if lang == "zh":
        return value, "{}" + unit
    factor, words = _ENGLISH.get(unit, (1.0, "{} " + unit))
    return value * factor, words


def shown_in(unit: str, lang: str) -> tuple[float, str]:
    """Find the factor from a printed unit to a reader's unit, and the name of the latter.

    亿元 is ``(0.1, "CNY billion")`` in English and ``(1.0, "亿元")`` in Chinese.
    """
    factor, words = readable(1.0, unit, lang)
    return factor, " ".join(words.format("").split())


# Money is kept in one unit of its currency; what is told in single yuan is told of a person.
CANONICAL = {"百万元": "亿元", "万元": "亿元", "百万美元": "亿美元", "万美元": "亿美元"}


def canonical(value: float, unit: str) -> tuple[float, str]:
    """Put money in 亿元 or 亿美元, without binary noise; what is no money stays as it is."""
    to = CANONICAL.get(unit)
    return (value, unit) if to is None else (float(f"{convert(value, unit, to):.12g}"), to)


def convertible(from_unit: str, to_unit: str) -> bool:
    """Tell whether a value has another unit without an exchange rate."""
    same = from_unit == to_unit and from_unit in UNITS
    return same or (
        from_unit in _SCALE and to_unit in _SCALE and _SCALE[from_unit][0] == _SCALE[to_unit][0]
    )


def convert(value: float, from_unit: str, to_unit: str, cny_per_usd: float | None = None) -> float:
    """Convert a value to another unit.

    Parameters
    ----------
    value : amount in ``from_unit``.
    from_unit, to_unit : names as printed (亿元, 万美元, 亩 ...).
    cny_per_usd : yuan per dollar, needed between yuan and dollars only.

    Raises
    ------
    ValueError
        A unit is unknown, the kinds differ, or an exchange rate is missing.

    Notes
    -----
    70.7 亿元 is 7.07 billion yuan; an area of 1 平方公里 is 1,500 亩.
    """
    if from_unit == to_unit and from_unit in UNITS:
        return value
    unknown = [u for u in (from_unit, to_unit) if u not in _SCALE]
    if unknown:
        raise ValueError(
            f"cannot convert {from_unit} to {to_unit}: no scale for {', '.join(unknown)}"
        )
    (kind, scale), (to_kind, to_scale) = _SCALE[from_unit], _SCALE[to_unit]
    if kind == to_kind:
        # Multiplying first keeps 9870 万元 at 0.987 亿元 to the last digit.
        return value * scale / to_scale
    if {kind, to_kind} != {"yuan", "dollar"}:
        raise ValueError(f"cannot convert {from_unit} to {to_unit}: {kind} is not {to_kind}")
    if cny_per_usd is None:
        raise ValueError(f"converting {from_unit} to {to_unit} needs the exchange rate")
    rate = cny_per_usd if kind == "dollar" else 1 / cny_per_usd
    return value * rate * scale / to_scale
