"""The platform's own share of the time (平台延误): when it was down or late, that time is not the unit's.

A due date is a promise to the petitioner and stays what it is. Beside it stands until when the unit has met it once the
platform's share is taken out: minute for minute of the time that its term is counted in, so that nobody wins a day by
an outage of an hour, and nobody loses an hour to one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from domain.calendar import DAY, WorkCalendar, local, utc, working_minutes_between
from domain.facts import Facts
from domain.petition import handling_due
from domain.policy import Policy
from domain.workdays import TimeUnit


class DelayCause(StrEnum):
    """What held the platform up (平台延误原因)."""

    OUTAGE = "outage"
    LATE_DISPATCH = "late_dispatch"
    LATE_TIMER = "late_timer"


DELAY_LABELS = {
    DelayCause.OUTAGE: "平台停运",
    DelayCause.LATE_DISPATCH: "派遣迟延",
    DelayCause.LATE_TIMER: "到期未及时处理",
}


@dataclass(frozen=True)
class Delay:
    """A stretch of time, both ends aware, in which the platform should have acted and did not."""

    since: dt.datetime
    until: dt.datetime
    cause: DelayCause
    told: str = ""


@dataclass(frozen=True)
class Held:
    """Who had to act from when to when; both ends aware."""

    holder: str
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class Share:
    """How much of a stretch was the platform's, in whole minutes: of the clock on the wall, and of office time."""

    minutes: int = 0
    working_minutes: int = 0


Span = tuple[dt.datetime, dt.datetime]


def united(delays: Iterable[Delay]) -> list[Span]:
    """The delays as stretches that do not overlap, in their order: two at once are one."""
    found: list[Span] = []
    for begin, end in sorted((local(item.since), local(item.until)) for item in delays if item.since < item.until):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def share_of(held: Held, delays: Iterable[Delay], calendar: WorkCalendar) -> Share:
    """What part of `held` was the platform's."""
    return _measured(_within(united(delays), local(held.since), local(held.until)), calendar)


def due_without_platform(
    facts: Facts, policy: Policy, calendar: WorkCalendar, delays: Sequence[Delay]
) -> DateTime | None:
    """Until when the unit has met its deadline, the platform's share taken out (扣除平台延误后的到期).

    `None` where there is no deadline, as with `handling_due`. Time in which the unit's clock stood still is taken out
    once, not twice; a delay that falls into the time won is taken out as well.
    """
    due = handling_due(facts, policy, calendar)
    started = facts.clock_started_at
    if due is None or started is None:
        return None
    by_the_wall = _unit_of(facts, policy) in (TimeUnit.HOURS, TimeUnit.MINUTES)
    stood_still = [(local(item.started_at), local(item.ended_at)) for item in facts.pauses if item.ended_at]
    spans = _without(united(delays), stood_still)
    reached = due.due_at
    while True:
        lost = _measured(_within(spans, local(started), local(reached)), calendar)
        moved = (
            due.due_at.add(minutes=lost.minutes)
            if by_the_wall
            else after_working_minutes(due.due_at, lost.working_minutes, calendar)
        )
        if moved <= reached:
            return reached
        reached = moved


def after_working_minutes(moment: DateTime, minutes: int, calendar: WorkCalendar) -> DateTime:
    """When `minutes` of office time have passed since `moment` (aware); `moment` itself for none."""
    left, at = dt.timedelta(minutes=minutes), local(moment)
    day = at.date()
    while left:
        for begin, end in calendar.office.spans(day) if calendar.is_working_day(day) else ():
            length = max(end - max(begin, at), dt.timedelta())
            if left <= length:
                return utc(max(begin, at) + left)
            left -= length
        day += DAY
    return moment


def _unit_of(facts: Facts, policy: Policy) -> TimeUnit:
    if facts.clock_decided is not None:
        return facts.clock_decided.unit
    rule = policy.deadline(facts.clock_kind, facts.urgency, facts.request_type, facts.category)
    return rule.duration.unit


def _within(spans: Iterable[Span], begin: dt.datetime, end: dt.datetime) -> list[Span]:
    cut = ((max(since, begin), min(until, end)) for since, until in spans)
    return [(since, until) for since, until in cut if since < until]


def _without(spans: list[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of `spans` outside `taken`."""
    left = spans
    for begin, end in taken:
        parts = [((since, min(until, begin)), (max(since, end), until)) for since, until in left]
        left = [(since, until) for pair in parts for since, until in pair if since < until]
    return left


def _measured(spans: Iterable[Span], calendar: WorkCalendar) -> Share:
    minutes = working = 0
    for since, until in spans:
        minutes += (until - since) // dt.timedelta(minutes=1)
        working += working_minutes_between(since, until, calendar)
    return Share(minutes, working)
