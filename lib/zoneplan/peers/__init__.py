"""Comparisons with other zones and regions; ``plan.peers`` has them as verbs."""
