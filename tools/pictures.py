"""Make the pictures of both READMEs: the first page of the paper, and the page to play with.

Run after ``make brief``: ``python tools/pictures.py``. Needs pdftoppm (poppler) and Chromium.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images"
ENDS = ("", "_zh")
FONTS = "<fontconfig><dir>{}</dir><dir>/usr/share/fonts</dir><cachedir>{}</cachedir></fontconfig>"


def paper(reports: Path, end: str) -> None:
    """Draw the first page of a paper."""
    pages = ["-png", "-r", "90", "-f", "1", "-l", "1", "-singlefile"]
    files = [reports / f"brief{end}.pdf", OUT / f"paper{end}"]
    subprocess.run(["pdftoppm", *pages, *map(str, files)], check=True)


def explorer(reports: Path, end: str) -> None:
    """Photograph the page with sliders; Chinese is set in the typeface of the charts."""
    from pylopdf_fonts_zh_cn import sans_path

    browser = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    with tempfile.TemporaryDirectory() as scratch:
        fonts = Path(scratch) / "fonts.conf"
        fonts.write_text(FONTS.format(Path(sans_path()).parent, scratch), encoding="utf-8")
        flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=20000"]
        picture = [f"--screenshot={OUT / f'explorer{end}.png'}", "--window-size=1240,860"]
        page = (reports / f"explore{end}.html").resolve().as_uri()
        env = os.environ | {"FONTCONFIG_FILE": str(fonts)}
        subprocess.run([browser, *flags, *picture, page], check=True, env=env)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for end in ENDS:
        for made in (paper, explorer):
            made(Path(*sys.argv[1:]) if sys.argv[1:] else ROOT / "reports", end)
