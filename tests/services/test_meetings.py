"""Meetings of the two reviews: several cases, who came, what each case came to, and everything that is refused."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import pytest
from docx import Document

import clock
from domain.actions import Actor, Role
from domain.calendar import in_words, local
from domain.errors import Incomplete, NotPermitted, RuleRefusal, StaleVersion
from domain.reviews import Level
from domain.stages import Stage, Trigger
from domain.workdays import Duration, TimeUnit
from gateways.minutes_document import minutes_document
from models.review_answers import MeetingView
from services import agenda, dispatching, handling, ladder, meeting_decisions, meetings, queries, roster
from services.context import Context
from services.meeting_decisions import Heard
from tests.services.lives import (
    AT_UNIT,
    DESK,
    EVIDENCE,
    OTHER_UNIT,
    REVIEWER,
    UNIT,
    in_review,
    petition_of,
    settle,
    told,
)

LEADER = Actor(Role.LEADER, name="领导小组")
SEATS = ("expert-housing", "expert-municipal", "expert-water", "expert-labour")
LEADERS = ("leader-chair", "leader-deputy", "leader-construction")
FIVE_DAYS = Duration(5, TimeUnit.WORKING_DAYS)
DECISION = ladder.Decision(
    ladder.Task(OTHER_UNIT, "恢复照明", FIVE_DAYS),
    "现场会商决定",
    (ladder.Task(UNIT, "移交图纸", Duration(2, TimeUnit.WORKING_DAYS)),),
)


def plan(**changes: Any) -> meetings.Call:
    parts: dict[str, Any] = {
        "title": "路灯专题研判",
        "planned_at": clock.now().add(hours=2),
        "place": "会议室",
        "chair": "expert-housing",
        "invited": (UNIT, OTHER_UNIT),
    }
    return meetings.Call(**(parts | changes))


def called(context: Context, cases: Sequence[str]) -> MeetingView:
    return meetings.call(context, REVIEWER, Level.FIRST, plan(), cases)


def held(context: Context, cases: Sequence[str], members: Sequence[str] = SEATS) -> MeetingView:
    meeting = called(context, cases)
    return meetings.attend(context, meeting.id, REVIEWER, members, [meetings.Attendee(OTHER_UNIT, "副主任")])


def refusal_of(work: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(RuleRefusal) as refusal:
        work(*arguments, **named)
    return refusal.value.code


def test_one_meeting_hears_several_cases_and_decides_each(context: Context) -> None:
    first, second, third = (in_review(context) for _ in range(3))
    meeting = held(context, [second, first, third])
    assert [item.petition_id for item in meeting.items] == [second, first, third]
    meeting_decisions.assign(context, Heard(meeting.id, first, REVIEWER, "三家都说不是自己的"), DECISION)
    meeting_decisions.hand_up(context, Heard(meeting.id, second, REVIEWER, ""), "超出各部门职权，建议由区里定")
    shown = meeting_decisions.put_off(context, Heard(meeting.id, third, REVIEWER, ""), "待勘察后再议")
    assert [item.outcome.code for item in shown.items if item.outcome] == ["handed_up", "assigned", "put_off"]
    assert [petition_of(context, case).stage for case in (first, second, third)] == [
        Stage.DISPATCHED,
        Stage.SECOND_REVIEW,
        Stage.FIRST_REVIEW,
    ]
    assert petition_of(context, first).designated
    closed = meetings.close(context, meeting.id, REVIEWER)
    assert (closed.status.code, closed.undecided) == ("closed", 0)


def test_the_units_called_are_told_when_and_the_history_says_so(context: Context) -> None:
    case = in_review(context)
    meeting = called(context, [case])
    notices = told(context, case, Trigger.CONVENE)
    assert {recipient for recipient, _, _ in notices} == {f"unit:{UNIT}", f"unit:{OTHER_UNIT}"}
    when = local(meeting.planned_at).strftime("%Y-%m-%d %H:%M")
    assert all(when in body for _, _, body in notices)
    entry = queries.history(context, case, REVIEWER).entries[-1]
    assert (entry.trigger, entry.details["meeting"], entry.public) == ("convene", meeting.number, False)


def test_whoever_is_on_duty_is_told_when_a_case_arrives(context: Context) -> None:
    today = clock.now().in_timezone(clock.SHANGHAI).date()
    turn = roster.roster(context, REVIEWER, Level.FIRST, today, 1).days[0].member
    assert turn is not None
    case = in_review(context)
    assert f"member:{turn.code}" in {name for name, _, _ in told(context, case, Trigger.CLIMB_TO_FIRST_REVIEW)}
    other = next(code for code in SEATS if code != turn.code)
    shown = roster.stand_in(context, DESK, Level.FIRST, today, other, "外出勘察").days[0]
    assert shown.member is not None
    assert (shown.member.code, shown.stands_in, shown.changed_by) == (other, True, DESK.name)
    case = in_review(context)
    assert f"member:{other}" in {name for name, _, _ in told(context, case, Trigger.CLIMB_TO_FIRST_REVIEW)}


def test_a_stand_in_is_a_member_and_the_day_is_not_over(context: Context) -> None:
    yesterday = clock.now().in_timezone(clock.SHANGHAI).date() - dt.timedelta(days=1)
    with pytest.raises(Incomplete) as refusal:
        roster.stand_in(context, DESK, Level.FIRST, yesterday, "leader-chair", "外出")
    assert [item["field"] for item in refusal.value.missing] == ["member", "day"]
    with pytest.raises(NotPermitted):
        roster.stand_in(context, AT_UNIT, Level.FIRST, yesterday, SEATS[0], "外出")


def test_the_agenda_says_why_a_case_came_and_which_meeting_has_it(context: Context) -> None:
    case, other = in_review(context), in_review(context)
    meeting = called(context, [case])
    found = {item.id: item for item in agenda.agenda(context, REVIEWER, Level.FIRST).items}
    assert found.keys() == {case, other}
    assert found[case].why
    assert found[case].decide_by == petition_of(context, case).stage_due_at
    assert found[case].candidates
    planned = found[case].meeting
    assert planned is not None
    assert (planned.id, found[other].meeting) == (meeting.id, None)
    assert agenda.agenda(context, REVIEWER, Level.SECOND).items == []
    with pytest.raises(NotPermitted):
        agenda.agenda(context, AT_UNIT, Level.FIRST)


def test_a_meeting_decides_only_when_held_with_enough_members(context: Context) -> None:
    case = in_review(context)
    meeting = called(context, [case])
    heard = Heard(meeting.id, case, REVIEWER, "")
    assert refusal_of(meeting_decisions.assign, context, heard, DECISION) == "meeting-not-held"
    meetings.attend(context, meeting.id, REVIEWER, SEATS[:3], [])
    assert refusal_of(meeting_decisions.assign, context, heard, DECISION) == "no-quorum"
    assert petition_of(context, case).stage == Stage.FIRST_REVIEW
    meetings.attend(context, meeting.id, REVIEWER, SEATS, [])
    meeting_decisions.assign(context, heard, DECISION)
    assert refusal_of(meeting_decisions.put_off, context, heard, "再议") == "already-decided"


def test_a_case_is_decided_by_the_meeting_it_is_on(context: Context) -> None:
    case, other = in_review(context), in_review(context)
    meeting = held(context, [case])
    assert refusal_of(meeting_decisions.assign, context, Heard(meeting.id, other, REVIEWER, ""), DECISION) == (
        "not-on-agenda"
    )
    assert refusal_of(called, context, [case]) == "on-another-meeting"


def test_a_case_that_climbed_meanwhile_is_not_decided_below(context: Context, story: clock.StoryClock) -> None:
    case = in_review(context)
    meeting = held(context, [case])
    while petition_of(context, case).stage == Stage.FIRST_REVIEW:
        moment = petition_of(context, case).wake_at
        assert moment is not None
        story.move_to(moment)
        settle(context, case)
    assert petition_of(context, case).stage == Stage.SECOND_REVIEW
    heard = Heard(meeting.id, case, REVIEWER, "")
    assert refusal_of(meeting_decisions.assign, context, heard, DECISION) == "not-on-agenda"
    closed = meetings.close(context, meeting.id, REVIEWER)
    outcome = closed.items[0].outcome
    assert outcome is not None
    assert outcome.code == "moved_on"


def test_the_unit_that_finishes_takes_the_case_off_the_agenda(context: Context) -> None:
    case = in_review(context)
    meeting = held(context, [case])
    handling.submit_completion(context, case, AT_UNIT, EVIDENCE)
    heard = Heard(meeting.id, case, REVIEWER, "")
    assert refusal_of(meeting_decisions.put_off, context, heard, "再议") == "not-on-agenda"


def test_a_meeting_is_not_closed_over_an_undecided_case(context: Context) -> None:
    case = in_review(context)
    meeting = held(context, [case])
    with pytest.raises(RuleRefusal) as refusal:
        meetings.close(context, meeting.id, REVIEWER)
    assert refusal.value.code == "undecided-cases"
    assert petition_of(context, case).case_number in refusal.value.message
    meeting_decisions.put_off(context, Heard(meeting.id, case, REVIEWER, ""), "待勘察")
    meetings.close(context, meeting.id, REVIEWER)
    assert refusal_of(meetings.attend, context, meeting.id, REVIEWER, SEATS, []) == "meeting-closed"
    again = called(context, [case])
    assert agenda.agenda(context, REVIEWER, Level.FIRST).items[0].put_off == 1
    cancelled = meetings.cancel(context, again.id, REVIEWER, "改期")
    assert (cancelled.status.code, cancelled.reason) == ("cancelled", "改期")
    assert refusal_of(meetings.cancel, context, again.id, REVIEWER, "再改") == "meeting-cancelled"


def test_a_meeting_is_called_anew_before_it_is_held(context: Context) -> None:
    first, second = in_review(context), in_review(context)
    meeting = called(context, [first])
    later = plan(planned_at=clock.now().add(days=1), invited=(UNIT,))
    changed = meetings.change(context, meeting.id, REVIEWER, later, [second], meeting.version)
    assert [(item.petition_id, bool(item.outcome)) for item in changed.items] == [(first, True), (second, False)]
    assert changed.version == meeting.version + 1
    back = meetings.change(context, meeting.id, REVIEWER, later, [first, second])
    assert [(item.petition_id, item.outcome) for item in back.items] == [(first, None), (second, None)]
    meetings.attend(context, meeting.id, REVIEWER, SEATS, [])
    assert refusal_of(meetings.change, context, meeting.id, REVIEWER, later, [first]) == "meeting-held"


def test_of_two_who_write_at_once_one_is_told(context: Context) -> None:
    case = in_review(context)
    meeting = held(context, [case])
    seen = Heard(meeting.id, case, REVIEWER, "", meeting.version)
    meeting_decisions.put_off(context, seen, "待勘察")
    with pytest.raises(StaleVersion) as refusal:
        meeting_decisions.assign(context, seen, DECISION)
    assert "会议" in refusal.value.message
    assert refusal.value.current_version == meeting.version + 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"chair": "leader-chair"}, "chair"),
        ({"invited": ("nobody",)}, "invited"),
        ({"planned_at": dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)}, "planned_at"),
    ],
)
def test_a_call_that_cannot_be_is_refused_by_name(context: Context, changes: dict[str, Any], field: str) -> None:
    case = in_review(context)
    with pytest.raises(Incomplete) as refusal:
        meetings.call(context, REVIEWER, Level.FIRST, plan(**changes), [case])
    assert [item["field"] for item in refusal.value.missing] == [field]
    assert meetings.meetings(context, REVIEWER).items == []


@pytest.mark.parametrize("twice", [False, True])
def test_a_meeting_has_cases_each_once(context: Context, twice: bool) -> None:
    cases = [in_review(context)] * 2 if twice else []
    with pytest.raises(Incomplete):
        called(context, cases)


def test_nothing_is_called_when_one_case_is_not_with_the_review(context: Context) -> None:
    case, other = in_review(context), in_review(context)
    ladder.propose_second_review(context, other, REVIEWER, "超出职权")
    assert refusal_of(called, context, [case, other]) == "not-on-agenda"
    assert meetings.meetings(context, REVIEWER).items == []
    assert queries.history(context, case, REVIEWER).entries[-1].trigger != "convene"


def test_the_leaders_meet_hand_to_one_of_them_and_have_the_last_word(context: Context) -> None:
    case = in_review(context)
    ladder.propose_second_review(context, case, REVIEWER, "超出各部门职权")
    with pytest.raises(NotPermitted):
        meetings.call(context, REVIEWER, Level.SECOND, plan(chair="leader-chair"), [case])
    with pytest.raises(NotPermitted):
        meeting_decisions.hand_to_leader(context, case, REVIEWER, "leader-construction", "请定")
    assert refusal_of(meeting_decisions.hand_to_leader, context, case, LEADER, "expert-water", "请定") == (
        "unknown-leader"
    )
    meeting_decisions.hand_to_leader(context, case, LEADER, "leader-construction", "涉及道路移交")
    leader = agenda.agenda(context, LEADER, Level.SECOND).items[0].leader_in_charge
    assert leader is not None
    assert leader.code == "leader-construction"
    meeting = meetings.call(context, LEADER, Level.SECOND, plan(chair="leader-chair"), [case])
    meetings.attend(context, meeting.id, LEADER, LEADERS, [])
    meeting_decisions.assign(context, Heard(meeting.id, case, LEADER, ""), DECISION)
    at_lead = Actor(Role.UNIT, OTHER_UNIT, "测试经办")
    handling.sign(context, case, at_lead)
    asked = {"reason": "不属本单位", "proposed_unit": UNIT, "basis": "三定方案"}
    assert refusal_of(handling.request_return, context, case, at_lead, **asked) == "designated-may-not-return"
    assert refusal_of(ladder.refer_to_first_review, context, case, DESK, "再研判") == "final-decision"
    assert refusal_of(dispatching.redispatch, context, case, DESK, unit=UNIT, reason="改派") == "final-decision"
    allowed = queries.detail(context, case, DESK).allowed_actions
    assert not {"redispatch", "climb_to_first_review"} & set(allowed)


def test_the_minutes_name_offices_and_cases_and_nobody_who_reported(context: Context) -> None:
    case = in_review(context)
    meeting = held(context, [case])
    shown = meeting_decisions.assign(context, Heard(meeting.id, case, REVIEWER, "三家单位到会说明"), DECISION)
    document = Document(io.BytesIO(minutes_document(shown)))
    lines = [paragraph.text for paragraph in document.paragraphs]
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    said = "\n".join((*lines, *cells))
    for expected in (meeting.number, petition_of(context, case).case_number, "住建专家", "副主任", "恢复照明", "主办"):
        assert expected in said
    assert shown.held_at is not None
    assert f"时间：{in_words(shown.held_at)}" in said
    assert "测试甲" not in said
    assert "13800001234" not in said
