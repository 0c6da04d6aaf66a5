"""Where a benchmark plays: a ledger, a Prefect server and workers of its own, started as `make up` starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from benchmarks.meters import cpu_seconds
from deployments.preparation import prepare_ledger
from deployments.register import register
from services.bootstrap import build_context, use_context
from services.context import Context
from settings import Settings
from tests.support.postgres import PostgresCluster
from tests.support.prefect_server import PrefectServer, running_prefect_server
from tests.support.prefect_workers import IN_PROCESS, STOCK, Pool, Worker

__all__ = ["IN_PROCESS", "STOCK", "Scene", "play_on_postgres", "play_on_sqlite"]

DEPLOYMENT = Path(__file__).with_name("petition.yaml")


@dataclass
class Scene:
    """One installation under measurement."""

    server: PrefectServer
    context: Context
    folder: Path
    postgres: PostgresCluster | None = None

    @property
    def database(self) -> str:
        return "PostgreSQL" if self.postgres else "SQLite"

    @contextmanager
    def worker(self, kind: str, **environment: str) -> Iterator[Worker]:
        """A worker of this kind on a pool of its own, to which the petition flow is deployed; ready when it yields."""
        settings = self.server.settings.model_copy(update={"work_pool": f"bench-{kind}"})
        register(settings, pool_type=kind, prefect_file=DEPLOYMENT)
        ledger = {
            "RONGETONG_DATABASE_URL": settings.database_url,
            # Both workers ask for due runs equally often.
            "RONGETONG_WORKER_POLL_SECONDS": str(settings.worker_poll_seconds),
            "PREFECT_WORKER_QUERY_SECONDS": str(settings.worker_poll_seconds),
            "PREFECT_LOGGING_LEVEL": "WARNING",
        }
        with Pool(self.server, f"bench-{kind}", kind, self.folder).worker(**ledger, **environment) as worker:
            yield worker

    def server_cpu(self) -> float:
        """CPU seconds of the Prefect server so far."""
        assert self.server.process is not None
        return cpu_seconds(self.server.process.pid)

    def database_cpu(self) -> float:
        """CPU seconds of PostgreSQL so far, Prefect's database and the ledger together; SQLite runs in its users."""
        return cpu_seconds(self.postgres.postmaster_pid) if self.postgres else 0.0

    def pause(self, kind: str, *, paused: bool) -> None:
        """Let the pool give out no runs, or let it give them out again."""
        answer = httpx.patch(
            f"{self.server.api_url}/work_pools/bench-{kind}", json={"is_paused": paused}, trust_env=False, timeout=60
        )
        answer.raise_for_status()


@contextmanager
def _play(folder: Path, ledger_url: str, prefect_url: str, postgres: PostgresCluster | None) -> Iterator[Scene]:
    folder.mkdir(parents=True)
    with running_prefect_server(folder, prefect_url) as server:
        server.settings = server.settings.model_copy(update={"database_url": ledger_url})
        settings: Settings = server.settings
        prepare_ledger(settings, lambda _: None)
        with use_context(build_context(settings)) as context:
            yield Scene(server, context, folder, postgres)


@contextmanager
def play_on_sqlite(folder: Path) -> Iterator[Scene]:
    """Ledger and Prefect on embedded SQLite, as a fresh `make up`."""
    with _play(folder / "sqlite", "", "", None) as scene:
        yield scene


@contextmanager
def play_on_postgres(folder: Path) -> Iterator[Scene]:
    """Ledger and Prefect on one PostgreSQL server of the benchmark's own."""
    with PostgresCluster() as cluster:
        urls = [
            cluster.create_database(name).replace("+psycopg", "") for name in ("bench_ledger", "bench_prefect")
        ]
        with _play(folder / "postgres", urls[0], urls[1], cluster) as scene:
            yield scene


def machine() -> str:
    """The machine in one line."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown processor",
    )
    load = os.getloadavg()[0]
    memory = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB, load {load:.1f} at the start"
