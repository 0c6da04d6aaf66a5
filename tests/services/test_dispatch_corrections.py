"""The desk chose the wrong unit by one key: what is corrected in time is nobody's, and counts as nothing."""

from __future__ import annotations

from typing import Any

import pytest

import clock
from domain.errors import RuleRefusal
from domain.figures import Grouping, ShareName
from domain.stages import Stage, Trigger
from models.tables import HistoryRow
from services import audit, dispatching, figures, handling, queries
from services.context import Context
from services.figure_selection import Asked
from services.pattern_sources import courses
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, OTHER_UNIT, UNIT, WORDS, petition_of, told, triggers_of

THIRD = "power-supply"


def chosen(context: Context) -> str:
    petition_id = lives.at_the_desk(context)
    dispatching.dispatch(context, petition_id, DESK, unit=UNIT, reason="一键选定")
    return petition_id


def correct(context: Context, petition_id: str, unit: str = OTHER_UNIT) -> None:
    dispatching.correct_dispatch(context, petition_id, DESK, unit=unit, reason="按错了")


def refused(code: str) -> Any:
    return pytest.raises(RuleRefusal, check=lambda error: error.code == code)


def test_a_correction_counts_as_no_transfer_and_resets_no_clock(context: Context, story: clock.StoryClock) -> None:
    petition_id = chosen(context)
    before = petition_of(context, petition_id)
    story.move_to(clock.now().add(minutes=20))
    correct(context, petition_id)
    after = petition_of(context, petition_id)
    assert (after.unit, after.stage, after.transfers) == (OTHER_UNIT, Stage.DISPATCHED, 0)
    assert (after.clock_started_at, after.due_at) == (before.clock_started_at, before.due_at)
    assert after.unit_assigned_at == clock.now(), "the time to sign is all the new unit's"
    detail = queries.detail(context, petition_id, DESK)
    assert [(task.unit.code, task.outcome) for task in detail.assignments] == [(UNIT, "corrected"), (OTHER_UNIT, None)]
    newest = queries.history(context, petition_id, DESK).entries[-1]
    assert (newest.label, newest.reason) == ("更正派遣", "按错了")
    assert audit.verify(context) == []


def test_both_units_are_told(context: Context) -> None:
    petition_id = chosen(context)
    correct(context, petition_id)
    bodies = {to: body for to, _, body in told(context, petition_id, Trigger.CORRECT_DISPATCH)}
    assert "无须签收、办理" in bodies[f"unit:{UNIT}"]
    assert "请及时签收" in bodies[f"unit:{OTHER_UNIT}"]


def test_until_when_it_can_be_corrected_is_told_to_the_desk_alone(context: Context) -> None:
    petition_id = chosen(context)
    until = clock.now().add(minutes=30)
    detail = queries.detail(context, petition_id, DESK)
    assert detail.correctable_until == until
    assert Trigger.CORRECT_DISPATCH in detail.allowed_actions
    assert queries.detail(context, petition_id, AT_UNIT).correctable_until is None


def test_corrected_again_the_time_still_runs_from_the_first_choice(context: Context, story: clock.StoryClock) -> None:
    petition_id = chosen(context)
    story.move_to(clock.now().add(minutes=20))
    correct(context, petition_id)
    story.move_to(clock.now().add(minutes=10))
    correct(context, petition_id, THIRD)
    assert petition_of(context, petition_id).transfers == 0
    story.move_to(clock.now().add(seconds=1))
    with refused("correction-window-passed"):
        correct(context, petition_id)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert petition_of(context, petition_id).transfers == 1


def test_to_give_it_to_another_unit_in_that_time_is_to_correct_it(context: Context) -> None:
    petition_id = chosen(context)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert triggers_of(context, petition_id)[-1] == Trigger.CORRECT_DISPATCH
    assert petition_of(context, petition_id).transfers == 0


def test_what_was_signed_what_the_engine_sent_and_what_was_changed_is_not_corrected(context: Context) -> None:
    signed = chosen(context)
    handling.sign(context, signed, AT_UNIT)
    sent, changed = lives.dispatched(context), lives.redispatched(context)
    for petition_id in (sent, changed):
        with refused("not-correctable"):
            correct(context, petition_id, THIRD)
    assert petition_of(context, changed).chosen_at is None
    dispatching.redispatch(context, signed, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert petition_of(context, signed).transfers == 1


def test_the_same_unit_again_is_no_correction(context: Context) -> None:
    petition_id = chosen(context)
    with refused("same-unit"):
        correct(context, petition_id, UNIT)


def test_no_figure_and_no_pattern_counts_it_as_the_former_units(context: Context, story: clock.StoryClock) -> None:
    begun, petition_id = clock.now(), chosen(context)
    correct(context, petition_id)
    story.move_to(clock.now().add(days=4))
    view = figures.figures(context, INSPECTOR, Asked(), Grouping.UNIT)
    bases = {
        (group.group.code, item.figure): item.base for group in view.groups if group.group for item in group.shares
    }
    for name in (ShareName.RETURN, ShareName.ON_TIME_SIGNING):
        assert (bases.get((UNIT, name), 0), bases[OTHER_UNIT, name]) == (0, 1)
    with context.readers() as session:
        [course] = courses(session, begun, clock.now())
    assert course.leads == [OTHER_UNIT]


def test_too_late_to_sign_before_it_was_corrected_is_not_held_against_the_former(
    context: Context, story: clock.StoryClock
) -> None:
    """Where the time to sign is shorter than the time to correct, as that of emergencies may be."""
    petition_id = chosen(context)
    with context.sessions.begin() as session:
        row = session.get_one(HistoryRow, (petition_id, petition_of(context, petition_id).version))
        row.stage_due_at = clock.now().add(minutes=5)
    story.move_to(clock.now().add(minutes=10))
    correct(context, petition_id)
    view = figures.figures(context, INSPECTOR, Asked(), Grouping.UNIT)
    [former] = [group for group in view.groups if group.group and group.group.code == UNIT] or [view.total]
    assert [item.base for item in former.shares if item.figure == ShareName.ON_TIME_SIGNING] == [0]
