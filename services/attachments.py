"""Files that people send along: examined, kept in the file store, and shown to those who may see the petition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

import clock
from domain.actions import PETITIONER, ROLE_LABELS, Actor, Role
from domain.attachments import MAY_ADD, PURPOSE_LABELS, Purpose, may_look
from domain.errors import NotFound, NotPermitted, PolicyMissing, RuleRefusal
from domain.files import MEDIA_TYPES, AttachmentRules, Kind, fit_name
from domain.policy import Policy
from domain.stages import Trigger
from gateways.file_store import digest_of
from gateways.photos import Cleaned, cleaned
from models.answers import Named
from models.attachment_answers import Attachments, AttachmentView
from models.tables import Attachment, Completion, Petition
from services.access import petition_for
from services.context import Context
from services.ledger import move
from services.queries import id_by_code, matter_by_code
from services.transactions import acting, reading, transaction
from services.views import actions_for, lens_of


@dataclass(frozen=True)
class Prepared:
    """A file that was examined and can be kept."""

    sha256: str
    """Of what was sent."""
    file: Cleaned


@dataclass(frozen=True)
class Served:
    """The content of a stored file, with what a browser must be told of it."""

    content: bytes
    media_type: str
    name: str


def rules_of(policy: Policy) -> AttachmentRules:
    """What may be stored. Raises `PolicyMissing` under a policy from before there were files."""
    if policy.attachments is None:
        raise PolicyMissing("附件规则(attachments.yaml)，请启用新的规则版本")
    return policy.attachments


def prepared(context: Context, content: bytes) -> Prepared:
    """`content` as it may be kept. Takes a second of work on a large photo, so never within a transaction.

    Raises:
        FileRefused: it is nothing that may be stored; the reason says why.
    """
    with reading(context) as session:
        rules = rules_of(context.rules.active(session))
    return Prepared(digest_of(content), cleaned(content, rules))


def add(
    context: Context,
    petition_id: str,
    actor: Actor,
    name: str,
    content: bytes | Prepared,
    purpose: Purpose,
    *,
    party: str | None = None,
    version: int | None = None,
) -> AttachmentView:
    """Store a file with a petition; the same file for the same purpose again is the one that is there.

    `content` is what was sent, or what `prepared` made of it before.
    `party` is the petition whose query code the petitioner holds; of merged petitions each has its own.

    Raises:
        FileRefused: see `prepared`.
        NotPermitted, NotFound, ForbiddenTransition, StaleVersion: not this caller, or not now.
        RuleRefusal: `too-many-files`.
        StoreUnavailable: the disk is full or away; nothing was written.
    """
    require_room(context, petition_id, actor, content, party)
    what = content if isinstance(content, Prepared) else prepared(context, content)
    return keep(context, petition_id, actor, name, what, purpose, party=party, version=version)


def require_room(
    context: Context, petition_id: str, actor: Actor, content: bytes | Prepared, party: str | None = None
) -> None:
    """Raises `RuleRefusal` (`too-many-files`) where `content` would not be kept: then it need not be unpacked first."""
    digest = content.sha256 if isinstance(content, Prepared) else digest_of(content)
    with reading(context) as session:
        mine = _added_by(session, petition_id, actor, party)
        if all(row.sha256 != digest for row in mine):
            _check_number(actor, len(mine), rules_of(context.rules.active(session)))


def add_by_code(context: Context, query_code: str, name: str, content: bytes | Prepared) -> AttachmentView:
    """Store what the petitioner with this query code sends. Raises as `add` does, and as `matter_by_code`."""
    matter, own = matter_by_code(context, query_code), id_by_code(context, query_code)
    return add(context, matter, PETITIONER, name, content, Purpose.PETITION, party=own)


def keep(
    context: Context,
    petition_id: str,
    actor: Actor,
    name: str,
    what: Prepared,
    purpose: Purpose,
    *,
    party: str | None = None,
    version: int | None = None,
) -> AttachmentView:
    """Store what was prepared, as `add` does."""
    with transaction(context) as outer:
        if actor.role is not Role.PETITIONER:
            petition_for(outer.session, petition_id, actor)  # whoever may not see it is not told that it exists
        if purpose not in MAY_ADD.get(actor.role, ()):
            raise NotPermitted(f"{ROLE_LABELS[actor.role]}不能上传“{PURPOSE_LABELS[purpose]}”")
        with acting(context, petition_id, actor, Trigger.ATTACH, version) as (tx, petition):
            policy = tx.policy_in_force()
            mine = _added_by(tx.session, petition.id, actor, party)
            known = next((row for row in mine if row.sha256 == what.sha256 and row.purpose == purpose), None)
            if known is not None:
                return view_of(known, policy)
            _check_number(actor, len(mine), rules_of(policy))
            row = _row(context, what, name, purpose)
            row.petition_id, row.party_id = petition.id, party
            row.added_role, row.added_unit, row.added_by = actor.role.value, actor.unit, actor.name
            tx.session.add(row)
            tx.session.flush()
            details = {"attachment": row.id, "purpose": purpose.value, "sha256": row.sha256, "kept": row.kept_sha256}
            move(tx, petition, Trigger.ATTACH, actor, public=actor.role is Role.PETITIONER, details=details)
            return view_of(row, policy)


def shown(context: Context, petition_id: str, actor: Actor) -> Attachments:
    """The files of a petition and of those merged into it that `actor` may look at. Raises `NotFound`."""
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        policy = context.rules.active(session)
        return Attachments(
            case_number=petition.case_number,
            items=[view_of(row, policy) for row in _files(session, _of(petition)) if _may_look(row, actor)],
            allowed_actions=actions_for(petition, lens_of(context, session, petition, actor)),
        )


def shown_by_code(context: Context, query_code: str) -> Attachments:
    """What the petitioner with this code sent, and what illustrates the answer that was given. Raises `NotFound`."""
    own = id_by_code(context, query_code)
    with reading(context) as session:
        petition = session.get_one(Petition, own)
        policy = context.rules.active(session)
        return Attachments(
            case_number=petition.case_number,
            items=[view_of(row, policy) for row in _petitioners(session, petition)],
            allowed_actions=actions_for(petition, lens_of(context, session, petition, PETITIONER)),
        )


def opened(context: Context, petition_id: str, attachment_id: str, actor: Actor, *, thumbnail: bool = False) -> Served:
    """The content of one file. Raises `NotFound` unless `actor` may look at it, and `StoreUnavailable`."""
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        files = [row for row in _files(session, _of(petition)) if _may_look(row, actor)]
    return _served(context, files, attachment_id, thumbnail=thumbnail)


def opened_by_code(context: Context, query_code: str, attachment_id: str, *, thumbnail: bool = False) -> Served:
    """The content of one of the files that `shown_by_code` shows. Raises as `opened` does."""
    own = id_by_code(context, query_code)
    with reading(context) as session:
        files = _petitioners(session, session.get_one(Petition, own))
    return _served(context, files, attachment_id, thumbnail=thumbnail)


def view_of(row: Attachment, policy: Policy) -> AttachmentView:
    """A stored file as it is shown."""
    unit = row.added_unit
    return AttachmentView(
        id=row.id,
        purpose=Named(code=row.purpose, name=PURPOSE_LABELS[Purpose(row.purpose)]),
        name=row.name,
        kind=row.kind,
        size=row.size,
        sha256=row.sha256,
        kept_sha256=row.kept_sha256,
        width=row.width,
        height=row.height,
        added_at=row.added_at,
        added_role=row.added_role,
        added_unit=None if unit is None else Named(code=unit, name=policy.unit_name(unit)),
        has_thumbnail=row.thumbnail_sha256 is not None,
    )


def _row(context: Context, what: Prepared, name: str, purpose: Purpose) -> Attachment:
    """The row of a file that is in the store when this returns."""
    now, file = clock.now(), what.file
    return Attachment(
        purpose=purpose.value,
        name=fit_name(name, file.kind),
        kind=file.kind.value,
        size=len(file.content),
        sha256=what.sha256,
        kept_sha256=context.store.put(file.content, now),
        thumbnail_sha256=None if file.thumbnail is None else context.store.put(file.thumbnail, now),
        width=file.width,
        height=file.height,
        likeness=None if file.likeness is None else f"{file.likeness:016x}",
        added_at=now,
    )


def _check_number(actor: Actor, number: int, rules: AttachmentRules) -> None:
    most = rules.by_petitioner if actor.role is Role.PETITIONER else rules.by_office
    if number >= most:
        raise RuleRefusal("too-many-files", f"每件诉求最多上传{most}个文件，已经满了", field="file")


def _added_by(session: Session, petition_id: str, actor: Actor, party: str | None) -> Sequence[Attachment]:
    query = select(Attachment).where(
        Attachment.petition_id == petition_id,
        Attachment.added_role == actor.role.value,
        Attachment.added_unit.is_(None) if actor.unit is None else Attachment.added_unit == actor.unit,
        Attachment.party_id.is_(None) if party is None else Attachment.party_id == party,
    )
    return session.scalars(query).all()


def _of(petition: Petition) -> ColumnElement[bool]:
    """The files of the petition and of what became part of it."""
    parts = select(Petition.id).where(Petition.merged_into_id == petition.id)
    return or_(Attachment.petition_id == petition.id, Attachment.petition_id.in_(parts))


def _files(session: Session, which: ColumnElement[bool]) -> Sequence[Attachment]:
    return session.scalars(select(Attachment).where(which).order_by(Attachment.added_at, Attachment.id)).all()


def _may_look(row: Attachment, actor: Actor) -> bool:
    return may_look(actor.role, Purpose(row.purpose))


def _petitioners(session: Session, own: Petition) -> list[Attachment]:
    """What this petitioner sent; and of the matter, the pictures of an answer that was given."""
    matter = own.merged_into_id or own.id
    approved = select(Completion.evidence).where(Completion.petition_id == matter, Completion.outcome == "approved")
    answered = {
        str(file.get("id")) for evidence in session.scalars(approved) for file in evidence.get("attachments", [])
    }
    rows = _files(session, or_(Attachment.petition_id == matter, Attachment.party_id == own.id))
    return [row for row in rows if row.party_id == own.id or (row.purpose == Purpose.REPLY and row.id in answered)]


def _served(context: Context, files: Sequence[Attachment], attachment_id: str, *, thumbnail: bool) -> Served:
    row = next((row for row in files if row.id == attachment_id), None)
    digest = None if row is None else row.thumbnail_sha256 if thumbnail else row.kept_sha256
    if row is None or digest is None:
        raise NotFound("该附件")
    kind = Kind.JPEG if thumbnail else Kind(row.kind)
    return Served(context.store.read(digest), MEDIA_TYPES[kind], row.name)
