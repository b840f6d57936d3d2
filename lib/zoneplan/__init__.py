"""Will a development zone meet its plan? Targets, chances, sensitivity and peers.

Start with :func:`load_plan`; everything else hangs on the plan that it returns.
"""

from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.panel_model import learn, load_model
from zoneplan.forecasting.scenario import Scenario
from zoneplan.study import Forecasts, Plan, load_plan

__all__ = [
    "DataError",
    "Explorer",
    "Forecasts",
    "Plan",
    "Problem",
    "Scenario",
    "learn",
    "load_model",
    "load_plan",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load the explorer, which draws, when it is first asked for."""
    if name != "Explorer":
        raise AttributeError(f"module 'zoneplan' has no attribute {name!r}")
    from zoneplan.explorer import Explorer

    return Explorer
