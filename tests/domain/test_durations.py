"""How a length of time is said."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.calendar import OfficeHours
from domain.durations import worktime_said

OURS = 450
"""Seven and a half hours of office time a day."""


@pytest.mark.parametrize(
    ("minutes", "said", "exactly"),
    [
        (0, "0分钟", "0分钟"),
        (59, "59分钟", "59分钟"),
        (60, "1个工作小时", "1个工作小时"),
        (61, "1个工作小时", "1个工作小时1分钟"),
        (2 * OURS - 1, "14个工作小时", "14个工作小时59分钟"),
        (2 * OURS, "2个工作日", "2个工作日"),
        (2 * OURS + 59, "2个工作日", "2个工作日59分钟"),
        (-(2 * OURS + 60), "2个工作日1小时", "2个工作日1小时"),
        (189 * 60 + 5, "25个工作日1小时", "25个工作日1小时35分钟"),
    ],
)
def test_what_is_long_is_said_in_days(minutes: int, said: str, exactly: str) -> None:
    assert (worktime_said(minutes, OURS), worktime_said(minutes, OURS, exact=True)) == (said, exactly)


def test_a_working_day_is_as_long_as_the_office_is_open() -> None:
    assert OfficeHours().minutes == OURS
    short = OfficeHours(dt.time(9), dt.time(12), dt.time(14), dt.time(17))
    assert worktime_said(189 * 60, short.minutes) == "31个工作日3小时"


@given(some.integers(-100_000, 100_000), some.integers(1, 1440))
def test_no_minute_is_lost_where_it_matters(minutes: int, working_day: int) -> None:
    said = worktime_said(minutes, working_day, exact=True)
    parts = re.fullmatch(r"(?:(\d+)个工作日)?(?:(\d+)(?:个工作)?小时)?(?:(\d+)分钟)?", said)
    assert parts is not None
    days, hours, rest = (int(part or 0) for part in parts.groups())
    assert days * working_day + hours * 60 + rest == abs(minutes)
