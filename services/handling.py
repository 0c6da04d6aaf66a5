"""What a unit does with its petition: sign, note, ask to return it or for more time, hand it in as done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import clock
from domain.actions import Actor, Role
from domain.completion import OTHER
from domain.conduct import DeadlineKind
from domain.duties import ListSays, list_says
from domain.errors import DomainError, Incomplete, Missing, NotFound
from domain.stages import Trigger
from models.evidence import CompletionEvidence
from models.signing import Signatures, Signed
from models.tables import Completion, DecisionRequest, Petition
from services import completions, used_before
from services.access import petition_for, require_not_recused, require_role
from services.assignments import assist_of, lead_of, require_handling_unit
from services.context import Context
from services.decisions import overtake_requests
from services.facts import open_assists
from services.ledger import move
from services.transactions import Transaction, acting, transaction


def sign(context: Context, petition_id: str, actor: Actor, version: int | None = None) -> Petition:
    """The unit signs for the petition (签收). The clock ran before and runs on."""
    with acting(context, petition_id, actor, Trigger.SIGN, version) as (tx, petition):
        now = clock.now()
        lead = lead_of(petition)
        if lead is not None:
            lead.signed_at = now
        move(tx, petition, Trigger.SIGN, actor, changes={"signed_at": now})
        return petition


def sign_each(context: Context, petition_ids: Sequence[str], actor: Actor) -> Signatures:
    """Sign for each of these petitions: one that cannot be signed for keeps no other from it.

    Raises `NotPermitted` for whoever is no unit.
    """
    require_role(actor, Role.UNIT)
    # Two who sign for many at once lock them in the same order, or each would wait for the other.
    results = {petition_id: _signed(context, petition_id, actor) for petition_id in sorted(set(petition_ids))}
    items = [results[petition_id] for petition_id in dict.fromkeys(petition_ids)]
    return Signatures(items=items, signed=sum(item.signed for item in items))


def _signed(context: Context, petition_id: str, actor: Actor) -> Signed:
    try:
        with transaction(context) as tx:
            petition_for(tx.session, petition_id, actor)
            version = sign(context, petition_id, actor).version
    except DomainError as refusal:
        return Signed(id=petition_id, signed=False, version=None, code=refusal.code, reason=str(refusal))
    return Signed(id=petition_id, signed=True, version=version, code="", reason="")


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
    duty: str | None = None,
    version: int | None = None,
) -> Petition:
    """The unit says that the petition is not its duty (退单), whose it is, and where that is written.

    `duty` is the sub-category that the duty list in force gives to the proposed unit; without one the basis stands in
    words alone, and the desk is shown what the list says of the petition's own matter.

    Raises:
        Incomplete: the proposed unit is the unit itself, or the list does not say what is claimed.
        RuleRefusal: the proposed unit handles no petitions.
    """
    with acting(context, petition_id, actor, Trigger.REQUEST_RETURN, version) as (tx, petition):
        require_handling_unit(tx, proposed_unit, "proposed_unit")
        if proposed_unit == actor.unit:
            raise Incomplete([Missing("proposed_unit", "建议承办单位不能是本单位")])
        says = _claimed(tx, petition, proposed_unit, duty)
        tx.session.add(
            DecisionRequest(
                petition_id=petition.id,
                kind="return",
                unit=actor.unit,
                reason=reason,
                proposed_unit=proposed_unit,
                basis=basis,
                basis_duty=duty,
                list_says=says.told,
                asked_at=clock.now(),
            )
        )
        details = {"proposed_unit": proposed_unit, "basis": basis, "basis_duty": duty, "list_says": says.told}
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


def _claimed(tx: Transaction, petition: Petition, proposed_unit: str, duty: str | None) -> ListSays:
    """What the duty list in force says. Raises `Incomplete` where it does not bear out what is claimed of it."""
    policy = tx.policy_in_force()
    day = petition.registered_at.in_timezone(clock.SHANGHAI).date()
    says = list_says(policy, proposed_unit, duty or petition.sub_category, day)
    if duty is not None and duty not in policy.sub_categories_by_code:
        raise Incomplete([Missing("duty", f"职责清单中没有代码为“{duty}”的小类；清单未列的请写明 not_listed")])
    if duty is not None and not says.bears_out:
        name = policy.unit_name(proposed_unit)
        raise Incomplete([Missing("duty", f"{says.told}，不是{name}；请核对，清单未列的请写明 not_listed")])
    return says


def request_extension(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    amount: int,
    reason: str,
    reason_code: str = OTHER,
    version: int | None = None,
) -> Petition:
    """The unit asks for `amount` more working days, once and within the limit of the rule, for a reason of the list.

    Raises:
        Incomplete: more than the rule allows, or no such reason.
    """
    with acting(context, petition_id, actor, Trigger.REQUEST_EXTENSION, version) as (tx, petition):
        limit = tx.rule(petition, DeadlineKind.EXTENSION_LIMIT)
        wrong = []
        if amount > limit.duration.amount:
            wrong.append(Missing("amount", f"延期不得超过{limit.duration}（{limit.source}）"))
        reasons = {choice.code: choice.name for choice in completions.rules_for(tx, petition).extension_reasons}
        if reason_code not in reasons:
            listed = "、".join(f"{code}({name})" for code, name in reasons.items())
            wrong.append(Missing("reason_code", f"没有这个延期事由，可选：{listed}"))
        if wrong:
            raise Incomplete(wrong)
        tx.session.add(
            DecisionRequest(
                petition_id=petition.id,
                kind="extension",
                unit=actor.unit,
                reason=reason,
                reason_code=reason_code,
                amount=amount,
                asked_at=clock.now(),
            )
        )
        details = {"amount": amount, "reason_code": reason_code}
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
        Incomplete: what is missing or wrong, each by its field.
    """
    with acting(context, petition_id, actor, Trigger.SUBMIT_COMPLETION, version) as (tx, petition):
        handed_in = completions.checked(tx, petition, actor, evidence)
        content = handed_in.content
        text = json.dumps([petition.case_number, actor.unit, content], ensure_ascii=False, sort_keys=True)
        completion = Completion(
            petition_id=petition.id,
            unit=actor.unit,
            submitted_at=clock.now(),
            evidence=content,
            receipt=hashlib.sha256(text.encode()).hexdigest(),
            flags=used_before.flags_of(tx, petition, handed_in),
        )
        tx.session.add(completion)
        overtake_requests(tx, petition)
        lead = lead_of(petition)
        if lead is not None and lead.signed_at is None:
            lead.signed_at = clock.now()
        # An assisting unit's silence does not hold the lead back (首接负责); who was silent is written down.
        silent = [item.unit for item, _ in open_assists(petition)]
        details: dict[str, Any] = {"receipt": completion.receipt} | ({"not_reported": silent} if silent else {})
        changes = {"signed_at": petition.signed_at or clock.now()}
        reply = evidence.public_reply
        move(
            tx, petition, Trigger.SUBMIT_COMPLETION, actor, reason=reply, public=False, details=details, changes=changes
        )
        return completion
