"""For the two reviews: what waits for them, their meetings with what each case comes to, minutes, duty."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.callers import Caller, ContextOf
from api.changes import POSTING, Change, Fingerprint, Key, Version, answer, caller_of, create
from api.documentation import CHANGING, READING
from domain.actions import Actor
from domain.reviews import Level
from domain.workdays import Duration
from gateways.minutes_document import minutes_document
from models.bodies import NothingIn, ReasonIn, TaskIn
from models.review_answers import Agenda, MeetingPage, MeetingView, Roster
from models.review_bodies import AttendanceIn, CallIn, DecidedIn, MeetingIn, StandInIn
from models.shapes import Day
from services import agenda as waiting
from services import ladder, meeting_decisions, meetings, roster
from services.context import Context
from services.meeting_decisions import Heard

router = APIRouter(prefix="/reviews", tags=["研判会议 reviews"], responses=READING)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LARGEST = 2**31 - 1
MeetingId = Annotated[int, Path(ge=1, le=_LARGEST, description="会议的 id", examples=[1])]


def change_of_meeting(
    meeting_id: MeetingId, context: ContextOf, actor: Caller, version: Version, key: Key, seen: Fingerprint
) -> Change:
    """A change of a meeting; a refusal says how the meeting stands."""

    def show() -> BaseModel:
        return meetings.meeting(context, meeting_id, actor)

    return Change(context, actor, str(meeting_id), version, key, seen, caller_of(actor), show)


MeetingChange = Annotated[Change, Depends(change_of_meeting)]


@router.get("/agenda", response_model=Agenda, summary="议程 What waits for a review")
def agenda(context: ContextOf, actor: Caller, level: Level = Level.FIRST) -> JSONResponse:
    """Every case the review has to decide, due first on top: why it came, who returned it, which meeting has it."""
    return answer(waiting.agenda(context, actor, level))


@router.get("/meetings", response_model=MeetingPage, summary="研判会议 Meetings")
def list_meetings(
    context: ContextOf,
    actor: Caller,
    level: Annotated[Level | None, Query(description="一级(first)或二级(second)")] = None,
    unfinished: Annotated[bool, Query(description="只看未结束的")] = False,  # noqa: FBT002 - a query's parameter
) -> JSONResponse:
    """The latest meetings first."""
    return answer(meetings.meetings(context, actor, level, unfinished=unfinished))


@router.post(
    "/meetings",
    response_model=MeetingView,
    status_code=201,
    summary="召集会议 Call a meeting",
    responses=CHANGING,
    dependencies=POSTING,
)
def call(body: MeetingIn, context: ContextOf, actor: Caller, key: Key, seen: Fingerprint) -> JSONResponse:
    """Several cases at once; the units invited are told, and each case's history says when it is to be heard."""
    return create(
        context,
        caller_of(actor),
        key,
        seen,
        lambda: meetings.call(context, actor, body.level, _call(body), body.cases),
    )


@router.get("/meetings/{meeting_id}", response_model=MeetingView, summary="一次会议 One meeting")
def one(meeting_id: MeetingId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Its cases, attendance, and what was made of each case; also the minutes as JSON."""
    return answer(meetings.meeting(context, meeting_id, actor))


@router.get(
    "/meetings/{meeting_id}/minutes",
    response_class=Response,
    summary="会议纪要 Minutes",
    responses={200: {"content": {WORD: {"schema": {"type": "string", "format": "binary"}}}}},
)
def minutes(meeting_id: MeetingId, context: ContextOf, actor: Caller) -> Response:
    """The minutes as a Word document: case numbers and matters, never a petitioner's words or name."""
    shown = meetings.meeting(context, meeting_id, actor)
    headers = {"Content-Disposition": f'attachment; filename="minutes-{shown.id}.docx"', "Cache-Control": "no-store"}
    return Response(minutes_document(shown), media_type=WORD, headers=headers)


@router.post(
    "/meetings/{meeting_id}/call",
    response_model=MeetingView,
    summary="更改会议 Call it anew",
    responses=CHANGING,
    dependencies=POSTING,
)
def call_anew(body: CallIn, change: MeetingChange) -> JSONResponse:
    """Before it is held: another time, other units, other cases."""

    def changing(context: Context, key: str, actor: Actor, version: int | None) -> MeetingView:
        return meetings.change(context, int(key), actor, _call(body), body.cases, version)

    return change.make(changing, change.version)


@router.post(
    "/meetings/{meeting_id}/attendance",
    response_model=MeetingView,
    summary="登记到会 Attendance",
    responses=CHANGING,
    dependencies=POSTING,
)
def attend(body: AttendanceIn, change: MeetingChange) -> JSONResponse:
    """Members by their seats, units by the office of whoever they sent. The meeting is held from then on."""
    units = [meetings.Attendee(item.unit, item.title) for item in body.units]

    def attending(context: Context, key: str, actor: Actor, version: int | None) -> MeetingView:
        return meetings.attend(context, int(key), actor, body.members, units, version)

    return change.make(attending, change.version)


@router.post(
    "/meetings/{meeting_id}/decisions",
    response_model=MeetingView,
    summary="议定一件 Decide a case",
    responses=CHANGING,
    dependencies=POSTING,
)
def decide(body: DecidedIn, change: MeetingChange) -> JSONResponse:
    """Assign it, hand it up to the leadership, or put it off to another meeting; one case at a time."""

    def deciding(context: Context, key: str, actor: Actor, version: int | None) -> MeetingView:
        heard = Heard(int(key), body.case, actor, body.discussion, version)
        if body.lead is not None:
            decision = ladder.Decision(_task(body.lead), body.reason, tuple(_task(item) for item in body.assists))
            return meeting_decisions.assign(context, heard, decision)
        if body.outcome == "handed_up":
            return meeting_decisions.hand_up(context, heard, body.reason)
        return meeting_decisions.put_off(context, heard, body.reason)

    return change.make(deciding, change.version)


@router.post(
    "/meetings/{meeting_id}/closing",
    response_model=MeetingView,
    summary="结束会议 Close",
    responses=CHANGING,
    dependencies=POSTING,
)
def close(change: MeetingChange, _: NothingIn | None = None) -> JSONResponse:
    """Not before every case on it was decided, handed up or put off."""
    return change.make(lambda context, key, actor: meetings.close(context, int(key), actor, change.version))


@router.post(
    "/meetings/{meeting_id}/cancellation",
    response_model=MeetingView,
    summary="取消会议 Cancel",
    responses=CHANGING,
    dependencies=POSTING,
)
def cancel(body: ReasonIn, change: MeetingChange) -> JSONResponse:
    """Its cases wait for another meeting, on the clock they have."""
    return change.make(
        lambda context, key, actor: meetings.cancel(context, int(key), actor, body.reason, change.version)
    )


@router.get("/roster", response_model=Roster, summary="值班表 Roster")
def show_roster(
    context: ContextOf,
    actor: Caller,
    level: Level = Level.FIRST,
    first: Annotated[Day | None, Query(alias="from", description="自何日起，缺省为今日")] = None,
    days: Annotated[int, Query(ge=1, le=roster.LONGEST, description="几天")] = 14,
) -> JSONResponse:
    """Whose turn it is on each day, and who stands in."""
    return answer(roster.roster(context, actor, level, first, days))


@router.post(
    "/roster", response_model=Roster, status_code=201, summary="替班 Stand in", responses=CHANGING, dependencies=POSTING
)
def stand_in(body: StandInIn, context: ContextOf, actor: Caller, key: Key, seen: Fingerprint) -> JSONResponse:
    """Who stands in on a day; the newest note of a day counts, the others stay as its history."""
    return create(
        context,
        caller_of(actor),
        key,
        seen,
        lambda: roster.stand_in(context, actor, body.level, body.day, body.member, body.reason),
    )


def _call(body: CallIn) -> meetings.Call:
    return meetings.Call(body.title, body.planned_at, body.place, body.chair, tuple(body.invited))


def _task(body: TaskIn) -> ladder.Task:
    duration: Duration = body.term.duration()
    return ladder.Task(body.unit, body.duty, duration)
