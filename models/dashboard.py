"""What a dashboard shows: how things stand, the figures of a period, the trend, the ladder, and what is hot."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, Shown
from models.duplicates import HotTopics
from models.figure_answers import DefinitionView, PeriodView, ShareView


class DashboardRow(Answer):
    """A unit, a town, or everything: what is to be done now, and what was done with the cases of the period."""

    group: Named | None = Field(description="合计没有；代码为空的是没有此项的，逐件时填 none")
    standing: dict[str, int] = Field(description="历来登记的，截至时刻")
    counts: dict[str, int] = Field(description="时段内登记的，截至时刻")
    shares: list[ShareView] = Field(description="时段内登记的，截至时刻")


class TrendStep(Answer):
    """A day, week or month, named by its first day, with its last one."""

    first: str
    last: str
    registered: int
    open: int
    overdue: int


class RungView(Answer):
    """A rung of the ladder and how many cases of the period climbed to it or higher."""

    figure: str
    name: str
    cases: int


class DashboardView(Answer):
    """Everything as of one minute. A unit is shown the district's totals and its own part of everything else."""

    as_of: Shown
    period: PeriodView
    trend_period: PeriodView
    today: int = Field(description="今日登记的件数")
    today_period: PeriodView
    total: DashboardRow
    units: list[DashboardRow]
    towns: list[DashboardRow]
    trend_by: Named
    trend: list[TrendStep]
    ladder: list[RungView]
    topics: HotTopics | None = Field(description="承办单位和信息员没有")
    definitions: list[DefinitionView]
    rules: list[str]
