"""All questions at once: days, no home, order of rows, sources, both languages."""

import re

import pandas as pd
import pytest

from zoneplan.charts.chart import Chart
from zoneplan.errors import DataError
from zoneplan.messages import words
from zoneplan.peers.wing import Peers
from zoneplan.result import Nothing, Result

VERBS = (
    *("growth", "levels", "reaching", "bias", "shares", "totals", "against_city", "ranks"),
    *("movers", "targets", "region_targets", "promised", "similar", "closest", "availability"),
    *("ambition", "percentile", "percentiles", "small_zones", "convergence"),
)
DRAWN = (
    *("growth", "levels", "reaching", "totals", "against_city", "ranks", "movers", "promised"),
    *("availability", "ambition", "percentile", "percentiles", "small_zones", "convergence"),
)
# What stands on an annex of yearbook windows, which are those of the day either way.
WINDOWS = ("ambition", "percentile", "percentiles")
SHUFFLED = (
    *("peer_zones", "national_zones", "rankings", "zone_register", "context_observations"),
    *("growth_targets", "zhejiang_cities"),
)
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}")


def asked(peers: Peers) -> dict[str, Result]:
    return {verb: getattr(peers, verb)() for verb in VERBS}


@pytest.fixture(scope="module")
def found(plan) -> dict[str, Result]:
    return asked(plan.peers(hindsight=True))


def test_every_verb_is_asked_here():
    verbs = {n for n, f in vars(Peers).items() if callable(f) and not n.startswith("_")}
    assert verbs == set(VERBS)


def frames(result: Result) -> list[pd.DataFrame]:
    return [v for v in vars(result).values() if isinstance(v, pd.DataFrame)]


def test_seen_from_2016_nothing_published_later_is_shown(plan, found):
    """Each figure that a result names was published by the day, and hindsight shows more."""
    day = pd.Timestamp("2016-01-01")
    then, ever = plan.at(day.date()).peers, plan.peers(hindsight=True)
    tables = [*SHUFFLED[:3], "context_observations", "growth_targets"]
    later = {
        row
        for table in tables
        for row, known in ever.read(table)[["row_id", "known_from"]].itertuples(index=False)
        if known > day
    }
    assert len(later) > 300
    seen = asked(then)
    for verb, result in seen.items():
        for frame in frames(result):
            for column in frame.filter(regex=r"^(\w+_)?row(_id)?$"):
                assert not set(frame[column].dropna()) & later, (verb, column)
            for column in frame.filter(regex="known_from"):
                assert frame[column].max() <= day, verb
            # Figures of a year are published after it began.
            for column in frame.filter(regex=r"^(end_|evaluation_)?year$"):
                if verb not in ("targets", "region_targets", "promised"):
                    assert frame[column].max() <= 2015 or frame.empty, (verb, column)
        assert not result.hindsight
        assert "after" not in result.evidence_note()
    shorter = [v for v in VERBS if len(seen[v].rows) < len(found[v].rows)]
    # These have one row a rate or way of counting, but over fewer figures.
    assert set(shorter) >= set(VERBS) - {"availability", "reaching", "percentiles"}
    for verb, column in (("availability", "windows"), ("reaching", "figures")):
        assert seen[verb].rows[column].sum() < found[verb].rows[column].sum()


def test_seen_from_before_any_record_every_question_has_a_reason(plan):
    for verb, result in asked(plan.at("1990-01-01").peers).items():
        known = verb in ("availability", "promised")
        assert result.rows.empty != known, verb
        for lang in ("en", "zh"):
            assert result.summary(lang)
            assert known or result.summary(lang) == result.reason(lang)
        if verb in DRAWN and verb != "availability":
            assert isinstance(result.plot(), Nothing), verb


def test_hindsight_is_said(found):
    for verb, result in found.items():
        assert result.hindsight == (verb not in WINDOWS)
        said = result.evidence_note(), result.evidence_note("zh")
        assert ("after 30 October 2018" in said[0]) == result.hindsight
        assert ("2018年10月30日之后" in said[1]) == result.hindsight


@pytest.mark.parametrize("zone", [None, "atlantis"])
def test_a_plan_without_a_home_meets_reasons_and_no_error(home, zone):
    plan = home(zone)
    results = asked(plan.peers(hindsight=True))
    needs_home = {verb for verb, r in results.items() if r.rows.empty}
    assert needs_home == {"against_city", "ranks", "similar", "closest"}
    for verb in needs_home:
        assert results[verb].why == "peers.why.no_home", verb
        assert results[verb].plot().why.startswith("plan.yml names no zone of")
        assert repr(results[verb]) == results[verb].summary()
    # The others are drawn without a zone in bold, or say that they need one.
    assert isinstance(results["totals"].plot(), Nothing)
    for verb in {*DRAWN} - needs_home - {"totals"} if zone is None else ():
        assert results[verb].plot().problems() == [], verb
    assert set(plan.peers(hindsight=True).ranks("浙江").rows["province"]) == {"浙江"}


def test_a_filter_that_leaves_nothing_says_so(plan, home):
    found = plan.peers.ambition().filter(indicator_id="moon")
    assert found.plot().why == found.summary() == "No row has these values."
    # What had no row to begin with keeps its reason.
    empty = home(None).peers.closest()
    assert empty.filter(zone_id="a").summary() == empty.summary()


def test_another_zone_can_be_asked_for(plan, home):
    other = plan.peers(home="weihai")
    assert other.plan.home == "weihai"
    assert not other.hindsight
    assert plan.home == "wenzhou"
    expected = home("weihai").peers(hindsight=True).closest().rows
    pd.testing.assert_frame_equal(other(hindsight=True).closest().rows, expected)
    with pytest.raises(DataError, match="home: found 'atlantis'; expected one of beijing"):
        plan.peers(home="atlantis")


def test_a_plan_without_a_rate_meets_reasons_and_no_error(china):
    results = asked(china.peers(hindsight=True))
    for verb in ("reaching", "promised", "availability", "ambition", "percentile", "percentiles"):
        assert results[verb].rows.empty, verb
        assert results[verb].why.startswith("peers.why.no_"), verb
    for verb in ("growth", "levels"):
        assert len(results[verb].rows)
        assert results[verb].plot().why.startswith("The plan prints no average growth of GDP")
        assert results[verb].plot(goal=9.0).problems() == []
    assert results["small_zones"].plot().problems() == []


@pytest.fixture
def china():
    from zoneplan import load_plan
    from zoneplan.data import tables

    return load_plan(tables.data_dir() / "plans" / "china")


def test_row_order_changes_nothing(plan, put, found):
    put(**{n: lambda t: t.sample(frac=1, random_state=7) for n in SHUFFLED})
    for verb, result in asked(plan.peers(hindsight=True)).items():
        for left, right in zip(frames(found[verb]), frames(result), strict=True):
            pd.testing.assert_frame_equal(left, right, obj=verb)


def test_rows_hold_keys_and_no_sentences(found):
    """What is no figure is an id, a key, a unit, a note as printed or a source."""
    printed = re.compile(r"note|scope|area|basis|source|unit|province")
    keys = re.compile(r"[A-Za-z0-9_-]+|same (note|document)|by convention")
    for verb, result in found.items():
        for frame in (result.rows, result.left_out):
            for column in frame.select_dtypes(["object", "str"]):
                if column in ("basis", "scope_basis", "price_basis") or not printed.search(column):
                    odd = [v for v in frame[column].dropna() if not keys.fullmatch(str(v))]
                    assert not odd or column in ("row_id", "approval_date"), (verb, column, odd[:2])


def test_every_result_shows_itself_in_both_languages(found):
    for verb, result in found.items():
        english, chinese = result.shown(), result.shown("zh")
        assert english.texts.shape == chinese.texts.shape
        assert len(english.texts) == len(result.rows)
        for shown, lang in ((english, "en"), (chinese, "zh")):
            heads = words(lang).group("columns.head").values()
            assert set(shown.texts.columns) <= set(heads), (verb, lang)
            assert "nan" not in repr(shown).lower().split()
            assert "<table>" in shown._repr_html_()
        # Reasons, places, ways and the like are in words of the language.
        for column in ("reason", "way", "place", "basis", "status", "regions"):
            if column in result.named("zh") and column in result.rows:
                head = words("zh")(f"columns.head.{column}")
                assert head not in chinese.texts or chinese.texts[head].str.contains(HAN).all()
        excluded = result.excluded()
        assert excluded.rows["n"].sum() == len(result.left_out)
        if len(excluded.rows):
            assert excluded.shown("zh").texts.iloc[:, 0].str.contains(HAN).all(), verb


def test_summaries_are_sentences_of_their_language(found):
    for verb, result in found.items():
        english, chinese = result.summary(), result.summary("zh")
        assert english.endswith("."), verb
        assert chinese.endswith("。"), verb
        assert not HAN.search(english), verb
        assert not WORDS.search(chinese), verb
        assert "nan" not in english
        assert "nan" not in chinese
        assert "–" not in chinese, verb


def test_every_row_has_a_source_and_its_count(found, plan):
    for verb, result in found.items():
        cited = result.sources
        assert len(cited), verb
        assert cited["publisher"].notna().all(), verb
        sources = result.rows.filter(regex="source_id$")
        if verb != "availability":
            assert sources.notna().any(axis=1).all(), verb
        assert str(len(result.rows)) in result.evidence_note() or verb in ("movers", "reaching")
    count = found["growth"].rows["grade"].value_counts()
    assert all(f"grade {g}: {count[g]}" in found["growth"].evidence_note() for g in "ABC")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_chart_keeps_the_contract(found, lang):
    for verb in DRAWN:
        for chart in (found[verb].plot(lang), *extra(found, verb, lang)):
            assert chart.problems() == [], (verb, chart.id)
            assert any(c.endswith("source_id") for c in chart.table().columns), chart.id


def extra(found, verb: str, lang: str) -> list[Chart]:
    return [found[verb].plot(lang, by="windows")] if verb == "ambition" else []


@pytest.mark.parametrize("verb", sorted(set(VERBS) - set(DRAWN)))
def test_what_has_no_chart_says_so(found, verb):
    with pytest.raises(TypeError, match="no chart is known for"):
        found[verb].plot()


def test_without_grade_c_every_chart_is_drawn_or_says_why(plan, put):
    put(**{n: lambda t: t[t["grade"] != "C"] for n in SHUFFLED[:-1]})
    peers, reasons = plan.peers(hindsight=True), []
    for verb in DRAWN:
        made = getattr(peers, verb)().plot()
        if isinstance(made, Nothing):
            reasons.append(made.why)
        else:
            assert made.problems() == [], verb
    assert 0 < len(reasons) < 6
    assert all(len(r) > 30 for r in reasons)
    assert "C" not in set(peers.growth().rows["grade"])


def test_charts_of_another_zone_hold_what_they_draw(home):
    peers = home("suzhoupark").peers(hindsight=True)
    made = {verb: getattr(peers, verb)().plot() for verb in DRAWN}
    # Its city is not in the tables.
    assert [v for v, c in made.items() if isinstance(c, Nothing)] == ["against_city"]
    charts = [c for c in made.values() if isinstance(c, Chart)]
    assert all(c.problems() == [] for c in charts)
    assert {"proxy: exports", "proxy: budget revenue"} <= set(made["ambition"].texts())
    assert made["totals"].title.startswith("Suzhou Industrial Park 2020: CNY 291 billion")
    # One picture is enough to find a box or a missing glyph: all share the theme.
    assert made["totals"]._repr_png_()[:4] == b"\x89PNG"
