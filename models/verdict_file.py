"""The shape of `verdict.yaml`: what is not assessed, why petitioners are dissatisfied, what is reopened."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.verdict_rules import OTHER
from models.policy_files import Code, Shape, Sourced, Text

Days = Annotated[int, Field(strict=True, ge=1, le=365)]


class ReasonShape(Sourced):
    """One reason, with its own source."""

    code: Code
    name: Text


def _leaves_room(reasons: tuple[ReasonShape, ...]) -> tuple[ReasonShape, ...]:
    if OTHER not in {reason.code for reason in reasons}:
        raise ValueError(f"缺少 code 为 {OTHER} 的原因(其他)：清单列不全")
    return reasons


Reasons = Annotated[tuple[ReasonShape, ...], Field(min_length=1)]
OpenReasons = Annotated[tuple[ReasonShape, ...], AfterValidator(_leaves_room)]
"""What petitioners choose from: one of them is any other."""


class DecidersShape(Sourced):
    """Which offices decide."""

    offices: Annotated[tuple[Literal["desk", "first_review"], ...], Field(min_length=1)]


class TermShape(Sourced):
    """Working days for a decision."""

    days: Days


class ExclusionShape(Shape):
    """What may be left out of the assessment, who decides it, and until when."""

    reasons: Reasons
    deciders: DecidersShape
    term: TermShape


class DissatisfiedShape(Shape):
    """What a dissatisfied petitioner may choose from."""

    reasons: OpenReasons


class WithinShape(Sourced):
    """Calendar days."""

    days: Days


class LimitShape(Sourced):
    """How often."""

    value: Annotated[int, Field(strict=True, ge=1, le=10)]


class ReopenShape(Shape):
    """Why, how long after the archiving and how often a petitioner may have a case taken up again."""

    reasons: OpenReasons
    within: WithinShape
    limit: LimitShape


class VerdictFile(Shape):
    """`verdict.yaml`; see `domain.verdict_rules.VerdictRules`."""

    exclusion: ExclusionShape
    dissatisfied: DissatisfiedShape
    reopen: ReopenShape
