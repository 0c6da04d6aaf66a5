"""What is due for a petition: a pure function of its facts, the rules, the calendar and the time.

The flow, the reconciler and every service ask the same `decide`; nobody else knows when a petition climbs.
A wake carries no truth: whoever is woken asks again, and early, lost or doubled wakes change nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pendulum import DateTime

from domain.conduct import DEADLINE_LABELS, DeadlineKind, DeadlineRule, Limit, Times
from domain.deadline import Deadline, Step
from domain.facts import CARD_LABELS, RUNG_LABELS, SATISFACTION_LABELS, Card, Facts, Obligation, Rung, Satisfaction
from domain.obligations import assist_deadlines, explanation_due, reminders_of_units, stands_still
from domain.policy import Policy
from domain.stages import FINAL_STAGES, REVIEW_STAGES, WORKING_STAGES, Stage
from domain.workdays import WorkCalendar, due_date, opening_after, working_days_before

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
    "times_of",
]


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
    if facts.clock_started_at is None or stands_still(facts):
        return None
    since = facts.clock_started_at
    if facts.clock_decided is None:
        rule = _rule(facts.clock_kind, facts, policy)
        duration, name, source, told = rule.duration, rule.id, rule.source, DEADLINE_LABELS[rule.kind]
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
    if own is not None:
        running.extend(_stage_clock(own, facts, policy, calendar))
    if facts.stage in WORKING_STAGES - {Stage.COMPLETION_SUBMITTED, Stage.SUSPENDED}:
        running.extend(_handling_clocks(facts, policy, calendar))
    running.extend(_supervision_clock(facts, policy, calendar, climbs=any(item.step is Step.CLIMB for item in running)))
    running.extend(reminders_of_units(facts, calendar))
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


def stage_term(facts: Facts, policy: Policy, calendar: WorkCalendar) -> DateTime | None:
    """When the present stage was to be over, also where that has passed and had its effect; `None` without a clock."""
    own = _STAGE_CLOCKS.get(facts.stage)
    if own is None:
        return None
    rule = _rule(own.kind, facts, policy)
    return due_date(facts.stage_entered_at, rule.duration, calendar, rule=DEADLINE_LABELS[rule.kind]).due_at


def times_of(limit: Limit, facts: Facts, policy: Policy) -> Times:
    """How often it may happen to this petition."""
    return policy.times(limit, facts.urgency, facts.request_type, facts.category)


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


def _climbs(due_at: DateTime, facts: Facts) -> bool:
    """Whether `due_at`, once passed, takes the petition up: there is no rung above supervision.

    After the inspectors closed their file (督办了结), a later deadline that passes opens it again; an earlier one was
    before them when they concluded.
    """
    closed_at = facts.supervision_closed_at
    return facts.rung is not Rung.SUPERVISION or (closed_at is not None and due_at > closed_at)


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
            # Whom it is about does not do it again either: the reviews decide who does.
            again = facts.redos < times_of(Limit.REDOS, facts, policy).value and facts.unit not in facts.recused
            return Step.BEGIN_REDO if again else Step.CLIMB
    returns, transfers = (times_of(limit, facts, policy).value for limit in (Limit.RETURNS, Limit.TRANSFERS))
    too_often = facts.returns >= returns or facts.transfers >= transfers
    # A case that returned or moved too often was never anybody's: that is how the real 广济路 case came to the experts.
    if too_often and facts.rung is Rung.NONE and facts.stage in WORKING_STAGES - _NOT_CLIMBING:
        return Step.CLIMB
    return Step.DISPATCH if facts.stage is Stage.ACCEPTED and not facts.needs_desk else None


_NOT_CLIMBING = frozenset({Stage.COMPLETION_SUBMITTED, Stage.SUSPENDED, Stage.FIRST_REVIEW, Stage.SECOND_REVIEW})


def _rule(kind: DeadlineKind, facts: Facts, policy: Policy) -> DeadlineRule:
    return policy.deadline(kind, facts.urgency, facts.request_type, facts.category)


def _stage_clock(clock: _StageClock, facts: Facts, policy: Policy, calendar: WorkCalendar) -> list[Deadline]:
    """The stage's own clock, unless it has had its effect: a reminder is sent once, and a climb needs a rung above."""
    if clock.step is Step.REMIND_SIGNING and facts.signing_reminded:
        return []
    rule = _rule(clock.kind, facts, policy)
    due = due_date(facts.stage_entered_at, rule.duration, calendar, rule=DEADLINE_LABELS[rule.kind])
    if clock.step is Step.CLIMB and not _climbs(due.due_at, facts):
        return []
    return [Deadline(clock.kind, clock.step, due, rule.id, rule.source)]


def _supervision_clock(facts: Facts, policy: Policy, calendar: WorkCalendar, *, climbs: bool) -> list[Deadline]:
    """The next reminder of a supervised petition; or when a closed file is opened again, where nothing else `climbs`.

    The reminder comes a full interval after the last one, or after a redo or a review's decision began anew. Reminders
    belong to the open file. Once it is closed nobody is reminded, but work that was late already and is still not done
    a full interval later is not forgotten: the file is opened again. Time in which the clock stood still is no delay
    of the unit's and does not count.
    """
    if facts.stage not in WORKING_STAGES - {Stage.SUSPENDED}:
        return []
    closed_at, step = facts.supervision_closed_at, Step.REMIND_SUPERVISED
    began = (facts.supervised_at, facts.reminded_at, facts.clock_started_at)
    since = max((moment for moment in began if moment is not None), default=facts.stage_entered_at)
    if closed_at is not None:
        if climbs or facts.rung is not Rung.SUPERVISION or facts.stage is Stage.COMPLETION_SUBMITTED:
            return []
        since, step = closed_at, Step.CLIMB
    elif facts.supervised_at is None and facts.rung is not Rung.SUPERVISION:
        return []
    rule = _rule(DeadlineKind.SUPERVISION_REMINDER, facts, policy)
    ended = tuple(pause for pause in facts.pauses if pause.ended_at is not None)
    due = due_date(since, rule.duration, calendar, pauses=ended, rule=DEADLINE_LABELS[rule.kind])
    return [Deadline(DeadlineKind.SUPERVISION_REMINDER, step, due, rule.id, rule.source)]


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
    if facts.stage not in REVIEW_STAGES and _climbs(handling.due_at, facts):
        clocks.append(handling)
    if facts.card is not Card.RED:
        after = red.duration.amount
        shown = opening_after(handling.due, after, calendar, f"红牌警告（到期后第{after}个工作日）")
        clocks.append(Deadline(DeadlineKind.RED_CARD, Step.SHOW_RED_CARD, shown, red.id, red.source))
    return clocks
