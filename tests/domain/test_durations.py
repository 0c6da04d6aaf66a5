"""How a length of time is said."""

from __future__ import annotations

import pytest

from domain.durations import hours_said


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0分钟"), (59, "59分钟"), (60, "1小时"), (61, "1小时1分"), (14195, "236小时35分")]
)
def test_no_minute_is_lost(minutes: int, said: str) -> None:
    assert hours_said(minutes) == said
