"""Answers that hold for a while and for many: made once, however many ask for them at the same time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

Answer = TypeVar("Answer")

MOST = 64
"""Answers that are kept; of more, the one that was asked for longest ago goes (our own decision)."""


class KeptAnswers:
    """Keeps answers by keys that say everything they depend on, so that none is ever out of date."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Future[Any]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer to `key`; whoever asks while it is being made waits for it. What `make` raises is not kept."""
        mine: Future[Answer] = Future()
        with self._lock:
            kept = self._made.setdefault(key, mine)
            self._made.move_to_end(key)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        if kept is not mine:
            answer: Answer = kept.result()
            return answer
        try:
            mine.set_result(make())
        except BaseException as error:
            with self._lock:
                self._made.pop(key, None)
            mine.set_exception(error)
            raise
        return mine.result()
