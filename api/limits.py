"""How often an anonymous client may ask: a bucket of tokens each, in this process's memory."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST_CLIENTS = 100_000
"""Buckets kept at most; the one unused for longest goes first, and it is the fullest."""


@dataclass(frozen=True)
class Rate:
    """`burst` requests at once, and one more every `seconds`."""

    burst: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What anonymous clients are held to. A service hall behind one address is meant to fit in."""

    registrations: Rate = Rate(burst=20, seconds=6)
    look_ups: Rate = Rate(burst=60, seconds=1)
    uploads: Rate = Rate(burst=40, seconds=10)
    """Of files: a large photo costs seconds of a processor."""


class Buckets:
    """Safe to share between threads. `now` gives seconds that only ever grow."""

    def __init__(self, rate: Rate, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._now = now
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> int:
        """Take one token of `client`: 0 when there was one, else the whole seconds until there will be."""
        with self._lock:
            now = self._now()
            tokens, since = self._buckets.pop(client, (float(self._rate.burst), now))
            tokens = min(self._rate.burst, tokens + (now - since) / self._rate.seconds)
            allowed = tokens >= 1
            self._buckets[client] = (tokens - 1 if allowed else tokens, now)
            if len(self._buckets) > _MOST_CLIENTS:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((1 - tokens) * self._rate.seconds))
