"""Answers that hold for a while and for many: made once, however many ask for them at the same time."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")

MOST = 64
"""Answers that are kept; of more, the one that was asked for longest ago goes (our own decision)."""
OLDEST = dt.timedelta(minutes=5)
"""An answer from longer ago is not shown instead of one that is being made (our own decision)."""
PATIENCE = 0.3
"""Seconds that somebody waits for a new answer while an older one is at hand (our own decision)."""


class KeptAnswers:
    """Keeps answers by keys that say everything they depend on, so that none is ever taken for another one."""

    def __init__(self, most: int = MOST, patience: float | None = None) -> None:
        """`patience` in seconds; `None`: whoever asks waits for the new answer, however long it takes to make."""
        self._most = most
        self._patience = patience
        self._lock = threading.Lock()
        self._made: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._newest: OrderedDict[Hashable, tuple[dt.datetime, Any]] = OrderedDict()
        self._maker = ThreadPoolExecutor(1, "kept-answers")

    def get(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """The answer to `key`; whoever asks while it is being made waits for it. What `make` raises is not kept."""
        future, is_mine = self._future(key)
        if is_mine:
            self._make(key, make, future)
        answer: Answer = future.result()
        return answer

    def as_of(self, key: Hashable, moment: dt.datetime, make: Callable[[], Answer]) -> Answer:
        """The answer to `key` as of `moment`, or the one before it, where that is not old and the new one is long made.

        The new one is then made meanwhile, for whoever asks next; an answer says itself of which moment it is.
        """
        with self._lock:
            newest = self._newest.get(key)
        if newest is not None and newest[0] == moment:
            answer: Answer = newest[1]
            return answer

        def made() -> Answer:
            new = make()
            self._remember(key, moment, new)
            return new

        if self._patience is None or newest is None or not dt.timedelta() < moment - newest[0] <= OLDEST:
            return self.get((key, moment), made)
        future, is_mine = self._future((key, moment))
        if is_mine:
            self._maker.submit(self._make, (key, moment), made, future)
        try:
            answer = future.result(self._patience)
        except TimeoutError:
            if future.done():  # it is the database that took too long
                raise
            answer = newest[1]
        return answer

    def _future(self, key: Hashable) -> tuple[Future[Any], bool]:
        """Where the answer to `key` will be, and whether it is for the caller to have it made."""
        mine: Future[Any] = Future()
        with self._lock:
            kept = self._made.setdefault(key, mine)
            self._made.move_to_end(key)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return kept, kept is mine

    def _make(self, key: Hashable, make: Callable[[], Any], future: Future[Any]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
            with self._lock:
                self._made.pop(key, None)
            future.set_exception(error)

    def _remember(self, key: Hashable, moment: dt.datetime, answer: object) -> None:
        with self._lock:
            newest = self._newest.get(key)
            if newest is None or newest[0] < moment:
                self._newest[key] = (moment, answer)
            self._newest.move_to_end(key)
            while len(self._newest) > self._most:
                self._newest.popitem(last=False)
