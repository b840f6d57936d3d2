"""The commands on anybody's panel: ``forecast``, ``learn`` and ``odds``."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from zoneplan.data.panel import Panel, Reading
    from zoneplan.forecasting.panel_model import ReferenceModel

# Named here too, because help must not load what computes them; a test holds both lists equal.
BASELINES = ("naive", "drift", "theta", "damped", "arima", "theta_damped", "pooled")
# So many units are forecast and written at a time, so that memory does not grow with the output.
CHUNK = 20_000


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands to a command line."""
    made = commands.add_parser(
        "forecast", help="forecast any panel of yearly levels from short histories"
    )
    made.add_argument("series", type=Path, metavar="SERIES", help="a table of units and years")
    made.add_argument(
        "--reference", type=Path, metavar="PANEL", help="similar units (default: the series)"
    )
    made.add_argument("--model", type=Path, metavar="MODEL.json", help="what learn has written")
    made.add_argument("--to", type=int, metavar="YEAR", help="last year to forecast")
    made.add_argument("--out", type=Path, metavar="OUT.csv", help="file to write (default: print)")
    made.add_argument(
        "--method",
        choices=("panel", "borrow", *BASELINES),
        default="panel",
        help="learn from similar units (default; borrow is its old name), or a textbook rule",
    )
    made.add_argument(
        "--bad-years",
        action="store_true",
        help="add q10_bad and q90_bad: with a stated share of years as bad as 2009 and 2020",
    )
    made.add_argument("--skip-bad", action="store_true", help="does nothing: this is the default")
    learnt = commands.add_parser("learn", help="learn from a panel what forecasts need")
    learnt.add_argument("panel", type=Path, metavar="PANEL", help="a table of units and years")
    learnt.add_argument(
        "--to", type=int, required=True, metavar="YEAR", help="last year to forecast"
    )
    learnt.add_argument(
        "--out", type=Path, required=True, metavar="MODEL.json", help="file to write"
    )
    promised = commands.add_parser("odds", help="the chance of each of a list of promises")
    promised.add_argument(
        "promises", type=Path, metavar="PROMISES.csv", help="unit_id, year, target [kind, made_in]"
    )
    promised.add_argument(
        "--history", type=Path, required=True, metavar="HISTORY", help="a table of units and years"
    )
    promised.add_argument(
        "--reference", type=Path, metavar="PANEL", help="similar units (default: the history)"
    )
    promised.add_argument("--out", type=Path, metavar="OUT.csv", help="default: print")
    for command in (made, learnt, promised):
        add_reading(command)


def add_reading(command: argparse.ArgumentParser) -> None:
    """Add the options of reading a panel to a command."""
    command.add_argument("--id", metavar="HEAD", help="column of the unit")
    command.add_argument("--year", metavar="HEAD", help="column of the year")
    command.add_argument("--value", metavar="HEAD", help="column of the level")
    command.add_argument("--decimal", choices=(",", "."), help="decimal mark of the levels")
    command.add_argument("--strict", action="store_true", help="refuse rather than leave out")


def read(args: argparse.Namespace, file: Path, to: int | None = None) -> Reading:
    """Read a panel as the options say, and tell what was assumed, is asked or was left out."""
    from zoneplan.data.panel_io import read_panel

    columns = {"id": args.id, "year": args.year, "value": args.value}
    reading = read_panel(file, to, **columns, decimal=args.decimal, strict=args.strict)
    tell(*reading.told)
    return reading


def tell(*lines: str) -> None:
    """Print lines beside the output."""
    for line in lines:
        print(line, file=sys.stderr)


def forecast(args: argparse.Namespace) -> int:
    """Forecast a panel and print or write its quantiles."""
    _consistent(args)
    if args.skip_bad:
        tell("--skip-bad is the default now; --strict refuses bad rows")
    model = None
    if args.model is not None:
        from zoneplan.forecasting.panel_model import load_model

        model = load_model(args.model)
        args.to = model.to if args.to is None else args.to
        if args.to > model.to:
            wanted = f"a year up to {model.to}, or a model learnt to a later one"
            raise DataError([Problem(str(args.model), None, None, f"--to {args.to}", wanted)])
    series = read(args, args.series, args.to).panel
    if args.method not in ("panel", "borrow"):
        tables, first = iter([_textbook(series, args.to, args.method)]), int(series.years[0])
    else:
        if model is None:
            from zoneplan.forecasting.panel_model import learn

            same = args.reference is None
            model = learn(series if same else read(args, args.reference).panel, args.to)
        tables, first = _in_chunks(model, series, args.to, args.bad_years), int(model.years[0])
    _say_what_is_missing(args, series, first)
    _write(tables, args.out)
    return 0


def learn(args: argparse.Namespace) -> int:
    """Learn from a panel and write what was learnt."""
    from zoneplan.forecasting.panel_model import learn

    learn(read(args, args.panel).panel, args.to).save(args.out)
    print(f"written: {args.out}")
    return 0


def odds(args: argparse.Namespace) -> int:
    """Print or write the chance of each promise."""
    from zoneplan.evaluation.promises import odds, read_promises, reasons

    history = read(args, args.history).panel
    reference = read(args, args.reference).panel if args.reference else None
    made = odds(read_promises(args.promises), history, reference)
    tell(*reasons(made))
    try:
        made.to_csv(args.out or sys.stdout, index=False, lineterminator="\n", float_format="%.10g")
    except OSError as error:
        raise _unwritable(args.out, error) from None
    return 0


def _unwritable(out: Path | None, error: OSError) -> DataError:
    found = error.strerror or str(error)
    return DataError([Problem(str(out), None, None, found, "a file that can be written")])


def _consistent(args: argparse.Namespace) -> None:
    """Refuse options that contradict each other."""
    given = [n for n in ("reference", "model") if getattr(args, n) is not None]
    problem = None
    if given and args.method not in ("panel", "borrow"):
        problem = f"--{given[0]} beside --method {args.method}", "it only with --method panel"
    elif len(given) > 1:
        problem = "--reference beside --model", "one of them: a model was learnt from its reference"
    elif args.to is None and args.model is None:
        problem = "no last year", "--to YEAR"
    if problem:
        raise DataError([Problem("forecast", None, None, *problem)])


def _in_chunks(
    model: ReferenceModel, series: Panel, to: int, bad_years: bool
) -> Iterator[pd.DataFrame]:
    import numpy as np
    from tqdm import tqdm

    starts = range(0, len(series.units), CHUNK)
    quiet = True if len(starts) < 5 else None
    for start in tqdm(starts, desc="forecast", unit=" parts", disable=quiet):
        part = series.where(np.arange(start, min(start + CHUNK, len(series.units))))
        table = model.forecast(part, to).table()
        if bad_years:
            wide = model.forecast(part, to, bad_years=True).table()
            table = table.assign(q10_bad=wide["q10"], q90_bad=wide["q90"])
        yield table


def _textbook(series: Panel, to: int, method: str) -> pd.DataFrame:
    from zoneplan.forecasting.baselines import baseline

    made = baseline(series, to, method)
    for count, why in (
        (made.too_short, "too short for it"),
        (made.blown_up, "a forecast not finite or absurd"),
    ):
        if count:
            tell(f"{method}: drift instead for {_units(count)} ({why})")
    unsure = int(made.rows["q90"].isna().groupby(made.rows["unit_id"]).any().sum())
    if unsure:
        tell(f"{method}: no interval for {_units(unsure)} (under three points)")
    return made.table()


def _units(count: int) -> str:
    return f"{count} unit{'' if count == 1 else 's'}"


def _say_what_is_missing(args: argparse.Namespace, series: Panel, first: int) -> None:
    """Tell of units without a forecast: they reach the year, or end before the reference begins.

    Raises
    ------
    DataError
        No unit is left to forecast, or one ends too early and ``--strict`` is set.

    """
    from zoneplan.data.panel import grouped

    last = series.last_years
    there, early = last >= args.to, last < first
    file, problems = str(args.series), []
    if early.any():
        found = [
            (0, f"{u}: last in {y}") for u, y in zip(series.units[early], last[early], strict=True)
        ]
        expected = f"a figure in the years of the reference, from {first}"
        problems = [grouped(file, "year", found, expected)]
    if (there | early).all() or (problems and args.strict):
        nothing = f"no unit to forecast to {args.to}", f"a unit that ends before {args.to}"
        none_left = (there | early).all()
        raise DataError(problems + ([Problem(file, None, "year", *nothing)] if none_left else []))
    tell(*(f"left out: {p}" for p in problems))
    if there.any():
        reach = f"they reach {args.to} already"
        tell(f"no rows for {there.sum()} of {len(last)} units: {reach}")


def _write(tables: Iterator[pd.DataFrame], out: Path | None) -> None:
    """Print or write tables below each other.

    Raises
    ------
    DataError
        The file cannot be written.

    """
    count = 0
    try:
        with (
            contextlib.nullcontext(sys.stdout)
            if out is None
            else out.open("w", encoding="utf-8", newline="") as stream
        ):
            for table in tables:
                if count == 0:
                    stream.write(",".join(table.columns) + "\n")
                stream.write(_text(table))
                count += len(table)
    except OSError as error:
        raise _unwritable(out, error) from None
    if out is not None:
        print(f"{count} rows written to {out}")


def _text(table: pd.DataFrame) -> str:
    """Return rows as CSV with ten significant digits; by Arrow, which is ten times as fast."""
    try:
        import pyarrow as pa
        from pyarrow import csv
    except ImportError:
        return str(
            table.to_csv(index=False, header=False, lineterminator="\n", float_format="%.10g")
        )
    numbers = table.select_dtypes("float64")
    rows = pa.Table.from_pandas(table.assign(**_rounded(numbers)), preserve_index=False)
    sink = io.BytesIO()
    try:
        csv.write_csv(rows, sink, csv.WriteOptions(include_header=False, quoting_style="none"))
    except pa.ArrowInvalid:
        # A name with a comma or a quote.
        sink = io.BytesIO()
        csv.write_csv(rows, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    return str(sink.getvalue(), "utf-8")


def _rounded(numbers: pd.DataFrame) -> pd.DataFrame:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (9 - np.floor(np.log10(np.abs(numbers))))
    return (numbers * scale).round() / scale
