"""The four lists (问题、责任、进度、成效清单) and when an item is struck off them (销号).

The lists are views of the petitions as they stand; nothing is entered in them by hand. Whether an item is struck off
follows from its facts by `standing_of`, except that the desk may refuse it, and take that back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.facts import Satisfaction
from domain.stages import CLOSING_STAGES, FINAL_STAGES, Stage


class ListName(StrEnum):
    """Which of the four (清单)."""

    PROBLEMS = "problems"
    RESPONSIBILITIES = "responsibilities"
    PROGRESS = "progress"
    RESULTS = "results"


LIST_LABELS = {
    ListName.PROBLEMS: "问题清单",
    ListName.RESPONSIBILITIES: "责任清单",
    ListName.PROGRESS: "进度清单",
    ListName.RESULTS: "成效清单",
}


class Listed(StrEnum):
    """How an item stands in the lists."""

    OPEN = "open"
    PROVISIONAL = "provisional"
    LACKING = "lacking"
    KEPT = "kept"
    STRUCK_OFF = "struck_off"
    ELSEWHERE = "elsewhere"


LISTED_LABELS = {
    Listed.OPEN: "在办",
    Listed.PROVISIONAL: "已办结，待销号",
    Listed.LACKING: "已归档，不具备销号条件",
    Listed.KEPT: "专席退回销号",
    Listed.STRUCK_OFF: "已销号",
    Listed.ELSEWHERE: "另行了结",
}


class Lack(StrEnum):
    """What an item that is not struck off still lacks."""

    COMPLETION = "completion"
    VERDICT = "verdict"
    ARCHIVING = "archiving"
    SATISFACTION = "satisfaction"
    SOLUTION = "solution"
    SUPERVISION = "supervision"
    CONSENT = "consent"


LACK_LABELS = {
    Lack.COMPLETION: "没有经审核通过的办结凭据",
    Lack.VERDICT: "诉求人尚未评价",
    Lack.ARCHIVING: "尚未归档",
    Lack.SATISFACTION: "末次评价为不满意",
    Lack.SOLUTION: "凭据载明未解决，又没有评价",
    Lack.SUPERVISION: "督办件尚未了结",
    Lack.CONSENT: "专席已退回销号，须恢复",
}


@dataclass(frozen=True)
class ListRules:
    """See `policy/lists.yaml`, where the value has its source."""

    silence_strikes_off: bool = True
    """Whether an archived case that was solved is struck off although its petitioner, asked and followed up, said
    nothing."""


@dataclass(frozen=True)
class Loop:
    """What of a petition decides whether its loop is closed."""

    stage: Stage
    solved: bool | None = None
    """What the evidence says that was accepted last; `None`: none was."""
    satisfaction: Satisfaction | None = None
    supervised: bool = False
    """Whether the inspectors have an open file on it."""
    refused: bool = False
    """Whether the desk refused to have it struck off."""
    assessable: bool = True
    """False: it was decided that it is not assessed (不纳入评价), so no verdict is awaited."""


@dataclass(frozen=True)
class Standing:
    """How an item stands, and everything that it lacks to be struck off."""

    listed: Listed
    lacks: tuple[Lack, ...] = ()


def standing_of(loop: Loop, rules: ListRules) -> Standing:
    """Struck off is what is archived on evidence, not “dissatisfied” and not supervised, unless the desk refused.

    No verdict is asked of what cannot be assessed, nor, if the rules say so, of whoever said nothing about work that
    was solved. What was refused, merged, withdrawn or terminated never was an item to be done: it ended elsewhere.
    """
    if loop.stage in FINAL_STAGES and loop.stage is not Stage.ARCHIVED:
        return Standing(Listed.ELSEWHERE)
    lacks = tuple(_lacks(loop, rules))
    if loop.stage in CLOSING_STAGES:
        return Standing(Listed.PROVISIONAL, lacks)
    if loop.stage is not Stage.ARCHIVED:
        return Standing(Listed.OPEN, lacks)
    if loop.refused:
        return Standing(Listed.KEPT, lacks)
    return Standing(Listed.LACKING if lacks else Listed.STRUCK_OFF, lacks)


def _lacks(loop: Loop, rules: ListRules) -> list[Lack]:
    found = []
    finished = loop.stage in CLOSING_STAGES or loop.stage is Stage.ARCHIVED
    if not finished or loop.solved is None:
        found.append(Lack.COMPLETION)
    elif loop.assessable:
        found += _lacking_verdict(loop, rules)
    if loop.stage is not Stage.ARCHIVED:
        found.append(Lack.ARCHIVING)
    if loop.supervised:
        found.append(Lack.SUPERVISION)
    if loop.refused:
        found.append(Lack.CONSENT)
    return found


def _lacking_verdict(loop: Loop, rules: ListRules) -> list[Lack]:
    if loop.satisfaction is Satisfaction.DISSATISFIED:
        return [Lack.SATISFACTION]
    if loop.satisfaction is not None:
        return []
    if loop.stage is not Stage.ARCHIVED or not rules.silence_strikes_off:
        return [Lack.VERDICT]
    return [] if loop.solved else [Lack.SOLUTION]


class ListGrouping(StrEnum):
    """By what the items of the lists are told apart (分组)."""

    UNIT = "unit"
    TOWN = "town"
    CATEGORY = "category"
    SUB_CATEGORY = "sub_category"
    TOPIC = "topic"


LIST_GROUPING_LABELS = {
    ListGrouping.UNIT: "主办单位",
    ListGrouping.TOWN: "镇街",
    ListGrouping.CATEGORY: "大类",
    ListGrouping.SUB_CATEGORY: "小类",
    ListGrouping.TOPIC: "热点",
}


def striking_rule(rules: ListRules) -> str:
    """When an item is struck off, in one Chinese sentence."""
    silence = "已解决而诉求人始终未评价的，也销号" if rules.silence_strikes_off else "未评价的不销号"
    return (
        "已归档、办结凭据审核通过、末次评价不是不满意、督办件已了结的，自动销号；"
        f"{silence}；经审定不纳入评价的，不须评价；专席可以退回销号，也可以恢复。"
        "不予受理、并单、撤回、终止的另行了结，不算销号。"
    )
