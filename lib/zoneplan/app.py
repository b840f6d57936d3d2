"""The explorer alone in a browser, through Voila: no code, no files, a kernel for each reader."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

from zoneplan.errors import DataError, Problem

HOME, PORT, MOST = "127.0.0.1", 8866, 10
# Seconds without a move after which a reader's kernel ends.
IDLE, LOOK = 1800, 60
# Milliseconds after which a page that does not answer is gone.
PING = 30_000
PAGES = Path(__file__).parent / "app_page"
CELL = "import zoneplan as zp\n\nzp.explore(zp.load_plan(lang={lang!r}), app=True)"
# Nothing is loaded from anywhere else, whatever a page asks for.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; frame-ancestors 'self'"
)


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add = command.add_argument
    host = f"address to listen on (default: {HOME}, this machine alone)"
    add("--host", default=HOME, metavar="ADDRESS", help=host)
    add("--port", type=int, default=PORT, metavar="N", help=f"port (default: {PORT})")
    most = f"readers at a time, each with a kernel of its own (default: {MOST})"
    add("--most", type=int, default=MOST, metavar="N", help=most)
    add("--lang", choices=["en", "zh"], default="en", help="language to open in")
    add("--no-browser", action="store_true", help="only print the address")


def run(args: argparse.Namespace) -> int:
    """Serve the plan in force until Ctrl-C."""
    from zoneplan.study import load_plan

    _refuse(args)
    if args.plan is not None:
        # Kernels of readers are children of this process and read the same plan.
        os.environ["ZONEPLAN_PLAN"] = str(args.plan.resolve())
    from tornado.ioloop import IOLoop

    # A plan that cannot be read is told here, not on every reader's page.
    print(load_plan(lang=args.lang))
    token = secrets.token_urlsafe(16)
    if args.host not in (HOME, "localhost", "::1"):
        print(
            f"Warning: listening on {args.host}. Whoever can reach this machine and has the "
            "address below can use the app; what passes between is not encrypted.",
            file=sys.stderr,
        )
    name = socket.gethostname() if args.host in ("", "0.0.0.0", "::") else args.host
    address = f"http://{f'[{name}]' if ':' in name else name}:{args.port}/?token={token}"

    def tell() -> None:
        print(f"The explorer is at {address}\nCtrl-C ends it.", flush=True)
        if not args.no_browser:
            webbrowser.open(address)

    with _site(args.lang, args.most) as folder:
        app = _server(args, token, folder)
        IOLoop.current().add_callback(tell)
        app.start()
    return 0


def _refuse(args: argparse.Namespace) -> None:
    found = []
    if find_spec("voila") is None:
        found.append(("app", "no Voila", 'it: pip install "zoneplan[app]"'))
    if args.most < 1:
        found.append(("--most", str(args.most), "at least 1"))
    try:
        with socket.socket(socket.AF_INET6 if ":" in args.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, os.name != "nt")
            probe.bind((args.host, args.port))
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        place = f"{args.host}, port {args.port}"
        found.append(("--host, --port", f"{place}: {why}", "a free port, such as --port 8899"))
    if found:
        raise DataError([Problem(place, None, None, *rest) for place, *rest in found])


@contextmanager
def _site(lang: str, most: int) -> Iterator[Path]:
    """Make a folder with the notebook of one cell and the pages around it, in both languages."""
    import nbformat

    from zoneplan.messages import LANGS, words

    with tempfile.TemporaryDirectory(prefix="zoneplan_") as name:
        folder = Path(name)
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.format(lang=lang))])
        title = words(lang)("explore.app.title")
        book.metadata.update(title=title, kernelspec={"name": "python3", "language": "python"})
        (folder / "book").mkdir()
        nbformat.write(book, folder / "book" / "explorer.ipynb")
        pages = folder / "voila" / "templates" / "zoneplan"
        pages.mkdir(parents=True)
        # The status is filled in by the page itself.
        said = {
            key: "<br>".join(
                escape(words(x)(f"explore.app.{key}", most=most, status="{{ status_code }}"))
                for x in LANGS
            )
            for key in ("wait", "full", "wrong", "ended")
        }
        for page in PAGES.iterdir():
            text = Template(page.read_text(encoding="utf-8")).substitute(said, title=escape(title))
            (pages / page.name).write_text(text, encoding="utf-8")
        before = os.environ.get("JUPYTER_PATH", "")
        os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [name, before]))
        try:
            yield folder
        finally:
            os.environ["JUPYTER_PATH"] = before


def _server(args: argparse.Namespace, token: str, folder: Path) -> Any:
    """Voila with nobody's settings, told to show one notebook and nothing else."""
    from jupyter_core.utils import ensure_async
    from jupyter_server import DEFAULT_STATIC_FILES_PATH
    from jupyter_server.auth.identity import IdentityProvider
    from tornado.web import HTTPError
    from traitlets.config import Config
    from voila.app import Voila

    class TokenOnly(IdentityProvider):
        """Who brings no token is refused, not asked for one."""

        login_available = False

        async def get_user(self, handler: Any) -> Any:
            user = await ensure_async(super().get_user(handler))
            # Pages, those of errors too, look for it here.
            handler.current_user = handler._jupyter_current_user = user
            if user is None:
                raise HTTPError(403)
            # To ask for it sets the cookie with which a page that is closed ends its kernel.
            handler.xsrf_token  # noqa: B018
            return user

    book = folder / "book" / "explorer.ipynb"
    config = Config()
    config.Voila.update(
        ip=args.host, port=args.port, port_retries=0, token=token, open_browser=False,
        root_dir=str(book.parent), notebook_path=str(book), config_file_paths=[], log_level="ERROR",
        connection_dir_root=str(folder), identity_provider_class=TokenOnly,
        tornado_settings={
            "headers": {"Content-Security-Policy": POLICY},
            # Pages of errors look for it.
            "static_path": DEFAULT_STATIC_FILES_PATH,
            "ws_ping_timeout": PING,
        },
    )  # fmt: skip
    config.VoilaConfiguration.update(
        template="zoneplan", allow_template_override="NO", allow_theme_override="NO",
        file_allowlist=[], show_tracebacks=False, multi_kernel_manager_class=_seats(args.most),
    )  # fmt: skip
    # A kernel started again would know nothing of the page that it was started for.
    config.KernelRestarter.restart_limit = 0
    app = Voila(config=config)
    app.initialize([])
    return app


def _seats(most: int) -> type:
    """Make a manager of so many kernels at a time; those that nobody uses end."""
    import asyncio

    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
    from tornado.web import HTTPError

    class Seats(AsyncMappingKernelManager):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.cull_idle_timeout, self.cull_interval, self.cull_connected = IDLE, LOOK, True
            self._one_by_one = asyncio.Lock()

        async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
            async with self._one_by_one:
                if len(self) >= most:
                    raise HTTPError(503)
                # What kernels say of themselves is no news to whoever started the app.
                quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                return await super().start_kernel(**{**kwargs, **quiet})

    return Seats
