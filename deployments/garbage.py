"""Collects garbage in a thread of its own, so that no event loop waits for a cursor that somebody else's thread holds.

SQLAlchemy's asynchronous SQLite driver leaves a failed statement's cursor to the garbage collector. Whoever collects it
resets it, and waits for its connection: for as long as that one is waiting, in its own thread, for another writer. When
the event loop collects, and the other writer is one of its own tasks, all of them wait until SQLite gives up after a
minute (docs/adr/0010). A thread that waits for a cursor holds nobody up.
"""

from __future__ import annotations

import gc
import itertools
import threading
from types import TracebackType
from typing import Self

_PAUSE_SECONDS = 1.0
_FULL_EVERY = 60
_ALL = 2
_YOUNG = 1


class Collector(threading.Thread):
    """From its start to its stop, the only one in this process to collect garbage."""

    def __init__(self, pause_seconds: float = _PAUSE_SECONDS) -> None:
        """`pause_seconds` between two rounds, of which every sixtieth looks at everything that lives."""
        super().__init__(name="garbage", daemon=True)
        self._pause = pause_seconds
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Take over. What lives already is taken to live as long as the process, and is not looked at again."""
        gc.collect()
        gc.freeze()
        gc.disable()
        super().start()

    def run(self) -> None:
        for number in itertools.count(1):
            if self._ended.wait(self._pause):
                return
            gc.collect(_ALL if number % _FULL_EVERY == 0 else _YOUNG)

    def stop(self) -> None:
        """Leave it to everybody again; used where a process outlives its server."""
        self._ended.set()
        self.join()
        gc.enable()
        gc.unfreeze()
