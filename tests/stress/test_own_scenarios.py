"""Scenarios of one's own: composed, written, read back to the last bit, kept in a user plan."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan import DataError, Scenario, load_plan
from zoneplan.stress.own_scenarios import as_yaml, compose, is_own, save_scenario, with_text
from zoneplan.stress.scenarios import scenarios
from zoneplan.stress.whatif import what_if


@pytest.fixture(scope="module")
def head(plan):
    return plan.forecast()


@pytest.fixture
def own(plan, tmp_path):
    """A copy of the plan in a folder of the user's."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for file in plan.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    first = (folder / "scenarios.yml").read_text(encoding="utf-8").partition("- id: trade_slump")[0]
    (folder / "scenarios.yml").write_text(first, encoding="utf-8")
    return load_plan(folder)


def read_back(plan, scenario, folder):
    file = folder / "scenarios.yml"
    file.write_text(as_yaml(scenario), encoding="utf-8")
    (back,) = scenarios(plan, file).values()
    return back


def first_base(head, scenario, i):
    return next(iter(what_if(head, scenario, i).chances.values()))


@pytest.mark.parametrize(
    ("i", "scenario"),
    [
        ("gdp", Scenario()),
        ("gdp", Scenario("a", growth={"gdp": {2019: 8.0, 2020: 7.3}})),
        (
            "gdp",
            Scenario("a", growth={"gdp": {2019: 8.0}}, points={"gdp": {2019: 0.1, 2020: -2.3}}),
        ),
        ("trade_total", Scenario("a", points={"trade_total": {2018: 1e-7}}, base="observed")),
        ("gdp", Scenario("a", prices="constant", regions=("prefecture", "zhejiang"))),
        ("budget_revenue", Scenario("a", levels={"budget_revenue": 12.3})),
        ("industrial_investment", Scenario("a", growth={"industrial_investment": {2020: 15.0}})),
    ],
)
def test_read_back_to_the_last_bit(plan, head, i, scenario, tmp_path):
    assert first_base(head, read_back(plan, scenario, tmp_path), i) == first_base(head, scenario, i)


@pytest.mark.parametrize("story", ["trade_slump", "pandemic", "tax_cut", "one_large_project"])
def test_every_indicator_of_a_story_is_kept(plan, head, story, tmp_path):
    told = Scenario("a", growth={"gdp": {2019: 8.0}}) + plan.scenarios[story]
    back = read_back(plan, told, tmp_path)
    assert set(back.growth) | set(back.points) == set(told.growth) | set(told.points)
    for i in head.levels():
        assert first_base(head, back, i) == first_base(head, told, i)


@settings(derandomize=True, max_examples=8)
@given(
    growth=st.dictionaries(st.sampled_from([2018, 2019, 2020]), st.floats(-30, 40), max_size=3),
    points=st.dictionaries(st.sampled_from([2018, 2019, 2020]), st.floats(-9, 9), max_size=3),
)
def test_any_growth_reads_back(plan, head, tmp_path_factory, growth, points):
    told = Scenario("a", growth={"gdp": growth}, points={"gdp": points})
    back = read_back(plan, told, tmp_path_factory.mktemp("back"))
    assert first_base(head, back, "gdp") == first_base(head, told, "gdp")


def test_typed_growth_stands_as_typed():
    assert "growth: 8.0" in as_yaml(Scenario("a", growth={"gdp": {2019: 8.0}}))


def test_growth_far_from_its_path_is_refused_in_a_file(plan, tmp_path):
    file = tmp_path / "scenarios.yml"
    told = Scenario("a", growth={"gdp": {2019: 8.0}})
    file.write_text(as_yaml(told).replace("growth: 8.0", "growth: 800.0"), encoding="utf-8")
    with pytest.raises(DataError, match="growth of 800 %, more than 50 points off its path"):
        scenarios(plan, file)


def test_composed_of_stories_with_titles_in_both_languages(plan, head):
    growth = Scenario(growth={"gdp": {2019: 8.0}})
    made = compose(plan, "gdp", growth, [plan.scenarios["trade_slump"]], " My  own ", "en")
    assert made.title["en"] == "My own"
    assert made.title["zh"].startswith("地区生产总值：2019年8.0%")
    assert made.id == "own_gdp_trade_slump_2019_8"
    kept = with_text(what_if(head, made, "gdp"))
    assert "Assumed growth" in kept.text["en"]
    assert "假定增速" in kept.text["zh"]
    late = with_text(
        what_if(head, compose(plan, "gdp", growth, [plan.scenarios["pandemic"]]), "gdp")
    )
    assert "a stress test, not a forecast" in late.text["en"]


def test_names_tell_choices_apart(plan):
    choices = [
        Scenario(),
        Scenario(growth={"gdp": {2019: 1.5}}),
        Scenario(growth={"gdp": {2019: -1.5}}),
        Scenario(growth={"gdp": {2020: 1.5}}),
        Scenario(base="observed"),
        Scenario(levels={"gdp": 210.5}),
        Scenario(prices="constant"),
        Scenario(regions=("county", "china")),
    ]
    ids = [compose(plan, "gdp", c, []).id for c in choices]
    assert len(set(ids)) == len(ids)
    assert compose(plan.at("2018-10-30"), "gdp", Scenario(), []).id not in ids


@pytest.mark.parametrize(
    ("lang", "told"), [("en", "which set the same thing"), ("zh", "设定不一致")]
)
def test_stories_that_clash_are_told(plan, lang, told):
    one, two = (Scenario(x, base=b) for x, b in (("a", "implied"), ("b", "observed")))
    with pytest.raises(DataError, match=told):
        compose(plan, "gdp", one, [two], lang=lang)


@pytest.mark.parametrize(
    "title", ["A boom: then, a 'pause' # not", "先扬后抑：“假定”", "- yes\n{no}"]
)
def test_any_title_can_be_typed(plan, tmp_path, title):
    back = read_back(plan, compose(plan, "gdp", Scenario(), [], title, "zh"), tmp_path)
    assert back.title["zh"] == " ".join(title.split())


# Kept in a plan


def test_kept_at_the_end_of_the_file(own):
    before, stories = (own.folder / "scenarios.yml").read_bytes(), list(own.scenarios)
    made = compose(own, "gdp", Scenario(growth={"gdp": {2019: 8.0}}), [])
    file = save_scenario(own, made)
    after = file.read_bytes()
    assert after.startswith(before.rstrip())
    told = load_plan(own.folder).scenarios
    assert list(told) == [*stories, made.id]
    head = own.forecast()
    assert first_base(head, told[made.id], "gdp") == first_base(head, made, "gdp")
    assert [f.name for f in own.folder.iterdir() if "part" in f.name] == []


def test_the_usual_scenarios_stay(own):
    (own.folder / "scenarios.yml").unlink()
    bare = load_plan(own.folder)
    before, head = bare.scenarios, bare.forecast()
    save_scenario(bare, Scenario("mine", growth={"gdp": {2019: 8.0}}))
    after = load_plan(own.folder).scenarios
    assert list(after) == [*before, "mine"]
    for story in before:
        assert first_base(head, after[story], "gdp") == first_base(head, before[story], "gdp")


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_an_indented_file_stays_one_list(own, ends):
    file = own.folder / "scenarios.yml"
    block = as_yaml(Scenario("first", growth={"gdp": {2018: 9.0}}))
    text = "# mine\n" + "".join(f"  {line}\n" for line in block.splitlines())
    file.write_bytes(text.replace("\n", ends).encode())
    save_scenario(load_plan(own.folder), Scenario("second", growth={"gdp": {2019: 8.0}}))
    assert list(load_plan(own.folder).scenarios) == ["first", "second"]
    assert file.read_bytes().count(b"\r\n") == (
        file.read_bytes().count(b"\n") if ends != "\n" else 0
    )


def test_a_plan_of_the_project_is_refused(plan, own):
    assert is_own(own)
    assert not is_own(plan)
    before = (plan.folder / "scenarios.yml").read_bytes()
    with pytest.raises(DataError, match="a plan folder of your own"):
        save_scenario(plan, Scenario("mine"))
    assert (plan.folder / "scenarios.yml").read_bytes() == before


def test_an_id_stands_once(own):
    save_scenario(own, Scenario("a+b", growth={"gdp": {2019: 8.0}}))
    with pytest.raises(DataError, match="the id a_b again"):
        save_scenario(load_plan(own.folder), Scenario("a_b"))


def test_nothing_is_written_that_does_not_read_back(own):
    before = (own.folder / "scenarios.yml").read_bytes()
    with pytest.raises(DataError, match="more than 50 points off"):
        save_scenario(own, Scenario("mine", growth={"gdp": {2019: 99.0}}))
    assert (own.folder / "scenarios.yml").read_bytes() == before


def test_a_faulty_file_is_left_alone(own):
    file = own.folder / "scenarios.yml"
    file.write_text("- id: [", encoding="utf-8")
    with pytest.raises(DataError, match=r"scenarios\.yml"):
        save_scenario(load_plan(own.folder), Scenario("mine"))
    assert file.read_text(encoding="utf-8") == "- id: ["
