"""What a unit asks not to be assessed by (不纳入评价): asked with a reason and evidence, decided by somebody else.

It takes nothing from the petitioner: they rate, the case is redone and climbs as ever. It belongs to one completion; a
redo or a climb ends it, because what is done anew can be assessed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import clock
from domain.actions import PLATFORM, Actor
from domain.errors import Incomplete, Missing
from domain.facts import Exclusion
from domain.stages import Trigger
from domain.workdays import due_date
from models.tables import DecisionRequest, Petition
from services.completions import own_files
from services.context import Context
from services.dispatching import requests_of
from services.ledger import move
from services.transactions import Transaction, acting, reading, transaction

logger = logging.getLogger(__name__)

KIND, RULE = "exclusion", "verdict.exclusion.term"


def ask(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    reason_code: str,
    evidence: str,
    files: Sequence[str] = (),
    version: int | None = None,
) -> Petition:
    """The unit asks that the petitioner's verdict on its completion be left out, and says what shows why.

    `files` are ids of what the unit uploaded for this petition. Raises as `services.transactions.acting`; `Incomplete`
    for a reason that the rules do not list or a file that is none of the unit's, `RuleRefusal` when it was asked before
    for this completion.
    """
    with acting(context, petition_id, actor, Trigger.REQUEST_EXCLUSION, version) as (tx, petition):
        rules, now = tx.policy_of(petition).verdict, clock.now()
        reason = rules.exclusion_reason(reason_code)
        if reason is None:
            known = "、".join(f"{item.code}({item.name})" for item in rules.exclusion_reasons)
            raise Incomplete([Missing("reason_code", f"没有代码为“{reason_code}”的情形，可选：{known}")])
        shown = _shown(tx, petition, actor, files)
        due = due_date(now, rules.exclusion_term, context.rules.calendar, rule=RULE)
        tx.session.add(
            DecisionRequest(
                petition_id=petition.id,
                kind=KIND,
                unit=actor.unit or "",
                reason=reason.name,
                reason_code=reason.code,
                basis=evidence,
                files=shown or None,
                asked_at=now,
            )
        )
        changes = {"exclusion": Exclusion.ASKED.value, "exclusion_due_at": due.due_at}
        details: dict[str, Any] = {
            "reason_code": reason.code,
            "source": reason.source,
            "due_at": due.due_at.isoformat(),
        }
        if shown:
            details["files"] = [file["sha256"] for file in shown]
        told = f"{reason.name}：{evidence}"
        move(
            tx,
            petition,
            Trigger.REQUEST_EXCLUSION,
            actor,
            reason=told,
            public=False,
            details=details,
            changes=changes,
        )
        return petition


def _shown(tx: Transaction, petition: Petition, actor: Actor, files: Sequence[str]) -> list[dict[str, Any]]:
    """The files as they are kept. Raises `Incomplete`, each by its place, for those that are none of the unit's."""
    stored = own_files(tx, petition, actor) if files else {}
    wrong = [
        Missing(f"files.{index}", "没有这个附件，或不是本单位为本件上传的，或已列过；请先上传，再填写所得的 id")
        for index, key in enumerate(files)
        if key not in stored or key in files[:index]
    ]
    if wrong:
        raise Incomplete(wrong)
    return [{"id": key, "name": stored[key].name, "sha256": stored[key].sha256} for key in files]


def decide(
    context: Context, petition_id: str, actor: Actor, *, granted: bool, reason: str, version: int | None = None
) -> Petition:
    """An office that the policy names leaves it out or does not, with a reason.

    Raises as `services.transactions.acting`; `NotPermitted` for whoever belongs to the unit that asked, `RuleRefusal`
    when nothing waits.
    """
    trigger = Trigger.GRANT_EXCLUSION if granted else Trigger.REFUSE_EXCLUSION
    with acting(context, petition_id, actor, trigger, version) as (tx, petition):
        _end(tx, petition, actor, reason, granted=granted)
        return petition


def refuse_due(context: Context) -> int:
    """Refuse every request that nobody decided in its term; how many. One that fails holds up no other."""
    with reading(context) as session:
        due = select(Petition.id).where(Petition.exclusion_due_at < clock.now())
        found = list(session.scalars(due.order_by(Petition.exclusion_due_at, Petition.id)))
    refused = 0
    for petition_id in found:
        try:
            refused += _refuse(context, petition_id)
        except OperationalError:
            raise
        except Exception as failure:  # noqa: BLE001 - one must not hold up the others
            logger.error("Exclusion of %s cannot lapse: %s", petition_id, type(failure).__name__)  # noqa: TRY400
    return refused


def new_work(tx: Transaction, petition: Petition) -> dict[str, None]:
    """What of the petition ends when the work begins anew; a request that waits is overtaken."""
    _close(tx, petition, "overtaken")
    return {"exclusion": None, "exclusion_due_at": None}


def _refuse(context: Context, petition_id: str) -> bool:
    with transaction(context) as tx:
        petition = tx.lock(petition_id)
        due_at = petition.exclusion_due_at
        if due_at is None or due_at >= clock.now():
            return False
        _end(tx, petition, PLATFORM, "逾期未审定，按不同意处理", granted=False)
        return True


def _end(tx: Transaction, petition: Petition, actor: Actor, reason: str, *, granted: bool) -> None:
    outcome = Exclusion.GRANTED if granted else Exclusion.REFUSED
    by_default = actor is PLATFORM
    request = _close(tx, petition, outcome.value)
    if request is not None:
        request.decided_by, request.decided_reason = actor.name, reason
        request.default_rule = RULE if by_default else None
    source = tx.policy_of(petition).verdict.exclusion_source
    details: dict[str, Any] = {"by_default": {"rule": RULE, "source": source}} if by_default else {}
    if request is not None:
        details |= {"reason_code": request.reason_code or ""}
    trigger = Trigger.GRANT_EXCLUSION if granted else Trigger.REFUSE_EXCLUSION
    changes = {"exclusion": outcome.value, "exclusion_due_at": None}
    move(tx, petition, trigger, actor, reason=reason, public=False, details=details, changes=changes)


def _close(tx: Transaction, petition: Petition, outcome: str) -> DecisionRequest | None:
    for request in requests_of(tx, petition):
        if request.kind == KIND and request.outcome is None:
            request.outcome, request.decided_at = outcome, clock.now()
            return request
    return None
