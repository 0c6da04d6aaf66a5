"""What stands beside the figures, and the cases it is made of."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, Shown
from models.figure_answers import DissatisfiedView, PeriodView, VisitCountsView


class BesideFigures(Answer):
    """Why petitioners of a period's cases were dissatisfied, and what came of the return visits."""

    dissatisfied: list[DissatisfiedView]
    visits: VisitCountsView


class CaseBeside(Answer):
    """A verdict or a visit that one of these numbers counts, with its case."""

    petition_id: str
    case_number: str
    at: Shown = Field(description="评价，或抽取回访的时刻")
    unit: Named | None
    stage: Named


class CasesBeside(Answer):
    """What one of these numbers is made of, the earliest first."""

    name: str
    as_of: Shown
    period: PeriodView
    total: int
    cases: list[CaseBeside]
    next: int | None
