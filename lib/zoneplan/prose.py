"""The words of the brief. Every number in them is rendered from results; none is typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan import peers, reference, scores, sensitivity, tables
from zoneplan.audit import AGREES, CONTRADICTS, OPEN, ROUNDING, cagr
from zoneplan.charts import Chart, reached_by
from zoneplan.joint import joint, scorecard
from zoneplan.resolution import OPEN as OPEN_YET
from zoneplan.resolution import resolutions
from zoneplan.text import num, odds, odds_range, pct
from zoneplan.verdicts import BASE_DEPENDENT

if TYPE_CHECKING:
    from zoneplan.plan import Plan

# Wide enough to read the smallest label, narrow enough for two figures on a page.
WIDTH = "13cm"
LIKELY, UNLIKELY = 2 / 3, 1 / 3
EVIDENCE = {
    "A": "the zone's own series, five or more comparable points",
    "B": "a few own points and a reference class",
    "C": "the base the plan implies and a reference class",
    "D": "a reference class only",
    "N": "not assessable: a public figure is missing",
    "administrative": "set by decision, so no odds",
}
# Where each chart belongs: the first section with a word of its id takes it.
SECTIONS = {
    "trust": ("hedgehog", "coverage", "reliability"),
    "plan": ("audit", "ratio", "plan"),
    "back": ("look_back", "history", "observed", "context"),
    "decide": ("swing", "tornado", "needed", "stress", "shares", "drivers"),
    "compare": ("peer", "size", "rank", "percentile", "reference", "zones", "compare", "ambition"),
    "answer": ("odds",),
    "forecast": ("fan", "path", "forecast"),
}


def brief_markdown(plan: Plan, charts: Sequence[Chart]) -> str:
    """The whole paper as Pandoc Markdown.

    Parameters
    ----------
    plan : the plan, seen from the day of judgement.
    charts : figures of the paper; they are referred to as ``figures/<id>.png``.

    How to read it: the answers stand first; each later section says what they rest on.
    """
    verdicts = plan.verdicts()
    places = _places(charts)
    numbered = {c.id: n for n, c in enumerate([c for key in ORDER for c in places[key]], start=1)}

    def figures(key: str) -> list[str]:
        return [figure(c, numbered[c.id]) for c in places[key]]

    parts = [
        "# The answers first", *answers(plan, verdicts), *figures("answer"), *together(plan, verdicts), *unassessed(plan, verdicts), *later(plan),
        "# What the plan promises, and where it disagrees with itself", *promises(plan), *figures("plan"),
        "# Looking back", *look_back(plan), *figures("back"),
        f"# The forecast for {plan.years[-1]}", *forecast_text(plan, verdicts), *figures("forecast"),
        "# What decides it", *decides(plan, verdicts), *figures("decide"),
        "# Is the ambition normal?", *comparison(plan, places["compare"]), *figures("compare"),
        "# How far to trust this", *trust(plan, verdicts), *figures("trust"),
        "# The method in half a page", *method(plan),
        "# Sources", *sources(plan, charts),
    ]  # fmt: skip
    return front_matter(plan) + "\n\n".join(parts) + "\n"


ORDER = ("answer", "plan", "back", "forecast", "decide", "compare", "trust")


def title(plan: Plan) -> str:
    """The question of the paper."""
    return f"Will {plan.zone_en} meet its plan for {plan.years[0]}-{plan.years[-1]}?"


def subtitle(plan: Plan) -> str:
    """Which plan, and which day's knowledge."""
    return f"{plan.name_en} ({plan.name_zh}), judged on what was public on {plan.as_of.isoformat()}"


def front_matter(plan: Plan) -> str:
    """The YAML block that Word takes its title from."""
    return f'---\ntitle: "{title(plan)}"\nsubtitle: "{subtitle(plan)}"\nlang: en\n---\n\n'


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


def figure(chart: Chart, number: int) -> str:
    """A figure with caption and alternative text."""
    alt = chart.alt.replace('"', "'").replace("\n", " ")
    return f'![Figure {number}. {escape(chart.title)}](figures/{chart.id}.png){{alt="{alt}" width={WIDTH}}}'


def odds_text(row: pd.Series) -> str:
    """Odds of one verdict: a number, a range over the bases (starred where the base decides), or a dash."""
    low, high = row["probability_low"], row["probability_high"]
    star = " *" if pd.notna(low) and pd.isna(row["probability"]) else ""
    return odds_range(low, high) + star


def label(row: pd.Series) -> str:
    """The name of a target in both languages."""
    return f"{row['name_en']} {row['name_zh']}"


def amount(value: float, unit: str) -> str:
    """A value with its unit; whole numbers without decimals."""
    if pd.isna(value):
        return "–"
    text = num(value, 0 if float(value).is_integer() else 1)
    return f"{text} %" if unit == "%" else f"{text} {unit}"


def short(x: float) -> str:
    """A number without false decimals: one below a thousand, none from there on."""
    return num(x, 0 if abs(x) >= 1000 else 1)


def answers(plan: Plan, verdicts) -> list[str]:
    """Which targets are likely, open and unlikely, with the table of odds."""
    rows = verdicts.assessable()
    final = verdicts.final()
    # A range counts where both of its ends do.
    likely = rows[rows["probability_low"] >= LIKELY]
    unlikely = rows[rows["probability_high"] <= UNLIKELY]
    open_ = rows.drop(index=[*likely.index, *unlikely.index])
    lines = [
        f"- Public figures support odds for {len(rows)} of the {len(final)} series in the plan's annex; the other "
        f"{len(final) - len(rows)} cannot be assessed, and the number that would change that is named for each.",
        f"- Likely (two in three or better on every base): {names(likely)}.",
        f"- Unlikely (one in three or less on every base): {names(unlikely)}.",
        f"- Open, or dependent on the base year: {names(open_)}.",
    ]
    ordered = rows.sort_values("probability_high", ascending=False, kind="stable")
    table = pd.DataFrame(
        {
            "Target": [label(r) for _, r in ordered.iterrows()],
            f"{plan.years[-1]} target": [amount(r["target"], r["unit"]) for _, r in ordered.iterrows()],
            "Median": [short(x) for x in ordered["q50"]],
            "P10 to P90": [f"{short(a)} to {short(b)}" for a, b in zip(ordered["q10"], ordered["q90"], strict=True)],
            "Odds": [odds_text(r) for _, r in ordered.iterrows()],
            "Growth needed": [pct(x) for x in ordered["needed_growth"]],
            "Evidence": list(ordered["evidence"]),
        }
    )
    right = ("Median", "P10 to P90", "Odds", "Growth needed")
    return [
        "\n".join(lines),
        grid(table, (29, 12, 10, 15, 12, 11, 11), right),
        f"Odds are the chance that the value of {plan.years[-1]} is at least the target if the zone does as similar "
        "regions did. A range spans the two possible base years; a star means that they disagree by more "
        f"than {num(100 * BASE_DEPENDENT, 0)} points, so that the base decides and the range is the answer. Growth needed is percent a year (for growth targets, the target "
        f"itself). Evidence: {ladder(rows['evidence'])}.",
    ]


def names(rows: pd.DataFrame) -> str:
    """The names in a set of verdicts with their odds, or "none"."""
    return "; ".join(f"{r['name_en']} ({escape(odds_text(r))})" for _, r in rows.iterrows()) or "none"


def ladder(steps: Iterable[str]) -> str:
    """What the evidence letters that occur mean."""
    present = set(steps)
    return "; ".join(f"{k} {v}" for k, v in EVIDENCE.items() if k in present)


def together(plan: Plan, verdicts) -> list[str]:
    """All promises at once, and by department."""
    rows = joint(plan, verdicts).table()
    card = scorecard(plan, verdicts)
    table = pd.DataFrame(
        {
            "Department": card["responsible"],
            "Targets": card["targets"],
            "With odds": card["assessable"],
            "Expected met": [span(a, b) for a, b in zip(card["expected_low"], card["expected_high"], strict=True)],
            "Counted by itself": card["department"],
        }
    )
    text = (
        f"Of {int(rows['promises'].iloc[0])} distinct promises that can be judged, "
        f"{span(rows['expected'].min(), rows['expected'].max())} should be met; the odds that every headline level is "
        f"reached are {odds_range(rows['headline'].min(), rows['headline'].max())}, whatever the correlation between them."
    )
    return [text, grid(table, (24, 12, 14, 18, 18), table.columns[1:])]


def span(low: float, high: float) -> str:
    """Two numbers as a range, or one where both print alike."""
    return num(low) if num(low) == num(high) else f"{num(low)} to {num(high)}"


def later(plan: Plan) -> list[str]:
    """What figures published afterwards say of the promises."""
    rows = resolutions(plan).table()
    rows = rows[rows["resolution"] != OPEN_YET].merge(plan.targets[["target_id", "name_en"]], on="target_id")
    if rows.empty:
        return []
    lines = [f"- {r.name_en}: **{r.resolution}** ({r.reservation})." for r in rows.itertuples()]
    return ["Published later, and in no odds:", "\n".join(lines)]


def unassessed(plan: Plan, verdicts) -> list[str]:
    """The annex series without odds, and what is missing."""
    final = verdicts.final()
    rows = final[final["probability_low"].isna()]
    if rows.empty:
        return []
    table = pd.DataFrame(
        {
            "Not assessable": [label(r) for _, r in rows.iterrows()],
            "Target": [amount(r["target"], r["unit"]) for _, r in rows.iterrows()],
            "The number that would change that": missing(rows["missing_number"]),
        }
    )
    text = f"For {len(rows)} series no public figure supports any odds. An invented one would only look like knowledge."
    return [text, grid(table, (42, 14, 44))]


def missing(texts: Iterable[str]) -> list[str]:
    """The missing numbers, with "same" written out: a table may be cut or sorted by its reader."""
    out: list[str] = []
    for text in texts:
        out.append(out[-1] if text == "same" and out else text or "–")
    return out


def promises(plan: Plan) -> list[str]:
    """How much the plan promises and what the audit found."""
    targets = plan.targets
    annex = targets[(targets["section"] == "annex") & targets["value"].notna()]
    text = targets[(targets["section"] == "text") & targets["value"].notna()]
    audit = plan.audit()
    table = audit.table()
    count = table["finding"].value_counts()
    first = (
        f"The annex prints {len(plan.series())} series with {len(annex)} figures; the text adds {len(text)} quantified "
        f"targets, some of which repeat the annex. Counted once each, the plan makes {len(plan.distinct())} quantified "
        f"promises. {len(table)} statements could be held against other figures: {count.get(AGREES, 0)} agree, "
        f"{count.get(ROUNDING, 0)} agree only through rounding, {count.get(CONTRADICTS, 0)} contradict and "
        f"{count.get(OPEN, 0)} cannot be checked. {rounding_text(annex.iloc[0])}"
    )
    bad = table[table["finding"].isin([CONTRADICTS, ROUNDING])].copy()
    bad["order"] = bad["finding"].map({CONTRADICTS: 0, ROUNDING: 1})
    bad = bad.sort_values("order", kind="stable")
    shown = pd.DataFrame(
        {
            "Statement": [f"{r.check}: {_name(plan, r.item)}" for r in bad.itertuples()],
            "Finding": list(bad["finding"]),
            "Why": list(bad["explanation"]),
        }
    )
    note = "A contradiction is no proof of an error: the figures may be meant on different bases or scopes."
    return [first, grid(shown, (26, 18, 56)), note]


def rounding_text(row: pd.Series) -> str:
    """What a printed figure stands for, shown on one of them."""
    low, high = (row["value"] + side * row["precision"] / 2 for side in (-1, 1))
    return (
        f"A printed {num(row['value'], 0)} stands for everything from {num(low)} to {num(high)}, so rounding alone is "
        "never called a contradiction."
    )


def _name(plan: Plan, item: str) -> str:
    """The printed name of an audited item (an indicator, an indicator and a year, or a ratio)."""
    head, _, rest = item.partition(" ")
    known = set(plan.targets["indicator_id"])
    return f"{plan.name(head)} {rest}".strip() if head in known else item


def look_back(plan: Plan) -> list[str]:
    """What was observed of the zone, and how few points that is."""
    rows = []
    for i in plan.series():
        seen = plan.levels(i)
        if seen.empty or plan.annex(i)["kind"].iloc[0] == "growth":
            continue
        last = seen.iloc[-1]
        first_target = plan.target(i, plan.years[0])
        rows.append(
            {
                "Indicator": plan.name(i),
                "Observed": "; ".join(f"{num(r.value, 2)} ({int(r.year)})" for r in seen.itertuples()),
                "Unit": last["unit"],
                "Scope of the last": last["scope_note"] if pd.notna(last["scope_note"]) else "–",
                f"Growth a year to {plan.years[0]}": pct(
                    cagr(last["value"], first_target, plan.years[0] - int(last["year"]))
                ),
            }
        )
    table = pd.DataFrame(rows)
    most = max((len(plan.levels(i)) for i in plan.series()), default=0)
    text = (
        f"On {plan.as_of.isoformat()} the public record held at most {most} comparable yearly levels of any annex "
        f"series, and none for {plan.base_year}. The last column is the growth that leads from the last observed level "
        f"to the plan's first target: where it is far from the plan's own growth, the plan starts from another base or "
        "scope than the published figure."
    )
    return [text, grid(table, (27, 27, 9, 20, 17), table.columns[-1:])]


def forecast_text(plan: Plan, verdicts) -> list[str]:
    """The central path and its range for each level target."""
    rows = verdicts.assessable()
    levels = rows[(rows["unit"] != "%") & rows["needed_growth"].notna()]
    lines = []
    for _, r in levels.iterrows():
        gap = 100 * (r["q50"] / r["target"] - 1)
        side = "above" if gap >= 0 else "below"
        lines.append(
            f"- {escape(r['name_en'])}: median {short(r['q50'])} {r['unit']} (P10 {short(r['q10'])}, P90 "
            f"{short(r['q90'])}), {pct(abs(gap))} {side} the target of {amount(r['target'], r['unit'])}; {published(r)}."
        )
    text = (
        f"Each level starts from the {plan.base_year} value that the plan itself implies, with its rounding, and grows "
        "as similar regions are expected to: their smoothed growth, fading. Beside it stands the path from the last observed level."
    )
    return [text, "\n".join(lines)]


def published(row: pd.Series) -> str:
    """The last published value of a verdict's indicator, or that none was found."""
    return "no value was public" if pd.isna(row["naive"]) else f"the last public value was {num(row['naive'], 2)}"


def decides(plan: Plan, verdicts) -> list[str]:
    """Needed growth against the class, the base year and the widest single assumption."""
    need = sensitivity.needed_growth(plan).table()
    table = pd.DataFrame(
        {
            "Indicator": need["name"],
            "Needed from the implied base": [pct(x) for x in need["needed_implied"]],
            "Needed from the last observed": [pct(x) for x in need["needed_observed"]],
            "Similar regions, median": [pct(x) for x in need["class_median"]],
            "P10 to P90": [f"{num(a)} to {num(b)}" for a, b in zip(need["class_p10"], need["class_p90"], strict=True)],
        }
    )
    harder = int((need["needed_implied"] > need["class_median"]).sum())
    lines = [
        f"{harder} of {len(need)} level targets need more growth than the median similar region achieved.",
        base_text(verdicts),
        swing_text(plan, "gdp"),
    ]
    return [
        " ".join(x for x in lines if x),
        grid(table, (32, 18, 18, 16, 16), table.columns[1:]),
        *apart(plan, "gdp"),
        *wanted(plan),
    ]


def apart(plan: Plan, indicator_id: str) -> list[str]:
    """The odds of one target when one choice at a time is made otherwise."""
    rows = sensitivity.decomposition(plan, indicator_id).table()
    table = pd.DataFrame(
        {
            "Choice": rows["choice"].str.capitalize(),
            "Made otherwise": rows["otherwise"],
            "Odds": [odds(p) for p in rows["odds"]],
            "Change, points": [num(c, 0) for c in rows["change"]],
        }
    )
    text = (
        f"The odds of {plan.name(indicator_id)} with one choice at a time made otherwise; the price basis is compared "
        "within one class, the others with the headline."
    )
    return [text, grid(table, (16, 50, 12, 14), table.columns[2:])]


def wanted(plan: Plan) -> list[str]:
    """Which unpublished numbers would move the odds most."""
    rows = sensitivity.missing_numbers(plan)
    rows = rows[rows["odds"].notna() & rows["points"].notna()].head(3)
    said = [
        f"{lower(r.missing_number)} ({r.name_en}: {odds_range(r.odds_low, r.odds_high)} between a low and a high value)"
        for r in rows.itertuples()
    ]
    return [f"Of the numbers behind the odds that were not public, these would move them most: {'; '.join(said)}."]


def base_text(verdicts) -> str:
    """Which answers hang on the base year."""
    rows = verdicts.assessable()
    hang = rows[rows["probability"].isna()]
    if hang.empty:
        return f"No answer depends on the base year by more than {num(100 * BASE_DEPENDENT, 0)} points."
    return f"The base year decides {len(hang)} answers: {names(hang)}."


def swing_text(plan: Plan, indicator_id: str) -> str:
    """The widest one-way swing of an indicator, and which single assumptions reach the target alone."""
    swings = sensitivity.swings(plan, indicator_id)
    rows = swings.table()
    top = rows.iloc[0]
    reach = rows[rows["high"] >= swings.target]
    alone = ", ".join(lower(x) for x in reach["assumption"]) or "none"
    return (
        f"For {plan.name(indicator_id)} the widest single swing is {lower(top['assumption'])} "
        f"({top['low_label']} to {top['high_label']}): it moves {plan.years[-1]} by {num(top['span'])} {swings.unit} "
        f"around {num(swings.centre)}. Assumptions that reach the target of {num(swings.target, 0)} alone at their "
        f"better end: {alone}."
    )


def lower(text: str) -> str:
    """A text that begins with a small letter, for the middle of a sentence."""
    return text[:1].lower() + text[1:]


def comparison(plan: Plan, charts: Sequence[Chart]) -> list[str]:
    """What the comparison charts say, in their own words."""
    text = (
        "Zones of this kind publish on many scopes, often together with the district around them, and mostly in good "
        "years. So growth is compared, levels are never spliced, and a missing zone is not a weak one."
    )
    lines = [f"{escape(c.title)}. {escape(c.subtitle)}." for c in charts] + context(plan)
    return [text, "\n".join(f"- {line}" for line in lines)]


def context(plan: Plan) -> list[str]:
    """What is known beside the charts: earlier windows, the zone's weight, its rank, and others' targets."""
    stated = plan.stated_growth("gdp")
    windows = peers.percentile_of(stated, as_of=plan.as_of)
    first, last = windows.rows.iloc[0], windows.rows.iloc[-1]
    weights, ranks, yearly = context_rows(plan)
    weight, rank = weights.iloc[-1], ranks.iloc[-1]
    met = int((yearly["status"] == "reached").sum())
    return [
        f"Window by window, regions that reached {pct(stated, 0)} a year: {reached_by(first['percentile'])} in {first['label']}, "
        f"{reached_by(last['percentile'])} in {last['label']} ({windows.class_.label}).",
        f"GDP of {weight['label']} in {weight['year']}: {num(weight['size'], 1)} {weight['unit']}, {pct(weight['share'], 3)} of "
        "China's.",
        f"{met} of {len(yearly)} yearly GDP growth targets of {' and '.join(x.title() for x in yearly['entity_id'].unique())} "
        f"with a published result ({yearly['year'].min()}-{yearly['year'].max()}) were reached.",
        f"Published later, and in no odds: {rank['label']} was ranked {rank['rank']:.0f} among national-level zones in the "
        f"Ministry's evaluation of {rank['evaluation_year']:.0f} (source {rank['source_id']}).",
    ]


def context_rows(plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The home zone's share in China's GDP, its ranks, and the regions' yearly growth targets that had a result."""
    targets = peers.region_targets().rows.query("indicator_id == 'gdp' and unit == '%' and status != 'open'")
    targets = targets[targets["year"] < plan.as_of.year]
    return peers.national_share(zone_id=peers.HOME, of="china").rows, peers.rank_history().rows, targets


def trust(plan: Plan, verdicts) -> list[str]:
    """What the odds rest on, and what they cannot know."""
    final = verdicts.final()
    count = final["evidence"].value_counts()
    steps = "; ".join(f"{count[k]} {k} ({v})" for k, v in EVIDENCE.items() if k in count)
    return [
        f"Of the {len(final)} annex series, by step of evidence: {steps}.",
        *record(plan),
        tested(),
        "- The odds say what similar regions would have achieved. They do not know the zone's own projects, its land "
        "or its firms; whoever does should move them, and say by how much.\n"
        "- Past windows overlap and share their good and bad years: they are far fewer independent cases than they look, "
        "and a shock common to all regions would move every one of these odds at once.\n"
        "- Where no class of the same indicator exists a proxy stands in (all secondary industry for above-scale "
        "industry, exports for total trade); the proxy carries its own error, which is not in the range.\n"
        "- Targets are nominal levels; growth floors in the text read as real. The two are never mixed here.\n"
        f"- No figure published after {plan.as_of.isoformat()} enters any of these odds.",
    ]


def tested() -> str:
    """How odds and intervals of this kind fared when they were put to the test."""
    found = scores.class_pseudo_targets(scores.HORIZON, scores.TODAY)
    cities = scores.contest(scores.saved_bench("cities"))
    bench = scores.saved_bench("forecast").query("case == 'full history' and horizon == @scores.HORIZON").set_index("method")
    best = bench.drop(index=scores.METHOD)["loss"].idxmin()
    return (
        f"Put to the test with targets at past percentiles of growth, the odds lay within {num(100 * found.worst_gap(), 0)} "
        f"points of how often such targets were met (Brier skill {pct(100 * found.brier()['skill'], 0)} over the base rate). "
        f"The panel method behind `zoneplan forecast`, on {num(bench['cases'].max() / bench['origins'].max(), 0)} prefectures "
        f"three years ahead, erred {num(bench.loc[scores.METHOD, 'loss'] / bench.loc[best, 'loss'], 2)} times as much as the best "
        f"textbook model ({best}), and its intervals meant to hold 80 % held {pct(bench.loc[scores.METHOD, 'coverage80'], 0)}, "
        f"the model's {pct(bench.loc[best, 'coverage80'], 0)}. Eleven cities with two to nine years of growth are too few to "
        f"learn from: there they held {pct(cities['coverage80'].mean(), 0)}."
    )


def record(plan: Plan) -> list[str]:
    """How often ranges made the same way held before, class by class."""
    rows = []
    for i in plan.series():
        if i not in reference.CLASSES:
            continue
        past = reference.past_record(i, min(len(plan.years), 3), plan.as_of)
        if past.empty:
            continue
        rows.append(
            {
                "Indicator": plan.name(i),
                "Class": reference.CLASSES[i].label,
                "Forecasts": num(len(past), 0),
                "Regions inside P10 to P90": pct(100 * past["coverage"].mean(), 0),
                "Worst year": f"{pct(100 * past['coverage'].min(), 0)}",
                "Mean error, points": num(past["error"].mean()),
            }
        )
    if not rows:
        return []
    table = pd.DataFrame(rows)
    text = (
        f"Made on the same day of earlier years, with only what was known then, forecasts over {len(plan.years)} years "
        "would have fared as follows. A range from P10 to P90 should hold four regions in five; a positive error means "
        "that the median region did better than forecast."
    )
    return [text, grid(table, (24, 30, 12, 13, 9, 12), table.columns[2:])]


def method(plan: Plan) -> list[str]:
    """How the numbers are made."""
    return [
        "Every figure comes from a printed source and carries its unit, its scope and the day from which it was known; "
        f"figures known only after {plan.as_of.isoformat()} are left out. The zone's own record is too short for a "
        "time-series model, so the forecast borrows from a reference class: regions of the same kind and size, whose "
        "average growth over windows of one, two and three years was known on that day. The growth of the class median, "
        "smoothed, fades along the way, as fast growth always has; the errors that this rule made on the class's own past "
        "widen it; the last known window gives the spread between regions. The base is carried forward by every such "
        "growth rate in turn, and the share of paths that reach the target is its odds. Promises are joined by a normal "
        "copula: correlations that the Zhejiang cities show are estimated, all others are tried at zero, middle and high.",
        f"Two bases are always tried. The first is the {plan.base_year} level that the plan implies: its first target "
        "divided by one plus its printed growth, as an interval over both roundings. It is the only base on the plan's "
        "own scope. The second is the last observed level, on whatever scope it was published. Growth targets are held "
        "against yearly growth of the class. Counts with one observed year use a Poisson model with unknown rate. "
        "Targets without a comparable figure and without a class get no odds.",
        "The same notebooks, tables and code that made this paper can be run again with other assumptions; the data of "
        "every chart is in the workbook beside it.",
    ]


def used_sources(plan: Plan, charts: Sequence[Chart]) -> list[str]:
    """Ids of the sources behind the charts, the zone's own record and its context, in a fixed order."""
    weights, ranks, targets = context_rows(plan)
    frames = [*(c.table() for c in charts), plan.observations, weights.tail(1), ranks.tail(1), targets]
    cited = [text for f in frames for column in f.columns if column.endswith("source_id") for text in f[column].dropna()]
    return sorted({x.strip() for text in cited for x in re.split(r"[;,]", str(text)) if x.strip()})


def source_table(plan: Plan, charts: Sequence[Chart]) -> pd.DataFrame:
    """The rows of the source list that the paper rests on."""
    every = tables.sources().reset_index()
    return every[every["source_id"].isin(used_sources(plan, charts))].sort_values("source_id").reset_index(drop=True)


def sources(plan: Plan, charts: Sequence[Chart]) -> list[str]:
    """The table of sources with publisher, title and date."""
    rows = source_table(plan, charts).fillna("–")
    text = f"{len(rows)} sources stand behind the charts, the zone's record and its context; addresses are in the workbook."
    columns = {"source_id": "Source", "publisher": "Publisher", "title": "Title", "published": "Published"}
    return [text, grid(rows[list(columns)].rename(columns=columns), (12, 32, 42, 14))]


def _places(charts: Sequence[Chart]) -> dict[str, list[Chart]]:
    out: dict[str, list[Chart]] = {key: [] for key in ORDER}
    for chart in charts:
        key = next((k for k, words in SECTIONS.items() if any(w in chart.id for w in words)), "forecast")
        out[key].append(chart)
    return out
