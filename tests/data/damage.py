"""Copies of tables to damage."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[2] / "data"


def texts(file: Path) -> pd.DataFrame:
    """Every cell of a table as text."""
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")


def set_cell(folder: Path, name: str, row: int, column: str, value: str) -> None:
    """Put a value into one cell; the header is row 1."""
    table = texts(folder / name)
    table.loc[row - 2, column] = value
    table.to_csv(folder / name, index=False, encoding="utf-8", lineterminator="\n")
