"""What an audit can find, and one row of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

AGREES = "agrees"
ROUNDING = "agrees only through rounding"
CONTRADICTS = "contradicts"
BREAK = "breaks with the record"
SLACK = "leaves room"
CONTEXT = "for information"
OPEN = "cannot be checked"
FINDINGS = (AGREES, ROUNDING, CONTRADICTS, BREAK, SLACK, CONTEXT, OPEN)


class Finding(NamedTuple):
    """One statement of the plan held against other figures; ``facts`` fill the message named by
    ``why``.
    """

    check: str
    item: str
    stated: str
    implied: str
    finding: str
    why: str
    facts: Mapping[str, Any]
