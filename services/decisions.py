"""Decisions with a clock of their own: on returns, extensions, completions, pauses. The desk decides, or time does."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import select

import clock
from domain.actions import Actor
from domain.petition import Deadline
from domain.stages import REVIEW_CLIMBS, Stage, Trigger, rejection_to
from domain.workdays import Duration, TimeUnit
from models.tables import Completion, DecisionRequest, ExtensionRow, HistoryRow, Petition
from services.assignments import end_all, end_lead
from services.context import Context
from services.dispatching import requests_of
from services.ledger import move
from services.transactions import Transaction, acting
from services.visit_draws import draw_visit, risks_of


def decide_return(
    context: Context, petition_id: str, actor: Actor, *, granted: bool, reason: str, version: int | None = None
) -> Petition:
    """Grant a return (back to dispatch) or refuse it (the unit is designated and may not return again)."""
    trigger = Trigger.GRANT_RETURN if granted else Trigger.REFUSE_RETURN
    with acting(context, petition_id, actor, trigger, version) as (tx, petition):
        if granted:
            grant_return(tx, petition, actor, reason)
        else:
            _close_request(tx, petition, "return", "refused", actor, reason)
            move(tx, petition, Trigger.REFUSE_RETURN, actor, reason=reason, public=False, changes={"designated": True})
        return petition


def grant_return(tx: Transaction, petition: Petition, actor: Actor, reason: str, cause: Deadline | None = None) -> None:
    """The petition has no unit any more and is dispatched anew; its handling clock runs on."""
    request = _close_request(tx, petition, "return", "granted", actor, reason, cause)
    end_lead(petition, "returned", clock.now())
    details = {"returned_by": petition.unit} | _by_default(cause)
    if request is not None:
        details |= {"proposed_unit": request.proposed_unit, "basis_duty": request.basis_duty}
    move(
        tx,
        petition,
        Trigger.GRANT_RETURN,
        actor,
        reason=reason,
        public=False,
        details=details,
        cause=cause,
        changes={"unit": None, "unit_assigned_at": None, "signed_at": None, "needs_desk": False},
    )


def decide_extension(
    context: Context, petition_id: str, actor: Actor, *, granted: bool, reason: str, version: int | None = None
) -> Petition:
    """Grant or refuse more time; the petitioner is told a granted one with its reason."""
    trigger = Trigger.GRANT_EXTENSION if granted else Trigger.REFUSE_EXTENSION
    with acting(context, petition_id, actor, trigger, version) as (tx, petition):
        if not granted:
            refuse_extension(tx, petition, actor, reason)
            return petition
        request = _close_request(tx, petition, "extension", "granted", actor, reason)
        amount = request.amount if request is not None and request.amount is not None else 0
        petition.extensions.append(
            ExtensionRow(
                amount=amount,
                unit=TimeUnit.WORKING_DAYS.value,
                granted_at=clock.now(),
                reason=reason,
                approved_by=actor.name,
            )
        )
        said = str(Duration(amount, TimeUnit.WORKING_DAYS))
        details = {"due_before": _iso(petition.due_at), "reason_code": request.reason_code if request else None}
        # A warning that was shown for the former date says nothing about the new one.
        changes = {"extensions_granted": petition.extensions_granted + 1, "card": "none"}
        told = f"延期{said}：{reason}"
        move(tx, petition, Trigger.GRANT_EXTENSION, actor, reason=told, details=details, changes=changes)
        return petition


def refuse_extension(
    tx: Transaction, petition: Petition, actor: Actor, reason: str, cause: Deadline | None = None
) -> None:
    """No more time: silence never extends."""
    _close_request(tx, petition, "extension", "refused", actor, reason, cause)
    details = _by_default(cause)
    move(tx, petition, Trigger.REFUSE_EXTENSION, actor, reason=reason, public=False, details=details, cause=cause)


def decide_completion(
    context: Context, petition_id: str, actor: Actor, *, approved: bool, reason: str, version: int | None = None
) -> Petition:
    """Let a completion pass, or send it back for more work (退回补办); the clock never stopped for it."""
    trigger = Trigger.APPROVE_COMPLETION if approved else Trigger.REJECT_COMPLETION
    with acting(context, petition_id, actor, trigger, version) as (tx, petition):
        if approved:
            approve_completion(tx, petition, actor, reason)
        else:
            reject_completion(tx, petition, actor, reason)
        return petition


def approve_completion(
    tx: Transaction, petition: Petition, actor: Actor, reason: str, cause: Deadline | None = None
) -> None:
    """Completed: the unit's work is over unless the petitioner is dissatisfied."""
    completion = _close_completion(tx, petition, "approved")
    risks = risks_of(petition)
    end_all(petition, "completed")
    reply = str(completion.evidence.get("public_reply", "")) if completion else reason
    # Asked again after a redo: the verdict on the first attempt is not the verdict on the second.
    changes = {"rating_asked": False, "satisfaction": None}
    completed = move(tx, petition, Trigger.APPROVE_COMPLETION, actor, reason=reply, cause=cause, changes=changes)
    draw_visit(tx, petition, completed, risks)


def reject_completion(tx: Transaction, petition: Petition, actor: Actor, reason: str) -> None:
    """Back to where it was handed in. A review that was running goes on, on the clock it had."""
    came_from = Stage(_last(tx, petition, Trigger.SUBMIT_COMPLETION).stage_before or petition.stage)
    climb = REVIEW_CLIMBS.get(came_from)
    since = _last(tx, petition, climb).at if climb else None
    _close_completion(tx, petition, "rejected")
    move(tx, petition, rejection_to(came_from), actor, reason=reason, public=False, entered_at=since)


def suspend(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """Stop the clock for a lawful reason (hearing, waiting for others); who allowed it stays in the ledger."""
    with acting(context, petition_id, actor, Trigger.SUSPEND, version) as (tx, petition):
        move(tx, petition, Trigger.SUSPEND, actor, reason=reason)
        return petition


def terminate(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """End a petition that cannot be handled (终止办理), after review, with the reason the petitioner is told."""
    with acting(context, petition_id, actor, Trigger.TERMINATE, version) as (tx, petition):
        end_case(tx, petition)
        move(tx, petition, Trigger.TERMINATE, actor, reason=reason)
        return petition


def end_case(tx: Transaction, petition: Petition) -> None:
    """The petition is over for everybody: nobody works on it any more, and nothing waits for a decision."""
    end_all(petition, "closed")
    overtake_requests(tx, petition)
    _close_completion(tx, petition, "overtaken")


def overtake_requests(tx: Transaction, petition: Petition) -> None:
    """Close what was asked for and is no longer to be decided, because the petition moved on."""
    for request in requests_of(tx, petition):
        if request.outcome is None:
            request.outcome, request.decided_at = "overtaken", clock.now()


def _last(tx: Transaction, petition: Petition, trigger: Trigger) -> HistoryRow:
    query = select(HistoryRow).where(HistoryRow.petition_id == petition.id, HistoryRow.trigger == trigger.value)
    return tx.session.scalars(query.order_by(HistoryRow.version.desc()).limit(1)).one()


def _close_request(
    tx: Transaction,
    petition: Petition,
    kind: str,
    outcome: str,
    actor: Actor,
    reason: str,
    cause: Deadline | None = None,
) -> DecisionRequest | None:
    for request in requests_of(tx, petition):
        if request.kind == kind and request.outcome is None:
            request.outcome, request.decided_at, request.decided_by = outcome, clock.now(), actor.name
            request.decided_reason = reason
            request.default_rule = cause.rule if cause is not None else None
            return request
    return None


def _by_default(cause: Deadline | None) -> dict[str, Any]:
    """For the history: that nobody decided in time, and under which rule that is a decision, too."""
    return {} if cause is None else {"by_default": {"rule": cause.rule, "source": cause.source}}


def _iso(moment: DateTime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _close_completion(tx: Transaction, petition: Petition, outcome: str) -> Completion | None:
    query = select(Completion).where(Completion.petition_id == petition.id).order_by(Completion.id.desc())
    completion = tx.session.scalars(query).first()
    if completion is not None and completion.outcome is None:
        completion.outcome, completion.decided_at = outcome, clock.now()
    return completion
