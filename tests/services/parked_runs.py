"""A petition's run as Prefect would show it, for tests that compare it with the ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import clock
from gateways.orchestrator import RunView
from services import runs
from services.context import Context
from tests.services import lives
from tests.support.context import recorded


def wall() -> dt.datetime:
    return clock.SystemClock().now()


def run_of(context: Context, petition_id: str) -> str:
    return recorded(context).run_id_of(petition_id)


def set_run(context: Context, petition_id: str, state_type: str, **changes: Any) -> None:
    """Put the petition's run into this state, as Prefect would show it."""
    run_id = run_of(context, petition_id)
    view = RunView(run_id, petition_id, state_type, state_type.title(), None, wall())
    recorded(context).runs[run_id] = replace(view, **changes)


def park(context: Context, petition_id: str) -> None:
    """What the flow run does at the end of an execution: look, remember, wait."""
    seen = runs.look(context, petition_id)
    assert seen.step is None
    until = seen.wake_at
    if until is None:
        set_run(context, petition_id, "COMPLETED")
        return
    runs.parked(context, petition_id, seen.version, run_of(context, petition_id), until)
    set_run(context, petition_id, "SCHEDULED", scheduled_for=clock.wall_time_of(until), state_name=seen.wake_name)


def parked(context: Context) -> str:
    petition_id = lives.in_hand(context)
    park(context, petition_id)
    forget_calls(context)
    return petition_id


def forget_calls(context: Context) -> None:
    orchestrator = recorded(context)
    orchestrator.woken.clear()
    orchestrator.revived.clear()
    orchestrator.started.clear()
