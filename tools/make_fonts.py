"""Make the two Latin fonts of the charts:

Noto Sans at two weights, with the letters that charts use.

Usage: python make_fonts.py "NotoSans[wdth,wght].ttf" LICENSE

The file and its licence come from the package fontpkg-noto-sans, version 2.15. Matplotlib reads no
variable font, so both weights are cut out of it. Quotation marks, dots and the em dash are left
out: in a Chinese line those of the Chinese font belong.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = Path(__file__).resolve().parents[1] / "lib" / "zoneplan" / "charts" / "fonts"
WEIGHTS = {"Regular": 400, "Bold": 700}
# Latin with its extensions, spaces, dashes but the longest, and the signs of figures.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2009, *range(0x2010, 0x2014), 0x202F, 0x2030]
LETTERS += [0x20AC, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265]
LEFT_OUT = {0xB7}
# What changes from run to run.
MADE = 3786912000


def main() -> None:
    """Write both weights and the licence."""
    source, licence = map(Path, sys.argv[1:3])
    for name, weight in WEIGHTS.items():
        font = instantiateVariableFont(
            TTFont(source, recalcTimestamp=False),
            {"wght": weight, "wdth": 100},
            updateFontNames=True,
        )
        options = Options(
            layout_features=["kern"], hinting=False, name_IDs=["*"], notdef_outline=True
        )
        cut = Subsetter(options)
        cut.populate(unicodes=set(LETTERS) - LEFT_OUT)
        cut.subset(font)
        font["head"].created = font["head"].modified = MADE
        font.save(FOLDER / f"NotoSans-{name}.ttf")
    (FOLDER / "OFL.txt").write_text(licence.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
