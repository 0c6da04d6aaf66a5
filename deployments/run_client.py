"""The worker's Prefect clients: they do not ask the server again for what the worker was told before.

Prefect's engine reads a run it was just handed, writes its version and its retries whether they differ or not, and asks
where results are stored though none are. In a process of its own it must; here that is half the requests of a wake.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, SyncPrefectClient
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.objects import FlowRun, ServerDefaultResultStorage, State
from prefect.client.schemas.responses import SetStateStatus, StateAcceptDetails
from prefect.context import AsyncClientContext, SyncClientContext
from prefect.settings import (
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    get_current_settings,
    temporary_settings,
)


class RunClient(PrefectClient):
    """A client that knows the runs which are being executed with it."""

    def __init__(self, api_url: str, auth_string: str | None = None, api_key: str | None = None) -> None:
        """For the server at `api_url`, with what it asks of its clients."""
        super().__init__(api_url, auth_string=auth_string, api_key=api_key)
        self._executing: dict[UUID, FlowRun] = {}
        self._known: dict[UUID, dict[str, Any]] = {}
        self._running: dict[UUID, State[Any]] = {}

    @contextmanager
    def executing(self, run: FlowRun, running: State[Any] | None = None) -> Iterator[FlowRun]:
        """While `run`, just read from the server and claimed, is executed here; gives it as the engine is to see it.

        `running` is the state it was claimed with, where that was no Pending one: the engine need not set it again.
        """
        # Without a deployment id the engine starts no suspension observer: a thread and a websocket for every run.
        # The transition to Running, which the engine makes before it reads the run, counts one execution more.
        bare = run.model_copy(deep=True, update={"deployment_id": None, "run_count": run.run_count + 1})
        self._known[run.id] = {"flow_version": run.flow_version, "empirical_policy": run.empirical_policy}
        self._executing[run.id] = bare
        if running is not None:
            self._running[run.id] = running
        try:
            yield bare
        finally:
            del self._executing[run.id], self._known[run.id]
            self._running.pop(run.id, None)

    async def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        """The run; the very object the engine keeps up to date, while it executes it."""
        return self._executing.get(flow_run_id) or await super().read_flow_run(flow_run_id)

    async def set_flow_run_state(
        self,
        flow_run_id: UUID | str,
        state: State[Any],
        force: bool = False,  # noqa: FBT001, FBT002 - the client's signature
    ) -> OrchestrationResult[Any]:
        """Set it, unless it is the Running that the run was claimed with."""
        claimed = self._running.pop(UUID(str(flow_run_id)), None)
        if claimed is not None and state.is_running():
            return OrchestrationResult(state=claimed, status=SetStateStatus.ACCEPT, details=StateAcceptDetails())
        return await super().set_flow_run_state(flow_run_id, state, force=force)

    async def update_flow_run(self, flow_run_id: UUID, *args: Any, **changes: Any) -> httpx.Response:  # noqa: ANN401
        """Tell the server what it does not know yet, and nothing else."""
        known = self._known.get(flow_run_id, {})
        if not args and all(name in known and known[name] == value for name, value in changes.items()):
            return httpx.Response(httpx.codes.NO_CONTENT)
        return await super().update_flow_run(flow_run_id, *args, **changes)


class _SettledClient(SyncPrefectClient):
    """Asks once where results are stored by default; who changes that starts the workers anew."""

    _storage: ServerDefaultResultStorage | None = None

    def read_server_default_result_storage(self) -> ServerDefaultResultStorage:
        if self._storage is None:
            self._storage = super().read_server_default_result_storage()
        return self._storage


class _RunClientContext(AsyncClientContext):
    """Where the engine looks for a client before it makes one."""

    def __init__(self, client: RunClient) -> None:
        super().__init__()
        self.client = client


class _SettledClientContext(SyncClientContext):
    """The same for what the engine asks synchronously."""

    def __init__(self, client: _SettledClient) -> None:
        super().__init__()
        self.client = client


@asynccontextmanager
async def one_client() -> AsyncIterator[RunClient]:
    """One HTTP client for the worker and all its runs: the engine reuses a client context that already exists."""
    overrides = {
        # Checked at every new client context, and fatal when the server is away at that moment.
        PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
        # A thread and an event for every run, to tell that its process lives; here that is the worker's own heartbeat.
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
    }
    with temporary_settings(overrides):
        api = get_current_settings().api
        auth = api.auth_string.get_secret_value() if api.auth_string else None
        key = api.key.get_secret_value() if api.key else None
        client = RunClient(str(api.url), auth, key)
        settled = _SettledClient(str(api.url), auth_string=auth, api_key=key)
        with _SettledClientContext(settled):
            async with _RunClientContext(client):
                yield client
