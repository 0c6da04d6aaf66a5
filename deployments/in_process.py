"""A Prefect worker that runs flow runs as coroutines of one process instead of a new Python process each.

It runs whatever deployment is in its work pool. What it leaves out of every run, compared with Prefect's own workers,
is what nobody here reads: the job configuration, the Submitting state, labels and process ids, a new HTTP client, a
heartbeat thread and the suspension observer. `docs/adr` holds the figures.

`deployments.worker` starts it. Several may serve one pool, on one machine or on many.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any
from uuid import UUID

import httpx
from pendulum import DateTime
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.objects import FlowRun, State, StateType, WorkerMetadata
from prefect.client.schemas.responses import SetStateStatus, WorkerFlowRunResponse
from prefect.context import SettingsContext
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.flow_engine import run_flow_async, run_flow_sync
from prefect.flows import Flow
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, Profile, get_current_settings
from prefect.settings import Settings as PrefectSettings
from prefect.settings.profiles import load_current_profile
from prefect.states import Cancelled, Crashed, Pending, Scheduled
from prefect.utilities.engine import propose_state
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from clock import SystemClock
from deployments.claims import HEADER, claim_id
from deployments.flow_loading import load_flow
from deployments.run_client import RunClient, one_client

POOL_TYPE = "in-process"

# How long a flow may run before the worker asks whether somebody is cancelling it; shorter ones notice at their end.
_CANCELLATION_SECONDS = 10.0
# How far the clocks of worker and server may differ, with the rounding of times between them.
_CLOCK_SLACK = dt.timedelta(seconds=1)


class InProcessWorker(BaseWorker[BaseJobConfiguration, BaseVariables, BaseWorkerResult]):
    """Runs the flow runs of one work pool concurrently in this process, `limit` at the same time."""

    type = POOL_TYPE
    job_configuration = BaseJobConfiguration
    job_configuration_variables = BaseVariables
    _description = "Runs flow runs concurrently inside the worker's own process."

    def __init__(
        self,
        work_pool_name: str,
        *,
        limit: int,
        poll_seconds: float,
        grace_seconds: float,
        name: str | None = None,
    ) -> None:
        """`poll_seconds` between two looks for due runs; `grace_seconds` for runs in flight when it is stopped."""
        super().__init__(work_pool_name, name=name)
        self._most = limit
        self._poll_seconds = poll_seconds
        self._grace_seconds = grace_seconds
        self._wall = SystemClock()
        self._in_flight: dict[UUID, asyncio.Task[None]] = {}
        self._since: dict[UUID, DateTime] = {}
        self._cancelling: set[UUID] = set()
        self._entrypoints: dict[UUID, str] = {}
        self._room = asyncio.Event()
        self._exact_claims = False

    async def run(self, *_args: object, **_kwargs: object) -> BaseWorkerResult:
        """Never called: there is no infrastructure to start."""
        raise NotImplementedError("this worker runs flows in its own process")

    async def _worker_metadata(self) -> WorkerMetadata | None:
        """Nothing: to list what extends Prefect, it reads every installed package's description, in our event loop.

        That is half a second of the processor at every connection to the server, while all runs wait.
        """
        return None

    async def serve(self, stop: asyncio.Event) -> None:
        """Run what is due until `stop` is set, then give runs in flight their grace and hand the rest back.

        A Prefect server that is away is waited for, at the start and at any time later.
        """
        async with one_client(), self:
            await self._emit_worker_started_event()
            self._logger.info("Worker %s serves the pool %s", self.name, self._work_pool_name)
            heart = asyncio.create_task(self._keep_in_touch())
            try:
                while not stop.is_set():
                    await self._look_for_runs()
                    await self._wait_for_next_look(stop)
            finally:
                heart.cancel()
                await asyncio.gather(heart, return_exceptions=True)
                await self._finish()

    @property
    def _run_client(self) -> RunClient:
        if not isinstance(self.client, RunClient):
            raise TypeError("the worker serves inside one_client()")
        return self.client

    @contextmanager
    def _impatient(self) -> Iterator[None]:
        """Requests in here are not repeated by the client: the loop around them comes again anyway."""
        with SettingsContext(profile=self._profile, settings=self._settings_for_one_try):
            yield

    @cached_property
    def _profile(self) -> Profile:
        return load_current_profile()

    @cached_property
    def _settings_for_one_try(self) -> PrefectSettings:
        # Kept: to make settings means to read the environment and every file of them again.
        return get_current_settings().copy_with_update(updates={PREFECT_CLIENT_MAX_RETRIES: 0})

    # Looking for runs that are due

    async def _look_for_runs(self) -> None:
        free = self._most - len(self._in_flight)
        if free <= 0:
            return
        try:
            with self._impatient():
                due = await self.runs_due(free)
        except httpx.HTTPError as failure:
            self._logger.warning("Prefect cannot be asked for runs: %s", type(failure).__name__)
            return
        for run in due:
            if run.id not in self._in_flight:
                task = asyncio.create_task(self._serve_run(run), name=f"run-{run.id}")
                self._in_flight[run.id] = task
                self._since[run.id] = self._wall.now()

    async def runs_due(self, most: int) -> list[FlowRun]:
        """What is due before the next look, soonest first. Not more than can be run: every run in an answer costs."""
        until = self._wall.now().add(seconds=self._poll_seconds)
        # Runs in flight here that were scheduled anew at once come again and would take the places of others.
        response = await self.client.request(
            "POST",
            "/work_pools/{name}/get_scheduled_flow_runs",
            path_params={"name": self._work_pool_name},
            json={"scheduled_before": until.isoformat(), "limit": most + len(self._in_flight)},
        )
        self._exact_claims = HEADER in response.headers
        found = WorkerFlowRunResponse.model_validate_list(response.json())
        return [entry.flow_run for entry in found if entry.flow_run.id not in self._in_flight][:most]

    async def _wait_for_next_look(self, stop: asyncio.Event) -> None:
        """Until the next look, or sooner when the worker was full and half its places became free."""
        full = len(self._in_flight) >= self._most
        self._room.clear()
        waits = [asyncio.create_task(stop.wait())]
        if full:
            waits.append(asyncio.create_task(self._room.wait()))
        _, left = await asyncio.wait(waits, timeout=self._poll_seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in left:
            wait.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    # One run

    async def _serve_run(self, run: FlowRun) -> None:
        try:
            await self._wait_until_due(run)
            running = await self.take_up(run)
            if running is not None or await self.claim(run):
                await self._execute(run, running)
        except httpx.HTTPError as failure:
            # Prefect was away for longer than its client tries; reconcile finds the run where it was left.
            self._logger.warning("Lost touch with Prefect over run %s: %s", run.id, type(failure).__name__)
        except Exception:
            # One run must never take the worker, and so all others, with it.
            self._logger.exception("Run %s could not be served", run.id)
        finally:
            self._in_flight.pop(run.id, None)
            self._since.pop(run.id, None)
            self._cancelling.discard(run.id)
            if len(self._in_flight) <= self._most // 2:
                self._room.set()

    async def _wait_until_due(self, run: FlowRun) -> None:
        due = run.next_scheduled_start_time or run.expected_start_time
        if due is not None:
            await asyncio.sleep(max(0.0, (due - self._wall.now()).total_seconds()))

    async def take_up(self, run: FlowRun) -> State[Any] | None:
        """Make a run that was parked ours and Running in one step; `None`: it has to be claimed (`deployments.claims`).

        An answer that is lost leaves the run Running and nowhere, as a worker that dies here does; reconcile finds it.
        """
        if not (self._exact_claims and run.run_count and run.state_id):
            return None
        state = {"type": "RUNNING", "name": "Running", "state_details": {"transition_id": str(claim_id(run.state_id))}}
        try:
            with self._impatient():
                response = await self.client.request(
                    "POST", "/flow_runs/{id}/set_state", path_params={"id": run.id}, json={"state": state}
                )
        except httpx.HTTPStatusError:
            return None
        result = OrchestrationResult[Any].model_validate(response.json())
        return result.state if result.status == SetStateStatus.ACCEPT else None

    async def claim(self, run: FlowRun) -> bool:
        """Make the run ours, so that no other worker runs it. False: another has it, or it is not due any more."""
        try:
            state = await propose_state(self.client, Pending(), flow_run_id=run.id)
        except (Abort, Pause, ObjectNotFound):
            return False
        if not state.is_pending():
            return False
        due = state.state_details.scheduled_time
        if due is not None and due > self._wall.now() + _CLOCK_SLACK:
            # Another worker ran and parked it after we were told of it: it must wait for its new deadline.
            parked = [state for state in await self.client.read_flow_run_states(run.id) if state.is_scheduled()]
            await self.client.set_flow_run_state(run.id, Scheduled(name=parked[-1].name, scheduled_time=due))
            return False
        return True

    async def _execute(self, run: FlowRun, running: State[Any] | None) -> None:
        try:
            flow = load_flow(await self._entrypoint(run))
        except Exception as failure:
            self._logger.exception("The flow of run %s cannot be loaded", run.id)
            await self._force(run, Crashed(message=f"The flow cannot be loaded: {type(failure).__name__}"))
            return
        state: State[Any] | None = None
        try:
            with self._run_client.executing(run, running) as known:
                state = await _run(flow, known)
        except Pause:
            return  # parked
        except Abort:
            state = (await self.client.read_flow_run(run.id)).state
        except asyncio.CancelledError:
            await self._interrupted(run)
            return
        if state is not None and state.is_cancelling():
            await self._force(run, Cancelled(message="Cancelled while it ran."))

    async def _entrypoint(self, run: FlowRun) -> str:
        if run.deployment_id is None:
            raise ValueError("a run without a deployment")
        if run.deployment_id not in self._entrypoints:
            deployment = await self.client.read_deployment(run.deployment_id)
            if not deployment.entrypoint:
                raise ValueError("a deployment without an entrypoint")
            self._entrypoints[run.deployment_id] = deployment.entrypoint
        return self._entrypoints[run.deployment_id]

    async def _interrupted(self, run: FlowRun) -> None:
        """The execution was cut short: by an operator's cancellation, or because the worker stops."""
        if run.id in self._cancelling:
            await self._force(run, Cancelled(message="Cancelled while it ran."))
        else:
            await self._force(run, Scheduled(name="Interrupted"))

    async def _force(self, run: FlowRun, state: State[Any]) -> None:
        await self.client.set_flow_run_state(run.id, state, force=True)

    # In touch with the server, and the end

    async def _keep_in_touch(self) -> None:
        """Send heartbeats, so that the pool shows as ready, and ask about cancellations of runs that take long."""
        last_beat = self._wall.now()
        while True:
            await asyncio.sleep(min(_CANCELLATION_SECONDS, self.heartbeat_interval_seconds))
            try:
                with self._impatient():
                    if not self._has_successfully_synced or self._is_older(last_beat, self.heartbeat_interval_seconds):
                        last_beat = self._wall.now()
                        await self._sync_and_initialize()
                    await self._cancel_what_is_wanted()
            except httpx.HTTPError as failure:
                self._logger.warning("Prefect cannot be told of this worker: %s", type(failure).__name__)
            except Exception:
                self._logger.exception("The worker could not keep in touch with Prefect")

    def _is_older(self, moment: DateTime, seconds: float) -> bool:
        return moment.add(seconds=seconds) <= self._wall.now()

    async def _cancel_what_is_wanted(self) -> None:
        long = [run_id for run_id, since in self._since.items() if self._is_older(since, _CANCELLATION_SECONDS)]
        if not long:
            return
        response = await self.client.request(
            "POST",
            "/flow_runs/filter",
            json={
                "flow_runs": {
                    "id": {"any_": [str(run_id) for run_id in long]},
                    "state": {"type": {"any_": [StateType.CANCELLING.value]}},
                }
            },
        )
        for run_id in (UUID(run["id"]) for run in response.json()):
            if run_id in self._in_flight and run_id not in self._cancelling:
                self._cancelling.add(run_id)
                self._in_flight[run_id].cancel()

    async def _finish(self) -> None:
        if not self._in_flight:
            return
        self._logger.info("Worker %s stops; %d runs are in flight", self.name, len(self._in_flight))
        _, unfinished = await asyncio.wait(self._in_flight.values(), timeout=self._grace_seconds)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished, timeout=self._grace_seconds)


async def _run(flow: Flow[..., Any], run: FlowRun) -> State[Any] | None:
    if flow.isasync:
        return await run_flow_async(flow=flow, flow_run=run, parameters=run.parameters, return_type="state")
    return await asyncio.to_thread(
        run_flow_sync, flow=flow, flow_run=run, parameters=run.parameters, return_type="state"
    )
