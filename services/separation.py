"""A petition that was merged by mistake goes its own way: a case of its own, under the code its petitioner has."""

from __future__ import annotations

import clock
from domain.actions import Actor, Role
from domain.errors import RuleRefusal
from domain.stages import Stage, Trigger, forbidden, is_allowed
from models.tables import Petition, Proposal
from services import places
from services.access import require_not_recused, require_role
from services.context import Context
from services.identity import hand_over
from services.imprints import forget_imprint
from services.intake import lock_matter
from services.ledger import move
from services.new_petitions import new_petition
from services.numbering import new_query_code, next_case_number
from services.parties import has_left
from services.recusals import carry_over
from services.same_matter import take_in
from services.transactions import Transaction, transaction


def separate(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """Take a merged petition out of its main case (拆单) and register what it said anew; the new petition.

    A final stage has no way out, so the merged petition keeps its end and its history, and a new case says what it
    said. The petitioner's code leads to the new one from now on; the main case loses this party and nothing else.

    Raises:
        NotFound, NotPermitted, StaleVersion: nothing was written.
        ForbiddenTransition: it is not merged.
        RuleRefusal: its petitioner has left, or it was taken out before.
    """
    with transaction(context) as tx:
        require_role(actor, Role.DESK)
        # Registrations hold the numbers first and the case after; who did it the other way round would wait for ever.
        case_number = next_case_number(tx, tx.policy_in_force().case_prefix)
        main_id = lock_matter(tx, petition_id)
        merged, main = tx.lock(petition_id), tx.session.get_one(Petition, main_id)
        for each in (merged, main):
            require_not_recused(tx.session, each, actor)
        tx.expect(merged, version)
        if not is_allowed(Stage(merged.stage), Trigger.SEPARATE):
            raise forbidden(Stage(merged.stage), Trigger.SEPARATE)
        if has_left(tx.session, petition_id):
            raise RuleRefusal("already-left", "该诉求已撤出或已拆出主单，不能再拆单")
        anew = _anew(tx, merged, main, case_number, actor)
        details = {"from": main.case_number, "into": case_number}
        move(tx, merged, Trigger.SEPARATE, actor, reason=reason, public=False, details=details)
        if is_allowed(Stage(main.stage), Trigger.NOTE):
            said = f"{merged.case_number}拆出本单，另立为{case_number}：{reason}"
            move(tx, main, Trigger.NOTE, actor, reason=said, public=False, details={"separated": merged.case_number})
        return anew


def _anew(tx: Transaction, merged: Petition, main: Petition, case_number: str, actor: Actor) -> Petition:
    code, merged.query_code = merged.query_code, new_query_code()
    tx.session.flush()  # no two petitions have one code, not even for a moment
    forget_imprint(tx.session, merged.id)
    anew = new_petition(
        tx.policy_in_force(),
        case_number,
        channel=merged.channel,
        request_type=merged.request_type,
        category=merged.category,
        text=merged.text,
        place=merged.place,
        longitude=merged.longitude,
        latitude=merged.latitude,
        given_longitude=merged.given_longitude,
        given_latitude=merged.given_latitude,
        crs=merged.crs,
    )
    anew.query_code = code
    hand_over(tx, merged, anew)
    place = places.find(tx, anew)
    tx.session.add(anew)
    details = {"channel": anew.channel, "separated_from": merged.case_number} | (place.as_details() if place else {})
    move(
        tx,
        anew,
        Trigger.REGISTER,
        actor,
        reason="原诉求并单有误，另立为本件单独办理",
        details=details,
        changes=place.as_changes() if place else None,
    )
    tx.session.add(_not_the_same(tx, anew, main, actor))
    tx.session.flush()
    carry_over(tx, merged, anew, actor)
    take_in(tx, anew)  # what repeats itself is not merged again: a person has just decided
    return anew


def _not_the_same(tx: Transaction, anew: Petition, main: Petition, actor: Actor) -> Proposal:
    """What the desk has just found out is not proposed to it again."""
    return Proposal(
        petition_id=anew.id,
        same_as_id=main.id,
        score=0.0,
        reasons=["拆单"],
        public=False,
        rule_version=tx.policy_in_force().version,
        found_at=clock.now(),
        decided_at=clock.now(),
        decided_by=actor.name,
        outcome="dismissed",
    )
