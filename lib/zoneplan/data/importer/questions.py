"""Questions of the importer: each has a stable id, and is answered before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from zoneplan.data.importer.words import unit_in
from zoneplan.errors import DataError, Problem

# The answer that leaves out what is asked about.
LEAVE = "leave"
# The answer that takes what is proposed.
DEFAULT = "default"
LEFT_OUT = "left out, as answered"
# Questions whose default may be taken for the time being, and which are asked again by the check.
OPEN_KINDS = ("zone", "day", "scope", "name")


@dataclass(frozen=True)
class Question:
    """Something that the file does not say.

    ``id`` is ``kind`` or ``kind-key``; ``options`` are the answers that are possible (none: a text); ``safe`` tells
    whether the default leaves every figure with its meaning; ``parts`` are what its wording needs.
    """

    id: str
    kind: str
    default: str = ""
    options: tuple[str, ...] = ()
    safe: bool = False
    places: tuple[str, ...] = ()
    parts: Mapping[str, object] = field(default_factory=dict)


class Interview:
    """The answers that are there, and the questions that are asked on the way."""

    def __init__(self, answers: Mapping[str, str]):
        self.answers = dict(answers)
        self.asked: dict[str, Question] = {}

    def ask(
        self, kind: str, key: object = "", default: str = "", options: Iterable[str] = (),
        safe: bool = False, place: str = "", **parts: object,
    ) -> str | None:  # fmt: skip
        """The answer to a question; while it is open, its default if that is safe, else None."""
        name = f"{kind}-{key}" if key != "" else kind
        before = self.asked.get(name)
        places = (*before.places, place) if before else (place,)
        places = tuple(dict.fromkeys(p for p in places if p))
        self.asked[name] = Question(name, kind, default, tuple(options), safe, places, parts)
        given = self.answers.get(name, self.answers.get(kind))
        if given == DEFAULT:
            return default or None
        return given if given is not None else default if safe else None

    def why(self, kind: str, key: object = "") -> str:
        """The reason why something is left out of which a question was asked."""
        name = f"{kind}-{key}" if key != "" else kind
        answered = {name, kind} & self.answers.keys()
        return LEFT_OUT if answered else f"waits for the answer to {name}"

    def open(self) -> tuple[Question, ...]:
        """What was asked and is not answered."""
        return tuple(
            q for q in self.asked.values() if not {q.id, q.kind} & self.answers.keys()
        )


def day_in(text: str) -> str | None:
    """A day as 2018-10-30, however it is typed; None if the text is no day."""
    found = re.fullmatch(r"\s*([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?\s*", text)
    try:
        return found and date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


EXPECTED = {
    "day": "a day such as 2018-10-30",
    "unit": "a unit such as 亿元, or leave",
    "year": "a year such as 2020, or leave",
}


def checked(
    answers: Mapping[str, str], questions: Iterable[Question], words: Mapping[str, Iterable[str]]
) -> dict[str, str]:
    """Answers as the importer knows them.

    Parameters
    ----------
    answers : texts by the id or the kind of a question.
    questions : those that were asked.
    words : other words for an option, such as 目标 for ``target``.

    Raises
    ------
    DataError
        An answer is none of the options, or no day.
    """
    by_name: dict[str, Question] = {}
    for q in questions:
        by_name |= {q.id: q}
        by_name.setdefault(q.kind, q)
    problems, good = [], {}
    for name, text in answers.items():
        q = by_name.get(name)
        if q is None:
            # The answer to another question may have settled this one.
            continue
        value = _option(text.strip(), q, words)
        if value is None:
            expected = EXPECTED.get(q.kind) or "one of " + ", ".join(q.options)
            problems.append(Problem("--answer", None, name, repr(text), expected))
        else:
            good[name] = value
    if problems:
        raise DataError(problems)
    return good


def _option(text: str, q: Question, words: Mapping[str, Iterable[str]]) -> str | None:
    if text == DEFAULT and q.default:
        return text
    if q.kind == "day":
        return day_in(text)
    if q.kind == "unit" and text != LEAVE:
        unit = unit_in(text)
        return text if unit and unit.name else None
    if q.kind == "year" and text != LEAVE:
        return text if re.fullmatch("(?:19|20)[0-9]{2}", text) else None
    if not q.options:
        return text or None
    same = {w: o for o in q.options for w in (o, *words.get(o, ()))}
    numbered = {str(n): o for n, o in enumerate(q.options, start=1)}
    return same.get(text) or numbered.get(text)


def read_answers(file: Path) -> dict[str, str]:
    """The lines ``id = value`` of a file, in UTF-8 or GBK; what begins with # is a remark.

    Raises
    ------
    DataError
        The file cannot be read, or a line is neither.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError([Problem(str(file), None, None, found, "a file of answers")]) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    answers, problems = {}, []
    for n, line in enumerate(text.splitlines(), start=1):
        name, sign, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not sign or not name.strip():
            problems.append(Problem(file.name, n, None, repr(line), "a line such as day = 2018-10-30"))
        elif value.strip():
            answers[name.strip()] = value.strip()
    if problems:
        raise DataError(problems)
    return answers
