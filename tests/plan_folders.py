"""Plan folders for tests: small plans typed into a folder, and copies of the shipped one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

ABOUT = "id: mine\nzone_en: Test zone\nadopted: 2018-10-30\nyears: [2018, 2019, 2020]\n"
TARGETS = "indicator_id,name_en,year,value,unit,kind,direction,value_high,stated_growth"
SEEN = "indicator_id,year,value,unit,kind,known_from"
GDP = ("gdp,GDP,2018,228,亿元,,,,", "gdp,GDP,2019,249,亿元,,,,", "gdp,GDP,2020,270,亿元,,,,9")


def plan_folder(
    folder: Path, targets: Sequence[str], seen: Sequence[str] = (), about: str = ABOUT
) -> Path:
    """A folder with a description and two short tables."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yml").write_text(about, encoding="utf-8")
    for name, rows in (("targets", [TARGETS, *targets]), ("observations", [SEEN, *seen])):
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
