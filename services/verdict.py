"""The petitioner has the last word: asked, answered, followed up, once more if dissatisfied, and again if reopened."""

from __future__ import annotations

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.conduct import DeadlineKind
from domain.errors import Incomplete, Missing, RuleRefusal
from domain.petition import Deadline, Satisfaction
from domain.ratings import combined
from domain.stages import Stage, Trigger
from domain.verdict_rules import OTHER, VerdictRules
from models.tables import Petition, RatingRow
from services.assignments import NOBODYS, assign_lead
from services.context import Context
from services.exclusions import new_work
from services.ledger import move
from services.parties import parties_of
from services.ratings import completion_of, given_for, speaker_of
from services.transactions import Transaction, acting
from services.visit_draws import give_up_visit, overtake_visit


def rate(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    satisfaction: Satisfaction,
    reason: str = "",
    reason_code: str | None = None,
    party: str | None = None,
    version: int | None = None,
) -> Petition:
    """A petitioner's verdict, given by themselves or told to the information officer.

    `party` is what the petitioner who rates reported: this petition or one merged into it (`None`: this one). While
    others of them have still to rate, theirs is kept and decides with the others; see `domain.ratings.combined`.

    Raises:
        Incomplete: dissatisfied without saying why, or by a reason that the rules do not list.
        RuleRefusal: this petitioner has rated this completion (`already-rated`).
    """
    with acting(context, petition_id, actor, Trigger.RATE, version) as (tx, petition):
        code = _code_of(tx.policy_of(petition).verdict, satisfaction, reason, reason_code)
        whose = party or speaker_of(tx.session, petition)
        given = given_for(tx.session, petition)
        if whose in given:
            raise RuleRefusal("already-rated", "已对这次办结作过评价，请待其他诉求人评价或评价期满")
        given_by = "follow_up" if actor.role is Role.FOLLOW_UP else "petitioner"
        tx.session.add(
            RatingRow(
                petition_id=petition.id,
                satisfaction=satisfaction.value,
                reason=reason,
                reason_code=code,
                rated_at=clock.now(),
                given_by=given_by,
                party_id=whose,
                completion_version=completion_of(tx.session, petition.id),
            )
        )
        given[whose] = satisfaction
        outstanding = len(parties_of(tx.session, petition.id).keys() - given.keys())
        waiting = Stage(petition.stage) is Stage.COMPLETED
        decided = combined(given.values(), outstanding=outstanding, waiting=waiting)
        if decided is None:
            told = f"{len(given)}位诉求人已评价，待另外{outstanding}位评价或评价期满"
            move(tx, petition, Trigger.NOTE, actor, reason=told, public=False, details={"rated": len(given)})
        else:
            _decide(tx, petition, actor, decided, given_by, len(given))
        return petition


def _code_of(rules: VerdictRules, satisfaction: Satisfaction, reason: str, code: str | None) -> str | None:
    """The reason of the list that is kept. Raises `Incomplete` where it is missing, or none of the list."""
    if satisfaction is not Satisfaction.DISSATISFIED:
        return None  # a form may still hold what was chosen before they changed their mind
    if code is not None and rules.dissatisfied_reason(code) is None:
        known = "、".join(f"{item.code}({item.name})" for item in rules.dissatisfied_reasons)
        raise Incomplete([Missing("reason_code", f"没有代码为“{code}”的原因，可选：{known or '无'}")])
    if not reason and code in {None, OTHER}:
        field = "reason" if code or not rules.dissatisfied_reasons else "reason_code"
        raise Incomplete([Missing(field, "不满意请说明原因，以便重新办理")])
    return code


def end_rating(tx: Transaction, petition: Petition, cause: Deadline | None) -> None:
    """The time for rating is over: who has rated decides; where nobody has, the information officer asks."""
    given = given_for(tx.session, petition)
    decided = combined(given.values(), outstanding=0, waiting=False)
    if decided is None:
        told = "诉求人未评价，转信息员回访"
        move(tx, petition, Trigger.BEGIN_FOLLOW_UP, PLATFORM, reason=told, public=False, cause=cause)
    else:
        _decide(tx, petition, PLATFORM, decided, "petitioner", len(given), cause)


def _decide(
    tx: Transaction,
    petition: Petition,
    actor: Actor,
    decided: Satisfaction,
    given_by: str,
    ratings: int,
    cause: Deadline | None = None,
) -> None:
    details = {"satisfaction": decided.value, "given_by": given_by}
    if ratings > 1:
        details["ratings"] = str(ratings)
    changes = {"satisfaction": decided.value}
    move(tx, petition, Trigger.RATE, actor, public=False, details=details, cause=cause, changes=changes)


def reopen(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    reason_code: str,
    reason: str = "",
    version: int | None = None,
) -> Petition:
    """An archived case is taken up again (重启): back to the desk, which looks who does it now; its clock begins anew.

    Raises as `services.transactions.acting`; `Incomplete` for a reason that the rules do not list or that says nothing.
    """
    with acting(context, petition_id, actor, Trigger.REOPEN, version) as (tx, petition):
        rules = tx.policy_of(petition).verdict
        found = rules.reopen_reason(reason_code)
        if found is None:
            known = "、".join(f"{item.code}({item.name})" for item in rules.reopen_reasons)
            raise Incomplete([Missing("reason_code", f"没有代码为“{reason_code}”的原因，可选：{known}")])
        if found.code == OTHER and not reason:
            raise Incomplete([Missing("reason", "请写明为什么要再办理")])
        give_up_visit(tx, petition)
        changes = {
            **NOBODYS,
            **new_work(tx, petition),
            "needs_desk": True,
            "designated": False,
            "closed_at": None,
            "clock_started_at": None,
            "clock_kind": DeadlineKind.HANDLING.value,
            "clock_decided": None,
            "card": "none",
            "satisfaction": None,
            "rating_asked": False,
            "reopens": (petition.reopens or 0) + 1,
        }
        told = f"{found.name}：{reason}" if reason else found.name
        details = {"reason_code": found.code, "unit": petition.unit}
        move(tx, petition, Trigger.REOPEN, actor, reason=told, public=False, details=details, changes=changes)
        tx.revived.add(petition.id)
        return petition


def begin_redo(tx: Transaction, petition: Petition) -> None:
    """Back to the unit that handled it, once (重办, 山东 2017), on a clock of its own."""
    unit = petition.unit
    overtake_visit(tx, petition)
    changes = {
        "redos": petition.redos + 1,
        "clock_started_at": clock.now(),
        "clock_kind": DeadlineKind.REDO.value,
        "clock_decided": None,
        "card": "none",
        "satisfaction": None,
        **new_work(tx, petition),
    }
    if unit is not None:
        changes |= assign_lead(tx, petition, unit, reasons=("诉求人不满意，重办",), outcome="completed")
    # Whoever did it the first time does it again; a redo is not returned.
    changes["designated"] = True
    move(tx, petition, Trigger.BEGIN_REDO, PLATFORM, reason="诉求人评价不满意", changes=changes)
