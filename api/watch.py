"""What is known of a part that may be slow to answer: asked seldom, by one at a time, and never waited for long."""

from __future__ import annotations

import threading
from collections.abc import Callable

FRESH_SECONDS = 5.0
PATIENCE_SECONDS = 1.0
"""How long an answer holds, and how long the one who asks waits for it (our own decisions)."""


class Watch:
    """Keeps the last answer of `ask`, so that any number of anonymous questions cost one thread and one request."""

    def __init__(self, ask: Callable[[], bool], now: Callable[[], float]) -> None:
        """`ask` tells whether the part answers; it may block and must not raise. `now` is in growing seconds."""
        self._ask = ask
        self._now = now
        self._asking = threading.Lock()
        self._answers = False
        self._asked_at: float | None = None

    @property
    def answers(self) -> bool:
        """Whether the part answered when it was last asked; False while it has not answered yet."""
        fresh = self._asked_at is not None and self._now() - self._asked_at < FRESH_SECONDS
        if fresh or not self._asking.acquire(blocking=False):
            return self._answers
        self._asked_at = self._now()
        asker = threading.Thread(target=self._find_out, name="watch", daemon=True)
        asker.start()
        asker.join(PATIENCE_SECONDS)
        if asker.is_alive():
            self._answers = False
        return self._answers

    def _find_out(self) -> None:
        try:
            self._answers = self._ask()
        finally:
            self._asking.release()
