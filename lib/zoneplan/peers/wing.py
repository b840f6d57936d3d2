"""The zone among other zones and regions: one verb per question, each returning a ``Result``.

``plan.peers`` sees what was known on the plan's day; ``plan.peers(hindsight=True)`` also what was
published later, which enters no probability.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from zoneplan.peers import ambition as _ambition
from zoneplan.peers import convergence as _convergence
from zoneplan.peers import growth as _growth
from zoneplan.peers import ranks as _ranks
from zoneplan.peers import similar as _similar
from zoneplan.peers import targets as _targets
from zoneplan.peers import totals as _totals
from zoneplan.peers.zones import Record


@dataclass(frozen=True)
class Peers(Record):
    """Questions about other zones and regions; each verb is a function of one module."""

    # What zones reported, whether to believe it, and the zone against wholes.
    growth = _growth.growth
    levels = _growth.levels
    reaching = _growth.reaching
    bias = _growth.bias
    shares = _totals.shares
    totals = _totals.totals
    against_city = _totals.against_city
    # The Ministry's evaluation, and what others promised.
    ranks = _ranks.ranks
    movers = _ranks.movers
    targets = _targets.targets
    region_targets = _targets.region_targets
    promised = _targets.promised
    # Who is like the zone.
    similar = _similar.similar
    closest = _similar.closest
    # Whether the planned growth is ambitious, and whether the small grow faster.
    availability = _ambition.availability
    ambition = _ambition.ambition
    percentile = _ambition.percentile
    percentiles = _ambition.percentiles
    small_zones = _convergence.small_zones
    convergence = _convergence.convergence

    def __call__(self, *, hindsight: bool) -> Peers:
        """The same questions asked of everything published until today, or of the plan's day."""
        return replace(self, hindsight=hindsight)
