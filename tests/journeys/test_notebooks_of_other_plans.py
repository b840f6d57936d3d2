"""The notebooks answer for any plan: no call names what only the plan of the project has."""

from __future__ import annotations

import pytest
from plan_folders import GDP, plan_folder

from zoneplan.report import notebooks

PLANS = {
    "growth_only": (["gdp_growth,G,2018,7,%,growth,,,", "gdp_growth,G,2020,7,%,growth,,,"], []),
    "begun": (list(GDP), ["gdp,2017,210,亿元,level,", "gdp,2018,226,亿元,level,"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("path", notebooks.paths()[:7], ids=lambda p: p.stem)
def test_notebook_of_another_plan(path, name, tmp_path):
    folder = plan_folder(tmp_path / name, *PLANS[name])
    made = notebooks.run(path, env={"ZONEPLAN_PLAN": str(folder)})
    # Among the zones of 05 the Zhenan zone is a peer like any other.
    said = str([c.get("outputs") for c in made.cells])
    assert path.stem.startswith("05") or "浙南" not in said
