"""What waits for the leaders and what lies around a case, on every database."""

from __future__ import annotations

import pytest

from domain.actions import Actor, Role
from domain.errors import NotFound, NotPermitted
from domain.workdays import Duration, TimeUnit
from models.tables import Assignment, Petition
from services import geographies, ladder, meeting_decisions, queue_clocks, queues, recusals, second_review, surroundings
from services.context import Context
from tests.services.lives import OTHER_UNIT, REVIEWER, UNIT, at_the_desk, dispatched, in_review
from tests.support import steps
from tests.support.geographies import IN_THE_WEST, geography

LEADER = Actor(Role.LEADER, name="测试领导")
DESK = Actor(Role.DESK, name="测试专席")
DECISION = ladder.Decision(
    ladder.Task(OTHER_UNIT, "先行恢复照明", Duration(3, TimeUnit.WORKING_DAYS)),
    "领导小组现场会决定",
    (ladder.Task(UNIT, "移交图纸", Duration(1, TimeUnit.WORKING_DAYS)),),
)


def handed_up(context: Context) -> str:
    case = in_review(context)
    ladder.propose_second_review(context, case, REVIEWER, "超出各部门职权")
    return case


def test_a_case_waits_until_it_is_decided_and_the_record_stays(context: Context) -> None:
    case = handed_up(context)
    [found] = second_review.waiting(context, LEADER)
    assert (found.item.id, found.item.why, found.brought_by) == (case, "超出各部门职权", "一级研判小组提请")
    assert found.minutes_left is not None
    assert found.minutes_left > 0
    assert second_review.brief(context, case, LEADER).decided is None
    meeting_decisions.hand_to_leader(context, case, LEADER, "leader-construction", "涉及道路移交")
    ladder.assign(context, case, LEADER, DECISION)
    assert second_review.waiting(context, LEADER) == []
    seen = second_review.brief(context, case, LEADER)
    assert seen.waiting is None
    assert seen.decided is not None
    assert [(task.unit.code, task.part, task.duty, task.term) for task in seen.decided.tasks] == [
        (OTHER_UNIT, "lead", "先行恢复照明", "3个工作日"),
        (UNIT, "assist", "移交图纸", "1个工作日"),
    ]
    assert (seen.decided.brought, seen.decided.meeting) == ("超出各部门职权", None)
    assert "分管城建的领导" in seen.decided.handed[0]


def test_the_record_tells_what_was_decided_and_not_what_became_of_it(context: Context) -> None:
    """A unit that was given the case again later has another duty, and the decision stays what it was."""
    case = handed_up(context)
    ladder.assign(context, case, LEADER, DECISION)
    with context.sessions.begin() as session:
        petition = session.get_one(Petition, case)
        assignments = petition.assignments
        now = assignments[-1].assigned_at
        for row in assignments:
            row.ended_at = now
        later = Assignment(
            unit=UNIT, part="assist", duty="另一件事", assigned_at=now.add(hours=1), reasons=[], report=""
        )
        petition.assignments.append(later)
    first = second_review.brief(context, case, LEADER).decided
    assert first is not None
    assert [task.duty for task in first.tasks] == ["先行恢复照明", "移交图纸"]


def test_whoever_must_stay_out_and_whoever_does_not_decide_are_refused(context: Context) -> None:
    case = handed_up(context)
    for actor in (DESK, REVIEWER, Actor(Role.INSPECTOR), Actor(Role.UNIT, UNIT)):
        with pytest.raises(NotPermitted):
            second_review.waiting(context, actor)
        with pytest.raises(NotPermitted):
            second_review.brief(context, case, actor)
    recusals.recuse_account(context, case, DESK, account=LEADER.name, reason="系其亲属")
    assert second_review.waiting(context, LEADER) == []
    with pytest.raises(NotFound):
        second_review.brief(context, case, LEADER)


def test_an_office_is_shown_the_clock_of_its_decision(context: Context) -> None:
    case = handed_up(context)
    page = queues.queue_for(context, LEADER)
    found = queue_clocks.clocks_of(context, LEADER, page.items)[case]
    assert found.deciding
    assert found.clock.due_at == steps.petition_of(context, case).stage_due_at


def test_around_a_case_lies_what_is_near_and_open(context: Context) -> None:
    with context.sessions.begin() as session:
        geographies.put_in_force(session, geography(), Actor(Role.OPERATOR, name="tests"))
    case, beside, far = dispatched(context), at_the_desk(context), handed_up(context)
    for petition_id, east in ((case, 0.0), (beside, 0.001), (far, 0.05)):
        with context.sessions.begin() as session:
            row = session.get_one(Petition, petition_id)
            row.longitude, row.latitude, row.crs = IN_THE_WEST.longitude + east, IN_THE_WEST.latitude, "wgs84"
    found = surroundings.surroundings(context, case, DESK)
    assert found is not None
    assert [(item.id, item.metres) for item in found.near] == [(beside, 90)]
    mine = surroundings.surroundings(context, case, Actor(Role.UNIT, UNIT))
    assert mine is not None
    assert mine.near == ()
