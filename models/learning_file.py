"""The shape of `learning.yaml`: by what measure changes of dispatch are judged."""

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


class LearningFile(Shape):
    """`learning.yaml`; see `domain.learning_rules.LearningRules`."""

    least_cases: CasesShape
    tolerance: ShareShape
    most_cases: CasesShape

    def figures(self) -> dict[str, CasesShape | ShareShape]:
        """Every value, by its name."""
        return dict(self)
