"""Will a development zone meet its plan? Targets, chances, sensitivity and peers.

Start with :func:`load_plan`; everything else hangs on the plan that it returns.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoneplan.errors import DataError, Problem
    from zoneplan.evaluation.promises import odds
    from zoneplan.explorer import explore
    from zoneplan.forecasting.panel_model import learn, load_model
    from zoneplan.forecasting.scenario import Scenario
    from zoneplan.study import Forecasts, Plan, load_plan
    from zoneplan.text import say, show

__all__ = [
    "DataError", "Forecasts", "Plan", "Problem", "Scenario", "explore", "learn", "load_model",
    "load_plan", "odds", "say", "show",
]  # fmt: skip
__version__ = "0.2.0"

# Where each name lives; it is loaded when it is first asked for, so that help and errors come at
# once.
_HOMES = {
    "DataError": "errors",
    "Forecasts": "study",
    "Plan": "study",
    "Problem": "errors",
    "Scenario": "forecasting.scenario",
    "explore": "explorer",
    "learn": "forecasting.panel_model",
    "load_model": "forecasting.panel_model",
    "load_plan": "study",
    "odds": "evaluation.promises",
    "say": "text",
    "show": "text",
}


def __getattr__(name: str) -> Any:
    """A name of the vocabulary, from the module that holds it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'zoneplan' has no attribute {name!r}")
    found = getattr(import_module(f"zoneplan.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
