"""What waits for whom: the pull queue of a unit, the queues of the offices, and what is overdue. No query per row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

import clock
from domain.actions import Actor, Role
from domain.facts import Exclusion
from domain.queue_filter import QueueFilter
from domain.stages import OPEN_STAGES, WORKING_STAGES, Stage
from models.answers import Page, QueueItem
from models.tables import Assignment, DecisionRequest, HistoryRow, Inspection, Petition, Supervision
from services import inspections
from services.access import ALL_SEEING, not_recused, require_role
from services.context import Context
from services.facts import is_rectifying
from services.queue_conditions import Column, conditions
from services.queue_cursors import after, cursor_of
from services.transactions import reading
from services.views import ask_view, explanation_view, head_of, lens_of, task_due

MAX_PAGE = 200
MOST_COUNTED = 1000
"""Whoever has more than this before them is not helped by the exact number (our own decision)."""
OPENING = 60
"""Letters by which a petition is told from its neighbours in a list (our own decision)."""

_WORKING = [stage.value for stage in WORKING_STAGES]
_OPEN = [stage.value for stage in OPEN_STAGES]
_ASKED = [Stage.RETURN_REQUESTED.value, Stage.EXTENSION_REQUESTED.value]
_DESK_DECIDES = [*_ASKED, Stage.COMPLETION_SUBMITTED.value]
_EXCLUSION_WAITS = Petition.exclusion == Exclusion.ASKED.value
_DESK_LOOKS = [Stage.REGISTERED.value, Stage.ACCEPTED.value]


@dataclass(frozen=True)
class Rows:
    """What waits for somebody: the rows, the date they are ordered by, and the key that is unique among them."""

    query: Select[Any]
    due: Column
    key: Column


def unit_queue(
    context: Context,
    actor: Actor,
    *,
    limit: int = 50,
    cursor: str | None = None,
    changed_after: dt.datetime | None = None,
    only: QueueFilter | None = None,
) -> Page:
    """What the unit has to do as lead or assisting, least time left first.

    A unit that inspectors asked to explain has that petition in it too, wherever it is by now: as the last task it had,
    with its `outcome` and the `explanation` it still owes.

    With `changed_after` (aware) only what changed since, and also what was taken from the unit since then: its
    `outcome` says how, and an `explanation` that is gone is no longer owed. Ask next time from the page's `as_of`, a
    minute earlier for what was being written.
    """
    require_role(actor, Role.UNIT)
    return _page(context, actor, _unit_rows(actor, changed_after), limit, cursor, only)


def _unit_rows(actor: Actor, changed_after: dt.datetime | None = None) -> Rows:
    running, owing = Assignment.ended_at.is_(None), or_(_owes_explanation(actor), _owes_answer(actor))
    to_explain = case((_owes_explanation(actor), Supervision.explanation_due_at), else_=null())
    to_answer = case((_owes_answer(actor), _answer_due(actor)), else_=null())
    due = func.coalesce(to_explain, to_answer, Assignment.due_at, Petition.due_at, type_=Petition.due_at.type)
    query = (
        select(Petition, HistoryRow.at, Assignment, due)
        .join(Assignment, Assignment.petition_id == Petition.id)
        .outerjoin(Supervision, Supervision.petition_id == Petition.id)
        .where(Assignment.unit == actor.unit)
    )
    if changed_after is None:
        query = query.where(or_(running, owing))
    else:
        query = query.where(
            or_(
                Assignment.ended_at > changed_after,
                and_(or_(running, _was_asked_to_explain(actor)), HistoryRow.at > changed_after),
            )
        )
    return Rows(query, due, Assignment.id)


def _owes_explanation(actor: Actor) -> ColumnElement[bool]:
    """Whether this is the last task of a unit that has no task any more, and still has to explain itself."""
    owed = and_(Supervision.closed_at.is_(None), Supervision.explanation_due_at.is_not(None))
    return and_(owed, _was_asked_to_explain(actor))


def _owes_answer(actor: Actor) -> ColumnElement[bool]:
    """As `_owes_explanation`, to the party-committee inspectors."""
    return and_(exists().where(_asks(actor), Inspection.answer_due_at.is_not(None)), _is_last_and_over())


def _asks(actor: Actor) -> ColumnElement[bool]:
    return and_(Inspection.petition_id == Petition.id, Inspection.closed_at.is_(None), Inspection.unit == actor.unit)


def _answer_due(actor: Actor) -> ColumnElement[Any]:
    return select(Inspection.answer_due_at).where(_asks(actor)).correlate(Petition).scalar_subquery()


def _was_asked_to_explain(actor: Actor) -> ColumnElement[bool]:
    """Whether this is the last task of a unit that has no task any more, and was asked to explain itself."""
    return and_(Supervision.unit == actor.unit, _is_last_and_over())


def _is_last_and_over() -> ColumnElement[bool]:
    """Whether this is the last task of a unit that has no task any more."""
    later = aliased(Assignment)
    mine = and_(later.petition_id == Assignment.petition_id, later.unit == Assignment.unit)
    no_later = ~exists().where(mine, or_(later.ended_at.is_(None), later.id > Assignment.id))
    return and_(Assignment.ended_at.is_not(None), no_later)


def queue_for(
    context: Context, actor: Actor, *, limit: int = 50, cursor: str | None = None, only: QueueFilter | None = None
) -> Page:
    """What waits for a decision of the caller's office, the decision due first on top. Units have `unit_queue`.

    Raises:
        NotPermitted: nothing ever waits for this role.
    """
    return _page(context, actor, rows_for(actor), limit, cursor, only)


def count_for(context: Context, actor: Actor, only: QueueFilter | None = None) -> int:
    """How many wait for `actor`, or of them fit the filter; no more than `MOST_COUNTED` are counted.

    Raises `NotPermitted` where nothing ever does.
    """
    rows = rows_for(actor)
    query = rows.query.with_only_columns(Petition.id).where(not_recused(actor))
    if only:
        query = query.where(*conditions(only, rows.due))
    with reading(context) as session:
        counted = select(func.count()).select_from(query.limit(MOST_COUNTED).subquery())
        return session.scalar(counted) or 0


def rows_for(actor: Actor) -> Rows:
    """What waits for `actor`. Raises `NotPermitted` where nothing ever does."""
    if actor.role is Role.UNIT:
        return _unit_rows(actor)
    if actor.role is Role.INSPECTOR:
        return _overdue_rows(actor, None, None)
    require_role(actor, *_WAITING)
    return Rows(select(Petition, HistoryRow.at).where(_WAITING[actor.role]), _DECISION_DUE, Petition.id)


def requests_queue(context: Context, actor: Actor, *, limit: int = 50, cursor: str | None = None) -> Page:
    """Returns, extensions and exclusions that wait for a decision, due first on top, each with what was asked before.

    Raises `NotPermitted` for whoever neither decides them nor watches over it.
    """
    require_role(actor, Role.DESK, Role.INSPECTOR, Role.OPERATOR)
    query = select(Petition, HistoryRow.at).where(or_(Petition.stage.in_(_ASKED), _EXCLUSION_WAITS))
    return _page(context, actor, Rows(query, _DECISION_DUE, Petition.id), limit, cursor)


# The run may have to look earlier than the decision is due: for a card, or for a unit that owes something else.
_DECISION_DUE = func.coalesce(
    Petition.exclusion_due_at, Petition.stage_due_at, Petition.wake_at, type_=Petition.wake_at.type
)

_WAITING: dict[Role, Any] = {
    Role.DESK: or_(
        Petition.stage.in_(_DESK_DECIDES),
        and_(Petition.stage.in_(_DESK_LOOKS), Petition.needs_desk.is_(True)),
        _EXCLUSION_WAITS,
    ),
    Role.REVIEWER: or_(Petition.stage == Stage.FIRST_REVIEW.value, _EXCLUSION_WAITS),
    Role.LEADER: Petition.stage == Stage.SECOND_REVIEW.value,
    Role.FOLLOW_UP: or_(
        Petition.stage == Stage.FOLLOW_UP.value,
        and_(Petition.stage == Stage.COMPLETED.value, Petition.rating_asked.is_(True)),
    ),
    Role.OPERATOR: Petition.stage.in_(_OPEN),
    Role.PARTY_INSPECTOR: exists().where(Inspection.petition_id == Petition.id, Inspection.closed_at.is_(None)),
}


def overdue_list(
    context: Context,
    actor: Actor,
    *,
    unit: str | None = None,
    supervised: bool | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """Work that is past its deadline, or under supervision and not finished; longest overdue first.

    An explanation that did not come in time is in it too, of a petition that is over as well. So is what was to be put
    right by now and was not looked after, and, for those who read their files, an answer that the party-committee
    inspectors wait for. `unit` is the unit at work, or the one that owes any of it.
    """
    require_role(actor, *ALL_SEEING)
    return _page(context, actor, _overdue_rows(actor, unit, supervised), limit, cursor)


def _overdue_rows(actor: Actor, unit: str | None, supervised: bool | None) -> Rows:  # noqa: FBT001 - as `overdue_list`
    now = clock.now()
    no_answer = and_(
        Inspection.petition_id == Petition.id, Inspection.closed_at.is_(None), Inspection.answer_due_at < now
    )
    unheard = exists().where(no_answer) if actor.role in inspections.READERS else false()
    unanswered = and_(Supervision.closed_at.is_(None), Supervision.explanation_due_at < now)
    unchecked = and_(Supervision.rectify_checked_at.is_(None), Supervision.rectify_due_at < now)
    silent = or_(unanswered, unchecked)
    # As `domain.petition.is_overdue` has it, of what the ledger wrote down.
    late = and_(Petition.due_at < now, Petition.stage.in_(_WORKING), Petition.due_met.is_not(True))
    supervised_now = and_(Supervision.id.is_not(None), Supervision.closed_at.is_(None))
    watched = and_(supervised_now, Petition.stage.in_(_OPEN))
    query = select(Petition, HistoryRow.at).outerjoin(Supervision, Supervision.petition_id == Petition.id)
    query = query.where(Petition.id.in_(_maybe_overdue(late)))
    if supervised is None:
        query = query.where(or_(late, watched, silent, unheard))
    elif supervised:
        query = query.where(or_(watched, silent, and_(unheard, supervised_now)))
    else:
        query = query.where(or_(late, unheard), not_(supervised_now))
    if unit is not None:
        asked = and_(unheard, exists().where(no_answer, Inspection.unit == unit))
        query = query.where(or_(Petition.unit == unit, and_(silent, Supervision.unit == unit), asked))
    return Rows(query, Petition.due_at, Petition.id)


def _maybe_overdue(late: ColumnElement[bool]) -> CompoundSelect[tuple[str]]:
    """Whatever can be in the list at all, each kind found by an index: of conditions on two tables there is none."""
    filed = select(Supervision.petition_id).where(
        or_(Supervision.closed_at.is_(None), Supervision.rectify_due_at.is_not(None))
    )
    inspected = select(Inspection.petition_id).where(Inspection.closed_at.is_(None))
    return union(select(Petition.id).where(late), filed, inspected)


def _page(
    context: Context, actor: Actor, rows: Rows, limit: int, cursor: str | None, only: QueueFilter | None = None
) -> Page:
    """A page of `rows`; nothing due comes last."""
    size, query, due, key = max(1, min(limit, MAX_PAGE)), rows.query, rows.due, rows.key
    undated = case((due.is_(None), 1), else_=0)
    # The last row of history carries the petition's version, so its moment is when the petition changed last.
    query = (
        query.join(HistoryRow, and_(HistoryRow.petition_id == Petition.id, HistoryRow.version == Petition.version))
        .options(
            selectinload(Petition.pauses),
            selectinload(Petition.extensions),
            selectinload(Petition.assignments),
            joinedload(Petition.supervision),
        )
        .where(not_recused(actor))
        .add_columns(due.label("page_due"), key.label("page_key"))
        .order_by(undated, due, key)
        .limit(size + 1)
    )
    if only:
        query = query.where(*conditions(only, due))
    if cursor is not None:
        query = query.where(after(cursor, due, key))
    with reading(context) as session:
        now = clock.now()
        found = session.execute(query).all()
        beside = _Beside(_asked(session, [row[0] for row in found]), _inspected(session, actor, found))
        items = [_item(context, session, actor, row, beside) for row in found[:size]]
        last = found[size - 1] if len(found) > size else None
        return Page(items=items, next=cursor_of(last.page_due, last.page_key) if last is not None else None, as_of=now)


@dataclass(frozen=True)
class _Beside:
    """What belongs to the petitions of a page, by petition: read at once, however many rows."""

    asked: dict[str, list[DecisionRequest]]
    inspected: dict[str, Inspection]


def _item(context: Context, session: Session, actor: Actor, row: Sequence[Any], beside: _Beside) -> QueueItem:
    petition = row[0]
    lens = lens_of(context, session, petition, actor)
    task = row[2] if isinstance(row[2], Assignment) else None
    mine, inspected = beside.asked.get(petition.id, []), beside.inspected.get(petition.id)
    ask = next((row for row in mine if row.outcome is None), None)
    owed, file = explanation_view(petition, lens), petition.supervision
    asked = inspections.asked_view(inspected, lens) if inspected is not None else None
    dues = [each.due_at for each in (owed, asked) if each and task and task.ended_at and each.unit.code == task.unit]
    return QueueItem(
        **head_of(petition, lens),
        part=task.part if task else None,
        duty=task.duty if task else "",
        task_due_at=dues[0] if dues else task_due(task) if task else None,
        outcome=task.outcome if task else None,
        changed_at=row[1],
        place=petition.place,
        opening=petition.text[:OPENING],
        asked=ask_view(ask, petition, lens) if ask else None,
        earlier=[ask_view(row, petition, lens) for row in mine if row is not ask] if ask else [],
        explanation=owed,
        inspection=asked,
        rectify_due_at=file.rectify_due_at if file is not None and is_rectifying(file) else None,
    )


def _inspected(session: Session, actor: Actor, found: Sequence[Sequence[Any]]) -> dict[str, Inspection]:
    """What the party-committee inspectors ask, for those who read their files and for the unit that is asked."""
    if actor.role not in (*inspections.READERS, Role.UNIT):
        return {}
    files = inspections.open_files(session, [row[0].id for row in found])
    return {key: file for key, file in files.items() if actor.role is not Role.UNIT or file.unit == actor.unit}


def _asked(session: Session, petitions: Sequence[Petition]) -> dict[str, list[DecisionRequest]]:
    """What was asked for on each, oldest first."""
    found: dict[str, list[DecisionRequest]] = {petition.id: [] for petition in petitions}
    query = select(DecisionRequest).where(DecisionRequest.petition_id.in_(found)).order_by(DecisionRequest.id)
    for row in session.scalars(query) if found else ():
        found[row.petition_id].append(row)
    return found
