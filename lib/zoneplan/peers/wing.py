"""The zone among other zones and regions: one verb per question, each returning a ``Result``.

``plan.peers`` sees what was known on the plan's day; ``plan.peers(hindsight=True)`` also what was
published later, which enters no probability.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from zoneplan.data import tables
from zoneplan.peers import ambition as _ambition
from zoneplan.peers import convergence as _convergence
from zoneplan.peers import growth as _growth
from zoneplan.peers import neighbours as _neighbours
from zoneplan.peers import ranks as _ranks
from zoneplan.peers import similar as _similar
from zoneplan.peers import targets as _targets
from zoneplan.peers import totals as _totals
from zoneplan.peers.zones import Record, need


@dataclass(frozen=True)
class Peers(Record):
    """Questions about other zones and regions; each verb is a function of one module."""

    growth = _growth.growth
    beside = _growth.beside
    levels = _growth.levels
    reaching = _growth.reaching
    bias = _growth.bias
    shares = _totals.shares
    totals = _totals.totals
    against_city = _totals.against_city
    ranks = _ranks.ranks
    movers = _ranks.movers
    targets = _targets.targets
    region_targets = _targets.region_targets
    promised = _targets.promised
    similar = _similar.similar
    closest = _similar.closest
    availability = _ambition.availability
    ambition = _ambition.ambition
    percentile = _ambition.percentile
    percentiles = _ambition.percentiles
    neighbours = _neighbours.neighbours
    small_zones = _convergence.small_zones
    convergence = _convergence.convergence

    def __call__(self, *, hindsight: bool = False, home: str | None = None) -> Peers:
        """The same questions, with what was published later or for another zone."""
        plan = self.plan
        if home is not None:
            need("home", home, tables.read("peer_zones")["zone_id"])
            plan = replace(plan, about=plan.about.model_copy(update={"home": home}), _made={})
        return replace(self, plan=plan, hindsight=hindsight)
