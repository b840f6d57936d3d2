"""Will a development zone meet its plan? Targets, odds, sensitivity and peers.

Start with :func:`load_plan`; everything else hangs on the plan it returns.
"""

from zoneplan.errors import DataError, Problem
from zoneplan.plan.document import Plan, load_plan

__all__ = ["DataError", "Plan", "Problem", "load_plan"]
__version__ = "0.1.0"
