"""How publications are read: by those who propose, answer and decide them, and by everybody."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from domain.actions import Actor, Role
from domain.errors import NotFound
from domain.media import (
    ACT_LABELS,
    GRANTING,
    PUBLIC,
    PUBLICATION_LABELS,
    STANDING_LABELS,
    Act,
    PublicationKind,
    Standing,
    open_acts,
)
from domain.policy import Policy
from models.act_answers import ActView
from models.answers import Named
from models.media_answers import (
    Proposable,
    PublicationHead,
    PublicationsView,
    PublicationView,
    PublicPublication,
    PublicPublications,
)
from models.tables import Petition, Publication
from services.access import is_recused, not_recused, require_role
from services.context import Context
from services.media import can_be
from services.publications import drawn_from, proposable
from services.tellable import followed, may_be_told
from services.transactions import reading

MAX_PAGE = 100
MAX_OFFSET = 100_000
_TAKEN_BACK = frozenset({Act.WITHDRAW, Act.DECLINE})
UNANSWERED = "单位未在规定期限内答复"
_READERS = (*GRANTING, Role.PARTY_INSPECTOR, Role.OPERATOR, Role.UNIT, Role.MEDIA)


def publications(context: Context, actor: Actor, *, limit: int = 20, offset: int = 0) -> PublicationsView:
    """The latest first: a unit sees its exposures, an outlet what it proposed. Raises `NotPermitted`."""
    require_role(actor, *_READERS)
    with reading(context) as session:
        query = select(Publication, Petition).join(Petition, Petition.id == Publication.petition_id)
        query = query.where(_visible(actor)).order_by(Petition.registered_at.desc(), Publication.id)
        rows = session.execute(query.limit(limit + 1).offset(offset)).all()
        policy = context.rules.active(session)
        return PublicationsView(
            publications=[_head(row, petition, actor, policy) for row, petition in rows[:limit]],
            next=offset + limit if len(rows) > limit else None,
        )


def publication(context: Context, publication_id: str, actor: Actor) -> PublicationView:
    """One of them. Raises `NotPermitted`; `NotFound` also for one that is not for this caller's eyes."""
    require_role(actor, *_READERS)
    with reading(context) as session:
        query = select(Publication, Petition).join(Petition, Petition.id == Publication.petition_id)
        query = query.where(Publication.id == publication_id, _visible(actor))
        found = session.execute(query).first() if can_be(publication_id) else None
        if found is None:
            raise NotFound("该公开件")
        row, petition = found
        return _view(session, row, petition, actor, context.rules.active(session))


def _view(session: Session, row: Publication, petition: Petition, actor: Actor, policy: Policy) -> PublicationView:
    outside, insider = actor.role is Role.MEDIA, actor.role in GRANTING
    undecided = row.kind == PublicationKind.PROCESS and row.standing == Standing.PROPOSED
    return PublicationView(
        **_head(row, petition, actor, policy).model_dump(),
        text=row.text,
        removed=row.removed,
        before=drawn_from(session, petition.id, policy) if undecided and actor.role is Role.DESK else None,
        # What a unit answers is published with the exposure, and before that is for those who decide.
        reply=row.reply if not outside or row.standing in PUBLIC else "",
        published_at=row.published_at,
        digest=row.digest,
        correction=row.correction,
        withdrawal=row.withdrawal,
        history=[
            ActView(
                version=step.version,
                at=step.at,
                act=Named(code=step.act, name=ACT_LABELS[Act(step.act)]),
                actor_role=step.actor_role,
                # A unit that is to be exposed is told the outlet, and not which journalist it was.
                actor_name="" if outside or (step.actor_role == Role.MEDIA and not insider) else step.actor_name,
                # Why the platform took something back would tell what is protected.
                reason="" if outside or (step.act in _TAKEN_BACK and not insider) else step.reason,
            )
            for step in row.steps
        ],
    )


def proposable_of(context: Context, case_number: str, actor: Actor) -> list[Proposable]:
    """What this caller may propose of the case now, and why not what not. Raises `NotFound`."""
    require_role(actor, Role.DESK, Role.MEDIA)
    with reading(context) as session:
        petition = session.scalar(select(Petition).where(Petition.case_number == case_number))
        outside = actor.role is Role.MEDIA
        if petition is None or is_recused(session, petition, actor):
            raise NotFound("该诉求")
        if outside and not (followed(session, petition, actor.unit) and may_be_told(context, session, petition)):
            raise NotFound("该诉求")
        return [
            Proposable(kind=Named(code=kind.value, name=PUBLICATION_LABELS[kind]), refusal=refusal)
            for kind, refusal in proposable(session, petition, actor.role).items()
        ]


def published(context: Context, *, limit: int = 20, offset: int = 0) -> PublicPublications:
    """What was published, the latest first, for everybody."""
    with reading(context) as session:
        query = select(Publication, Petition).join(Petition, Petition.id == Publication.petition_id)
        query = query.where(_is_public()).order_by(Publication.published_at.desc(), Publication.number.desc())
        rows = session.execute(query.limit(limit + 1).offset(offset)).all()
        policy = context.rules.active(session)
        return PublicPublications(
            publications=[_public(row, petition, policy) for row, petition in rows[:limit]],
            next=offset + limit if len(rows) > limit else None,
        )


def published_one(context: Context, number: str) -> PublicPublication:
    """What was published under this number, for everybody. Raises `NotFound`."""
    with reading(context) as session:
        query = select(Publication, Petition).join(Petition, Petition.id == Publication.petition_id)
        printable = number.isascii() and number.isprintable()
        found = session.execute(query.where(Publication.number == number, _is_public())).first() if printable else None
        if found is None:
            raise NotFound("该编号的公开件")
        return _public(found[0], found[1], context.rules.active(session))


def _is_public() -> ColumnElement[bool]:
    return Publication.standing.in_([item.value for item in PUBLIC])


def _visible(actor: Actor) -> ColumnElement[bool]:
    match actor.role:
        case Role.MEDIA:
            return Publication.outlet == (actor.unit or "")
        case Role.UNIT:
            of_exposure = Publication.kind == PublicationKind.EXPOSURE.value
            return and_(of_exposure, Publication.unit == (actor.unit or ""), not_recused(actor))
        case _:
            return not_recused(actor)


def _head(row: Publication, petition: Petition, actor: Actor, policy: Policy) -> PublicationHead:
    kind, standing = PublicationKind(row.kind), Standing(row.standing)
    acts = open_acts(kind, standing, actor.role, own_unit=actor.role is Role.UNIT and actor.unit == row.unit)
    return PublicationHead(
        id=row.id,
        version=row.version,
        case_number=petition.case_number,
        kind=Named(code=kind.value, name=PUBLICATION_LABELS[kind]),
        standing=Named(code=standing.value, name=STANDING_LABELS[standing]),
        title=row.title,
        outlet=Named(code=row.outlet, name=policy.media.outlet_name(row.outlet)) if row.outlet else None,
        unit=Named(code=row.unit, name=policy.unit_name(row.unit)) if row.unit else None,
        reply_due_at=row.reply_due_at,
        number=row.number,
        allowed_actions=[act.value for act in acts],
    )


def _public(row: Publication, petition: Petition, policy: Policy) -> PublicPublication:
    kind, gone = PublicationKind(row.kind), row.standing == Standing.WITHDRAWN
    reply = row.reply or (UNANSWERED if kind is PublicationKind.EXPOSURE else "")
    assert row.number is not None and row.published_at is not None  # noqa: S101, PT018 - of what is public
    return PublicPublication(
        number=row.number,
        version=row.version,
        kind=Named(code=kind.value, name=PUBLICATION_LABELS[kind]),
        title="" if gone else row.title,
        text="" if gone else row.text,
        category=policy.category_name(petition.category),
        place=policy.unit_name(petition.town) if petition.town else "",
        unit=policy.unit_name(row.unit) if row.unit and not gone else None,
        reply="" if gone else reply,
        published_at=row.published_at,
        correction=row.correction,
        corrected_at=row.corrected_at,
        withdrawn_at=row.withdrawn_at,
        withdrawal=row.withdrawal,
        digest=row.digest,
    )
