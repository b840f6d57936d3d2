"""The words of the brief, in English and Chinese. Every number in them is rendered from results; none is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.charts.kinds import ODDS_STEPS, Chart, odds_words, reached_by
from zoneplan.data import tables
from zoneplan.data.units import readable
from zoneplan.evaluation import backtest
from zoneplan.evaluation.plausibility import outside
from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import base_of, forecast
from zoneplan.forecasting.joint_odds import joint, scorecard
from zoneplan.forecasting.verdicts import BASE_DEPENDENT
from zoneplan.messages import Words, words
from zoneplan.peers.zones import REGION
from zoneplan.peers.zones import names as zone_names
from zoneplan.plan.audit import AGREES, CONTRADICTS, OPEN, ROUNDING, cagr
from zoneplan.plan.outcomes import OPEN as OPEN_YET
from zoneplan.plan.outcomes import resolutions
from zoneplan.stress import tornado
from zoneplan.text import MISSING, amount, day, exact, num, odds, odds_range, pct

if TYPE_CHECKING:
    from zoneplan.forecasting.verdicts import Verdicts
    from zoneplan.plan.document import Plan

LEAST = {name: least for least, name in ODDS_STEPS}
# The most telling charts of each section, the first that there are; all others stand in the workbook and on the index page.
FIGURES = {
    "answers": (1, "odds_*"),
    "plan": (2, "plan_audit", "ratio_*"),
    "back": (0,),
    "forecast": (2, "path_gdp", "path_trade_total", "path_*"),
    "decide": (2, "needed_growth", "swings_all", "swings_*"),
    "compare": (3, "reference_percentile", "peers", "ranks_movers"),
    "trust": (2, "reliability_*", "hedgehog_*"),
}
CLOSEST = 5
# What rests on more sources than this names them in the workbook.
LISTED = 12
# Wide enough to read the smallest label, narrow enough for two figures on a page.
WIDTH = "14cm"
# What is counted has no decimals.
COUNTED = ("家", "个", "位")
OWN = "own calculation"
NAMELESS = "not stated"
# A publisher that is nothing but the address of a page.
HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.(com|cn|net|org|info|cc)( \(.*\))?")


def brief_markdown(
    plan: Plan, verdicts: Verdicts, charts: Sequence[Chart], lang: str = "en"
) -> str:
    """The whole paper as Pandoc Markdown.

    Parameters
    ----------
    plan : the plan, seen from the day of judgement.
    verdicts : its odds.
    charts : all charts of the brief, in the same language; those of the paper are referred to as files of
        :func:`figure_folder`.
    lang : ``en`` or ``zh``.

    How to read it: the answers stand first; each later section says what they rest on.
    """
    w = words(lang)
    shown = chosen(charts)
    number = {c.id: n for n, c in enumerate([c for few in shown.values() for c in few], start=1)}

    def figures(section: str) -> list[str]:
        return [figure(c, number[c.id], lang) for c in shown[section]]

    sections = {
        "answers": [
            *answers(plan, verdicts, lang),
            *together(plan, verdicts, lang),
            *unassessed(plan, verdicts, lang),
            *by_department(plan, verdicts, lang),
            *figures("answers"),
            *later(plan, lang),
        ],
        "plan": [*promises(plan, lang), *figures("plan")],
        "back": look_back(plan, lang),
        "forecast": [*forecast_text(plan, verdicts, lang), *figures("forecast")],
        "decide": [
            *decides(plan, verdicts, lang),
            *figures("decide"),
            *apart(plan, verdicts, lang),
            *wanted(plan, verdicts, lang),
        ],
        "compare": [*comparison(plan, lang), *figures("compare"), *like_this(plan, lang)],
        "trust": [*trust(plan, verdicts, lang), *figures("trust")],
        "method": method(plan, lang),
        "sources": sources(plan, shown_charts(charts), lang),
    }
    # A plan of growth rates alone has no levels to forecast.
    parts = [
        part
        for key, said in sections.items()
        if said
        for part in (f"# {head(plan, key, w)}", *said)
    ]
    return front_matter(plan, lang) + "\n\n".join(parts) + "\n"


def head(plan: Plan, section: str, w: Words) -> str:
    """The heading of a section."""
    return w(f"paper.head.{section}", year=plan.years[-1])


def chosen(charts: Sequence[Chart]) -> dict[str, list[Chart]]:
    """The charts that the paper shows, by section."""
    return {
        section: _picked(charts, most, patterns) for section, (most, *patterns) in FIGURES.items()
    }


def shown_charts(charts: Sequence[Chart]) -> list[Chart]:
    """The charts that the paper shows, in its order."""
    return [c for few in chosen(charts).values() for c in few]


def _picked(charts: Sequence[Chart], most: int, patterns: Sequence[str]) -> list[Chart]:
    fitting = {c.id: c for p in patterns for c in charts if fnmatch(c.id, p)}
    return list(fitting.values())[:most]


def title(plan: Plan, lang: str = "en") -> str:
    """The question of the paper."""
    return words(lang)(
        "paper.front.title", zone=plan.zone(lang), first=plan.years[0], last=plan.years[-1]
    )


def subtitle(plan: Plan, lang: str = "en") -> str:
    """Which plan, and which day's knowledge."""
    name = plan.name_zh if lang == "zh" else plan.name_en
    return words(lang)("paper.front.subtitle", plan=name, day=day(plan.as_of, lang))


def front_matter(plan: Plan, lang: str = "en") -> str:
    """The YAML block that Word takes its title from."""
    # Pandoc knows its own words by this name.
    tag = "zh-Hans" if lang == "zh" else lang
    return f"---\ntitle: {_quoted(title(plan, lang))}\nsubtitle: {_quoted(subtitle(plan, lang))}\nlang: {tag}\n---\n\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def escape(text: object) -> str:
    """A text as Markdown that shows exactly these characters."""
    return re.sub(r"([\\`*_{}\[\]<>#|~^$@])", r"\\\1", str(text)).replace("\n", " ")


def grid(frame: pd.DataFrame, widths: Sequence[int], right: Iterable[str] = ()) -> str:
    """A table of texts with column widths in percent; columns in ``right`` are right-aligned."""
    right = set(right)
    # Pandoc takes widths from the dashes only if a line is longer than a page column: double them.
    dashes = {c: "-" * (2 * w - 1) for c, w in zip(frame.columns, widths, strict=True)}
    rule = [f"{d}:" if c in right else f":{d}" for c, d in dashes.items()]
    lines = ["| " + " | ".join(map(escape, frame.columns)) + " |", "|" + "|".join(rule) + "|"]
    lines += ["| " + " | ".join(map(escape, row)) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)


# Columns of words; all others hold numbers and stand at the right.
TEXTS = frozenset(
    "target target_year said evidence department missing waiting statement finding why indicator observed scope choice otherwise"
    " class zone province gdp source published publisher title date".split()
)


def table(
    columns: Mapping[str, Sequence], widths: Sequence[int], lang: str, **places: object
) -> str:
    """A table whose heads are named by key; widths are in percent, ``places`` are those of the heads."""
    w = words(lang)
    heads = {key: w(f"paper.column.{key}", **places) for key in columns}
    frame = pd.DataFrame({heads[key]: list(values) for key, values in columns.items()})
    return grid(frame, widths, [head for key, head in heads.items() if key not in TEXTS])


def figure_folder(lang: str) -> str:
    """Where the charts of a language lie, below the reports."""
    return "figures" if lang == "en" else f"figures/{lang}"


def figure(chart: Chart, number: int, lang: str = "en") -> str:
    """A figure with caption and alternative text."""
    alt = chart.alt.replace("\\", "\\\\").replace('"', "'").replace("\n", " ")
    caption = words(lang)("paper.front.caption", n=number, title=escape(chart.title))
    return f'![{caption}]({figure_folder(lang)}/{chart.id}.png){{alt="{alt}" width={WIDTH}}}'


def interval(low: float, high: float, unit: str, lang: str) -> str:
    """Two values as a range, or one where both print alike."""
    first, last = short(low, unit, lang), short(high, unit, lang)
    return first if first == last else words(lang)("paper.front.to", low=first, high=last)


def short(x: float, unit: str = "", lang: str = "en") -> str:
    """A value as its readers count it, in three digits without false decimals; its unit stands elsewhere."""
    if pd.isna(x):
        return MISSING
    shown = readable(float(x), unit, lang)[0]
    digits = (
        0
        if unit in COUNTED or abs(shown) >= 1000
        else 2
        if unit not in ("", "%") and abs(shown) < 10
        else 1
    )
    return num(shown, digits)


def odds_text(row: pd.Series, lang: str = "en") -> str:
    """Odds of one verdict: a number, a range over the bases (starred where the base decides), or a dash."""
    low, high = row["probability_low"], row["probability_high"]
    star = " *" if pd.notna(low) and pd.isna(row["probability"]) else ""
    return odds_range(low, high, lang) + star


def label(row: pd.Series, lang: str = "en") -> str:
    """The name of a target; beside the English one stands the printed one, for those who look it up."""
    return row["name_zh"] if lang == "zh" else f"{row['name_en']} {row['name_zh']}"


def _rows(frame: pd.DataFrame) -> list[pd.Series]:
    return [row for _, row in frame.iterrows()]


def answers(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """Which targets are likely, open and unlikely, the table of odds, and how to read it."""
    w, rows, final = words(lang), verdicts.assessable(), verdicts.final()
    # A range counts where both of its ends do.
    likely = rows[rows["probability_low"] >= LEAST["likely"]]
    unlikely = rows[rows["probability_high"] < LEAST["even"]]
    undecided = rows.drop(index=[*likely.index, *unlikely.index])
    lines = [
        w(
            "paper.answers.count_own" if has_own(plan) else "paper.answers.count",
            n=len(rows),
            total=len(final),
            rest=len(final) - len(rows),
        ),
        w("paper.answers.likely", least=odds(LEAST["likely"], lang), names=names(likely, lang)),
        w("paper.answers.unlikely", most=odds(LEAST["even"], lang), names=names(unlikely, lang)),
        w("paper.answers.open", names=names(undecided, lang)),
    ]
    found = bullets(lines)
    if rows.empty:
        return [found]
    bases = (
        w("paper.answers.two_bases", points=num(100 * BASE_DEPENDENT, 0))
        if implies_bases(plan)
        else ""
    )
    note = w(
        "paper.answers.note",
        year=plan.years[-1],
        scale=scale(w),
        bases=bases,
        ladder=ladder(rows["evidence"], w),
    )
    return [found, verdict_table(plan, verdicts, lang), note]


def verdict_table(plan: Plan, verdicts: Verdicts, lang: str = "en") -> str:
    """Targets that can be judged, the likeliest first."""
    return table(
        verdict_columns(verdicts, lang), (22, 12, 8, 14, 12, 12, 10, 10), lang, year=plan.years[-1]
    )


def verdict_columns(verdicts: Verdicts, lang: str = "en") -> dict[str, list[str]]:
    """What a table of the odds shows, by the key of its column; the likeliest target first."""
    rows = _rows(
        verdicts.assessable().sort_values("probability_high", ascending=False, kind="stable")
    )
    return {
        "target": [label(r, lang) for r in rows],
        "target_year": [amount(r["target"], r["unit"], lang) for r in rows],
        "median": [short(r["q50"], r["unit"], lang) for r in rows],
        "range": [interval(r["q10"], r["q90"], r["unit"], lang) for r in rows],
        "odds": [odds_text(r, lang) for r in rows],
        "said": [odds_words(r["probability_low"], r["probability_high"], lang) for r in rows],
        "needed": [pct(r["needed_growth"], lang=lang) for r in rows],
        "evidence": [r["evidence"] for r in rows],
    }


def bullets(lines: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {line}" for line in lines)


def scale(w: Words) -> str:
    """From which odds on each word for them is used."""
    steps = [(w(f"charts.chance.{name}"), least) for least, name in ODDS_STEPS]
    said = [
        w("paper.answers.scale_from", word=word, least=odds(least, w.lang))
        for word, least in steps[:-1]
    ]
    return w("common.list").join([*said, w("paper.answers.scale_below", word=steps[-1][0])])


def names(rows: pd.DataFrame, lang: str = "en") -> str:
    """The names in a set of verdicts with their odds, or "none"."""
    w = words(lang)
    said = [
        w("paper.answers.name", name=r[f"name_{lang}"], odds=escape(odds_text(r, lang)))
        for r in _rows(rows)
    ]
    return w("common.semicolon").join(said) or w("common.none")


def ladder(steps: Iterable[str], w: Words) -> str:
    """What the evidence letters that occur mean."""
    present = set(steps)
    said = [
        w("paper.front.step", letter=k, meaning=text)
        for k, text in w.group("paper.evidence").items()
        if k in present
    ]
    return w("common.semicolon").join(said)


def together(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """All promises at once."""
    if verdicts.assessable().empty:
        return []
    rows = joint(plan, verdicts).table()
    met = interval(rows["expected"].min(), rows["expected"].max(), "", lang)
    every = odds_range(rows["headline"].min(), rows["headline"].max(), lang)
    return [
        words(lang)("paper.together.text", n=int(rows["promises"].iloc[0]), met=met, odds=every)
    ]


def by_department(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """What to expect of each department."""
    card = scorecard(plan, verdicts)
    if card.empty:
        return []
    columns = {
        "department": [plan.said(x, lang) for x in card["responsible"]],
        "targets": card["targets"],
        "with_odds": card["assessable"],
        "expected": [
            interval(a, b, "", lang)
            for a, b in zip(card["expected_low"], card["expected_high"], strict=True)
        ],
        "own_count": card["department"],
    }
    return [words(lang)("paper.together.scorecard"), table(columns, (36, 14, 14, 18, 18), lang)]


def unassessed(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """What is missing, and the annex series that wait for it."""
    w, final = words(lang), verdicts.final()
    rows = final[final["probability_low"].isna()]
    if rows.empty:
        return []
    # A list of one would be taken for the name of a column.
    waiting = rows.groupby(pd.Series(missing(rows["missing_number"]), index=rows.index), sort=False)
    columns = {
        "missing": [plan.said(number, lang) for number, _ in waiting],
        "waiting": [
            w("common.semicolon").join(_waiting(r, lang) for r in _rows(part))
            for _, part in waiting
        ],
    }
    return [
        w("paper.unassessed.text", n=len(rows)),
        table(columns, (36, 64), lang, year=plan.years[-1]),
    ]


def _waiting(row: pd.Series, lang: str) -> str:
    return words(lang)(
        "paper.unassessed.item",
        name=row[f"name_{lang}"],
        target=amount(row["target"], row["unit"], lang),
    )


def missing(texts: Iterable[str]) -> list[str]:
    """The missing numbers, with "same" written out: a table may be cut or sorted by its reader."""
    out: list[str] = []
    for text in texts:
        out.append(out[-1] if text == "same" and out else text or MISSING)
    return out


def later(plan: Plan, lang: str = "en") -> list[str]:
    """What figures published afterwards say of the promises."""
    rows = resolutions(plan).table()
    if rows.empty:
        return []
    w = words(lang)
    rows = rows[rows["resolution"] != OPEN_YET].merge(
        plan.targets[["target_id", "name_en", "name_zh"]], on="target_id"
    )
    lines = [
        w(
            "paper.later.item",
            name=r[f"name_{lang}"],
            outcome=w(f"paper.later.{r['resolution']}"),
            reservation=plan.said(r["reservation"], lang),
        )
        for r in _rows(rows)
    ]
    return [w("paper.later.text"), bullets(lines)] if lines else []


def promises(plan: Plan, lang: str = "en") -> list[str]:
    """How much the plan promises and what the audit found."""
    w, targets = words(lang), plan.targets
    annex = targets[(targets["section"] == "annex") & targets["value"].notna()]
    text = targets[(targets["section"] == "text") & targets["value"].notna()]
    audit = plan.audit()
    found, said = audit.rows, audit.table(lang)
    count = found["finding"].value_counts()
    first = w(
        "paper.plan.count",
        series=len(plan.series()),
        figures=len(annex),
        texts=len(text),
        promises=len(plan.distinct()),
        checks=len(found),
        agrees=count.get(AGREES, 0),
        rounding=count.get(ROUNDING, 0),
        contradicts=count.get(CONTRADICTS, 0),
        open=count.get(OPEN, 0),
    )
    if found.empty:
        return [first]
    parts = [first, rounding_text(annex.iloc[0], lang)]
    said = said.assign(
        statement=[w("common.colon", head=r.check, rest=r.item) for r in said.itertuples()]
    )
    bad, near = (said[found["finding"] == f] for f in (CONTRADICTS, ROUNDING))
    if not bad.empty:
        columns = {
            "statement": bad["statement"],
            "finding": bad["finding"],
            "why": bad["explanation"],
        }
        parts.append(table(columns, (28, 12, 60), lang))
    if not near.empty:
        parts.append(
            escape(
                w("paper.plan.only_rounding", items=w("common.semicolon").join(near["statement"]))
            )
        )
    return [*parts, w("paper.plan.note")]


def rounding_text(row: pd.Series, lang: str = "en") -> str:
    """What a printed figure stands for, shown on one of them."""
    low, high = (row["value"] + side * row["precision"] / 2 for side in (-1, 1))
    return words(lang)(
        "paper.plan.rounding", value=num(row["value"], 0), low=num(low), high=num(high)
    )


def look_back(plan: Plan, lang: str = "en") -> list[str]:
    """What was observed of the zone, and how few points that is."""
    w, first = words(lang), plan.years[0]
    kinds = {i: plan.annex(i)["kind"].iloc[0] for i in plan.series()}
    seen = {i: plan.levels(i) for i in plan.series() if kinds[i] != "growth"}
    seen = {i: rows for i, rows in seen.items() if not rows.empty}
    when = day(plan.as_of, lang)
    if not seen:
        return [w("paper.back.nothing", day=when)]
    last = {i: rows.iloc[-1] for i, rows in seen.items()}
    columns = {
        "indicator": [plan.name(i, lang) for i in seen],
        "observed": [w("common.semicolon").join(_points(rows, lang)) for rows in seen.values()],
        "scope": [plan.said(r["scope_note"], lang) for r in last.values()],
        "growth_to": [
            pct(cagr(r["value"], plan.target(i, first), first - int(r["year"])), lang=lang)
            for i, r in last.items()
        ],
    }
    text = w("paper.back.text", day=when, most=max(map(len, seen.values())))
    if all(plan.base_year not in set(rows["year"]) for rows in seen.values()):
        text += w("common.space") + w("paper.back.none_in_base", base=plan.base_year)
    return [
        text,
        w("paper.back.column"),
        table(columns, (24, 34, 27, 15), lang, year=first),
        *private(plan, lang),
    ]


def _points(rows: pd.DataFrame, lang: str) -> list[str]:
    w = words(lang)
    return [
        w("paper.back.point", value=amount(r.value, r.unit, lang), year=int(r.year))
        for r in rows.itertuples()
    ]


def has_own(plan: Plan) -> bool:
    """Whether figures of the user's own are among those known."""
    return bool((plan.observations["grade"] == tables.PRIVATE).any())


def implies_bases(plan: Plan) -> bool:
    """Whether the plan prints a growth that tells the level of its base year for any of its series."""
    bases = (base_of(plan, i, "implied") for i in plan.series() if not plan.is_rate(i))
    return any(base is not None and base.kind == "implied" for base in bases)


def private(plan: Plan, lang: str = "en") -> list[str]:
    """Figures of the user's own, which no public source shows."""
    w, rows = words(lang), plan.observations
    rows = rows[rows["grade"] == tables.PRIVATE]
    known = set(plan.targets["indicator_id"])
    said = [
        w(
            "paper.trust.private_item",
            name=plan.name(r.indicator_id, lang) if r.indicator_id in known else r.indicator_id,
            year=int(r.year),
            value=exact(r.value, r.unit, lang),
        )
        for r in rows.itertuples()
    ]
    return (
        [escape(w("paper.trust.private", items=w("common.semicolon").join(said)))] if said else []
    )


def forecast_text(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """Where the median of each level lies against its target."""
    w, rows = words(lang), verdicts.assessable()
    levels = rows[(rows["unit"] != "%") & rows["needed_growth"].notna()]
    lines = [_gap(plan, r, w) for _, r in levels.iterrows()]
    first = (
        w("paper.forecast.text", base=plan.base_year)
        if implies_bases(plan)
        else w("paper.forecast.text_observed")
    )
    return [first, bullets(lines)] if lines else []


def _gap(plan: Plan, row: pd.Series, w: Words) -> str:
    gap = 100 * (row["q50"] / row["target"] - 1)
    seen = plan.levels(row["indicator_id"])
    last = w("paper.forecast.never")
    if not seen.empty:
        last = w(
            "paper.forecast.last",
            value=amount(seen["value"].iloc[-1], row["unit"], w.lang),
            year=int(seen["year"].iloc[-1]),
        )
    side = "above" if gap >= 0 else "below"
    target = amount(row["target"], row["unit"], w.lang)
    return w(
        f"paper.forecast.{side}",
        name=row[f"name_{w.lang}"],
        gap=pct(abs(gap), lang=w.lang),
        target=target,
        last=last,
    )


def leading(plan: Plan, verdicts: Verdicts) -> str | None:
    """The level target that the paper takes apart: GDP, or else the first one that is forecast for every year."""
    rows = verdicts.assessable()
    levels = rows.loc[
        (rows["unit"] != "%") & rows["needed_growth"].notna(), "indicator_id"
    ].tolist()
    for i in sorted(levels, key=lambda i: i != "gdp"):
        made = forecast(plan, i)
        if made is not None and made.base is not None and list(made.growth) == list(plan.years):
            return i
    return None


def decides(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """Needed growth against the class, the base year and the widest single assumption."""
    w, need, lead = words(lang), tornado.needed_growth(plan).table(), leading(plan, verdicts)
    said = []
    if not need.empty:
        harder = int((need["needed_implied"] > need["class_median"]).sum())
        said.append(w("paper.decide.harder", harder=harder, n=len(need)))
    said.append(base_text(verdicts, lang))
    if lead is not None:
        said.append(swing_text(plan, lead, lang))
    return [w("common.space").join(said)]


def base_text(verdicts: Verdicts, lang: str = "en") -> str:
    """Which answers hang on the base year."""
    w, rows = words(lang), verdicts.assessable()
    hang = rows[rows["probability"].isna()]
    if hang.empty:
        return w("paper.decide.no_base", points=num(100 * BASE_DEPENDENT, 0))
    return w("paper.decide.base", n=len(hang), names=names(hang, lang))


def swing_text(plan: Plan, indicator_id: str, lang: str = "en") -> str:
    """The widest one-way swing of an indicator, and which single assumptions reach the target alone."""
    w, swings = words(lang), tornado.swings(plan, indicator_id)
    rows, unit = swings.table(lang), swings.unit
    top = rows.iloc[0]
    alone = w("common.list").join(
        lower(x) for x in rows.loc[rows["high"] >= swings.target, "assumption"]
    )
    return w(
        "paper.decide.swing",
        name=plan.name(indicator_id, lang),
        top=lower(top["assumption"]),
        low=top["low_label"],
        high=top["high_label"],
        year=plan.years[-1],
        span=_value(top["span"], unit, lang),
        centre=_value(swings.centre, unit, lang),
        target=amount(swings.target, unit, lang),
        alone=alone or w("common.none"),
    )


def _value(x: float, unit: str, lang: str) -> str:
    """A computed value with its unit, in three digits."""
    return readable(0.0, unit, lang)[1].format(short(x, unit, lang))


def lower(text: str) -> str:
    """A text that begins with a small letter, for the middle of a sentence; names such as GDP stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def apart(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """The odds of one target when one choice at a time is made otherwise."""
    w, lead = words(lang), leading(plan, verdicts)
    if lead is None:
        return []
    rows = tornado.decomposition(plan, lead).table(lang)
    columns = {
        "choice": rows["choice"],
        "otherwise": rows["otherwise"],
        "odds": [odds(p, lang) for p in rows["odds"]],
        "change": [num(c, 0) for c in rows["change"]],
    }
    return [
        w("paper.decide.apart", name=plan.name(lead, lang)),
        table(columns, (18, 50, 14, 18), lang),
    ]


def wanted(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """Which unpublished numbers would move the odds most."""
    w, rows = words(lang), tornado.missing_numbers(plan, verdicts)
    rows = rows[rows["odds"].notna() & rows["points"].notna()].head(3)
    said = [
        w(
            "paper.decide.wanted_item",
            number=lower(plan.said(r.missing_number, lang)),
            name=plan.name(r.indicator_id, lang),
            odds=odds_range(r.odds_low, r.odds_high, lang),
        )
        for r in rows.itertuples()
    ]
    return [w("paper.decide.wanted", items=w("common.semicolon").join(said))] if said else []


def comparison(plan: Plan, lang: str = "en") -> list[str]:
    """How zones can be compared, and what is known beside the charts."""
    said = context(plan, lang)
    return [words(lang)("paper.compare.text"), *([bullets(said)] if said else [])]


def context(plan: Plan, lang: str = "en") -> list[str]:
    """What is known beside the charts: earlier windows, the zone's weight, its rank, and others' targets."""
    w, said = words(lang), []
    windows = plan.peers.percentile()
    if not windows.rows.empty:
        ends = {"first": windows.rows.iloc[0], "last": windows.rows.iloc[-1]}
        reached = {key: reached_by(row["percentile"], lang) for key, row in ends.items()}
        said.append(w("paper.compare.windows", **windows.facts(lang) | reached))
    weights, ranks, yearly = context_rows(plan)
    for r in weights.tail(1).rename(columns={"size": "size_"}).itertuples():
        said.append(
            w(
                "paper.compare.weight",
                zone=zone_names(plan, [r.zone_id], lang)[0],
                year=r.year,
                size=amount(r.size_, r.unit, lang),
                share=pct(r.share, 3, lang),
            )
        )
    if not yearly.empty:
        places = yearly["entity_id"].str.removeprefix(REGION).unique()
        who = w("common.list").join(w(f"paper.place.{x}") for x in places)
        met = int((yearly["status"] == "reached").sum())
        said.append(
            w(
                "paper.compare.targets",
                met=met,
                n=len(yearly),
                who=who,
                first=yearly["year"].min(),
                last=yearly["year"].max(),
            )
        )
    for r in ranks.tail(1).itertuples():
        said.append(
            w(
                "paper.compare.rank",
                zone=zone_names(plan, [r.zone_id], lang)[0],
                rank=int(r.rank),
                year=int(r.evaluation_year),
                source=r.source_id,
            )
        )
    return said


def context_rows(plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The home zone's share in China's GDP, its ranks, and the regions' yearly growth targets that had a result."""
    # Context of the paper, in no odds: what was published later is told too.
    peers = plan.peers(hindsight=True)
    targets = peers.region_targets().filter(indicator_id="gdp", unit="%").rows
    targets = targets[(targets["status"] != "open") & (targets["year"] < plan.as_of.year)]
    weights = peers.shares().filter(zone_id=plan.home).rows
    ranks = peers.ranks().rows
    return weights, ranks[ranks["zone_id"] == plan.home], targets


def like_this(plan: Plan, lang: str = "en") -> list[str]:
    """The zones most like this one, with what they are alike in."""
    if plan.home is None:
        return []
    w, near = words(lang), plan.peers(hindsight=True).closest(CLOSEST)
    rows = near.rows
    if rows.empty:
        return []
    provinces = w.group("columns.value.province")
    columns = {
        "zone": near.named(lang)["zone_id"],
        "province": [provinces.get(p, p) for p in rows["province"]],
        "gdp": [
            w("paper.back.point", value=amount(r.size_, r.unit, lang), year=int(r.year))
            for r in rows.rename(columns={"size": "size_"}).itertuples()
        ],
        "times": [num(x) for x in rows["times"]],
        "source": rows["source_id"],
    }
    return [w("paper.compare.closest"), table(columns, (34, 14, 24, 14, 14), lang)]


def trust(plan: Plan, verdicts: Verdicts, lang: str = "en") -> list[str]:
    """What the odds rest on, and what they cannot know."""
    w, final = words(lang), verdicts.final()
    count = final["evidence"].value_counts()
    steps = [
        w("paper.trust.step", count=count[k], letter=w(f"paper.letter.{k}"), meaning=text)
        for k, text in w.group("paper.evidence").items()
        if k in count
    ]
    known = [w(f"paper.trust.{key}") for key in ("own", "shocks", "proxy", "prices")]
    ends = classes.record_ends(plan)
    if ends is not None and plan.years[0] - ends > classes.OLD:
        known.insert(0, w("paper.trust.stale", last=ends, years=plan.years[0] - ends))
    apart = [
        w(
            "paper.trust.record_item",
            name=plan.name(r.indicator_id, lang),
            first=r.start,
            last=r.end,
            own=pct(r.own, lang=lang),
            low=num(r.p10),
            high=pct(r.p90, lang=lang),
        )
        for r in outside(plan).itertuples()
    ]
    if apart:
        known.insert(
            0, escape(w("paper.trust.record_apart", items=w("common.semicolon").join(apart)))
        )
    return [
        w("paper.trust.steps", n=len(final), steps=w("common.semicolon").join(steps)),
        *record(plan, lang),
        tested(lang),
        bullets([*known, w("paper.trust.day", day=day(plan.as_of, lang))]),
    ]


def tested(lang: str = "en") -> str:
    """How odds and intervals of this kind fared when they were put to the test."""
    found = backtest.class_pseudo_targets(backtest.HORIZON, backtest.TODAY)
    cities = backtest.contest(backtest.saved_bench("cities"))
    bench = (
        backtest.saved_bench("forecast")
        .query("case == 'full history' and horizon == @backtest.HORIZON")
        .set_index("method")
    )
    best = bench.drop(index=backtest.METHOD)["loss"].idxmin()
    ours, theirs = bench.loc[backtest.METHOD], bench.loc[best]
    return words(lang)(
        "paper.trust.tested",
        gap=num(100 * found.worst_gap(), 0),
        skill=pct(100 * found.brier()["skill"], 0, lang),
        units=num(bench["cases"].max() / bench["origins"].max(), 0),
        ratio=num(ours["loss"] / theirs["loss"], 2),
        model=best,
        held=pct(ours["coverage80"], 0, lang),
        model_held=pct(theirs["coverage80"], 0, lang),
        cities=pct(cities["coverage80"].mean(), 0, lang),
    )


def record(plan: Plan, lang: str = "en") -> list[str]:
    """How often ranges made the same way held before, class by class."""
    # Several targets share a class; its record is told once.
    named: dict[classes.ReferenceClass, list[str]] = {}
    for i in plan.series():
        if (class_ := classes.class_of(plan, i)) is not None:
            named.setdefault(class_, []).append(i)
    past = {c: classes.past_record(c, min(len(plan.years), 3), plan.as_of) for c in named}
    past = {c: rows for c, rows in past.items() if not rows.empty}
    if not past:
        return []
    w = words(lang)
    columns = {
        "class": [c.said(lang) for c in past],
        "indicator": [
            w("common.semicolon").join(plan.name(i, lang) for i in named[c]) for c in past
        ],
        "forecasts": [num(len(rows), 0) for rows in past.values()],
        "inside": [pct(100 * rows["coverage"].mean(), 0, lang) for rows in past.values()],
        "worst": [pct(100 * rows["coverage"].min(), 0, lang) for rows in past.values()],
        "error": [num(rows["error"].mean()) for rows in past.values()],
    }
    return [
        w("paper.trust.record", years=min(len(plan.years), 3)),
        table(columns, (29, 25, 12, 13, 9, 12), lang),
    ]


def method(plan: Plan, lang: str = "en") -> list[str]:
    """How the numbers are made."""
    w = words(lang)
    rest = w("paper.method.rest")
    bases = (
        w("paper.method.bases", base=plan.base_year, rest=rest)
        if implies_bases(plan)
        else w("paper.method.bases_observed", rest=rest)
    )
    return [w("paper.method.borrow", day=day(plan.as_of, lang)), bases, w("paper.method.again")]


def resting(plan: Plan, charts: Sequence[Chart]) -> list[set[str]]:
    """The ids of the sources behind each chart, the zone's own record, and each thing said beside them."""
    weights, ranks, targets = context_rows(plan)
    frames = [
        *(c.table() for c in charts),
        plan.observations,
        weights.tail(1),
        ranks.tail(1),
        targets,
    ]
    frames.append(plan.peers(hindsight=True).closest(CLOSEST).table())
    return [cited(f) for f in frames]


def cited(frame: pd.DataFrame) -> set[str]:
    """The source ids in every column of a table that holds them."""
    found = (
        text
        for column in frame.columns
        if column.endswith("source_id")
        for text in frame[column].dropna()
    )
    return {x.strip() for text in found for x in re.split(r"[;,]", str(text)) if x.strip()}


def source_table(plan: Plan, charts: Sequence[Chart]) -> pd.DataFrame:
    """The rows of the source list that the charts and the record rest on, in a fixed order."""
    return _listed(set().union(*resting(plan, charts)))


def _listed(ids: set[str]) -> pd.DataFrame:
    every = tables.sources().reset_index()
    return every[every["source_id"].isin(ids)].sort_values("source_id").reset_index(drop=True)


def sources(plan: Plan, charts: Sequence[Chart], lang: str = "en") -> list[str]:
    """The list of sources with publisher, title and date; what rests on dozens of them names them in the workbook."""
    sets = resting(plan, charts)
    rows = _listed(set().union(*few(sets)))
    text = words(lang)("paper.sources.text", n=len(rows), more=len(set().union(*sets)) - len(rows))
    columns = {
        "source": rows["source_id"],
        "published": [reference_text(r, lang) for r in rows.to_dict("records")],
    }
    return [text, table(columns, (13, 87), lang)]


def few(sets: Iterable[set[str]]) -> list[set[str]]:
    """The sets of sources that are short enough to be listed on paper."""
    return [ids for ids in sets if len(ids) <= LISTED]


def reference_text(row: Mapping[str, object], lang: str = "en") -> str:
    """Publisher, title and date of one source, as a list of sources prints them."""
    w, title = words(lang), source_title(row, lang)
    published = row["published"] if pd.notna(row["published"]) else w("paper.sources.undated")
    return w(
        "paper.sources.entry",
        publisher=publisher(str(row["publisher"]), lang),
        title=title,
        date=published,
    )


def source_title(row: Mapping[str, object], lang: str = "en") -> str:
    """The title of a source in its own language; what was worked out here is described in the reader's."""
    return words(lang).texts.get(f"charts.made.{row['source_id']}") or str(row["title"])


def publisher(name: str, lang: str = "en") -> str:
    """Who published; where only the host of a page is known, that is said."""
    w = words(lang)
    if name in (OWN, NAMELESS):
        return w("paper.sources.own" if name == OWN else "paper.sources.nameless")
    is_host = HOST.fullmatch(name)
    if lang == "zh":
        for key, phrase in words("en").group("paper.copies").items():
            name = name.replace(phrase, w(f"paper.copies.{key}"))
        name = name.replace(" (", "(").replace("(", "（").replace(")", "）")
    return w("paper.sources.host", host=name) if is_host else name


def short_answer(plan: Plan, judged: Verdicts, notebook: str, lang: str = "en") -> str:
    """What a notebook finds, in the words of the paper, as Markdown; empty for a notebook that the paper does not know."""
    said = {
        "00_index": lambda: answers(plan, judged, lang)[:1],
        "01_read_the_plan": lambda: promises(plan, lang)[:1],
        "02_look_back": lambda: look_back(plan, lang)[:1],
        "03_forecast_2020": lambda: [
            *together(plan, judged, lang),
            *forecast_text(plan, judged, lang)[1:],
        ],
        "04_stress_growth": lambda: decides(plan, judged, lang),
        "05_compare_zones": lambda: [bullets(context(plan, lang))],
        "06_explore": lambda: [words(lang)("paper.explore.text", n=len(plan.scenarios()))],
        "07_score_the_method": lambda: [tested(lang)],
    }
    return "\n\n".join(said[notebook]()) if notebook in said else ""
