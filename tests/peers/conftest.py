"""Small tables in place of the real ones, and the wing asked with hindsight."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.data.sources import Sources
from zoneplan.peers.wing import Peers

# Each public function of the wing is a question.
VERBS = [n for n, f in vars(Peers).items() if callable(f) and not n.startswith("_")]
# A question that asks for zones by name.
NAMED = {"beside": ("suzhoupark",)}
USUAL = {
    **{"zone_id": "z", "zone_zh": "区", "zone_en": "Z ETDZ", "province": "浙江", "city": "温州"},
    **{"indicator_id": "gdp", "year": 2015, "value": 100.0, "unit": "亿元", "kind": "level"},
    **{"period": "full_year", "scope_note": "whole", "source_id": "s1", "grade": "B"},
    **{"note": None, "price_basis": "comparable, by convention"},
    "known_from": pd.Timestamp("2016-06-01"),
}
PUBLISHED = {"s1": "2016-01-01", "s2": "2017", "s3": None}


@pytest.fixture
def zone_rows():
    """A zone table with only what a test is about; the rest is filled in."""

    def made(*rows: dict, **usual: object) -> pd.DataFrame:
        return pd.DataFrame(
            [{"row_id": f"p{n}", **USUAL, **usual, **r} for n, r in enumerate(rows)]
        )

    return made


@pytest.fixture
def put(monkeypatch):
    """Change tables as they are read; tables that are not named stay as shipped."""
    read = tables.read

    def change(**changes):
        monkeypatch.setattr(
            tables, "read", lambda name, *more: changes.get(name, lambda t: t)(read(name, *more))
        )

    return change


@pytest.fixture(scope="session")
def peers(plan):
    """The wing of the Zhenan plan, asked of everything published until today."""
    return plan.peers(hindsight=True)


@pytest.fixture(scope="session")
def found(peers):
    """Every answer of the wing, asked once."""
    return {verb: getattr(peers, verb)(*NAMED.get(verb, ())) for verb in VERBS}


@pytest.fixture(scope="session")
def drawn(found):
    """Charts of these answers, each drawn once."""
    return cache(lambda verb, lang="en", **options: found[verb].plot(lang, **options))


@pytest.fixture
def of_rows(plan, put):
    """The wing over a zone table of one's own, with three sources of known dates."""
    rows = pd.DataFrame({"published": PUBLISHED.values()}, index=PUBLISHED)
    sources = Sources(pd.concat([plan.sources.rows.drop(columns="published"), rows]))
    sources.rows["published"] = sources.rows["published"].fillna(plan.sources.rows["published"])

    def made(table: pd.DataFrame):
        put(peer_zones=lambda _: table.copy())
        return replace(plan, sources=sources).peers(hindsight=True)

    return made


@pytest.fixture
def home(plan):
    """The same plan with another zone as its home, or with none."""

    def made(zone: str | None):
        return replace(plan, about=plan.about.model_copy(update={"home": zone}), _made={})

    return made
