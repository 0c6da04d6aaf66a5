"""A collector beside the event loop: no writer waits for a cursor that somebody dropped."""

from __future__ import annotations

import gc
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from deployments.garbage import Collector
from tests.support.prefect_workers import wait_until

PATIENCE_SECONDS = 0.5
"""What SQLite gives the second writer before it says that the database is locked."""


class Dropped:
    """A cursor that was not read to its end, in a cycle: only the garbage collector lets go of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.cursor = connection.execute("SELECT 1 UNION ALL SELECT 2")
        self.itself = self


class Scene:
    """One writer has the database; another one, whose connection has a dropped cursor, waits for it in a thread."""

    def __init__(self, path: Path, thread: ThreadPoolExecutor) -> None:
        self.first = sqlite3.connect(path, isolation_level=None)
        self.second = sqlite3.connect(path, isolation_level=None, timeout=PATIENCE_SECONDS, check_same_thread=False)
        self.first.execute("BEGIN IMMEDIATE")
        dropped = Dropped(self.second)
        waits = threading.Event()
        # Called from within the statement, which from then on has its connection for itself.
        self.second.set_trace_callback(lambda _: waits.set())
        self.got: Future[str] = thread.submit(self._wait_for_the_first)
        waits.wait()
        self.dropped = weakref.ref(dropped)

    def _wait_for_the_first(self) -> str:
        try:
            self.second.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as refusal:
            return str(refusal)
        self.second.set_trace_callback(None)
        self.second.rollback()
        return "its turn"

    def work_and_commit(self) -> str:
        """What an event loop does between two statements; what the other writer got."""
        assert [[] for _ in range(10 * gc.get_threshold()[0])]
        self.first.commit()
        return self.got.result()


@contextmanager
def a_scene(path: Path) -> Iterator[Scene]:
    with ThreadPoolExecutor(1) as thread:
        scene = Scene(path, thread)
        yield scene
    scene.first.close()
    scene.second.close()


def test_whoever_collects_waits_for_the_writer_that_waits_for_it(tmp_path: Path) -> None:
    with a_scene(tmp_path / "db") as scene:
        assert scene.work_and_commit() == "database is locked"
        assert scene.dropped() is None


def test_a_collector_of_its_own_holds_nobody_up(tmp_path: Path) -> None:
    with Collector(pause_seconds=0.01), a_scene(tmp_path / "db") as scene:
        assert scene.work_and_commit() == "its turn"
        wait_until(lambda: scene.dropped() is None, "collected")
    assert gc.isenabled()
