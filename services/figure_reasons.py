"""Beside the figures: why petitioners were dissatisfied, by the reasons of the policy; and the return visits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
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
    query = (
        _ratings(session, selection)
        .with_only_columns(RatingRow.reason_code, func.count())
        .group_by(RatingRow.reason_code)
    )
    counted = {str(code or ""): number for code, number in session.execute(query).tuples()}
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [
        DissatisfiedView(reason=Named(code=code, name=reason_name(policy, code)), ratings=number)
        for code, number in ordered
    ]


def visit_counts(session: Session, selection: Selection) -> VisitCountsView:
    """The return visits of the cases of `selection` as they stood at its as-of moment."""
    parts = _visit_parts(selection)
    wanted = [func.count(case((part, 1))).label(name) for name, part in parts.items()]
    row = session.execute(_visits(session, selection).with_only_columns(*wanted)).mappings().one()
    return VisitCountsView(**row)


def dissatisfied_cases(session: Session, selection: Selection, code: str) -> Select[tuple[Petition, Any]]:
    """Each verdict for this reason with its petition and its moment; an empty `code`: for none that was chosen."""
    query = _ratings(session, selection).with_only_columns(Petition, RatingRow.rated_at.label("at"))
    return query.where(func.coalesce(RatingRow.reason_code, "") == code).order_by(RatingRow.rated_at, RatingRow.id)


def visit_cases(session: Session, selection: Selection, what: str) -> Select[tuple[Petition, Any]]:
    """Each visit that `what` of `visit_counts` counts, with its petition and when it was drawn."""
    query = _visits(session, selection).with_only_columns(Petition, Visit.drawn_at.label("at"))
    return query.where(_visit_parts(selection)[what]).order_by(Visit.drawn_at, Visit.id)


def _ratings(session: Session, selection: Selection) -> Select[Any]:
    asked = question(session, selection)
    cases = table_of(Counted.CASES, asked.form)
    query = (
        select(RatingRow, Petition)
        .join(Petition, Petition.id == RatingRow.petition_id)
        .join(cases, cases.c.case_number == Petition.case_number)
        .where(RatingRow.satisfaction == Satisfaction.DISSATISFIED.value, RatingRow.rated_at <= selection.as_of)
    )
    return query.params(asked.values)


def _visits(session: Session, selection: Selection) -> Select[Any]:
    asked = question(session, selection)
    cases = table_of(Counted.CASES, asked.form)
    query = (
        select(Visit, Petition)
        .join(Petition, Petition.id == Visit.petition_id)
        .join(cases, cases.c.case_number == Petition.case_number)
        .where(Visit.drawn_at <= selection.as_of)
    )
    return query.params(asked.values)


def _visit_parts(selection: Selection) -> dict[str, ColumnElement[bool]]:
    """By the names of `VisitCountsView`, which visits each of them counts."""
    ended = Visit.ended_at <= selection.as_of
    was_open = or_(Visit.ended_at.is_(None), Visit.ended_at > selection.as_of)
    return {
        "drawn": Visit.id.is_not(None),
        "open": was_open,
        "late": and_(was_open, Visit.due_at < selection.as_of),
        **{status.value: and_(ended, Visit.status == status.value) for status in _ENDS},
        "contradicting": and_(ended, Visit.contradicts.is_(True)),
    }


_ENDS = (VisitStatus.REACHED, VisitStatus.NOT_REACHED, VisitStatus.OVERTAKEN)


def reason_name(policy: Policy, code: str) -> str:
    """What people call the reason; an empty code is none that was chosen."""
    if not code:
        return NOT_CHOSEN
    reason = policy.verdict.dissatisfied_reason(code)
    return reason.name if reason else code
