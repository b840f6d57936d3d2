"""The explorer: what a reader types and picks leads to the same answers as library calls."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys

import pytest

from zoneplan import Scenario, explore, load_plan
from zoneplan.stress.whatif import what_if


@pytest.fixture(scope="module")
def ask(plan):
    head = plan.forecast()
    return lambda i="gdp", story=None, **assumed: what_if(
        head, Scenario(**assumed) + (plan.scenarios[story] if story else Scenario()), i
    )


@pytest.fixture(scope="module")
def shared(plan):
    return explore(plan)


@pytest.fixture
def panel(shared, plan):
    """The panel in its opening state."""
    shared.day.value, shared.lang.value = plan.as_of, "en"
    # Another target and back sets base and growth as they open.
    shared.indicator.value = "trade_total"
    shared.indicator.value = "gdp"
    shared.regions.value, shared.prices.value, shared.title.value = ("", ""), "current", ""
    for box in shared.stories.values():
        box.value = False
    return shared


@pytest.fixture
def own(plan, tmp_path):
    """A panel over a plan of the user's."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for file in plan.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return explore(load_plan(folder))


def chance(panel):
    found = re.search(r'class="zoneplan-chance"[^>]*>([^<]+)<', panel.verdict.value)
    return found and found.group(1)


def shown(panel):
    return panel.verdict.value, panel.picture.value, [c.value for c in panel._cells[2019]]


def test_opens_with_the_headline_on_both_bases(panel, ask):
    assert chance(panel) == ask().chance("en")
    assert "-" in chance(panel)
    assert panel.base.value == "both"
    assert ask().summary("en") in repr(panel)
    assert bytes(panel.picture.value[:4]) == b"\x89PNG"
    kinds = {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    assert set(panel._repr_mimebundle_()) >= kinds


def test_fields_show_what_is_expected(panel, ask):
    rows = ask().rows.drop_duplicates("year", keep="last").set_index("year")
    for year, field in panel.growth.items():
        assert field.value == round(rows.loc[year, "expected"], 2)
        assert field.step == 0.1


def test_typed_growth_moves_words_and_picture(panel, ask):
    before = shown(panel)
    panel.growth[2019].value = 8.0
    assert panel.result.chances == ask(growth={"gdp": {2019: 8.0}}).chances
    assert chance(panel) == ask(growth={"gdp": {2019: 8.0}}).chance("en") != ask().chance("en")
    assert all(a != b for a, b in zip(before, shown(panel), strict=True))
    assert panel.growth[2019].value == 8.0
    panel.reset.click()
    assert shown(panel) == before


@pytest.mark.parametrize("typed", [8.7, 7.97, -3.25, 0.0])
def test_nothing_is_snapped_or_clamped(panel, ask, typed):
    panel.growth[2020].value = typed
    assert panel.growth[2020].value == typed
    assert panel.result.scenario.growth == {"gdp": {2020: typed}}
    assert panel.result.chances == ask(growth={"gdp": {2020: typed}}).chances


def test_bounds_are_told_in_words(panel):
    panel.growth[2019].value = 80.0
    assert "growth in 2019: found 80.0 %; expected between" in panel.verdict.value
    assert panel.result is None
    assert panel.picture.layout.display == panel.copy.layout.display == "none"
    assert panel.save.disabled
    assert panel.growth[2019].value == 80.0
    panel.growth[2019].value = 8.0
    assert panel.picture.layout.display is None
    assert not panel.save.disabled


def test_stories_are_added_together(panel, plan, ask):
    panel.stories["trade_slump"].value = True
    assert panel.result.chances == ask("gdp", "trade_slump").chances
    panel.growth[2019].value = 8.0
    panel.stories["tax_cut"].value = True
    growth = {"budget_revenue": {2019: 8.0}}
    panel.indicator.value = "budget_revenue"
    assert panel.typed == {}
    panel.growth[2019].value = 8.0
    both = Scenario(growth=growth) + plan.scenarios["trade_slump"] + plan.scenarios["tax_cut"]
    assert panel.result.chances == what_if(plan.forecast(), both, "budget_revenue").chances
    assert set(panel.result.scenario.points) == set(both.points)


def test_pickers_lead_to_the_same_calls(panel, ask):
    panel.indicator.value, panel.base.value = "trade_total", "observed"
    assert panel.result.chances == ask("trade_total", base="observed").chances
    assert panel.level.disabled
    panel.regions.value = ("prefecture", "zhejiang")
    assert (
        panel.result.chances
        == ask("trade_total", base="observed", regions=("prefecture", "zhejiang")).chances
    )
    panel.indicator.value = "fdi_actual"
    assert [v for _, v in panel.base.options] == ["implied", "own"]
    assert [v for _, v in panel.prices.options] == ["current"]
    panel.indicator.value = "gdp"
    panel.regions.value, panel.prices.value = ("", ""), "constant"
    assert panel.result.chances == ask(prices="constant").chances


def test_level_is_typed_in_the_unit_shown(panel, ask):
    panel.base.value = "own"
    assert not panel.level.disabled
    assert panel.level.description == "Level, CNY billion"
    panel.level.value = 20.0
    assert panel.result.chances == ask(levels={"gdp": 200.0}).chances
    panel.lang.value = "zh"
    assert panel.level.value == 200.0
    assert panel.level.description == "基数值（亿元）"
    assert panel.result.scenario.levels == {"gdp": 200.0}
    panel.level.value = -5.0
    assert "大于0的数字" in panel.verdict.value


def test_growth_that_is_promised_can_be_typed(panel, ask):
    panel.indicator.value = "fixed_asset_investment"
    assert panel.base.options == () or panel.base.value == "both"
    panel.growth[2020].value = 18.0
    assert (
        panel.result.chances
        == ask("fixed_asset_investment", growth={"fixed_asset_investment": {2020: 18.0}}).chances
    )


def test_another_day(panel, plan):
    panel.day.value = datetime.date(2018, 10, 30)
    earlier = plan.at("2018-10-30").forecast()
    assert panel.result.chances == what_if(earlier, Scenario(), "gdp").chances
    assert panel.growth[2018].value == round(panel.result.rows.loc[0, "expected"], 2)
    panel.day.value = None
    assert panel.result.chances == what_if(plan.forecast(), Scenario(), "gdp").chances
    panel.day.value = datetime.date(1995, 1, 1)
    assert panel.result is None
    assert panel.verdict.value


def test_in_chinese(panel):
    panel.stories["trade_slump"].value = True
    panel.growth[2019].value = 8.0
    before = panel.result.chances
    panel.lang.value = "zh"
    assert panel.result.chances == before
    options = [text for p in (panel.base, panel.regions, panel.prices) for text, _ in p.options]
    boxes = [box.description for box in panel.stories.values()]
    cells = [c.value for c in panel._head]
    texts = [panel.verdict.value, *options, *boxes, *cells, panel.save.description]
    assert not any(re.search(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", "", t)) for t in texts)


def test_copy_holds_the_block(panel, plan, tmp_path):
    from html import unescape

    from zoneplan.stress.scenarios import scenarios

    panel.growth[2019].value, panel.title.value = 8.0, "A <better> year"
    block = unescape(re.search(r'data-text="([^"]*)"', panel.copy.value).group(1))
    file = tmp_path / "scenarios.yml"
    file.write_text(block, encoding="utf-8")
    (back,) = scenarios(plan, file).values()
    assert back.title["en"] == "A <better> year"
    assert what_if(plan.forecast(), back, "gdp").chances == panel.result.chances
    assert "<better>" not in panel.copy.value


def test_a_chart_is_saved_and_said_so(panel, tmp_path):
    panel.folder.value = str(tmp_path / "new" / "folder")
    panel.growth[2019].value = 8.0
    panel.save.click()
    names = {p.name for p in (tmp_path / "new" / "folder").iterdir()}
    assert names == {f"explore_own_gdp_2019_8.{kind}" for kind in ("png", "svg", "pdf")}
    assert all(n in panel.message.value for n in names)
    assert str(tmp_path) in panel.message.value


def test_a_folder_that_cannot_be_is_told(panel, tmp_path):
    (tmp_path / "file").write_text("")
    panel.folder.value = str(tmp_path / "file" / "<b>x</b>")
    panel.save.click()
    assert "Nothing saved" in panel.message.value
    assert "<b>x" not in panel.message.value


def test_kept_in_the_plan_of_the_user(own, panel):
    assert panel.keep.layout.display == "none"
    assert own.keep.layout.display is None
    own.growth[2019].value = 8.0
    own.stories["trade_slump"].value = True
    expected = own.result.chances
    own.keep.click()
    told = load_plan(own.plan.folder).scenarios
    (made,) = [k for k in told if k.startswith("own_")]
    assert f"Scenario {made} saved" in own.message.value
    # It stands among the stories at once, and says the same alone.
    own.stories["trade_slump"].value = False
    own.reset.click()
    own.stories[made].value = True
    assert own.result.chances == expected
    own.stories[made].value, own.growth[2019].value = False, 8.0
    own.stories["trade_slump"].value = True
    own.keep.click()
    assert "again" in own.message.value


def test_the_app_writes_nothing(own, plan, tmp_path):
    app = explore(own.plan, app=True)
    app.folder.value = str(tmp_path / "never")
    before = sorted(p.name for p in own.plan.folder.iterdir())
    assert app.keep.layout.display == app.folder.layout.display == "none"
    app.save.click()
    assert 'download="explore_own_gdp.png" href="data:image/png;base64,' in app.message.value
    app._tell(app._keep)
    assert "Nothing saved" in app.message.value
    assert not (tmp_path / "never").exists()
    assert sorted(p.name for p in own.plan.folder.iterdir()) == before


def test_library_stays_light():
    code = "import sys, zoneplan; sys.exit(bool({'ipywidgets', 'matplotlib'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
