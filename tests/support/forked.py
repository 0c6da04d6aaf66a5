"""Processes of ours for kill tests, forked from one that has already imported everything.

What runs in them is what `python -m deployments.worker` and `make up` run; only the three seconds of imports are saved.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from unittest import mock

import clock
from clock import Clock, SystemClock

CRASHED = 137
"""The exit code of a process that died at a crash point."""
_PRELOAD = [
    "deployments.in_process",
    "deployments.worker",
    "flows.petition",
    "api.main",
    "cli.app",
    "uvicorn",
    __name__,
]


@dataclass
class Forked:
    """A process and what it wrote."""

    process: ForkServerProcess
    log_path: Path

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", errors="replace") if self.log_path.exists() else ""

    @property
    def alive(self) -> bool:
        return self.process.is_alive()

    def exit_code(self, seconds: float = 180) -> int | None:
        """Wait for its end; None when it still lives after these seconds."""
        self.process.join(seconds)
        return self.process.exitcode

    def stop(self) -> int | None:
        """Stop it gracefully; its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return self.exit_code()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still for a while, as a machine does that swaps or is moved."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


class Nursery:
    """Forks workers and APIs that are clients of one Prefect server, whose `environment` is read once, here.

    There is one process to fork from, and it belongs to the first nursery: the workers of another one, for another
    server, begin anew with imports of their own.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOAD)
        with mock.patch.dict(os.environ, environment):
            forkserver.ensure_running()

    @contextmanager
    def worker(self, environment: Mapping[str, str], log: Path, time: Clock | None = None) -> Iterator[Forked]:
        """`python -m deployments.worker`, killed at the end if it still runs; by another clock than the wall's."""
        with self._forked("worker", (), environment, log, time or SystemClock()) as forked:
            yield forked

    @contextmanager
    def api(self, environment: Mapping[str, str], log: Path, port: int) -> Iterator[Forked]:
        """The API on loopback at `port`, killed at the end if it still runs."""
        with self._forked("api", (port,), environment, log, SystemClock()) as forked:
            yield forked

    @contextmanager
    def command(self, environment: Mapping[str, str], log: Path, *words: str) -> Iterator[Forked]:
        """`rongetong words…`, killed at the end if it still runs."""
        with self._forked("command", words, environment, log, SystemClock()) as forked:
            yield forked

    @contextmanager
    def _forked(
        self, what: str, arguments: tuple[int | str, ...], environment: Mapping[str, str], log: Path, time: Clock
    ) -> Iterator[Forked]:
        process = self._context.Process(
            target=_live, args=(what, arguments, dict(environment), str(log), time), daemon=True
        )
        process.start()
        forked = Forked(process, log)
        try:
            yield forked
        finally:
            if process.is_alive():
                forked.kill()
            process.close()


def _live(what: str, arguments: tuple[int | str, ...], environment: dict[str, str], log: str, time: Clock) -> None:
    """In the new process: be a worker or an API until told to stop, or run a command."""
    from settings import get_settings

    foreign = os.environ["PREFECT_API_URL"] != environment["PREFECT_API_URL"]
    os.environ.update(environment)
    get_settings.cache_clear()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, sys.stdout.fileno())
    os.dup2(output, sys.stderr.fileno())
    if what == "worker" and foreign:
        assert isinstance(time, SystemClock), "another clock does not survive a new beginning"
        os.execv(sys.executable, [sys.executable, "-m", "deployments.worker"])
    if what == "worker":
        from deployments.worker import main

        with clock.use(time):
            sys.exit(main())
    if what == "command":
        from cli.main import main as run

        sys.argv = ["rongetong", *map(str, arguments)]
        run()
        return
    import uvicorn

    uvicorn.run(
        "api.main:build",
        factory=True,
        host="127.0.0.1",
        port=int(arguments[0]),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=5,
    )
