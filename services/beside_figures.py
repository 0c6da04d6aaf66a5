"""Beside the figures: reasons of dissatisfaction and return visits, each number down to its cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pendulum import DateTime
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from domain.actions import Actor, Role
from domain.errors import NotFound, NotPermitted
from domain.measured import Selection
from domain.policy import Policy
from models.answers import Named
from models.beside_figures import BesideFigures, CaseBeside, CasesBeside
from models.figure_answers import VISIT_COUNT_LABELS
from models.tables import Petition
from services.access import seen_by
from services.context import Context
from services.figure_reasons import dissatisfied, dissatisfied_cases, reason_name, visit_cases, visit_counts
from services.figure_selection import Asked, selection_of
from services.figure_views import period_view
from services.figures import is_reader
from services.transactions import reading
from services.views import stage_named

VISITS, DISSATISFIED = "visits", "dissatisfied"


def beside_figures(context: Context, actor: Actor, asked: Asked) -> BesideFigures:
    """The district's numbers, for whoever figures are for; counted once a minute for all who look.

    Raises:
        Incomplete: a period or moment that cannot be meant.
        NotPermitted: not for this role.
    """
    _require_reader(actor)

    def counted() -> BesideFigures:
        with reading(context) as session:
            policy = context.rules.active(session)
            selection = selection_of(asked, policy)
            return BesideFigures(
                dissatisfied=dissatisfied(session, selection, policy), visits=visit_counts(session, selection)
            )

    found: BesideFigures = context.dashboards.get(("beside", asked), counted)
    return found


def cases_beside(
    context: Context, actor: Actor, asked: Asked, what: str, code: str, *, limit: int, offset: int = 0
) -> CasesBeside:
    """What a number is made of: `what` is `dissatisfied` with a reason's code, or `visits` with one of its counts.

    A unit is shown its own cases only. Raises `NotFound` for a number that there is not, else as `beside_figures`.
    """
    _require_reader(actor)
    with reading(context) as session:
        policy = context.rules.active(session)
        own = actor.unit if actor.role is Role.UNIT else None
        selection = selection_of(replace(asked, unit=own) if own else asked, policy)
        query, name = _query(session, selection, what, code, policy)
        query = query.where(seen_by(actor))
        total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        rows = session.execute(query.limit(limit).offset(offset)).tuples().all()
        cases = [_case(petition, at, policy) for petition, at in rows]
    shown = offset + len(cases)
    return CasesBeside(
        name=name,
        as_of=selection.as_of,
        period=period_view(selection.period),
        total=total,
        cases=cases,
        next=shown if shown < total else None,
    )


def _query(
    session: Session, selection: Selection, what: str, code: str, policy: Policy
) -> tuple[Select[tuple[Petition, Any]], str]:
    if what == DISSATISFIED and (not code or policy.verdict.dissatisfied_reason(code) is not None):
        return dissatisfied_cases(session, selection, code), f"不满意：{reason_name(policy, code)}"
    if what == VISITS and code in VISIT_COUNT_LABELS:
        return visit_cases(session, selection, code), f"回访：{VISIT_COUNT_LABELS[code]}"
    raise NotFound("这项数字")


def _case(petition: Petition, at: DateTime, policy: Policy) -> CaseBeside:
    unit = petition.unit
    return CaseBeside(
        petition_id=petition.id,
        case_number=petition.case_number,
        at=at,
        unit=Named(code=unit, name=policy.unit_name(unit)) if unit else None,
        stage=stage_named(petition.stage),
    )


def _require_reader(actor: Actor) -> None:
    if not is_reader(actor):
        raise NotPermitted
