"""Push on the assumptions: a choice in; odds, path, needed growth and a scenario to paste out; a panel of sliders."""

from __future__ import annotations

import dataclasses
import functools
import gc
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import BASES, Assumptions, Forecast, base_of, forecast
from zoneplan.messages import LANGS, Words, words
from zoneplan.plan.audit import cagr
from zoneplan.report import notebooks
from zoneplan.text import amount, day, num, odds, pct, rounded

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.plan.document import Plan
    from zoneplan.stress.scenarios import Scenario

PRICES = ("current", "constant")
# Units in which levels are typed, by the name of their text.
UNITS = {"亿元": "cny", "万美元": "usd"}


@dataclass(frozen=True)
class Choice:
    """What a reader assumes about one level target.

    ``points`` are percentage points of growth by year, on top of those of the scenario. ``base`` (``implied`` or
    ``observed``) and ``prices`` (``current`` or ``constant``) are the scenario's where they are None; ``level`` replaces
    the level of the base, in the unit of the target. ``lang`` is ``en`` or ``zh``.
    """

    indicator_id: str = "gdp"
    scenario: str = "baseline"
    points: Mapping[int, float] = field(default_factory=dict)
    base: str | None = None
    level: float | None = None
    prices: str | None = None
    lang: str = "en"


@dataclass(frozen=True)
class Ground:
    """What stays while a reader moves sliders: the plan, its scenarios, the headline forecasts of its level targets."""

    plan: Plan
    scenarios: Mapping[str, Scenario]
    headlines: Mapping[str, Forecast]
    expected: Callable[[classes.ReferenceClass], pd.Series | None]


def ground(plan: Plan) -> Ground:
    """Work out once what every answer needs.

    How to read it: ``headlines`` holds the indicators that can be explored, those with a base and a reference class.
    """
    made = {i: forecast(plan, i) for i in plan.series()}
    levels = {i: f for i, f in made.items() if f is not None and f.base is not None}
    return Ground(
        plan, plan.scenarios(), levels, functools.cache(functools.partial(_expected, plan))
    )


def _expected(plan: Plan, class_: classes.ReferenceClass) -> pd.Series | None:
    """Expected growth of a class by year, percent; None where too little of it is known."""
    path = classes.expected_path(class_, plan.as_of, plan.years[-1])
    return None if path is None else path["growth"]


@dataclass(frozen=True)
class Answer:
    """What follows from a choice.

    ``odds`` is the probability (0 to 1) of the last year's target, ``headline`` that without any change, ``needed`` the
    growth from base to target in percent a year, ``growth`` the rows year, expected, scenario, own, assumed.
    """

    choice: Choice
    plan: Plan
    scenario: Scenario
    assumed: Assumptions
    forecast: Forecast
    target: float
    odds: float
    headline: float
    needed: float
    growth: pd.DataFrame

    @property
    def year(self) -> int:
        """The year of the target."""
        return self.plan.years[-1]

    def table(self) -> pd.DataFrame:
        """Quantiles of the path by year, in the unit of the target, with each year's target and its odds."""
        rows = self.forecast.table().merge(
            self.plan.annex(self.choice.indicator_id)[["year", "value"]], on="year"
        )
        rows = rows.rename(columns={"value": "target"})
        chances = [
            self.forecast.odds(int(y), t) for y, t in zip(rows["year"], rows["target"], strict=True)
        ]
        return rows.assign(odds=chances)

    def sentence(self) -> str:
        """The answer in words, in the language of the choice."""
        w, lang, chance = self._words, self.choice.lang, self._odds
        points = round(100 * self.odds) - round(100 * self.headline)
        than = "same" if points == 0 else "more" if points > 0 else "less"
        base = self.forecast.base
        assumed = [
            w("explore.choice.year", year=r.year, rate=pct(r.assumed, lang=lang))
            for r in self.growth.itertuples()
        ]
        level = rounded(base.level.mid, self.forecast.unit, lang)
        start = w("explore.choice.start", year=base.year, level=level, kind=self._kind())
        reach = w(
            "explore.choice.odds",
            name=self.name(),
            target=self.aimed(),
            year=self.year,
            odds=chance(self.odds),
            than=w(f"explore.choice.{than}", points=abs(points), head=chance(self.headline)),
        )
        need = w(
            "explore.choice.need",
            start=start,
            needed=pct(self.needed, lang=lang),
            assumed=w("common.list").join(assumed),
        )
        return reach + w("common.space") + need

    def remarks(self) -> list[str]:
        """What a reader of the odds must know besides: hindsight, a scenario that says nothing, constant prices."""
        rows = self.scenario.rows
        rows, touched = rows[rows["indicator_id"] == self.choice.indicator_id], len(rows)
        found = ["hindsight"] if rows["hindsight"].any() else []
        found += ["untouched"] if touched and rows.empty else []
        found += ["constant"] if self.scenario.constant_prices else []
        when = day(self.plan.as_of, self.choice.lang)
        return [self._words(f"explore.choice.{r}", name=self.name(), day=when) for r in found]

    def title(self) -> str:
        """The title of the chart."""
        return self._words(
            "explore.choice.title",
            name=self.name(),
            target=self.aimed(),
            year=self.year,
            odds=self.odds_text(),
        )

    def note(self) -> str:
        """What the chart assumes, with all reservations."""
        scenario = getattr(self.scenario, f"title_{self.choice.lang}")
        changes = self._changes(self.choice.lang)
        class_ = self.forecast.growth[self.year].class_.said(self.choice.lang)
        note = self._words("explore.choice.note", scenario=scenario, changes=changes, class_=class_)
        return self._words("common.space").join([note, *self.remarks()])

    def plot(self) -> Chart:
        """History, fan and targets, drawn as :func:`zoneplan.charts.stories.path_chart` draws the headline."""
        return self._drawn(self.title(), self.note())

    def sketch(self) -> Chart:
        """The same without title and note, for a page that prints these itself.

        Fitting new words into lines takes longer than drawing the picture, too long to follow a slider.
        """
        return self._drawn(self._words("explore.choice.sketch", name=self.name()), "")

    def _drawn(self, title: str, note: str) -> Chart:
        from zoneplan.charts.stories import draw_path

        start = self._words("explore.choice.from", kind=self._kind(), year=self.forecast.base.year)
        return draw_path(
            self.plan,
            self.forecast,
            f"explore_{self.id}",
            title=title,
            note=note,
            base_label=start,
            lang=self.choice.lang,
        )

    @property
    def id(self) -> str:
        """A name for files and scenarios that tells one choice from another."""
        c = self.choice
        own = [f"{y}{'p' if v > 0 else 'm'}{abs(v):g}" for y, v in sorted(c.points.items()) if v]
        level = [] if c.level is None else [f"base{c.level:g}"]
        other = [self.scenario.base] if self.scenario.base != BASES[0] else []
        other += ["constant"] if self.scenario.constant_prices else []
        return (
            "_".join([c.indicator_id, c.scenario, *own, *other, *level])
            .replace(".", "-")
            .replace("+", "")
        )

    def yaml(self, title: str = "") -> str:
        """The choice as a block to be pasted into ``scenarios.yml``.

        Parameters
        ----------
        title : a title in the language of the choice; without one it says what was changed.

        Returns
        -------
        One entry of the list. Read by :func:`zoneplan.stress.scenarios.scenarios` it gives the same odds to the last bit.

        How to read it: every point of growth stands in it, the scenario's and one's own together, as an own assumption;
        write into the text why it should be so.
        """
        import yaml

        titles = {lang: self._own_title(lang) for lang in LANGS}
        if title.strip():
            titles[self.choice.lang] = " ".join(title.split())
        story = {"id": f"own_{self.id}"}
        story |= {f"title_{lang}": text for lang, text in titles.items()}
        story |= {f"text_{lang}": self._own_text(lang) for lang in LANGS}
        if self.scenario.base != BASES[0]:
            story["base"] = self.scenario.base
        if self.assumed.level is not None:
            story["level"] = {self.choice.indicator_id: float(self.assumed.level)}
        if self.scenario.class_ is not None:
            story["class"] = dict(zip(("level", "name"), self.scenario.class_, strict=True))
        if self.scenario.constant_prices:
            story["prices"] = PRICES[1]
        points = {y: v for y, v in self.assumed.extra.items() if v}
        story["growth"] = [
            {"indicators": [self.choice.indicator_id], "years": [y], "points": v}
            for y, v in points.items()
        ]
        return yaml.safe_dump(
            [story], allow_unicode=True, sort_keys=False, default_flow_style=None, width=1000
        )

    @property
    def _words(self) -> Words:
        return words(self.choice.lang)

    def aimed(self) -> str:
        """The target with its unit, in the language of the choice."""
        return amount(self.target, self.forecast.unit, self.choice.lang)

    def name(self, lang: str | None = None) -> str:
        """The name of the indicator, in the language of the choice."""
        return self.plan.name(self.choice.indicator_id, lang or self.choice.lang)

    def _kind(self) -> str:
        kind = "own" if self.assumed.level is not None else self.forecast.base.kind
        return self._words(f"explore.choice.{kind}")

    def odds_text(self) -> str:
        """The odds as they are printed, in the language of the choice."""
        return self._odds(self.odds)

    def _odds(self, p: float) -> str:
        said = odds(p, self.choice.lang)
        # Signs read ill within a Chinese sentence.
        return said.replace("<", "不足").replace(">", "超过") if self.choice.lang == "zh" else said

    def _changes(self, lang: str) -> str:
        own = self._own_points(lang)
        return words(lang)("explore.choice.changes", points=own) if own else ""

    def _own_points(self, lang: str) -> str:
        own = [(y, v) for y, v in sorted(self.choice.points.items()) if v]
        w = words(lang)
        return w("common.list").join(
            w("explore.choice.points", year=y, value=f"{v:+g}") for y, v in own
        )

    def _own_title(self, lang: str) -> str:
        own = self._own_points(lang)
        return words(lang)(
            f"explore.choice.own_title{'' if own else '_plain'}", name=self.name(lang), points=own
        )

    def _own_text(self, lang: str) -> str:
        scenario = getattr(self.scenario, f"title_{lang}")
        return words(lang)(
            "explore.choice.own_text",
            name=self.name(lang),
            scenario=scenario,
            changes=self._changes(lang),
        )


def answer(plan: Plan, choice: Choice, ready: Ground | None = None) -> Answer:
    """What follows from a choice: odds, path, needed growth.

    Parameters
    ----------
    plan : the plan, seen from a day.
    choice : what is assumed.
    ready : :func:`ground` of the same plan, where many choices are tried.

    Returns
    -------
    Answer. Its forecast is :func:`zoneplan.forecasting.forecasts.forecast` with the scenario's points and the choice's added up;
    ``needed = 100 ((target / base)^(1 / years) - 1)``.

    Raises
    ------
    ValueError
        The choice cannot be; every reason is named, in the language of the choice.

    How to read it: the difference from the headline is what the choice is worth.
    """
    ready = ready or ground(plan)
    found = problems(ready, choice)
    if found:
        raise ValueError("\n".join(found))
    i, year = choice.indicator_id, plan.years[-1]
    scenario = _scenario(ready, choice)
    assumed = _assumptions(scenario, choice)
    made, target = forecast(plan, i, assumed), plan.target(i, year)
    base = made.base
    expected = ready.expected(assumed.class_ or classes.class_of(plan, i)).loc[base.year + 1 : year]
    added, own = (
        pd.Series(dict(points), dtype="float64").reindex(expected.index, fill_value=0.0)
        for points in (assumed.extra, choice.points)
    )
    growth = pd.DataFrame(
        {"expected": expected, "scenario": added - own, "own": own, "assumed": expected + added}
    )
    return Answer(
        choice,
        plan,
        scenario,
        assumed,
        made,
        target,
        made.odds(year, target),
        ready.headlines[i].odds(year, target),
        cagr(base.level.mid, target, year - base.year),
        growth.rename_axis("year").reset_index(),
    )


def problems(ready: Ground, choice: Choice) -> list[str]:
    """Why a choice cannot be, in its own language; empty if it can.

    How to read it: every reason at once, so that all can be mended in one go.
    """
    if choice.lang not in LANGS:
        return [words("en")("explore.choice.no_lang", found=choice.lang)]
    w, plan = words(choice.lang), ready.plan
    found = []
    if choice.indicator_id not in ready.headlines:
        found.append(
            w(
                "explore.choice.no_indicator",
                found=choice.indicator_id,
                known=", ".join(ready.headlines),
            )
        )
    if choice.scenario not in ready.scenarios:
        found.append(
            w("explore.choice.no_scenario", found=choice.scenario, known=", ".join(ready.scenarios))
        )
    if choice.base not in (None, *BASES):
        found.append(w("explore.choice.no_base", found=choice.base, known=", ".join(BASES)))
    if choice.prices not in (None, *PRICES):
        found.append(w("explore.choice.no_prices", found=choice.prices, known=", ".join(PRICES)))
    if choice.level is not None and not (math.isfinite(choice.level) and choice.level > 0):
        found.append(w("explore.choice.bad_level", found=f"{choice.level:g}"))
    for year, points in choice.points.items():
        if year not in plan.years:
            found.append(
                w("explore.choice.no_year", found=year, first=plan.years[0], last=plan.years[-1])
            )
        elif not math.isfinite(points):
            found.append(w("explore.choice.no_points", year=year, found=points))
    return found or _path_problems(ready, choice)


def _path_problems(ready: Ground, choice: Choice) -> list[str]:
    """What is wrong with a choice whose parts are each right."""
    w, plan, i = words(choice.lang), ready.plan, choice.indicator_id
    scenario, name = _scenario(ready, choice), plan.name(i, choice.lang)
    if choice.prices == PRICES[1] and classes.class_of(plan, i).indicator_id != "gdp":
        return [w("explore.choice.not_real", name=name)]
    if base_of(plan, i, scenario.base) is None:
        return [w("explore.choice.no_observed", name=name)]
    assumed = _assumptions(scenario, choice)
    expected = ready.expected(assumed.class_ or classes.class_of(plan, i))
    if expected is None:
        return [w("explore.choice.no_class", name=name)]
    rates = {y: float(expected.loc[y]) + v for y, v in assumed.extra.items()}
    return [
        w("explore.choice.too_low", year=y, rate=pct(r, lang=choice.lang))
        for y, r in rates.items()
        if r <= -100
    ]


def _scenario(ready: Ground, choice: Choice) -> Scenario:
    """The scenario with the choice's base and prices. Its points stay: they are deviations, not rates."""
    scenario = ready.scenarios[choice.scenario]
    constant = scenario.constant_prices if choice.prices is None else choice.prices == PRICES[1]
    return dataclasses.replace(
        scenario, base=choice.base or scenario.base, constant_prices=constant
    )


def _assumptions(scenario: Scenario, choice: Choice) -> Assumptions:
    """What the forecast takes for granted: the scenario's points and the reader's own added up, year by year."""
    told = scenario.assumptions(choice.indicator_id)
    years = sorted({*told.extra, *choice.points})
    points = {y: float(told.extra.get(y, 0.0)) + float(choice.points.get(y, 0.0)) for y in years}
    # The scenario's level belongs to the scenario's base: another base comes with its own.
    level = told.level if choice.level is None and choice.base is None else choice.level
    return dataclasses.replace(told, level=level, extra=points)


# The panel ------------------------------------------------------------------------------------------------------

LANGUAGES = (("English", "en"), ("中文", "zh"))
OWN_LEVEL = "own"
# The widest push, in percentage points a year: beyond it a story about growth needs a scenario of its own.
WIDEST, STEP = 15.0, 0.5
FOLDER = "reports/explore"
NAVY, RED, GREY = "#12355B", "#C8102E", "#5F6368"


class Explorer:
    """Pickers and sliders over :func:`answer`; what it shows is HTML and a picture, nothing is printed.

    Every widget is an attribute, so that a program can do what a reader does: setting ``points[2019].value`` moves that
    slider. ``answer`` is the one shown, None while the choice cannot be.
    """

    def __init__(self, ready: Ground):
        import ipywidgets as w

        self.ready = ready
        self.answer: Answer | None = None
        self._held = False
        wide = {"layout": w.Layout(width="auto"), "style": {"description_width": "84px"}}
        press = {"button_style": "primary", "layout": w.Layout(width="200px")}
        self.lang = w.Dropdown(options=LANGUAGES, **wide)
        self.indicator, self.scenario, self.base, self.prices = (
            w.Dropdown(**wide) for _ in range(4)
        )
        self.level = w.FloatText(step=1.0, **wide)
        self.points = {
            y: w.FloatSlider(
                0.0,
                min=-WIDEST,
                max=WIDEST,
                step=STEP,
                description=str(y),
                readout_format="+.1f",
                **wide,
            )
            for y in ready.plan.years
        }
        self.reset = w.Button(layout=w.Layout(width="auto", margin="4px 2px 8px 92px"))
        self.story, self.verdict, self.growth, self.words, self.message = (
            w.HTML() for _ in range(5)
        )
        self.heads = {k: w.HTML() for k in ("points", "scenario_head", "chart_head")}
        self.picture = w.Image(format="png", layout=w.Layout(width="100%", max_width="720px"))
        self.title, self.copy = w.Text(**wide), w.Button(**press)
        self.yaml = w.Textarea(layout=w.Layout(width="auto", height="180px"))
        self.folder, self.save = w.Text(FOLDER, **wide), w.Button(**press)
        self.panel = self._arranged(w)
        self._label()
        self._start_over()
        self._listen()
        self._refresh()
        # What is loaded by now stays: walking through it again and again would take up to half a second of a move.
        gc.freeze()

    def _arranged(self, w):
        picks = [
            self.lang,
            self.indicator,
            self.scenario,
            self.story,
            self.base,
            self.level,
            self.prices,
            self.heads["points"],
            *self.points.values(),
            self.reset,
            self.growth,
        ]
        parts = [
            picks,
            [self.verdict, self.picture, self.words],
            [self.heads["chart_head"], self.folder, self.save, self.message],
            [self.heads["scenario_head"], self.title, self.copy, self.yaml],
        ]
        # A counted name instead of a random one keeps a saved notebook the same from run to run.
        return w.GridBox(
            [w.VBox(part) for part in parts],
            model_id=f"zoneplan-explorer-{next(_NUMBERS)}",
            layout=w.Layout(
                grid_template_columns="360px minmax(420px, 740px)", grid_gap="12px 24px"
            ),
        )

    def _listen(self) -> None:
        pickers = (self.lang, self.indicator, self.scenario, self.base, self.level, self.prices)
        for widget in (*pickers, *self.points.values()):
            widget.observe(self._changed, names="value")
        self.reset.on_click(self._reset)
        self.copy.on_click(self._copy)
        self.save.on_click(self._save)

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Widgets set one another: only the reader's own change is answered."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def _changed(self, change) -> None:
        if self._held:
            return
        if change["owner"] is self.lang:
            self._label()
        elif change["owner"] in (self.indicator, self.scenario):
            self._start_over()
        elif change["owner"] is self.base:
            self._set_level()
        self._refresh()

    def _reset(self, _) -> None:
        with self._hold():
            for slider in self.points.values():
                slider.value = 0.0
        self._refresh()

    def _label(self) -> None:
        """Every label in the language picked."""
        lang = self.lang.value
        said = words(lang).group("explore.panel")
        for name in ("lang", "indicator", "scenario", "base", "prices", "title", "folder"):
            getattr(self, name).description = said[name]
        for name in ("reset", "copy", "save"):
            getattr(self, name).description = said[name]
        for name, head in self.heads.items():
            head.value = _block(said[name], "font-weight:600;margin-top:6px")
        self.title.placeholder, self.yaml.placeholder = said["title_hint"], said["yaml"]
        plan = self.ready.plan
        _offer(self, self.indicator, [(plan.name(i, lang), i) for i in self.ready.headlines])
        _offer(
            self,
            self.scenario,
            [(getattr(s, f"title_{lang}"), k) for k, s in self.ready.scenarios.items()],
        )
        _offer(self, self.prices, [(said[p], p) for p in PRICES])
        self._offer_bases()

    def _offer_bases(self) -> None:
        """The bases of the indicator picked, each with its year and level."""
        lang, made = self.lang.value, self.ready.headlines[self.indicator.value]
        w = words(lang)
        bases = {kind: base_of(self.ready.plan, self.indicator.value, kind) for kind in BASES}
        options = [
            (
                w(
                    "explore.choice.base",
                    kind=w(f"explore.choice.{kind}"),
                    year=b.year,
                    level=rounded(b.level.mid, made.unit, lang),
                ),
                kind,
            )
            for kind, b in bases.items()
            if b is not None
        ]
        own = w("explore.choice.own_base", kind=w("explore.choice.own"), year=made.base.year)
        _offer(self, self.base, [*options, (own, OWN_LEVEL)])
        # Levels are typed in the unit that the plan prints and that a scenario file holds.
        self.level.description = w(
            "explore.panel.level", unit=w(f"explore.unit.{UNITS[made.unit]}")
        )

    def _start_over(self) -> None:
        """Base and prices as the scenario has them, for the indicator picked."""
        self._offer_bases()
        scenario = self.ready.scenarios[self.scenario.value]
        real = classes.class_of(self.ready.plan, self.indicator.value).indicator_id == "gdp"
        with self._hold():
            self.base.value = (
                OWN_LEVEL if self.indicator.value in scenario.base_levels else scenario.base
            )
            self.prices.value = PRICES[real and scenario.constant_prices]
            self.prices.disabled = not real
        self._set_level(scenario.base_levels.get(self.indicator.value))

    def _set_level(self, level: float | None = None) -> None:
        kind = BASES[0] if self.base.value == OWN_LEVEL else self.base.value
        with self._hold():
            self.level.disabled = self.base.value != OWN_LEVEL
            self.level.value = level or round(
                base_of(self.ready.plan, self.indicator.value, kind).level.mid, 1
            )

    def choice(self) -> Choice:
        """What the pickers and sliders say."""
        own = self.base.value == OWN_LEVEL
        return Choice(
            self.indicator.value,
            self.scenario.value,
            {y: s.value for y, s in self.points.items() if s.value},
            BASES[0] if own else self.base.value,
            self.level.value if own else None,
            self.prices.value,
            self.lang.value,
        )

    def _refresh(self) -> None:
        w = words(self.lang.value)
        self.yaml.value = self.message.value = ""
        story = getattr(self.ready.scenarios[self.scenario.value], f"text_{self.lang.value}")
        self.story.value = _block(story, f"margin-left:92px;font-size:11.5px;color:{GREY}")
        try:
            self.answer = answer(self.ready.plan, self.choice(), self.ready)
        except ValueError as error:
            self.answer = None
            told = "".join(f"<li>{escape(line)}</li>" for line in str(error).splitlines())
            self.verdict.value = _card(
                _block(w("explore.panel.wrong"), f"font-weight:600;color:{RED}")
                + f"<ul>{told}</ul>"
            )
            self.growth.value = self.words.value = ""
        else:
            # Words are there at once; the picture takes a little longer.
            self.verdict.value, self.growth.value = (
                _verdict(self.answer),
                _growth_table(self.answer),
            )
            chart = self.answer.sketch()
            self.picture.value = chart.panel_png()
            self.words.value = _card(
                "".join(
                    _block(t, f"font-size:11.5px;color:{GREY}")
                    for t in (chart.subtitle, self.answer.note(), chart.source)
                )
            )
        self.picture.layout.display = None if self.answer else "none"
        self.copy.disabled = self.save.disabled = self.answer is None

    def _copy(self, _) -> None:
        self.yaml.value = self.answer.yaml(self.title.value)

    def _save(self, _) -> None:
        w = words(self.lang.value)
        folder = Path(self.folder.value.strip() or FOLDER).expanduser()
        # A path without a root starts at the project, whatever the folder of the notebook is.
        folder = notebooks.folder().parent / folder
        try:
            files = self.answer.plot().export(folder)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.message.value = _block(
                w("explore.panel.not_saved", folder=folder, reason=reason), f"color:{RED}"
            )
        else:
            names = ", ".join(f.name for f in files)
            self.message.value = _block(w("explore.panel.saved", names=names, folder=folder))

    def __repr__(self) -> str:
        return f"Explorer: {self.answer.sentence() if self.answer else '-'}"

    def _repr_mimebundle_(self, **kwargs) -> dict[str, object]:
        # The text and the verdict stand in for the panel where no kernel runs, such as on a web page.
        return {
            **self.panel._repr_mimebundle_(**kwargs),
            "text/plain": repr(self),
            "text/html": self.verdict.value,
        }


_NUMBERS = itertools.count(1)


def explorer(plan: Plan, ready: Ground | None = None) -> Explorer:
    """A panel to push on growth, base and prices of each level target, for a notebook.

    Parameters
    ----------
    plan : the plan, seen from a day.
    ready : :func:`ground` of the same plan, if it is at hand.

    Returns
    -------
    Explorer; a notebook shows it as pickers, sliders, the odds in large type, and the path. Buttons write the choice as
    a scenario and save the chart.

    How to read it: move one slider; the large number says what that assumption is worth.
    """
    return Explorer(ready or ground(plan))


def _offer(panel: Explorer, picker, options: list[tuple[str, str]]) -> None:
    """Put options into a picker; what was picked stays picked if it is still there."""
    before = picker.value
    with panel._hold():
        picker.options = options
        picker.value = before if before in dict(map(reversed, options)) else options[0][1]


def _block(text: str, style: str = "") -> str:
    return f'<div style="line-height:1.4;{style}">{escape(text)}</div>'


def _card(html: str) -> str:
    """White behind dark type, in a dark notebook too."""
    return f'<div style="background:#fff;color:#222;padding:6px 10px;line-height:1.4">{html}</div>'


def _verdict(made: Answer) -> str:
    """The odds in large type, what they are the odds of, and the answer in words."""
    lang, last = made.choice.lang, made.forecast.table().iloc[-1]
    w = words(lang)
    reach = w("explore.panel.reach", target=made.aimed(), name=made.name(), year=made.year)
    spread = w(
        "explore.panel.range",
        **{q: rounded(last[q], made.forecast.unit, lang) for q in ("q10", "q50", "q90")},
    )
    return _card(
        f'<span class="zoneplan-odds" style="font-size:46px;font-weight:700;line-height:1.1;color:{NAVY}">'
        f"{escape(made.odds_text())}</span>"
        f'<span style="font-size:16px;margin-left:12px">{escape(reach)}</span>'
        + _block(spread, f"color:{GREY}")
        + _block(made.sentence(), "margin-top:6px")
        + "".join(_block(remark, f"color:{RED}") for remark in made.remarks())
    )


def _growth_table(made: Answer) -> str:
    """Expected, added and assumed growth by year."""
    said = words(made.choice.lang).group("explore.panel")
    cell = '<td style="text-align:right;padding:1px 9px 1px 0">{}</td>'
    head = "".join(
        cell.format(escape(said[k])) for k in ("year", "expected", "scenario_points", "own", "sum")
    )
    body = "".join(
        "<tr>"
        + cell.format(r.year)
        + cell.format(num(r.expected))
        + cell.format(f"{r.scenario + 0.0:+.1f}")
        + cell.format(f"{r.own + 0.0:+.1f}")
        + cell.format(f"<b>{num(r.assumed)}</b>")
        + "</tr>"
        for r in made.growth.itertuples()
    )
    table = f'<table style="line-height:1.4"><tr style="color:{GREY}">{head}</tr>{body}</table>'
    return _block(said["assumed"], "font-weight:600") + table
