"""By what measure figures are shown, ranked and reported: the values of `policy/figures.yaml`.

Policies kept from before there was such a file get what it said first.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.figures import ShareName


@dataclass(frozen=True)
class FigureRules:
    """See `policy/figures.yaml`, where each value has its source."""

    least_cases: int = 30
    """A unit with fewer cases in the base of a figure is not ranked by it."""
    confidence: float = 0.95
    """Of the interval shown beside each share."""
    decimals: int = 2
    """Of a percentage as it is shown."""
    catch_up: int = 7
    """So many periods back a report that was missed is still made."""
    ranked: tuple[ShareName, ...] = (
        ShareName.ON_TIME_SIGNING,
        ShareName.ON_TIME_COMPLETION,
        ShareName.RESOLUTION,
        ShareName.SATISFACTION,
    )
    least_on_map: int = 5
    """Fewer cases than these are told as a range on maps and walls, so that no single petitioner's place is shown."""
    """The figures by which units are ranked; the others are shown only."""
