"""A clock that runs beside the wall's, so that several processes can live on another day together."""

from __future__ import annotations

import datetime as dt

from pendulum import DateTime

from clock import SystemClock


class ShiftedClock:
    """The wall clock, set forward by `shift`: whoever is told the same shift agrees on every moment."""

    def __init__(self, shift: dt.timedelta) -> None:
        self.shift = shift
        self._wall = SystemClock()

    @classmethod
    def at(cls, moment: dt.datetime) -> ShiftedClock:
        """A clock that reads `moment` now. Two made one after the other differ by the time between them."""
        return cls(moment - SystemClock().now())

    def now(self) -> DateTime:
        return self._wall.now() + self.shift

    def wall_time_of(self, moment: dt.datetime) -> DateTime:
        return self._wall.wall_time_of(moment - self.shift)
