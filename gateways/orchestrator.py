"""What the rest of the product may ask of the orchestrator: start, wake, revive and look at a petition's run.

The real one is `gateways.prefect_orchestrator`; here are the contract, one that records for tests of services, and one
that keeps API requests from ever waiting for Prefect. A wake carries no truth: the ledger is the truth, and whatever
is lost here is found by reconcile.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from clock import SystemClock

logger = logging.getLogger(__name__)

_LIVE = frozenset({"SCHEDULED", "PENDING", "RUNNING", "PAUSED"})
_FINAL = frozenset({"COMPLETED", "FAILED", "CRASHED", "CANCELLED"})


class OrchestratorUnavailable(Exception):
    """Prefect cannot be asked at the moment; what was wanted is left to reconcile."""


class DeploymentMissing(OrchestratorUnavailable):
    """Prefect answers, but the petition deployment is not registered there (yet)."""


class RunMissing(Exception):
    """Prefect does not know a run of this id."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"no flow run {run_id}")
        self.run_id = run_id


@dataclass(frozen=True)
class RunLabel:
    """What operators see of a petition in lists of runs. Never anything personal."""

    name: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunView:
    """One flow run as Prefect sees it. Times are aware and of the wall clock."""

    run_id: str
    petition_id: str
    state_type: str
    """Prefect's state type, in capitals: SCHEDULED, PENDING, RUNNING, COMPLETED, FAILED, …"""
    state_name: str
    scheduled_for: dt.datetime | None
    """When the run is due; None unless it is scheduled or just claimed."""
    updated: dt.datetime
    """When Prefect last heard of the run: a PENDING or RUNNING one that is silent for long has lost its worker."""

    @property
    def is_parked(self) -> bool:
        """Waiting for its time or for a worker; nobody is running it."""
        return self.state_type == "SCHEDULED"

    @property
    def is_live(self) -> bool:
        """Still going to look at its petition by itself. A cancelling run is not."""
        return self.state_type in _LIVE

    @property
    def is_final(self) -> bool:
        return self.state_type in _FINAL


class Orchestrator(Protocol):
    """One petition is one run, for its whole life."""

    def start(self, petition_id: str, label: RunLabel) -> str:
        """Start the petition's run and give its id; the same id when it was started before."""
        ...

    def wake(self, run_id: str) -> bool:
        """Let a run that is parked until later look at its petition now. False: it was not, and was left alone."""
        ...

    def revive(self, run_id: str) -> None:
        """Schedule a failed, crashed, cancelled or stuck run for now, whatever its state. Raises `RunMissing`."""
        ...

    def begin_again(self, run_id: str, petition_id: str, label: RunLabel) -> None:
        """Let the ended run of a petition that is open again look at it: revived, or started where there is none."""
        ...

    def move(self, run_id: str, petition_id: str, label: RunLabel) -> str | None:
        """Replace a due run that nobody takes by one where the deployment's workers look; its id. None: it is there."""
        ...

    def view(self, run_id: str) -> RunView | None:
        """The run, or None when Prefect does not know it."""
        ...

    def views(self, run_ids: Sequence[str]) -> dict[str, RunView]:
        """The runs Prefect knows of these, by run id."""
        ...

    def find_by_petition(self, petition_id: str) -> RunView | None:
        """The run started for this petition, or None."""
        ...


def begin_again(orchestrator: Orchestrator, run_id: str, petition_id: str, label: RunLabel) -> None:
    """See `Orchestrator.begin_again`. One still about to end is only woken: once ended, reconcile revives it."""
    view = orchestrator.view(run_id)
    if view is not None and not view.is_final:
        orchestrator.wake(run_id)
        return
    try:
        orchestrator.revive(run_id)
    except RunMissing:
        orchestrator.start(petition_id, label)


@dataclass
class RecordingOrchestrator:
    """An orchestrator without Prefect, for tests and for a past lived before there is one. It keeps what is asked."""

    started: dict[str, RunLabel] = field(default_factory=dict)
    woken: list[str] = field(default_factory=list)
    revived: list[str] = field(default_factory=list)
    astray: set[str] = field(default_factory=set)
    """The runs `move` finds elsewhere than where workers look; tests put them here."""
    runs: dict[str, RunView] = field(default_factory=dict)
    """What `view` answers; tests put the state they need here."""
    available: bool = True
    """False: every call raises `OrchestratorUnavailable`, as if the Prefect server were down."""

    def start(self, petition_id: str, label: RunLabel) -> str:
        self._answer()
        run_id = self.run_id_of(petition_id)
        if petition_id not in self.started:
            self.started[petition_id] = label
            now = SystemClock().now()
            self.runs[run_id] = RunView(run_id, petition_id, "SCHEDULED", "Scheduled", now, now)
        return run_id

    def wake(self, run_id: str) -> bool:
        self._answer()
        self.woken.append(run_id)
        run = self.runs.get(run_id)
        return run is not None and run.is_parked

    def revive(self, run_id: str) -> None:
        self._answer()
        if run_id not in self.runs:
            raise RunMissing(run_id)
        self.revived.append(run_id)

    def begin_again(self, run_id: str, petition_id: str, label: RunLabel) -> None:
        begin_again(self, run_id, petition_id, label)

    def move(self, run_id: str, petition_id: str, label: RunLabel) -> str | None:
        self._answer()
        if run_id not in self.astray:
            return None
        self.started.pop(petition_id, None)
        return self.start(petition_id, label)

    def view(self, run_id: str) -> RunView | None:
        self._answer()
        return self.runs.get(run_id)

    def views(self, run_ids: Sequence[str]) -> dict[str, RunView]:
        self._answer()
        return {run_id: self.runs[run_id] for run_id in run_ids if run_id in self.runs}

    def find_by_petition(self, petition_id: str) -> RunView | None:
        self._answer()
        return self.runs.get(self.run_id_of(petition_id))

    @staticmethod
    def run_id_of(petition_id: str) -> str:
        """The run id this recorder gives a petition; as long as Prefect's at most."""
        return f"run-of-{petition_id}"[:36]

    def _answer(self) -> None:
        if not self.available:
            raise OrchestratorUnavailable("there is no Prefect server")


class BackgroundOrchestrator:
    """Hands starts and wakes to one thread, so that a request never waits for Prefect; the rest goes straight through.

    What fails, or comes while too much is queued, is logged and left to reconcile.
    """

    def __init__(
        self,
        inner: Orchestrator,
        on_started: Callable[[str, str], None] | None = None,
        capacity: int = 10_000,
    ) -> None:
        """`on_started(petition_id, run_id)` is called on the thread; `capacity` is the most calls that may wait."""
        self._inner = inner
        self._on_started = on_started
        self._calls: queue.Queue[Callable[[], object] | None] = queue.Queue(capacity)
        self._thread = threading.Thread(target=self._work, name="orchestrator", daemon=True)
        self._thread.start()

    def start(self, petition_id: str, label: RunLabel) -> str:
        """Start the run soon. The empty string: its id is not known yet."""
        self._hand_over(lambda: self._start(petition_id, label))
        return ""

    def wake(self, run_id: str) -> bool:
        """Wake the run soon. True: the wake was taken."""
        return self._hand_over(lambda: self._inner.wake(run_id))

    def revive(self, run_id: str) -> None:
        self._inner.revive(run_id)

    def begin_again(self, run_id: str, petition_id: str, label: RunLabel) -> None:
        """Let it begin again soon."""
        self._hand_over(lambda: self._inner.begin_again(run_id, petition_id, label))

    def move(self, run_id: str, petition_id: str, label: RunLabel) -> str | None:
        return self._inner.move(run_id, petition_id, label)

    def view(self, run_id: str) -> RunView | None:
        return self._inner.view(run_id)

    def views(self, run_ids: Sequence[str]) -> dict[str, RunView]:
        return self._inner.views(run_ids)

    def find_by_petition(self, petition_id: str) -> RunView | None:
        return self._inner.find_by_petition(petition_id)

    def drain(self, timeout: float) -> bool:
        """Wait until everything handed over so far is done, `timeout` seconds at most. False: something is left."""
        with self._calls.all_tasks_done:
            return self._calls.all_tasks_done.wait_for(lambda: self._calls.unfinished_tasks == 0, timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Do what is still queued, `timeout` seconds at most, and end the thread."""
        self.drain(timeout)
        try:
            self._calls.put_nowait(None)
        except queue.Full:
            return  # Prefect does not answer; the thread is a daemon and ends with the process.
        self._thread.join(timeout)

    def _start(self, petition_id: str, label: RunLabel) -> None:
        run_id = self._inner.start(petition_id, label)
        if self._on_started is not None:
            self._on_started(petition_id, run_id)

    def _hand_over(self, call: Callable[[], object]) -> bool:
        try:
            self._calls.put_nowait(call)
        except queue.Full:
            logger.warning("Too many calls wait for Prefect; this one is left to reconcile")
            return False
        return True

    def _work(self) -> None:
        while True:
            call = self._calls.get()
            try:
                if call is None:
                    return
                call()
            except OrchestratorUnavailable as reason:
                logger.warning("Prefect is not available, left to reconcile: %s", reason)
            except Exception:
                # This thread serves every later request too, so no single failure may end it.
                logger.exception("A call to Prefect failed, left to reconcile")
            finally:
                self._calls.task_done()
