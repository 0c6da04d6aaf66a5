"""By what measure rules of dispatch are judged; the values and their reasons stand in `policy/`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LearningRules:
    """The values here are those of policies kept from before `learning.yaml`."""

    least_cases: int = 30
    """With fewer closed cases nothing is judged."""
    tolerance: float = 0.005
    """The share of the cases by which a figure may fall before a change counts as worse."""
    most_cases: int = 50_000
    """Only the latest so many cases are looked at: duties and words change."""
