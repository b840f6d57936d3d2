"""Targets and figures typed in a spreadsheet, read into a plan folder: what was understood, what was not, and where."""

from zoneplan.data.importer.questions import OPEN_KINDS, Question, read_answers
from zoneplan.data.importer.reading import Understood, read_workbook
from zoneplan.data.importer.names import known_names, listed_names
from zoneplan.data.importer.write import changes, guard, open_answers, plan_tables, write_plan

__all__ = [
    "OPEN_KINDS", "Question", "Understood", "changes", "guard", "known_names", "listed_names", "open_answers",
    "plan_tables", "read_answers", "read_workbook", "write_plan",
]  # fmt: skip
