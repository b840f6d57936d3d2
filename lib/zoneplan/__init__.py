"""Will a development zone meet its plan? Targets, chances, sensitivity and peers.

Start with :func:`load_plan`; everything else hangs on the plan that it returns.
"""

from zoneplan.errors import DataError, Problem
from zoneplan.explorer import Explorer
from zoneplan.forecasting.scenario import Scenario
from zoneplan.study import Forecasts, Plan, load_plan

__all__ = ["DataError", "Explorer", "Forecasts", "Plan", "Problem", "Scenario", "load_plan"]
__version__ = "0.1.0"
