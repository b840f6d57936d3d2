"""Scenarios of one's own: composed of stories, written out as YAML, kept in a user plan."""

from __future__ import annotations

import os
import re
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from zoneplan.data import tables
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.scenario import BASES, CONSTANT, Scenario
from zoneplan.messages import LANGS, words
from zoneplan.plan.document import PlanDocument
from zoneplan.stress.scenarios import FILE, scenarios, usual
from zoneplan.stress.whatif import WhatIf, told, wrong


def compose(
    plan: PlanDocument,
    indicator_id: str,
    own: Scenario,
    stories: Sequence[Scenario],
    title: str = "",
    lang: str = "en",
) -> Scenario:
    """Own assumptions about a series and stories added up, with an id and titles that tell them.

    Raises
    ------
    DataError
        Two of them set the same thing; it is told in the language.
    """
    try:
        made = sum(stories, start=own)
    except DataError:
        w = words(lang)
        named = w("common.list").join(s.said("title", lang) for s in stories)
        raise DataError([wrong(w, "clash", titles=named)]) from None
    titles = {x: _title(plan, indicator_id, own, stories, x) for x in LANGS}
    if title.strip():
        titles[lang] = " ".join(title.split())
    name = f"own_{_slug(plan, indicator_id, own, stories)}"
    return replace(made, id=name, title=titles, text={})


def with_text(made: WhatIf) -> Scenario:
    """The scenario with a text that says what follows from it and with what reserve."""
    texts = {}
    for lang in LANGS:
        said = words(lang)("common.space").join([made.summary(lang), *made.remarks(lang)])
        texts[lang] = words(lang)("explore.own.text", summary=said)
    return replace(made.scenario, text=texts)


def _title(
    plan: PlanDocument, i: str, own: Scenario, stories: Sequence[Scenario], lang: str
) -> str:
    w, typed = words(lang), own.growth.get(i) or not stories
    changes = [told(own, i, lang)] if typed else []
    changes += [s.said("title", lang) for s in stories]
    joined = w("common.semicolon").join(changes)
    return w("explore.own.title", name=plan.name(i, lang), changes=joined)


def _slug(plan: PlanDocument, i: str, own: Scenario, stories: Sequence[Scenario]) -> str:
    """A name for files and scenarios that tells one choice from another."""
    typed = sorted(own.growth.get(i, {}).items())
    parts = [i, *(s.id for s in stories), *(f"{y}{'m' * (g < 0)}_{abs(g):g}" for y, g in typed)]
    parts += [own.base] if own.base in BASES else []
    parts += [f"base{level:g}" for level in own.levels.values()]
    parts += [*(own.regions or ()), *([CONSTANT] if own.prices == CONSTANT else [])]
    parts += [] if plan.as_of == plan.published else [plan.as_of.isoformat()]
    return re.sub(r"[^A-Za-z0-9_-]", "-", "_".join(map(str, parts)))


def as_yaml(scenario: Scenario) -> str:
    """A scenario as a block of ``scenarios.yml``.

    Growth stands there as it is meant, with the points of stories on top; points alone keep all
    their digits. Read back by :func:`zoneplan.stress.scenarios.scenarios` it gives the same chances
    to the last bit. What a story was sized on does not stand in it: say it in the text. A ``+`` in
    the id becomes ``_``: there it would mean two scenarios.
    """
    story: dict[str, Any] = {"id": _id(scenario)}
    for part in ("title", "text"):
        story |= {f"{part}_{lang}": scenario.said(part, lang) for lang in LANGS}
    if scenario.base is not None:
        story["base"] = scenario.base
    if scenario.levels:
        story["level"] = {i: float(level) for i, level in scenario.levels.items()}
    if scenario.regions is not None:
        story["class"] = dict(zip(("level", "name"), scenario.regions, strict=True))
    if scenario.prices == CONSTANT:
        story["prices"] = CONSTANT
    return _dump([story | {"growth": _entries(scenario)}])


def _id(scenario: Scenario) -> str:
    return scenario.id.replace("+", "_")


def _entries(scenario: Scenario) -> list[dict[str, Any]]:
    out = []
    for i in dict.fromkeys([*scenario.growth, *scenario.points]):
        meant, points = scenario.growth.get(i, {}), scenario.points.get(i, {})
        for year in sorted({*meant, *points}):
            said = "growth" if year in meant else "points"
            value = float(points.get(year, 0.0) + meant.get(year, 0.0))
            if said == "growth" or value:
                out.append({"indicators": [i], "years": [int(year)], said: value})
    return out


def _dump(stories: list[dict[str, Any]]) -> str:
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            """Write what stands twice twice: a plan's file may hold no references."""
            return True

    style: dict[str, Any] = {
        "allow_unicode": True,
        "sort_keys": False,
        "default_flow_style": None,
        "width": 1000,
    }
    return str(yaml.dump(stories, Dumper=Plain, **style))


def is_own(plan: PlanDocument) -> bool:
    """Whether a plan is the user's own: those in the project's data folder are not."""
    return tables.data_dir().resolve() not in plan.folder.resolve().parents


def save_scenario(plan: PlanDocument, scenario: Scenario) -> Path:
    """Keep a scenario at the end of ``scenarios.yml`` in the folder of a user plan; the file.

    Where there is no such file yet, the usual scenarios are written into it first: they would be
    gone otherwise.

    Raises
    ------
    DataError
        The plan comes with the project, its file is faulty or cannot be written, or holds the id
        already; nothing is written then.
    """
    file = plan.folder / FILE
    if not is_own(plan):
        expected = "a plan folder of your own: copy this one first"
        raise DataError([Problem(str(file), None, None, "a plan of the project", expected)])
    if _id(scenario) in scenarios(plan):
        raise DataError([Problem(FILE, None, None, f"the id {_id(scenario)} again", "another id")])
    try:
        before = file.read_bytes().decode("utf-8") if file.exists() else _dump(usual(plan))
        # A list may stand indented, and its lines may end as on Windows.
        found = re.search(r"^( *)- ", before, re.MULTILINE)
        block = textwrap.indent(as_yaml(scenario), found.group(1) if found else "")
        after = before.rstrip("\r\n") + "\n\n" + block
        after = after.replace("\r\n", "\n").replace("\n", "\r\n" if "\r\n" in before else "\n")
        _tried(plan, after)
        aside = file.with_name(f".{FILE}.part")
        aside.write_bytes(after.encode())
        os.replace(aside, file)
    except OSError as error:
        found_error = error.strerror or str(error)
        problem = Problem(str(file), None, None, found_error, "a file that can be written")
        raise DataError([problem]) from None
    return file


def _tried(plan: PlanDocument, text: str) -> None:
    """Read a file before it is one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FILE
        file.write_bytes(text.encode())
        scenarios(plan, file)
