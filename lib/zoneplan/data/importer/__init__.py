"""Targets and figures typed in a spreadsheet, read into a plan folder: what was understood, what was not, and where."""

from zoneplan.data.importer.reading import Understood, read_workbook
from zoneplan.data.importer.words import known_names, listed_names

__all__ = ["Understood", "known_names", "listed_names", "read_workbook"]
