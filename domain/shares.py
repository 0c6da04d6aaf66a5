"""Shares of cases, how sure one may be of them, and a ranking that is fair to those who had the harder cases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import NormalDist


@dataclass(frozen=True)
class Share:
    """`numerator` of `base` cases. Raises ValueError unless 0 ≤ numerator ≤ base."""

    numerator: int = 0
    base: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.base:
            raise ValueError(f"{self.numerator} of {self.base} is no share")

    def __add__(self, other: Share) -> Share:
        return Share(self.numerator + other.numerator, self.base + other.base)

    @property
    def value(self) -> Fraction | None:
        """Exactly; `None` of no cases."""
        return Fraction(self.numerator, self.base) if self.base else None


def percent(value: Fraction, decimals: int) -> str:
    """The share as it is shown, half a last place rounded up.

    What is not all is never shown as 100 %, nor what is not nothing as 0 %: one case in ten thousand stays visible.
    """
    step = Decimal(1).scaleb(-decimals)
    hundred = Decimal(value.numerator * 100) / Decimal(value.denominator)
    shown = hundred.quantize(step, ROUND_HALF_UP)
    if 0 < value < 1:
        shown = min(max(shown, step), 100 - step)
    return f"{shown:f}%"


def wilson(share: Share, confidence: float) -> tuple[float, float]:
    """The interval (Wilson's score) in which the share behind `share` lies with this confidence; (0, 1) of no cases."""
    if not share.base:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    found, n = share.numerator / share.base, share.base
    centre = (found + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(found * (1 - found) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if share.numerator == 0 else max(0.0, centre - half)
    return low, 1.0 if share.numerator == share.base else min(1.0, centre + half)


class Verdict(StrEnum):
    """How a group's share stands to what its cases let one expect."""

    TOO_FEW = "too_few"
    AS_EXPECTED = "as_expected"
    ABOVE = "above"
    BELOW = "below"


VERDICT_LABELS = {
    Verdict.TOO_FEW: "件数不足，不排名",
    Verdict.AS_EXPECTED: "与应有水平无明显差别",
    Verdict.ABOVE: "高于应有水平",
    Verdict.BELOW: "低于应有水平",
}

Mix = Mapping[str | None, Share]
"""The cases of one group by their category."""


@dataclass(frozen=True)
class Ranked:
    """One group in the ranking, or beside it when it has too few cases."""

    share: Share
    expected: Fraction | None
    """What it would have if each of its categories went as it does in the whole district."""
    low: float
    high: float
    verdict: Verdict
    rank: int | None = None
    """From 1; groups that stand equal share it, and the next one counts on from all of them."""
    tied: bool = False


def total(mix: Mix) -> Share:
    """All categories together."""
    return sum(mix.values(), Share())


def expected(mix: Mix, everywhere: Mix) -> Fraction | None:
    """Indirect standardisation: the share a group would have if each category went as it does `everywhere`."""
    cases = total(mix)
    if not cases.base:
        return None
    weighed = (share.base * (everywhere[category].value or 0) for category, share in mix.items() if share.base)
    return Fraction(sum(weighed, Fraction())) / cases.base


def ranking(
    groups: Mapping[str | None, Mix], *, least_cases: int, confidence: float, more_is_better: bool
) -> dict[str | None, Ranked]:
    """Every group with its interval; those of at least `least_cases` in order of actual less expected share.

    Whoever is nobody (`None`) is never ranked. The order says which group did more with the cases it had; whether that
    is more than chance says the verdict, which compares the interval with the expected share.
    """
    everywhere: dict[str | None, Share] = {}
    for mix in groups.values():
        for category, share in mix.items():
            everywhere[category] = everywhere.get(category, Share()) + share
    found = {key: _measured(mix, everywhere, confidence) for key, mix in groups.items()}
    able = {key: item for key, item in found.items() if key is not None and item.share.base >= least_cases}
    gains = {key: _gain(item) * (1 if more_is_better else -1) for key, item in able.items()}
    for key, item in found.items():
        if key not in able:
            found[key] = Ranked(item.share, item.expected, item.low, item.high, Verdict.TOO_FEW)
            continue
        ahead = sum(1 for gain in gains.values() if gain > gains[key])
        tied = sum(1 for gain in gains.values() if gain == gains[key]) > 1
        found[key] = Ranked(item.share, item.expected, item.low, item.high, item.verdict, ahead + 1, tied)
    return found


def _measured(mix: Mix, everywhere: Mix, confidence: float) -> Ranked:
    share, should = total(mix), expected(mix, everywhere)
    low, high = wilson(share, confidence)
    verdict = Verdict.AS_EXPECTED
    if should is not None and should < low:
        verdict = Verdict.ABOVE
    elif should is not None and should > high:
        verdict = Verdict.BELOW
    return Ranked(share, should, low, high, verdict)


def _gain(item: Ranked) -> Fraction:
    return (item.share.value or Fraction()) - (item.expected or Fraction())
