"""YAML files that people write by hand: plain values only, and whatever is more than that is named
by its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    import yaml
    from pydantic import ValidationError

MOST_BYTES = 1_000_000
# The reader goes down into nested values by itself; nothing written by hand is so deep.
DEEPEST = 20
# YAML would read 010 as 8, 1:30 as 90 and 1_0 as 10: a figure that nobody meant.
PLAIN = re.compile(r"[+-]?(0|[1-9][0-9]*)?(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?|[+-]?\.(?i:inf|nan)")
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
READABLE = "a readable UTF-8 YAML file"


def read_yaml(file: Path) -> tuple[Any, list[Problem]]:
    """The value of a file, and what in it does not say what it seems to.

    Returns
    -------
    The value as YAML reads it, and the problems: keys that stand twice, of which only the last
    would count, and numbers that are no plain decimals.

    Raises
    ------
    DataError
        The file cannot be read, is larger than a megabyte, or holds references, types of its own or
        very deep values.

    How to read it: rows are lines of the file, the first is 1.
    """
    import yaml

    try:
        raw = file.read_bytes()
        if len(raw) > MOST_BYTES:
            raise DataError(
                [Problem(file.name, None, None, f"{len(raw)} bytes", f"at most {MOST_BYTES}")]
            )
        text = raw.decode("utf-8")
        beyond = list(_beyond_plain(file.name, text))
        if beyond:
            raise DataError(beyond)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return yaml.safe_load(text), list(_misleading(file.name, node))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise DataError(
            [Problem(file.name, line, None, str(error.problem or error.context), READABLE)]
        ) from None
    except UnicodeDecodeError:
        found = "text that is not UTF-8: save it as UTF-8 in the editor"
        raise DataError([Problem(file.name, None, None, found, READABLE)]) from None
    except (OSError, ValueError, yaml.YAMLError) as error:
        found = (getattr(error, "strerror", None) or str(error)).splitlines()[0]
        raise DataError([Problem(file.name, None, None, found, READABLE)]) from None


def _beyond_plain(name: str, text: str) -> Iterator[Problem]:
    """References, types and depths that a plan has no use for, found before anything is built from
    them.
    """
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                yield Problem(
                    name,
                    line,
                    None,
                    f"more than {DEEPEST} values inside each other",
                    "plain lists and keys",
                )
                return
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            yield Problem(name, line, None, f"the reference *{event.anchor}", "the value itself")
        elif (tag := getattr(event, "tag", None)) is not None:
            yield Problem(name, line, None, f"the type {tag}", "a plain value")


def _misleading(name: str, node: yaml.Node | None) -> Iterator[Problem]:
    """Keys that their mapping holds already, and numbers that are not what they look like."""
    import yaml

    if (
        isinstance(node, yaml.ScalarNode)
        and node.tag in NUMBERS
        and not PLAIN.fullmatch(node.value)
    ):
        yield Problem(name, node.start_mark.line + 1, None, node.value, "a plain decimal number")
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from _misleading(name, part)
    elif isinstance(node, yaml.MappingNode):
        keys = [k.value for k, _ in node.value]
        for n, (key, value) in enumerate(node.value):
            if key.value in keys[:n]:
                yield Problem(
                    name, key.start_mark.line + 1, str(key.value), "the key twice", "each key once"
                )
            yield from _misleading(name, key)
            yield from _misleading(name, value)


def schema_problems(
    file: str, place: str, error: ValidationError, expected: Mapping[str, str] | None = None
) -> list[Problem]:
    """The faults of values that pydantic has checked, one a place, with what was found and what is
    expected there.
    """
    found: dict[str, Problem] = {}
    for e in error.errors():
        parts = [f"entry {p + 1}" if isinstance(p, int) else str(p) for p in e["loc"]]
        key = parts[0] if parts else ""
        where = ": ".join(x for x in (place, *parts) if x)
        # What is wrong inside a value with words of its own is told of the whole value.
        if expected and key in expected:
            where, value = ": ".join(x for x in (place, key) if x), e["input"]
        what = {"missing": "nothing", "extra_forbidden": "an unknown key"}.get(e["type"])
        value = what or ("nothing" if e["input"] is None else repr(e["input"]))
        usual = e["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        if what == "an unknown key":
            usual = "one of " + ", ".join(expected) if expected else "only the described keys"
        found.setdefault(where, Problem(file, None, where, value, (expected or {}).get(key, usual)))
    return list(found.values())
