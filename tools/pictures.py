"""Make the pictures of both READMEs: the first page of the paper, and the explorer in a browser.

Run after ``make brief``: ``python tools/pictures.py``. Needs pdftoppm (poppler) and Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images"
ENDS = {"en": "", "zh": "_zh"}
# The chance stands there once the kernel has answered.
CHANCE = ".widget-html .zoneplan-chance"
FONTS = "<fontconfig><dir>{}</dir><dir>/usr/share/fonts</dir><cachedir>{}</cachedir></fontconfig>"


def paper(end: str) -> None:
    """Draw the first page of a paper."""
    pages = ["-png", "-r", "90", "-f", "1", "-l", "1", "-singlefile"]
    files = [ROOT / "reports" / f"brief{end}.pdf", OUT / f"paper{end}"]
    subprocess.run(["pdftoppm", *pages, *map(str, files)], check=True)


@contextmanager
def app(lang: str) -> Iterator[str]:
    """Run the app for a while; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = ["-m", "zoneplan", "app", "--no-browser", "--lang", lang, "--port", port]
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, encoding="utf-8", cwd=ROOT
    ) as server:
        try:
            said = iter(server.stdout or ())
            yield next(m[0] for line in said if (m := re.search(r"http://\S+", line)))
        finally:
            server.terminate()


def explorer(lang: str, end: str) -> None:
    """Photograph the explorer; Chinese is set in the typeface of the charts."""
    from playwright.sync_api import sync_playwright
    from pylopdf_fonts_zh_cn import sans_path

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as scratch, app(lang) as address:
        fonts = Path(scratch) / "fonts.conf"
        fonts.write_text(FONTS.format(Path(sans_path()).parent, scratch), encoding="utf-8")
        env = os.environ | {"FONTCONFIG_FILE": str(fonts)}
        with sync_playwright() as play:
            browser = play.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"], env=env, timeout=600_000
            )
            page = browser.new_page(viewport={"width": 1240, "height": 860})
            page.goto(address, timeout=600_000)
            page.wait_for_selector(CHANCE, timeout=600_000)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(3000)
            page.screenshot(path=OUT / f"explorer{end}.png")
            browser.close()


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for lang, end in ENDS.items():
        paper(end)
        explorer(lang, end)
