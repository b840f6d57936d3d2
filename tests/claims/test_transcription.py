"""Two people copied the plan by hand, apart from each other; what they read must be the same."""

from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).parent
FIRST = HERE.parents[1] / "data/plans/zhenan/targets.csv"
SECOND = HERE / "second_transcription.csv"
TEXTS = ["indicator_id", "unit", "section", "force", "responsible"]
NUMBERS = ["year", "value", "value_high"]
PROJECTS = {"projects_over_1bn", "projects_over_2bn", "projects_over_5bn"}


def read(path: Path) -> pd.DataFrame:
    """Everything as text, then numbers where numbers are meant (4.0 and 4 are one figure)."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in {*NUMBERS, "stated_growth"} & set(table.columns):
        table[column] = pd.to_numeric(table[column].str.rstrip("%"))
    return table


def keys(table: pd.DataFrame) -> set[tuple]:
    """One comparable tuple per row; an empty number becomes None, since NaN equals nothing."""
    cells = table[TEXTS + NUMBERS].astype(object)
    rows = [
        tuple(cells_in_row) for cells_in_row in cells.where(cells.notna(), None).to_numpy().tolist()
    ]
    assert len(set(rows)) == len(rows), "a row is there twice"
    return set(rows)


def told(rows: set[tuple]) -> str:
    return "\n".join(str(row) for row in sorted(rows, key=str)) or "nothing"


@pytest.fixture(scope="module")
def first() -> pd.DataFrame:
    return read(FIRST)


@pytest.fixture(scope="module")
def second() -> pd.DataFrame:
    return read(SECOND)


@pytest.fixture(scope="module")
def averages(second) -> pd.DataFrame:
    printed = second[second.indicator_id.str.endswith("@average")]
    return printed.assign(indicator_id=printed.indicator_id.str.removesuffix("@average"))


def test_every_printed_figure_reads_the_same_both_ways(first, second):
    # Milestones without a figure ("start the works") are in the first copy only.
    ours = keys(first[first.value.notna()])
    theirs = keys(second[~second.indicator_id.str.endswith("@average")])
    assert ours == theirs, (
        f"only in the first copy:\n{told(ours - theirs)}\n"
        f"only in the second:\n{told(theirs - ours)}"
    )


def test_printed_averages_read_the_same(first, averages):
    annex = first[first.section == "annex"]
    stated = annex.loc[
        annex.stated_growth.notna(), ["indicator_id", "stated_growth"]
    ].drop_duplicates()
    theirs = set(zip(averages.indicator_id, averages.value, strict=True))
    assert set(stated.itertuples(index=False, name=None)) == theirs


@pytest.mark.parametrize("path", [FIRST, SECOND])
def test_the_annex_is_complete(path):
    table = read(path)
    cells = table[(table.section == "annex") & ~table.indicator_id.str.endswith("@average")]
    series = set(cells.indicator_id)
    assert len(cells) == 64
    assert len(series) == 22
    # The three project counts share one printed row.
    assert len({"projects" if i in PROJECTS else i for i in series}) == 20
    assert sorted(cells.year[cells.indicator_id == "projects_over_5bn"]) == [2020]


def test_thirteen_averages_are_printed(averages):
    assert len(averages) == 13
    assert set(averages.aggregation) == {"average"}
    assert set(averages.unit) == {"%"}


def test_the_copy_holds_only_known_words(second):
    assert set(second.section) == {"annex", "text"}
    assert set(second.force) <= {"expected", "strive", "ensure"}
    assert set(second.direction) <= {"at_least", "at_most", "about", "range"}
    assert set(second.aggregation) <= {"end", "average", "each_year", "sum"}
