"""A petition's life without a database: what each step and each action does to its facts, and nothing else.

`services/` does the same with rows. Here it is small enough that thousands of lives can be lived in a test.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from pendulum import DateTime

from domain.conduct import DeadlineKind
from domain.facts import Exclusion
from domain.petition import Card, Facts, Obligation, Ruling, Rung, Satisfaction, Step, decide, next_rung
from domain.policy import Policy
from domain.stages import CLOCK_STOPPED_STAGES, REVIEW_STAGES, TRANSITIONS, Stage, Trigger, rejection_to, stage_after
from domain.workdays import Duration, Extension, Pause, TimeUnit, WorkCalendar
from tests.support.facts import SOUTH_TOWN, WATER

MOST_STEPS_AT_ONE_MOMENT = 8


@dataclass(frozen=True, kw_only=True)
class HandedIn(Facts):
    """What the ledger knows from its history: where a completion came from, and since when the petition was there."""

    came_from: Stage
    came_since: DateTime


def move(facts: Facts, trigger: Trigger, now: DateTime, **changes: Any) -> Facts:
    """The facts after `trigger`. Raises ForbiddenTransition."""
    after = stage_after(facts.stage, trigger)
    if TRANSITIONS[trigger].target is not None:
        changes |= {"stage": after, "stage_entered_at": now}
        pauses = changes.get("pauses", facts.pauses)
        standing = bool(pauses) and pauses[-1].ended_at is None
        if standing and after not in CLOCK_STOPPED_STAGES:
            changes["pauses"] = (*pauses[:-1], dataclasses.replace(pauses[-1], ended_at=now))
        elif not standing and after in CLOCK_STOPPED_STAGES and facts.clock_started_at is not None:
            changes["pauses"] = (*pauses, Pause(now, None, "听证"))
    return dataclasses.replace(facts, **changes)


def given_to(facts: Facts, unit: str, now: DateTime) -> dict[str, Any]:
    """What an assignment changes: everything about the unit, and never a clock that runs."""
    return {
        "unit": unit,
        "unit_assigned_at": now,
        "chosen_at": None,
        "signed_at": None,
        "signing_reminded": False,
        "needs_desk": False,
        "designated": False,
        "clock_started_at": facts.clock_started_at or now,
    }


def _given_by_hand(facts: Facts, trigger: Trigger, unit: str, now: DateTime) -> dict[str, Any]:
    if trigger is Trigger.CORRECT_DISPATCH:
        return {**given_to(facts, unit, now), "chosen_at": facts.chosen_at}
    moved = facts.transfers + (facts.clock_started_at is not None)
    chosen = now if trigger is Trigger.DISPATCH else None
    return {**given_to(facts, unit, now), "transfers": moved, "chosen_at": chosen}


def take(facts: Facts, ruling: Ruling, now: DateTime, engine_finds: str | None = None) -> Facts:
    """What the platform does. `engine_finds` is the unit dispatch is sure of, if it is."""
    step = ruling.step
    assert step is not None
    match step:
        case Step.REMIND_ASSIST | Step.REMIND_EXPLANATION:
            return move(facts, Trigger(step.value), now, **_reminded(facts, ruling))
        case Step.DISPATCH:
            if engine_finds is None:
                return move(facts, Trigger.REFER_TO_DESK, now, needs_desk=True)
            moved = {"transfers": facts.transfers + (facts.clock_started_at is not None)}
            return move(facts, Trigger.DISPATCH, now, **given_to(facts, engine_finds, now), **moved)
        case Step.CLIMB:
            return climb(facts, now)
        case Step.BEGIN_REDO:
            again = {"clock_started_at": now, "clock_kind": DeadlineKind.REDO, "clock_decided": None}
            assigned = given_to(facts, str(facts.unit), now)
            more = {"redos": facts.redos + 1, "card": Card.NONE, "designated": True, "satisfaction": None}
            more["exclusion"] = None
            return move(facts, Trigger.BEGIN_REDO, now, **(assigned | again | more))
    trigger = Trigger.TERMINATE if step is Step.LAPSE else Trigger(step.value)
    return move(facts, trigger, now, **_EFFECTS.get(trigger, {}), **_moments(trigger, now))


def _reminded(facts: Facts, ruling: Ruling) -> dict[str, Any]:
    """Whoever the deadline binds was told."""
    assert ruling.cause is not None
    if ruling.cause.kind is DeadlineKind.EXPLANATION:
        assert facts.explanation is not None
        return {"explanation": dataclasses.replace(facts.explanation, reminded=True)}
    told = (
        dataclasses.replace(task, reminded=task.reminded or task.unit == ruling.cause.unit) for task in facts.assists
    )
    return {"assists": tuple(told)}


_EFFECTS: dict[Trigger, dict[str, Any]] = {
    Trigger.ACCEPT: {"needs_desk": False},
    Trigger.REMIND_SIGNING: {"signing_reminded": True},
    Trigger.GRANT_RETURN: {"unit": None, "unit_assigned_at": None, "signed_at": None, "needs_desk": False},
    Trigger.REFUSE_RETURN: {"designated": True},
    Trigger.APPROVE_COMPLETION: {"rating_asked": False, "satisfaction": None, "assists": ()},
    Trigger.EXPLAIN: {"explanation": None},
    Trigger.CLOSE_SUPERVISION: {"explanation": None},
    Trigger.SHOW_YELLOW_CARD: {"card": Card.YELLOW},
    Trigger.SHOW_RED_CARD: {"card": Card.RED},
    Trigger.ASK_RATING: {"rating_asked": True},
    Trigger.SUPPLEMENT: {"needs_desk": True},
    Trigger.REFUSE_STRIKING: {"striking_refused": True},
    Trigger.RESTORE_STRIKING: {"striking_refused": False},
    Trigger.REOPEN: {
        "unit": None,
        "unit_assigned_at": None,
        "signed_at": None,
        "needs_desk": True,
        "designated": False,
        "clock_started_at": None,
        "clock_kind": DeadlineKind.HANDLING,
        "clock_decided": None,
        "card": Card.NONE,
        "satisfaction": None,
        "rating_asked": False,
        "exclusion": None,
        "closed_at": None,
        "reopens": 1,
    },
    Trigger.REQUEST_EXCLUSION: {"exclusion": Exclusion.ASKED},
    Trigger.GRANT_EXCLUSION: {"exclusion": Exclusion.GRANTED},
    Trigger.REFUSE_EXCLUSION: {"exclusion": Exclusion.REFUSED},
}


def _moments(trigger: Trigger, now: DateTime) -> dict[str, Any]:
    names = {
        Trigger.SIGN: "signed_at",
        Trigger.REMIND_SUPERVISED: "reminded_at",
        Trigger.CLOSE_SUPERVISION: "supervision_closed_at",
    }
    return {names[trigger]: now} if trigger in names else {}


def climb(facts: Facts, now: DateTime) -> Facts:
    """One rung up; from the second review on, supervision opens beside the work."""
    rung = next_rung(facts.rung)
    if facts.stage is Stage.RATED:  # the unit whose completion did not satisfy has the petition again
        facts = dataclasses.replace(facts, **given_to(facts, str(facts.unit), now))
    if rung is Rung.FIRST_REVIEW:
        return move(facts, Trigger.CLIMB_TO_FIRST_REVIEW, now, rung=rung)
    if rung is Rung.SECOND_REVIEW:
        return move(facts, Trigger.CLIMB_TO_SECOND_REVIEW, now, rung=rung)
    above = move(facts, Trigger.SUPERVISE, now, rung=rung, **_file(facts, now))
    return move(above, Trigger.CLIMB_TO_SECOND_REVIEW, now) if facts.stage is Stage.RATED else above


def _file(facts: Facts, now: DateTime) -> dict[str, Any]:
    """The inspectors' file, opened now unless it is open already."""
    if facts.supervised:
        return {}
    about = facts.unit or facts.supervised_unit
    return {"supervised_at": now, "supervision_closed_at": None, "supervised_unit": about}


def _asked(facts: Facts, now: DateTime, days: int) -> dict[str, Any]:
    unit = str(facts.unit or facts.supervised_unit)
    return {"supervised_unit": unit, "explanation": Obligation(unit, now, Duration(days, TimeUnit.WORKING_DAYS))}


def act(facts: Facts, trigger: Trigger, now: DateTime, unit: str, satisfaction: Satisfaction, days: int) -> Facts:
    """What a person does; `unit`, `satisfaction` and `days` are used where the action needs them."""
    if trigger in {Trigger.SUBMIT_COMPLETION, Trigger.REJECT_COMPLETION}:
        return _handed_in_or_back(facts, trigger, now)
    changes: dict[str, Any] = {}
    match trigger:
        case Trigger.DISPATCH | Trigger.REDISPATCH | Trigger.CORRECT_DISPATCH:
            changes = _given_by_hand(facts, trigger, unit, now)
        case Trigger.ASSIGN:
            decided = {"clock_started_at": now, "clock_kind": DeadlineKind.HANDLING, "card": Card.NONE}
            length = Duration(days, TimeUnit.WORKING_DAYS)
            changes = {**given_to(facts, unit, now), **decided, "designated": True, "clock_decided": length}
            changes["assists"] = (Obligation(WATER, now, length), Obligation(SOUTH_TOWN, now, length))
            changes["satisfaction"] = None
        case Trigger.REQUEST_RETURN:
            changes = {"returns": facts.returns + 1}
        case Trigger.GRANT_EXTENSION:
            more = Extension(Duration(days, TimeUnit.WORKING_DAYS), now, "情况复杂")
            changes = {"extensions": (*facts.extensions, more), "extensions_granted": facts.extensions_granted + 1}
            changes["card"] = Card.NONE
        case Trigger.SUPERVISE | Trigger.DEMAND_EXPLANATION:
            changes = _file(facts, now) if trigger is Trigger.SUPERVISE else _asked(facts, now, days)
        case Trigger.RATE:
            changes = {"satisfaction": satisfaction}
        case Trigger.CLIMB_TO_FIRST_REVIEW | Trigger.CLIMB_TO_SECOND_REVIEW:
            reached = Rung.FIRST_REVIEW if trigger is Trigger.CLIMB_TO_FIRST_REVIEW else Rung.SECOND_REVIEW
            changes = {"rung": max(facts.rung, reached)}
        case Trigger.RECLASSIFY:
            changes = {"category": "roads" if facts.category == "lights" else "lights"}
    return move(facts, trigger, now, **changes, **_EFFECTS.get(trigger, {}), **_moments(trigger, now))


def _handed_in_or_back(facts: Facts, trigger: Trigger, now: DateTime) -> Facts:
    if trigger is Trigger.SUBMIT_COMPLETION:
        came = {"came_from": facts.stage, "came_since": facts.stage_entered_at}
        return move(HandedIn(**(vars(facts) | came)), trigger, now, signed_at=facts.signed_at or now)
    if not isinstance(facts, HandedIn):  # it began its life handed in
        return move(facts, trigger, now)
    rejected = move(facts, rejection_to(facts.came_from), now)
    reviewed = facts.came_from in REVIEW_STAGES
    return dataclasses.replace(rejected, stage_entered_at=facts.came_since) if reviewed else rejected


def settle(
    facts: Facts, policy: Policy, calendar: WorkCalendar, now: DateTime, engine_finds: str | None = None
) -> tuple[Facts, list[Step]]:
    """Take every step due at `now`, as the flow does before it parks; fails when that never ends."""
    taken: list[Step] = []
    seen = {_key(facts)}
    while (step := (ruling := decide(facts, policy, calendar, now)).step) is not None:
        facts = take(facts, ruling, now, engine_finds)
        taken.append(step)
        assert _key(facts) not in seen, f"{step} led back to where the petition was: {taken}"
        assert len(taken) <= MOST_STEPS_AT_ONE_MOMENT, f"never at rest: {taken}"
        seen.add(_key(facts))
    return facts, taken


def _key(facts: Facts) -> str:
    return repr(facts)


def wait(
    facts: Facts,
    policy: Policy,
    calendar: WorkCalendar,
    now: DateTime,
    until: DateTime,
    engine_finds: str | None = None,
) -> tuple[Facts, list[tuple[DateTime, Step]]]:
    """Let time pass from `now` to `until` with nobody acting; the parked run wakes at each deadline."""
    facts, steps = settle(facts, policy, calendar, now, engine_finds)
    story = [(now, step) for step in steps]
    while (ahead := decide(facts, policy, calendar, now).next_deadline) is not None and ahead.due_at <= until:
        now = ahead.due_at
        before = facts
        facts, steps = settle(facts, policy, calendar, now, engine_finds)
        assert steps, f"woken at {now} for {ahead.step}, and nothing was due: {before}"
        story.extend((now, step) for step in steps)
    return facts, story
