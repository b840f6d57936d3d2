"""What a reader sees, in English and Chinese: one folder a language, one TOML file a subject, the
same keys in both.

Texts hold named places such as ``{year}``; numbers are put in by the formatters of
:mod:`zoneplan.text`, in the same language.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGS = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """The texts of one language by key: ``words("zh")("figures.odds.title", year="2020")``."""

    lang: str
    texts: dict[str, str]

    def __call__(self, key: str, **parts: object) -> str:
        """One text with its places filled.

        Raises
        ------
        KeyError
            No text has this key, or a place of it is not given.
        """
        return self.raw(key).format(**parts)

    def raw(self, key: str) -> str:
        """One text with its places open."""
        if key not in self.texts:
            raise KeyError(
                f"no message {key!r} in {self.lang}: add it to both languages under "
                f"{Path(__file__).parent.name}/"
            )
        return self.texts[key]

    def group(self, key: str) -> dict[str, str]:
        """All texts below a key, by the rest of their key."""
        head = f"{key}."
        return {k.removeprefix(head): text for k, text in self.texts.items() if k.startswith(head)}


@cache
def words(lang: str) -> Words:
    """The texts of a language; a key is file, section and name, joined by dots.

    Raises
    ------
    ValueError
        The language is none of ``LANGS``.
    """
    if lang not in LANGS:
        raise ValueError(f"language {lang!r}: choose one of {', '.join(LANGS)}")
    texts: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / lang).glob("*.toml")):
        texts |= _flat(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
    return Words(lang, texts)


def _flat(head: str, part: dict[str, Any]) -> dict[str, str]:
    out: dict[str, str] = {}
    for key, value in part.items():
        out |= (
            _flat(f"{head}.{key}", value) if isinstance(value, dict) else {f"{head}.{key}": value}
        )
    return out
