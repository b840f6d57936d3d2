"""Run the notebooks, in order 1..n, with time limits; equal runs are saved with equal bytes."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoneplan.data.tables import project_dir
from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbformat import NotebookNode

CELL_SECONDS, NOTEBOOK_SECONDS = 120, 600
AT_ONCE = 2
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# What a cell keeps beside its content: all else are times, versions and the state of a front end.
KEPT = ("tags", "slideshow")
ARROW = re.compile(r"-+> *(\d+)")
COLOURS = re.compile(r"\x1b\[[\d;]*m")


def folder() -> Path:
    """The project's notebooks folder, wherever the program was started."""
    return project_dir() / "notebooks"


def paths(where: Path | None = None) -> list[Path]:
    """The notebooks in reading order."""
    return sorted((where or folder()).glob("[0-9][0-9]_*.ipynb"))


def run(path: str | Path, env: Mapping[str, str] | None = None) -> NotebookNode:
    """Run one notebook as Restart and Run All does, in a fresh kernel of this environment.

    Parameters
    ----------
    path : the notebook; its folder is the working directory. The file is not touched.
    env : more environment variables for the kernel, such as ``ZONEPLAN_PLAN``.

    Raises
    ------
    DataError
        A cell failed or took longer than its limit: notebook, heading, cell, claim and values.
    """
    return _finish(_run(Path(path), env or {}))


def run_all(
    write: bool = False,
    where: Path | None = None,
    tell: Callable[[str, bool], None] = lambda name, finished: None,
    env: Mapping[str, str] | None = None,
    only: Sequence[Path] | None = None,
    failed: list[Problem] | None = None,
) -> dict[str, NotebookNode]:
    """Run every notebook, two at a time; an interruption stops those that run and begins no other.

    Parameters
    ----------
    write : save the runs over the files, all of them or, after any failure, none.
    where : folder of the notebooks; None means the project's.
    tell : called with (name, finished) when a notebook starts and when it ends.
    env : more environment variables for the kernels.
    only : notebooks to run instead of all.
    failed : takes what goes wrong in a cell; the cells after it run then, and nothing is raised.

    Returns
    -------
    Executed notebooks by file stem, in reading order.
    """
    files = paths(where) if only is None else list(only)
    if not files:
        found, expected = str(where or folder()), "files such as 01_name.ipynb"
        raise DataError([Problem(found, None, None, "no notebook", expected)])

    async def every() -> list[Any]:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(path: Path) -> NotebookNode:
            async with gate:
                tell(path.stem, False)
                made = await _run(path, env or {}, failed)
                tell(path.stem, True)
                return made

        # The later ones take longest: begun first, they do not hold up the end.
        ends = await asyncio.gather(*map(one, reversed(files)), return_exceptions=True)
        return ends[::-1]

    made = _finish(every())
    if others := [e for e in made if isinstance(e, BaseException) and not isinstance(e, DataError)]:
        raise others[0]
    if problems := [p for e in made if isinstance(e, DataError) for p in e.problems]:
        raise DataError(problems)
    if write:
        for path, notebook in zip(files, made, strict=True):
            save_clean(path, notebook)
    return {path.stem: notebook for path, notebook in zip(files, made, strict=True)}


def _finish(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end beside a loop that may be running already; Ctrl-C cancels it."""
    running: list[asyncio.AbstractEventLoop] = []

    async def noted() -> Any:
        running.append(asyncio.get_running_loop())
        return await work

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(asyncio.run, noted())
        try:
            return done.result()
        except KeyboardInterrupt:
            for loop in running:
                for task in asyncio.all_tasks(loop):
                    loop.call_soon_threadsafe(task.cancel)
            raise


async def _run(
    path: Path, env: Mapping[str, str], failed: list[Problem] | None = None
) -> NotebookNode:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError

    notebook = clean(nbformat.read(path, as_version=4))
    with tempfile.TemporaryDirectory(prefix="zp-") as scratch:
        manager = _manager(Path(scratch))
        client = NotebookClient(
            notebook,
            km=manager,
            timeout=CELL_SECONDS,
            startup_timeout=NOTEBOOK_SECONDS,
            resources={"metadata": {"path": str(path.parent)}},
            coalesce_streams=True,
            allow_errors=failed is not None,
            # A profile of the user must not change a published result.
            extra_arguments=[f"--ipython-dir={scratch}", "--HistoryManager.hist_file=:memory:"],
        )
        begun = [0]

        async def fails(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
            reason = await _reason(client, cell.source, execute_reply["content"])
            error = failure(path, notebook, cell_index, reason)
            if failed is None:
                raise error
            failed.extend(error.problems)

        client.on_cell_start = lambda cell, cell_index: begun.append(cell_index)
        client.on_cell_error = fails
        # What cells write comes back in their outputs; the rest is the noise of kernels that stop.
        options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        try:
            async with asyncio.timeout(NOTEBOOK_SECONDS):
                # A manager of one's own is one's own to stop, or a kernel is left behind.
                await client.async_execute(cleanup_kc=True, env={**os.environ, **env}, **options)
        except (TimeoutError, RuntimeError) as error:
            limit = CELL_SECONDS if isinstance(error, CellTimeoutError) else NOTEBOOK_SECONDS
            late = isinstance(error, TimeoutError)
            reason = f"no end after {limit} s" if late else "the kernel died"
            raise failure(path, notebook, begun[-1], reason) from None
        finally:
            # Stopped while it was starting, a kernel would live on.
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)
    return normalise(notebook)


def _manager(scratch: Path) -> AsyncKernelManager:
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    class ThisEnvironment(KernelSpecManager):  # type: ignore[misc]
        """Always the running interpreter, even if the user has another kernel named python3."""

        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(**get_kernel_dict())

    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisEnvironment())
    manager.connection_file = str(scratch / "k.json")
    if os.name != "nt":
        # Files instead of ports: works without any network.
        manager.transport, manager.ip = "ipc", str(scratch / "k")
    return manager


async def _reason(client: NotebookClient, source: str, error: dict[str, Any]) -> str:
    """What went wrong in a cell; of a claim the claim itself, and the values that it compares."""
    if error["ename"] != "AssertionError":
        return f"{error['ename']}: {error['evalue']}".rstrip(": ")
    traceback = (ARROW.search(COLOURS.sub("", text)) for text in error["traceback"])
    line = next((int(arrow.group(1)) for arrow in traceback if arrow), 1)
    test = next((n.test for n in _asserts(source) if n.lineno <= line <= (n.end_lineno or 0)), None)
    said = error["evalue"] or (ast.unparse(test) if test else source.splitlines()[line - 1].strip())
    sides = [test.left, *test.comparators] if isinstance(test, ast.Compare) else []
    asked = {x: x for x in (ast.unparse(s) for s in sides if not isinstance(s, ast.Constant))}
    options: dict[str, Any] = {"silent": True, "reply": True, "timeout": CELL_SECONDS}
    kernel: Any = client.kc
    reply = await kernel.execute("", user_expressions=asked, **options)
    found = reply["content"].get("user_expressions", {})
    values = [f"{x} = {v['data']['text/plain']}" for x, v in found.items() if "data" in v]
    return f"not so: {said}" + (f" ({', '.join(values)})" if values else "")


def _asserts(source: str) -> list[ast.Assert]:
    with contextlib.suppress(SyntaxError):
        return [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Assert)]
    return []


def failure(path: Path, notebook: NotebookNode, index: int, reason: str) -> DataError:
    """One message for a failed notebook: which one, which cell under which heading, and why."""
    number = sum(c.cell_type == "code" for c in notebook.cells[: index + 1])
    place = f"cell [{number}] under '{heading(notebook, index)}'"
    return DataError([Problem(path.name, None, place, reason, "a cell that runs to its end")])


def clean(notebook: NotebookNode) -> NotebookNode:
    """The notebook without any trace of earlier runs."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Keep content, ids and hidden input; drop what differs between two equal runs."""
    from nbformat import from_dict

    notebook.metadata = from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for index, cell in enumerate(notebook.cells):
        cell.id = cell.get("id") or f"cell-{index:02d}"
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        kept = {k: v for k, v in cell.metadata.items() if k in KEPT}
        cell.metadata = from_dict(kept | ({"jupyter": {"source_hidden": True}} if hidden else {}))
    return notebook


def title(notebook: NotebookNode) -> str:
    """The first line of the first cell: the notebook's question."""
    lines = notebook.cells[0].source.strip().splitlines() if notebook.cells else []
    return lines[0].lstrip("#").strip() if lines else "notebook"


def heading(notebook: NotebookNode, index: int) -> str:
    """The last Markdown heading at or before a cell."""
    texts = [c.source for c in notebook.cells[: index + 1] if c.cell_type == "markdown"]
    heads = [x.lstrip("#").strip() for t in texts for x in t.splitlines() if x.startswith("#")]
    return heads[-1] if heads else "start"


def save_clean(path: str | Path, notebook: NotebookNode | None = None) -> Path:
    """Save a notebook as one clean run 1..n (running it first if no run is given)."""
    import nbformat

    path = Path(path)
    notebook = run(path) if notebook is None else normalise(notebook)
    # A crash while writing must not leave half a notebook.
    part = path.with_suffix(".part")
    text = nbformat.writes(notebook).rstrip("\n") + "\n"
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)
    return path
