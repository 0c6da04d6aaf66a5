"""What must hold of a petition of the ledger, whoever did what: at every moment, and between two of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

import clock
from domain.actions import PERMITTED, Role
from domain.petition import handling_due
from domain.stages import FINAL_STAGES, TRANSITIONS, Stage, Trigger
from models.base import Base
from models.tables import HistoryRow, Notice, Petition, PolicyVersion
from services import runs
from services.context import Context
from services.facts import facts_of

# A stop of the clock takes the due date away until it runs again, or until the petition is over.
_CLOCK_STOPS = {Trigger.SUSPEND, Trigger.ASK_SUPPLEMENT}
_CLOCK_RUNS_ON = {
    Trigger.RESUME,
    Trigger.SUPPLEMENT,
    Trigger.WITHDRAW,
    Trigger.MERGE,
    Trigger.TERMINATE,
    Trigger.TAKE_AWAY,
}
_CLOCK_BEGINS = {Trigger.DISPATCH, Trigger.ASSIGN, Trigger.BEGIN_REDO, Trigger.REOPEN}
COMES_OF = {
    Trigger.LEAVE: Trigger.WITHDRAW,
    Trigger.REJECT_TO_FIRST_REVIEW: Trigger.REJECT_COMPLETION,
    Trigger.REJECT_TO_SECOND_REVIEW: Trigger.REJECT_COMPLETION,
}
"""What nobody pulls by this name: which of them an act comes to is told by where the petition stands."""
_MOVES_DUE = _CLOCK_STOPS | _CLOCK_RUNS_ON | _CLOCK_BEGINS | {Trigger.GRANT_EXTENSION}


def whole_ledger(context: Context) -> dict[str, list[Any]]:
    """Every row there is, to compare with; the policies, which nobody's action touches, are left out."""
    with context.readers() as session:
        return {
            name: list(session.execute(sa.select(table).order_by(*table.primary_key)))
            for name, table in Base.metadata.tables.items()
            if name != PolicyVersion.__tablename__
        }


def history_after(context: Context, petition_id: str, version: int) -> Sequence[HistoryRow]:
    query = sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id, HistoryRow.version > version)
    with context.readers() as session:
        return session.scalars(query.order_by(HistoryRow.version)).all()


def check_change(context: Context, before: Petition | None, after: Petition, secrets: Sequence[str]) -> list[Trigger]:
    """What was written since `before` is a story that the table tells, on a clock that only its reasons move."""
    since = before.version if before else 0
    rows = history_after(context, after.id, since)
    assert [row.version for row in rows] == list(range(since + 1, after.version + 1))
    triggers = [Trigger(row.trigger) for row in rows]
    for row, trigger in zip(rows, triggers, strict=True):
        _check_row(row, trigger)
    if before is None:
        return triggers
    assert all(earlier.at <= later.at for earlier, later in itertools.pairwise(rows))
    assert before.rung <= after.rung, "the ladder only goes up"
    assert before.policy_version == after.policy_version
    if before.due_at != after.due_at:
        assert _MOVES_DUE & set(triggers), f"{triggers} moved the due date from {before.due_at} to {after.due_at}"
    if before.clock_started_at != after.clock_started_at:
        began = set(triggers) & _CLOCK_BEGINS
        assert began - {Trigger.DISPATCH} or (began and before.clock_started_at is None), f"{triggers} reset the clock"
    elif {Trigger.DISPATCH, Trigger.REDISPATCH, Trigger.CORRECT_DISPATCH} >= set(triggers):
        assert before.due_at == after.due_at, "to be given to another unit moves no date"
    if before.stage in FINAL_STAGES and Trigger.REOPEN not in triggers:
        assert (after.stage, after.closed_at) == (before.stage, before.closed_at)
    _check_notices(context, after, since, secrets)
    return triggers


def _check_row(row: HistoryRow, trigger: Trigger) -> None:
    assert row.at <= clock.now()
    allowed = TRANSITIONS[trigger]
    before = Stage(row.stage_before) if row.stage_before else None
    assert before in allowed.sources if before else trigger is Trigger.REGISTER
    assert Stage(row.stage_after) is (allowed.target or before)
    role = Role(row.actor_role)
    assert role is Role.PLATFORM or role in PERMITTED[COMES_OF.get(trigger, trigger)]
    assert (role is Role.UNIT) is (row.actor_unit is not None)
    assert bool(row.actor_name) is (role is not Role.PETITIONER), "everybody is named but the petitioner"


def _check_notices(context: Context, petition: Petition, since: int, secrets: Sequence[str]) -> None:
    query = sa.select(Notice.title, Notice.body, Notice.recipient)
    with context.readers() as session:
        texts = session.execute(query.where(Notice.petition_id == petition.id, Notice.version > since)).all()
    for title, body, recipient in texts:
        assert not [secret for secret in secrets if secret in title + body + recipient]
        assert petition.query_code not in title + body or recipient.startswith("petitioner:")


def check_standing(context: Context, petition: Petition, secrets: Sequence[str]) -> None:
    """The row, what a run sees of it, and what hangs on it agree."""
    seen, stage = runs.look(context, petition.id), Stage(petition.stage)
    assert seen.version == petition.version
    assert seen.final is (stage in FINAL_STAGES) is (seen.wake_at is None) is (petition.wake_at is None)
    assert not seen.final or seen.step is None
    if seen.step is not None:
        assert petition.wake_at is not None
        assert petition.wake_at <= clock.now(), "a step is due and the run sleeps on"
    elif petition.wake_at is not None:
        assert petition.wake_at == seen.wake_at or petition.wake_at <= clock.now(), "the run wakes in time"
    policy = context.rules.known(petition.policy_version)
    due = handling_due(facts_of(petition), policy, context.rules.calendar)
    assert petition.due_at == (due.due_at if due else None)
    assert not [secret for secret in secrets if secret in " ".join([seen.label.name, *seen.label.tags])]
    if stage in FINAL_STAGES:
        assert all(item.ended_at is not None for item in petition.assignments), "the case is over for every unit"
