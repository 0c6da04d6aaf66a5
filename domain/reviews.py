"""The two reviews as bodies of people: who belongs to them, who is on duty, and when a meeting may decide.

The seed knows eight experts from the departments and a leading group of the district; how they meet it does not say,
so what is decided here is in `policy/reviews.yaml`, labelled as our own.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Incomplete, Missing, RuleRefusal
from domain.stages import Stage


class Level(StrEnum):
    """Which of the two reviews (研判层级)."""

    FIRST = "first"
    SECOND = "second"


LEVEL_LABELS = {Level.FIRST: "一级研判", Level.SECOND: "二级研判"}
STAGE_OF = {Level.FIRST: Stage.FIRST_REVIEW, Level.SECOND: Stage.SECOND_REVIEW}
"""Where a petition stands while a review has it."""


class MeetingStatus(StrEnum):
    """How far a meeting is (会议状态)."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CLOSED = "closed"
    CANCELLED = "cancelled"


MEETING_LABELS = {
    MeetingStatus.SCHEDULED: "已通知",
    MeetingStatus.HELD: "已召开",
    MeetingStatus.CLOSED: "已结束",
    MeetingStatus.CANCELLED: "已取消",
}
UNFINISHED = frozenset({MeetingStatus.SCHEDULED, MeetingStatus.HELD})


class Outcome(StrEnum):
    """What a meeting made of a case (议定结果)."""

    ASSIGNED = "assigned"
    HANDED_UP = "handed_up"
    PUT_OFF = "put_off"
    MOVED_ON = "moved_on"
    """It had left the review, by a timer or because the unit finished, before the meeting came to it."""
    NOT_HEARD = "not_heard"
    """The meeting was cancelled, or the case taken off it."""


OUTCOME_LABELS = {
    Outcome.ASSIGNED: "交办",
    Outcome.HANDED_UP: "提请二级研判",
    Outcome.PUT_OFF: "缓议",
    Outcome.MOVED_ON: "已离开本级研判",
    Outcome.NOT_HEARD: "未议",
}


@dataclass(frozen=True)
class Member:
    """A seat in a review: its holder is known by the office, never by a name."""

    code: str
    title: str
    unit: str
    """The code of the unit the member comes from."""
    level: Level


@dataclass(frozen=True)
class ReviewRules:
    """Who decides, and how many of them it takes."""

    members: tuple[Member, ...] = ()
    quorum: float = 0.0
    """The share of a review's members that must attend for its meeting to decide."""

    def of(self, level: Level) -> tuple[Member, ...]:
        """The members of one review, in the order of the file."""
        return tuple(member for member in self.members if member.level is level)

    def member(self, code: str) -> Member | None:
        return next((member for member in self.members if member.code == code), None)

    def needed(self, level: Level) -> int:
        """How many members must attend; never none where there are any."""
        members = len(self.of(level))
        return max(1, math.ceil(self.quorum * members)) if members else 0


def on_duty(rules: ReviewRules, level: Level, day: dt.date, changes: Mapping[dt.date, str]) -> Member | None:
    """Whose turn it is on `day`: a week each, from Monday, in the order of the file; `changes` name who stands in.

    `None` where the review has no members. Whoever stood in and is no member any more does not count.
    """
    members = rules.of(level)
    if not members:
        return None
    stands_in = next((member for member in members if member.code == changes.get(day)), None)
    return stands_in or members[(day.toordinal() - 1) // 7 % len(members)]


def check_quorum(rules: ReviewRules, level: Level, present: Collection[str]) -> None:
    """Raises `RuleRefusal` (`no-quorum`) unless enough members of the review attend."""
    there = sum(member.code in present for member in rules.of(level))
    needed = rules.needed(level)
    if there < needed:
        raise RuleRefusal("no-quorum", f"到会成员{there}人，不足{needed}人，会议不能作出决定；请补记到会成员或另行召集")


def check_status(status: MeetingStatus, *allowed: MeetingStatus) -> None:
    """Raises `RuleRefusal` unless the meeting is in one of the `allowed` states; its code says what is the matter."""
    if status in allowed:
        return
    if status is MeetingStatus.SCHEDULED:
        raise RuleRefusal("meeting-not-held", "会议尚未召开，请先登记到会情况")
    code = {
        MeetingStatus.HELD: "meeting-held",
        MeetingStatus.CLOSED: "meeting-closed",
        MeetingStatus.CANCELLED: "meeting-cancelled",
    }[status]
    raise RuleRefusal(code, f"会议{MEETING_LABELS[status]}，不能再作此更改")


def check_assignments(lead: str, assists: Collection[str]) -> None:
    """Raises `Incomplete` when one unit is given two parts."""
    units = [lead, *assists]
    if len(set(units)) != len(units):
        raise Incomplete([Missing("assists", "同一单位不能重复承担主办或协办任务")])
