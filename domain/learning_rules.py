"""By what measure rules of dispatch are judged and dispatch learns; the values and their reasons stand in `policy/`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LearningRules:
    """The values here are those of policies kept from before `learning.yaml`."""

    least_cases: int = 30
    """With fewer closed cases nothing is judged."""
    tolerance: float = 0.005
    """The share of the cases by which a figure may fall before a change counts as worse."""
    least_training_cases: int = 200
    """With fewer closed cases nothing is learned: the keywords do it alone."""
    held_out: float = 0.2
    """The share of the cases, the latest ones, on which what was learned is tried before it goes into force."""
    precision: float = 0.98
    """Of what is dispatched without a person this share must have been right on cases that were not learned from."""
    return_cost: int = 10
    """How many decisions of the desk one case sent to a wrong unit costs."""
    most_cases: int = 50_000
    """Only the latest so many cases are looked at: duties and words change."""
