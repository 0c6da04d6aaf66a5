"""The measurements of `benchmarks.lifecycle`, each a function that gives figures in seconds, of CPU or of the wall.

Processor time is that of the Prefect server and of the worker with all their child processes, less what they use when
nothing happens. PostgreSQL's own is not in it, and neither is that of this process, which stands for the API.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.objects import State
from prefect.states import Completed, Pending, Running, Scheduled

from benchmarks.copies import copy_parked_runs
from benchmarks.installation import IN_PROCESS, Installation, cpu_seconds, wait_until
from benchmarks.people import a_life, registered
from clock import SystemClock
from deployments.parts import Part
from deployments.register import register
from gateways.orchestrator import RunLabel
from gateways.prefect_orchestrator import PrefectOrchestrator
from services.bootstrap import build_context

DEPLOYMENTS = Path(__file__).with_name("flows.yaml")
SETTLE_SECONDS = 2.0
"""Events and logs reach the server a moment after the run that sent them has parked."""


IDLE_SECONDS = 10.0


@dataclass(frozen=True)
class Spent:
    """What a number of equal things cost."""

    count: int
    server: float
    worker: float
    wall: float

    @property
    def each(self) -> float:
        """Processor seconds for one."""
        return (self.server + self.worker) / self.count


def wakes(at: Installation, kind: str, count: int) -> Spent:
    """Wake `count` parked runs at once, on a worker of this kind, until all are parked again."""
    pool, orchestrator = _registered(at, kind, "one-task/one-task")
    runs = [orchestrator.start(f"{pool}-{number}", RunLabel(f"{pool}-{number}")) for number in range(count)]
    with get_client(sync_client=True) as client, at.worker(kind, pool) as worker:
        wait_until(lambda: _all_wait(client, runs), "the runs to be parked")
        with _spending(at, worker, count) as found:
            for run in runs:
                orchestrator.wake(run)
            wait_until(lambda: _all_wait(client, runs), "the runs to be parked again")
    return found[0]


def lives(at: Installation, count: int) -> Spent:
    """Whole lives of petitions: registered and dispatched, closed and asked about, rated and archived; three wakes."""
    pool, orchestrator = _registered(at, IN_PROCESS, "petition/petition")
    context = build_context(at.settings, orchestrator)
    with at.worker(IN_PROCESS, pool) as worker:
        a_life(context, [registered(context)])  # the worker imports what the flow needs
        with _spending(at, worker, count) as found:
            a_life(context, [registered(context) for _ in range(count)])
    return found[0]


def bare_calls(at: Installation, count: int, *, shown: bool, claimed: bool = True) -> Spent:
    """What such a life asks of Prefect's API, the same calls asked in the same way by one client and nothing else.

    The run, nine state changes, and before each of the two wakes whether the run is parked. `shown`: also the label and
    the case file of each wake, which operators see. Not `claimed`: eleven state changes, as Prefect's own workers ask
    them, with a Pending at every wake. Events and logs of a life are not among its calls.
    """
    first, last = [Pending, Running, _parked], [Scheduled, Running, Completed]
    states = [*first, Scheduled, Running, _parked, *last]
    if not claimed:
        states = [*first, Scheduled, *first, Scheduled, Pending, Running, Completed]
    _registered(at, IN_PROCESS, "one-task/one-task")
    with get_client(sync_client=True) as client:
        deployment = client.read_deployment_by_name("one-task/one-task").id
        with _spending(at, None, count) as found:
            for _ in range(count):
                run = client.create_flow_run_from_deployment(
                    deployment, parameters={"petition_id": "bare"}, idempotency_key=str(uuid4())
                ).id
                for state in states:
                    if state is Scheduled:
                        client.request("POST", "/flow_runs/count", json={"flow_runs": {"id": {"any_": [str(run)]}}})
                    client.set_flow_run_state(run, state())
                    if shown and state is Running:
                        client.update_flow_run(run, name=f"SZ-20260302-00017 · 待签收 {uuid4()}", tags=["stage:待签收"])
                        artifact = ArtifactCreate(
                            key="case-sz", type="markdown", data="| 时间 | |\n" * 30, flow_run_id=run
                        )
                        client.create_artifact(artifact)
    return found[0]


def polls(at: Installation, parked: int, asks: int = 30) -> tuple[float, float]:
    """Median wall seconds of a worker's question for due runs: with few parked runs, and with `parked` more."""
    pool, orchestrator = _registered(at, IN_PROCESS, "one-task/one-task")
    run = orchestrator.start(f"original-{uuid4()}", RunLabel("original"))
    with get_client(sync_client=True) as client:
        with at.worker(IN_PROCESS, pool):
            wait_until(lambda: _all_wait(client, [run]), "the run to be parked")
        before = _median_poll(client, pool, asks)
        copy_parked_runs(at.settings.prefect_ledger_url, run, parked)
        return before, _median_poll(client, pool, asks)


def lateness(at: Installation, count: int, spread_seconds: float = 30.0, lead_seconds: float = 20.0) -> list[float]:
    """How many wall seconds after its deadline each of `count` parked runs was running, in order."""
    pool, _ = _registered(at, IN_PROCESS, "one-task/one-task")
    with get_client(sync_client=True) as client, at.worker(IN_PROCESS, pool, poll_seconds=2.0):
        deployment = client.read_deployment_by_name("one-task/one-task").id
        runs = [
            client.create_flow_run_from_deployment(
                deployment,
                parameters={"petition_id": str(number), "seconds": lead_seconds + spread_seconds * number / count},
            ).id
            for number in range(count)
        ]
        wait_until(lambda: all(len(_late(client, run)) > 0 for run in runs), "every deadline to fire")
        return sorted(_late(client, run)[0] for run in runs)


def _late(client: SyncPrefectClient, run: UUID) -> list[float]:
    states = client.read_flow_run_states(run)
    late, due = [], None
    for state in states:
        if state.name == "Waiting":
            due = state.state_details.scheduled_time
        elif state.is_running() and due is not None:
            late.append((state.timestamp - due).total_seconds())
    return late


def _registered(at: Installation, kind: str, deployment: str) -> tuple[str, PrefectOrchestrator]:
    """A work pool of its own, with the deployments on it."""
    pool = f"bench-{kind}-{uuid4().hex[:6]}"
    register(at.settings.model_copy(update={"work_pool": pool}), pool_type=kind, prefect_file=DEPLOYMENTS)
    return pool, PrefectOrchestrator(at.settings.prefect_api_url, deployment)


@contextmanager
def _spending(at: Installation, worker: Part | None, count: int) -> Iterator[list[Spent]]:
    """Fills the list when the block is through and everything it caused has arrived."""
    found: list[Spent] = []
    time.sleep(SETTLE_SECONDS)
    idle = [seconds / IDLE_SECONDS for seconds in _used(at, worker, lambda: time.sleep(IDLE_SECONDS))]
    began = time.perf_counter()
    before = _clocks(at, worker)
    yield found
    wall = time.perf_counter() - began
    time.sleep(SETTLE_SECONDS)
    whole = time.perf_counter() - began
    server, own = (
        after - first - rate * whole for after, first, rate in zip(_clocks(at, worker), before, idle, strict=True)
    )
    found.append(Spent(count, server, own, wall))


def _used(at: Installation, worker: Part | None, work: Callable[[], object]) -> tuple[float, ...]:
    before = _clocks(at, worker)
    work()
    return tuple(after - first for after, first in zip(_clocks(at, worker), before, strict=True))


def _clocks(at: Installation, worker: Part | None) -> tuple[float, float]:
    """Processor seconds so far of the server, and of the worker or else of this process as the only client."""
    return cpu_seconds(at.server), cpu_seconds(worker) if worker is not None else time.process_time()


def _median_poll(client: SyncPrefectClient, pool: str, asks: int) -> float:
    took = []
    for _ in range(asks):
        began = time.perf_counter()
        body = {"scheduled_before": SystemClock().now().add(seconds=2).isoformat(), "limit": 20}
        answer: httpx.Response = client.request(
            "POST", "/work_pools/{name}/get_scheduled_flow_runs", path_params={"name": pool}, json=body
        )
        answer.raise_for_status()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _all_wait(client: SyncPrefectClient, runs: list[str]) -> bool:
    """Counted, and not often: a look costs the server something that is not to be measured, to read the runs most."""
    time.sleep(0.5)
    waiting = {"id": {"any_": runs}, "state": {"name": {"any_": ["Waiting"]}}}
    answer: httpx.Response = client.request("POST", "/flow_runs/count", json={"flow_runs": waiting})
    answer.raise_for_status()
    return bool(answer.json() == len(runs))


def _parked() -> State[Any]:
    return Scheduled(name="Waiting", scheduled_time=SystemClock().now().add(days=5))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the sorted `values` lie."""
    return values[min(len(values) - 1, int(share * len(values)))]
