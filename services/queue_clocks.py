"""How the dates in a queue came about: from when, by which rule, what stood still, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from domain.actions import Actor, Role
from domain.petition import Deadline, assist_deadlines, deadlines, handling_due
from models.answers import Answer, ClockView, QueueItem
from models.tables import Petition
from services.access import seen_by
from services.context import Context
from services.facts import facts_of
from services.transactions import reading
from services.views import Lens, clock_view, lens_of


class RowClock(Answer):
    """The clock of one row, and under which rules the petition lives."""

    clock: ClockView
    policy_version: str
    deciding: bool
    """Whether it is the clock of a decision that the caller's office owes, and not of the work."""


def clocks_of(context: Context, actor: Actor, items: Sequence[QueueItem]) -> dict[str, RowClock]:
    """The clock behind the date that each row shows, by id; rows whose date no clock runs to have none.

    One question to the ledger, however many rows.
    """
    if not items:
        return {}
    query = select(Petition).where(Petition.id.in_([item.id for item in items]), seen_by(actor))
    query = query.options(
        selectinload(Petition.pauses),
        selectinload(Petition.extensions),
        selectinload(Petition.assignments),
        joinedload(Petition.supervision),
    )
    found: dict[str, RowClock] = {}
    with reading(context) as session:
        rows = {row.id: row for row in session.scalars(query)}
        for item in items:
            petition = rows.get(item.id)
            if petition is None:
                continue
            lens = lens_of(context, session, petition, actor)
            running = _running(petition, lens, actor)
            owed = petition.stage_due_at if actor.role in _DECIDE else None
            dates = [owed, item.task_due_at or item.due_at or item.wake_at]
            chosen = next((each for date in dates for each in running if date and each.due_at == date), None)
            if chosen is not None:
                deciding = chosen.due_at == owed
                clock = clock_view(chosen, lens)
                found[item.id] = RowClock(clock=clock, policy_version=petition.policy_version, deciding=deciding)
    return found


_DECIDE = frozenset({Role.DESK, Role.REVIEWER, Role.LEADER})
"""Whose queue is ordered by when they have to decide (`services.queues`): that date is shown, not the work's."""


def _running(petition: Petition, lens: Lens, actor: Actor) -> list[Deadline]:
    """Every clock of the petition, that of the work itself first."""
    facts = facts_of(petition)
    handling = handling_due(facts, lens.policy, lens.calendar)
    own = [
        each
        for each in assist_deadlines(facts, lens.calendar)
        if actor.role is not Role.UNIT or each.unit == actor.unit
    ]
    return [*([handling] if handling else []), *own, *deadlines(facts, lens.policy, lens.calendar)]
