"""What is due for a petition: a pure function of its facts, the rules, the calendar and the time.

The flow, the reconciler and every service ask the same `decide`; nobody else knows when a petition climbs.
A wake carries no truth: whoever is woken asks again, and early, lost or doubled wakes change nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from domain.facts import CARD_LABELS, RUNG_LABELS, SATISFACTION_LABELS, Card, Facts, Obligation, Rung, Satisfaction
from domain.policy import DECIDED_KINDS, DeadlineKind, DeadlineRule, Policy
from domain.stages import ASSISTED_STAGES, FINAL_STAGES, OPEN_STAGES, REVIEW_STAGES, WORKING_STAGES, Stage
from domain.workdays import DueDate, Pause, WorkCalendar, due_date, opening_after, working_days_before

__all__ = [
    "CARD_LABELS",
    "RUNG_LABELS",
    "SATISFACTION_LABELS",
    "Card",
    "Deadline",
    "Facts",
    "Obligation",
    "Ruling",
    "Rung",
    "Satisfaction",
    "Step",
    "assist_deadlines",
    "deadlines",
    "decide",
    "explanation_due",
    "handling_due",
    "next_rung",
    "stage_due",
]


class Step(StrEnum):
    """One thing the platform does by itself; each is a named task run of the petition's flow."""

    ACCEPT = "accept"
    LAPSE = "lapse"
    DISPATCH = "dispatch"
    REMIND_SIGNING = "remind_signing"
    GRANT_RETURN = "grant_return"
    REFUSE_EXTENSION = "refuse_extension"
    RESUME = "resume"
    APPROVE_COMPLETION = "approve_completion"
    SHOW_YELLOW_CARD = "show_yellow_card"
    SHOW_RED_CARD = "show_red_card"
    CLIMB = "climb"
    REMIND_ASSIST = "remind_assist"
    REMIND_SUPERVISED = "remind_supervised"
    REMIND_EXPLANATION = "remind_explanation"
    ASK_RATING = "ask_rating"
    BEGIN_FOLLOW_UP = "begin_follow_up"
    BEGIN_REDO = "begin_redo"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Deadline:
    """A running clock: what it is for, the step it triggers, and when, with the reason of the date."""

    kind: DeadlineKind
    step: Step
    due: DueDate
    rule: str
    source: str
    unit: str | None = None
    """Whom it binds, where that is not whoever holds the petition."""

    @property
    def due_at(self) -> DateTime:
        return self.due.due_at


@dataclass(frozen=True)
class Ruling:
    """What the domain decided: the step due now, or the deadline to wait for."""

    step: Step | None
    """Do this now, then ask again; `None`: nothing is due."""
    cause: Deadline | None
    """The deadline that made the step due; `None` where the step needs no clock."""
    deadlines: tuple[Deadline, ...]
    """Every running clock, earliest first."""

    @property
    def next_deadline(self) -> Deadline | None:
        return self.deadlines[0] if self.deadlines else None


DECIDED = "review-decision"
"""In the place of a rule's id, where a review decided the term and no rule did."""


def handling_due(facts: Facts, policy: Policy, calendar: WorkCalendar) -> Deadline | None:
    """The deadline of the unit's work; `None` before the first dispatch, or while the clock is stopped.

    It starts when the petition is first dispatched, signed for or not (蚌埠: the clock runs anyway), and no comment,
    re-dispatch or change of category moves its start; only a redo or a review's decision starts another one.
    """
    if facts.clock_started_at is None or _stands_still(facts):
        return None
    since = facts.clock_started_at
    if facts.clock_decided is None:
        rule = _rule(facts.clock_kind, facts, policy)
        duration, name, source, told = rule.duration, rule.id, rule.source, rule.id
    else:
        source = told = f"{since.in_timezone('Asia/Shanghai').format('YYYY年M月D日')}研判决定"
        duration, name = facts.clock_decided, DECIDED
    due = due_date(
        since,
        duration,
        calendar,
        pauses=facts.pauses,
        extensions=tuple(item for item in facts.extensions if item.granted_at >= since),
        rule=told,
    )
    return Deadline(facts.clock_kind, Step.CLIMB, due, name, source)


def assist_deadlines(facts: Facts, calendar: WorkCalendar) -> tuple[Deadline, ...]:
    """Until when each assisting unit has its task, one for each of `facts.assists`; none while the clock stands still.

    The lead cannot go on while the petition is suspended, so nobody is expected to help it then: what stops the
    lead's clock stops theirs, and does not count. Another lead or another rung leaves the task as it was given.
    """
    if _stands_still(facts):
        return ()
    step = Step.REMIND_ASSIST
    return tuple(_owed(DeadlineKind.ASSIST, step, task, calendar, facts.pauses) for task in facts.assists)


def explanation_due(facts: Facts, calendar: WorkCalendar) -> Deadline | None:
    """Until when the unit that was asked must explain itself.

    That is between the unit and the inspectors: no suspension of the work stops it, nor does another unit's having
    the petition.
    """
    if facts.explanation is None:
        return None
    return _owed(DeadlineKind.EXPLANATION, Step.REMIND_EXPLANATION, facts.explanation, calendar)


def is_met(facts: Facts, due_at: DateTime | None) -> bool:
    """Whether the unit has met `due_at`, which `handling_due` gave: what takes long from then on is no delay of its.

    Handed in in time, the petition waits for the desk; sent back, the clock has run on meanwhile. And where the
    petitioner's dissatisfaction brought it to a review, the unit had done its part until the review decides.
    """
    if facts.stage is Stage.COMPLETION_SUBMITTED:
        return due_at is not None and facts.stage_entered_at <= due_at
    return facts.stage in REVIEW_STAGES and facts.satisfaction is Satisfaction.DISSATISFIED


def is_overdue(facts: Facts, due_at: DateTime | None, now: dt.datetime) -> bool:
    """Whether the work is late (逾期): past its deadline `due_at`, which was not met."""
    return facts.stage in WORKING_STAGES and due_at is not None and due_at < now and not is_met(facts, due_at)


def deadlines(facts: Facts, policy: Policy, calendar: WorkCalendar) -> tuple[Deadline, ...]:
    """Every clock that runs now, earliest first; a passed one stays until its step has been taken."""
    running: list[Deadline] = []
    own = _STAGE_CLOCKS.get(facts.stage)
    if own is not None and not _is_spent(own, facts):
        running.append(_stage_deadline(own, facts, policy, calendar))
    if facts.stage in WORKING_STAGES - {Stage.COMPLETION_SUBMITTED, Stage.SUSPENDED}:
        running.extend(_handling_clocks(facts, policy, calendar))
    supervised = facts.supervised_at is not None or facts.rung is Rung.SUPERVISION
    if supervised and facts.stage in WORKING_STAGES - {Stage.SUSPENDED}:
        running.append(_supervision_reminder(facts, policy, calendar))
    running.extend(_reminders_of_units(facts, calendar))
    return tuple(sorted(running, key=lambda item: (item.due_at, item.kind)))


def decide(facts: Facts, policy: Policy, calendar: WorkCalendar, now: dt.datetime) -> Ruling:
    """What is due at `now`: at most one step, and every clock that runs on."""
    if facts.stage in FINAL_STAGES:
        return Ruling(None, None, ())
    running = deadlines(facts, policy, calendar)
    handling = handling_due(facts, policy, calendar)
    if handling is not None and handling.due_at <= now:
        # Whoever looks only after the deadline (a long outage) must not announce it as still to come.
        running = tuple(item for item in running if item.step is not Step.SHOW_YELLOW_CARD)
    step = _due_without_clock(facts, policy)
    if step is not None:
        return Ruling(step, None, running)
    passed = next((item for item in running if item.due_at <= now), None)
    return Ruling(passed.step if passed else None, passed, running)


def stage_due(ruling: Ruling, stage: Stage) -> DateTime | None:
    """When the present stage runs out if nobody acts; `None` where it has no clock of its own, or no longer one."""
    own = _STAGE_CLOCKS.get(stage)
    return next((item.due_at for item in ruling.deadlines if own is not None and item.kind is own.kind), None)


def next_rung(rung: Rung) -> Rung:
    """The rung above; supervision is the last one."""
    return Rung(min(rung + 1, Rung.SUPERVISION))


@dataclass(frozen=True)
class _StageClock:
    kind: DeadlineKind
    step: Step


# The clock each stage brings with it, and what the platform does by itself when nobody acts in time.
_STAGE_CLOCKS: dict[Stage, _StageClock] = {
    Stage.REGISTERED: _StageClock(DeadlineKind.ACCEPTANCE, Step.ACCEPT),
    Stage.AWAITING_SUPPLEMENT: _StageClock(DeadlineKind.SUPPLEMENT, Step.LAPSE),
    Stage.ACCEPTED: _StageClock(DeadlineKind.DISPATCH, Step.CLIMB),
    Stage.DISPATCHED: _StageClock(DeadlineKind.SIGNING, Step.REMIND_SIGNING),
    Stage.REDO: _StageClock(DeadlineKind.SIGNING, Step.REMIND_SIGNING),
    Stage.RETURN_REQUESTED: _StageClock(DeadlineKind.RETURN_DECISION, Step.GRANT_RETURN),
    Stage.EXTENSION_REQUESTED: _StageClock(DeadlineKind.EXTENSION_DECISION, Step.REFUSE_EXTENSION),
    Stage.SUSPENDED: _StageClock(DeadlineKind.SUSPENSION_LIMIT, Step.RESUME),
    Stage.COMPLETION_SUBMITTED: _StageClock(DeadlineKind.COMPLETION_CHECK, Step.APPROVE_COMPLETION),
    Stage.FIRST_REVIEW: _StageClock(DeadlineKind.FIRST_REVIEW, Step.CLIMB),
    Stage.SECOND_REVIEW: _StageClock(DeadlineKind.SECOND_REVIEW, Step.CLIMB),
    Stage.COMPLETED: _StageClock(DeadlineKind.RATING, Step.BEGIN_FOLLOW_UP),
    Stage.FOLLOW_UP: _StageClock(DeadlineKind.FOLLOW_UP, Step.ARCHIVE),
}


def _is_spent(clock: _StageClock, facts: Facts) -> bool:
    """A reminder is sent once; above supervision there is no rung, its reminders are the timer from then on."""
    if clock.step is Step.REMIND_SIGNING:
        return facts.signing_reminded
    return clock.step is Step.CLIMB and facts.rung is Rung.SUPERVISION


def _due_without_clock(facts: Facts, policy: Policy) -> Step | None:
    """Steps that wait for no deadline."""
    match facts.stage:
        case Stage.REGISTERED if not facts.needs_desk:
            return Step.ACCEPT
        case Stage.COMPLETED if not facts.rating_asked:
            return Step.ASK_RATING
        case Stage.RATED if facts.satisfaction is not Satisfaction.DISSATISFIED:
            return Step.ARCHIVE
        case Stage.RATED:
            return Step.BEGIN_REDO if facts.redos < policy.ladder.redo_limit else Step.CLIMB
    too_often = facts.returns >= policy.ladder.return_limit or facts.transfers >= policy.ladder.transfer_limit
    # A case that returned or moved too often was never anybody's: that is how the real 广济路 case came to the experts.
    if too_often and facts.rung is Rung.NONE and facts.stage in WORKING_STAGES - _NOT_CLIMBING:
        return Step.CLIMB
    return Step.DISPATCH if facts.stage is Stage.ACCEPTED and not facts.needs_desk else None


_NOT_CLIMBING = frozenset({Stage.COMPLETION_SUBMITTED, Stage.SUSPENDED, Stage.FIRST_REVIEW, Stage.SECOND_REVIEW})


def _rule(kind: DeadlineKind, facts: Facts, policy: Policy) -> DeadlineRule:
    return policy.deadline(kind, facts.urgency, facts.request_type, facts.category)


def _stage_deadline(clock: _StageClock, facts: Facts, policy: Policy, calendar: WorkCalendar) -> Deadline:
    rule = _rule(clock.kind, facts, policy)
    due = due_date(facts.stage_entered_at, rule.duration, calendar, rule=rule.id)
    return Deadline(clock.kind, clock.step, due, rule.id, rule.source)


def _supervision_reminder(facts: Facts, policy: Policy, calendar: WorkCalendar) -> Deadline:
    """The next reminder, a full interval after the last one, or after a redo or a review's decision began anew.

    Time in which the clock stood still is no delay of the unit's and does not count.
    """
    rule = _rule(DeadlineKind.SUPERVISION_REMINDER, facts, policy)
    began = (facts.supervised_at, facts.reminded_at, facts.clock_started_at)
    since = max((moment for moment in began if moment is not None), default=facts.stage_entered_at)
    ended = tuple(pause for pause in facts.pauses if pause.ended_at is not None)
    due = due_date(since, rule.duration, calendar, pauses=ended, rule=rule.id)
    return Deadline(DeadlineKind.SUPERVISION_REMINDER, Step.REMIND_SUPERVISED, due, rule.id, rule.source)


def _stands_still(facts: Facts) -> bool:
    return any(pause.ended_at is None for pause in facts.pauses)


def _owed(
    kind: DeadlineKind, step: Step, task: Obligation, calendar: WorkCalendar, pauses: tuple[Pause, ...] = ()
) -> Deadline:
    source = DECIDED_KINDS[kind]
    due = due_date(task.since, task.term, calendar, pauses=pauses, rule=source)
    return Deadline(kind, step, due, kind.value, source, task.unit)


def _reminders_of_units(facts: Facts, calendar: WorkCalendar) -> list[Deadline]:
    """What a unit owes beside the holder's work, each reminded of once; of several assisting units the earliest.

    Not in a final stage, whose run is over: there an unanswered demand is shown to the inspectors as overdue instead.
    """
    running = []
    if facts.stage in ASSISTED_STAGES:
        dated = zip(facts.assists, assist_deadlines(facts, calendar), strict=False)
        unreminded = [due for task, due in dated if not task.reminded]
        running += sorted(unreminded, key=lambda item: item.due_at)[:1]
    demanded = explanation_due(facts, calendar)
    if demanded is not None and facts.explanation and not facts.explanation.reminded and facts.stage in OPEN_STAGES:
        running.append(demanded)
    return running


def _handling_clocks(facts: Facts, policy: Policy, calendar: WorkCalendar) -> list[Deadline]:
    """Yellow card, the deadline itself, red card: whichever has not had its effect yet."""
    handling = handling_due(facts, policy, calendar)
    if handling is None or is_met(facts, handling.due_at):
        return []
    clocks = []
    yellow, red = (_rule(kind, facts, policy) for kind in (DeadlineKind.YELLOW_CARD, DeadlineKind.RED_CARD))
    ahead = yellow.duration.amount
    warned = working_days_before(handling.due, ahead, calendar, f"黄牌预警（到期前{ahead}个工作日）")
    # A deadline shorter than the warning's lead would be shown yellow from its first minute, which warns of nothing.
    if facts.card is Card.NONE and facts.clock_started_at is not None and warned.due_at > facts.clock_started_at:
        step = Step.SHOW_YELLOW_CARD
        clocks.append(Deadline(DeadlineKind.YELLOW_CARD, step, warned, yellow.id, yellow.source))
    climbs = facts.stage not in REVIEW_STAGES and facts.rung is not Rung.SUPERVISION
    if climbs:
        clocks.append(handling)
    if facts.card is not Card.RED:
        after = red.duration.amount
        shown = opening_after(handling.due, after, calendar, f"红牌警告（到期后第{after}个工作日）")
        clocks.append(Deadline(DeadlineKind.RED_CARD, Step.SHOW_RED_CARD, shown, red.id, red.source))
    return clocks
