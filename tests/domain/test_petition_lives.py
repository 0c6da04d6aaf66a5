"""What holds in every life a petition can have, whoever acts or fails to act, and whenever somebody looks."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pendulum import DateTime

from domain.actions import Actor, Role, allowed_actions
from domain.conduct import RequestType, Urgency
from domain.petition import Card, Facts, Obligation, Rung, Satisfaction, Step, decide
from domain.stages import FINAL_STAGES, OPEN_STAGES, WORKING_STAGES, Stage, Trigger, is_allowed
from domain.workdays import Pause
from tests.support.facts import HOUSING, MONDAY, NORTH_TOWN, PARKS, WATER, a_calendar, a_policy, facts, working_days
from tests.support.life import act, settle, wait

POLICY, CALENDAR = a_policy(), a_calendar()
UNITS = st.sampled_from([HOUSING, PARKS, NORTH_TOWN])
KINDS = {"urgency": st.sampled_from(Urgency), "request_type": st.sampled_from(RequestType)}
# Within published 2022: from Monday 7 March to the end of September, at any minute.
MOMENTS = st.integers(0, 200 * 24 * 60).map(lambda minutes: MONDAY.add(minutes=minutes))
TRIGGERS_OF = {Step.LAPSE: [Trigger.TERMINATE], Step.DISPATCH: [Trigger.DISPATCH, Trigger.REFER_TO_DESK]}
CLIMBS = [Trigger.CLIMB_TO_FIRST_REVIEW, Trigger.CLIMB_TO_SECOND_REVIEW, Trigger.SUPERVISE]


@st.composite
def standing(draw: st.DrawFn) -> tuple[Facts, DateTime]:
    """Facts in any combination that keeps the few promises the ledger makes, and a moment after the last of them."""
    stage = draw(st.sampled_from(sorted(OPEN_STAGES)))
    rung = draw(st.sampled_from(Rung))
    if stage is Stage.FIRST_REVIEW:
        rung = max(rung, Rung.FIRST_REVIEW)
    if stage is Stage.SECOND_REVIEW:
        rung = max(rung, Rung.SECOND_REVIEW)
    entered, now = sorted([draw(MOMENTS), draw(MOMENTS)])
    begun = draw(st.integers(0, 60 * 24 * 60).map(lambda minutes: entered.subtract(minutes=minutes)))
    changes: dict[str, Any] = {name: draw(values) for name, values in KINDS.items()}
    changes |= {
        "rung": rung,
        "card": draw(st.sampled_from(Card)),
        "category": draw(st.sampled_from(["lights", "roads", None])),
        "needs_desk": draw(st.booleans()) if stage in {Stage.REGISTERED, Stage.ACCEPTED} else False,
        "signing_reminded": draw(st.booleans()),
        "rating_asked": draw(st.booleans()),
        "satisfaction": draw(st.none() | st.sampled_from(Satisfaction)),
        "supervised_at": entered if rung is Rung.SUPERVISION else draw(st.sampled_from([None, entered])),
    }
    changes["assists"] = tuple(
        Obligation(unit, begun, working_days(draw(st.integers(1, 10))), draw(st.booleans()))
        for unit in draw(st.sampled_from([(), (WATER,), (WATER, NORTH_TOWN)]))
    )
    if changes["supervised_at"] is not None and draw(st.booleans()):
        changes["supervision_closed_at"] = entered + (now - entered) * draw(st.sampled_from([0, 0.5, 1]))
    elif changes["supervised_at"] is not None and draw(st.booleans()):
        owed = Obligation(HOUSING, entered, working_days(draw(st.integers(1, 10))), draw(st.booleans()))
        changes |= {"supervised_unit": HOUSING, "explanation": owed}
    for count in ("returns", "transfers", "redos", "extensions_granted"):
        changes[count] = draw(st.integers(0, 4))
    if "clock_started_at" in _known(stage):
        changes["clock_started_at"] = begun
        if draw(st.booleans()):
            half = begun + (entered - begun) / 2
            changes["pauses"] = (Pause(begun, half, "听证"), *_known(stage).get("pauses", ()))
            changes["pauses"] = tuple(
                dataclasses.replace(pause, started_at=entered) if pause.ended_at is None else pause
                for pause in changes["pauses"]
            )
    return facts(stage, entered, **changes), now


def _known(stage: Stage) -> dict[str, Any]:
    made = vars(facts(stage))
    return {name: value for name, value in made.items() if value not in (None, ())}


@given(standing())
def test_no_open_petition_is_ever_without_a_step_or_a_deadline(case: tuple[Facts, DateTime]) -> None:
    petition, now = case
    ruling = decide(petition, POLICY, CALENDAR, now)
    assert ruling.step is not None or ruling.deadlines


@given(standing())
def test_one_live_timer_of_a_kind_in_order_and_none_of_them_past_when_nothing_is_due(
    case: tuple[Facts, DateTime],
) -> None:
    petition, now = case
    ruling = decide(petition, POLICY, CALENDAR, now)
    dues = [item.due_at for item in ruling.deadlines]
    assert dues == sorted(dues)
    assert len({item.kind for item in ruling.deadlines}) == len(ruling.deadlines)
    if ruling.step is None:
        assert all(due > now for due in dues)
    elif ruling.cause is not None:
        assert ruling.cause in ruling.deadlines
        assert ruling.cause.due_at <= now
        assert ruling.cause == ruling.next_deadline


@given(standing())
def test_looking_twice_sees_the_same_and_looking_early_sees_nothing_due(case: tuple[Facts, DateTime]) -> None:
    petition, now = case
    ruling = decide(petition, POLICY, CALENDAR, now)
    assert decide(petition, POLICY, CALENDAR, now) == ruling
    if ruling.step is None and ruling.next_deadline is not None:
        just_before = ruling.next_deadline.due_at.subtract(microseconds=1)
        assert decide(petition, POLICY, CALENDAR, just_before) == ruling
        assert decide(petition, POLICY, CALENDAR, ruling.next_deadline.due_at).step is not None


@given(standing())
def test_a_step_is_only_due_where_the_table_lets_it_happen(case: tuple[Facts, DateTime]) -> None:
    petition, now = case
    step = decide(petition, POLICY, CALENDAR, now).step
    if step is None:
        return
    if step is Step.CLIMB:
        # At the top two climbs are left: a verdict goes back to leadership, and a closed file is opened again.
        assert petition.rung < Rung.SUPERVISION or petition.stage is Stage.RATED or not petition.supervised
        needed = CLIMBS[min(petition.rung, Rung.SECOND_REVIEW)]
        assert is_allowed(petition.stage, needed)
    else:
        names = TRIGGERS_OF[step] if step in TRIGGERS_OF else [Trigger(step.value)]
        assert all(is_allowed(petition.stage, name) for name in names)


@given(standing(), st.none() | UNITS)
@settings(max_examples=60)
def test_left_alone_a_petition_ends_or_is_reminded_of_for_ever(
    case: tuple[Facts, DateTime], engine_finds: str | None
) -> None:
    petition, now = case
    end, story = wait(petition, POLICY, CALENDAR, now, now.add(days=200), engine_finds)
    assert all(earlier <= later for (earlier, _), (later, _) in itertools.pairwise(story))
    steps = [step for _, step in story]
    # Three rungs, once more after a verdict at the top, and once more where inspectors had closed their file.
    assert steps.count(Step.CLIMB) <= 4 + (petition.supervision_closed_at is not None)
    if end.stage not in FINAL_STAGES:
        assert end.stage in WORKING_STAGES
        assert end.supervised
        assert set(steps[-5:]) == {Step.REMIND_SUPERVISED}


# The platform is no person: it takes the steps that are due, and no others.
PEOPLE = [Actor(role) for role in Role if role not in {Role.PLATFORM, Role.UNIT}]
ACTORS = [*PEOPLE, *(Actor(Role.UNIT, unit) for unit in (HOUSING, PARKS, NORTH_TOWN))]
STARTS = [Stage.REGISTERED, Stage.DISPATCHED, Stage.IN_HAND, Stage.REDO, Stage.COMPLETED]
PASSING = ["soon", "soon", "soon", "soon", "at the deadline", "after the deadline"]
# They end a life and can happen nearly everywhere, or leave nothing behind: drawn often, they crowd out the rest.
UNINTERESTING = {Trigger.WITHDRAW, Trigger.MERGE, Trigger.TERMINATE, Trigger.REFUSE, Trigger.NOTE}


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[Facts, DateTime]]:
    """A life as it is lived: somebody acts or nobody does, time passes, a run wakes on time or late."""
    stage = draw(st.sampled_from(STARTS))
    changes: dict[str, Any] = {name: draw(values) for name, values in KINDS.items()}
    petition = facts(stage, needs_desk=stage is Stage.REGISTERED and draw(st.booleans()), **changes)
    now, moments = MONDAY, [(petition, MONDAY)]
    for _ in range(draw(st.integers(5, 30))):
        petition, _steps = settle(petition, POLICY, CALENDAR, now, draw(st.none() | UNITS))
        moments.append((petition, now))
        actions = (allowed_actions(actor, petition, POLICY, CALENDAR, now) for actor in ACTORS)
        choices = {action for each in actions for action in each} - UNINTERESTING
        somebody_acts = draw(st.integers(0, 4)) > 0
        if choices and somebody_acts:
            action = draw(st.sampled_from(sorted(choices)))
            verdict = draw(st.sampled_from([Satisfaction.DISSATISFIED, *Satisfaction]))
            petition = act(petition, action, now, draw(UNITS), verdict, draw(st.integers(1, 10)))
            moments.append((petition, now))
        passing = draw(st.sampled_from(PASSING))
        upcoming = decide(petition, POLICY, CALENDAR, now).next_deadline
        if upcoming is not None and passing != "soon":
            now = max(now, upcoming.due_at)
        if passing != "at the deadline":
            now = now.add(minutes=draw(st.integers(0, 90 if passing == "soon" else 20 * 24 * 60)))
    return moments


@given(lives())
@settings(max_examples=150)
def test_whatever_people_do_an_open_petition_has_a_timer(
    life: list[tuple[Facts, DateTime]],
) -> None:
    for petition, now in life:
        ruling = decide(petition, POLICY, CALENDAR, now)
        if petition.stage in FINAL_STAGES:
            assert (ruling.step, ruling.deadlines) == (None, ())
        else:
            assert ruling.step is not None or ruling.deadlines


@given(lives())
@settings(max_examples=100)
def test_each_unit_is_reminded_once_of_what_it_owes_and_nothing_else_comes_of_it(
    life: list[tuple[Facts, DateTime]],
) -> None:
    for (before, _), (after, now) in itertools.pairwise(life):
        ruling = decide(after, POLICY, CALENDAR, now)
        reminders = [item for item in ruling.deadlines if item.unit is not None]
        owing = {task.unit for task in (*after.assists, after.explanation) if task and not task.reminded}
        assert {item.unit for item in reminders} <= owing
        if before.assists and after.assists and before.clock_started_at == after.clock_started_at:
            assert [(item.unit, item.since) for item in after.assists] == [
                (item.unit, item.since) for item in before.assists
            ]
