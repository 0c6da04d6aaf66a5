"""Who is told what, and when it may go out: the notice matrix, quiet hours, and the waits between attempts.

Pure; the caller brings the time.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import pendulum
from pendulum import DateTime

from domain.stages import Trigger


@dataclass(frozen=True)
class QuietHours:
    """The part of the day in which only urgent notices go out, from `starts` up to but not including `ends`.

    Wall-clock times in `timezone`; `starts` after `ends` spans midnight, equal ones mean that nothing is quiet.
    """

    starts: dt.time
    ends: dt.time
    timezone: str = "Asia/Shanghai"

    def covers(self, moment: DateTime) -> bool:
        """Whether `moment` (aware) is quiet."""
        local = moment.in_timezone(self.timezone).time()
        if self.starts <= self.ends:
            return self.starts <= local < self.ends
        return local >= self.starts or local < self.ends


@dataclass(frozen=True)
class BackOff:
    """The wait in minutes after each failed attempt; when they are used up the notice is a dead letter.

    The default tries for about 40 hours, so that a channel which is down over a night and a day loses nothing.
    """

    waits: tuple[int, ...] = (1, 5, 15, 60, 240, 720, 1440)

    def __post_init__(self) -> None:
        if any(wait <= 0 for wait in self.waits):
            raise ValueError(f"every wait must be a positive number of minutes, got {self.waits}")


def earliest_sending(now: dt.datetime, *, urgent: bool, quiet: QuietHours) -> DateTime:
    """The first moment at or after `now` at which the notice may go out, in UTC.

    Raises ValueError when `now` has no time zone.
    """
    moment = _utc(now)
    if urgent or not quiet.covers(moment):
        return moment
    local = moment.in_timezone(quiet.timezone)
    day = local.date() if local.time() < quiet.ends else local.date().add(days=1)
    return pendulum.instance(dt.datetime.combine(day, quiet.ends), tz=quiet.timezone).in_timezone("UTC")


def next_attempt(attempts: int, now: dt.datetime, backoff: BackOff) -> DateTime | None:
    """When to try again after `attempts` failed ones, in UTC; None when the notice is a dead letter.

    Raises ValueError when nothing has been attempted yet, or `now` has no time zone.
    """
    if attempts < 1:
        raise ValueError(f"next_attempt is asked after a failed attempt, got attempts={attempts}")
    moment = _utc(now)
    if attempts > len(backoff.waits):
        return None
    return moment.add(minutes=backoff.waits[attempts - 1])


def _utc(moment: dt.datetime) -> DateTime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone, got {moment.isoformat()}")
    return pendulum.instance(moment).in_timezone("UTC")


class Audience(StrEnum):
    """Who a notice goes to (通知对象); resolved to recipients by `services.notices`."""

    PETITIONER = "petitioner"
    UNIT = "unit"
    DESK = "desk"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    DISCIPLINE = "discipline"
    FOLLOW_UP = "follow_up"
    PARTY_INSPECTION = "party_inspection"
    OPERATOR = "operator"
    """Whoever keeps the platform, its accounts and its rules going."""
    ON_DUTY = "on_duty"
    """The member of the first-level review whose turn it is."""
    CONCERNED = "concerned"
    """The unit that has a task of its own in this step (`CONCERNING`), whoever holds the petition."""
    OUTLETS = "outlets"
    """The media that follow the case, of the steps they see anyway (`FOLLOWED`)."""


CONCERNING = frozenset(
    {
        Trigger.CORRECT_DISPATCH,
        Trigger.CONVENE,
        Trigger.ASSIGN,
        Trigger.REMIND_ASSIST,
        Trigger.DEMAND_EXPLANATION,
        Trigger.EXPLAIN,
        Trigger.WARN_EXPLANATION,
        Trigger.REMIND_EXPLANATION,
        Trigger.CLOSE_SUPERVISION,
        Trigger.CORRECT_DISPOSITION,
        Trigger.WARN_RECTIFICATION,
        Trigger.REMIND_RECTIFICATION,
        Trigger.CHECK_RECTIFICATION,
        Trigger.QUERY_UNIT,
        Trigger.WARN_INSPECTION,
        Trigger.REMIND_INSPECTION,
        Trigger.ANSWER_INSPECTION,
        Trigger.ASK_MEDIA_REPLY,
        Trigger.LAPSE_MEDIA_REPLY,
        Trigger.EXPOSE,
        Trigger.CORRECT_EXPOSURE,
    }
)
"""Steps that are about the task of a unit beside the holder's work: it can be told, and named with its own date."""


PUBLISHING = frozenset({Trigger.PUBLISH, Trigger.EXPOSE, Trigger.CORRECT_EXPOSURE, Trigger.UNPUBLISH})
"""Steps of something that has a public number."""
FOLLOWED = PUBLISHING | {
    Trigger.TRACK,
    Trigger.DISPATCH,
    Trigger.REDISPATCH,
    Trigger.CORRECT_DISPATCH,
    Trigger.SHOW_YELLOW_CARD,
    Trigger.SHOW_RED_CARD,
    Trigger.CLIMB_TO_FIRST_REVIEW,
    Trigger.CLIMB_TO_SECOND_REVIEW,
    Trigger.ASSIGN,
    Trigger.APPROVE_COMPLETION,
    Trigger.BEGIN_REDO,
    Trigger.ARCHIVE,
}
"""Milestones that an outlet may be told of: no step that says what somebody asked, thinks, or must stay out of."""


@dataclass(frozen=True)
class NoticeRule:
    """On `trigger`, each audience gets this text; `{…}` names facts of the case, never of a person."""

    id: str
    trigger: Trigger
    audiences: tuple[Audience, ...]
    title: str
    body: str
    urgent: bool = False
    urgencies: frozenset[str] = frozenset()
    """Only petitions of these urgencies owe it; without any every one does."""


@dataclass(frozen=True)
class NoticeRules:
    """The notice matrix with its quiet hours and its waits between attempts."""

    rules: tuple[NoticeRule, ...]
    quiet_hours: QuietHours
    back_off: BackOff
