"""The only writer of a petition's stage, with its history, its timers and the notices the change owes.

Everything happens in the caller's transaction: either all of it is there, or nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pendulum import DateTime
from sqlalchemy import select

import clock
from domain.actions import Actor
from domain.petition import (
    Deadline,
    Facts,
    assist_deadlines,
    decide,
    explanation_due,
    handling_due,
    is_met,
    stage_due,
)
from domain.policy import Policy
from domain.stages import CLOCK_STOPPED_STAGES, FINAL_STAGES, TRANSITIONS, Stage, Trigger, stage_after
from domain.workdays import WorkCalendar
from models.tables import HistoryRow, PauseRow, Petition, TimerRow
from services.coverage import covers_of, seal_of
from services.facts import facts_of, open_assists
from services.notices import Concern, owe_notices
from services.platform_delays import excused_until
from services.transactions import Transaction


def move(  # noqa: PLR0913 - a history row has this many particulars
    tx: Transaction,
    petition: Petition,
    trigger: Trigger,
    actor: Actor,
    *,
    reason: str = "",
    public: bool = True,
    details: dict[str, Any] | None = None,
    cause: Deadline | None = None,
    entered_at: DateTime | None = None,
    changes: Mapping[str, Any] | None = None,
    concerns: Sequence[Concern] = (),
) -> HistoryRow:
    """Write one step of a petition: `changes` to its columns, the new stage, history, timers and notices.

    `reason` is shown to the petitioner when `public`; `cause` is the deadline that fired; `entered_at` is since when
    the new stage counts, where that is not now; `concerns` are the units with a task of their own in this step. The
    petition must be locked.

    Raises:
        ForbiddenTransition: the table has no such step; nothing is written.
    """
    now = clock.now()
    before = Stage(petition.stage) if petition.stage else None
    after = stage_after(before, trigger)
    unit_before = petition.unit
    for column, value in (changes or {}).items():
        if not hasattr(Petition, column):
            raise AttributeError(f"a petition has no {column}")
        setattr(petition, column, value)
    if TRANSITIONS[trigger].target is not None:
        petition.stage, petition.stage_entered_at = after, entered_at or now
        _stop_or_run_clock(petition, after, reason, actor, now)
    if after in FINAL_STAGES and petition.closed_at is None:
        petition.closed_at = now
    petition.version = (petition.version or 0) + 1
    tx.session.flush()
    _arm(tx, petition, now, cause)
    row = _append(tx, petition, trigger, before, actor, reason, public=public, details=details or {}, now=now)
    owe_notices(tx, petition, row, unit_before, concerns)
    tx.touched[petition.id] = petition
    return row


def rearm(tx: Transaction, petition: Petition) -> None:
    """Compute the timers anew, because the calendar changed or time passed unseen, and not the petition."""
    _arm(tx, petition, clock.now(), None)
    tx.touched[petition.id] = petition


def _stop_or_run_clock(petition: Petition, stage: Stage, reason: str, actor: Actor, now: DateTime) -> None:
    standing = next((row for row in petition.pauses if row.ended_at is None), None)
    if standing is not None and stage not in CLOCK_STOPPED_STAGES:
        standing.ended_at = now
    if standing is None and stage in CLOCK_STOPPED_STAGES and petition.clock_started_at is not None:
        petition.pauses.append(PauseRow(started_at=now, reason=reason, approved_by=actor.name))


def _arm(tx: Transaction, petition: Petition, now: DateTime, cause: Deadline | None) -> None:
    """Let the petition's one live timer, its due date and the list of timers follow what the domain decides."""
    facts, policy, calendar = facts_of(petition), tx.policy_of(petition), tx.context.rules.calendar
    ruling = decide(facts, policy, calendar, now)
    upcoming = ruling.next_deadline
    if ruling.step is not None:
        petition.wake_at, petition.wake_kind = now, ruling.step.value
    else:
        petition.wake_at = upcoming.due_at if upcoming else None
        petition.wake_kind = upcoming.kind.value if upcoming else None
    handling = handling_due(facts, policy, calendar)
    petition.due_at = handling.due_at if handling else None
    petition.due_met = is_met(facts, petition.due_at) or _is_excused(tx, petition, facts, policy)
    petition.stage_due_at = stage_due(ruling, facts.stage)
    _date_tasks(petition, facts, calendar)
    petition.due_provisional = handling is not None and handling.due.provisional
    petition.calendar_version = calendar.version
    live = {
        row.kind: row
        for row in tx.session.scalars(
            select(TimerRow).where(TimerRow.petition_id == petition.id, TimerRow.ended_at.is_(None))
        )
    }
    wanted = {item.kind.value: item for item in ruling.deadlines}
    for kind, row in live.items():
        item = wanted.get(kind)
        if item is not None and (item.due_at, item.unit) == (row.due_at, row.unit):
            del wanted[kind]
            continue
        row.ended_at = now
        fired = cause is not None and cause.kind == kind
        row.outcome = "fired" if fired else "moved" if item is not None else "cancelled"
    tx.session.flush()  # the database holds that one timer of a kind is live
    tx.session.add_all(
        TimerRow(
            petition_id=petition.id,
            kind=item.kind.value,
            unit=item.unit,
            step=item.step.value,
            rule=item.rule,
            source=item.source,
            due_at=item.due_at,
            provisional=item.due.provisional,
            armed_at=now,
        )
        for item in wanted.values()
    )


def _is_excused(tx: Transaction, petition: Petition, facts: Facts, policy: Policy) -> bool:
    """Whether what was handed in too late came in time once the platform's own share is taken out.

    Only then the delays are looked for: it is rare, and they cost a query each.
    """
    due = petition.due_at
    if facts.stage is not Stage.COMPLETION_SUBMITTED or due is None or facts.stage_entered_at <= due:
        return False
    return is_met(facts, excused_until(tx.session, petition, policy, tx.context.rules.calendar))


def _date_tasks(petition: Petition, facts: Facts, calendar: WorkCalendar) -> None:
    """Write what the domain computes for the units that have a term of their own, where it is to be looked up."""
    dues = assist_deadlines(facts, calendar)
    for index, (row, _) in enumerate(open_assists(petition)):
        if row.term is not None:
            row.due_at = dues[index].due_at if dues else None
    demanded = explanation_due(facts, calendar)
    if demanded is not None and petition.supervision is not None and petition.supervision.explanation_term is not None:
        petition.supervision.explanation_due_at = demanded.due_at


def _append(  # noqa: PLR0913 - see move
    tx: Transaction,
    petition: Petition,
    trigger: Trigger,
    before: Stage | None,
    actor: Actor,
    reason: str,
    *,
    public: bool,
    details: dict[str, Any],
    now: DateTime,
) -> HistoryRow:
    previous = tx.session.get(HistoryRow, (petition.id, petition.version - 1))
    row = HistoryRow(
        petition_id=petition.id,
        version=petition.version,
        at=now,
        trigger=trigger.value,
        stage_before=before.value if before else None,
        stage_after=petition.stage,
        unit=petition.unit,
        rung=petition.rung,
        actor_role=actor.role.value,
        actor_unit=actor.unit,
        actor_name=actor.name,
        reason=reason,
        public=public,
        details=details,
        **{name: getattr(petition, name) for name in HistoryRow.LEFT_AS},
    )
    row.digest = digest_of(row, previous.digest if previous else "")
    tx.session.add(row)
    # A use case may write decisions after the step they belong to: what it left behind is vouched for at its end.
    tx.closing[petition.id] = partial(_vouch, tx, row)
    return row


def _vouch(tx: Transaction, row: HistoryRow) -> None:
    """Let the petition's newest step cover what the use case leaves behind, and chain it to the seals before."""
    tx.session.flush()
    row.covers = covers_of(tx.session, [row.petition_id]).get(row.petition_id, {})
    sealed = select(HistoryRow).where(
        HistoryRow.petition_id == row.petition_id, HistoryRow.version < row.version, HistoryRow.seal.is_not(None)
    )
    last = tx.session.scalars(sealed.order_by(HistoryRow.version.desc()).limit(1)).first()
    row.seal = seal_of(row, last.seal or "" if last else "")


def digest_of(row: HistoryRow, previous: str) -> str:
    """SHA-256 over a history row and the digest of the one before, so that a changed row breaks the chain."""
    content = [
        previous,
        row.petition_id,
        row.version,
        row.at.in_timezone("UTC").isoformat(),
        row.trigger,
        row.stage_before,
        row.stage_after,
        row.unit,
        row.rung,
        row.actor_role,
        row.actor_unit,
        row.actor_name,
        row.reason,
        row.public,
        row.details,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
