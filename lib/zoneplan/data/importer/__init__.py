"""Targets and figures typed in a spreadsheet: what is understood, what is not, and what is
asked.
"""

from zoneplan.data.importer.names import known_names, listed_names
from zoneplan.data.importer.questions import OPEN_KINDS, Question, checked, read_answers
from zoneplan.data.importer.reading import Understood, read_workbook
from zoneplan.data.importer.write import observation, open_answers, plan_tables, write_plan

__all__ = [
    "OPEN_KINDS",
    "Question",
    "Understood",
    "checked",
    "known_names",
    "listed_names",
    "observation",
    "open_answers",
    "plan_tables",
    "read_answers",
    "read_workbook",
    "write_plan",
]
