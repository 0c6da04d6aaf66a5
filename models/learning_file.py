"""The shape of `learning.yaml`: by what measure changes of dispatch are judged, and what it learns from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.policy_files import Shape, Sourced

CaseCount = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Share = Annotated[float, Field(ge=0, lt=0.5, allow_inf_nan=False)]


class CasesShape(Sourced):
    """A number of cases."""

    value: CaseCount


class ShareShape(Sourced):
    """A small share of cases, from 0 to below a half."""

    value: Share


class PrecisionShape(Sourced):
    """The share that must be right: more than half, and less than all, which no finite number of cases can show."""

    value: Annotated[float, Field(gt=0.5, lt=1, allow_inf_nan=False)]


class LearningFile(Shape):
    """`learning.yaml`; see `domain.learning_rules.LearningRules`."""

    least_cases: CasesShape
    tolerance: ShareShape
    least_training_cases: CasesShape
    held_out: ShareShape
    precision: PrecisionShape
    return_cost: CasesShape
    most_cases: CasesShape

    def figures(self) -> dict[str, CasesShape | ShareShape | PrecisionShape]:
        """Every value, by its name."""
        return dict(self)
