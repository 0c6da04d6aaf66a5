"""Reports are made once for each period, late ones as if in time, and name nobody."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.periods import PeriodKind
from models.tables import FigureReport
from services import reports
from services.context import Context
from tests.services import lives
from tests.services.lives import LIVES, TEXT, WORDS
from tests.support.context import a_context, shipped_policy


def stored(context: Context) -> list[FigureReport]:
    with context.readers() as session:
        return list(session.scalars(sa.select(FigureReport).order_by(FigureReport.since)))


def on(story: clock.StoryClock, day: int, hour: int = 1) -> None:
    """The clock stands in the night of this day of March 2026, when reports are made."""
    story.move_to(pendulum.datetime(2026, 3, day, hour, tz=clock.SHANGHAI))


def test_nothing_is_reported_before_there_is_anything(context: Context, story: clock.StoryClock) -> None:
    assert reports.make_due(context, PeriodKind.DAY) == 0
    lives.completed(context)
    assert reports.make_due(context, PeriodKind.DAY) == 0, "the first day is not over"
    on(story, 3)
    assert reports.make_due(context, PeriodKind.DAY) == 1
    assert reports.make_due(context, PeriodKind.WEEK) == reports.make_due(context, PeriodKind.MONTH) == 0


def test_a_report_is_made_once(context: Context, story: clock.StoryClock) -> None:
    lives.completed(context)
    on(story, 3)
    assert [reports.make_due(context, PeriodKind.DAY) for _ in range(2)] == [1, 0]
    [report] = stored(context)
    assert report.as_of == pendulum.datetime(2026, 3, 3, tz=clock.SHANGHAI)
    assert "# 日报 2026年3月2日" in report.text
    assert "截至 2026年3月3日 00:00(北京时间)" in report.text
    assert "| 办结率 | 100.00% (1/1，" in report.text


def test_why_petitioners_were_dissatisfied_and_the_visits_are_in_it(context: Context, story: clock.StoryClock) -> None:
    lives.dissatisfied_after_a_visit_was_drawn(context)
    on(story, 3)
    reports.make_due(context, PeriodKind.DAY)
    [report] = stored(context)
    assert "| 问题没有解决 | 1 |\n| 合计 | 1 |" in report.text
    assert "| 抽取 | 待回访 | 其中过期 | 已回访 | 未联系上 | 不再需要 | 与台账不一致 |" in report.text
    assert "| 1 | 0 | 0 | 0 | 0 | 1 | 0 |" in report.text


def test_two_at_once_make_one(context: Context, story: clock.StoryClock) -> None:
    lives.completed(context)
    on(story, 3)
    together = threading.Barrier(2)

    def make(_: int) -> int:
        together.wait(120)
        return reports.make_due(context, PeriodKind.DAY)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(make, range(2))) == 1
    assert len(stored(context)) == 1


def test_what_was_missed_is_made_later(engine: sa.Engine, story: clock.StoryClock) -> None:
    rules = dataclasses.replace(shipped_policy().figure_rules, catch_up=3)
    context = a_context(engine, policy=dataclasses.replace(shipped_policy(), version="late", figure_rules=rules))
    lives.in_hand(context)
    on(story, 9)
    assert reports.make_due(context, PeriodKind.DAY) == 3
    assert [report.text.splitlines()[0] for report in stored(context)] == [
        f"# 日报 2026年3月{day}日" for day in (6, 7, 8)
    ]


@pytest.mark.parametrize("kind", [PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH])
def test_a_late_report_says_what_one_in_time_would_have_said(
    context: Context, story: clock.StoryClock, kind: PeriodKind
) -> None:
    for life in LIVES:
        life(context)
        story.move_to(clock.now() + dt.timedelta(minutes=17))
    story.move_to(pendulum.datetime(2026, 4, 1, 1, tz=clock.SHANGHAI))
    reports.make_due(context, kind)
    in_time = [report.text for report in stored(context)]
    with context.sessions.begin() as session:
        session.execute(sa.delete(FigureReport))
    lives.completed(context)
    story.move_to(clock.now() + dt.timedelta(hours=3))
    reports.make_due(context, kind)
    assert [report.text for report in stored(context)] == in_time != []


def test_nobody_is_named(context: Context, story: clock.StoryClock) -> None:
    for life in LIVES:
        life(context)
    on(story, 3)
    reports.make_due(context, PeriodKind.DAY)
    [report] = stored(context)
    for secret in (WORDS, TEXT, "SZ-2026"):
        assert secret not in report.text


def test_what_was_not_shown_is_shown_once(context: Context, story: clock.StoryClock) -> None:
    lives.completed(context)
    on(story, 4)
    reports.make_due(context, PeriodKind.DAY)
    for report in reports.to_show(context):
        reports.was_shown(context, report)
    assert len(stored(context)) == 2
    assert reports.to_show(context) == []
