"""Why petitioners were dissatisfied, counted by the reasons of the policy."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.figures import Counted
from domain.measured import Selection
from domain.petition import Satisfaction
from domain.policy import Policy
from models.answers import Named
from models.figure_answers import DissatisfiedView
from models.tables import Petition, RatingRow
from services.figure_tables import table_of

NOT_CHOSEN = "（只写文字，未选）"


def dissatisfied(session: Session, selection: Selection, policy: Policy) -> list[DissatisfiedView]:
    """Every verdict “dissatisfied” on a case of `selection` by its as-of moment, the most frequent reason first."""
    cases = table_of(Counted.CASES, selection)
    query = (
        select(RatingRow.reason_code, func.count())
        .join(Petition, Petition.id == RatingRow.petition_id)
        .join(cases, cases.c.case_number == Petition.case_number)
        .where(
            RatingRow.satisfaction == Satisfaction.DISSATISFIED.value,
            RatingRow.rated_at <= selection.as_of,
        )
        .group_by(RatingRow.reason_code)
    )
    counted = {str(code or ""): number for code, number in session.execute(query)}
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [
        DissatisfiedView(reason=Named(code=code, name=_name(policy, code)), ratings=number) for code, number in ordered
    ]


def _name(policy: Policy, code: str) -> str:
    if not code:
        return NOT_CHOSEN
    reason = policy.verdict.dissatisfied_reason(code)
    return reason.name if reason else code
