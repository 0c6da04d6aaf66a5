"""Where a case stands, as one says it to whoever reported it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import clock
from domain.stages import TRIGGER_LABELS, Stage, Trigger
from models.answers import Progress, TimelineEntry


@dataclass(frozen=True)
class Words:
    """What is going on, and what is to have happened when the date that is shown comes; empty where nothing is."""

    now: str
    until: str = ""
    yours: bool = False
    """Whether it is the petitioner's turn."""


_SAID = {
    Stage.REGISTERED: Words("已收到，由{holder}看是否受理", "给出结果"),
    Stage.AWAITING_SUPPLEMENT: Words("等您补充：要补什么见下面的经过", "补充", yours=True),
    Stage.ACCEPTED: Words("已受理，正在派给承办单位", "派出"),
    Stage.DISPATCHED: Words("已派给{unit}，等它签收", "办完并答复您"),
    Stage.IN_HAND: Words("{unit}正在办", "办完并答复您"),
    Stage.RETURN_REQUESTED: Words("{unit}认为不归它管，由{holder}审定该谁办", "审定"),
    Stage.EXTENSION_REQUESTED: Words("{unit}申请多要些时间，由{holder}审定", "审定"),
    Stage.SUSPENDED: Words("暂停办理，计时也停着，原因见下面的经过"),
    Stage.COMPLETION_SUBMITTED: Words("{unit}报告办完了，由{holder}核对", "核对完"),
    Stage.COMPLETED: Words("办完了，请您评价", "评价", yours=True),
    Stage.FOLLOW_UP: Words("办完了，正在回访", "回访"),
    Stage.RATED: Words("您已评价，由{holder}作最后处理"),
    Stage.REDO: Words("您不满意，{unit}正在重新办", "办完并答复您"),
    Stage.FIRST_REVIEW: Words("已提级，由{holder}会商怎样办", "作出决定"),
    Stage.SECOND_REVIEW: Words("已再次提级，由{holder}决定怎样办", "作出决定"),
    Stage.ARCHIVED: Words("已办完归档"),
    Stage.REFUSED: Words("没有受理，原因见下面的经过"),
    Stage.MERGED: Words("已并入同一件事一并办理"),
    Stage.WITHDRAWN: Words("您已撤回"),
    Stage.TERMINATED: Words("已终止办理，原因见下面的经过"),
}


@dataclass(frozen=True)
class Step:
    """A step as it is shown, and how often it was taken in the same minute: nine photos are one line."""

    entry: TimelineEntry
    times: int


def steps_of(timeline: Iterable[TimelineEntry]) -> list[Step]:
    """The steps, the newest first."""
    alike = groupby(timeline, lambda entry: (entry.at.replace(second=0, microsecond=0), entry.label, entry.reason))
    found = [Step(entries[0], len(entries)) for entries in (list(group) for _, group in alike)]
    return found[::-1]


def asked_of(case: Progress) -> str:
    """What the petitioner was asked to add, the last time they were."""
    asked = (entry.reason for entry in reversed(case.timeline) if entry.label == TRIGGER_LABELS[Trigger.ASK_SUPPLEMENT])
    return next(asked, "")


def said_of(case: Progress) -> Words:
    """Where `case` stands; what is late is said to be late, without a date that has passed as if it were to come."""
    found = _SAID[Stage(case.stage.code)]
    unit = case.unit.name if case.unit else "承办单位"
    holder = case.holder.name if case.holder else "平台"
    now = found.now.format(unit=unit, holder=holder)
    if case.due_at is not None and found.until and case.due_at < clock.now():
        late = "" if found.yours else "。期限已过，平台会自动提级或催办，不用您催"
        return Words(now + late, yours=found.yours)
    return Words(now, found.until if case.due_at is not None else "", found.yours)
