"""Meetings of the two reviews: called, held, closed. What they decide is in `services.meeting_decisions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import pendulum
from sqlalchemy import select

import clock
from domain.actions import MEETING_ROLES, ROSTER_ROLES, Actor, Role
from domain.errors import Incomplete, Missing, NotFound, RuleRefusal, StaleVersion
from domain.reviews import (
    LEVEL_LABELS,
    STAGE_OF,
    UNFINISHED,
    Level,
    MeetingStatus,
    Outcome,
    ReviewRules,
    check_status,
)
from domain.stages import STAGE_LABELS, Stage, Trigger
from models.review_answers import MeetingPage, MeetingView
from models.tables import Petition, ReviewAttendee, ReviewItem, ReviewMeeting
from services.access import petition_for, require_role
from services.context import Context
from services.ledger import move
from services.meeting_views import meeting_head, meeting_view
from services.notices import Concern
from services.numbering import next_meeting_number
from services.transactions import Transaction, acting, reading, transaction

READERS = ROSTER_ROLES | {Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.OPERATOR}
MOST_MEETINGS = 100
"""In one list, the latest first (our own decision)."""


@dataclass(frozen=True)
class Call:
    """What a meeting is called for: when and where, who presides, which units are to come."""

    title: str
    planned_at: dt.datetime
    place: str
    chair: str
    invited: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attendee:
    """Whoever came for a unit, by their office there."""

    unit: str
    title: str


def call(context: Context, actor: Actor, level: Level, called: Call, petitions: Sequence[str]) -> MeetingView:
    """Call a meeting on these cases; the invited units are told when, and each case's history says so.

    Raises:
        NotPermitted: not this review's meeting to call.
        Incomplete: the chair is no member, a unit is unknown, no case is named or one twice, or its time has passed.
        RuleRefusal: a case is not with this review (`not-on-agenda`), or another meeting has it (`on-another-meeting`).
    """
    require_role(actor, *MEETING_ROLES[level])
    with transaction(context) as tx:
        policy = tx.policy_in_force()
        problems = _problems(called, level, policy.reviews, policy.units_by_code)
        if not petitions:
            problems.append(Missing("cases", "至少列入一件诉求"))
        if len(set(petitions)) != len(petitions):
            problems.append(Missing("cases", "同一诉求不能列入两次"))
        if problems:
            raise Incomplete(problems)
        meeting = ReviewMeeting(
            number=next_meeting_number(tx, LEVEL_LABELS[level]),
            level=level.value,
            status=MeetingStatus.SCHEDULED.value,
            version=1,
            called_by=actor.name,
            called_at=clock.now(),
        )
        _write(meeting, called)
        tx.session.add(meeting)
        tx.session.flush()
        for petition_id in sorted(petitions):  # everybody locks in the same order
            _take_on(tx, meeting, petition_id, actor, petitions.index(petition_id))
        return _shown(tx, meeting, actor)


def change(
    context: Context,
    meeting_id: int,
    actor: Actor,
    called: Call,
    petitions: Sequence[str],
    version: int | None = None,
) -> MeetingView:
    """Call it anew before it is held: another time, other units, other cases. Those taken off were not heard."""

    def changing(tx: Transaction, meeting: ReviewMeeting) -> None:
        check_status(MeetingStatus(meeting.status), MeetingStatus.SCHEDULED)
        policy = tx.policy_in_force()
        problems = _problems(called, Level(meeting.level), policy.reviews, policy.units_by_code)
        if not petitions or len(set(petitions)) != len(petitions):
            problems.append(Missing("cases", "至少列入一件诉求，每件一次"))
        if problems:
            raise Incomplete(problems)
        told_anew = (meeting.planned_at, meeting.place, *meeting.invited) != (
            pendulum.instance(called.planned_at),
            called.place,
            *called.invited,
        )
        _write(meeting, called)
        for item in meeting.items:
            if item.petition_id not in petitions:
                _settle(item, Outcome.NOT_HEARD, actor, "会前撤下")
        on_it = {item.petition_id: item for item in meeting.items}
        for petition_id in sorted(petitions):
            known, position = on_it.get(petition_id), petitions.index(petition_id)
            if known is None:
                _take_on(tx, meeting, petition_id, actor, position)
                continue
            if known.outcome is not None or told_anew:
                known.outcome = known.decided_at = known.decided_by = None
                known.reason = ""
                _convene(tx, meeting, petition_id, actor)
            known.position = position

    return _changed(context, meeting_id, actor, version, changing)


def attend(
    context: Context,
    meeting_id: int,
    actor: Actor,
    members: Collection[str],
    units: Sequence[Attendee],
    version: int | None = None,
) -> MeetingView:
    """Write down who came: the meeting is held from then on. May be corrected until it is closed.

    Raises:
        Incomplete: an unknown member or unit.
        RuleRefusal: it is over.
    """

    def attending(tx: Transaction, meeting: ReviewMeeting) -> None:
        check_status(MeetingStatus(meeting.status), *UNFINISHED)
        policy = tx.policy_in_force()
        problems = [
            Missing("members", f"没有代码为“{code}”的成员") for code in members if policy.reviews.member(code) is None
        ]
        problems += [
            Missing("units", f"没有代码为“{item.unit}”的单位")
            for item in units
            if item.unit not in policy.units_by_code
        ]
        if not members:
            problems.append(Missing("members", "至少登记一位到会成员"))
        if problems:
            raise Incomplete(problems)
        seats = [seat for code in dict.fromkeys(members) if (seat := policy.reviews.member(code)) is not None]
        meeting.attendees = [ReviewAttendee(member=seat.code, unit=seat.unit, title=seat.title) for seat in seats]
        meeting.attendees += [ReviewAttendee(member=None, unit=item.unit, title=item.title) for item in units]
        meeting.status = MeetingStatus.HELD.value
        meeting.held_at = meeting.held_at or clock.now()

    return _changed(context, meeting_id, actor, version, attending)


def close(context: Context, meeting_id: int, actor: Actor, version: int | None = None) -> MeetingView:
    """End a meeting that was held. Cases that left the review by themselves are set down as such.

    Raises:
        RuleRefusal: a case is neither decided, nor handed up, nor put off (`undecided-cases`, naming them).
    """

    def closing(tx: Transaction, meeting: ReviewMeeting) -> None:
        check_status(MeetingStatus(meeting.status), MeetingStatus.HELD)
        waiting = []
        for item in meeting.items:
            if item.outcome is None:
                petition = tx.lock(item.petition_id)
                if petition.stage == STAGE_OF[Level(meeting.level)]:
                    waiting.append(petition.case_number)
                else:
                    _settle(item, Outcome.MOVED_ON, actor, f"当前为“{STAGE_LABELS[Stage(petition.stage)]}”")
        if waiting:
            said = f"尚未议定：{'、'.join(waiting)}；请交办、提请二级研判或缓议"
            raise RuleRefusal("undecided-cases", said)
        _end(meeting, MeetingStatus.CLOSED, actor)

    return _changed(context, meeting_id, actor, version, closing)


def cancel(context: Context, meeting_id: int, actor: Actor, reason: str, version: int | None = None) -> MeetingView:
    """Call off a meeting that was not held; its cases wait for another one, on the clock they have."""

    def cancelling(tx: Transaction, meeting: ReviewMeeting) -> None:
        del tx
        check_status(MeetingStatus(meeting.status), MeetingStatus.SCHEDULED)
        for item in meeting.items:
            if item.outcome is None:
                _settle(item, Outcome.NOT_HEARD, actor, "会议取消")
        meeting.reason = reason
        _end(meeting, MeetingStatus.CANCELLED, actor)

    return _changed(context, meeting_id, actor, version, cancelling)


def meeting(context: Context, meeting_id: int, actor: Actor) -> MeetingView:
    """One meeting. Raises `NotPermitted`, `NotFound`."""
    require_role(actor, *READERS)
    with reading(context) as session:
        found = session.get(ReviewMeeting, meeting_id)
        if found is None:
            raise NotFound("该会议")
        return meeting_view(context, session, found, context.rules.active(session), actor)


def meetings(context: Context, actor: Actor, level: Level | None = None, *, unfinished: bool = False) -> MeetingPage:
    """The latest meetings."""
    require_role(actor, *READERS)
    query = select(ReviewMeeting).order_by(ReviewMeeting.planned_at.desc(), ReviewMeeting.id.desc())
    if level is not None:
        query = query.where(ReviewMeeting.level == level.value)
    if unfinished:
        query = query.where(ReviewMeeting.status.in_([status.value for status in UNFINISHED]))
    with reading(context) as session:
        policy = context.rules.active(session)
        return MeetingPage(items=[meeting_head(row, policy) for row in session.scalars(query.limit(MOST_MEETINGS))])


def lock_meeting(tx: Transaction, meeting_id: int, actor: Actor, version: int | None) -> ReviewMeeting:
    """The meeting, held against every other writer; before any of its cases, so that nobody waits in a circle.

    Raises:
        NotFound, NotPermitted: there is none, or it is not this role's to conduct.
        StaleVersion: somebody else changed it first.
    """
    found = tx.session.get(ReviewMeeting, meeting_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("该会议")
    require_role(actor, *MEETING_ROLES[Level(found.level)])
    if version is not None and version != found.version:
        raise StaleVersion(expected=version, current=found.version, what="会议")
    return found


def _changed(
    context: Context,
    meeting_id: int,
    actor: Actor,
    version: int | None,
    work: Callable[[Transaction, ReviewMeeting], None],
) -> MeetingView:
    with transaction(context) as tx:
        found = lock_meeting(tx, meeting_id, actor, version)
        work(tx, found)
        found.version += 1
        tx.session.flush()
        return _shown(tx, found, actor)


def _shown(tx: Transaction, meeting: ReviewMeeting, actor: Actor) -> MeetingView:
    tx.session.flush()
    tx.session.refresh(meeting, ["items", "attendees"])
    return meeting_view(tx.context, tx.session, meeting, tx.policy_in_force(), actor)


def _problems(called: Call, level: Level, rules: ReviewRules, units: Collection[str]) -> list[Missing]:
    problems = []
    if called.chair not in {member.code for member in rules.of(level)}:
        problems.append(Missing("chair", f"主持人须是{LEVEL_LABELS[level]}的成员，没有代码为“{called.chair}”的"))
    if pendulum.instance(called.planned_at) < clock.now():
        problems.append(Missing("planned_at", "开会时间已过；已经开过的会请写现在的时间，随即登记到会情况"))
    problems += [
        Missing("invited", f"没有代码为“{code}”的单位，请从单位名录中选择")
        for code in called.invited
        if code not in units
    ]
    return problems


def _write(meeting: ReviewMeeting, called: Call) -> None:
    meeting.title, meeting.place, meeting.chair = called.title, called.place, called.chair
    meeting.planned_at = pendulum.instance(called.planned_at)
    meeting.invited = list(dict.fromkeys(called.invited))


def _take_on(tx: Transaction, meeting: ReviewMeeting, petition_id: str, actor: Actor, position: int) -> None:
    petition = _convene(tx, meeting, petition_id, actor)
    query = select(ReviewItem).where(ReviewItem.petition_id == petition.id, ReviewItem.outcome.is_(None))
    for other in tx.session.scalars(query):
        held_by = tx.session.get_one(ReviewMeeting, other.meeting_id)
        if held_by.level == meeting.level:
            said = f"{petition.case_number}已列入{held_by.number}，请先从该会撤下"
            raise RuleRefusal("on-another-meeting", said)
        _settle(other, Outcome.MOVED_ON, actor, "已提级")
    tx.session.flush()  # the database holds that a case is on one meeting
    tx.session.add(ReviewItem(meeting_id=meeting.id, petition_id=petition.id, position=position, tasks=[]))


def _convene(tx: Transaction, meeting: ReviewMeeting, petition_id: str, actor: Actor) -> Petition:
    """Write into the case's history that the meeting is to hear it, and tell the units that are called."""
    level = Level(meeting.level)
    require_on_agenda(petition_for(tx.session, petition_id, actor), level)
    with acting(tx.context, petition_id, actor, Trigger.CONVENE) as (_, petition):
        require_on_agenda(petition, level)  # it may have left while we waited for it
        when = meeting.planned_at.in_timezone(clock.SHANGHAI).format("YYYY-MM-DD HH:mm")
        move(
            tx,
            petition,
            Trigger.CONVENE,
            actor,
            reason=f"{meeting.number}会议定于{when}" + (f"在{meeting.place}召开" if meeting.place else "召开"),
            public=False,
            details={"meeting": meeting.number, "invited": meeting.invited},
            concerns=[Concern(code, meeting.planned_at) for code in meeting.invited],
        )
        return petition


def require_on_agenda(petition: Petition, level: Level) -> None:
    """Raises `RuleRefusal` (`not-on-agenda`) when the case is not with this review, or not any more."""
    if petition.stage != STAGE_OF[level]:
        stands = STAGE_LABELS[Stage(petition.stage)]
        said = f"{petition.case_number}当前为“{stands}”，不在{LEVEL_LABELS[level]}的议程上"
        raise RuleRefusal("not-on-agenda", said)


def _settle(item: ReviewItem, outcome: Outcome, actor: Actor, reason: str) -> None:
    item.outcome, item.reason = outcome.value, reason
    item.decided_at, item.decided_by = clock.now(), actor.name


def _end(meeting: ReviewMeeting, status: MeetingStatus, actor: Actor) -> None:
    meeting.status, meeting.ended_at, meeting.ended_by = status.value, clock.now(), actor.name
