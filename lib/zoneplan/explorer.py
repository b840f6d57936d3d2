"""The explorer: growth typed year by year, stories, base, regions, prices, day; chance and path."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoneplan import explorer_html as html
from zoneplan.charts.what_if import what_if_chart
from zoneplan.data import tables
from zoneplan.data.units import shown_in
from zoneplan.errors import DataError
from zoneplan.forecasting.scenario import BASES, CONSTANT, PRICES, Scenario
from zoneplan.messages import Words, words
from zoneplan.stress.own_scenarios import compose, is_own, save_scenario, with_text
from zoneplan.stress.scenarios import scenarios
from zoneplan.stress.whatif import WhatIf, by_base, explorable, regions_of, what_if
from zoneplan.text import MISSING, num, rounded

if TYPE_CHECKING:
    from zoneplan.study import Plan

LANGUAGES = (("English", "en"), ("中文", "zh"))
OWN, BOTH, USUAL = "own", "both", ("", "")
NAMED = "lang indicator day base regions prices title folder reset keep save".split()  # noqa: SIM905
COLUMNS = ("year", "typed", "expected", "points", "assumed")
_NUMBERS = itertools.count(1)


class Explorer:
    """A panel that asks :func:`~zoneplan.stress.whatif.what_if`; see :func:`explore`.

    Every widget is an attribute, so that a program can do what a reader does:
    ``growth[2019].value = 8.0`` types that growth. ``result`` is what is shown, None while the
    choice cannot be.
    """

    def __init__(self, plan: Plan, *, app: bool = False):
        import ipywidgets as w

        def wide(kind: Any, **more: Any) -> Any:
            return kind(layout={"width": "auto"}, style={"description_width": "124px"}, **more)

        def button() -> Any:
            return w.Button(button_style="primary", layout={"width": "200px"})

        self.plan, self.app = plan, app
        self.result: WhatIf | None = None
        self.typed: dict[int, float] = {}
        self.stories: dict[str, Any] = {}
        self._held, self._factor = False, 1.0
        self.lang = wide(w.Dropdown, options=LANGUAGES, value=plan.lang)
        self.indicator, self.base, self.regions, self.prices = (wide(w.Dropdown) for _ in range(4))
        self.day, self.level = wide(w.DatePicker, value=plan.as_of), wide(w.FloatText, step=0.1)
        self.growth = {y: w.FloatText(step=0.1, layout={"width": "84px"}) for y in plan.years}
        self.reset = w.Button(layout={"width": "auto", "margin": "4px 8px 8px 52px"})
        home = plan.folder if is_own(plan) else tables.output_dir()
        charts = home.resolve() / "reports" / "explore"
        self.title, self.folder = wide(w.Text), wide(w.Text, value=str(charts))
        self.save, self.keep = button(), button()
        self.copy, self.verdict, self.note, self.message = (w.HTML() for _ in range(4))
        self.heads = {k: w.HTML() for k in ("stories", "growth", "keep_head")}
        self.picture = w.Image(format="png", layout={"width": "100%", "max_width": "720px"})
        self._story = lambda: w.Checkbox(indent=False, layout={"width": "auto"})
        self._shelf, self._table = w.VBox(), w.GridBox()
        self._table.layout.grid_template_columns = "44px 92px repeat(3, 76px)"
        self._cells = {y: [w.HTML() for _ in range(4)] for y in plan.years}
        self._head = [w.HTML() for _ in range(5)]
        self.panel = self._arranged(w)
        self._look()
        self._label()
        self._refresh()
        self._listen()
        # What is loaded by now stays: to walk through it again would take up to half a second.
        gc.freeze()

    def _arranged(self, w: Any) -> Any:
        for widget, hidden in ((self.keep, not is_own(self.plan)), (self.folder, False)):
            widget.layout.display = "none" if self.app or hidden else None
        picks = [self.lang, self.indicator, self.day, self.base, self.level, self.regions]
        left = [*picks, self.prices, self.heads["stories"], self._shelf, self.heads["growth"]]
        right = [self.verdict, self.picture, self.note, self.heads["keep_head"], self.title]
        kept = [self.copy, self.keep, self.folder, self.save, self.message]
        # A counted name instead of a random one keeps a saved notebook the same from run to run.
        return w.GridBox(
            [w.VBox([*left, self._table, self.reset]), w.VBox([*right, *kept])],
            model_id=f"zoneplan-explorer-{next(_NUMBERS)}",
            layout={"grid_template_columns": "400px minmax(420px, 740px)", "grid_gap": "24px"},
        )

    def _listen(self) -> None:
        pickers = (self.lang, self.indicator, self.day, self.base, self.level, self.regions)
        for widget in (*pickers, self.prices, self.title, *self.growth.values()):
            widget.observe(self._changed, names="value")
        self.reset.on_click(lambda _: self._changed({"owner": self.reset}))
        self.keep.on_click(lambda _: self._tell(self._keep))
        self.save.on_click(lambda _: self._tell(self._save))

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Widgets set one another: only the reader's own change is answered."""
        before, self._held = self._held, True
        try:
            yield
        finally:
            self._held = before

    def _changed(self, change: Any) -> None:
        owner = change["owner"]
        if self._held:
            return
        self.typed |= {y: field.value for y, field in self.growth.items() if field is owner}
        if owner in (self.indicator, self.reset):
            self.typed = {}
        if owner is self.indicator:
            with self._hold():
                self.base.options = ()
        if owner is self.day:
            self._look()
        if owner in (self.lang, self.indicator, self.day, self.prices):
            self._label()
        if owner is self.base:
            self._set_level()
        self._refresh()

    @property
    def w(self) -> Words:
        """The words of the language picked."""
        return words(self.lang.value)

    def _look(self) -> None:
        """Look at the plan from the day picked: its forecasts and stories."""
        self.seen = self.plan.at(self.day.value)
        self.head, self._blocked = self.seen.forecast(), None
        checked = {k for k, box in self.stories.items() if box.value}
        try:
            self.told = scenarios(self.seen)
        except DataError as error:
            self._blocked, self.told = error, {}
        self.stories = {k: self._story() for k, s in self.told.items() if not s.is_plain}
        for k, box in self.stories.items():
            box.value = k in checked
            box.observe(self._changed, names="value")
        self._shelf.children = list(self.stories.values())

    def _label(self) -> None:
        """Every label and choice in the language picked."""
        lang, said, i = self.lang.value, self.w.group("explore.panel"), self.indicator
        self._chart: tuple[Any, Any] = None, None
        for name in NAMED:
            getattr(self, name).description = said[name]
        for name, head in self.heads.items():
            head.value = html.block(said[name], "font-weight:600;margin-top:6px")
        for cell, key in zip(self._head, COLUMNS, strict=True):
            cell.value = html.block(said[key], html.SMALL)
        self.title.placeholder = said["title_hint"]
        for k, box in self.stories.items():
            box.description, box.tooltip = (self.told[k].said(p, lang) for p in ("title", "text"))
        self._offer(i, [(self.seen.name(x, lang), x) for x in explorable(self.head)])
        if i.value is None:
            return
        self._offer_bases(i.value)
        real = regions_of(self.seen, i.value, CONSTANT)
        self._offer(self.prices, [(said[p], p) for p in PRICES if real or p != CONSTANT])
        usual, texts = self.head.class_of(i.value), self.w.group("common.region")
        others = regions_of(self.seen, i.value, self.prices.value)
        named = [(texts.get("_".join(r), " ".join(r)), r) for r in others]
        first = said["usual"].format(regions=usual.describe(lang) if usual else MISSING)
        self._offer(self.regions, [(first, USUAL), *named])

    def _offer(self, picker: Any, options: list[tuple[str, Any]]) -> None:
        """Put options into a picker; what was picked stays picked if it is still there."""
        before, values = picker.value, [v for _, v in options]
        with self._hold():
            picker.options = options
            picker.value = before if before in values else next(iter(values), None)

    def _offer_bases(self, i: str) -> None:
        lang, said = self.lang.value, self.w.group("explore.panel")
        made = [(f.base, f.unit) for f in by_base(self.head, i).values() if f.base is not None]
        options = [
            (said[b.kind].format(year=b.year, level=rounded(b.level.mid, unit, lang)), b.kind)
            for b, unit in made
        ]
        several = [(said[BOTH], BOTH)] if len(made) != 1 else []
        self._offer(self.base, several + options + [(said[OWN], OWN)] * bool(made))
        typed = self.level.value / self._factor
        self._factor, unit = shown_in(str(self.seen.unit(i)), lang)
        self.level.description = said["level"].format(unit=unit)
        if self.base.value == OWN:
            with self._hold():
                self.level.value = round(typed * self._factor, 10)
        else:
            self._set_level()

    def _set_level(self) -> None:
        """Show the level of the base picked; it can be typed where it is one's own."""
        made = by_base(self.head, self.indicator.value)
        base = (made.get(self.base.value) or next(iter(made.values()))).base
        with self._hold():
            self.level.disabled = self.base.value != OWN
            self.level.value = 0.0 if base is None else round(self._factor * base.level.mid, 2)

    def scenario(self) -> Scenario:
        """What pickers and fields say, added up."""
        i, base, regions = self.indicator.value, self.base.value, self.regions.value
        several = len(by_base(self.head, i)) > 1
        own = Scenario(
            growth={i: dict(self.typed)} if self.typed else {},
            base=base if several and base in BASES else None,
            levels={i: round(self.level.value / self._factor, 10)} if base == OWN else {},
            regions=None if regions == USUAL else regions,
            prices=CONSTANT if self.prices.value == CONSTANT else None,
        )
        picked = [self.told[k] for k, box in self.stories.items() if box.value]
        return compose(self.seen, i, own, picked, self.title.value, self.lang.value)

    def _refresh(self) -> None:
        self.message.value = ""
        try:
            self.result = made = self._asked()
        except DataError as error:
            self.result = None
            self.verdict.value, self.note.value = html.problems(error, self.w), ""
        else:
            # Words are there at once; the picture takes a little longer.
            self.verdict.value = html.verdict(made, self.lang.value)
            self._fill(made)
            self._draw(made)
        for shown in (self.picture, self.copy):
            shown.layout.display = None if self.result else "none"
        self.keep.disabled = self.save.disabled = self.result is None

    def _asked(self) -> WhatIf:
        if self._blocked is not None:
            raise self._blocked
        i = self.indicator.value
        scenario = Scenario() if i is None else self.scenario()
        return what_if(self.head, scenario, i or "", self.lang.value)

    def _fill(self, made: WhatIf) -> None:
        """Expected, added and assumed growth by year; what is not typed is what is expected."""
        cells = list(self._head)
        rows = made.rows.drop_duplicates("year", keep="last")
        for r in rows[rows["year"].isin(list(self.growth))].itertuples():
            field, (year, *others) = self.growth[r.year], self._cells[r.year]
            typed = self.typed.get(r.year, r.expected)
            with self._hold():
                field.value = self.typed.get(r.year, round(r.expected, 2))
            added = r.assumed - typed
            points = f"{added:+.1f}" if abs(added) >= 0.05 else MISSING
            texts = (str(r.year), num(r.expected, 2), points, num(r.assumed))
            for cell, text in zip((year, *others), texts, strict=True):
                cell.value = html.block(text, "text-align:right;padding-right:12px")
            cells += [year, field, *others]
        if tuple(cells) != self._table.children:
            self._table.children = cells

    def _draw(self, made: WhatIf) -> None:
        """The path; a move redraws what is on the page already."""
        lang, key = self.lang.value, (made.indicator_id, *made.chances)
        before, chart = self._chart
        if before == key:
            chart = chart.update(made.sketch(lang))
        else:
            chart = what_if_chart(made, lang, bare=True)
        self._chart = key, chart
        self.picture.value = chart.panel_png()
        self.note.value = html.small((chart.subtitle, made.note(lang), chart.source))
        self.copy.value = html.copy_button(with_text(made), self.w)

    def _keep(self, made: WhatIf) -> str:
        if self.app:
            raise ValueError(self.w("explore.panel.not_here"))
        scenario = with_text(made)
        file = save_scenario(self.plan, scenario)
        self._look()
        self._label()
        return html.block(self.w("explore.panel.kept", id=scenario.id, file=file))

    def _save(self, made: WhatIf) -> str:
        chart = what_if_chart(made, self.lang.value)
        if self.app:
            return html.links(chart, self.w)
        files = chart.export(Path(self.folder.value).expanduser().resolve())
        names, folder = ", ".join(f.name for f in files), files[0].parent
        return html.block(self.w("explore.panel.saved", names=names, folder=folder))

    def _tell(self, act: Callable[[WhatIf], str]) -> None:
        """Do something with what is shown, and say what came of it."""
        if self.result is None:
            return
        try:
            self.message.value = act(self.result)
        except (OSError, ValueError, DataError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            told = self.w("explore.panel.not_saved", reason=reason)
            self.message.value = html.block(told, f"color:{html.RED}")

    def __repr__(self) -> str:
        return f"Explorer: {self.result.summary(self.lang.value) if self.result else MISSING}"

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        # The words stand in for the panel where no kernel runs, such as on a web page.
        fallback = {"text/plain": repr(self), "text/html": self.verdict.value}
        return {**self.panel._repr_mimebundle_(**kwargs), **fallback}


def explore(plan: Plan, *, app: bool = False) -> Explorer:
    """Open a panel to type growth, add stories and change base, regions, prices and day.

    Parameters
    ----------
    plan : the plan, seen from a day, in the language that the panel opens in.
    app : a page of its own for readers elsewhere, from which nothing is written to the machine.

    Returns
    -------
    Explorer, which a notebook shows; it opens with the headline on both bases.
    """
    return Explorer(plan, app=app)
