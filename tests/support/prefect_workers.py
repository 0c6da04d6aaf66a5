"""Real workers in their own processes for tests: ours and Prefect's stock process worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from deployments.register import Registered, register
from gateways.orchestrator import OrchestratorUnavailable, RunView
from gateways.prefect_orchestrator import PrefectOrchestrator
from settings import PROJECT_ROOT
from tests.support.prefect_server import PrefectServer

DEPLOYMENTS = Path(__file__).with_name("parking_flows.yaml")
IN_PROCESS = "in-process"
STOCK = "process"


@dataclass
class Worker:
    """A worker process and its output."""

    process: subprocess.Popen[bytes]
    log_path: Path

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", errors="replace")

    def stop(self) -> int:
        """Stop it gracefully; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=180)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Pool:
    """A work pool of its own for one test, with all test deployments on it."""

    server: PrefectServer
    name: str
    kind: str
    folder: Path
    deployments: dict[str, Registered] = field(default_factory=dict)
    """By the name of the flow."""

    def register_again(self) -> None:
        """Register the test deployments on this pool."""
        settings = self.server.settings.model_copy(update={"work_pool": self.name})
        for one in register(settings, pool_type=self.kind, prefect_file=DEPLOYMENTS):
            self.deployments[one.name.partition("/")[0]] = one

    @contextmanager
    def worker(self, **environment: str) -> Iterator[Worker]:
        """One worker serving this pool, killed at the end if it still runs."""
        path = self.folder / f"worker-{uuid4().hex[:6]}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                self._command(),
                cwd=PROJECT_ROOT if self.kind == IN_PROCESS else self.folder,
                env={**os.environ, **self.server.environment, **self._environment(), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        worker = Worker(process, path)
        try:
            yield worker
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def orchestrator(self, flow: str) -> PrefectOrchestrator:
        """An orchestrator for one of the test deployments; a "petition" is whatever the test calls so."""
        return PrefectOrchestrator(self.server.api_url, deployment=self.deployment(flow).name)

    def deployment(self, flow: str) -> Registered:
        return self.deployments[flow]

    def start(self, flow: str, **parameters: object) -> str:
        """A run of this flow, due now, with any parameters; its id."""
        path = f"deployments/{self.deployment(flow).deployment_id}/create_flow_run"
        run_id: str = self.server.post(path, {"parameters": parameters, "state": {"type": "SCHEDULED"}})["id"]
        return run_id

    def log_lines(self, run_id: str) -> list[tuple[int, str]]:
        """Level and text of everything the run logged to Prefect."""
        wanted = {"logs": {"flow_run_id": {"any_": [run_id]}}, "sort": "TIMESTAMP_ASC"}
        return [(line["level"], line["message"]) for line in self.server.post("logs/filter", wanted)]

    def states(self, run_id: str) -> list[str]:
        """The names of all states the run went through."""
        return [state["name"] for state in self.server.ask("GET", f"flow_run_states/?flow_run_id={run_id}")]

    def _command(self) -> list[str]:
        if self.kind == IN_PROCESS:
            return [sys.executable, "-m", "deployments.worker"]
        prefect = [sys.executable, "-m", "prefect", "worker", "start"]
        return [*prefect, "--pool", self.name, "--type", "process", "--prefetch-seconds", "0"]

    def _environment(self) -> dict[str, str]:
        return {
            "RONGETONG_DATA_DIR": str(self.server.settings.data_dir),
            "RONGETONG_PREFECT_URL": self.server.api_url,
            "RONGETONG_WORK_POOL": self.name,
            "RONGETONG_WORKER_POLL_SECONDS": "0.3",
            "PREFECT_WORKER_QUERY_SECONDS": "1",
            "PREFECT_LOGGING_TO_API_BATCH_INTERVAL": "0.5",
            "PYTHONPATH": str(PROJECT_ROOT),
            "PYTHONUNBUFFERED": "1",
        }


def make_pool(server: PrefectServer, folder: Path, kind: str = IN_PROCESS) -> Pool:
    """A fresh work pool of this kind with the test deployments."""
    pool = Pool(server, f"test-{uuid4().hex[:8]}", kind, folder)
    pool.register_again()
    return pool


def wait_until(reached: Callable[[], bool], what: str | list[object], seconds: float = 180) -> None:
    """Wait until something of another process is so; fails after `seconds`. A Prefect too busy to say is waited for."""
    give_up = time.monotonic() + seconds
    while True:
        with suppress(OrchestratorUnavailable):
            if reached():
                return
        assert time.monotonic() < give_up, f"still not {what} after {seconds} s"
        time.sleep(0.1)


def wait_for_run(
    orchestrator: PrefectOrchestrator, run_id: str, wanted: Callable[[RunView], bool], what: str
) -> RunView:
    """Wait until the run is as wanted."""
    seen: list[object] = [what]
    views: list[RunView] = []

    def reached() -> bool:
        view = orchestrator.view(run_id)
        seen[1:] = [view]
        views[:] = [view] if view is not None and wanted(view) else []
        return bool(views)

    wait_until(reached, seen)
    return views[0]
