"""From what somebody asks for to the cases that are meant, or to everything that is wrong with the question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from pendulum import DateTime

import clock
from domain.calendar import local, utc
from domain.errors import Incomplete, Missing
from domain.figures import NO_GROUP
from domain.measured import Selection
from domain.periods import Period, PeriodKind, period_between, period_of
from domain.policy import Policy

YEARS = range(2000, 2100)
"""Years of which figures may be asked (our own decision)."""


@dataclass(frozen=True)
class Asked:
    """What figures are wanted of. A period is a kind (the one in which `as_of` lies) or its first and last day."""

    kind: PeriodKind | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    as_of: dt.datetime | None = None
    unit: str | None = None
    town: str | None = None
    category: str | None = None
    sub_category: str | None = None
    channel: str | None = None
    grid: str | None = None


def selection_of(asked: Asked, policy: Policy) -> Selection:
    """The selection that was asked for. Raises `Incomplete` with everything that is wrong, by the API's names."""
    faults = [*_faults_of_time(asked), *_faults_of_codes(asked, policy)]
    if faults:
        raise Incomplete(faults)
    as_of = utc(local(asked.as_of)) if asked.as_of else clock.now()
    return Selection(
        as_of=as_of,
        period=_period(asked, as_of),
        unit=asked.unit,
        town=asked.town,
        category=asked.category,
        sub_category=asked.sub_category,
        channel=asked.channel,
        grid=asked.grid,
    )


def _period(asked: Asked, as_of: DateTime) -> Period:
    if asked.kind is not None:
        return period_of(asked.kind, as_of)
    return period_between(asked.first, asked.last)


def _faults_of_time(asked: Asked) -> Iterator[Missing]:
    for field, moment in (("from", asked.first), ("to", asked.last), ("as_of", asked.as_of)):
        if moment is not None and moment.year not in YEARS:
            yield Missing(field, f"年份须在{YEARS[0]}至{YEARS[-1]}之间")
    if asked.kind is not None and (asked.first or asked.last):
        yield Missing("period", "时段(period)与起止日(from、to)只能用一种")
    if asked.first and asked.last and asked.first > asked.last:
        yield Missing("to", "止日不能早于起日")
    if asked.as_of is not None and asked.as_of > clock.now():
        yield Missing("as_of", "截至时刻不能晚于现在")


def _faults_of_codes(asked: Asked, policy: Policy) -> Iterator[Missing]:
    for field, code in (("unit", asked.unit), ("town", asked.town)):
        if code not in (None, NO_GROUP) and not policy.can_name(code):
            yield Missing(field, f"没有代码为“{code}”的单位，请从单位名录中选择")
    if asked.category not in (None, NO_GROUP) and not policy.knows_category(asked.category):
        yield Missing("category", f"没有代码为“{asked.category}”的大类")
    if asked.sub_category not in (None, NO_GROUP) and not policy.knows_sub_category(asked.sub_category):
        yield Missing("sub_category", f"没有代码为“{asked.sub_category}”的小类")
