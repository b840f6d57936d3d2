"""How the app bears readers: sessions one after another, then several at once; memory of all.

Needs Chromium and the extra ``app``: ``python tools/app_load.py [--sessions 20] [--at-once 5]``.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import psutil

T = TypeVar("T")

CHANCE, FIELD = ".zoneplan-chance", ".widget-gridbox input[type=number]"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WAIT = 300_000


def main() -> int:
    """Open, type a growth, see the chance change; 0 if every session did."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sessions", type=int, default=20)
    asked.add_argument("--at-once", type=int, default=5)
    asked.add_argument("--port", default="8899")
    args = asked.parse_args()
    most = str(max(args.at_once, 2))
    command = [sys.executable, "-m", "zoneplan", "app", "--no-browser", "--port", args.port]
    app = subprocess.Popen([*command, "--most", most], stdout=subprocess.PIPE, text=True)
    try:
        assert app.stdout is not None
        said = iter(app.stdout.readline, "")
        address = next(m[0] for line in said if (m := re.search(r"http://\S+", line)))
        return visit(address, app.pid, args.sessions, args.at_once)
    finally:
        app.terminate()
        app.wait(60)


def visit(address: str, pid: int, sessions: int, at_once: int) -> int:
    """All sessions, with what they took."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        print(f"server alone: {memory(pid):.0f} MB")
        opened, moved = [], []
        for _ in range(sessions):
            page = browser.new_page()
            opened.append(timed(lambda p=page: opening(p, address)))
            moved.append(timed(lambda p=page: typing(p, 9.0)))
            # Leaving the page ends its kernel, as closing a tab does.
            page.goto("about:blank")
            page.close()
            left(pid, 0)
            print(f"{opened[-1]:.1f} s, {moved[-1]:.2f} s, {memory(pid):.0f} MB", flush=True)
        tell(f"{sessions} sessions one after another", opened, moved)
        print(f"afterwards: {memory(pid):.0f} MB, {kernels(pid)} kernels")

        pages = [browser.new_page() for _ in range(at_once)]
        start = time.monotonic()
        for page in pages:
            page.goto(address, wait_until="commit")
        for page in pages:
            page.locator(CHANCE).wait_for(timeout=WAIT)
        together = time.monotonic() - start
        moved = [timed(lambda p=page, n=n: typing(p, 9.0 + n)) for n, page in enumerate(pages)]
        chances = [page.locator(CHANCE).inner_text() for page in pages]
        print(f"{at_once} at once: all open after {together:.1f} s, {', '.join(chances)}")
        tell(f"{at_once} at once", [together], moved)
        print(f"together: {memory(pid):.0f} MB, {kernels(pid)} kernels")
        browser.close()
    # Each reader typed another growth, so each sees another chance.
    return 0 if len(set(chances)) == at_once else 1


def opening(page, address: str) -> None:
    """From the address to the chance."""
    page.goto(address, wait_until="commit")
    page.locator(CHANCE).wait_for(timeout=WAIT)


def typing(page, growth: float) -> None:
    """From a growth typed to another chance shown."""
    before = page.locator(CHANCE).inner_text()
    field = page.locator(FIELD).nth(2)
    field.fill(f"{growth:.1f}")
    field.press("Tab")
    page.wait_for_function(
        "([css, old]) => document.querySelector(css)?.innerText !== old", arg=[CHANCE, before]
    )


def timed(act) -> float:
    """Seconds that something takes."""
    start = time.monotonic()
    act()
    return time.monotonic() - start


def tell(what: str, opened: list[float], moved: list[float]) -> None:
    """The middle and the worst of both times."""
    for name, times in (("to the panel", opened), ("from typing to the chance", moved)):
        middle = sorted(times)[len(times) // 2]
        print(f"{what}, {name}: median {middle:.2f} s, longest {max(times):.2f} s")


def told(pid: int, what: Callable[[psutil.Process], T]) -> list[T]:
    """Something of the server and its kernels, of those that still live."""
    server, found = psutil.Process(pid), []
    for process in (server, *server.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(what(process))
    return found


def memory(pid: int) -> float:
    """Megabytes that only these processes use."""
    return sum(told(pid, lambda p: p.memory_full_info().uss)) / 1e6


def kernels(pid: int) -> int:
    """How many kernels run."""
    return sum(told(pid, lambda p: "ipykernel" in " ".join(p.cmdline())))


def left(pid: int, most: int) -> None:
    """Wait until the kernels of closed pages are gone."""
    end = time.monotonic() + 60
    while kernels(pid) > most and time.monotonic() < end:
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
