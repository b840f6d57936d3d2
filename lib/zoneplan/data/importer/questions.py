"""Questions of the importer: each has a stable id, and is answered before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from zoneplan.data.importer.words import WORDS, unit_in
from zoneplan.data.sheets import decode
from zoneplan.errors import DataError, Problem

# The answer that leaves out what is asked about, and the one that takes what is proposed.
LEAVE, DEFAULT = "leave", "default"
# Questions whose default may be taken for the time being; the check asks them again.
OPEN_KINDS = ("zone", "day", "scope", "name")
EXPECTED = {
    "day": "a day such as 2018-10-30",
    "unit": "a unit such as 亿元, or leave",
    "year": "a year such as 2020, or leave",
}


@dataclass(frozen=True)
class Question:
    """Something that the file does not say.

    ``id`` is ``kind`` or ``kind-key``; ``options`` are the possible answers (none: a text);
    ``safe`` tells whether the default leaves every figure with its meaning; ``parts`` fill its
    wording.
    """

    id: str
    kind: str
    default: str
    options: tuple[str, ...]
    safe: bool
    places: tuple[str, ...]
    parts: Mapping[str, object] = field(default_factory=dict)


class Talk:
    """What is asked and told while a file is read, and the answers that are there.

    ``sheet`` is the one that is being read; ``left`` and ``told`` hold sheet, cell, text and why it
    is not used, or how.
    """

    def __init__(self, answers: Mapping[str, str]):
        self.answers = dict(answers)
        self.sheet = ""
        self.asked: dict[str, Question] = {}
        self.left: list[tuple[str, str, str, str]] = []
        self.told: list[tuple[str, str, str, str]] = []

    def ask(
        self,
        kind: str,
        key: object = "",
        place: str = "",
        default: str = "",
        options: Iterable[str] = (),
        **parts: object,
    ) -> str | None:
        """Answer a question; while it is open, with its default if that is safe, else with None."""
        name = f"{kind}-{key}" if key != "" else kind
        usual = WORDS["question"]["options"].get(kind, ())
        safe = kind in WORDS["question"]["safe"] and not (kind == "scope" and options)
        places = self.asked[name].places if name in self.asked else ()
        places = tuple(dict.fromkeys([*places, *([f"{self.sheet}!{place}"] if place else [])]))
        possible = tuple(options or usual)
        self.asked[name] = Question(name, kind, default, possible, safe, places, parts)
        given = self.answers.get(name, self.answers.get(kind))
        return (default or None) if given == DEFAULT or (given is None and safe) else given

    def why(self, kind: str, key: object = "") -> str:
        """Say why something is left out of which a question was asked."""
        name = f"{kind}-{key}" if key != "" else kind
        answered = {name, kind} & self.answers.keys()
        return "left out, as answered" if answered else f"waits for the answer to {name}"

    def leave(self, place: str, text: object, why: str) -> None:
        """Name a cell that is not used."""
        self.left.append((self.sheet, place, str(text)[:60], why))

    def tell(self, place: str, text: object, how: str) -> None:
        """Name a cell that is used in a way that should be known."""
        self.told.append((self.sheet, place, str(text)[:60], how))

    def open(self) -> tuple[Question, ...]:
        """List what was asked and is not answered."""
        known = self.answers.keys()
        return tuple(q for q in self.asked.values() if not {q.id, q.kind} & known)


def checked(
    answers: Mapping[str, str], questions: Iterable[Question], words: Mapping[str, Iterable[str]]
) -> dict[str, str]:
    """Put answers as the importer knows them; those to no question are left out.

    Parameters
    ----------
    answers
        Texts by the id or the kind of a question.
    questions
        Those that were asked.
    words
        Other words for an option, such as 目标 for ``target``.

    Raises
    ------
    DataError
        An answer is none of the options, or no day, unit or year.
    """
    asked: dict[str, Question] = {}
    for q in questions:
        asked[q.id] = q
        asked.setdefault(q.kind, q)
    # The answer to another question may have settled one.
    good = {n: _option(t.strip(), asked[n], words) for n, t in answers.items() if n in asked}
    problems = [
        Problem("--answer", None, n, repr(answers[n]), EXPECTED.get(asked[n].kind) or one_of)
        for n, value in good.items()
        if value is None and (one_of := "one of " + ", ".join(asked[n].options))
    ]
    if problems:
        raise DataError(problems)
    return {n: value for n, value in good.items() if value is not None}


def _option(text: str, q: Question, words: Mapping[str, Iterable[str]]) -> str | None:
    if (text == DEFAULT and q.default) or (text == LEAVE and q.kind in ("unit", "year", "date")):
        return text
    if q.kind == "day":
        return day_in(text)
    if q.options:
        same = {w: o for o in q.options for w in (o, *words.get(o, ()))}
        same |= {str(n): o for n, o in enumerate(q.options, start=1)}
        return same.get(text)
    unit = unit_in(text) if q.kind == "unit" else None
    fits = {"unit": bool(unit and unit.name), "year": re.fullmatch("(?:19|20)[0-9]{2}", text)}
    return text if text and fits.get(q.kind, True) else None


def day_in(text: str) -> str | None:
    """Put a day as 2018-10-30, however it is typed; None if the text is no day."""
    found = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def read_answers(file: Path) -> dict[str, str]:
    """Read the lines ``id = value`` of a file; what begins with # is a remark.

    Raises
    ------
    DataError
        The file cannot be read, or a line is neither.
    """
    try:
        text = decode(file.read_bytes())[0].removeprefix("\ufeff")
    except (OSError, UnicodeDecodeError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise DataError([Problem(str(file), None, None, found, "a file of answers")]) from None
    typed = map(str.strip, text.replace("＝", "=").splitlines())
    lines = [x.partition("=") for x in typed if x and x[0] != "#"]
    if wrong := [name for name, sign, _ in lines if not (name.strip() and sign)]:
        expected = "a line such as day = 2018-10-30"
        raise DataError([Problem(file.name, None, None, repr(x), expected) for x in wrong])
    return {name.strip(): value.strip() for name, _, value in lines if value.strip()}
