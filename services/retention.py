"""Identities are erased when the time the policy gives them is over; what must be kept is held, with the reason.

The petition, its history and the log of who read the identity stay. What may name or show the petitioner elsewhere goes
along: the files they sent, and what units stored as evidence that they were called. The store's own round removes the
contents that nothing refers to any more.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import aliased

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.attachments import Purpose
from domain.errors import RuleRefusal
from domain.stages import FINAL_STAGES, Trigger
from models.tables import Attachment, Imprint, LegalHold, Petition, Petitioner, Supervision
from services.access import petition_for, require_role
from services.context import Context
from services.ledger import move
from services.transactions import Transaction, transaction

_SHOWING = sorted({Purpose.PETITION.value, Purpose.CONTACT.value})
"""What files that show or name a petitioner are for."""
_FINAL = sorted(stage.value for stage in FINAL_STAGES)
_main = aliased(Petition)


def due(context: Context, limit: int | None = None) -> list[str]:
    """Case numbers of the petitions whose petitioner's time is over, the longest over first."""
    with context.readers() as session:
        days = context.rules.active(session).identity.anonymise_days
        if not days:
            return []
        query = select(Petition.case_number).join(Petitioner).outerjoin(_main, Petition.merged_into_id == _main.id)
        query = query.where(_is_due(clock.now() - dt.timedelta(days=days))).order_by(Petition.closed_at, Petition.id)
        return list(session.scalars(query.limit(limit)))


def _is_due(limit: dt.datetime) -> ColumnElement[bool]:
    """Both the petition and the case it was merged into are over for so long, and nothing holds either."""
    identified = or_(
        Petitioner.key_id.is_not(None), Petitioner.plain_name.is_not(None), Petitioner.plain_contact.is_not(None)
    )
    over = and_(Petition.stage.in_(_FINAL), Petition.closed_at <= limit)
    main_is_over = or_(_main.id.is_(None), and_(_main.stage.in_(_FINAL), _main.closed_at <= limit))
    supervised = exists().where(
        or_(Supervision.petition_id == Petition.id, Supervision.petition_id == Petition.merged_into_id),
        Supervision.closed_at.is_(None),
    )
    held = exists().where(
        or_(LegalHold.petition_id == Petition.id, LegalHold.petition_id == Petition.merged_into_id),
        LegalHold.lifted_at.is_(None),
    )
    return and_(identified, Petitioner.erased_at.is_(None), over, main_is_over, ~supervised, ~held)


def erase_due(context: Context, progress: Callable[[int], object] = lambda _: None, limit: int | None = None) -> int:
    """Erase the identities whose time is over, a petition in a transaction; how many. May be stopped."""
    done = 0
    for case_number in due(context, limit):
        done += _erase(context, case_number)
        progress(1)
    return done


def _erase(context: Context, case_number: str) -> bool:
    """Erase one identity, unless something has come to hold it since it was found."""
    with transaction(context) as tx:
        query = select(Petition.id, Petition.merged_into_id).where(Petition.case_number == case_number)
        key, main_id = tx.session.execute(query).tuples().one()
        held = {each: tx.lock(each) for each in sorted({key, main_id or key})}
        petition = held[key]
        days = tx.policy_in_force().identity.anonymise_days
        still = select(Petitioner).join(Petition).outerjoin(_main, Petition.merged_into_id == _main.id)
        still = still.where(Petition.id == petition.id, _is_due(clock.now() - dt.timedelta(days=days)))
        person = tx.session.scalar(still) if days else None
        if person is None:
            return False
        person.sealed = person.key_id = person.plain_name = person.plain_contact = None
        person.contact_kind = person.person = None
        person.erased_at = clock.now()
        tx.session.execute(update(Imprint).where(Imprint.petition_id == petition.id).values(person=None))
        files = _forget_files(tx, petition)
        said = f"结束已满{days}天，诉求人身份按保存期限清除"
        # A case that a petition became part of says in a step of its own that it lost that petitioner's files.
        for each in [petition, *(held[other] for other in files if other != petition.id)]:
            details = {"days": days, "of": petition.case_number, "files": files[each.id]}
            move(tx, each, Trigger.ERASE_IDENTITY, PLATFORM, reason=said, public=False, details=details)
            _nothing_to_look_at(tx, each)
        return True


def _forget_files(tx: Transaction, petition: Petition) -> Counter[str]:
    """Take away the files that show or name this petitioner; how many of each petition."""
    theirs = or_(
        Attachment.party_id == petition.id,
        and_(Attachment.petition_id == petition.id, Attachment.party_id.is_(None)),
    )
    rows = tx.session.scalars(select(Attachment).where(theirs, Attachment.purpose.in_(_SHOWING))).all()
    for row in rows:
        tx.session.delete(row)
    return Counter(row.petition_id for row in rows)


def _nothing_to_look_at(tx: Transaction, petition: Petition) -> None:
    """The petition is over, and its run with it: nobody starts one again for this."""
    petition.looked_version = petition.announced_version = petition.version
    tx.touched.pop(petition.id, None)


def hold(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """Keep the identity for as long as a lawsuit, an inquiry or the like needs it (保全), whatever the policy says.

    Raises:
        NotFound, NotPermitted, StaleVersion: nothing was written.
        RuleRefusal: it is held already, or was erased.
    """
    with transaction(context) as tx:
        petition, standing = _standing(tx, petition_id, actor, version)
        if standing is not None:
            raise RuleRefusal("already-held", "诉求人的身份已在保全中")
        person = tx.session.get(Petitioner, petition_id)
        if person is not None and person.erased_at is not None:
            raise RuleRefusal("identity-erased", "诉求人的身份已按保存期限清除，无从保全")
        row = LegalHold(petition_id=petition_id, placed_at=clock.now(), placed_by=actor.name, reason=reason)
        tx.session.add(row)
        move(tx, petition, Trigger.HOLD_IDENTITY, actor, reason=reason, public=False)
        return petition


def release(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """Let the policy's time count again. Raises as `hold`; `RuleRefusal` when nothing holds it."""
    with transaction(context) as tx:
        petition, standing = _standing(tx, petition_id, actor, version)
        if standing is None:
            raise RuleRefusal("not-held", "诉求人的身份没有在保全中")
        standing.lifted_at, standing.lifted_by, standing.lifted_because = clock.now(), actor.name, reason
        move(tx, petition, Trigger.RELEASE_IDENTITY, actor, reason=reason, public=False)
        return petition


def _standing(
    tx: Transaction, petition_id: str, actor: Actor, version: int | None
) -> tuple[Petition, LegalHold | None]:
    petition_for(tx.session, petition_id, actor)
    require_role(actor, Role.INSPECTOR)
    petition = tx.lock(petition_id)
    tx.expect(petition, version)
    query = select(LegalHold).where(LegalHold.petition_id == petition_id, LegalHold.lifted_at.is_(None))
    return petition, tx.session.scalar(query)
