"""All questions at once: days, no home, order of rows, sources, both languages."""

import re

import pandas as pd
import pytest

from zoneplan.charts import draw
from zoneplan.errors import DataError
from zoneplan.messages import words
from zoneplan.peers.wing import Peers
from zoneplan.result import Nothing, Result

VERBS = (
    *(
        "growth",
        "beside",
        "levels",
        "reaching",
        "bias",
        "shares",
        "totals",
        "against_city",
        "ranks",
    ),
    *("movers", "targets", "region_targets", "promised", "similar", "closest", "availability"),
    *("ambition", "percentile", "percentiles", "neighbours", "small_zones", "convergence"),
)
# Levels, moves, availability, percentiles of classes and convergence have a table and a sentence.
DRAWN = (
    *("growth", "beside", "reaching", "totals", "against_city", "ranks", "promised", "ambition"),
    *("percentile", "neighbours", "small_zones"),
)
# Charts that mark a zone, so that another home, or none, changes them.
MARKED = ("growth", "totals", "against_city", "ranks", "small_zones")
# What stands on an annex of yearbook windows, which are those of the day either way.
WINDOWS = ("ambition", "percentile", "percentiles")
SHUFFLED = (
    *("peer_zones", "national_zones", "rankings", "zone_register", "context_observations"),
    *("growth_targets", "zhejiang_cities"),
)
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}")


def ask(peers: Peers, verb: str) -> Result:
    """One question; the one that asks for zones by name gets one."""
    return getattr(peers, verb)(*(("suzhoupark",) if verb == "beside" else ()))


def asked(peers: Peers) -> dict[str, Result]:
    return {verb: ask(peers, verb) for verb in VERBS}


def test_every_verb_is_asked_here():
    verbs = {n for n, f in vars(Peers).items() if callable(f) and not n.startswith("_")}
    assert verbs == set(VERBS)


def frames(result: Result) -> list[pd.DataFrame]:
    return [v for v in vars(result).values() if isinstance(v, pd.DataFrame)]


def test_seen_from_2016_nothing_published_later_is_shown(plan, found):
    """Each figure that a result names was published by the day, and hindsight shows more.

    What the neighbours did is hindsight on any day, says so and enters no chance.
    """
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
    assert seen["neighbours"].hindsight
    assert seen.pop("neighbours").rows.equals(found["neighbours"].rows)
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
    shorter = [v for v in seen if len(seen[v].rows) < len(found[v].rows)]
    # These have one row a rate or way of counting, but over fewer figures.
    assert set(shorter) >= set(seen) - {"availability", "reaching", "percentiles"}
    for verb, column in (("availability", "windows"), ("reaching", "figures")):
        assert seen[verb].rows[column].sum() < found[verb].rows[column].sum()


def test_seen_from_before_any_record_every_question_has_a_reason(plan):
    for verb, result in asked(plan.at("1990-01-01").peers).items():
        known = verb in ("availability", "promised", "neighbours")
        assert result.rows.empty != known, verb
        for lang in ("en", "zh"):
            assert result.summary(lang)
            assert known or result.summary(lang) == result.reason(lang)
        if verb in DRAWN and verb != "neighbours":
            assert isinstance(result.plot(), Nothing), verb


def test_hindsight_is_said(found):
    for verb, result in found.items():
        assert result.hindsight == (verb not in WINDOWS)
        said = result.evidence_note(), result.evidence_note("zh")
        # The headline day is that of the document; the plan was adopted six days before.
        assert ("after 5 November 2018" in said[0]) == result.hindsight
        assert ("2018年11月5日之后" in said[1]) == result.hindsight


HOMELESS = ("against_city", "ranks", "similar", "closest")


def assert_homeless(result: Result, verb: str):
    assert result.why == "peers.why.no_home", verb
    assert result.plot().why.startswith("plan.yml names no zone of")
    assert repr(result) == result.summary()


def test_a_plan_without_a_home_meets_reasons_and_no_error(home):
    results = asked(home(None).peers(hindsight=True))
    assert {verb for verb, r in results.items() if r.rows.empty} == set(HOMELESS)
    for verb in HOMELESS:
        assert_homeless(results[verb], verb)
    # The others are drawn without a zone in bold, or say that they need one.
    assert isinstance(results["totals"].plot(), Nothing)
    for verb in set(MARKED) - {*HOMELESS, "totals"}:
        assert results[verb].plot().problems() == [], verb
    ranked = home(None).peers(hindsight=True).ranks("浙江")
    assert set(ranked.rows["province"]) == {"浙江"}
    assert ranked.plot().problems() == []
    # Without a home nobody is left out as oneself.
    assert "wenzhou" in set(results["growth"].rows["zone_id"])


def test_a_home_that_the_tables_do_not_know_is_none(home):
    peers = home("atlantis").peers(hindsight=True)
    for verb in HOMELESS:
        assert_homeless(ask(peers, verb), verb)


def test_the_zone_is_never_its_own_peer(found, plan):
    for verb in ("growth", "levels", "similar", "closest", "small_zones"):
        frames_ = found[verb].rows, found[verb].left_out
        assert not any(plan.home in set(f["zone_id"]) for f in frames_ if len(f)), verb


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
    for verb in ("reaching", "promised", "availability", *WINDOWS, "neighbours"):
        assert results[verb].rows.empty, verb
        assert results[verb].why.startswith("peers.why.no_"), verb
    assert len(results["levels"].rows)
    assert len(results["growth"].rows)
    assert results["growth"].plot().why.startswith("The plan prints no average growth of GDP")
    assert results["growth"].plot(goal=9.0).problems() == []
    assert results["small_zones"].plot().problems() == []


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
def test_every_chart_keeps_the_contract(found, drawn, lang):
    more = [drawn("ambition", lang, by="classes")]
    for chart in (*(drawn(verb, lang) for verb in DRAWN), *more):
        assert chart.problems() == [], chart.id
        assert any(c.endswith("source_id") for c in chart.table().columns), chart.id
    assert "proxy: budget revenue" in " ".join(drawn("ambition").texts())


@pytest.mark.parametrize("verb", sorted(set(VERBS) - set(DRAWN)))
def test_what_has_no_chart_says_so(found, verb):
    """A reader is told that the table says it all, not of a type that nobody knows."""
    said = [found[verb].plot(lang) for lang in ("en", "zh")]
    assert all(isinstance(chart, Nothing) and not chart for chart in said)
    assert said[0].why == "No chart is drawn of this result; its table says it all."
    assert HAN.search(said[1].why)


def test_what_is_no_result_has_no_chart():
    with pytest.raises(TypeError, match="no chart is known for DataFrame"):
        draw(pd.DataFrame())


def test_without_grade_c_every_chart_is_drawn_or_says_why(plan, put):
    put(**{n: lambda t: t[t["grade"] != "C"] for n in SHUFFLED[:-1]})
    peers, reasons = plan.peers(hindsight=True), {}
    # Windows and cities are of one grade.
    for verb in set(DRAWN) - {*WINDOWS, "neighbours"}:
        made = ask(peers, verb).plot()
        if isinstance(made, Nothing):
            reasons[verb] = made.why
        else:
            assert made.problems() == [], verb
    assert set(reasons) == {"totals", "against_city"}
    assert all(len(r) > 30 and "table says it all" not in r for r in reasons.values())
    assert "C" not in set(peers.growth().rows["grade"])


def test_charts_of_another_zone_hold_what_they_draw(home):
    peers = home("suzhoupark").peers(hindsight=True)
    made = {verb: ask(peers, verb).plot() for verb in MARKED}
    # Its city is not in the tables.
    assert [v for v, c in made.items() if isinstance(c, Nothing)] == ["against_city"]
    assert all(c.problems() == [] for v, c in made.items() if v != "against_city")
    # CNY 290.7 billion; the 217 zones had 11,000 billion, 50.7 each.
    assert made["totals"].title == (
        "In 2020 the zone was about 570\xa0% as large as the average national zone"
    )
    # One picture is enough to find a box or a missing glyph: all share the theme.
    assert made["totals"]._repr_png_()[:4] == b"\x89PNG"
