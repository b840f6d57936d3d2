"""The page that is sent alone: one small file, nothing fetched, the draws of the library."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from zoneplan.messages import LANGS
from zoneplan.report.apart import SCALES, taken_apart
from zoneplan.report.explore_page import LARGEST, STEP, packed, write_explore_page
from zoneplan.report.pages import fetched
from zoneplan.stress.whatif import explorable, what_if

MOST_BYTES = 4_000_000


@pytest.fixture(scope="module")
def pages(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    return {x: write_explore_page(made, folder / f"{x}.html", x) for x in LANGS}


def data(page) -> dict:
    text = page.read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    return json.loads(found)


def unpacked(text: str) -> np.ndarray:
    raw = base64.b64decode(text)
    more = np.frombuffer(raw[4:], "<u2").astype("int64")
    first = np.frombuffer(raw[:4], "<i4").astype("int64")
    sums = np.cumsum(np.concatenate([first, more]))
    return sums[np.concatenate([[True], more < LARGEST])] * STEP


def test_errors_and_growth_make_the_chances_of_the_library(made):
    for parts in taken_apart(made).values():
        for part in parts:
            year, base, scale = part.target.year, part.base, SCALES[part.kind]
            start = 0.0 if base is None else float(scale(np.array(base.level.mid)))
            zero = start + part.grown(year)
            low = float(scale(np.array(part.target.low))) - zero
            assert (part.rounded[year] >= low).mean() == part.forecast.probability(part.target)
            if base is not None and base.level.low < base.level.high:
                assert part.rounded[year].var() > part.errors[year].var()


def test_a_level_of_a_readers_own_leaves_the_errors_alone(made):
    from zoneplan import Scenario

    (first, *_) = taken_apart(made)["gdp"]
    other = what_if(made, Scenario(levels={"gdp": 220.0}), "gdp").forecasts["implied"]
    (draws,) = (other.draws[y] for y in (2020,))
    by_hand = 220.0 * np.exp(first.grown(2020) + first.errors[2020])
    assert np.sort(draws) == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    "values", [[-1.0, -0.5, -0.4999, 0.0, 0.3], [0.25], [-2.0, 3.0], [0.0, 0.065535, 0.131070]]
)
def test_draws_come_back_to_a_millionth(values):
    assert unpacked(packed(np.array(values))) == pytest.approx(values, abs=STEP / 2)


def test_every_series_is_there_with_all_its_draws(made, pages):
    known = data(pages["en"])["series"]
    assert [s["name"] for s in known] == [made.plan.name(i) for i in explorable(made)]
    for series, parts in zip(known, taken_apart(made).values(), strict=True):
        assert series["source"]
        assert series["unit"]
        for stored, part in zip(series["bases"], parts, strict=True):
            draws = unpacked(stored.get("rounded", stored["exact"])["draws"])
            assert draws == pytest.approx(part.rounded[part.target.year], abs=STEP / 2)
            assert len(draws) == made.settings.draws <= 10_000


@pytest.mark.parametrize("lang", LANGS)
def test_one_small_file_that_fetches_nothing(pages, lang):
    text = pages[lang].read_text(encoding="utf-8")
    assert pages[lang].stat().st_size < MOST_BYTES
    assert fetched(text) == []
    assert "default-src 'none'" in text
    assert "src=" not in text
    assert 'lang="zh-CN"' in text if lang == "zh" else 'lang="en"' in text


def test_the_same_forecasts_make_the_same_bytes(made, pages, tmp_path):
    again = write_explore_page(made, tmp_path / "again.html", "en")
    assert again.read_bytes() == pages["en"].read_bytes()


def test_a_name_cannot_end_the_script(made, tmp_path, monkeypatch):
    monkeypatch.setattr(type(made.plan), "title", lambda *_: "</script><b>x")
    text = write_explore_page(made, tmp_path / "a.html", "en").read_text(encoding="utf-8")
    assert "</script><b>" not in text
    assert "&lt;/script&gt;&lt;b&gt;x" in text


def test_without_series_there_is_no_page(own, tmp_path):
    plan = own(["jobs,Jobs,2020,5000,个,,,,"])
    assert write_explore_page(plan.forecast(), tmp_path / "a.html") is None
    assert not (tmp_path / "a.html").exists()
