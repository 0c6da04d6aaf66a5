"""A whole installation in a folder that is thrown away, and what its processes use of the processor."""

from __future__ import annotations

import dataclasses
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from deployments.parts import Part, parts_of
from deployments.prefect_server import client_environment
from deployments.preparation import prepare_ledger
from settings import PROJECT_ROOT, Settings

IN_PROCESS = "in-process"
STOCK = "process"
PATIENCE_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class Installation:
    """A Prefect server over an empty database; workers come and go."""

    settings: Settings
    server: Part

    @contextmanager
    def worker(self, kind: str, pool: str, poll_seconds: float = 0.5) -> Iterator[Part]:
        """One worker of this kind serving `pool`."""
        command = [sys.executable, "-m", "deployments.worker"]
        if kind == STOCK:
            command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--type", STOCK]
            command += ["--prefetch-seconds", "0"]
        environment = {
            **client_environment(self.settings),
            "RONGETONG_DATA_DIR": str(self.settings.data_dir),
            "RONGETONG_DATABASE_URL": self.settings.database_url,
            "RONGETONG_PREFECT_URL": self.settings.prefect_api_url,
            "RONGETONG_WORK_POOL": pool,
            "RONGETONG_WORKER_POLL_SECONDS": str(poll_seconds),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PYTHONPATH": str(PROJECT_ROOT),
        }
        worker = Part(f"worker-{kind}", command, environment, self.settings.data_dir / "logs" / f"{pool}.log")
        with _running(worker):
            yield worker


@contextmanager
def installation(database_url: str = "", prefect_database_url: str = "") -> Iterator[Installation]:
    """An installation on SQLite, or on two PostgreSQL databases that are empty."""
    with tempfile.TemporaryDirectory(prefix="rongetong-bench-") as folder:
        settings = Settings(
            _env_file=None,
            data_dir=Path(folder),
            database_url=database_url,
            prefect_database_url=prefect_database_url,
            prefect_port=_free_port(),
        )
        (settings.data_dir / "logs").mkdir()
        (settings.data_dir / "prefect").mkdir()
        prepare_ledger(settings, lambda _: None)
        os.environ.update(client_environment(settings))
        server = parts_of(settings)[0]
        with _running(server):
            wait_until(server.is_healthy, "the Prefect server to answer")
            yield Installation(settings, server)


def cpu_seconds(part: Part) -> float:
    """Processor time of a process so far, user and system, with every child it has or had."""
    if part.process is None:
        return 0.0
    process = psutil.Process(part.process.pid)
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:  # its time is among its parent's ended children
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def wait_until(reached: Callable[[], bool], what: str) -> None:
    """Wait for another process. Raises TimeoutError."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        if time.monotonic() > give_up:
            raise TimeoutError(f"waited {PATIENCE_SECONDS} s for {what}")
        time.sleep(0.1)


@contextmanager
def _running(part: Part) -> Iterator[None]:
    part.start()
    try:
        yield
    finally:
        part.ask_to_stop()
        part.await_end(lambda: False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
