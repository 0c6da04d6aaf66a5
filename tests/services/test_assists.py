"""Assisting units have a date of their own: they see it, are reminded of it once, and nothing else comes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import NotFound
from domain.petition import Step
from domain.stages import Trigger
from domain.workdays import Duration, TimeUnit
from models.dossier import TimerView
from models.tables import Assignment
from services import decisions, dispatching, dossiers, handling, ladder, queries, queues, runs
from services.context import Context
from tests.services import lives
from tests.services.lives import DESK, EVIDENCE, INSPECTOR, OTHER_UNIT, REVIEWER, UNIT, WORDS, petition_of, told
from tests.support import steps

HOUSING, LABOUR = "housing", "human-resources"
LEAD, AT_HOUSING = Actor(Role.UNIT, OTHER_UNIT), Actor(Role.UNIT, HOUSING)
SOONER = pendulum.datetime(2026, 3, 4, 17, 30, tz=clock.SHANGHAI)
LATER = pendulum.datetime(2026, 3, 5, 17, 30, tz=clock.SHANGHAI)
"""Two and three working days from the morning on which every petition of these tests begins."""


def assigned(context: Context, **days: int) -> str:
    """A petition given to `OTHER_UNIT` for ten working days, with the named units assisting for so many."""
    petition_id = lives.in_review(context)
    decide(context, petition_id, **days)
    handling.sign(context, petition_id, LEAD)
    return petition_id


def decide(context: Context, petition_id: str, **days: int) -> None:
    names = {"housing": HOUSING, "labour": LABOUR, "parks": UNIT}
    assists = tuple(
        ladder.Task(names[name], WORDS, Duration(amount, TimeUnit.WORKING_DAYS)) for name, amount in days.items()
    )
    lead = ladder.Task(OTHER_UNIT, WORDS, Duration(10, TimeUnit.WORKING_DAYS))
    ladder.assign(context, petition_id, REVIEWER, ladder.Decision(lead, WORDS, assists))


def timers(context: Context, petition_id: str) -> list[tuple[str, Any, str | None]]:
    """Unit, date and outcome of every timer that ran for an assisting unit."""
    found: list[TimerView] = dossiers.dossier(context, petition_id, INSPECTOR).timers
    return [
        (item.unit.code if item.unit else "", item.due_at, item.outcome) for item in found if item.kind.code == "assist"
    ]


def test_assisting_units_are_told_of_their_task_and_its_date(context: Context) -> None:
    petition_id = assigned(context, housing=2, labour=3)
    assert [(recipient, rule) for recipient, rule, _ in told(context, petition_id, Trigger.ASSIGN)] == [
        (f"unit:{OTHER_UNIT}", "assigned-unit"),
        (f"petitioner:{petition_id}", "assigned-petitioner"),
        (f"unit:{HOUSING}", "assigned-assisting"),
        (f"unit:{LABOUR}", "assigned-assisting"),
    ]
    bodies = {recipient: body for recipient, _, body in told(context, petition_id, Trigger.ASSIGN)}
    assert "2026-03-04 17:30" in bodies[f"unit:{HOUSING}"]
    assert "2026-03-05 17:30" in bodies[f"unit:{LABOUR}"]


def test_the_earliest_runs_first_and_then_the_next_each_with_its_timer(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = assigned(context, labour=3, housing=2)
    assert timers(context, petition_id) == [(HOUSING, SOONER, None)]
    assert steps.settle_until(context, petition_id, story, SOONER) == [Step.REMIND_ASSIST]
    assert timers(context, petition_id) == [(HOUSING, SOONER, "fired"), (LABOUR, LATER, None)]
    assert steps.settle_until(context, petition_id, story, LATER) == [Step.REMIND_ASSIST]
    assert timers(context, petition_id) == [(HOUSING, SOONER, "fired"), (LABOUR, LATER, "fired")]
    assert Step.REMIND_ASSIST not in steps.settle_until(context, petition_id, story, LATER.add(days=5))


def test_two_with_the_same_date_have_a_timer_each(context: Context, story: clock.StoryClock) -> None:
    petition_id = assigned(context, housing=2, labour=2)
    assert steps.settle_until(context, petition_id, story, SOONER) == [Step.REMIND_ASSIST, Step.REMIND_ASSIST]
    assert timers(context, petition_id) == [(HOUSING, SOONER, "fired"), (LABOUR, SOONER, "fired")]


def test_the_assisting_unit_and_the_lead_are_told_and_the_leads_work_goes_on_untouched(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = assigned(context, housing=2)
    before = petition_of(context, petition_id)
    steps.settle_until(context, petition_id, story, SOONER)
    reminded = told(context, petition_id, Trigger.REMIND_ASSIST)
    assert [(recipient, rule) for recipient, rule, _ in reminded] == [
        (f"unit:{HOUSING}", "assist-reminded-assisting"),
        (f"unit:{OTHER_UNIT}", "assist-reminded-lead"),
    ]
    assert all("区住房和城乡建设局" in body and "2026-03-04 17:30" in body for _, _, body in reminded)
    after = petition_of(context, petition_id)
    for kept in ("stage", "unit", "rung", "card", "due_at", "clock_started_at", "signed_at"):
        assert getattr(after, kept) == getattr(before, kept)
    entry = queries.history(context, petition_id, LEAD).entries[-1]
    assert (entry.trigger, entry.actor_role, entry.public) == ("remind_assist", "platform", False)
    assert entry.details == {"unit": HOUSING, "due_at": SOONER.in_timezone("UTC").isoformat()}
    [task] = [item for item in queries.detail(context, petition_id, LEAD).assignments if item.part == "assist"]
    assert (task.reminded_at, task.ended_at) == (SOONER, None)


def test_the_assisting_unit_sees_its_date_wherever_it_looks(context: Context) -> None:
    petition_id = assigned(context, housing=3, labour=2)
    [item] = queues.unit_queue(context, AT_HOUSING).items
    assert item.task_due_at == LATER
    [mine] = [row for row in queries.detail(context, petition_id, AT_HOUSING).assignments if row.unit.code == HOUSING]
    assert mine.due_at == LATER
    clocks = queries.clock_of(context, petition_id, AT_HOUSING)
    found = {item.unit.code: item for item in clocks.assists if item.unit}
    assert {unit: clock.due_at for unit, clock in found.items()} == {HOUSING: LATER, LABOUR: SOONER}
    assert found[HOUSING].steps[0].text.endswith("期限3个工作日（研判决定），起算当日不计")
    running = [item.unit.code for item in clocks.deadlines if item.kind.code == "assist" and item.unit]
    assert running == [LABOUR]


def test_while_suspended_nobody_is_reminded_and_the_time_is_given_back(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = assigned(context, housing=2)
    decisions.suspend(context, petition_id, DESK, WORDS)
    assert queries.clock_of(context, petition_id, AT_HOUSING).assists == []
    assert queues.unit_queue(context, AT_HOUSING).items[0].task_due_at is None
    assert steps.settle_until(context, petition_id, story, SOONER.add(hours=2)) == []
    story.move_to(pendulum.datetime(2026, 3, 9, 9, tz=clock.SHANGHAI))
    handling.resume(context, petition_id, LEAD, WORDS)
    given_back = pendulum.datetime(2026, 3, 10, 17, 30, tz=clock.SHANGHAI)
    assert queues.unit_queue(context, AT_HOUSING).items[0].task_due_at == given_back
    assert steps.settle_until(context, petition_id, story, given_back) == [Step.REMIND_ASSIST]


def test_what_was_reported_decided_anew_or_is_over_has_no_timer(context: Context, story: clock.StoryClock) -> None:
    reported, anew, over = (assigned(context, housing=2) for _ in range(3))
    handling.report(context, reported, AT_HOUSING, WORDS)
    ladder.refer_to_first_review(context, anew, DESK, WORDS)
    decide(context, anew)
    decisions.terminate(context, over, DESK, WORDS)
    story.move_to(SOONER)
    for petition_id in (reported, anew, over):
        assert timers(context, petition_id) == [(HOUSING, SOONER, "cancelled")]
        assert Step.REMIND_ASSIST not in steps.settle(context, petition_id)


def redispatch(context: Context, petition_id: str) -> None:
    dispatching.redispatch(context, petition_id, DESK, unit=HOUSING, reason=WORDS)


def send_back(context: Context, petition_id: str) -> None:
    """The unit returns it and the desk gives it to the assisting one."""
    # A lead that a review designated may not return it; one that got it since may.
    dispatching.redispatch(context, petition_id, DESK, unit=UNIT, reason=WORDS)
    at_unit = Actor(Role.UNIT, UNIT)
    handling.request_return(context, petition_id, at_unit, reason=WORDS, proposed_unit=HOUSING, basis=WORDS)
    decisions.decide_return(context, petition_id, DESK, granted=True, reason=WORDS)
    lives.settle(context, petition_id)
    dispatching.dispatch(context, petition_id, DESK, unit=HOUSING, reason=WORDS)


def assign(context: Context, petition_id: str) -> None:
    ladder.refer_to_first_review(context, petition_id, DESK, WORDS)
    lead = ladder.Task(HOUSING, WORDS, Duration(10, TimeUnit.WORKING_DAYS))
    ladder.assign(context, petition_id, REVIEWER, ladder.Decision(lead, WORDS))


@pytest.mark.parametrize("give", [redispatch, send_back, assign])
def test_who_takes_the_lead_assists_no_more(context: Context, give: Callable[[Context, str], None]) -> None:
    petition_id = assigned(context, housing=2, labour=3)
    give(context, petition_id)
    assert petition_of(context, petition_id).unit == HOUSING
    detail = queries.detail(context, petition_id, AT_HOUSING)
    mine = {item.part: item for item in detail.assignments if item.unit.code == HOUSING}
    assert (mine["lead"].ended_at, mine["assist"].outcome, mine["assist"].ended_at) == (None, "leads", clock.now())
    assert "report" not in detail.allowed_actions
    assert [item.part for item in queues.unit_queue(context, AT_HOUSING).items] == ["lead"]
    assert timers(context, petition_id)[0] == (HOUSING, SOONER, "moved" if give is not assign else "cancelled")
    told_of = [entry.details for entry in queries.history(context, petition_id, INSPECTOR).entries]
    ended = [details["assist_ended"] for details in told_of if "assist_ended" in details]
    assert ended == [{"unit": HOUSING, "reason": "改为主办，不再协办"}]
    with pytest.raises(NotFound):
        handling.report(context, petition_id, AT_HOUSING, WORDS)


def test_completed_ends_what_assisting_units_had_to_do(context: Context) -> None:
    petition_id = assigned(context, housing=2)
    handling.submit_completion(context, petition_id, LEAD, EVIDENCE)
    assert timers(context, petition_id) == [(HOUSING, SOONER, "cancelled")]
    decisions.decide_completion(context, petition_id, DESK, approved=False, reason=WORDS)
    assert timers(context, petition_id)[-1] == (HOUSING, SOONER, None)
    handling.submit_completion(context, petition_id, LEAD, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    assert queries.detail(context, petition_id, AT_HOUSING).assignments[-1].outcome == "completed"


def test_a_lead_is_not_held_back_and_the_history_names_who_had_not_reported(context: Context) -> None:
    petition_id = assigned(context, housing=2, labour=3)
    handling.report(context, petition_id, AT_HOUSING, WORDS)
    handling.submit_completion(context, petition_id, LEAD, EVIDENCE)
    step = queries.history(context, petition_id, DESK).entries[-1]
    assert (step.trigger, [unit.code for unit in step.not_reported]) == (Trigger.SUBMIT_COMPLETION, [LABOUR])
    decisions.decide_completion(context, petition_id, DESK, approved=False, reason=WORDS)
    handling.report(context, petition_id, Actor(Role.UNIT, LABOUR), WORDS)
    handling.submit_completion(context, petition_id, LEAD, EVIDENCE)
    assert queries.history(context, petition_id, DESK).entries[-1].not_reported == []


def test_another_lead_is_the_one_who_is_told(context: Context, story: clock.StoryClock) -> None:
    petition_id = assigned(context, housing=2)
    dispatching.redispatch(context, petition_id, DESK, unit=UNIT, reason=WORDS)
    steps.settle_until(context, petition_id, story, SOONER)
    recipients = [recipient for recipient, _, _ in told(context, petition_id, Trigger.REMIND_ASSIST)]
    assert recipients == [f"unit:{HOUSING}", f"unit:{UNIT}"]


def test_a_task_from_a_version_that_kept_only_the_date_is_reminded_of_by_the_hour(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = assigned(context, housing=2)
    with context.sessions.begin() as session:
        session.execute(sa.update(Assignment).where(Assignment.part == "assist").values(term=sa.null()))
    handling.note(context, petition_id, LEAD, WORDS)
    [shown] = queues.unit_queue(context, AT_HOUSING).items
    assert shown.task_due_at == SOONER, "what was said stays"
    hour = pendulum.datetime(2026, 3, 4, 18, tz=clock.SHANGHAI)
    assert steps.settle_until(context, petition_id, story, SOONER) == []
    assert steps.settle_until(context, petition_id, story, hour) == [Step.REMIND_ASSIST]


def test_a_look_at_a_petition_with_assisting_units_is_still_one_query(context: Context, engine: sa.Engine) -> None:
    petition_id = assigned(context, housing=2, labour=3)
    handling.report(context, petition_id, AT_HOUSING, WORDS)
    runs.look(context, petition_id)  # the first one reads the policy
    sent: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    assert runs.look(context, petition_id).wake_at == LATER
    [query] = [statement for statement in sent if statement.startswith("SELECT")]
    assert "assignment_1.duty" not in query
    assert "supervision_1.opinion" not in query
