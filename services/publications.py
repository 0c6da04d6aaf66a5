"""What is told in public: proposed, scrubbed, answered by the unit, decided by a person, corrected, withdrawn."""

from __future__ import annotations

from dataclasses import replace

from pendulum import DateTime
from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.calendar import in_words
from domain.errors import Incomplete, Missing, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.media import (
    DECIDING,
    PROPOSING,
    Act,
    PublicationKind,
    Standing,
    counted,
    first_standing,
    require_earned,
    standing_after,
)
from domain.policy import Policy
from domain.stages import Trigger
from domain.workdays import Duration, TimeUnit, due_date
from models.media_answers import ProposalIn, PublicationPreview
from models.petition import new_id
from models.tables import HistoryRow, MediaObjection, Petition, Publication
from services.access import is_recused
from services.context import Context
from services.identity import particulars_to_scrub
from services.ledger import move
from services.notices import Concern
from services.numbering import next_publication_number
from services.publication_rows import (
    OPEN,
    change_standing,
    correct_row,
    digest_of,
    end_row,
    held,
    note,
    put_into_words,
    scrub_by_rules,
)
from services.tellable import followed, may_be_told, require_case
from services.transactions import Transaction, transaction
from services.views import timeline_of


def propose(context: Context, actor: Actor, proposal: ProposalIn) -> Publication:
    """Propose what may be told in public; the unit of an exposure is asked at once, with a term.

    Raises:
        NotPermitted: not this role.
        NotFound: no such case, or none this caller may see or follow.
        Incomplete: only the process draws up itself.
        RuleRefusal: the case is none for the media, has not come so far, or this is proposed already.
    """
    kind = proposal.kind
    if actor.role not in PROPOSING[kind]:
        raise NotPermitted("该角色不能提出此类公开")
    with transaction(context) as tx:
        printable = proposal.case_number.isascii() and proposal.case_number.isprintable()
        known = select(Petition.id).where(Petition.case_number == proposal.case_number)
        found = tx.session.scalar(known) if printable else None
        if found is None:
            raise NotFound("该诉求")
        petition = tx.lock(found)
        if is_recused(tx.session, petition, actor):
            raise NotFound("该诉求")
        if actor.role is Role.MEDIA:
            # An outlet is not told why: the reason itself would say what is protected.
            if not followed(tx.session, petition, actor.unit) or not may_be_told(context, tx.session, petition):
                raise NotFound("该诉求")
        else:
            require_case(context, tx.session, petition)
        carded = _red_card(tx.session, petition.id)
        _require_earned(tx.session, petition, kind, carded)
        _require_none_pending(tx.session, petition, kind)
        text = proposal.text or (
            drawn_from(tx.session, petition.id, tx.policy_in_force()) if kind is PublicationKind.PROCESS else ""
        )
        if not text:
            raise Incomplete([Missing("text", "请写明要公开的内容")])
        row = Publication(
            id=new_id(),
            petition_id=petition.id,
            kind=kind.value,
            version=0,
            standing=first_standing(kind).value,
            outlet=actor.unit if actor.role is Role.MEDIA else None,
            unit=carded.unit if kind is PublicationKind.EXPOSURE and carded is not None else petition.unit,
        )
        put_into_words(tx, petition, row, proposal.title, text)
        tx.session.add(row)
        note(tx, row, Act.PROPOSE, actor, "")
        tx.session.flush()
        if kind is PublicationKind.EXPOSURE:
            _ask_unit(tx, petition, row, actor)
        return row


def proposable(session: Session, petition: Petition, role: Role) -> dict[PublicationKind, str]:
    """What `role` may propose of a case that may be told at all: why it cannot be proposed yet; empty where it can."""
    found = {}
    for kind in PublicationKind:
        if role in PROPOSING[kind]:
            try:
                _require_earned(session, petition, kind, _red_card(session, petition.id))
                _require_none_pending(session, petition, kind)
                found[kind] = ""
            except RuleRefusal as refusal:
                found[kind] = str(refusal)
    return found


def edit(
    context: Context, publication_id: str, actor: Actor, *, title: str, text: str, version: int | None = None
) -> Publication:
    """Another wording before it is decided, scrubbed again. Raises as `publish` does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.EDIT, version)
        put_into_words(tx, petition, row, title, text)
        note(tx, row, Act.EDIT, actor, "")
        tx.session.flush()
        return row


def reply(context: Context, publication_id: str, actor: Actor, *, text: str, version: int | None = None) -> Publication:
    """What the unit says to its exposure in its term. `NotFound` for any other unit; RuleRefusal once it is over."""
    with transaction(context) as tx:
        petition, row = _locked(tx, publication_id, actor, version)
        if actor.role is not Role.UNIT:
            raise NotPermitted("只有被曝光的单位可以答复")
        now = clock.now()
        if row.standing == Standing.ASKED and row.reply_due_at is not None and now > row.reply_due_at:
            raise RuleRefusal("reply-too-late", "答复期限已过", source=_source(tx, "reply"))
        change_standing(row, Act.REPLY)
        row.reply, row.replied_at = scrub_by_rules(tx, text, particulars_to_scrub(tx, petition)).text, now
        note(tx, row, Act.REPLY, actor, "")
        move(tx, petition, Trigger.GIVE_MEDIA_REPLY, actor, public=False, details={"unit": row.unit})
        return row


def publish(
    context: Context, publication_id: str, actor: Actor, *, reason: str, version: int | None = None
) -> Publication:
    """Make it public: it gets its number, and a digest of what it says.

    Raises:
        NotFound, NotPermitted, StaleVersion: nothing was written.
        RuleRefusal: the case is none for the media, has not come so far, or the unit may still reply.
    """
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.PUBLISH, version)
        kind = PublicationKind(row.kind)
        _require_publishable(tx, petition, row)
        change_standing(row, Act.PUBLISH)
        # Names may have become known since it was worded, for example by a petition that was merged.
        put_into_words(tx, petition, row, row.title, row.text)
        row.reply = scrub_by_rules(tx, row.reply, particulars_to_scrub(tx, petition)).text
        row.number, row.published_at = next_publication_number(tx), clock.now()
        row.digest = digest_of(row)
        note(tx, row, Act.PUBLISH, actor, reason)
        exposes = kind is PublicationKind.EXPOSURE
        trigger = Trigger.EXPOSE if exposes else Trigger.PUBLISH
        details = {"kind": row.kind, "number": row.number, "unit": row.unit}
        concerns = [Concern(row.unit)] if exposes and row.unit else []
        move(tx, petition, trigger, actor, details=details, concerns=concerns)
        return row


def preview(context: Context, publication_id: str, actor: Actor) -> PublicationPreview:
    """What `publish` would make public now, and what it would take out; nothing becomes public. Raises as it does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.PUBLISH, None)
        _require_publishable(tx, petition, row)
        known = particulars_to_scrub(tx, petition)
        title, text, reply = (scrub_by_rules(tx, said, known) for said in (row.title, row.text, row.reply))
        found = counted([item.kind.value for part in (title, text, reply) for item in part.removed])
        removed = {kind: row.removed.get(kind, 0) + found.get(kind, 0) for kind in sorted({*row.removed, *found})}
        return PublicationPreview(title=title.text, text=text.text, reply=reply.text, removed=removed)


def decline(
    context: Context, publication_id: str, actor: Actor, *, reason: str, version: int | None = None
) -> Publication:
    """Let it not become public, and why. Raises as `publish` does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.DECLINE, version)
        end_row(tx, petition, row, Act.DECLINE, actor, reason)
        tx.session.flush()
        return row


def withdraw(
    context: Context, publication_id: str, actor: Actor, *, reason: str, version: int | None = None
) -> Publication:
    """Take it back: that and why stays public, what it said does not. Raises as `publish` does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.WITHDRAW, version)
        end_row(
            tx, petition, row, Act.WITHDRAW, actor, scrub_by_rules(tx, reason, particulars_to_scrub(tx, petition)).text
        )
        tx.session.flush()
        return row


def correct(
    context: Context, publication_id: str, actor: Actor, *, reason: str, version: int | None = None
) -> Publication:
    """Say in public, beside the exposure, that it was mistaken. Raises as `publish` does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.CORRECT, version)
        correct_row(tx, petition, row, actor, reason)
        return row


def lapse(context: Context, publication_id: str) -> bool:
    """Let the right of reply lapse when its term is over; whether it was."""
    with transaction(context) as tx:
        petition, row = held(tx, publication_id)
        if row.standing != Standing.ASKED or row.reply_due_at is None or row.reply_due_at >= clock.now():
            return False
        change_standing(row, Act.LAPSE)
        note(tx, row, Act.LAPSE, PLATFORM, "逾期未答复")
        details = {"unit": row.unit}
        concerns = [Concern(row.unit, row.reply_due_at)] if row.unit else []
        move(tx, petition, Trigger.LAPSE_MEDIA_REPLY, PLATFORM, public=False, details=details, concerns=concerns)
        return True


def drawn_from(session: Session, petition_id: str, policy: Policy) -> str:
    """The petition's public timeline as text, before anything is taken out of it."""
    query = select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
    return "\n".join(
        f"{in_words(entry.at)} {entry.label}" + (f"：{entry.reason}" if entry.reason else "")
        for entry in timeline_of(session.scalars(query).all(), policy)
    )


def _ask_unit(tx: Transaction, petition: Petition, row: Publication, actor: Actor) -> None:
    days = tx.policy_in_force().media.reply_days
    term = Duration(days, TimeUnit.WORKING_DAYS)
    due: DateTime = due_date(clock.now(), term, tx.context.rules.calendar, rule="media.reply").due_at
    row.reply_due_at = due
    concerns = [Concern(row.unit, due)] if row.unit else []
    details = {"unit": row.unit}
    # The unit reads the petition's history: it is told the outlet, and not which journalist it was.
    asking = replace(actor, name="") if actor.role is Role.MEDIA else actor
    move(tx, petition, Trigger.ASK_MEDIA_REPLY, asking, public=False, details=details, concerns=concerns)


def _require_publishable(tx: Transaction, petition: Petition, row: Publication) -> None:
    kind = PublicationKind(row.kind)
    require_case(tx.context, tx.session, petition)
    _require_earned(tx.session, petition, kind, _red_card(tx.session, petition.id))
    if kind is PublicationKind.EXPOSURE and row.standing == Standing.PROPOSED:
        raise RuleRefusal("unit-not-asked", "曝光前须先征求单位答复")


def _require_none_pending(session: Session, petition: Petition, kind: PublicationKind) -> None:
    pending = select(Publication.id).where(
        Publication.petition_id == petition.id, Publication.kind == kind.value, Publication.standing.in_(OPEN)
    )
    if session.scalar(pending.limit(1)) is not None:
        raise RuleRefusal("already-proposed", "该诉求已有同类公开件待定")


def _require_earned(session: Session, petition: Petition, kind: PublicationKind, carded: HistoryRow | None) -> None:
    objected = session.get(MediaObjection, petition.id) is not None
    require_earned(kind, satisfaction=petition.satisfaction, red_card=carded is not None, objected=objected)


def _red_card(session: Session, petition_id: str) -> HistoryRow | None:
    """The last red card that was shown."""
    query = select(HistoryRow).where(
        HistoryRow.petition_id == petition_id, HistoryRow.trigger == Trigger.SHOW_RED_CARD.value
    )
    return session.scalar(query.order_by(HistoryRow.version.desc()).limit(1))


def _deciding(
    tx: Transaction, publication_id: str, actor: Actor, act: Act, version: int | None
) -> tuple[Petition, Publication]:
    """The publication for whoever may decide it; whether that can be done now says `standing_after`."""
    petition, row = _locked(tx, publication_id, actor, version)
    if actor.role not in DECIDING[PublicationKind(row.kind)]:
        raise NotPermitted("该公开件不由该角色决定")
    standing_after(Standing(row.standing), act)
    return petition, row


def _locked(tx: Transaction, publication_id: str, actor: Actor, version: int | None) -> tuple[Petition, Publication]:
    petition, row = held(tx, publication_id)
    hidden = (actor.role is Role.UNIT and (row.unit != actor.unit or row.kind != PublicationKind.EXPOSURE)) or (
        actor.role is Role.MEDIA and row.outlet != actor.unit
    )
    if hidden or is_recused(tx.session, petition, actor):
        raise NotFound("该公开件")
    if version is not None and version != row.version:
        raise StaleVersion(expected=version, current=row.version, what="该公开件")
    return petition, row


def _source(tx: Transaction, name: str) -> str | None:
    return tx.policy_in_force().media.sources.get(name)
