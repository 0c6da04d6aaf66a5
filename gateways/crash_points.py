"""Named points at which a test can let the process die, as a power cut would.

Only the kill tests set `RONGETONG_CRASH_AT` (`name`, or `name:n` for the n-th time the point is reached); without it a
point costs one comparison.
"""

from __future__ import annotations

import os
from collections import Counter

from settings import get_settings

_reached: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """End this process at once, without any clean-up, if it was told to die here."""
    wanted = get_settings().crash_at
    if not wanted:
        return
    point, _, count = wanted.rpartition(":")
    if not count.isdigit():
        point, count = wanted, "1"
    if point != name:
        return
    _reached[name] += 1
    if _reached[name] >= int(count):
        os._exit(137)
