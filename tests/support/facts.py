"""A policy, a calendar and facts of petitions for tests of the domain, made in code so that no file stands between."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pendulum
from pendulum import DateTime

from domain.completion import HandlingRules
from domain.conduct import DeadlineKind, DeadlineRule, LadderRules, RequestType, Urgency
from domain.dispatch_rules import TOWN_OF_PLACE, DispatchRules, KeywordRule
from domain.notices import BackOff, NoticeRules, QuietHours
from domain.petition import Facts
from domain.policy import Policy
from domain.stages import CLOCK_STOPPED_STAGES, CLOSING_STAGES, INTAKE_STAGES, Stage
from domain.units import Category, Unit, UnitKind
from domain.verdict_rules import VerdictReason, VerdictRules
from domain.workdays import Duration, OfficeHours, Pause, TimeUnit, WorkCalendar
from tests.domain.calendars import REAL

SHANGHAI = "Asia/Shanghai"
HOUSING, PARKS, WATER = "housing", "parks", "water"
NORTH_TOWN, SOUTH_TOWN = "north-town", "south-town"


def at(text: str) -> DateTime:
    """`2022-03-07 09:00` in Shanghai, as the UTC moment the program works with."""
    moment = pendulum.parse(text, tz=SHANGHAI)
    assert isinstance(moment, DateTime)
    return moment.in_timezone("UTC")


MONDAY = at("2022-03-07 09:00")
"""The start of a month without a public holiday: 5 working days from here end on Monday 14 March at 17:30."""


def working_days(amount: int) -> Duration:
    return Duration(amount, TimeUnit.WORKING_DAYS)


def hours(amount: int) -> Duration:
    return Duration(amount, TimeUnit.HOURS)


def a_calendar() -> WorkCalendar:
    """The published arrangements of 2022, 2025 and 2026; every other year is unknown."""
    return REAL


_GENERAL = {
    DeadlineKind.ACCEPTANCE: working_days(1),
    DeadlineKind.SUPPLEMENT: working_days(5),
    DeadlineKind.DISPATCH: hours(24),
    DeadlineKind.SIGNING: working_days(1),
    DeadlineKind.RETURN_WINDOW: working_days(2),
    DeadlineKind.RETURN_DECISION: working_days(1),
    DeadlineKind.HANDLING: working_days(5),
    DeadlineKind.EXTENSION_LIMIT: working_days(10),
    DeadlineKind.EXTENSION_DECISION: working_days(1),
    DeadlineKind.SUSPENSION_LIMIT: Duration(30, TimeUnit.CALENDAR_DAYS),
    DeadlineKind.COMPLETION_CHECK: working_days(2),
    DeadlineKind.REDO: working_days(4),
    DeadlineKind.FIRST_REVIEW: working_days(10),
    DeadlineKind.SECOND_REVIEW: working_days(8),
    DeadlineKind.RATING: working_days(5),
    DeadlineKind.FOLLOW_UP: working_days(6),
    DeadlineKind.SUPERVISION_REMINDER: working_days(5),
    DeadlineKind.YELLOW_CARD: working_days(1),
    DeadlineKind.RED_CARD: working_days(1),
}

_SPECIAL = (
    DeadlineRule("handling-consultation", DeadlineKind.HANDLING, working_days(3), "测试", 10,
                 request_types=frozenset({RequestType.CONSULTATION})),
    DeadlineRule("handling-roads", DeadlineKind.HANDLING, working_days(7), "测试", 5, categories=frozenset({"roads"})),
    DeadlineRule("handling-emergency", DeadlineKind.HANDLING, hours(24), "测试", 30,
                 urgencies=frozenset({Urgency.EMERGENCY})),
)  # fmt: skip


def a_policy(**changes: Any) -> Policy:
    """A complete policy with plausible values of its own; `changes` replace whole fields."""
    policy = Policy(
        version="test-1",
        office=OfficeHours(),
        units=(
            Unit(NORTH_TOWN, "北街道", UnitKind.TOWN),
            Unit(SOUTH_TOWN, "南街道", UnitKind.TOWN),
            Unit(HOUSING, "住建局", UnitKind.DEPARTMENT),
            Unit(PARKS, "市政园林", UnitKind.DEPARTMENT),
            Unit(WATER, "水务局", UnitKind.DEPARTMENT),
            Unit("desk", "派遣专席", UnitKind.DESK),
            Unit("experts", "一级研判小组", UnitKind.FIRST_REVIEW),
            Unit("leaders", "二级研判领导小组", UnitKind.SECOND_REVIEW),
            Unit("discipline", "纪委监委", UnitKind.DISCIPLINE),
            Unit("callers", "信息员", UnitKind.FOLLOW_UP),
        ),
        categories=(Category("lights", "路灯"), Category("roads", "道路"), Category("water", "供水")),
        deadlines=(
            *(DeadlineRule(kind.value, kind, length, f"出处：{kind}") for kind, length in _GENERAL.items()),
            *_SPECIAL,
        ),
        ladder=LadderRules(
            return_limit=3,
            transfer_limit=3,
            redo_limit=1,
            extension_limit=1,
            sources={"designated_may_not_return": "指定后不得退回", "extension_limit": "只延一次"},
        ),
        dispatch=DispatchRules(
            threshold=2,
            margin=1,
            keywords=(
                KeywordRule("路灯", 3, "lights", PARKS),
                KeywordRule("路灯", 1, "lights", HOUSING),
                KeywordRule("新建道路", 2, "roads", HOUSING),
                KeywordRule("停水", 2, "water", WATER),
                KeywordRule("漏水", 1, "water", WATER),
                KeywordRule("小巷", 2, "roads", TOWN_OF_PLACE),
            ),
            town_words={NORTH_TOWN: ("北街", "广济路", "人民路"), SOUTH_TOWN: ("南街", "广济路南段", "人民路")},
            emergency_words=("着火", "塌陷伤人"),
            urgent_words=("停水", "停电"),
            desk_words=("法院", "仲裁"),
            proposal_weight=1.5,
        ),
        notices=NoticeRules((), QuietHours(dt.time(21), dt.time(8)), BackOff()),
        handling=HandlingRules((), (), (), correction_minutes=30, correction_source="出处：更正"),
        verdict=VerdictRules(
            exclusion_reasons=(VerdictReason("judicial", "须经诉讼解决", "测试"),),
            exclusion_deciders=frozenset({UnitKind.DESK, UnitKind.FIRST_REVIEW}),
            reopen_reasons=(VerdictReason("other", "其他", "测试"),),
            reopen_limit=1,
            dissatisfied_reasons=(VerdictReason("other", "其他", "测试"),),
        ),
    )
    return dataclasses.replace(policy, **changes)


def with_deadline(kind: DeadlineKind, duration: Duration) -> Policy:
    """The same policy with another general rule of this kind."""
    policy = a_policy()
    rules = tuple(
        dataclasses.replace(rule, duration=duration) if rule.id == kind.value else rule for rule in policy.deadlines
    )
    return dataclasses.replace(policy, deadlines=rules)


def facts(stage: Stage = Stage.IN_HAND, since: DateTime = MONDAY, **changes: Any) -> Facts:
    """A petition that came to `stage` at `since`, with what every petition at that stage has; the rest by `changes`."""
    known: dict[str, Any] = {
        "stage": stage,
        "stage_entered_at": since,
        "urgency": Urgency.ORDINARY,
        "request_type": RequestType.COMPLAINT,
        "category": "lights",
    }
    if stage not in INTAKE_STAGES | {Stage.ACCEPTED, Stage.REFUSED}:
        known |= {"unit": HOUSING, "unit_assigned_at": since, "clock_started_at": since}
    if stage in CLOSING_STAGES:
        known["rating_asked"] = True
    if stage in CLOCK_STOPPED_STAGES and known.get("clock_started_at"):
        known["pauses"] = (Pause(since, None, "听证"),)
    return Facts(**(known | changes))
