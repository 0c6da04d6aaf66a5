"""For the two reviews: what waits for them, and their meetings case by case; readers are offered no forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

import clock
from domain.actions import MEETING_ROLES, Actor
from domain.errors import DomainError, NotFound
from domain.reviews import LEVEL_LABELS, OUTCOME_LABELS, UNFINISHED, Level, MeetingStatus, Outcome
from gateways.minutes_document import minutes_document
from models.bodies import ReasonIn, TaskIn
from models.review_answers import AgendaItem, MeetingView
from models.review_bodies import AttendanceIn, CallIn, DecidedIn, MeetingIn
from services import agenda, ladder, meeting_decisions, meetings, roster
from services.context import Context
from services.meeting_decisions import Heard
from web.actions import task_fields
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.choices import lists_of, options_of
from web.downloads import WORD, download
from web.forms import Form, Sent, SentForm, Wrong, as_wrong, read, submit
from web.inputs import Field, Kind, Options, as_local_input, shape_fields

router = APIRouter(prefix="/review")

MeetingId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Work = Callable[[Context, int, Actor, Sent, int], MeetingView]
_MOVED_ON = "您填写的时候，会议有了变化（见上）。您写的还在，确认后请再提交一次"
_INCOMPLETE = "表单不完整，请重新填写"
_DECIDING = (Outcome.ASSIGNED, Outcome.HANDED_UP, Outcome.PUT_OFF)
_CALL = (
    Field("title", "会议名称", Kind.LINE),
    Field("planned_at", "时间", Kind.MOMENT),
    Field("place", "地点", Kind.LINE, optional=True),
    Field("chair", "主持人", Kind.CHOICE, options="members"),
)


def decision_fields(level: Level) -> tuple[Field, ...]:
    """What a meeting of this review writes down of one case; nothing is above the second."""
    outcomes = [outcome for outcome in _DECIDING if level is Level.FIRST or outcome is not Outcome.HANDED_UP]
    return (
        Field("outcome", "议定", Kind.PICK, options=tuple((each.value, OUTCOME_LABELS[each]) for each in outcomes)),
        *task_fields("lead", "主办", "主办（交办的填写）"),
        *task_fields("assists.0", "协办", "协办一"),
        *task_fields("assists.1", "协办", "协办二"),
        *task_fields("assists.2", "协办", "协办三"),
        Field("reason", "理由或依据", rows=2),
        Field("discussion", "讨论情况", hint="写进会议纪要，不写诉求人", optional=True, rows=2),
    )


@router.get("")
def show(request: Request, context: ContextOf, pages: PagesOf, actor: Caller, level: Level = Level.FIRST) -> Response:
    """The agenda of a review, due first on top, and its meetings."""
    return _agenda(request, context, pages, actor, level)


@router.post("/meetings")
def call(request: Request, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm) -> Response:
    """Call a meeting on the cases that were ticked."""
    level = Level(sent["level"]) if sent["level"] in set(Level) else Level.FIRST
    try:
        body = read(MeetingIn, _called(sent) | {"level": level})

        def work() -> dict[str, Any]:
            return {"id": meetings.call(context, actor, body.level, _call(body), body.cases).id}

        meeting_id = submit(context, request, sent, work)["id"]
    except (DomainError, Wrong) as refusal:
        form = Form.refused(sent, as_wrong(refusal, _MOVED_ON))
        ticked = frozenset(sent.all("case")) | frozenset(sent.all("invited"))
        return _agenda(request, context, pages, actor, level, form, ticked)
    return RedirectResponse(f"/review/meetings/{meeting_id}", HTTPStatus.SEE_OTHER)


@router.get("/meetings/{meeting_id}")
def one(request: Request, meeting_id: MeetingId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """One meeting: who came, its cases one by one, and the minutes they make."""
    return _meeting(request, context, pages, actor, meeting_id)


@router.get("/meetings/{meeting_id}/minutes.docx")
def minutes(meeting_id: MeetingId, context: ContextOf, actor: Caller) -> Response:
    """The minutes as a Word document."""
    shown = meetings.meeting(context, meeting_id, actor)
    return download(minutes_document(shown), WORD, f"minutes-{shown.id}.docx")


@router.post("/meetings/{meeting_id}/{what}")
def act(
    request: Request,
    meeting_id: MeetingId,
    what: str,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    sent: SentForm,
) -> Response:
    """Do it, or show the meeting as it stands with the form as it was filled in."""
    if what not in _WORKS:
        raise NotFound("这项操作")
    try:
        version = sent.number("version")
        if not isinstance(version, int):
            raise Wrong(problem=_INCOMPLETE)  # noqa: TRY301 - refused like everything else that is wrong

        def work() -> dict[str, Any]:
            _WORKS[what](context, meeting_id, actor, sent, version)
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        form = Form.refused(sent, as_wrong(refusal, _MOVED_ON))
        ticked = frozenset(value for name, value in sent.pairs if name in {"case", "invited", "member"})
        return _meeting(
            request, context, pages, actor, meeting_id, (f"{what}{sent['case'] * (what == 'decisions')}", form), ticked
        )
    return RedirectResponse(f"/review/meetings/{meeting_id}?done={what}", HTTPStatus.SEE_OTHER)


def _change(context: Context, meeting_id: int, actor: Actor, sent: Sent, version: int) -> MeetingView:
    body = read(CallIn, _called(sent))
    return meetings.change(context, meeting_id, actor, _call(body), body.cases, version)


def _attend(context: Context, meeting_id: int, actor: Actor, sent: Sent, version: int) -> MeetingView:
    came = [(name.removeprefix("unit."), value.strip()) for name, value in sent.pairs if name.startswith("unit.")]
    units = [{"unit": unit, "title": title} for unit, title in came if title]
    if sent["other.unit"] or sent["other.title"].strip():
        units.append({"unit": sent["other.unit"], "title": sent["other.title"].strip()})
    body = read(AttendanceIn, {"members": sent.all("member"), "units": units})
    attendees = [meetings.Attendee(item.unit, item.title) for item in body.units]
    return meetings.attend(context, meeting_id, actor, body.members, attendees, version)


def _decide(context: Context, meeting_id: int, actor: Actor, sent: Sent, version: int) -> MeetingView:
    level = Level(meetings.meeting(context, meeting_id, actor).level.code)
    body = read(DecidedIn, shape_fields(decision_fields(level), sent) | {"case": sent["case"]})
    heard = Heard(meeting_id, body.case, actor, body.discussion, version)
    if body.lead is not None:
        decision = ladder.Decision(_task(body.lead), body.reason, tuple(_task(item) for item in body.assists))
        return meeting_decisions.assign(context, heard, decision)
    if body.outcome == Outcome.HANDED_UP.value:
        return meeting_decisions.hand_up(context, heard, body.reason)
    return meeting_decisions.put_off(context, heard, body.reason)


def _close(context: Context, meeting_id: int, actor: Actor, _: Sent, version: int) -> MeetingView:
    return meetings.close(context, meeting_id, actor, version)


def _cancel(context: Context, meeting_id: int, actor: Actor, sent: Sent, version: int) -> MeetingView:
    body = read(ReasonIn, {"reason": sent["reason"]})
    return meetings.cancel(context, meeting_id, actor, body.reason, version)


_WORKS: dict[str, Work] = {
    "call": _change,
    "attendance": _attend,
    "decisions": _decide,
    "closing": _close,
    "cancellation": _cancel,
}
_DONE = {
    "call": "会议已更改",
    "attendance": "到会已登记",
    "decisions": "已议定",
    "closing": "会议已结束",
    "cancellation": "会议已取消",
}


def _called(sent: Sent) -> dict[str, Any]:
    return shape_fields(_CALL, sent) | {"cases": sent.all("case"), "invited": sent.all("invited")}


def _call(body: CallIn) -> meetings.Call:
    return meetings.Call(body.title, body.planned_at, body.place, body.chair, tuple(body.invited))


def _task(body: TaskIn) -> ladder.Task:
    return ladder.Task(body.unit, body.duty, body.term.duration())


def _members(context: Context, actor: Actor, level: Level) -> Options:
    return [(item.code, item.title) for item in roster.roster(context, actor, level, None, 1).members]


def _agenda(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    level: Level,
    form: Form | None = None,
    ticked: frozenset[str] = frozenset(),
) -> Response:
    waiting = agenda.agenda(context, actor, level)
    lists = lists_of(context) | {"members": _members(context, actor, level)}
    return pages.show(
        request,
        "review/agenda.html",
        form.status if form else HTTPStatus.OK,
        agenda=waiting,
        meetings=meetings.meetings(context, actor, level).items,
        levels=[(each.value, LEVEL_LABELS[each]) for each in Level],
        level=level.value,
        may_call=actor.role in MEETING_ROLES[level],
        fields=_CALL,
        form=form or Form({"chair": waiting.on_duty.code if waiting.on_duty else ""}),
        opened=form is not None,
        ticked=ticked,
        units=lists["units"],
        options=lambda field: options_of(field, lists),
    )


def _meeting(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    meeting_id: int,
    refused: tuple[str, Form] | None = None,
    ticked: frozenset[str] = frozenset(),
) -> Response:
    shown = meetings.meeting(context, meeting_id, actor)
    level, status = Level(shown.level.code), MeetingStatus(shown.status.code)
    conducts = actor.role in MEETING_ROLES[level]
    lists = lists_of(context) | {"members": _members(context, actor, level)}
    forms: Mapping[str, Form] = dict([refused]) if refused else {}
    starting = Form({field.name: field.start for field in decision_fields(level) if field.start})
    changing = conducts and status is MeetingStatus.SCHEDULED
    can = {
        "call": changing,
        "attendance": conducts and status in UNFINISHED,
        "decisions": conducts and status is MeetingStatus.HELD and shown.quorum.reached,
        "closing": conducts and status is MeetingStatus.HELD,
        "cancellation": changing,
    }
    offered = {code for code, may in can.items() if may}
    if can["decisions"]:
        offered |= {f"decisions{item.petition_id}" for item in shown.items if item.outcome is None}
    return pages.show(
        request,
        "review/meeting.html",
        refused[1].status if refused else HTTPStatus.OK,
        meeting=shown,
        now=clock.now(),
        can=can,
        above=refused[1] if refused and refused[0] not in offered else None,
        form=lambda code: forms.get(code) or (starting if code.startswith("decisions") else Form(_as_called(shown))),
        opened=refused[0] if refused else "",
        ticked=ticked,
        others=_free(context, actor, level) if changing else [],
        fields=_CALL,
        decision=decision_fields(level),
        members=lists["members"],
        units=lists["units"],
        options=lambda field: options_of(field, lists),
        done=_DONE.get(request.query_params.get("done", ""), ""),
    )


def _as_called(shown: MeetingView) -> dict[str, str]:
    """The call as it stands, and the offices that were written down, as the forms show them."""
    values = {"title": shown.title, "planned_at": as_local_input(shown.planned_at), "place": shown.place}
    came = {f"unit.{item.unit.code}": item.title for item in shown.attendance if item.member is None}
    return values | {"chair": shown.chair.code if shown.chair else ""} | came


def _free(context: Context, actor: Actor, level: Level) -> list[AgendaItem]:
    """What waits and is on no meeting yet."""
    return [item for item in agenda.agenda(context, actor, level).items if item.meeting is None]
