"""A due date that can say how it came about, for machines as fields and for people as Chinese sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from domain.calendar import local
from domain.durations import Duration, TimeUnit


class StepKind(StrEnum):
    """What a step of the explanation tells."""

    START = "start"
    COUNTED = "counted"
    MAKEUP = "makeup"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    PAUSE = "pause"
    EXTENSION = "extension"
    ROLLED = "rolled"
    PROVISIONAL = "provisional"
    DEADLINE = "deadline"
    DERIVED = "derived"


@dataclass(frozen=True)
class ExplanationStep:
    """One step from the start to the due date, in order of time.

    `first` and `last` are Chinese days. `begins` and `ends` (UTC) are set where moments count: start, deadline and
    everything counted in hours. `counted` is what the step adds to the running term: days, or seconds for units of
    hours and minutes; `total` is the term's sum after it. `duration` is the term itself (start) or what is added to it
    (extension). `note` is the holiday's name, the reason of a pause or extension, the name of the rule, what a derived
    moment is.
    """

    kind: StepKind
    first: dt.date
    last: dt.date
    begins: DateTime | None = None
    ends: DateTime | None = None
    counted: int = 0
    total: int = 0
    unit: TimeUnit | None = None
    duration: Duration | None = None
    note: str = ""

    @property
    def text(self) -> str:
        """The step as a Chinese sentence without its full stop."""
        text = f"{_moment(self.ends)}到期"
        match self.kind:
            case StepKind.START:
                rule = f"（{self.note}）" if self.note else ""
                own_day = "起算当日不计" if self.unit and self.unit.is_days else "即时起算"
                text = f"{_moment(self.begins)}起算，期限{self.duration}{rule}，{own_day}"
            case StepKind.COUNTED | StepKind.MAKEUP:
                text = f"{self._when()} {'调休上班，' if self.kind is StepKind.MAKEUP else ''}{self._count()}"
            case StepKind.WEEKEND | StepKind.HOLIDAY:
                text = f"{self._when()} {self.note}，不计"
            case StepKind.PAUSE:
                text = f"{self._when()} 暂停计时（{self.note}），不计"
            case StepKind.EXTENSION:
                text = f"延期{self.duration}（{self.note}）"
            case StepKind.ROLLED:
                text = f"期限最后一日{_day(self.first)}为{self.note}，顺延至{_day(self.last)}"
            case StepKind.PROVISIONAL:
                text = f"{self.note}年放假安排尚未公布，暂按周一至周五为工作日推算，公布后重新计算"
            case StepKind.DERIVED:
                text = f"{_moment(self.ends)} {self.note}"
            case StepKind.DEADLINE:
                pass
        return text

    def _when(self) -> str:
        if self.begins is not None and self.ends is not None:
            begin, end = local(self.begins), local(self.ends)
            until = f"{end:%H:%M}" if begin.date() == end.date() else f"{_day(end)}{end:%H:%M}"
            return f"{_day(begin)}{begin:%H:%M}至{until}"
        return _day(self.first) if self.first == self.last else f"{_day(self.first)}至{_day(self.last)}"

    def _count(self) -> str:
        if self.unit is None or not self.unit.is_days:
            return f"计{_clock(self.counted)}，累计{_clock(self.total)}"
        unit = "工作日" if self.unit is TimeUnit.WORKING_DAYS else "自然日"
        if self.counted == 1:
            return f"计第{self.total}个{unit}"
        return f"计第{self.total - self.counted + 1}至{self.total}个{unit}"


@dataclass(frozen=True)
class DueDate:
    """When a term ends and why.

    `due_at` is aware, in UTC. `awaits` are the years whose unpublished calendar took part: when one of them arrives,
    the date must be computed again. `rule` and `calendar_version` say by what it was computed.
    """

    due_at: DateTime
    steps: tuple[ExplanationStep, ...]
    awaits: frozenset[int]
    rule: str
    calendar_version: str

    @property
    def provisional(self) -> bool:
        """Whether a day took part of which no published calendar says yet if it is worked."""
        return bool(self.awaits)


def _day(day: dt.date) -> str:
    return f"{day.month}月{day.day}日"


def _moment(moment: DateTime | None) -> str:
    if moment is None:
        return ""
    at = local(moment)
    return f"{at.year}年{_day(at)}（周{'一二三四五六日'[at.weekday()]}）{at:%H:%M}"


def _clock(seconds: int) -> str:
    """2 hours 30 minutes as "2小时30分"; seconds only where there are any."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = ((hours, "小时"), (minutes, "分"), (rest, "秒"))
    return "".join(f"{value}{name}" for value, name in parts if value) or "0分"
