"""The explorer in a real JupyterLab, moved by the keyboard in a real browser."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from zoneplan.stress.scenarios import scenarios
from zoneplan.stress.whatif import Choice, answer, ground

NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "06_explore.ipynb"
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
TOKEN = "explore"
# One step takes a second or two; a machine under load may need far longer, but nothing waits for ever.
STEP_SECONDS, TEST_SECONDS = 60, 180
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Cells out of sight would not be there to be looked at.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
# What the browser says while a kernel restarts.
RESTART_NOISE = ("Connection lost, reconnecting", "Could not restore the debugger state")
PANEL, ODDS = ".jp-OutputArea-output .widget-gridbox", ".widget-html .zoneplan-odds"

needs_browser = pytest.mark.skipif(
    BROWSER is None,
    reason="no browser, so the explorer was not tried in one: apt-get install chromium chromium-driver",
)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    port: int
    log: Path

    def api(self, path: str, method: str = "GET") -> object:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/{path}", method=method)
        request.add_header("Authorization", f"token {TOKEN}")
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.loads(reply.read() or "null")

    def is_up(self) -> bool:
        try:
            return self.api("status") is not None
        except (urllib.error.URLError, OSError):
            return False

    def is_settled(self) -> bool:
        """Whether the kernel is idle and the page is connected to it; a restart before that may be lost."""
        kernels = self.api("kernels")
        return bool(kernels) and all(
            k["execution_state"] == "idle" and k["connections"] for k in kernels
        )


def wait_until(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + STEP_SECONDS
    while not done():
        assert time.monotonic() < end, f"waited {STEP_SECONDS} s for {what}"
        time.sleep(0.05)


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Break off whatever hangs."""

    def stop(*_):
        raise TimeoutError(f"the browser test took longer than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def lab(tmp_path) -> Iterator[Lab]:
    """JupyterLab over a copy of the notebook, with nobody's settings, ended afterwards with its kernels."""
    for part in (
        "root",
        "config/labconfig",
        "data",
        "runtime",
        "ipython",
        "settings",
        "workspaces",
    ):
        (tmp_path / part).mkdir(parents=True)
    shutil.copy(NOTEBOOK, tmp_path / "root")
    (tmp_path / "config/labconfig/default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Lab(port, tmp_path / "lab.log")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={tmp_path / 'root'}",
        "--LabApp.extension_manager=readonly",
    ]
    with made.log.open("wb") as log:
        server = subprocess.Popen(
            command,
            env={**os.environ, **{k: str(tmp_path / v) for k, v in own.items()}},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(lambda: made.is_up() or server.poll() is not None, "JupyterLab")
        assert server.poll() is None, made.log.read_text()
        yield made
    finally:
        end(server, made)


def end(server: subprocess.Popen, made: Lab) -> None:
    """Ask the server to stop its kernels and itself; kill what does not listen."""
    try:
        made.api("shutdown", "POST")
        server.wait(15)
    except (OSError, subprocess.TimeoutExpired):
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(15)


@contextmanager
def page_of(lab: Lab) -> Iterator[tuple]:
    """A page with the notebook open, and what went wrong on it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=BROWSER, args=FLAGS, timeout=1000 * STEP_SECONDS
        )
        try:
            page = browser.new_page(viewport={"width": 1500, "height": 1180})
            page.set_default_timeout(1000 * STEP_SECONDS)
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on(
                "console",
                lambda m: (
                    wrong.append(m.text) if m.type == "error" and not is_noise(m.text) else None
                ),
            )
            page.goto(f"http://127.0.0.1:{lab.port}/lab/tree/{NOTEBOOK.name}?token={TOKEN}&reset")
            yield page, wrong
        finally:
            browser.close()


def is_noise(message: str) -> bool:
    return any(part in message for part in RESTART_NOISE)


def restart_and_run_all(page, lab: Lab) -> None:
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.wait_for_function(
        "document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')"
    )
    wait_until(lab.is_settled, "an idle kernel")
    page.locator('[data-command="notebook:restart-run-all"]').first.click()
    page.locator(".jp-Dialog .jp-mod-accept").click()


def wait_for_the_last_cell(page) -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    last = sum(c["cell_type"] == "code" for c in cells)
    # The saved run has prompts and odds too; the panel itself appears only with a kernel behind it.
    page.locator(PANEL).wait_for()
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").last
    wait_until(lambda: prompt.inner_text() == f"[{last}]:", "the last cell")


@needs_browser
def test_explorer_in_jupyterlab(lab, plan, tmp_path):
    with at_most(TEST_SECONDS), page_of(lab) as (page, wrong):
        restart_and_run_all(page, lab)
        ready = ground(plan)
        plain, pushed = (answer(plan, Choice(points=points), ready) for points in ({}, {2019: 1.0}))
        assert pushed.odds_text() != plain.odds_text()
        wait_for_the_last_cell(page)
        shown = page.locator(ODDS)
        assert shown.inner_text() == plain.odds_text()

        slider = page.locator(".widget-slider .noUi-handle").nth(1)
        slider.focus()
        slider.press("ArrowRight")
        slider.press("ArrowRight")
        wait_until(
            lambda: shown.inner_text() == pushed.odds_text(), "the odds to follow the slider"
        )

        page.get_by_role("button", name="Copy as scenario").click()
        block = page.locator(".widget-textarea textarea")
        wait_until(lambda: block.input_value() != "", "the block")
        file = tmp_path / "scenarios.yml"
        file.write_text(block.input_value(), encoding="utf-8")
        (pasted,) = scenarios(plan, file).values()
        assert pasted.forecast("gdp").odds(2020, pushed.target) == pushed.odds

        assert page.locator("[data-mime-type*='error'], [data-mime-type*='stderr']").count() == 0
        picture = Path(os.environ.get("ZONEPLAN_SCREENSHOT") or tmp_path / "explorer.png")
        shown.scroll_into_view_if_needed()
        page.locator(PANEL).screenshot(path=picture)
        assert picture.stat().st_size > 10_000
    assert wrong == []
