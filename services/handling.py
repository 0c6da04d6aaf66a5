"""What a unit does with its petition: sign, note, ask to return it or for more time, hand it in as done."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import clock
from domain.actions import Actor
from domain.conduct import DeadlineKind
from domain.errors import Incomplete, Missing, NotFound
from domain.stages import Trigger
from models.evidence import CompletionEvidence
from models.tables import Completion, DecisionRequest, Petition
from services import completion_files
from services.access import require_not_recused
from services.assignments import assist_of, lead_of, require_handling_unit
from services.context import Context
from services.decisions import overtake_requests
from services.ledger import move
from services.transactions import acting, transaction


def sign(context: Context, petition_id: str, actor: Actor, version: int | None = None) -> Petition:
    """The unit signs for the petition (签收). The clock ran before and runs on."""
    with acting(context, petition_id, actor, Trigger.SIGN, version) as (tx, petition):
        now = clock.now()
        lead = lead_of(petition)
        if lead is not None:
            lead.signed_at = now
        move(tx, petition, Trigger.SIGN, actor, changes={"signed_at": now})
        return petition


def note(
    context: Context, petition_id: str, actor: Actor, text: str, *, public: bool = False, version: int | None = None
) -> Petition:
    """Write down progress; the due date does not move."""
    with acting(context, petition_id, actor, Trigger.NOTE, version) as (tx, petition):
        move(tx, petition, Trigger.NOTE, actor, reason=text, public=public)
        return petition


def report(context: Context, petition_id: str, actor: Actor, text: str, version: int | None = None) -> Petition:
    """An assisting unit reports to the lead what it did (协办情况); its own assignment ends.

    Raises `NotFound` when this unit does not assist with this petition.
    """
    with transaction(context) as tx:
        petition = tx.lock(petition_id)
        require_not_recused(tx.session, petition, actor)
        tx.expect(petition, version)
        mine = assist_of(petition, actor.unit)
        if mine is None:
            raise NotFound("本单位在该诉求上的协办任务")
        mine.ended_at, mine.outcome, mine.report = clock.now(), "reported", text
        move(tx, petition, Trigger.NOTE, actor, reason=text, public=False, details={"assisted_by": actor.unit})
        return petition


def request_return(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    reason: str,
    proposed_unit: str,
    basis: str,
    version: int | None = None,
) -> Petition:
    """The unit says that the petition is not its duty (退单), whose it is, and where that is written."""
    with acting(context, petition_id, actor, Trigger.REQUEST_RETURN, version) as (tx, petition):
        require_handling_unit(tx, proposed_unit, "proposed_unit")
        if proposed_unit == actor.unit:
            raise Incomplete([Missing("proposed_unit", "建议承办单位不能是本单位")])
        tx.session.add(
            DecisionRequest(
                petition_id=petition.id,
                kind="return",
                unit=actor.unit,
                reason=reason,
                proposed_unit=proposed_unit,
                basis=basis,
                asked_at=clock.now(),
            )
        )
        details = {"proposed_unit": proposed_unit, "basis": basis}
        returns = petition.returns + 1
        move(
            tx,
            petition,
            Trigger.REQUEST_RETURN,
            actor,
            reason=reason,
            public=False,
            details=details,
            changes={"returns": returns},
        )
        return petition


def request_extension(
    context: Context, petition_id: str, actor: Actor, *, amount: int, reason: str, version: int | None = None
) -> Petition:
    """The unit asks for `amount` more working days, once and within the limit of the rule."""
    with acting(context, petition_id, actor, Trigger.REQUEST_EXTENSION, version) as (tx, petition):
        limit = tx.rule(petition, DeadlineKind.EXTENSION_LIMIT)
        if amount > limit.duration.amount:
            raise Incomplete([Missing("amount", f"延期不得超过{limit.duration}（{limit.source}）")])
        tx.session.add(
            DecisionRequest(
                petition_id=petition.id,
                kind="extension",
                unit=actor.unit,
                reason=reason,
                amount=amount,
                asked_at=clock.now(),
            )
        )
        details = {"amount": amount}
        move(tx, petition, Trigger.REQUEST_EXTENSION, actor, reason=reason, public=False, details=details)
        return petition


def resume(context: Context, petition_id: str, actor: Actor, reason: str = "", version: int | None = None) -> Petition:
    """What the petition waited for has come; the clock runs on."""
    with acting(context, petition_id, actor, Trigger.RESUME, version) as (tx, petition):
        move(tx, petition, Trigger.RESUME, actor, reason=reason)
        return petition


def submit_completion(
    context: Context, petition_id: str, actor: Actor, evidence: CompletionEvidence, version: int | None = None
) -> Completion:
    """Hand the petition in as done, with the evidence; the receipt proves what was accepted.

    Raises:
        Incomplete: what is missing, each by its field.
    """
    with acting(context, petition_id, actor, Trigger.SUBMIT_COMPLETION, version) as (tx, petition):
        files, unknown = completion_files.named_in(tx, petition, actor, evidence)
        missing = evidence.missing() + unknown
        if missing:
            raise Incomplete(missing)
        content: dict[str, Any] = evidence.model_dump(mode="json") | {"attachments": files}
        text = json.dumps([petition.case_number, actor.unit, content], ensure_ascii=False, sort_keys=True)
        completion = Completion(
            petition_id=petition.id,
            unit=actor.unit,
            submitted_at=clock.now(),
            evidence=content,
            receipt=hashlib.sha256(text.encode()).hexdigest(),
        )
        tx.session.add(completion)
        overtake_requests(tx, petition)
        lead = lead_of(petition)
        if lead is not None and lead.signed_at is None:
            lead.signed_at = clock.now()
        details = {"receipt": completion.receipt}
        changes = {"signed_at": petition.signed_at or clock.now()}
        reply = evidence.public_reply
        move(
            tx, petition, Trigger.SUBMIT_COMPLETION, actor, reason=reply, public=False, details=details, changes=changes
        )
        return completion
