"""The shape of `learning.yaml`: by what measure changes of dispatch are judged, and what it learns from."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.policy_files import Shape, Sourced

CaseCount = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Part = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
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


class ConfidenceStepShape(Shape):
    """From this lead on, how often the first, second and third candidate were right."""

    ahead: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    right: tuple[Part, Part, Part]

    @model_validator(mode="after")
    def _are_parts_of_a_whole(self) -> Self:
        if sum(self.right) > 1:
            raise ValueError("三个候选单位的正确率相加不得超过 1：只有一个是对的")
        return self


class ConfidenceShape(Sourced):
    """How sure the keywords are, step by step."""

    steps: Annotated[tuple[ConfidenceStepShape, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _rises(self) -> Self:
        leads = [step.ahead for step in self.steps]
        if leads != sorted(set(leads)) or leads[0] != 0:
            raise ValueError("ahead 须从 0 开始，逐级增大")
        return self


class LearningFile(Shape):
    """`learning.yaml`; see `domain.learning_rules.LearningRules`."""

    least_cases: CasesShape
    tolerance: ShareShape
    least_training_cases: CasesShape
    held_out: ShareShape
    precision: PrecisionShape
    return_cost: CasesShape
    most_cases: CasesShape
    keyword_confidence: ConfidenceShape

    def figures(self) -> dict[str, CasesShape | ShareShape | PrecisionShape]:
        """Every single value, by its name."""
        return {name: shape for name, shape in self if not isinstance(shape, ConfidenceShape)}
