"""Supervision bulletins: drafted when their period is over, kept, read, and issued or discarded by a person."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.bulletins import (
    ACT_LABELS,
    BULLETIN_LABELS,
    BULLETIN_TITLES,
    ISSUERS,
    BulletinAct,
    BulletinStanding,
    after,
    open_acts,
)
from domain.errors import NotFound, StaleVersion
from domain.periods import Period, PeriodKind
from domain.policy import Policy
from gateways.bulletin_files import annexes_of, document_of
from models.answers import Named
from models.bulletins import BulletinContent, BulletinHead, BulletinsView, BulletinView
from models.petition import new_id
from models.tables import Bulletin, BulletinStep
from services.access import ALL_SEEING, require_role
from services.acts import history_of
from services.bulletin_content import content_of
from services.bulletin_text import heading_of, markdown_of
from services.context import Context
from services.due_periods import due_periods, ends_of
from services.numbering import next_bulletin_number
from services.transactions import reading, transaction

MAX_PAGE = 100
MAX_OFFSET = 100_000
_ID_LENGTH = len(new_id())
_DRAFTED = "draft"
_ACT_LABELS = {_DRAFTED: "拟稿"} | {act.value: label for act, label in ACT_LABELS.items()}


def make_due(context: Context, kind: PeriodKind) -> int:
    """Draft every bulletin of this kind that is due and was not drafted, the oldest first; how many.

    Figures are as of the end of the period, however late it is drafted. Two that draft at once draft one.
    """
    with reading(context) as session:
        policy = context.rules.active(session)
        made = set(session.scalars(select(Bulletin.since).where(Bulletin.kind == kind.value)))
        due = due_periods(session, kind, policy.figure_rules.catch_up, made)
    return sum(_draft(context, kind, period, policy) for period in due)


def _draft(context: Context, kind: PeriodKind, period: Period, policy: Policy) -> bool:
    since, as_of = ends = ends_of(period)
    with reading(context) as session:
        content = content_of(session, kind, period, ends, policy)
    row = Bulletin(
        kind=kind.value,
        since=since,
        as_of=as_of,
        made_at=clock.now(),
        version=0,
        standing=BulletinStanding.DRAFT.value,
        content=content.model_dump(mode="json"),
    )
    _note(row, _DRAFTED, PLATFORM, "")
    with suppress(IntegrityError):
        with transaction(context) as tx:
            tx.session.add(row)
        return True
    return False


def bulletins(
    context: Context, actor: Actor, *, kind: PeriodKind | None = None, limit: int = 20, offset: int = 0
) -> BulletinsView:
    """Bulletins, the latest first; whoever may not issue them sees what was issued. Raises `NotPermitted`."""
    require_role(actor, Role.UNIT, *ALL_SEEING)
    wanted = [*_visible(actor), *([Bulletin.kind == kind.value] if kind else [])]
    with reading(context) as session:
        query = select(Bulletin).where(*wanted).order_by(Bulletin.since.desc(), Bulletin.kind)
        rows = session.scalars(query.limit(limit + 1).offset(offset)).all()
        return BulletinsView(
            bulletins=[_head(row, actor) for row in rows[:limit]],
            next=offset + limit if len(rows) > limit else None,
        )


def bulletin(context: Context, bulletin_id: str, actor: Actor) -> BulletinView:
    """One bulletin. Raises `NotPermitted`; `NotFound` too for a draft that is not for this caller's eyes."""
    with reading(context) as session:
        row = _visible_row(session, bulletin_id, actor)
        return BulletinView(
            **_head(row, actor).model_dump(),
            text=text_of(row),
            history=history_of(row.steps, _ACT_LABELS),
        )


def content(context: Context, bulletin_id: str, actor: Actor) -> BulletinContent:
    """What it says, section by section. Raises as `bulletin`."""
    with reading(context) as session:
        return _content(_visible_row(session, bulletin_id, actor))


def document(context: Context, bulletin_id: str, actor: Actor) -> bytes:
    """The bulletin as `.docx`. Raises as `bulletin`."""
    with reading(context) as session:
        row = _visible_row(session, bulletin_id, actor)
        content = _content(row)
        return document_of(content, heading_of(content, row.number), _opinion(row), row.issued_at or row.made_at)


def annex(context: Context, bulletin_id: str, actor: Actor) -> bytes:
    """Its annexes as `.xlsx`. Raises as `bulletin`."""
    with reading(context) as session:
        return annexes_of(_content(_visible_row(session, bulletin_id, actor)))


def decide(
    context: Context, bulletin_id: str, actor: Actor, act: BulletinAct, reason: str, version: int | None = None
) -> Bulletin:
    """A person issues a draft, which gives it its number, or discards it.

    Raises:
        NotPermitted, NotFound, StaleVersion: nothing was written.
        RuleRefusal: it is no draft any more.
    """
    require_role(actor, *ISSUERS)
    with transaction(context) as tx:
        query = select(Bulletin).where(Bulletin.id == bulletin_id).with_for_update()
        row = tx.session.scalar(query.execution_options(populate_existing=True)) if _can_be(bulletin_id) else None
        if row is None:
            raise NotFound("该通报")
        if version is not None and version != row.version:
            raise StaleVersion(expected=version, current=row.version, what="该通报")
        standing = after(BulletinStanding(row.standing), act)
        row.standing, row.shown_at = standing.value, None
        if standing is BulletinStanding.ISSUED:
            row.number, row.issued_at = next_bulletin_number(tx), clock.now()
        _note(row, act.value, actor, reason)
        tx.session.flush()
        return row


def to_show(context: Context) -> list[Bulletin]:
    """Bulletins whose present standing was not published to Prefect yet, the oldest first."""
    with reading(context) as session:
        wanted = (Bulletin.shown_at.is_(None), Bulletin.standing != BulletinStanding.DISCARDED.value)
        query = select(Bulletin).where(*wanted).options(selectinload(Bulletin.steps))
        return list(session.scalars(query.order_by(Bulletin.since, Bulletin.kind)))


def was_shown(context: Context, row: Bulletin) -> None:
    """Note that the bulletin was published as it stood; one that was issued meanwhile is published again."""
    with transaction(context) as tx:
        mine = (Bulletin.id == row.id, Bulletin.version == row.version)
        tx.session.execute(update(Bulletin).where(*mine).values(shown_at=clock.now()))


def text_of(row: Bulletin) -> str:
    """The bulletin as Markdown."""
    return markdown_of(_content(row), row.number, _opinion(row))


def _visible(actor: Actor) -> list[ColumnElement[bool]]:
    return [] if actor.role in {*ISSUERS, Role.OPERATOR} else [Bulletin.standing == BulletinStanding.ISSUED.value]


def _visible_row(session: Session, bulletin_id: str, actor: Actor) -> Bulletin:
    require_role(actor, Role.UNIT, *ALL_SEEING)
    query = select(Bulletin).where(Bulletin.id == bulletin_id, *_visible(actor))
    row = session.scalar(query.options(selectinload(Bulletin.steps))) if _can_be(bulletin_id) else None
    if row is None:
        raise NotFound("该通报")
    return row


def _can_be(bulletin_id: str) -> bool:
    """PostgreSQL answers an overlong or unprintable id with an error of its own."""
    return len(bulletin_id) == _ID_LENGTH and bulletin_id.isascii() and bulletin_id.isprintable()


def _content(row: Bulletin) -> BulletinContent:
    return BulletinContent.model_validate(row.content)


def _opinion(row: Bulletin) -> str:
    steps: Sequence[BulletinStep] = row.steps
    return next((step.reason for step in steps if step.act == BulletinAct.ISSUE.value), "")


def _head(row: Bulletin, actor: Actor) -> BulletinHead:
    kind, standing = PeriodKind(row.kind), BulletinStanding(row.standing)
    return BulletinHead(
        id=row.id,
        version=row.version,
        kind=Named(code=kind.value, name=BULLETIN_TITLES[kind]),
        title=str(row.content["title"]),
        period=str(row.content["period"]),
        standing=Named(code=standing.value, name=BULLETIN_LABELS[standing]),
        number=row.number,
        made_at=row.made_at,
        issued_at=row.issued_at,
        allowed_actions=[act.value for act in open_acts(standing, actor.role)],
    )


def _note(row: Bulletin, act: str, actor: Actor, reason: str) -> None:
    row.version += 1
    row.steps.append(
        BulletinStep(
            version=row.version,
            at=clock.now(),
            act=act,
            actor_role=actor.role.value,
            actor_name=actor.name,
            reason=reason,
        )
    )
