"""A petition comes in: registered, accepted or refused, supplemented, withdrawn, merged with the same matter."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from domain.actions import PLATFORM, Actor
from domain.conduct import Urgency
from domain.dispatch import find_urgency, needs_person
from domain.errors import Incomplete, Missing, RuleRefusal
from domain.stages import FINAL_STAGES, Stage, Trigger
from models.shapes import Registration
from models.tables import Petition
from services import places
from services.access import require_not_recused
from services.context import Context
from services.decisions import end_case
from services.identity import Identity, give_petitioner
from services.ledger import move
from services.matters import chosen, require_category
from services.new_petitions import new_petition
from services.numbering import next_case_number
from services.parties import has_left, parties_of
from services.publication_retractions import take_back_untellable
from services.recusals import carry_over, named_by_petitioner, recuse_on_arrival
from services.same_matter import GOING_ON, settle_proposals, take_in
from services.transactions import Transaction, acting, transaction


def register(context: Context, registration: Registration, actor: Actor) -> Petition:
    """Put a petition into the ledger; its run is started after the commit.

    The same channel reference twice is the same petition: the first one is returned.

    Raises:
        BadCoordinate: the coordinate cannot be meant, or its system is not named; nothing was written.
        KeysUnusable: who reported cannot be sealed; nothing was written. Anonymous reports need no key.
    """
    given = places.given_by(registration)
    position = given.position if given else None
    with transaction(context) as tx:
        known = _known(tx, registration)
        if known is not None:
            return known
        policy = tx.policy_in_force()
        if registration.category is not None:
            require_category(tx, registration.category)
        named = named_by_petitioner(tx, registration.complained_about)
        case_number = next_case_number(tx, policy.case_prefix)
        # Whoever registered the same reference at this very moment held the counter; it is ours now, so look again.
        known = _known(tx, registration)
        if known is not None:
            return known
        suspicion = needs_person(registration.text, policy.dispatch, registration.place)
        petition = new_petition(
            policy,
            case_number,
            channel=registration.channel,
            channel_reference=registration.channel_reference,
            request_type=registration.request_type.value,
            category=registration.category,
            text=registration.text,
            place=registration.place,
            longitude=position.longitude if position else None,
            latitude=position.latitude if position else None,
            given_longitude=registration.longitude,
            given_latitude=registration.latitude,
            crs=registration.crs.value if registration.crs else None,
        )
        person = registration.petitioner
        who = Identity(person.name or None, person.contact_kind if person.contact else None, person.contact or None)
        give_petitioner(tx, petition, who, confidential=person.confidential)
        place = places.find(tx, petition)
        tx.session.add(petition)
        details = {"channel": petition.channel} | (place.as_details() if place else {})
        held = "，由专席确认是否受理" if petition.needs_desk else ""
        reasons = [f"{suspicion.told}{held}" if suspicion else "", place.told if place else ""]
        move(
            tx,
            petition,
            Trigger.REGISTER,
            actor,
            reason="；".join(filter(None, reasons)),
            public=False,
            details=details,
            changes=place.as_changes() if place else None,
        )
        recuse_on_arrival(tx, petition, named)
        _merge_repeat(context, petition, take_in(tx, petition))
        return petition


def _merge_repeat(context: Context, petition: Petition, main: Petition | None) -> None:
    """What the same person said before, word for word, is not handled twice; its petitioner is told and can leave."""
    if main is None:
        return
    with transaction(context) as tx:
        # The case may have ended while it was looked for.
        if Stage(tx.lock(main.id).stage) in GOING_ON:
            reason = f"与您此前反映的{main.case_number}内容相同，并入该件一并办理"
            merge(context, petition.id, main.id, PLATFORM, reason)


def accept(context: Context, petition_id: str, actor: Actor, version: int | None = None) -> Petition:
    """The desk accepts a petition that needed a person's look."""
    with acting(context, petition_id, actor, Trigger.ACCEPT, version) as (tx, petition):
        move(tx, petition, Trigger.ACCEPT, actor, changes={"needs_desk": False})
        return petition


def refuse(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """Not accepted (不予受理), with the reason the petitioner is told."""
    with acting(context, petition_id, actor, Trigger.REFUSE, version) as (tx, petition):
        end_case(tx, petition)
        move(tx, petition, Trigger.REFUSE, actor, reason=reason)
        return petition


def ask_supplement(
    context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None
) -> Petition:
    """Ask the petitioner for what is missing; a running handling clock stands still meanwhile."""
    with acting(context, petition_id, actor, Trigger.ASK_SUPPLEMENT, version) as (tx, petition):
        move(tx, petition, Trigger.ASK_SUPPLEMENT, actor, reason=reason)
        return petition


def supplement(
    context: Context, petition_id: str, actor: Actor, text: str, place: str = "", version: int | None = None
) -> Petition:
    """The petitioner adds what was missing; whoever asked for it looks at the whole again, danger waits for nobody."""
    with acting(context, petition_id, actor, Trigger.SUPPLEMENT, version) as (tx, petition):
        danger = find_urgency(text, tx.policy_in_force().dispatch) is Urgency.EMERGENCY
        changes: dict[str, Any] = {"text": f"{petition.text}\n补充：{text}", "needs_desk": not danger}
        if danger:
            changes["urgency"] = Urgency.EMERGENCY.value
        if place:
            changes["place"] = place
        move(tx, petition, Trigger.SUPPLEMENT, actor, public=False, changes=changes)
        recuse_on_arrival(tx, petition)
        take_back_untellable(tx, petition)
        take_in(tx, petition)
        return petition


def withdraw(
    context: Context, petition_id: str, actor: Actor, reason: str = "", version: int | None = None
) -> Petition:
    """The petitioner takes the petition back. Where it is the matter of others too, only this petitioner leaves it.

    `petition_id` is the petitioner's own petition, which may have been merged; `version` that of the main case.

    Raises:
        RuleRefusal: this petitioner has withdrawn already.
    """
    with transaction(context) as tx:
        main_id = lock_matter(tx, petition_id)
        with acting(context, main_id, actor, Trigger.WITHDRAW, version) as (_, main):
            own = tx.session.get_one(Petition, petition_id)
            if has_left(tx.session, petition_id):
                raise RuleRefusal("already-withdrawn", "您已撤回该诉求")
            others = parties_of(tx.session, main_id).keys() - {petition_id}
            if others or own is not main:
                said = "诉求人撤回" + ("；同一事项是其他诉求人的诉求，继续办理" if others else "")
                move(tx, own, Trigger.LEAVE, actor, reason=said, details={"reason": reason})
            if not others:
                end_case(tx, main)
                move(tx, main, Trigger.WITHDRAW, actor, reason=reason, public=False)
            return own


def lock_matter(tx: Transaction, petition_id: str) -> str:
    """Hold a petition and the main case it was merged into, if it was; the id of the one that is being handled.

    Raises:
        NotFound: no such petition.
    """
    query = select(Petition.id, Petition.merged_into_id).where(Petition.id == petition_id)
    found = tx.session.execute(query).one_or_none()
    main_id = found.merged_into_id if found is not None else None
    _lock_in_order(tx, petition_id, main_id or petition_id)
    if tx.session.get_one(Petition, petition_id).merged_into_id != main_id:
        return lock_matter(tx, petition_id)  # it was merged on just now
    return main_id or petition_id


def _lock_in_order(tx: Transaction, *ids: str) -> None:
    """Always the smaller id first, so that two who lock the same petitions cannot wait for each other."""
    for key in sorted(set(ids)):
        tx.lock(key)


def merge(
    context: Context, petition_id: str, into_id: str, actor: Actor, reason: str, version: int | None = None
) -> Petition:
    """Let a petition go on as part of another about the same matter (并单); its petitioner keeps their notices."""
    if petition_id == into_id:
        raise RuleRefusal("merge-into-itself", "不能并入自身，请选择另一件诉求作为主单")
    with transaction(context) as tx:
        _lock_in_order(tx, petition_id, into_id)
        with acting(context, petition_id, actor, Trigger.MERGE, version) as (_, petition):
            main = tx.lock(into_id)
            require_not_recused(tx.session, main, actor)
            if Stage(main.stage) in FINAL_STAGES:
                raise RuleRefusal("merge-into-closed", "主单已结束，不能并入；请另选主单或单独办理")
            for follower in tx.session.scalars(select(Petition).where(Petition.merged_into_id == petition_id)):
                follower.merged_into_id = into_id
            end_case(tx, petition)
            details = {"into": main.case_number}
            settle_proposals(tx, petition, into_id, actor)
            move(
                tx, petition, Trigger.MERGE, actor, reason=reason, details=details, changes={"merged_into_id": into_id}
            )
            note = f"{petition.case_number}并入本单"
            move(tx, main, Trigger.NOTE, actor, reason=note, public=False, details={"merged": petition.case_number})
            carry_over(tx, petition, main, actor)
            take_back_untellable(tx, main)
            return petition


def reclassify(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    category: str | None = None,
    sub_category: str | None = None,
    reason: str,
    version: int | None = None,
) -> Petition:
    """Correct what it is about. The rule of the new category counts from the same start: no clock is reset."""
    with acting(context, petition_id, actor, Trigger.RECLASSIFY, version) as (tx, petition):
        changes = chosen(tx, petition, category, sub_category)
        if not changes:
            raise Incomplete([Missing("category", "请给出正确的分类或小类")])
        details = {"from": petition.category, "to": changes["category"]}
        if petition.sub_category != changes["sub_category"]:
            details |= {"from_sub_category": petition.sub_category, "to_sub_category": changes["sub_category"]}
        move(
            tx,
            petition,
            Trigger.RECLASSIFY,
            actor,
            reason=reason,
            public=False,
            details=details,
            changes=changes,
        )
        take_back_untellable(tx, petition)
        return petition


def _known(tx: Transaction, registration: Registration) -> Petition | None:
    if registration.channel_reference is None:
        return None
    same = select(Petition).where(
        Petition.channel == registration.channel, Petition.channel_reference == registration.channel_reference
    )
    return tx.session.scalar(same)
