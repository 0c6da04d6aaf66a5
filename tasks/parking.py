"""How a petition's run waits: the only module that knows how parking is done.

A run parks by putting itself into a `Scheduled` state for its next deadline and ending its execution with Prefect's own
signal for "exit, to be submitted again". No process is held; Prefect's scheduler hands the run to a worker when it is
due, or as soon as somebody schedules it earlier. It works alike on the in-process worker and on Prefect's own workers.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext
from prefect.exceptions import Abort, Pause
from prefect.logging import get_logger
from prefect.states import Scheduled
from prefect.utilities.engine import propose_state

import clock
from gateways.crash_points import crash_point
from gateways.orchestrator import RunLabel

_ENGINE_ENDED = "Finished in state "


class _ParkedIsNoError(logging.Filter):
    """Lets the engine's last line about a parked run be what it is: no error.

    Prefect's engine logs the end of every execution that is not `Completed` at ERROR, and parking is such an end.
    """

    def __init__(self) -> None:
        super().__init__()
        self._parked: set[str] = set()

    def expect(self, run_id: str) -> None:
        """The execution of this run is about to end in a parked state."""
        self._parked.add(run_id)

    def filter(self, record: logging.LogRecord) -> bool:
        run_id = getattr(record, "flow_run_id", None)
        if run_id in self._parked and str(record.msg).startswith(_ENGINE_ENDED):
            self._parked.discard(run_id)
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
            record.msg = f"Parked: {str(record.msg).removeprefix(_ENGINE_ENDED)}"
            return logging.getLogger(record.name).isEnabledFor(logging.INFO)
        return True


_parked_is_no_error = _ParkedIsNoError()
get_logger("prefect.flow_runs").addFilter(_parked_is_no_error)


async def park(
    name: str, until: dt.datetime, still_current: Callable[[], Awaitable[bool]], message: str | None = None
) -> NoReturn:
    """Leave the current run scheduled for `until` and end its execution; never returns.

    `name` and `message` are the state's in the Prefect UI, `until` a moment of our clock. `still_current` tells whether
    the ledger still stands where this execution read it. A wake is not sent to a running run, so what changed before
    the run was parked must be found here; then the run is due at once.
    Raises `Abort` when Prefect does not let the run wait any more, because somebody is cancelling it.
    """
    client, run = current_run()
    waiting: State[None] = Scheduled(name=name, scheduled_time=clock.wall_time_of(until), message=message)
    state = await _schedule(client, run, waiting)
    crash_point("run:after-park")
    if not await still_current():
        state = await _schedule(client, run, Scheduled(name="Woken"))
    _parked_is_no_error.expect(str(run.id))
    raise Pause(state=state)


async def relabel(label: RunLabel) -> None:
    """Let the current run's name and tags follow its petition; asks Prefect only when they differ."""
    client, run = current_run()
    if run.name == label.name and set(run.tags) == set(label.tags):
        return
    await client.update_flow_run(run.id, name=label.name, tags=label.tags)
    run.name, run.tags = label.name, list(label.tags)


async def _schedule(client: PrefectClient, run: FlowRun, wanted: State[None]) -> State[None]:
    state = await propose_state(client, wanted, flow_run_id=run.id)
    if not state.is_scheduled():
        raise Abort(f"Prefect wants the run {state.name}, not parked")
    return state


def own_run_id() -> str:
    """The id of the run this code executes in."""
    return str(current_run()[1].id)


def current_run() -> tuple[PrefectClient, FlowRun]:
    """The client and the run of the flow this code executes in. Raises RuntimeError outside of one."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None or not isinstance(context.client, PrefectClient):
        raise RuntimeError("only an asynchronous flow can be parked or relabelled, and only from inside")
    return context.client, context.flow_run
