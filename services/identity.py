"""The one place where a petitioner's identity is sealed, opened, masked, given out: never without a row that says so.

Names and contacts are kept encrypted and bound to their petition. Whatever is shown of a petition has them masked; the
whole is given for one purpose at a time, in the transaction that writes down who asked. What cannot be written down is
not read. Masking opens the identity too, but nothing leaves that names anybody.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.errors import Incomplete, KeysUnusable, Missing, NotFound, NotPermitted, RuleRefusal
from domain.identity import IdentityRules, Level, PlatformPurpose, mask_contact, mask_name
from domain.stages import FINAL_STAGES, Stage, Trigger
from gateways.key_ring import Sealed
from models.answers import ContactView, Named
from models.identity_answers import IdentityView
from models.petition import new_id
from models.tables import Petition, Petitioner
from services.access import petition_for
from services.context import Context
from services.identity_log import people_read_today, write_down
from services.imprints import known_person, person_number
from services.ledger import move
from services.parties import parties_of
from services.transactions import Transaction, transaction

logger = logging.getLogger(__name__)

UNREADABLE = "＊＊＊"
"""Shown in place of a mask while the key is away: the case can be worked on all the same."""


@dataclass(frozen=True)
class Identity:
    """Who reported and how to reach them; `contact` and its kind come together."""

    name: str | None = None
    contact_kind: str | None = None
    contact: str | None = None

    @property
    def is_anonymous(self) -> bool:
        return not self.name and not self.contact


def give_petitioner(tx: Transaction, petition: Petition, identity: Identity, *, confidential: bool) -> None:
    """Let `petition` have been reported by `identity`.

    Raises:
        KeysUnusable: it cannot be sealed; nothing was written.
    """
    petition.id = petition.id or new_id()
    person = Petitioner(petition_id=petition.id, confidential=confidential)
    if not identity.is_anonymous:
        seal(tx.context, tx.session, person, identity)
    petition.petitioner = person


def seal(context: Context, session: Session, person: Petitioner, identity: Identity) -> None:
    """Keep `identity` in the row of `person`, sealed under the newest key, and nothing of it in plain."""
    if not context.identity_keys.exists() and not _any_sealed(session):
        context.identity_keys.make()
    secret = json.dumps({"name": identity.name, "contact": identity.contact}, ensure_ascii=False)
    sealed = context.identity_keys.ring().seal(secret.encode(), _bound_to(person))
    person.sealed, person.key_id = sealed.content, sealed.key_id
    person.contact_kind = identity.contact_kind if identity.contact else None
    person.person = person_number(context.person_key(), identity.contact_kind, identity.contact)
    person.plain_name = person.plain_contact = None


def unsealed(context: Context, person: Petitioner) -> Identity:
    """What is kept of `person`. For this module and `services.identity_keeping`: whoever shows it writes it down first.

    Raises:
        KeysUnusable: it cannot be opened.
    """
    if person.sealed is None:
        return Identity(person.plain_name, person.contact_kind if person.plain_contact else None, person.plain_contact)
    ring = context.identity_keys.ring()
    kept = json.loads(ring.open(Sealed(person.key_id or "", person.sealed), _bound_to(person)))
    return Identity(kept["name"], person.contact_kind, kept["contact"])


def _bound_to(person: Petitioner) -> str:
    return f"petitioner:{person.petition_id}"


def _any_sealed(session: Session) -> bool:
    """Whether a key was ever used: then a new one must not take its place unseen."""
    with session.no_autoflush:
        return session.scalar(select(Petitioner.petition_id).where(Petitioner.key_id.is_not(None)).limit(1)) is not None


def masked(
    context: Context, rules: IdentityRules, case: Petition, person: Petitioner, actor: Actor
) -> ContactView | None:
    """What `actor` sees of `person`, whose matter `case` is, wherever it is shown; `None`: nothing, not even a mask."""
    if rules.level_of(actor.role) is Level.NONE or not _is_concerned(case, person, actor):
        return None
    try:
        known = unsealed(context, person)
    except KeysUnusable:
        logger.error("The identity of petition %s cannot be opened", person.petition_id)  # noqa: TRY400
        known = None
    return ContactView(
        name=mask_name(known.name) if known else UNREADABLE,
        contact_kind=person.contact_kind,
        contact=mask_contact(known.contact) if known else UNREADABLE,
        confidential=person.confidential,
        erased_at=person.erased_at,
        purposes=[
            Named(code=item.code, name=item.name)
            for item in rules.purposes_of(actor.role)
            if known and not known.is_anonymous and rules.level_of(actor.role) is Level.FULL and _is_timely(case, actor)
        ],
    )


def _is_timely(case: Petition, actor: Actor) -> bool:
    """A unit has nobody to call once the case is over."""
    return actor.role is not Role.UNIT or Stage(case.stage) not in FINAL_STAGES


def _is_concerned(case: Petition, person: Petitioner, actor: Actor) -> bool:
    """Units: the one that has the case now, and never of whoever confided in the platform (济南条例第三十二条)."""
    if actor.role is Role.UNIT:
        return not person.confidential and actor.unit is not None and actor.unit == case.unit
    return True


def disclose(
    context: Context, petition_id: str, actor: Actor, *, purpose: str, words: str, case_number: str | None = None
) -> IdentityView:
    """The identity behind a petition, once, for a purpose; `case_number` names one that was merged into it.

    Raises:
        NotFound: no such petition for this caller, or nobody left an identity.
        NotPermitted: not this role, unit or stage.
        Incomplete: the purpose is none of this role's.
        RuleRefusal: the identity was erased.
        KeysUnusable: it cannot be opened. Nothing is read and nothing written down then.
    """
    with transaction(context) as tx:
        petition_for(tx.session, petition_id, actor)
        case = tx.lock(petition_id)
        rules = tx.policy_in_force().identity
        if rules.level_of(actor.role) is not Level.FULL:
            raise NotPermitted("该角色不能查阅诉求人的身份")
        chosen = next((item for item in rules.purposes_of(actor.role) if item.code == purpose), None)
        if chosen is None:
            offered = "、".join(f"{item.code}({item.name})" for item in rules.purposes_of(actor.role))
            raise Incomplete([Missing("purpose", f"用途须为：{offered}")])
        person = _person(tx, case, case_number)
        if not _is_concerned(case, person, actor):
            raise NotPermitted("只有现在的主办单位可以查阅，要求保密的诉求人不对单位公开")
        if not _is_timely(case, actor):
            raise NotPermitted("该诉求已结束，单位不再需要联系诉求人；确有需要的请联系派遣专席")
        if person.erased_at is not None:
            raise RuleRefusal("identity-erased", "诉求人的身份已按保存期限清除")
        known = read(tx.context, tx.session, person, actor, purpose=chosen.code, words=words)
        if known.is_anonymous:
            raise NotFound("诉求人的身份：该诉求系匿名反映")
        people = people_read_today(tx.session, actor, person.petition_id)
        if rules.unusual_reads and people == rules.unusual_reads:
            said = f"账号“{actor.name}”今日查阅诉求人身份已达{people}人"
            details = {"role": actor.role.value, "unit": actor.unit, "account": actor.name, "people": people}
            move(tx, case, Trigger.FLAG_READING, PLATFORM, reason=said, public=False, details=details)
        return IdentityView(
            id=person.petition_id,
            name=known.name,
            contact_kind=known.contact_kind,
            contact=known.contact,
            confidential=person.confidential,
            purpose=Named(code=chosen.code, name=chosen.name),
            words=words,
            read_at=clock.now(),
        )


def _person(tx: Transaction, case: Petition, case_number: str | None) -> Petitioner:
    """Whoever reported the case, or the petition of this number that is part of it, and still is a party to it."""
    parties = parties_of(tx.session, case.merged_into_id or case.id)
    query = select(Petitioner).join(Petition).where(Petition.id.in_(parties))
    named = Petition.case_number == case_number if case_number is not None else Petition.id == case.id
    person = tx.session.scalar(query.where(named))
    if person is None or (person.petition_id != case.id and person.petition_id not in _parts(tx.session, case)):
        raise NotFound("仍属该事项的诉求人")
    return person


def _parts(session: Session, case: Petition) -> frozenset[str]:
    return frozenset(session.scalars(select(Petition.id).where(Petition.merged_into_id == case.id)))


def read(
    context: Context, session: Session, person: Petitioner, reader: Actor, *, purpose: str, words: str = ""
) -> Identity:
    """Open an identity for `reader`, in the transaction of `session`, which also keeps that it was opened.

    Raises KeysUnusable as `unsealed` does.
    """
    session.refresh(person, with_for_update=True)  # one after the other: each row of the log follows the one before
    known = unsealed(context, person)
    if not known.is_anonymous:
        write_down(session, person, reader, purpose=purpose, words=words)
    return known


def contact_to_deliver(context: Context, session: Session, petition_id: str) -> tuple[str, str] | None:
    """Kind and contact by which the platform tells the petitioner something; `None`: they left none."""
    person = session.get(Petitioner, petition_id)
    if person is None or person.contact_kind not in context.addresses.petitioner:
        return None
    known = read(context, session, person, PLATFORM, purpose=PlatformPurpose.NOTICE)
    return (known.contact_kind, known.contact) if known.contact_kind and known.contact else None


def particulars_to_scrub(tx: Transaction, petition: Petition) -> list[str]:
    """Names and contacts of everybody whose matter it is, to be compared with what is going to be told in public.

    For `services.publications` alone, which keeps none of it; each reading is written down. Raises KeysUnusable: what
    cannot be compared is not published.
    """
    found: list[str] = []
    for person in tx.session.scalars(select(Petitioner).where(Petitioner.petition_id.in_(_everybody(tx, petition)))):
        known = read(tx.context, tx.session, person, PLATFORM, purpose=PlatformPurpose.PUBLICATION)
        found += [item for item in (known.name, known.contact) if item]
    return found


def _everybody(tx: Transaction, petition: Petition) -> set[str]:
    """Whoever left the matter may still be named in its texts."""
    return {petition.id, *_parts(tx.session, petition)}


def hand_over(tx: Transaction, of: Petition, to: Petition) -> None:
    """Let `to` have been reported by whoever reported `of`: it was taken out of another case."""
    person = tx.session.get(Petitioner, of.id)
    if person is None:
        give_petitioner(tx, to, Identity(), confidential=False)
        return
    known = read(tx.context, tx.session, person, PLATFORM, purpose=PlatformPurpose.SEPARATION)
    give_petitioner(tx, to, known, confidential=person.confidential)
    if to.petitioner is not None:
        to.petitioner.erased_at = person.erased_at


def find_by_contact(context: Context, session: Session, contact_kind: str, contact: str) -> list[str]:
    """Case numbers of the petitions reported by whoever can be reached there; nothing is opened for it."""
    person = person_number(context.person_key(), contact_kind, contact)
    if person is None:
        return []
    query = select(Petition.case_number).join(Petitioner).where(Petitioner.person == person)
    return list(session.scalars(query.order_by(Petition.case_number)))


def same_person(context: Context, session: Session, petition_id: str) -> list[str]:
    """Ids of every petition that the petitioner of this one reported, this one among them."""
    row = session.get(Petitioner, petition_id)
    number = known_person(context.person_key(), row)
    if number is None:
        return [petition_id]
    return list(session.scalars(select(Petitioner.petition_id).where(Petitioner.person == number))) or [petition_id]
