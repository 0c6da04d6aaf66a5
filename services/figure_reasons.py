"""Beside the figures: why petitioners were dissatisfied, by the reasons of the policy; and the return visits."""

from __future__ import annotations

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from domain.figures import Counted
from domain.measured import Selection
from domain.petition import Satisfaction
from domain.policy import Policy
from domain.visits import VisitStatus
from models.answers import Named
from models.figure_answers import DissatisfiedView, VisitCountsView
from models.tables import Petition, RatingRow, Visit
from services.figure_questions import question
from services.figure_tables import table_of

NOT_CHOSEN = "（只写文字，未选）"


def dissatisfied(session: Session, selection: Selection, policy: Policy) -> list[DissatisfiedView]:
    """Every verdict “dissatisfied” on a case of `selection` by its as-of moment, the most frequent reason first."""
    asked = question(session, selection)
    cases = table_of(Counted.CASES, asked.form)
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
    counted = {str(code or ""): number for code, number in session.execute(query, asked.values)}
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [
        DissatisfiedView(reason=Named(code=code, name=_name(policy, code)), ratings=number) for code, number in ordered
    ]


def visit_counts(session: Session, selection: Selection) -> VisitCountsView:
    """The return visits of the cases of `selection` as they stood at its as-of moment."""
    asked, as_of = question(session, selection), selection.as_of
    cases = table_of(Counted.CASES, asked.form)
    ended = Visit.ended_at <= as_of
    was_open = or_(Visit.ended_at.is_(None), Visit.ended_at > as_of)
    wanted = [
        func.count(),
        *(func.count(case((part, 1))) for part in (was_open, and_(was_open, Visit.due_at < as_of))),
        *(func.count(case((and_(ended, Visit.status == status.value), 1))) for status in _ENDS),
        func.count(case((and_(ended, Visit.contradicts.is_(True)), 1))),
    ]
    query = (
        select(*wanted)
        .select_from(Visit)
        .join(Petition, Petition.id == Visit.petition_id)
        .join(cases, cases.c.case_number == Petition.case_number)
        .where(Visit.drawn_at <= as_of)
    )
    drawn, still, late, reached, not_reached, overtaken, contradicting = session.execute(query, asked.values).one()
    return VisitCountsView(
        drawn=drawn,
        open=still,
        late=late,
        reached=reached,
        not_reached=not_reached,
        overtaken=overtaken,
        contradicting=contradicting,
    )


_ENDS = (VisitStatus.REACHED, VisitStatus.NOT_REACHED, VisitStatus.OVERTAKEN)


def _name(policy: Policy, code: str) -> str:
    if not code:
        return NOT_CHOSEN
    reason = policy.verdict.dissatisfied_reason(code)
    return reason.name if reason else code
