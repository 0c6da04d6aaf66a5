"""A lead that a review chose has the petition's own date, which follows what happens to it and to the calendar."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pendulum

import clock
from domain.actions import Actor, Role
from domain.workdays import Duration, TimeUnit
from services import decisions, handling, ladder, queries, queues
from services.context import Context
from services.reconcile import reconcile
from services.rulebook import RuleBook
from tests.services import lives
from tests.services.lives import DESK, OTHER_UNIT, REVIEWER, WORDS
from tests.support.context import shipped_calendar, shipped_policy

LEAD = Actor(Role.UNIT, OTHER_UNIT, "科员")


def at(day: str, time: str = "17:30") -> pendulum.DateTime:
    return pendulum.from_format(f"{day} {time}", "YYYY-MM-DD HH:mm", tz=clock.SHANGHAI)


def dates_of(context: Context, petition_id: str) -> set[dt.datetime | None]:
    """The lead's date wherever it is shown."""
    [item] = [item for item in queues.unit_queue(context, LEAD).items if item.id == petition_id]
    detail = queries.detail(context, petition_id, LEAD)
    [lead] = [task for task in detail.assignments if task.part == "lead" and task.ended_at is None]
    return {item.task_due_at, item.due_at, lead.due_at, detail.due_at}


def test_an_extension_and_a_pause_move_the_date_of_the_lead(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.assigned(context)
    assert dates_of(context, petition_id) == {at("2026-03-09")}
    handling.sign(context, petition_id, LEAD)
    handling.request_extension(context, petition_id, LEAD, amount=2, reason=WORDS)
    decisions.decide_extension(context, petition_id, DESK, granted=True, reason=WORDS)
    assert dates_of(context, petition_id) == {at("2026-03-11")}
    decisions.suspend(context, petition_id, DESK, WORDS)
    assert dates_of(context, petition_id) == {None}
    story.move_to(at("2026-03-04", "09:00"))
    handling.resume(context, petition_id, LEAD)
    assert dates_of(context, petition_id) == {at("2026-03-12")}  # 3 March was not counted


def test_a_calendar_that_arrives_moves_the_date_of_the_lead(context: Context, story: clock.StoryClock) -> None:
    story.move_to(at("2026-12-28", "09:00"))
    petition_id = lives.in_review(context)
    task = ladder.Task(OTHER_UNIT, WORDS, Duration(5, TimeUnit.WORKING_DAYS))
    ladder.assign(context, petition_id, REVIEWER, ladder.Decision(task, WORDS))
    assert dates_of(context, petition_id) == {at("2027-01-04")}
    assert queries.head(context, petition_id, LEAD).due_provisional
    known = shipped_calendar()
    arrived = dataclasses.replace(
        known,
        version="with-2027",
        years=known.years | {2027},
        holidays={**known.holidays, dt.date(2027, 1, 1): "元旦", dt.date(2027, 1, 4): "元旦"},
    )
    later = dataclasses.replace(context, rules=RuleBook(arrived, [shipped_policy()]))
    assert reconcile(later).recalculated == 1
    assert dates_of(later, petition_id) == {at("2027-01-06")}
    assert not queries.head(later, petition_id, LEAD).due_provisional
