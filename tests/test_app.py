"""The app: a token or nothing, no file of the machine, places that are taken, and Chromium."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from plan_folders import GDP

from zoneplan.app import PAGES, POLICY
from zoneplan.cli import main
from zoneplan.messages import LANGS, words

pytestmark = pytest.mark.slow
needs_voila = pytest.mark.skipif(
    importlib.util.find_spec("voila") is None, reason='no Voila: pip install "zoneplan[app]"'
)
STEP_SECONDS = 90


class App:
    """A running app and its address."""

    def __init__(self, log: Path, *options: str):
        self.log = log
        command = [sys.executable, "-m", "zoneplan", "app", "--no-browser", *options]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ)
        self.address = self._said()
        self.root, _, self.token = self.address.partition("?token=")

    def _said(self) -> str:
        end = time.monotonic() + STEP_SECONDS
        while not (found := re.search(r"http://\S+", self.log.read_text(encoding="utf-8"))):
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < end, "the app did not start"
            time.sleep(0.1)
        return found[0]

    def get(self, path: str, token: str | None = None) -> tuple[int, str]:
        """Status and text of a page; redirects are followed, paths are sent as they stand."""
        request = urllib.request.Request(self.root.rstrip("/") + path)
        if token is not None:
            request.add_header("Authorization", f"token {token}")
        try:
            with urllib.request.urlopen(request, timeout=STEP_SECONDS) as reply:
                return reply.status, reply.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()


def free_port() -> str:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


@pytest.fixture(scope="module")
def app(tmp_path_factory) -> Iterator[App]:
    made = App(tmp_path_factory.mktemp("app") / "log", "--port", free_port(), "--most", "1")
    yield made
    made.end()


@needs_voila
@pytest.mark.parametrize(
    "path", ["/", "/?token=wrong", "/explorer.ipynb", "/api/contents", "/api/kernels", "/login"]
)
def test_without_the_token_nothing(app, path):
    status, text = app.get(path)
    assert status in (403, 404)
    assert "zone" not in re.sub(r"zoneplan", "", text.lower()).replace("zone meet", "")
    assert "Traceback" not in text


@needs_voila
@pytest.mark.parametrize(
    "path",
    [
        "/files/etc/passwd",
        "/voila/files/explorer.ipynb",
        "/voila/files/../../etc/passwd",
        "/voila/files/..%2f..%2f..%2fetc%2fpasswd",
        "/voila/static/../../../../../../../etc/passwd",
        "/voila/static/..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/voila/templates/zoneplan/static/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/voila/templates/zoneplan/../../../book/explorer.ipynb",
        "/voila/labextensions/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/voila/api/themes/..%2f..%2f..%2f..%2fetc%2fpasswd",
        "/api/contents/explorer.ipynb",
        "/api/contents",
        "/api/kernels",
        "/api/sessions",
        "/api/terminals",
        "/voila/tree",
        "/voila/render/explorer.ipynb",
        "/explorer.ipynb",
    ],
)
def test_no_file_of_the_machine_with_the_token(app, path):
    status, text = app.get(path, app.token)
    assert status in (400, 403, 404, 405, 500), (path, status, text[:200])
    assert "root:" not in text
    assert '"cells"' not in text
    assert "Traceback" not in text


@needs_voila
def test_a_place_is_a_kernel_and_no_more_than_asked_for(app):
    status, text = app.get("/", app.token)
    assert status == 200
    assert "zp.explore" not in text
    assert words("en")("explore.app.title") in text
    (kernel,) = re.findall(r'"kernelId": "([\w-]+)"', text)
    status, told = app.get("/", app.token)
    assert status == 503
    for lang in LANGS:
        assert words(lang)("explore.app.full", most=1) in told
    # A kernel is told to its own page alone, and only to those with the token.
    assert app.get(f"/api/kernels/{kernel}")[0] == 403
    assert json.loads(app.get(f"/api/kernels/{kernel}", app.token)[1])["id"] == kernel


@needs_voila
def test_nothing_is_asked_of_other_machines(app):
    request = urllib.request.Request(app.address)
    try:
        reply = urllib.request.urlopen(request, timeout=STEP_SECONDS)
    except urllib.error.HTTPError as error:
        # The only place may be taken: its page says so under the same rules.
        reply = error
    assert reply.headers["Content-Security-Policy"] == POLICY
    text = reply.read().decode()
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=\"(https?:)?//", text)


def test_pages_speak_both_languages():
    places = {"wait", "full", "wrong", "ended", "title"}
    used = {
        m
        for page in PAGES.iterdir()
        for m in re.findall(r"\$(\w+)", page.read_text(encoding="utf-8"))
    }
    assert used == places
    for lang in LANGS:
        assert places <= set(words(lang).group("explore.app"))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--most", "0"], "--most: found 0; expected at least 1"),
        (["--port", "99999"], "--host, --port: found 127.0.0.1, port 99999"),
        (["--host", "203.0.113.7"], "--host, --port: found 203.0.113.7"),
    ],
)
def test_options_that_cannot_be_are_told(capsys, options, told):
    assert main(["app", "--no-browser", *options]) == 1
    assert told in capsys.readouterr().err


def test_without_voila_it_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr("zoneplan.app.find_spec", lambda name: None)
    assert main(["app", "--no-browser", "--port", free_port()]) == 1
    assert 'pip install "zoneplan[app]"' in capsys.readouterr().err


@needs_voila
@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", 1), ("127.0.0.1", 0)])
def test_another_host_is_warned_of(capsys, monkeypatch, host, warned):
    class Server:
        def start(self):
            """Serve nothing."""

    monkeypatch.setattr("zoneplan.app._server", lambda *args: Server())
    assert main(["app", "--no-browser", "--host", host, "--port", free_port()]) == 0
    told = capsys.readouterr().err
    assert told.count(f"Warning: listening on {host}") == told.count("not encrypted") == warned


@needs_voila
def test_the_plan_named_is_the_one_served(capsys, monkeypatch, own):
    class Server:
        def start(self):
            """Serve nothing."""

    monkeypatch.setattr("zoneplan.app._server", lambda *args: Server())
    monkeypatch.setenv("ZONEPLAN_PLAN", "")
    plan = own(GDP)
    command = ["app", "--no-browser", "--port", free_port()]
    assert main([*command, "--plan", str(plan.folder)]) == 0
    assert plan.title("en") in capsys.readouterr().out
    assert os.environ["ZONEPLAN_PLAN"] == str(plan.folder.resolve())
    assert main([*command, "--plan", str(plan.folder / "nowhere")]) == 1
