"""Every way in which a petition and its run can be at odds, made for real and healed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import update

import clock
from domain.calendar import WorkCalendar
from gateways.orchestrator import RecordingOrchestrator, RunView
from models.tables import Petition, TimerRow
from services import handling, runs
from services.context import Context
from services.drift import Drift
from services.reconcile import SILENT_AFTER, TOLERANCE, reconcile
from services.rulebook import RuleBook
from tests.services import lives
from tests.services.lives import AT_UNIT, TEXT, petition_of
from tests.services.parked_runs import forget_calls, park, parked, run_of, set_run, wall
from tests.support.context import recorded, shipped_calendar, shipped_policy


def test_nothing_is_done_where_nothing_is_wrong(context: Context) -> None:
    for _ in range(3):
        parked(context)
    assert reconcile(context, 2) == Drift(checked=3)
    orchestrator = recorded(context)
    assert (orchestrator.started, orchestrator.woken, orchestrator.revived) == ({}, [], [])
    assert reconcile(context).total == 0


def test_an_empty_ledger(context: Context) -> None:
    assert reconcile(context) == Drift()


def test_a_petition_registered_while_prefect_was_down_is_started(context: Context) -> None:
    recorded(context).available = False
    petition_id = lives.register(context)
    recorded(context).available = True
    assert reconcile(context) == Drift(checked=1, missing=1, healed=1)
    assert recorded(context).started[petition_id] == runs.look(context, petition_id).label
    assert petition_of(context, petition_id).run_id == run_of(context, petition_id)


def test_a_run_that_prefect_lost_is_started_again(context: Context) -> None:
    petition_id = parked(context)
    recorded(context).runs.clear()
    assert reconcile(context) == Drift(checked=1, missing=1, healed=1)
    assert list(recorded(context).started) == [petition_id]


def test_a_run_whose_id_was_never_written_down_is_adopted(context: Context) -> None:
    petition_id = lives.register(context)
    assert petition_of(context, petition_id).run_id is None
    forget_calls(context)
    assert reconcile(context) == Drift(checked=1)
    assert recorded(context).started == {}
    assert petition_of(context, petition_id).run_id == run_of(context, petition_id)


def test_a_first_execution_that_failed_before_it_ever_parked_is_revived(context: Context) -> None:
    petition_id = lives.register(context)
    set_run(context, petition_id, "FAILED")
    assert reconcile(context) == Drift(checked=1, failed=1, healed=1)
    assert recorded(context).revived == [run_of(context, petition_id)]


@pytest.mark.parametrize(
    ("state_type", "expected"),
    [
        ("FAILED", Drift(checked=1, failed=1, healed=1)),
        ("CRASHED", Drift(checked=1, crashed=1, healed=1)),
        ("CANCELLED", Drift(checked=1, cancelled=1, healed=1)),
        ("COMPLETED", Drift(checked=1, ended_early=1, healed=1)),
    ],
    ids=["failed", "crashed", "cancelled", "completed"],
)
def test_a_run_that_ended_though_its_petition_is_open_is_revived(
    context: Context, state_type: str, expected: Drift
) -> None:
    petition_id = parked(context)
    set_run(context, petition_id, state_type)
    drift = reconcile(context)
    assert drift == expected
    assert drift.total == 1
    assert recorded(context).revived == [run_of(context, petition_id)]


@pytest.mark.parametrize("state_type", ["PENDING", "RUNNING", "CANCELLING", "PAUSED"])
def test_a_run_that_is_silent_for_long_has_lost_its_worker(context: Context, state_type: str) -> None:
    petition_id = parked(context)
    set_run(context, petition_id, state_type, updated=wall() - SILENT_AFTER + dt.timedelta(minutes=1))
    assert reconcile(context) == Drift(checked=1)
    set_run(context, petition_id, state_type, updated=wall() - SILENT_AFTER - dt.timedelta(minutes=1))
    assert reconcile(context) == Drift(checked=1, stuck=1, healed=1)
    assert recorded(context).revived == [run_of(context, petition_id)]
    assert reconcile(context, silent_after=SILENT_AFTER * 2) == Drift(checked=1)


def test_a_lost_wake_is_made_up_for(context: Context) -> None:
    petition_id = parked(context)
    recorded(context).available = False
    handling.note(context, petition_id, AT_UNIT, "已到现场")
    recorded(context).available = True
    assert recorded(context).woken == []
    assert reconcile(context) == Drift(checked=1, behind=1, healed=1)
    assert recorded(context).woken == [run_of(context, petition_id)]
    park(context, petition_id)
    assert reconcile(context) == Drift(checked=1)


def test_a_run_that_is_due_already_needs_no_wake(context: Context) -> None:
    petition_id = parked(context)
    handling.note(context, petition_id, AT_UNIT, "已到现场")
    forget_calls(context)
    set_run(context, petition_id, "SCHEDULED", scheduled_for=wall() - dt.timedelta(seconds=1))
    assert reconcile(context) == Drift(checked=1)
    assert recorded(context).woken == []


def test_a_run_parked_for_too_late_is_woken(context: Context) -> None:
    petition_id = parked(context)
    wake_at = petition_of(context, petition_id).wake_at
    assert wake_at is not None
    due = clock.wall_time_of(wake_at)
    set_run(context, petition_id, "SCHEDULED", scheduled_for=due + TOLERANCE)
    assert reconcile(context) == Drift(checked=1)
    set_run(context, petition_id, "SCHEDULED", scheduled_for=due + TOLERANCE + dt.timedelta(seconds=1))
    assert reconcile(context) == Drift(checked=1, wrong_time=1, healed=1)
    assert recorded(context).woken == [run_of(context, petition_id)]
    assert reconcile(context, tolerance=TOLERANCE * 2) == Drift(checked=1)


def test_the_run_of_a_closed_petition_is_let_to_its_end_once(context: Context) -> None:
    petition_id = lives.archived(context)
    set_run(context, petition_id, "SCHEDULED", scheduled_for=wall() + dt.timedelta(days=1))
    forget_calls(context)
    assert reconcile(context) == Drift(checked=1, lingering=1, healed=1)
    assert recorded(context).woken == [run_of(context, petition_id)]
    set_run(context, petition_id, "SCHEDULED", scheduled_for=wall() - dt.timedelta(seconds=1))
    assert reconcile(context) == Drift(checked=1)
    set_run(context, petition_id, "RUNNING")
    assert reconcile(context) == Drift(checked=1)
    set_run(context, petition_id, "COMPLETED")
    assert reconcile(context) == Drift(checked=1)
    assert reconcile(context) == Drift(), "a closed petition whose run has ended is not compared again"
    assert recorded(context).revived == []


def test_a_run_that_died_before_it_showed_the_end_is_revived(context: Context) -> None:
    petition_id = lives.archived(context)
    set_run(context, petition_id, "CRASHED")
    assert reconcile(context) == Drift(checked=1, crashed=1, healed=1)
    runs.announced(context, petition_id, petition_of(context, petition_id).version)
    assert reconcile(context) == Drift(checked=1)
    assert reconcile(context) == Drift()


def test_a_silent_run_of_a_closed_petition_is_revived(context: Context) -> None:
    petition_id = lives.archived(context)
    set_run(context, petition_id, "RUNNING", updated=wall() - SILENT_AFTER * 2)
    assert reconcile(context) == Drift(checked=1, stuck=1, healed=1)


def test_a_closed_petition_without_a_run_is_left_in_peace(context: Context) -> None:
    lives.archived(context)
    recorded(context).runs.clear()
    forget_calls(context)
    assert reconcile(context) == Drift(checked=1)
    assert recorded(context).started == {}
    assert reconcile(context) == Drift()


def test_when_prefect_is_down_nothing_is_changed(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    petition_id = parked(context)
    other = lives.register(context)
    rules = RuleBook(replace(shipped_calendar(), version="another"), [shipped_policy()])
    recorded(context).available = False
    before = [petition_of(context, key) for key in (petition_id, other)]
    assert reconcile(dataclasses.replace(context, rules=rules)) == Drift(unavailable=True)
    after = [petition_of(context, key) for key in (petition_id, other)]
    assert [columns_of(row) for row in after] == [columns_of(row) for row in before]
    assert "Prefect is unavailable" in caplog.text


def columns_of(petition: Petition) -> dict[str, Any]:
    return {column.key: getattr(petition, column.key) for column in sa.inspect(Petition).column_attrs}


def test_when_prefect_goes_down_on_the_way_what_was_done_is_reported(context: Context) -> None:
    class GoesDown(RecordingOrchestrator):
        def start(self, petition_id: str, label: Any) -> str:
            self.available = not self.started
            return super().start(petition_id, label)

    recorded(context).available = False
    for _ in range(3):
        lives.register(context)
    dying = dataclasses.replace(context, orchestrator=GoesDown())
    drift = reconcile(dying)
    assert drift.unavailable
    assert drift.healed == 1
    assert len(recorded(dying).started) == 1


def test_more_petitions_than_a_batch_are_all_healed(context: Context) -> None:
    open_ones = [lives.register(context) for _ in range(7)]  # all with the same timer: now
    closed_ones = [lives.archived(context) for _ in range(3)]
    recorded(context).runs.clear()
    for petition_id in closed_ones:
        set_run(context, petition_id, "SCHEDULED", scheduled_for=wall() + dt.timedelta(days=1))
    forget_calls(context)
    told: list[int] = []
    drift = reconcile(context, 2, progress=told.append)
    assert drift == Drift(checked=10, missing=7, lingering=3, healed=10)
    assert sorted(recorded(context).started) == sorted(open_ones)
    assert sorted(recorded(context).woken) == sorted(run_of(context, key) for key in closed_ones)
    assert told == [2, 4, 6, 7, 9, 10]


def test_timers_at_different_times_are_all_compared(context: Context, story: clock.StoryClock) -> None:
    for _ in range(5):
        parked(context)
        story.move_to(clock.now().add(minutes=7))
    recorded(context).runs.clear()
    assert reconcile(context, 2) == Drift(checked=5, missing=5, healed=5)


def test_a_run_that_moved_on_by_itself_is_not_counted_as_healed(context: Context) -> None:
    class MovesOn(RecordingOrchestrator):
        def wake(self, run_id: str) -> bool:
            return False

    moving = dataclasses.replace(context, orchestrator=MovesOn())
    petition_id = parked(moving)
    handling.note(moving, petition_id, AT_UNIT, "已到现场")
    assert reconcile(moving) == Drift(checked=1, behind=1)


def test_a_run_that_looked_while_it_was_compared_is_no_drift(context: Context) -> None:
    class Looks(RecordingOrchestrator):
        def views(self, run_ids: Any) -> dict[str, RunView]:
            park(context, petition_id)
            return super().views(run_ids)

    petition_id = parked(context)
    handling.note(context, petition_id, AT_UNIT, "已到现场")
    looking = Looks(runs=recorded(context).runs)
    assert reconcile(dataclasses.replace(context, orchestrator=looking)) == Drift(checked=1)
    assert looking.woken == []


def later_calendar() -> WorkCalendar:
    """The same calendar after the State Council made the coming weeks free."""
    shipped = shipped_calendar()
    days = {dt.date(2026, 3, day): "暴雨停工" for day in range(3, 20)}
    return replace(shipped, version="later", holidays={**shipped.holidays, **days})


def test_a_new_calendar_moves_the_dates_and_wakes_the_runs(context: Context) -> None:
    petition_id = parked(context)
    before = petition_of(context, petition_id)
    changed = dataclasses.replace(context, rules=RuleBook(later_calendar(), [shipped_policy()]))
    assert reconcile(changed) == Drift(checked=1, recalculated=1)
    after = petition_of(context, petition_id)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at > before.due_at
    assert (after.calendar_version, after.version) == ("later", before.version)
    assert recorded(context).woken == [run_of(context, petition_id)]
    with context.readers() as session:
        outcomes = session.scalars(sa.select(TimerRow.outcome).where(TimerRow.kind == "handling").order_by(TimerRow.id))
        assert list(outcomes) == ["moved", None]
    park(changed, petition_id)
    assert reconcile(changed) == Drift(checked=1)


def test_a_new_calendar_that_changes_nothing_wakes_nobody(context: Context) -> None:
    petition_id = parked(context)
    changed = dataclasses.replace(
        context, rules=RuleBook(replace(shipped_calendar(), version="later"), [shipped_policy()])
    )
    assert reconcile(changed) == Drift(checked=1, recalculated=1)
    assert petition_of(context, petition_id).calendar_version == "later"
    assert recorded(context).woken == []


def test_the_summary_says_numbers_and_no_names(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    petition_id = parked(context)
    case_number = petition_of(context, petition_id).case_number
    recorded(context).runs.clear()
    caplog.clear()
    reconcile(context)
    assert "missing=1" in caplog.text
    assert case_number not in caplog.text
    assert TEXT not in caplog.text


def test_an_open_petition_without_a_timer_is_left_to_the_invariants(context: Context) -> None:
    parked(context)
    with context.sessions.begin() as session:
        session.execute(update(Petition).values(wake_at=None))
    assert reconcile(context) == Drift()
