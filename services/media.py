"""Media tracking: which outlet follows which case, and what it sees of it: what the public may know, and no more."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, Missing, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.media import GRANTING, TRACKED_LABELS, Tracked, tracking_acts
from domain.policy import Policy
from domain.scrub import scrub
from domain.stages import Trigger
from models.answers import Named
from models.media_answers import PublicStep, TrackedCase, TrackingsView, TrackingView
from models.petition import new_id
from models.tables import HistoryRow, Petition, Publication, Tracking
from services.access import is_recused, not_recused, petition_for, require_role
from services.context import Context
from services.labels import shown_due
from services.ledger import move
from services.tellable import may_be_told, require_case, tracking_row
from services.transactions import Transaction, reading, transaction
from services.views import stage_named, timeline_of

MAX_PAGE = 100
MAX_OFFSET = 100_000
_ID_LENGTH = len(new_id())
_READERS = (*GRANTING, Role.PARTY_INSPECTOR, Role.OPERATOR, Role.MEDIA)


def track(context: Context, petition_id: str, actor: Actor, *, outlet: str, reason: str) -> Tracking:
    """Let an outlet follow a case, of one's own accord.

    Raises:
        NotFound, NotPermitted: not this case, or not this role.
        Incomplete: there is no such outlet.
        RuleRefusal: the case is none for the media, by its name; or the outlet follows it already.
    """
    require_role(actor, *GRANTING)
    with transaction(context) as tx:
        petition_for(tx.session, petition_id, actor)
        petition = tx.lock(petition_id)
        if not tx.policy_in_force().media.knows(outlet):
            raise Incomplete([Missing("outlet", f"没有代码为“{outlet}”的媒体，请从 media.yaml 中选择")])
        row = tracking_row(tx.session, petition, outlet) or _new(petition, outlet)
        row.reason = reason
        _decide(tx, petition, row, actor, Tracked.FOLLOWING, reason)
        return row


def ask(context: Context, actor: Actor, *, number: str, reason: str) -> Tracking:
    """An outlet asks to follow the case of this number, or that of this publication; the desk decides.

    Nothing is told of the case, not even whether it may be followed. Raises `NotFound`; RuleRefusal where it was
    asked before.
    """
    if actor.role is not Role.MEDIA or actor.unit is None:
        raise NotPermitted("只有媒体可以申请跟踪")
    with transaction(context) as tx:
        found = _by_number(tx.session, number)
        if found is None:
            raise NotFound("该编号的诉求或公开件")
        petition = tx.lock(found)
        row = tracking_row(tx.session, petition, actor.unit) or _new(petition, actor.unit)
        if row.standing in (Tracked.ASKED, Tracked.FOLLOWING) and row.version:
            raise RuleRefusal("already-asked", f"该件{TRACKED_LABELS[Tracked(row.standing)]}，无须再申请")
        row.standing, row.reason, row.asked_at = Tracked.ASKED.value, reason, clock.now()
        row.decided_at, row.decided_by, row.decision = None, "", ""
        row.version += 1
        tx.session.add(row)
        tx.session.flush()
        return row


def decide(
    context: Context, tracking_id: str, actor: Actor, *, granted: bool, reason: str, version: int | None = None
) -> Tracking:
    """Grant what an outlet asked for, decline it, or end a following.

    Raises:
        NotFound, NotPermitted, StaleVersion: nothing was written.
        RuleRefusal: the case is none for the media, by its name; or there is nothing to decide.
    """
    require_role(actor, *GRANTING)
    with transaction(context) as tx:
        found = tx.session.get(Tracking, tracking_id) if can_be(tracking_id) else None
        if found is None:
            raise NotFound("该跟踪件")
        petition = tx.lock(found.petition_id)
        if is_recused(tx.session, petition, actor):
            raise NotFound("该跟踪件")
        row = tx.session.get_one(Tracking, tracking_id, populate_existing=True)
        if version is not None and version != row.version:
            raise StaleVersion(expected=version, current=row.version, what="该跟踪件")
        if not granted and row.standing not in (Tracked.ASKED, Tracked.FOLLOWING):
            raise RuleRefusal("tracking-standing", f"该件{TRACKED_LABELS[Tracked(row.standing)]}，没有要决定的")
        ends = Tracked.ENDED if row.standing == Tracked.FOLLOWING else Tracked.DECLINED
        _decide(tx, petition, row, actor, Tracked.FOLLOWING if granted else ends, reason)
        return row


def trackings(context: Context, actor: Actor, *, limit: int = 20, offset: int = 0) -> TrackingsView:
    """Who follows what, the latest first; an outlet sees its own. Raises `NotPermitted`."""
    require_role(actor, *_READERS)
    with reading(context) as session:
        query = select(Tracking, Petition).join(Petition, Petition.id == Tracking.petition_id)
        query = query.where(*_visible(actor)).order_by(Tracking.asked_at.desc(), Tracking.id)
        rows = session.execute(query.limit(limit + 1).offset(offset)).all()
        return TrackingsView(
            trackings=[view_of(context, session, row, petition, actor) for row, petition in rows[:limit]],
            next=offset + limit if len(rows) > limit else None,
        )


def tracking(context: Context, tracking_id: str, actor: Actor) -> TrackingView:
    """One of them. Raises `NotPermitted`, `NotFound`."""
    require_role(actor, *_READERS)
    with reading(context) as session:
        row, petition = _visible_row(session, tracking_id, actor)
        return view_of(context, session, row, petition, actor)


def tracking_of(context: Context, case_number: str, outlet: str, actor: Actor) -> TrackingView:
    """How this outlet stands to the case of this number. Raises `NotPermitted`, `NotFound`."""
    require_role(actor, *_READERS)
    with reading(context) as session:
        query = select(Tracking.id).join(Petition, Petition.id == Tracking.petition_id)
        found = session.scalar(query.where(Petition.case_number == case_number, Tracking.outlet == outlet))
        row, petition = _visible_row(session, found or "", actor)
        return view_of(context, session, row, petition, actor)


def case(context: Context, tracking_id: str, actor: Actor) -> TrackedCase:
    """The public process of a case that the outlet follows; scrubbed, coarse in its place, and nobody in it.

    Raises:
        NotPermitted, NotFound: not its own, not followed now, or no case for the media any more.
    """
    require_role(actor, *_READERS)
    with reading(context) as session:
        row, petition = _visible_row(session, tracking_id, actor)
        policy = context.rules.active(session)
        if row.standing != Tracked.FOLLOWING or not may_be_told(context, session, petition):
            raise NotFound("该跟踪件")
        history = session.scalars(
            select(HistoryRow).where(HistoryRow.petition_id == petition.id).order_by(HistoryRow.version)
        ).all()
        return TrackedCase(
            id=row.id,
            case_number=petition.case_number,
            category=policy.category_name(petition.category),
            place=policy.unit_name(petition.town) if petition.town else "",
            unit=policy.unit_name(petition.unit) if petition.unit else None,
            stage=stage_named(petition.stage),
            card=petition.card,
            due_at=shown_due(petition),
            # What people wrote is read by a person before it is told (see publications): here stand the steps alone.
            timeline=[PublicStep(at=entry.at, label=entry.label) for entry in timeline_of(history, policy)],
            allowed_actions=list(tracking_acts(Tracked(row.standing), actor.role)),
        )


def can_be(key: str) -> bool:
    """PostgreSQL answers an overlong or unprintable id with an error of its own."""
    return len(key) == _ID_LENGTH and key.isascii() and key.isprintable()


def _new(petition: Petition, outlet: str) -> Tracking:
    return Tracking(
        id=new_id(),
        petition_id=petition.id,
        outlet=outlet,
        version=0,
        standing=Tracked.ASKED.value,
        asked_at=clock.now(),
        reason="",
    )


def _decide(tx: Transaction, petition: Petition, row: Tracking, actor: Actor, to: Tracked, reason: str) -> None:
    if to is Tracked.FOLLOWING:
        if row.standing == Tracked.FOLLOWING:
            raise RuleRefusal("already-tracked", "该媒体已在跟踪该诉求")
        require_case(tx.context, tx.session, petition)
    row.standing, row.decided_at, row.decided_by, row.decision = to.value, clock.now(), actor.name, reason
    row.version += 1
    tx.session.add(row)
    tx.session.flush()
    move(tx, petition, _STEPS[to], actor, reason=reason, public=False, details={"outlet": row.outlet})


_STEPS = {
    Tracked.FOLLOWING: Trigger.TRACK,
    Tracked.DECLINED: Trigger.DECLINE_TRACK,
    Tracked.ENDED: Trigger.UNTRACK,
}


def view_of(context: Context, session: Session, row: Tracking, petition: Petition, actor: Actor) -> TrackingView:
    """How it stands, for whoever may see it."""
    policy, standing = context.rules.active(session), Tracked(row.standing)
    return TrackingView(
        id=row.id,
        version=row.version,
        case_number=petition.case_number,
        outlet=Named(code=row.outlet, name=policy.media.outlet_name(row.outlet)),
        standing=Named(code=standing.value, name=TRACKED_LABELS[standing]),
        asked_at=row.asked_at,
        reason=_told(row.reason, policy),
        decided_at=row.decided_at,
        decision=_told(row.decision, policy),
        allowed_actions=list(tracking_acts(standing, actor.role)),
    )


def _told(said: str, policy: Policy) -> str:
    """What people wrote about a following, for the outlet as for the offices."""
    return scrub(said, policy.scrub).text if policy.scrub else ""


def _visible(actor: Actor) -> list[ColumnElement[bool]]:
    return [Tracking.outlet == (actor.unit or "") if actor.role is Role.MEDIA else not_recused(actor)]


def _visible_row(session: Session, tracking_id: str, actor: Actor) -> tuple[Tracking, Petition]:
    query = select(Tracking, Petition).join(Petition, Petition.id == Tracking.petition_id)
    query = query.where(Tracking.id == tracking_id, *_visible(actor))
    found = session.execute(query).first() if can_be(tracking_id) else None
    if found is None:
        raise NotFound("该跟踪件")
    return found[0], found[1]


def _by_number(session: Session, number: str) -> str | None:
    """The petition of a case number or of what was published under a number."""
    if not (number.isascii() and number.isprintable()):
        return None
    return session.scalar(select(Petition.id).where(Petition.case_number == number)) or session.scalar(
        select(Publication.petition_id).where(Publication.number == number, Publication.published_at.is_not(None))
    )
