"""What is told in public: proposed, scrubbed, answered by the unit, decided by a person, corrected, withdrawn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from pendulum import DateTime
from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import PETITIONER, PLATFORM, Actor, Role
from domain.calendar import local
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
from domain.scrub import Scrubbed
from domain.scrub import scrub as scrubbed
from domain.stages import Trigger
from domain.workdays import Duration, TimeUnit, due_date
from models.media_answers import ProposalIn, PublicationPreview
from models.petition import new_id
from models.tables import HistoryRow, MediaObjection, Petition, Publication, PublicationStep
from services.access import is_recused
from services.context import Context
from services.identity import particulars_to_scrub
from services.ledger import move
from services.media import can_be
from services.notices import Concern
from services.numbering import next_publication_number
from services.platform_delays import was_in_time
from services.tellable import followed, may_be_told, require_case, why_untellable
from services.transactions import Transaction, transaction
from services.views import timeline_of

UNTELLABLE = "该诉求不再适合公开"
IDENTIFIED = "文中发现可以识别诉求人的内容"
OBJECTED = "诉求人不同意公开"
EXCUSED = "经核查，逾期系平台原因，扣除后承办单位未逾期"
_OPEN = (Standing.PROPOSED.value, Standing.ASKED.value, Standing.REPLIED.value, Standing.LAPSED.value)
_LIVING = (*_OPEN, Standing.PUBLISHED.value)


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
        text = proposal.text or (drawn_from(tx.session, petition.id) if kind is PublicationKind.PROCESS else "")
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
        _word(tx, petition, row, proposal.title, text)
        tx.session.add(row)
        _note(row, Act.PROPOSE, actor, "")
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
        _word(tx, petition, row, title, text)
        _note(row, Act.EDIT, actor, "")
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
        _change(row, Act.REPLY)
        row.reply, row.replied_at = _scrub(tx, text, particulars_to_scrub(tx, petition)).text, now
        _note(row, Act.REPLY, actor, "")
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
        _change(row, Act.PUBLISH)
        # Names may have become known since it was worded, for example by a petition that was merged.
        _word(tx, petition, row, row.title, row.text)
        row.reply = _scrub(tx, row.reply, particulars_to_scrub(tx, petition)).text
        row.number, row.published_at = next_publication_number(tx), clock.now()
        row.digest = digest_of(row)
        _note(row, Act.PUBLISH, actor, reason)
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
        title, text, reply = (_scrub(tx, said, known) for said in (row.title, row.text, row.reply))
        found = counted([item.kind.value for part in (title, text, reply) for item in part.removed])
        removed = {kind: row.removed.get(kind, 0) + found.get(kind, 0) for kind in sorted({*row.removed, *found})}
        return PublicationPreview(title=title.text, text=text.text, reply=reply.text, removed=removed)


def decline(
    context: Context, publication_id: str, actor: Actor, *, reason: str, version: int | None = None
) -> Publication:
    """Let it not become public, and why. Raises as `publish` does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.DECLINE, version)
        _end(tx, petition, row, Act.DECLINE, actor, reason)
        tx.session.flush()
        return row


def withdraw(
    context: Context, publication_id: str, actor: Actor, *, reason: str, version: int | None = None
) -> Publication:
    """Take it back: that and why stays public, what it said does not. Raises as `publish` does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.WITHDRAW, version)
        _end(tx, petition, row, Act.WITHDRAW, actor, _scrub(tx, reason, particulars_to_scrub(tx, petition)).text)
        tx.session.flush()
        return row


def correct(
    context: Context, publication_id: str, actor: Actor, *, reason: str, version: int | None = None
) -> Publication:
    """Say in public, beside the exposure, that it was mistaken. Raises as `publish` does."""
    with transaction(context) as tx:
        petition, row = _deciding(tx, publication_id, actor, Act.CORRECT, version)
        _correct(tx, petition, row, actor, reason)
        return row


def retract_exposures(tx: Transaction, petition: Petition, actor: Actor, reason: str) -> None:
    """What the unit was exposed for turned out not to be its fault: corrected in public, or not published at all."""
    for row in _of(tx, petition, PublicationKind.EXPOSURE):
        if row.standing == Standing.PUBLISHED:
            _correct(tx, petition, row, actor, reason)
        elif row.standing in _OPEN:
            _end(tx, petition, row, Act.DECLINE, actor, reason)


def object_to_publicity(context: Context, petition_id: str) -> None:
    """The petitioner wants nothing told of their case: it holds from now on, and for what was published."""
    with transaction(context) as tx:
        petition = tx.lock(petition_id)
        if tx.session.get(MediaObjection, petition_id) is None:
            tx.session.add(MediaObjection(petition_id=petition_id, at=clock.now()))
        for row in _of(tx, petition, PublicationKind.PROCESS, PublicationKind.PRAISE):
            _take_back(tx, petition, row, PETITIONER, OBJECTED, OBJECTED)
        tx.session.flush()


def take_back_untellable(tx: Transaction, petition: Petition) -> bool:
    """Withdraw what is public of a case that is none for the media any more, decline what is proposed; whether any.

    It became confidential, somebody must stay out of it, a lead was handed over, or its words or category changed. Of a
    case that still is one, what names somebody who became a party since is withdrawn. The public is not told which:
    the reason itself would say what is protected. The trail keeps it.

    Raises KeysUnusable: what cannot be compared does not stay public unseen.
    """
    living = [row for row in _of(tx, petition, *PublicationKind) if row.standing in _LIVING]
    if not living:
        return False
    why = why_untellable(tx.context, tx.session, petition)
    if why is None:
        known = particulars_to_scrub(tx, petition)
        # What is not public yet is scrubbed again when it is published.
        living = [row for row in living if row.standing == Standing.PUBLISHED and _names_somebody(tx, row, known)]
        why = IDENTIFIED
    for row in living:
        _take_back(tx, petition, row, PLATFORM, UNTELLABLE, why)
    tx.session.flush()
    return bool(living)


def _names_somebody(tx: Transaction, row: Publication, known: list[str]) -> bool:
    return any(_scrub(tx, said, known).removed for said in (row.title, row.text, row.reply, row.correction))


def correct_excused(tx: Transaction, petition: Petition) -> bool:
    """Say beside an exposure that the platform's own delay was behind it, where that is known by now; whether it was.

    A case that was handed in, or still can be, by the date without the platform's share was never late.
    """
    exposed = [
        row
        for row in _of(tx, petition, PublicationKind.EXPOSURE)
        if row.standing == Standing.PUBLISHED and row.corrected_at is None
    ]
    if not exposed or not was_in_time(tx.session, petition, tx.policy_of(petition), tx.context.rules.calendar):
        return False
    for row in exposed:
        _correct(tx, petition, row, PLATFORM, EXCUSED)
    return True


def lapse(context: Context, publication_id: str) -> bool:
    """Let the right of reply lapse when its term is over; whether it was."""
    with transaction(context) as tx:
        petition, row = _held(tx, publication_id)
        if row.standing != Standing.ASKED or row.reply_due_at is None or row.reply_due_at >= clock.now():
            return False
        _change(row, Act.LAPSE)
        _note(row, Act.LAPSE, PLATFORM, "逾期未答复")
        details = {"unit": row.unit}
        concerns = [Concern(row.unit, row.reply_due_at)] if row.unit else []
        move(tx, petition, Trigger.LAPSE_MEDIA_REPLY, PLATFORM, public=False, details=details, concerns=concerns)
        return True


def drawn_from(session: Session, petition_id: str) -> str:
    """The petition's public timeline as text, before anything is taken out of it."""
    query = select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
    return "\n".join(
        f"{local(entry.at):%Y-%m-%d %H:%M} {entry.label}" + (f"：{entry.reason}" if entry.reason else "")
        for entry in timeline_of(session.scalars(query).all())
    )


def digest_of(row: Publication) -> str:
    """SHA-256 of what was published."""
    said: Mapping[str, Any] = {
        "number": row.number,
        "kind": row.kind,
        "title": row.title,
        "text": row.text,
        "unit": row.unit,
        "reply": row.reply,
        "published_at": row.published_at.in_timezone("UTC").isoformat() if row.published_at else None,
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _ask_unit(tx: Transaction, petition: Petition, row: Publication, actor: Actor) -> None:
    days = tx.policy_in_force().media.reply_days
    term = Duration(days, TimeUnit.WORKING_DAYS)
    due: DateTime = due_date(clock.now(), term, tx.context.rules.calendar, rule="media.reply").due_at
    row.reply_due_at = due
    concerns = [Concern(row.unit, due)] if row.unit else []
    details = {"unit": row.unit}
    move(tx, petition, Trigger.ASK_MEDIA_REPLY, actor, public=False, details=details, concerns=concerns)


def _require_publishable(tx: Transaction, petition: Petition, row: Publication) -> None:
    kind = PublicationKind(row.kind)
    require_case(tx.context, tx.session, petition)
    _require_earned(tx.session, petition, kind, _red_card(tx.session, petition.id))
    if kind is PublicationKind.EXPOSURE and row.standing == Standing.PROPOSED:
        raise RuleRefusal("unit-not-asked", "曝光前须先征求单位答复")


def _require_none_pending(session: Session, petition: Petition, kind: PublicationKind) -> None:
    pending = select(Publication.id).where(
        Publication.petition_id == petition.id, Publication.kind == kind.value, Publication.standing.in_(_OPEN)
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


def _word(tx: Transaction, petition: Petition, row: Publication, title: str, text: str) -> None:
    known = particulars_to_scrub(tx, petition)
    in_title, in_text = _scrub(tx, title, known), _scrub(tx, text, known)
    row.title, row.text = in_title.text, in_text.text
    taken = counted([item.kind.value for item in (*in_title.removed, *in_text.removed)])
    # What was taken out when it was proposed stays counted when it is scrubbed once more.
    row.removed = taken or row.removed or {}


def _correct(tx: Transaction, petition: Petition, row: Publication, actor: Actor, reason: str) -> None:
    if row.kind != PublicationKind.EXPOSURE:
        raise RuleRefusal("no-exposure", "只有曝光可以更正，其他的请撤回")
    _change(row, Act.CORRECT)
    row.correction, row.corrected_at = _scrub(tx, reason, particulars_to_scrub(tx, petition)).text, clock.now()
    _note(row, Act.CORRECT, actor, row.correction)
    details = {"number": row.number, "unit": row.unit}
    concerns = [Concern(row.unit)] if row.unit else []
    move(tx, petition, Trigger.CORRECT_EXPOSURE, actor, reason=row.correction, details=details, concerns=concerns)


def _end(
    tx: Transaction,
    petition: Petition,
    row: Publication,
    act: Act,
    actor: Actor,
    reason: str,
    *,
    told: str | None = None,
) -> None:
    _change(row, act)
    if act is Act.WITHDRAW:
        row.withdrawn_at, row.withdrawal = clock.now(), reason if told is None else told
    _note(row, act, actor, reason)
    if act is Act.WITHDRAW:
        # Why stays with the publication: whoever reads the petition's history may not know it.
        move(tx, petition, Trigger.UNPUBLISH, actor, public=False, details={"kind": row.kind, "number": row.number})


def _take_back(tx: Transaction, petition: Petition, row: Publication, actor: Actor, told: str, why: str) -> None:
    """Let nothing more be told of it: `told` is what the public reads of what was public, `why` stays in the trail."""
    if row.standing == Standing.PUBLISHED:
        _end(tx, petition, row, Act.WITHDRAW, actor, why, told=told)
    elif row.standing in _OPEN:
        _end(tx, petition, row, Act.DECLINE, actor, why)


def _scrub(tx: Transaction, text: str, known: Collection[str]) -> Scrubbed:
    """By the rules in force now, whatever the petition lives under: what is told is told today."""
    rules = tx.policy_in_force().scrub
    if rules is None:
        raise RuleRefusal("no-scrub-rules", "现行规则没有脱敏规则(scrub.yaml)，不能公开任何文字，请先启用新的规则")
    return scrubbed(text, rules, known)


def _change(row: Publication, act: Act) -> None:
    row.standing = standing_after(Standing(row.standing), act).value


def _of(tx: Transaction, petition: Petition, *kinds: PublicationKind) -> list[Publication]:
    query = select(Publication).where(Publication.petition_id == petition.id, Publication.kind.in_(kinds))
    return list(tx.session.scalars(query.order_by(Publication.id)))


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
    petition, row = _held(tx, publication_id)
    hidden = (actor.role is Role.UNIT and (row.unit != actor.unit or row.kind != PublicationKind.EXPOSURE)) or (
        actor.role is Role.MEDIA and row.outlet != actor.unit
    )
    if hidden or is_recused(tx.session, petition, actor):
        raise NotFound("该公开件")
    if version is not None and version != row.version:
        raise StaleVersion(expected=version, current=row.version, what="该公开件")
    return petition, row


def _held(tx: Transaction, publication_id: str) -> tuple[Petition, Publication]:
    """The publication with its petition, held against every other writer: whoever changes it holds the petition."""
    known = select(Publication.petition_id).where(Publication.id == publication_id)
    petition_id = tx.session.scalar(known) if can_be(publication_id) else None
    if petition_id is None:
        raise NotFound("该公开件")
    petition = tx.lock(petition_id)
    return petition, tx.session.get_one(Publication, publication_id, populate_existing=True)


def _note(row: Publication, act: Act, actor: Actor, reason: str) -> None:
    row.version += 1
    row.steps.append(
        PublicationStep(
            version=row.version,
            at=clock.now(),
            act=act.value,
            actor_role=actor.role.value,
            actor_unit=actor.unit,
            actor_name=actor.name,
            reason=reason,
            content={"title": row.title, "text": row.text, "reply": row.reply or ""},
        )
    )


def _source(tx: Transaction, name: str) -> str | None:
    return tx.policy_in_force().media.sources.get(name)
