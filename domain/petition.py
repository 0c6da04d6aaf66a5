"""What is due for a petition: a pure function of its facts, the rules, the calendar and the time.

The flow, the reconciler and every service ask the same `decide`; nobody else knows when a petition climbs.
A wake carries no truth: whoever is woken asks again, and early, lost or doubled wakes change nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from pendulum import DateTime

from domain.policy import DEADLINE_LABELS, DeadlineKind, DeadlineRule, Policy, RequestType, Urgency
from domain.stages import FINAL_STAGES, REVIEW_STAGES, WORKING_STAGES, Stage
from domain.workdays import (
    DueDate,
    Duration,
    Extension,
    Pause,
    WorkCalendar,
    due_date,
    next_opening,
    shift_working_days,
)


class Rung(IntEnum):
    """How far a petition has climbed (提级层次); it never comes down."""

    NONE = 0
    FIRST_REVIEW = 1
    SECOND_REVIEW = 2
    SUPERVISION = 3


RUNG_LABELS = {
    Rung.NONE: "未提级",
    Rung.FIRST_REVIEW: "一级研判",
    Rung.SECOND_REVIEW: "二级研判",
    Rung.SUPERVISION: "纪委监委督办",
}


class Card(StrEnum):
    """Warning shown to the unit (亮牌)."""

    NONE = "none"
    YELLOW = "yellow"
    RED = "red"


CARD_LABELS = {Card.NONE: "无", Card.YELLOW: "黄牌", Card.RED: "红牌"}


class Satisfaction(StrEnum):
    """The petitioner's verdict (评价)."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"


SATISFACTION_LABELS = {
    Satisfaction.SATISFIED: "满意",
    Satisfaction.BASICALLY_SATISFIED: "基本满意",
    Satisfaction.DISSATISFIED: "不满意",
}


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
    REMIND_SUPERVISED = "remind_supervised"
    ASK_RATING = "ask_rating"
    BEGIN_FOLLOW_UP = "begin_follow_up"
    BEGIN_REDO = "begin_redo"
    ARCHIVE = "archive"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that rules may know of a petition: no identity, no text. Every moment is aware."""

    stage: Stage
    stage_entered_at: DateTime
    urgency: Urgency
    request_type: RequestType
    category: str | None = None
    unit: str | None = None
    needs_desk: bool = False
    """A person must look before acceptance (at REGISTERED) or choose the unit (at ACCEPTED)."""
    rung: Rung = Rung.NONE
    card: Card = Card.NONE
    returns: int = 0
    transfers: int = 0
    redos: int = 0
    extensions_granted: int = 0
    designated: bool = False
    unit_assigned_at: DateTime | None = None
    signed_at: DateTime | None = None
    signing_reminded: bool = False
    clock_started_at: DateTime | None = None
    clock_kind: DeadlineKind = DeadlineKind.HANDLING
    clock_decided: Duration | None = None
    """A duration set by a review's decision instead of a rule."""
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    satisfaction: Satisfaction | None = None
    rating_asked: bool = False
    supervised_at: DateTime | None = None
    reminded_at: DateTime | None = None


@dataclass(frozen=True)
class Deadline:
    """A running clock: what it is for, the step it triggers, and when, with the reason of the date."""

    kind: DeadlineKind
    step: Step
    due: DueDate
    rule: str
    source: str

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


def handling_due(facts: Facts, policy: Policy, calendar: WorkCalendar) -> Deadline | None:
    """The deadline of the unit's work; `None` before the first dispatch, or while the clock is stopped.

    It starts when the petition is first dispatched, signed for or not (蚌埠: the clock runs anyway), and no comment,
    re-dispatch or change of category moves its start; only a redo or a review's decision starts another one.
    """
    if facts.clock_started_at is None or any(pause.ended_at is None for pause in facts.pauses):
        return None
    rule = _rule(facts.clock_kind, facts, policy)
    duration = facts.clock_decided or rule.duration
    since = facts.clock_started_at
    due = due_date(
        since,
        duration,
        calendar,
        pauses=facts.pauses,
        extensions=tuple(item for item in facts.extensions if item.granted_at >= since),
        rule=rule.id,
    )
    source = "研判决定" if facts.clock_decided else rule.source
    return Deadline(facts.clock_kind, Step.CLIMB, due, rule.id, source)


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


def _handling_clocks(facts: Facts, policy: Policy, calendar: WorkCalendar) -> list[Deadline]:
    """Yellow card, the deadline itself, red card: whichever has not had its effect yet."""
    handling = handling_due(facts, policy, calendar)
    if handling is None or is_met(facts, handling.due_at):
        return []
    clocks = []
    yellow, red = (_rule(kind, facts, policy) for kind in (DeadlineKind.YELLOW_CARD, DeadlineKind.RED_CARD))
    warned_at = shift_working_days(handling.due_at, -yellow.duration.amount, calendar)
    # A deadline shorter than the warning's lead would be shown yellow from its first minute, which warns of nothing.
    if facts.card is Card.NONE and facts.clock_started_at is not None and warned_at > facts.clock_started_at:
        clocks.append(_card(DeadlineKind.YELLOW_CARD, Step.SHOW_YELLOW_CARD, warned_at, handling, yellow))
    climbs = facts.stage not in REVIEW_STAGES and facts.rung is not Rung.SUPERVISION
    if climbs:
        clocks.append(handling)
    if facts.card is not Card.RED:
        # "On the first working day after" is the opening of the day that follows zero whole working days.
        red_at = next_opening(shift_working_days(handling.due_at, red.duration.amount - 1, calendar), calendar)
        clocks.append(_card(DeadlineKind.RED_CARD, Step.SHOW_RED_CARD, red_at, handling, red))
    return clocks


def _card(kind: DeadlineKind, step: Step, at: DateTime, handling: Deadline, rule: DeadlineRule) -> Deadline:
    return Deadline(kind, step, handling.due.derive(at, DEADLINE_LABELS[kind]), rule.id, rule.source)
