"""The real orchestrator: Prefect's own client, one for all threads, that gives up soon instead of retrying."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.responses import SetStateStatus
from prefect.context import SettingsContext
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_CLIENT_CSRF_SUPPORT_ENABLED, PREFECT_CLIENT_MAX_RETRIES, get_current_settings
from prefect.settings.profiles import load_current_profile
from prefect.states import Scheduled

from clock import SystemClock
from gateways.orchestrator import DeploymentMissing, OrchestratorUnavailable, RunLabel, RunMissing, RunView, begin_again

DEPLOYMENT = "petition/petition"

# The most runs Prefect's server gives in one answer (PREFECT_SERVER_API_DEFAULT_LIMIT).
_PAGE = 200
_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_BUSY = frozenset({httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS})
# Pauses, in seconds, before a request is repeated because writers met in the server's database.
_PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)


class PrefectOrchestrator:
    """Talks to one Prefect server; safe to share between threads. Every method may raise `OrchestratorUnavailable`."""

    def __init__(self, api_url: str, deployment: str = DEPLOYMENT) -> None:
        """`api_url` ends in `/api`; `deployment` is `flow/deployment`. Nothing is asked of the server yet."""
        self._deployment = deployment
        self._deployment_id: UUID | None = None
        self._wall = SystemClock()
        self._lock = threading.Lock()
        current = get_current_settings()
        # Prefect's client sleeps between its retries; ours run in requests and in reconcile, which comes again anyway.
        self._settings = current.copy_with_update(
            updates={PREFECT_CLIENT_MAX_RETRIES: 0, PREFECT_CLIENT_CSRF_SUPPORT_ENABLED: False}
        )
        self._profile = load_current_profile()
        auth = current.api.auth_string
        key = current.api.key
        with self._impatient():
            self._client = SyncPrefectClient(
                api_url,
                auth_string=auth.get_secret_value() if auth else None,
                api_key=key.get_secret_value() if key else None,
                httpx_settings={"timeout": _TIMEOUT, "transport": PatientTransport()},
            )
            self._client.__enter__()

    def close(self) -> None:
        """Give the connections back; the orchestrator cannot be used afterwards."""
        self._client.__exit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, petition_id: str, label: RunLabel) -> str:
        """Create the petition's run, due now. Raises `DeploymentMissing` when there is nothing to run it with."""
        with self._asking():
            try:
                return self._create_run(petition_id, label)
            except httpx.HTTPStatusError as refusal:
                if refusal.response.status_code != httpx.codes.NOT_FOUND:
                    raise
                # The deployment was registered anew, under another id, since we read it.
                self._deployment_id = None
                return self._create_run(petition_id, label)

    def wake(self, run_id: str) -> bool:
        """See `Orchestrator.wake`.

        Prefect has no compare-and-set: a run that a worker claims between our look and our write may be scheduled once
        more. That is a double wake, which finds nothing due.
        """
        with self._asking():
            if not self._is_parked_until_later(run_id):
                return False
            try:
                result: OrchestrationResult[Any] = self._client.set_flow_run_state(
                    UUID(run_id), Scheduled(name="Woken")
                )
            except ObjectNotFound:
                return False
            return result.status == SetStateStatus.ACCEPT

    def revive(self, run_id: str) -> None:
        """See `Orchestrator.revive`."""
        with self._asking():
            try:
                self._client.set_flow_run_state(UUID(run_id), Scheduled(name="Revived"), force=True)
            except ObjectNotFound as missing:
                raise RunMissing(run_id) from missing

    def begin_again(self, run_id: str, petition_id: str, label: RunLabel) -> None:
        """See `Orchestrator.begin_again`."""
        begin_again(self, run_id, petition_id, label)

    def move(self, run_id: str, petition_id: str, label: RunLabel) -> str | None:
        """See `Orchestrator.move`.

        Prefect moves no run to another pool, and answers a second start under the same key with the first run, even
        where no worker looks any more. So the old one is deleted; the ledger has the history.
        """
        with self._asking():
            try:
                deployment = self._client.read_deployment_by_name(self._deployment)
                run = self._client.read_flow_run(UUID(run_id))
                wanted = (deployment.id, deployment.work_pool_name, deployment.work_queue_name)
                stands = (run.deployment_id, run.work_pool_name, run.work_queue_name)
                if deployment.work_pool_name is None or stands == wanted:
                    return None
                self._client.delete_flow_run(UUID(run_id))
            except ObjectNotFound:
                return None
            self._deployment_id = deployment.id
            return self._create_run(petition_id, label)

    def view(self, run_id: str) -> RunView | None:
        """See `Orchestrator.view`."""
        with self._asking():
            return self._read(run_id)

    def views(self, run_ids: Sequence[str]) -> dict[str, RunView]:
        """See `Orchestrator.views`; one request for every 200 runs."""
        found: dict[str, RunView] = {}
        with self._asking():
            for start in range(0, len(run_ids), _PAGE):
                page = list(run_ids[start : start + _PAGE])
                found.update((run.run_id, run) for run in self._filter({"flow_runs": {"id": {"any_": page}}}))
        return found

    def find_by_petition(self, petition_id: str) -> RunView | None:
        """See `Orchestrator.find_by_petition`."""
        with self._asking():
            flow, _, deployment = self._deployment.partition("/")
            runs = self._filter(
                {
                    "flow_runs": {"idempotency_key": {"any_": [petition_id]}},
                    "flows": {"name": {"any_": [flow]}},
                    "deployments": {"name": {"any_": [deployment]}},
                }
            )
        return runs[0] if runs else None

    def _create_run(self, petition_id: str, label: RunLabel) -> str:
        run = self._client.create_flow_run_from_deployment(
            self._read_deployment_id(),
            parameters={"petition_id": petition_id},
            idempotency_key=petition_id,
            name=label.name,
            tags=label.tags,
        )
        return str(run.id)

    def _read_deployment_id(self) -> UUID:
        with self._lock:
            if self._deployment_id is None:
                try:
                    self._deployment_id = self._client.read_deployment_by_name(self._deployment).id
                except ObjectNotFound as missing:
                    raise DeploymentMissing(f"the deployment {self._deployment} is not registered") from missing
            return self._deployment_id

    def _is_parked_until_later(self, run_id: str) -> bool:
        """Counted, not read: Prefect puts a whole run together from many tables."""
        parked = {
            "id": {"any_": [run_id]},
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "next_scheduled_start_time": {"after_": self._wall.now().isoformat()},
        }
        answer = self._client.request("POST", "/flow_runs/count", json={"flow_runs": parked})
        return bool(answer.json())

    def _read(self, run_id: str) -> RunView | None:
        try:
            answer = self._client.request("GET", "/flow_runs/{id}", path_params={"id": UUID(run_id)})
        except httpx.HTTPStatusError as refusal:
            if refusal.response.status_code == httpx.codes.NOT_FOUND:
                return None
            raise
        return _view(answer.json())

    def _filter(self, wanted: dict[str, Any]) -> list[RunView]:
        # Plain JSON: validating whole pages of runs costs more than asking for them.
        answer = self._client.request("POST", "/flow_runs/filter", json={**wanted, "limit": _PAGE})
        return [_view(run) for run in answer.json()]

    @contextmanager
    def _impatient(self) -> Iterator[None]:
        with SettingsContext(profile=self._profile, settings=self._settings):
            yield

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with self._impatient():
            try:
                yield
            except httpx.HTTPStatusError as refusal:
                status = refusal.response.status_code
                if status in _BUSY or status >= httpx.codes.INTERNAL_SERVER_ERROR:
                    raise OrchestratorUnavailable(f"Prefect answered {status}") from refusal
                raise
            except httpx.TransportError as failure:
                raise OrchestratorUnavailable(f"Prefect did not answer: {type(failure).__name__}") from failure


class PatientTransport(httpx.HTTPTransport):
    """Fails at once when nobody listens, and asks again soon when the server only lost a race in its database.

    Prefect answers 503 then, which is common on SQLite. All we send may be sent twice.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        for pause in _PAUSES:
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            response.close()
            # The other writer tells nobody when it is done.
            threading.Event().wait(pause * random.uniform(0.5, 1.5))  # noqa: S311
            response = super().handle_request(request)
        return response


def _view(run: dict[str, Any]) -> RunView:
    state: dict[str, Any] = run.get("state") or {}
    due = (state.get("state_details") or {}).get("scheduled_time")
    return RunView(
        run_id=run["id"],
        petition_id=run.get("idempotency_key") or run.get("parameters", {}).get("petition_id", ""),
        # A run without a state was just created and never scheduled: nobody will ever run it.
        state_type=run.get("state_type") or "FAILED",
        state_name=run.get("state_name") or "",
        scheduled_for=dt.datetime.fromisoformat(due) if due else None,
        updated=dt.datetime.fromisoformat(run["updated"]),
    )
