"""For how long API keys are good, and from when on their end is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class KeyRules:
    """Whole days; see `policy/keys.yaml`, where each has its source."""

    lifetime_days: int | None = None
    """`None` in policies kept from before there were any: whoever makes a key says until when."""
    warning_days: int = 0

    def last_day(self, today: dt.date) -> dt.date | None:
        """The last day on which a key made today is good unless somebody says otherwise."""
        return today + dt.timedelta(days=self.lifetime_days) if self.lifetime_days is not None else None

    def tells_of(self, last_day: dt.date, today: dt.date) -> bool:
        """Whether the end of a key is near enough to be told, or past."""
        return last_day <= today + dt.timedelta(days=self.warning_days)
