"""Climbing and what is decided up there: reviews assign, inspectors supervise beside the unit's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pendulum import DateTime

import clock
from domain.actions import PLATFORM, Actor
from domain.calendar import local
from domain.conduct import DEADLINE_LABELS, DeadlineKind, Limit, Times
from domain.petition import Deadline, Rung, Satisfaction, is_overdue, next_rung, times_of
from domain.reviews import check_assignments
from domain.stages import Stage, Trigger
from domain.workdays import Duration, due_date
from models.tables import Assignment, Petition, Supervision
from services.assignments import NOBODYS, assign_lead, ending_assist, require_handling_unit, require_not_about
from services.context import Context
from services.decisions import overtake_requests
from services.exclusions import new_work
from services.facts import duration_to_json, facts_of, is_supervised, open_assists, recused_units
from services.file_terms import forget_order
from services.ledger import move
from services.notices import Concern
from services.platform_delays import excused_until
from services.transactions import Transaction, acting
from services.visit_draws import overtake_visit


@dataclass(frozen=True)
class Task:
    """What a review gives one unit to do, and how long it has."""

    unit: str
    duty: str
    duration: Duration


@dataclass(frozen=True)
class Decision:
    """A review's decision: the lead, who assists, and why."""

    lead: Task
    reason: str
    assists: tuple[Task, ...] = field(default=())


def climb(tx: Transaction, petition: Petition, cause: Deadline | None, actor: Actor = PLATFORM) -> None:
    """Take the petition one rung up. The unit keeps it and may still finish it at every rung."""
    rung = next_rung(Rung(petition.rung))
    reason, details = _why(tx, petition, cause)
    overtake_visit(tx, petition)
    changes = _taken_up_again(tx, petition)
    trigger = _REVIEWS.get(rung)
    if trigger is not None:
        overtake_requests(tx, petition)
        changes["rung"] = int(rung)
        move(tx, petition, trigger, actor, reason=reason, details=details, cause=cause, changes=changes)
        return
    if not is_supervised(petition):
        supervise(tx, petition, actor, reason, cause, rung=rung, because=details)
    elif petition.rung < rung:
        # Inspectors had opened their file before the ladder came to them: it now stands on their rung.
        changed = {"rung": int(rung)}
        move(tx, petition, Trigger.SUPERVISE, actor, reason=reason, details=details, cause=cause, changes=changed)
    if Stage(petition.stage) is Stage.RATED:
        # The petitioner is still not satisfied and no rung is left: leadership decides what remains.
        move(tx, petition, Trigger.CLIMB_TO_SECOND_REVIEW, actor, reason=reason, details=details, changes=changes)


_REVIEWS = {
    Rung.FIRST_REVIEW: Trigger.CLIMB_TO_FIRST_REVIEW,
    Rung.SECOND_REVIEW: Trigger.CLIMB_TO_SECOND_REVIEW,
}


def _taken_up_again(tx: Transaction, petition: Petition) -> dict[str, Any]:
    """The unit whose completion did not satisfy has the petition again while the review decides."""
    if Stage(petition.stage) is not Stage.RATED:
        return {}
    ended = new_work(tx, petition)
    if petition.unit is None:
        return dict(ended)
    if petition.unit in recused_units(petition):
        return {**NOBODYS, **ended}
    again = assign_lead(tx, petition, petition.unit, reasons=("重办后仍不满意，提级研判",), outcome="completed")
    return {**again, **ended}


def supervise(
    tx: Transaction,
    petition: Petition,
    actor: Actor,
    reason: str,
    cause: Deadline | None = None,
    *,
    rung: Rung | None = None,
    because: Mapping[str, Any] | None = None,
) -> None:
    """Open the inspectors' file beside the unit's work, which goes on; or open it again after it was closed.

    `rung`, and `because` for the history, are given when the petition climbed here. A file opened by inspectors of
    their own accord leaves the ladder as it is: the reviews still come in their turn. There is one file a petition, and
    it holds the present opening; the history, which nobody can rewrite, holds the earlier ones
    (`services.inspection_file`).
    """
    now, file = clock.now(), petition.supervision
    details: dict[str, Any] = dict(because or {}) | ({"reopened": True} if file else {})
    if actor is PLATFORM:
        details |= _of_the_platform(tx, petition)
    if file is None:
        file = petition.supervision = Supervision()
    file.opened_at, file.cause, file.unit = now, reason, petition.unit or file.unit
    file.disposition, file.opinion, file.closed_at, file.closed_by = None, "", None, None
    file.ground = None
    forget_order(file)
    stands = petition.rung if rung is None else int(rung)
    move(
        tx,
        petition,
        Trigger.SUPERVISE,
        actor,
        reason=reason,
        public=actor is PLATFORM,  # what inspectors write is for their file
        details=details,
        cause=cause,
        changes={"supervised_at": now, "rung": stands},
    )


def _of_the_platform(tx: Transaction, petition: Petition) -> dict[str, Any]:
    """For a file that opens by itself: what part of the lateness is the platform's, and whether any is the unit's."""
    policy, calendar = tx.policy_of(petition), tx.context.rules.calendar
    excused = excused_until(tx.session, petition, policy, calendar)
    if excused is None or petition.due_at is None or excused <= petition.due_at:
        return {}
    charged = is_overdue(facts_of(petition), excused, clock.now())
    return {
        "platform": {"due_at": petition.due_at.isoformat(), "excused_until": excused.isoformat(), "charged": charged}
    }


def refer_to_first_review(
    context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None
) -> Petition:
    """The desk asks the experts at once, because no unit can solve it alone."""
    with acting(context, petition_id, actor, Trigger.CLIMB_TO_FIRST_REVIEW, version) as (tx, petition):
        overtake_requests(tx, petition)
        rung = max(petition.rung, int(Rung.FIRST_REVIEW))
        move(tx, petition, Trigger.CLIMB_TO_FIRST_REVIEW, actor, reason=reason, changes={"rung": rung})
        return petition


def propose_second_review(
    context: Context,
    petition_id: str,
    actor: Actor,
    reason: str,
    version: int | None = None,
    *,
    meeting: str | None = None,
) -> Petition:
    """The experts hand up what exceeds every department's authority (提请二级研判); `meeting` as in `assign`."""
    with acting(context, petition_id, actor, Trigger.CLIMB_TO_SECOND_REVIEW, version) as (tx, petition):
        changes = {"rung": max(petition.rung, int(Rung.SECOND_REVIEW))}
        details = {"meeting": meeting} if meeting else {}
        move(tx, petition, Trigger.CLIMB_TO_SECOND_REVIEW, actor, reason=reason, details=details, changes=changes)
        return petition


def open_supervision(
    context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None
) -> Petition:
    """Inspectors open a file on a petition of their own accord."""
    with acting(context, petition_id, actor, Trigger.SUPERVISE, version) as (tx, petition):
        supervise(tx, petition, actor, reason)
        return petition


def assign(
    context: Context,
    petition_id: str,
    actor: Actor,
    decision: Decision,
    version: int | None = None,
    *,
    meeting: str | None = None,
) -> Petition:
    """A review decides who does what until when (交办). The lead is designated: it may not return the petition.

    `meeting` is the number of the meeting that decided; `None` for what was decided outside one.

    Raises:
        Incomplete: a unit is named twice.
        RuleRefusal: a unit cannot handle petitions.
    """
    with acting(context, petition_id, actor, Trigger.ASSIGN, version) as (tx, petition):
        check_assignments(decision.lead.unit, [task.unit for task in decision.assists])
        require_handling_unit(tx, decision.lead.unit, "lead.unit")
        require_not_about(tx, petition, decision.lead.unit, "lead.unit")
        ended = ending_assist(petition, decision.lead.unit)
        changes = assign_lead(
            tx, petition, decision.lead.unit, duty=decision.lead.duty, reasons=(decision.reason,), outcome="moved"
        )
        now = clock.now()
        for assignment in petition.assignments:
            if assignment.part == "assist" and assignment.ended_at is None:
                assignment.ended_at, assignment.outcome = now, "moved"
        for task in decision.assists:
            require_handling_unit(tx, task.unit, "assists.unit")
            require_not_about(tx, petition, task.unit, "assists.unit")
            petition.assignments.append(
                Assignment(
                    unit=task.unit,
                    part="assist",
                    duty=task.duty,
                    assigned_at=now,
                    term=duration_to_json(task.duration),
                    due_at=_due(tx, task.duration),
                    reasons=[decision.reason],
                    report="",
                )
            )
        concerns = [Concern(task.unit, _due(tx, task.duration)) for task in decision.assists]
        details: dict[str, Any] = {
            "lead": decision.lead.unit,
            "assists": [task.unit for task in decision.assists],
            "duration": duration_to_json(decision.lead.duration),
            "meeting": meeting,
        } | ended
        changes |= {
            "designated": True,
            "clock_started_at": now,
            "clock_kind": "handling",
            "clock_decided": duration_to_json(decision.lead.duration),
            "card": "none",
            "satisfaction": None,
        }
        move(
            tx,
            petition,
            Trigger.ASSIGN,
            actor,
            reason=decision.reason,
            public=False,
            details=details,
            changes=changes,
            concerns=concerns,
        )
        return petition


def remind_assist(tx: Transaction, petition: Petition, cause: Deadline) -> None:
    """Tell an assisting unit, and the lead it reports to, that its date has passed. Nothing else comes of it."""
    row = next(item for item, _ in open_assists(petition) if item.unit == cause.unit and item.reminded_at is None)
    row.reminded_at = clock.now()
    move(
        tx,
        petition,
        Trigger.REMIND_ASSIST,
        PLATFORM,
        reason=f"{tx.policy_of(petition).unit_name(row.unit)}逾期未反馈协办情况，催协办",
        public=False,
        details={"unit": row.unit, "due_at": cause.due_at.isoformat()},
        cause=cause,
        concerns=(Concern(row.unit, cause.due_at),),
    )


def _due(tx: Transaction, duration: Duration) -> DateTime:
    return due_date(clock.now(), duration, tx.context.rules.calendar, rule="研判决定").due_at


def _why(tx: Transaction, petition: Petition, cause: Deadline | None) -> tuple[str, dict[str, Any]]:
    """Why it climbs, in words that anybody may read; and for the history, what it was and by which rule."""
    if cause is not None:
        due = f"{local(cause.due_at):%Y年%-m月%-d日 %H:%M}"
        kept = {"why": cause.kind.value, "due_at": cause.due_at.isoformat(), "rule": cause.rule, "source": cause.source}
        if cause.kind is DeadlineKind.SUPERVISION_REMINDER:
            return f"督办了结后至{due}仍未办结", kept
        return f"{DEADLINE_LABELS[cause.kind]}已过，应于{due}前完成", kept
    policy, facts = tx.policy_of(petition), facts_of(petition)
    if petition.satisfaction == Satisfaction.DISSATISFIED:
        return "重办后仍不满意", _counted("dissatisfied", times_of(Limit.REDOS, facts, policy))
    returns = times_of(Limit.RETURNS, facts, policy)
    if petition.returns >= returns.value:
        return f"退单{petition.returns}次", _counted("returns", returns)
    return f"转办{petition.transfers}次", _counted("transfers", times_of(Limit.TRANSFERS, facts, policy))


def _counted(why: str, limit: Times) -> dict[str, Any]:
    return {"why": why} | ({"source": limit.source} if limit.source else {})
