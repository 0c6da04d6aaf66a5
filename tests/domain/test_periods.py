"""Days, weeks, months and years from midnight to midnight in Asia/Shanghai."""

from __future__ import annotations

import datetime as dt

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import local
from domain.periods import Period, PeriodKind, period_before, period_between, period_of

moments = st.integers(0, 100 * 365 * 24 * 3600).map(lambda seconds: pendulum.datetime(2000, 1, 2).add(seconds=seconds))


@pytest.mark.parametrize(
    ("kind", "now", "said", "before"),
    [
        (PeriodKind.DAY, "2026-03-01T15:59:59Z", "2026年3月1日", "2026年2月28日"),
        (PeriodKind.DAY, "2026-03-01T16:00:00Z", "2026年3月2日", "2026年3月1日"),
        (PeriodKind.WEEK, "2026-03-01T15:59:59Z", "2026年2月23日至3月1日", "2026年2月16日至2月22日"),
        (PeriodKind.WEEK, "2026-03-01T16:00:00Z", "2026年3月2日至3月8日", "2026年2月23日至3月1日"),
        (PeriodKind.MONTH, "2026-02-28T16:00:00Z", "2026年3月1日至3月31日", "2026年2月1日至2月28日"),
        (PeriodKind.MONTH, "2026-12-31T15:00:00Z", "2026年12月1日至12月31日", "2026年11月1日至11月30日"),
        (PeriodKind.YEAR, "2026-12-31T16:00:00Z", "2027年1月1日至12月31日", "2026年1月1日至12月31日"),
    ],
)
def test_the_period_of_a_moment_and_the_one_before(kind: PeriodKind, now: str, said: str, before: str) -> None:
    moment = pendulum.parse(now)
    assert isinstance(moment, pendulum.DateTime)
    assert str(period_of(kind, moment)) == said
    assert str(period_before(kind, moment)) == before


@given(st.sampled_from(PeriodKind), moments)
def test_periods_follow_each_other_without_a_gap(kind: PeriodKind, moment: pendulum.DateTime) -> None:
    period, before = period_of(kind, moment), period_before(kind, moment)
    assert period.since is not None
    assert period.until is not None
    assert period.since <= moment < period.until
    assert before.until == period.since
    assert period_of(kind, period.since) == period
    assert local(period.since).time() == dt.time()


def test_the_last_day_belongs_to_it() -> None:
    period = period_between(dt.date(2026, 3, 1), dt.date(2026, 3, 2))
    assert (str(period), period.until) == ("2026年3月1日至3月2日", pendulum.datetime(2026, 3, 2, 16))
    assert str(period_between(None, None)) == str(Period()) == "历来"
    assert str(period_between(dt.date(2026, 3, 1), None)) == "2026年3月1日以来"
    assert str(period_between(None, dt.date(2026, 3, 2))) == "截至2026年3月2日"
    assert str(period_between(dt.date(2026, 3, 2), dt.date(2026, 3, 2))) == "2026年3月2日"
    assert str(period_between(dt.date(2025, 12, 29), dt.date(2026, 1, 4))) == "2025年12月29日至2026年1月4日"
