"""The shape of `verdict.yaml`: what is not assessed and who decides it, and why petitioners are dissatisfied."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.verdict_rules import OTHER
from models.policy_files import Code, Shape, Sourced, Text

Days = Annotated[int, Field(strict=True, ge=1, le=365)]


class ReasonShape(Sourced):
    """One reason, with its own source."""

    code: Code
    name: Text


Reasons = Annotated[tuple[ReasonShape, ...], Field(min_length=1)]


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

    reasons: Reasons

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if OTHER not in {reason.code for reason in self.reasons}:
            raise ValueError(f"缺少 code 为 {OTHER} 的原因(其他)：清单列不全")
        return self


class VerdictFile(Shape):
    """`verdict.yaml`; see `domain.verdict_rules.VerdictRules`."""

    exclusion: ExclusionShape
    dissatisfied: DissatisfiedShape
