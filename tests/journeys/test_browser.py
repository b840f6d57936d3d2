"""The explorer in a real browser: in JupyterLab, and alone in the app."""

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
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from test_app import App, free_port, needs_voila

from zoneplan import Scenario, load_plan
from zoneplan.data.units import shown_in
from zoneplan.messages import LANGS, words
from zoneplan.report.explore_page import write_explore_page
from zoneplan.stress.scenarios import scenarios
from zoneplan.stress.whatif import what_if
from zoneplan.text import odds_range, rounded

pytestmark = pytest.mark.slow
NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "06_explore.ipynb"
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
TOKEN = "explore"
# A step takes a second or two, under load far longer; but nothing waits for ever.
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
PANEL, CHANCE = ".jp-OutputArea-output .widget-gridbox", ".widget-html .zoneplan-chance"

needs_browser = pytest.mark.skipif(
    BROWSER is None,
    reason="no browser to try the explorer in: apt-get install chromium chromium-driver",
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
        """Whether the kernel is idle and has its page; a restart before that may be lost."""
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
    """JupyterLab over a copy of the notebook, with nobody's settings, ended with its kernels."""
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
def page_of(address: str) -> Iterator[tuple]:
    """A page, and what went wrong on it; nothing is asked of other machines."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=BROWSER, args=FLAGS, timeout=1000 * STEP_SECONDS
        )
        try:
            context = browser.new_context(
                viewport={"width": 1440, "height": 900}, accept_downloads=True
            )
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            page = context.new_page()
            page.set_default_timeout(1000 * STEP_SECONDS)
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("request", lambda r: None if is_home(r.url) else wrong.append(r.url))
            page.on(
                "console",
                lambda m: (
                    wrong.append(m.text) if m.type == "error" and not is_noise(m.text) else None
                ),
            )
            page.goto(address, wait_until="commit")
            yield page, wrong
        finally:
            browser.close()


def is_home(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:", "file:"))


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


def wait_for_the_last_cell(page, lab: Lab) -> None:
    # The saved run has chances too; the panel appears only with a kernel.
    page.locator(PANEL).first.wait_for()
    wait_until(lab.is_settled, "the last cell")


def walk(page, plan, folder: Path, picture: str) -> None:
    """Type a growth, see the chance change, copy the scenario, save the chart."""
    head = plan.forecast()
    typed = Scenario(growth={"gdp": {2019: 9.0}})
    before, after = (what_if(head, s, "gdp") for s in (Scenario(), typed))
    assert before.chance("en") != after.chance("en")
    panel, shown = page.locator(".widget-gridbox").first, page.locator(CHANCE)
    shown.wait_for()
    assert shown.inner_text() == before.chance("en")
    # The level of the base comes first, then the years.
    field = panel.locator("input[type=number]").nth(2)
    image = panel.locator("img").first
    drawn = image.get_attribute("src")
    field.fill("9.0")
    field.press("Tab")
    wait_until(lambda: shown.inner_text() == after.chance("en"), "the chance to follow")
    wait_until(lambda: image.get_attribute("src") != drawn, "the picture to follow")

    page.get_by_role("button", name="Copy scenario").click()
    page.get_by_role("button", name="Copied").wait_for()
    file = folder / "scenarios.yml"
    file.write_text(page.evaluate("navigator.clipboard.readText()"), encoding="utf-8")
    (pasted,) = scenarios(plan, file).values()
    assert what_if(head, pasted, "gdp").chances == after.chances

    page.get_by_role("button", name="Save chart").click()
    where = Path(os.environ.get("ZONEPLAN_SCREENSHOTS") or folder) / picture
    shown.scroll_into_view_if_needed()
    page.screenshot(path=where)
    assert where.stat().st_size > 10_000


@needs_browser
def test_explorer_in_jupyterlab(lab, plan, tmp_path):
    address = f"http://127.0.0.1:{lab.port}/lab/tree/{NOTEBOOK.name}?token={TOKEN}&reset"
    with at_most(TEST_SECONDS), page_of(address) as (page, wrong):
        restart_and_run_all(page, lab)
        wait_for_the_last_cell(page, lab)
        folder = page.locator(f"{PANEL} input[type=text]").last
        folder.fill(str(tmp_path / "charts"))
        folder.press("Tab")
        walk(page, plan, tmp_path, "explorer_lab.png")
        page.get_by_text("Saved explore_own_gdp_2019_9.png").wait_for()
        names = {p.name for p in (tmp_path / "charts").iterdir()}
        assert names == {f"explore_own_gdp_2019_9.{kind}" for kind in ("png", "svg", "pdf")}
        assert page.locator("[data-mime-type*='error'], [data-mime-type*='stderr']").count() == 0
    assert wrong == []


@needs_browser
@needs_voila
def test_explorer_in_the_app(plan, tmp_path):
    app = App(tmp_path / "log", "--port", free_port())
    try:
        with at_most(TEST_SECONDS), page_of(app.address) as (page, wrong):
            walk(page, plan, tmp_path, "explorer_app.png")
            with page.expect_download() as download:
                page.get_by_role("link", name="png").click()
            saved = Path(download.value.path())
            assert download.value.suggested_filename == "explore_own_gdp_2019_9.png"
            assert saved.read_bytes()[:4] == b"\x89PNG"
            assert page.get_by_text("zp.explore").count() == 0
            page.locator("select").first.select_option(label="中文")
            page.get_by_role("button", name="复制情景").wait_for()
            chinese = load_plan(lang="zh").forecast().what_if(Scenario(growth={"gdp": {2019: 9.0}}))
            wait_until(
                lambda: page.locator(CHANCE).inner_text() == chinese.chance("zh"), "the language"
            )
            page.screenshot(path=tmp_path / "chinese.png")
            kernel = page.evaluate(
                "JSON.parse(document.getElementById('jupyter-config-data').text).kernelId"
            )
            assert app.get(f"/api/kernels/{kernel}", app.token)[0] == 200
            # A page that is left gives its place free.
            page.goto("about:blank")
            gone = f"/api/kernels/{kernel}"
            wait_until(lambda: app.get(gone, app.token)[0] == 404, "the kernel to end")
        assert wrong == []
    finally:
        app.end()


# Series, growth by year, base, own level and own target, both in the unit of the plan.
PAGE_SETTINGS = [
    ("gdp", {}, "", None, None),
    ("gdp", {2019: 8.0}, "", None, None),
    ("gdp", {2018: 7.5, 2019: 6.0, 2020: 5.5}, "", None, None),
    ("gdp", {2020: -3.2}, "implied", None, None),
    ("gdp", {}, "observed", None, None),
    ("gdp", {2019: 9.9}, "observed", None, 280.0),
    ("gdp", {}, "own", 200.0, None),
    ("gdp", {2018: 10.0}, "own", 215.5, 260.0),
    ("gdp", {}, "", None, 250.0),
    ("industrial_value_added", {2019: 4.0}, "", None, None),
    ("industrial_value_added", {}, "own", 81.0, 100.0),
    ("fiscal_revenue_total", {2020: 15.0}, "", None, None),
    ("budget_revenue", {2018: 20.0, 2019: 18.0}, "", None, 19.0),
    ("trade_total", {2019: 12.0}, "", None, None),
    ("trade_total", {}, "own", 90.0, None),
    ("fixed_asset_investment", {2020: 18.0}, "", None, None),
    ("private_investment", {2020: 9.0}, "", None, 12.0),
    ("returned_merchant_funds", {2018: 12.5}, "observed", None, None),
    ("fdi_actual", {2019: 6.0}, "own", 7000.0, 8000.0),
    ("rd_to_gdp", {2019: 5.0}, "", None, 3.6),
]


def said_by_the_library(head, setting, lang: str) -> tuple[str, str]:
    """The chance and the fan in words."""
    i, growth, base, level, target = setting
    assumed = Scenario(
        growth={i: growth} if growth else {},
        base=base if base in ("implied", "observed") else None,
        levels={} if level is None else {i: level},
    )
    made = what_if(head, assumed, i)
    moved = 0.0 if target is None else target - made.target.value
    aim = replace(made.target, low=made.target.low + moved, high=made.target.high + moved)
    chances = [f.probability(aim) for f in made.forecasts.values()]
    last = made.rows[made.rows["base"] == made.rows["base"].iloc[0]].iloc[-1]
    ends = {q: rounded(last[q], made.target.unit, lang) for q in ("q10", "q50", "q90")}
    spread = words(lang)("explore.panel.spread", **ends)
    return odds_range(min(chances), max(chances), lang), spread


def set_on_the_page(page, plan, setting, lang: str) -> tuple[str, str]:
    """Type a setting; the chance and the fan that the page then shows."""
    i, growth, base, level, target = setting
    page.locator("#series").select_option(label=plan.name(i, lang))
    page.locator("#back").click()
    factor, _ = shown_in(plan.unit(i), lang)
    for year, percent in growth.items():
        page.locator(f"#g{year}").fill(f"{percent}")
    if base:
        page.locator("#base").select_option(value=base)
    if level is not None:
        page.locator("#level").fill(f"{level * factor:.10g}")
    if target is not None:
        page.locator("#target").fill(f"{target * factor:.10g}")
    return page.locator("#chance").inner_text(), page.locator("#spread").inner_text()


@needs_browser
@pytest.mark.parametrize("lang", LANGS)
def test_the_page_to_send_says_what_the_library_says(made, plan, tmp_path, lang):
    file = write_explore_page(made, tmp_path / "explore.html", lang)
    with at_most(TEST_SECONDS), page_of(file.as_uri()) as (page, wrong):
        for setting in PAGE_SETTINGS:
            expected = said_by_the_library(made, setting, lang)
            assert set_on_the_page(page, plan, setting, lang) == expected, setting
        assert page.locator("#picture text").count() > 5
        # What cannot be is said, and no chance is shown.
        page.locator("#g2019").fill("80")
        assert not page.locator("#chance").is_visible()
        assert "80.0" in page.locator("#problems").inner_text()
        page.locator("#back").click()
        assert page.locator("#chance").is_visible()
        assert page.locator("#problems").inner_text() == ""
    assert wrong == []


@needs_browser
def test_the_page_to_send_fits_a_phone_and_follows_the_slider(made, tmp_path):
    file = write_explore_page(made, tmp_path / "explore.html", "en")
    with at_most(TEST_SECONDS), page_of(file.as_uri()) as (page, wrong):
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        slider, before = page.locator("#growth input[type=range]").nth(1), page.locator("#chance")
        told = before.inner_text()
        slider.focus()
        for _ in range(10):
            page.keyboard.press("ArrowRight")
        assert before.inner_text() != told
        assert page.locator("#g2019").input_value() == slider.input_value()
    assert wrong == []
