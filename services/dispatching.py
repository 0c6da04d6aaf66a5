"""A petition goes to the unit whose duty it is: by the engine, by the desk, or to another unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

import clock
from domain.actions import PLATFORM, Actor
from domain.agreed import sent_as_agreed
from domain.at_once import at_once
from domain.conduct import RequestType, Urgency
from domain.dispatch import (
    Candidate,
    Dispatch,
    Dispatcher,
    DispatchRequest,
    KeywordDispatcher,
    find_urgency,
    suspicions,
)
from domain.dispatch_correction import correctable_until
from domain.duties import list_says
from domain.errors import RuleRefusal
from domain.learned import Experience
from domain.learning_dispatch import LearningDispatcher
from domain.place import Located
from domain.policy import Policy
from domain.recusal import handler_for
from domain.stages import Trigger
from models.tables import DecisionRequest, Petition
from services import matters, places
from services.assignments import assign_lead, ending_assist, not_to_be_asked, units_that_returned
from services.context import Context
from services.facts import facts_of, recused_units
from services.ledger import move
from services.notices import Concern
from services.places import Given
from services.transactions import Transaction, acting, reading


def dispatcher_for(policy: Policy, experience: Experience | None) -> Dispatcher:
    """The engine in use: keywords alone until something was learned, then both together."""
    return KeywordDispatcher(policy) if experience is None else LearningDispatcher(policy, experience)


def rank_units(tx: Transaction, petition: Petition, located: Located | None = None) -> Dispatch:
    """What the engine says of this petition now; units that returned it are not asked again."""
    policy = tx.policy_in_force()
    request = DispatchRequest(
        text=petition.text,
        place=petition.place,
        town=petition.town,
        category=petition.category,
        excluded=not_to_be_asked(petition),
        proposed=_proposed_unit(tx, petition),
        request_type=RequestType(petition.request_type),
        located=located,
        day=petition.registered_at.in_timezone(clock.SHANGHAI).date(),
    )
    return dispatcher_for(policy, tx.context.models.active(tx.session)).rank(request)


@dataclass(frozen=True)
class Explanation:
    """What the platform makes of a text, before anybody registers it."""

    answer: Dispatch
    urgency: Urgency
    needs_person: str | None
    """Why a person looks before acceptance, as a Chinese sentence."""
    advice: tuple[str, ...] = ()
    """What else it looks like that belongs elsewhere, each as a Chinese sentence."""


def explain(context: Context, text: str, place: str = "", given: Given | None = None) -> Explanation:
    """Where this would go by the rules and the geography in force, and why. Nothing is written.

    Raises:
        BadCoordinate: the coordinate cannot be meant, or its system is not named.
    """
    with reading(context) as session:
        policy, experience = context.rules.active(session), context.models.active(session)
        located = places.locate_given(context.geographies.active(session), given) if given else None
    answer = dispatcher_for(policy, experience).rank(DispatchRequest(text=text, place=place, located=located))
    urgency, met = find_urgency(text, policy.dispatch), suspicions(text, policy.dispatch, place)
    held = next((item.told for item in met if item.rule.holds and urgency is not Urgency.EMERGENCY), None)
    advice = tuple(item.told for item in met if item.told != held)
    return Explanation(at_once(text, answer, policy), urgency, held, advice)


def dispatch_by_engine(tx: Transaction, petition: Petition) -> None:
    """Dispatch when the engine is sure, else hand the petition to the desk with the best candidates.

    An emergency goes at once to the unit that the policy sends there, however unsure the engine is.
    """
    place = places.find(tx, petition)
    answer = rank_units(tx, petition, place.located if place else None)
    if petition.urgency == Urgency.EMERGENCY:
        answer = at_once(petition.text, answer, tx.policy_in_force(), not_to_be_asked(petition))
    elif recused_units(petition):
        answer = _above_whom_it_is_about(tx, petition, answer)
    agreed = _as_agreed(tx, petition, answer)
    settled = {"category": agreed.category, "sub_category": agreed.sub_category} if agreed is not answer else {}
    answer = agreed
    details = as_details(answer) | (place.as_details() if place else {})
    changes: dict[str, Any] = place.as_changes() if place else {}
    if answer.unit is None:
        advice = suspicions(petition.text, tx.policy_in_force().dispatch, petition.place)
        reason = "。".join((answer.explanation, *(item.told for item in advice)))
        changes = {"needs_desk": True, "town": petition.town or answer.town} | changes
        move(
            tx, petition, Trigger.REFER_TO_DESK, PLATFORM, reason=reason, public=False, details=details, changes=changes
        )
        return
    details |= ending_assist(petition, answer.unit)
    changes = _give_to(tx, petition, answer.unit, answer.candidates[0].reasons) | changes
    changes |= settled or matters.found(petition, answer)
    changes["town"] = changes.get("town") or petition.town or answer.town
    move(
        tx,
        petition,
        Trigger.DISPATCH,
        PLATFORM,
        reason=answer.explanation,
        public=False,
        details=details,
        changes=changes,
    )


def dispatch(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    unit: str,
    reason: str,
    category: str | None = None,
    sub_category: str | None = None,
    version: int | None = None,
) -> Petition:
    """The desk dispatches a petition the engine was not sure of."""
    with acting(context, petition_id, actor, Trigger.DISPATCH, version) as (tx, petition):
        _require_not_returned(petition, unit)
        ended = ending_assist(petition, unit)
        changes = _give_to(tx, petition, unit, (reason,))
        changes |= {"chosen_at": clock.now()} | matters.chosen(tx, petition, category, sub_category)
        details = {"unit": unit, "returned_by": sorted(units_that_returned(petition))} | ended
        move(tx, petition, Trigger.DISPATCH, actor, reason=reason, public=False, details=details, changes=changes)
        return petition


def redispatch(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    unit: str,
    reason: str,
    category: str | None = None,
    sub_category: str | None = None,
    version: int | None = None,
) -> Petition:
    """The desk gives a petition to another unit (改派): it counts as a transfer and resets no clock.

    While what the desk chose by hand can still be corrected, it is a correction (更正派遣), and counts as nothing.
    """
    with acting(context, petition_id, actor, Trigger.REDISPATCH, version) as (tx, petition):
        until = correctable_until(facts_of(petition), tx.policy_of(petition))
        corrects = until is not None and clock.now() <= until
        trigger = Trigger.CORRECT_DISPATCH if corrects else Trigger.REDISPATCH
        _give_instead(tx, petition, actor, trigger, Instead(unit, reason, category, sub_category))
        return petition


def correct_dispatch(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    unit: str,
    reason: str,
    category: str | None = None,
    sub_category: str | None = None,
    version: int | None = None,
) -> Petition:
    """The desk takes back whom it chose by hand (更正派遣) while it can; later it is refused, never counted."""
    with acting(context, petition_id, actor, Trigger.CORRECT_DISPATCH, version) as (tx, petition):
        instead = Instead(unit, reason, category, sub_category)
        _give_instead(tx, petition, actor, Trigger.CORRECT_DISPATCH, instead)
        return petition


@dataclass(frozen=True)
class Instead:
    """To whom a petition goes instead of the unit that has it, why, and what it is about."""

    unit: str
    reason: str
    category: str | None
    sub_category: str | None


def _give_instead(tx: Transaction, petition: Petition, actor: Actor, trigger: Trigger, instead: Instead) -> None:
    former, unit = petition.unit, instead.unit
    if unit == former:
        raise RuleRefusal("same-unit", "该诉求已由此单位承办，无需改派", field="unit")
    _require_not_returned(petition, unit)
    details = {"from": former, "to": unit} | ending_assist(petition, unit)
    if trigger is Trigger.CORRECT_DISPATCH:
        given = {"chosen_at": petition.chosen_at}
        given = assign_lead(tx, petition, unit, reasons=(instead.reason,), outcome="corrected") | given
    else:
        given = _give_to(tx, petition, unit, (instead.reason,))
    changes = given | matters.chosen(tx, petition, instead.category, instead.sub_category)
    concerns = [Concern(former)] if former and trigger is Trigger.CORRECT_DISPATCH else []
    move(
        tx,
        petition,
        trigger,
        actor,
        reason=instead.reason,
        public=False,
        details=details,
        changes=changes,
        concerns=concerns,
    )


def _require_not_returned(petition: Petition, unit: str) -> None:
    """Whoever was rightly rid of it does not get it straight back: whose it really is, a review decides for good."""
    if unit in units_that_returned(petition):
        said = "该单位的退单已获同意，不能直接派回；确属其职责的，请提请一级研判指定"
        raise RuleRefusal("returned-before", said, field="unit")


def as_details(answer: Dispatch) -> dict[str, Any]:
    """The engine's whole answer, kept in the history: why it was sent there can be read a year later."""
    return {
        "rule_version": answer.rule_version,
        "model_version": answer.model_version,
        "candidates": [
            {
                "unit": item.unit,
                "category": item.category,
                "sub_category": item.sub_category,
                "score": item.score,
                "confidence": None if item.confidence is None else round(item.confidence, 4),
                "reasons": list(item.reasons),
            }
            for item in answer.candidates
        ],
    }


def _above_whom_it_is_about(tx: Transaction, petition: Petition, answer: Dispatch) -> Dispatch:
    """`answer` with the unit above those that must stay out; without one a person chooses, however sure it was.

    What is complained about is a unit's conduct. Which other unit the words would lead to says nothing about that.
    """
    policy, recused = tx.policy_in_force(), recused_units(petition)
    unit = handler_for(recused, policy.recusal)
    if unit is None or unit not in policy.units_by_code or unit in units_that_returned(petition):
        said = "被反映单位回避，没有写明由谁代为承办，请商纪检监察后派遣"
        return replace(answer, unit=None, explanation=said)
    said = f"被反映单位回避，由{policy.unit_name(unit)}承办"
    known = next((item for item in answer.candidates if item.unit == unit), Candidate(unit, None, 0.0, ()))
    first = replace(known, reasons=(said, *known.reasons))
    others = tuple(item for item in answer.candidates if item is not known)
    return replace(answer, unit=unit, candidates=(first, *others)[:3], explanation=said)


def _give_to(tx: Transaction, petition: Petition, unit: str, reasons: tuple[str, ...]) -> dict[str, Any]:
    # What was taken from a unit because it is about it was never that unit's to handle; and of what was reopened, and
    # has no clock yet, nobody had anything to hand on.
    leads = [item for item in petition.assignments if item.part == "lead"]
    moves = bool(leads) and leads[-1].outcome != "recused" and petition.clock_started_at is not None
    changes = assign_lead(tx, petition, unit, reasons=reasons, outcome="moved")
    if moves:
        changes["transfers"] = petition.transfers + 1
    return changes


def _proposed_unit(tx: Transaction, petition: Petition) -> str | None:
    returned = _last_return(tx, petition)
    return returned.proposed_unit if returned is not None else None


def _last_return(tx: Transaction, petition: Petition) -> DecisionRequest | None:
    returned = [row for row in requests_of(tx, petition) if row.kind == "return" and row.outcome == "granted"]
    return returned[-1] if returned else None


def _as_agreed(tx: Transaction, petition: Petition, answer: Dispatch) -> Dispatch:
    """`answer` with the unit that a returning unit named, where the desk agreed and the duty list in force says so too.

    A return that nobody decided in time was agreed to by nobody: there the proposal is one candidate among others.
    """
    returned, policy = _last_return(tx, petition), tx.policy_in_force()
    if returned is None or returned.default_rule is not None or returned.proposed_unit is None:
        return answer
    day = petition.registered_at.in_timezone(clock.SHANGHAI).date()
    says = list_says(policy, returned.proposed_unit, returned.basis_duty, day)
    if not says.bears_out or returned.proposed_unit in units_that_returned(petition):
        return answer
    return sent_as_agreed(answer, returned.proposed_unit, returned.basis_duty, says.told, policy)


def requests_of(tx: Transaction, petition: Petition) -> list[DecisionRequest]:
    """Every return and extension that was asked for, oldest first."""
    query = select(DecisionRequest).where(DecisionRequest.petition_id == petition.id).order_by(DecisionRequest.id)
    return list(tx.session.scalars(query))
