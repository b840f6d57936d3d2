"""Chances for lists of promises: worked by hand, what must not matter, refusals, the command."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan import cli
from zoneplan.data.panel import panel_of
from zoneplan.errors import DataError
from zoneplan.evaluation.promises import GIVEN, odds, read_promises, reasons
from zoneplan.messages import words

UNITS = "ABCDEFG"
FIRST, LAST = 2001, 2010
WIDTH = 2 * 1.2815515655446004


def panel(seed: int = 7, units: str = UNITS) -> pd.DataFrame:
    """Levels with a common path, units astray from it, and a bad year."""
    rng = np.random.default_rng(seed)
    years = np.arange(FIRST, LAST + 1)
    common = 0.08 + 0.02 * rng.standard_normal(len(years)) - 0.06 * (years == 2008)
    logs = np.cumsum(common + 0.01 * rng.standard_normal((len(units), len(years))), axis=1)
    wide = pd.DataFrame(100 * np.exp(logs), index=pd.Index(list(units), name="unit_id"))
    wide.columns = pd.Index(years, name="year")
    return wide.stack().rename("value").reset_index()


def promises(years=range(2004, LAST + 2), units: str = UNITS, seed: int = 3) -> pd.DataFrame:
    """Growth targets of every unit and year, near what was usual."""
    rng = np.random.default_rng(seed)
    rows = [(u, y, round(8 + 1.5 * rng.standard_normal(), 1)) for y in years for u in units]
    return pd.DataFrame(rows, columns=["unit_id", "year", "target"])


HISTORY, PROMISES = panel(), promises()


def log_growth(unit: str, year: int) -> float:
    level = HISTORY[HISTORY["unit_id"] == unit].set_index("year")["value"]
    return float(np.log(level[year] / level[year - 1]))


def logs_of(row: pd.Series) -> np.ndarray:
    return np.log1p(row[["q10", "q50", "q90"]].to_numpy(dtype=float) / 100)


def test_even_growth_fades_as_the_class_does():
    even = pd.DataFrame(
        [(u, y, 100 * 1.05 ** (y - FIRST)) for u in UNITS for y in range(FIRST, LAST + 1)],
        columns=["unit_id", "year", "value"],
    )
    made = odds(pd.DataFrame({"unit_id": ["A"], "year": [LAST + 1], "target": [4.0]}), even)
    g = np.log(1.05)
    assert made["q50"][0] == pytest.approx(100 * np.expm1(g / (1 + g)), abs=1e-6)


def test_the_record_of_a_lone_promise_worked_by_hand():
    asked = pd.DataFrame({"unit_id": ["A", "A"], "year": [2009, 2010], "target": [7.0, 9.0]})
    plain, made = odds(asked, HISTORY, record=False), odds(asked, HISTORY)
    assert made.iloc[0].equals(plain.iloc[0])
    (_, m1, _), (low, m2, high) = logs_of(plain.iloc[0]), logs_of(plain.iloc[1])
    t1, t2 = np.log1p(0.07), np.log1p(0.09)
    # A year with one promise weighs a half; it moves the middle by half a width at most.
    most = 0.5 * (high - low) / WIDTH
    missed = 0.5 * ((log_growth("A", 2009) - m1) - 0.75 * (t1 - m1))
    shock = np.clip(missed, -most, most)
    # Its own error is none beside itself; the shared one tells nothing before a record led.
    k = np.sqrt(0.25 / 1.5 + 0.25)
    middle = m2 + 0.75 * (t2 - m2) + shock
    expected = middle + k * (np.array([low, m2, high]) - m2)
    assert logs_of(made.iloc[1]) == pytest.approx(expected, abs=1e-12)


def test_news_fades_and_the_shock_stays_over_three_years():
    asked = pd.DataFrame({"unit_id": ["A", "A"], "year": [2009, 2012], "target": [7.0, 9.0]})
    asked["made_in"] = [2008, 2009]
    plain, made = odds(asked, HISTORY, record=False), odds(asked, HISTORY)
    next_year = odds(asked.assign(year=[2009, 2010]), HISTORY, record=False)
    m1 = logs_of(plain.iloc[0])[1]
    low, m3, _ = logs_of(plain.iloc[1])
    first = logs_of(next_year.iloc[1])
    most = 0.5 * (first[2] - first[0]) / WIDTH
    t1, t3 = np.log1p(0.07), np.log1p(0.09)
    missed = 0.5 * ((log_growth("A", 2009) - m1) - 0.75 * (t1 - m1))
    news = (0.75 + 0.75**2 + 0.75**3) / 3
    middle = m3 + news * (t3 - m3) + np.clip(missed, -most, most)
    assert logs_of(made.iloc[1])[1] == pytest.approx(middle, abs=1e-12)
    k = np.sqrt(0.25 / 1.5 + 0.25)
    assert logs_of(made.iloc[1])[0] == pytest.approx(middle + k * (low - m3), abs=1e-12)


def test_a_level_and_the_growth_that_reaches_it_have_one_chance():
    last = HISTORY.set_index(["unit_id", "year"])["value"]
    level = PROMISES.assign(
        kind="level",
        target=[last[u, y - 1] * (1 + t / 100) for u, y, t in PROMISES.itertuples(index=False)],
    )
    one, other = odds(PROMISES, HISTORY), odds(level, HISTORY)
    assert other["probability"].to_numpy() == pytest.approx(one["probability"].to_numpy(), abs=1e-9)
    before = np.array(
        [last[u, y - 1] for u, y in zip(level["unit_id"], level["year"], strict=True)]
    )
    growth = 100 * (other["q90"].to_numpy() / before - 1)
    assert growth == pytest.approx(one["q90"].to_numpy(), abs=1e-9)


def test_quantiles_have_their_own_chances_in_the_plain_rule():
    one = odds(PROMISES[:1], HISTORY, record=False)
    for q, p in (("q10", 0.9), ("q50", 0.5), ("q90", 0.1)):
        again = odds(PROMISES[:1].assign(target=one[q]), HISTORY, record=False)
        assert again["probability"][0] == pytest.approx(p, abs=1e-9)


def test_chance_and_quantiles_are_of_one_distribution():
    made = odds(PROMISES, HISTORY)
    assert made[list(GIVEN)].notna().all(axis=None)
    assert (made["q10"] < made["q50"]).all()
    assert (made["q50"] < made["q90"]).all()
    for q, p in (("q10", 0.9), ("q50", 0.5), ("q90", 0.1)):
        assert ((made["target"] < made[q]) == (made["probability"] > p)).all()


@settings(max_examples=8, deadline=None)
@given(st.floats(-5, 25), st.floats(0.1, 10), st.integers(0, len(PROMISES) - 1))
def test_a_higher_target_is_never_likelier(target, more, row):
    low, high = (PROMISES.astype({"target": float}) for _ in range(2))
    low.loc[row, "target"], high.loc[row, "target"] = target, target + more
    p = [odds(asked, HISTORY)["probability"][row] for asked in (low, high)]
    assert p[1] <= p[0]


def test_shifting_years_and_renaming_units_changes_no_digit():
    names = dict(zip(UNITS, ["丙", "乙", "甲", "z", "y", "x", "w"], strict=True))

    def moved(rows):
        return rows.assign(year=rows["year"] + 30, unit_id=rows["unit_id"].map(names))

    made, other = odds(PROMISES, HISTORY), odds(moved(PROMISES), moved(HISTORY))
    pd.testing.assert_frame_equal(made[list(GIVEN)], other[list(GIVEN)], check_exact=True)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_order_of_rows_changes_nothing_but_the_order(seed):
    mixed = PROMISES.sample(frac=1, random_state=seed)
    made = odds(mixed, HISTORY.sample(frac=1, random_state=seed))
    pd.testing.assert_index_equal(made.index, mixed.index)
    pd.testing.assert_frame_equal(made.sort_index(), odds(PROMISES, HISTORY), check_exact=True)


def test_what_comes_later_changes_nothing():
    early = PROMISES[PROMISES["year"] <= 2008]
    known = HISTORY[HISTORY["year"] <= 2007]
    later = HISTORY.assign(
        value=HISTORY["value"].where(HISTORY["year"] <= 2007, 3 * HISTORY["value"])
    )
    expected = odds(early, known)
    for history, asked in ((HISTORY, PROMISES), (later, PROMISES), (later, early)):
        made = odds(asked, history).loc[early.index]
        pd.testing.assert_frame_equal(made, expected, check_exact=True)


def test_without_outcomes_the_record_says_nothing():
    asked = PROMISES[PROMISES["year"] == LAST + 1]
    pd.testing.assert_frame_equal(
        odds(asked, HISTORY), odds(asked, HISTORY, record=False), check_exact=True
    )
    assert not odds(PROMISES, HISTORY).equals(odds(PROMISES, HISTORY, record=False))


def test_a_promise_that_stands_twice_is_one_event():
    twice = pd.concat([PROMISES, PROMISES[:3]], ignore_index=True)
    made = odds(twice, HISTORY)
    pd.testing.assert_frame_equal(made[: len(PROMISES)], odds(PROMISES, HISTORY), check_exact=True)
    assert made["probability"][-3:].tolist() == made["probability"][:3].tolist()


def test_promises_missed_last_year_lower_the_chances_of_the_next():
    asked = PROMISES[PROMISES["year"].between(2008, 2009)]
    missed = HISTORY.assign(
        value=HISTORY["value"].where(HISTORY["year"] < 2008, 0.9 * HISTORY["value"])
    )
    last = asked["year"] == 2009
    worse, as_it_was = (odds(asked, h)[last]["probability"] for h in (missed, HISTORY))
    assert worse.mean() < as_it_was.mean() - 0.1


def test_promises_before_a_class_had_growth_still_come_to_the_record():
    young = HISTORY[HISTORY["year"] >= 2007]
    asked = PROMISES[PROMISES["year"].between(2008, 2009)]
    made = odds(asked, young)
    first = made["year"] == 2008
    assert made.loc[first, "probability"].isna().all()
    assert made.attrs["left_out"] == {"class": 7}
    # The target stands for the forecast: what more there is to reach is missed by more, and seven
    # promises weigh seven eighths.
    came = np.median([np.expm1(log_growth(u, 2008)) for u in UNITS])
    middles = []
    for target in (100 * came, 100 * came + 0.1):
        other = asked.assign(target=asked["target"].mask(asked["year"] == 2008, target))
        middles.append(np.log1p(odds(other, young)["q50"][~first] / 100))
    expected = -7 / 8 * (np.log1p(came + 0.001) - np.log1p(came))
    assert (middles[1] - middles[0]).to_numpy() == pytest.approx(np.full(7, expected), abs=1e-12)


def test_a_unit_silent_when_it_promised_stands_where_it_was_expected():
    even = pd.DataFrame(
        [(u, y, 100 * 1.05 ** (y - FIRST)) for u in UNITS for y in range(FIRST, LAST + 1)],
        columns=["unit_id", "year", "value"],
    )
    asked = pd.DataFrame({"unit_id": ["A"], "year": [LAST + 1], "target": [4.0]})
    silent = even[(even["unit_id"] != "A") | (even["year"] < LAST - 1)]
    assert odds(asked, silent)["q50"][0] == pytest.approx(odds(asked, even)["q50"][0], abs=1e-6)
    level = asked.assign(kind="level", target=170.0)
    assert odds(level, silent)["q50"][0] == pytest.approx(odds(level, even)["q50"][0], rel=1e-6)


def test_one_point_is_enough_beside_a_reference():
    point = HISTORY[(HISTORY["unit_id"] == "A") & (HISTORY["year"] == LAST)]
    asked = pd.DataFrame({"unit_id": ["A"], "year": [LAST + 1], "target": [8.0]})
    assert odds(asked, point).attrs["left_out"] == {"class": 1}
    others = HISTORY[HISTORY["unit_id"] != "A"]
    one, own = odds(asked, point, others), odds(asked, point, HISTORY)
    assert 0 < one["probability"][0] < 1
    # What the reference knows of the unit itself serves the class, not its forecast.
    full = odds(asked, HISTORY)
    assert own["q50"][0] != full["q50"][0]


def test_panels_serve_as_frames_do():
    made = odds(PROMISES, panel_of(HISTORY))
    pd.testing.assert_frame_equal(made, odds(PROMISES, HISTORY), check_exact=True)


def test_names_in_numbers_meet_names_in_text():
    numbered = HISTORY.assign(unit_id=HISTORY["unit_id"].map(ord))
    asked = PROMISES.assign(unit_id=PROMISES["unit_id"].map(lambda u: str(ord(u))))
    made = odds(asked, numbered)
    assert made["probability"].tolist() == odds(PROMISES, HISTORY)["probability"].tolist()


FAULTS = {
    "unit": {"unit_id": ""},
    "year": {"year": "soon"},
    "target": {"target": "eight"},
    "kind": {"kind": "share"},
    "made_in": {"made_in": "2009.5"},
    "over": {"made_in": "2011"},
    "far": {"year": "2030", "made_in": "2010"},
    "unknown": {"unit_id": "Z"},
    "history": {"year": "2000"},
}
GOOD = {"unit_id": "A", "year": "2011", "target": "8", "kind": "", "made_in": "", "note": "a,b"}


def test_every_row_comes_back_and_each_fault_is_told():
    more = [{"target": t} for t in ("inf", "nan", "", "-100", "8%")]
    more += [{"kind": "level", "target": "0"}, {"year": "2011.5"}]
    rows = [GOOD, *({**GOOD, **fault} for fault in (*FAULTS.values(), *more)), GOOD]
    asked = pd.DataFrame(rows)
    made = odds(asked, HISTORY)
    pd.testing.assert_frame_equal(made[list(GOOD)], asked)
    empty = made[list(GIVEN)].isna()
    assert empty.all(axis=1).tolist() == [False, *[True] * (len(rows) - 2), False]
    assert not empty.iloc[[0, -1]].any(axis=None)
    assert made.attrs["left_out"] == {k: 1 for k in FAULTS} | {"target": 7, "year": 2}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_reason_is_a_sentence_with_the_number_of_rows(lang):
    every = pd.DataFrame()
    texts = words(lang).group("promises.left_out")
    every.attrs["left_out"] = {reason: 37 for reason in texts}
    said = reasons(every, lang)
    assert {*FAULTS, "class", "old"} == set(texts)
    assert all("37" in line and "{" not in line for line in said)


def test_an_old_figure_is_refused():
    old = HISTORY[(HISTORY["unit_id"] != "A") | (HISTORY["year"] == FIRST)]
    late = old.assign(year=old["year"].where(old["unit_id"] == "A", old["year"] + 5))
    asked = pd.DataFrame({"unit_id": ["A", "B"], "year": [LAST + 6] * 2, "target": [8.0, 8.0]})
    made = odds(asked, late)
    assert made.attrs["left_out"] == {"old": 1}
    assert made["probability"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("asked", "column"),
    [
        (PROMISES.drop(columns="target"), "target"),
        (PROMISES.assign(probability=0.5), "probability"),
        (pd.concat([PROMISES, PROMISES[["year"]]], axis=1), "year"),
    ],
)
def test_columns_that_cannot_be_used_are_named(asked, column):
    with pytest.raises(DataError) as error:
        odds(asked, HISTORY)
    assert [p.column for p in error.value.problems] == [column]


def test_no_promise_gives_no_row():
    made = odds(PROMISES[:0], HISTORY)
    assert made.empty
    assert list(made.columns) == [*PROMISES.columns, *GIVEN]


@pytest.fixture
def files(tmp_path):
    asked = pd.concat([PROMISES, PROMISES[:1].assign(unit_id="Z")])
    asked.assign(note="温州, 8%").to_csv(tmp_path / "promises.csv", index=False)
    HISTORY.to_csv(tmp_path / "history.csv", index=False)
    return tmp_path


def run(capsys, folder, *more) -> tuple[int, str, str]:
    named = [str(folder / "promises.csv"), "--history", str(folder / "history.csv")]
    code = cli.main(["odds", *named, *map(str, more)])
    out, err = capsys.readouterr()
    return code, out, err


def test_the_command_gives_what_python_gives(files, capsys):
    code, _, err = run(capsys, files, "--out", files / "out.csv")
    assert code == 0
    assert err == words("en")("promises.left_out.unknown", n=1) + "\n"
    back = pd.read_csv(files / "out.csv")
    asked = pd.read_csv(files / "promises.csv")
    pd.testing.assert_frame_equal(back[list(asked.columns)], asked)
    made = odds(PROMISES, HISTORY)
    assert back[list(GIVEN)].iloc[:-1].to_numpy() == pytest.approx(
        made[list(GIVEN)].to_numpy(), rel=1e-8
    )
    assert back[list(GIVEN)].iloc[-1].isna().all()
    assert run(capsys, files)[1] == (files / "out.csv").read_text(encoding="utf-8")


def test_the_command_takes_a_reference_and_the_text_of_chinese_spreadsheets(files, capsys):
    text = (files / "promises.csv").read_text(encoding="utf-8")
    (files / "promises.csv").write_bytes(text.encode("gb18030"))
    reference = files / "reference.csv"
    panel(11, "HIJKLM").to_csv(reference, index=False)
    code, out, _ = run(capsys, files, "--reference", reference)
    assert code == 0
    assert "温州, 8%" in out
    assert out != run(capsys, files)[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty file"),
        ("unit_id,year\nA,2011\n", "no such column"),
        ("unit_id,year,target\nA,2011,1,200\n", "4 cells"),
        ('unit_id,year,target\nA,2011,"8\n', "unexpected end of data"),
    ],
)
def test_files_that_cannot_be_read_are_refused_without_a_traceback(text, said, files, capsys):
    (files / "promises.csv").write_text(text, encoding="utf-8")
    code, out, err = run(capsys, files)
    assert (code, out) == (1, "")
    assert said in err


def test_a_bad_history_and_a_missing_file_are_told(files, capsys):
    assert run(capsys, files, "--out", files / "no" / "out.csv")[0] == 1
    HISTORY.rename(columns={"value": "GDP", "year": "when"}).to_csv(
        files / "history.csv", index=False
    )
    code, out, err = run(capsys, files)
    assert (code, out) == (1, "")
    assert "history.csv" in err
    (files / "promises.csv").unlink()
    HISTORY.to_csv(files / "history.csv", index=False)
    assert "promises.csv" in run(capsys, files)[2]


def test_short_rows_and_blank_lines_are_read(tmp_path):
    file = tmp_path / "promises.csv"
    file.write_text("\ufeffunit_id, year,target,note\n\nA,2011,8\n", encoding="utf-8")
    read = read_promises(file)
    assert read.to_dict("records") == [{"unit_id": "A", "year": "2011", "target": "8", "note": ""}]
