"""Run the notebooks, in order 1..n, with time limits, and save them so that equal runs give equal bytes."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    from nbformat import NotebookNode

CELL_SECONDS = 120
NOTEBOOK_SECONDS = 600
AT_ONCE = 2

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
# Written by front ends at every run; they carry times and versions, not content.
VOLATILE = ("execution", "ExecuteTime", "collapsed", "trusted")


def folder() -> Path:
    """The project's notebooks folder, wherever the program was started."""
    return Path(__file__).resolve().parents[3] / "notebooks"


def paths(where: Path | None = None) -> list[Path]:
    """The notebooks in reading order."""
    return sorted((where or folder()).glob("[0-9][0-9]_*.ipynb"))


def run(path: str | Path, env: dict[str, str] | None = None) -> NotebookNode:
    """Execute one notebook from an empty state in a fresh kernel of this environment.

    Parameters
    ----------
    path : the notebook; its folder is the working directory.
    env : extra environment variables for the kernel.

    Returns
    -------
    The executed, normalised notebook; the file is not touched.

    Raises
    ------
    DataError
        A cell failed or took longer than its limit; the message names notebook, heading and error.

    How to read it: what comes back is what a reader gets from Restart and Run All.
    """
    import asyncio

    return asyncio.run(_run(Path(path), env))


async def _run(path: Path, env: dict[str, str] | None = None) -> NotebookNode:
    import asyncio

    import nbformat

    notebook = clean(nbformat.read(path, as_version=4))
    with tempfile.TemporaryDirectory(prefix="zp-") as scratch:
        try:
            async with asyncio.timeout(NOTEBOOK_SECONDS):
                await _execute(notebook, path.parent, Path(scratch), env)
        except TimeoutError:
            raise failure(path, notebook, f"no end after {NOTEBOOK_SECONDS} s") from None
        except Exception as error:
            if type(error).__name__ not in (
                "CellExecutionError",
                "CellTimeoutError",
                "DeadKernelError",
            ):
                raise
            raise failure(path, notebook, _reason(error)) from None
    return normalise(notebook)


async def _execute(notebook, cwd: Path, scratch: Path, env: dict[str, str] | None) -> None:
    from nbclient import NotebookClient

    manager = _manager(scratch)
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_SECONDS,
        startup_timeout=CELL_SECONDS,
        resources={"metadata": {"path": str(cwd)}},
        coalesce_streams=True,
        # A profile of the user must not change a published result.
        extra_arguments=[f"--ipython-dir={scratch}", "--HistoryManager.hist_file=:memory:"],
    )
    # What cells write comes back in their outputs; the rest is the noise of a kernel that is being stopped.
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    # A manager passed in is ours to stop: without this every run would leave a kernel behind.
    await client.async_execute(cleanup_kc=True, env={**os.environ, **(env or {})}, **quiet)


def _manager(scratch: Path):
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client import AsyncKernelManager
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

    class ThisEnvironment(KernelSpecManager):
        """Always the running interpreter, even if the user has another kernel named python3."""

        def get_kernel_spec(self, kernel_name):
            return KernelSpec(**get_kernel_dict())

    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisEnvironment())
    manager.connection_file = str(scratch / "k.json")
    if os.name != "nt":
        # Files instead of ports: works without any network.
        manager.transport = "ipc"
        manager.ip = str(scratch / "k")
    return manager


def clean(notebook: NotebookNode) -> NotebookNode:
    """The notebook without any trace of earlier runs."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
    return notebook


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Keep content, drop what differs between two equal runs: times, versions and random cell ids."""
    from nbformat import from_dict

    notebook.metadata = from_dict({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index:02d}"
        for key in VOLATILE:
            cell.metadata.pop(key, None)
    return notebook


def title(notebook: NotebookNode) -> str:
    """The first line of the first cell: the notebook's question."""
    lines = notebook.cells[0].source.strip().splitlines() if notebook.cells else []
    return lines[0].lstrip("#").strip() if lines else "notebook"


def heading(notebook: NotebookNode, index: int | None = None) -> str:
    """The last Markdown heading at or before a cell (None: before the last cell that was run)."""
    cells = notebook.cells
    if index is None:
        tried = [
            i
            for i, c in enumerate(cells)
            if c.cell_type == "code" and (c.execution_count or c.outputs)
        ]
        index = tried[-1] if tried else 0
    found = "start"
    for cell in cells[: index + 1]:
        if cell.cell_type == "markdown":
            titles = [x.lstrip("#").strip() for x in cell.source.splitlines() if x.startswith("#")]
            found = titles[-1] if titles else found
    return found


def failure(path: Path, notebook: NotebookNode, reason: str) -> DataError:
    """One message for a failed notebook: which one, under which heading, and why."""
    place = f"cell under '{heading(notebook)}'"
    return DataError(
        [Problem(path.name, None, place, reason, "a cell that runs to its end without an error")]
    )


def _reason(error: Exception) -> str:
    name, value = getattr(error, "ename", None), getattr(error, "evalue", None)
    if name:
        return f"{name}: {value}".strip().rstrip(":")
    return " ".join(str(error).split())[:300] or type(error).__name__


def run_all(
    write: bool = False, where: Path | None = None, tell: Callable[[str, bool], None] | None = None
) -> dict[str, NotebookNode]:
    """Run every notebook, two at a time; an interruption stops those that run and begins no other.

    Parameters
    ----------
    write : save the runs over the files, all of them or, after any failure, none.
    where : folder of the notebooks; None means the project's.
    tell : called with (name, finished) when a notebook starts and when it ends.

    Returns
    -------
    Executed notebooks by file stem, in reading order.

    How to read it: a key is the stem of the file; the value holds cells and outputs.
    """
    import asyncio

    files = paths(where)
    if not files:
        raise DataError(
            [
                Problem(
                    str(where or folder()), None, None, "no notebook", "files such as 01_name.ipynb"
                )
            ]
        )

    running = set()

    async def stoppable(path: Path) -> NotebookNode:
        this = asyncio.get_running_loop(), asyncio.current_task()
        running.add(this)
        try:
            return await _run(path)
        finally:
            running.discard(this)

    def one(path: Path) -> NotebookNode:
        if tell:
            tell(path.stem, False)
        done = asyncio.run(stoppable(path))
        if tell:
            tell(path.stem, True)
        return done

    with ThreadPoolExecutor(AT_ONCE) as pool:
        # The later ones take longest: begun first, they do not hold up the end.
        tasks = {path: pool.submit(one, path) for path in reversed(files)}
        problems = []
        try:
            for path in files:
                try:
                    tasks[path].result()
                except DataError as error:
                    problems += error.problems
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for loop, task in list(running):
                loop.call_soon_threadsafe(task.cancel)
            raise
    if problems:
        raise DataError(problems)
    runs = {path.stem: tasks[path].result() for path in files}
    if write:
        for path in files:
            save_clean(path, runs[path.stem])
    return runs


def save_clean(path: str | Path, notebook: NotebookNode | None = None) -> Path:
    """Save a notebook as one clean run 1..n (running it first if no run is given).

    How to read it: after this the file holds exactly one run, from the first cell to the last.
    """
    import nbformat

    path = Path(path)
    notebook = run(path) if notebook is None else normalise(notebook)
    text = nbformat.writes(notebook)
    # A crash while writing must not leave half a notebook.
    part = path.with_suffix(".part")
    part.write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8", newline="\n")
    part.replace(path)
    return path
