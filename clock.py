"""The only reader of the wall clock.

Everything that needs the time asks `now()`; tests and stories put another clock in its place with `use()`.
A clock also knows when one of its moments arrives on the wall, because Prefect's scheduler lives by the wall clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pendulum
from pendulum import DateTime

SHANGHAI = "Asia/Shanghai"


class Clock(Protocol):
    """A source of time; every moment it gives is aware and in UTC."""

    def now(self) -> DateTime: ...

    def wall_time_of(self, moment: dt.datetime) -> DateTime:
        """When `moment` of this clock arrives on the wall clock."""
        ...


class SystemClock:
    """The wall clock itself."""

    def now(self) -> DateTime:
        return pendulum.now("UTC")

    def wall_time_of(self, moment: dt.datetime) -> DateTime:
        return pendulum.instance(moment).in_timezone("UTC")


class StoryClock:
    """A clock that stands still between steps and whose future passes `speed` times faster than the wall's.

    `now()` is the moment last set with `move_to`; a later moment is mapped to the wall from the instant of that move.
    So a petition's fifty-one days fit in a minute, while each thing that happens sees an exact time.
    """

    def __init__(self, start: dt.datetime, speed: float = 1.0) -> None:
        """`start` is aware; `speed` is seconds of this clock per second of the wall."""
        if speed <= 0:
            raise ValueError(f"speed must be positive, got {speed}")
        self._wall = SystemClock()
        self._speed = speed
        self._now = pendulum.instance(start).in_timezone("UTC")
        self._moved_at = self._wall.now()

    def now(self) -> DateTime:
        return self._now

    def move_to(self, moment: dt.datetime) -> None:
        """Let the clock stand at `moment`; a clock never runs backwards."""
        target = pendulum.instance(moment).in_timezone("UTC")
        if target < self._now:
            raise ValueError(f"a clock never runs backwards: {target} is before {self._now}")
        self._now = target
        self._moved_at = self._wall.now()

    def wall_time_of(self, moment: dt.datetime) -> DateTime:
        ahead = (moment - self._now).total_seconds()
        return self._moved_at.add(seconds=ahead / self._speed)


_active: Clock = SystemClock()


def now() -> DateTime:
    """The present moment of the clock in use, aware, in UTC."""
    return _active.now()


def wall_time_of(moment: dt.datetime) -> DateTime:
    """When `moment` of the clock in use arrives on the wall clock."""
    return _active.wall_time_of(moment)


@contextmanager
def use(clock: Clock) -> Iterator[Clock]:
    """Put `clock` in the place of the current one for a while, in every thread of this process."""
    global _active
    previous, _active = _active, clock
    try:
        yield clock
    finally:
        _active = previous
