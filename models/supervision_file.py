"""The shape of `supervision.yaml`: who stays out and who handles it then, and what inspectors go by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.workdays import TimeUnit
from models.policy_files import Code, Shape, Sourced, Word


class SuperiorShape(Shape):
    """Who handles what is reported about a unit."""

    unit: Code
    superior: Code


class SuperiorsShape(Sourced):
    """Which unit supervises which."""

    units: tuple[SuperiorShape, ...]


class AccusedShape(Sourced):
    """By what words a unit is taken to be complained about; `within` in letters."""

    words: Annotated[tuple[Word, ...], Field(min_length=1)]
    within: Annotated[int, Field(strict=True, ge=0, le=100)]
    town_endings: Annotated[tuple[Word, ...], Field(min_length=1)]


_Minutes = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class PlatformShape(Sourced):
    """When the platform is down or late, and a change near to the deadline; minutes, `near` of office time."""

    gap: _Minutes
    late: _Minutes
    near: _Minutes


class TermShape(Sourced):
    """How long a unit has where the inspectors set no term."""

    amount: Annotated[int, Field(strict=True, ge=1, le=365)]
    unit: TimeUnit


class WarningShape(Sourced):
    """How long before a date of the inspectors the unit is warned, in working days; 0: not at all."""

    days: Annotated[int, Field(strict=True, ge=0, le=30)]


class GroundShape(Shape):
    """One ground on which a fault may be tolerated."""

    code: Code
    name: Word


class ToleranceShape(Sourced):
    """The grounds on which a fault may be tolerated."""

    grounds: Annotated[tuple[GroundShape, ...], Field(min_length=1)]


class SupervisionFile(Shape):
    """`supervision.yaml`; see `domain.recusal.RecusalRules`."""

    superiors: SuperiorsShape
    accused: AccusedShape
    platform: PlatformShape
    rectification: TermShape
    explanation: TermShape
    answer: TermShape
    warning: WarningShape
    tolerance: ToleranceShape
