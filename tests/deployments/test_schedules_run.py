"""Prefect's server makes runs of what has a schedule: without them nothing is reconciled and no notice is sent.

It fails on SQLAlchemy 2.1, where Prefect 3.8.8 cannot write these runs (docs/adr/0004).
"""

from __future__ import annotations

import threading
import time

import pytest

from deployments.register import read_deployments, register
from tests.support.prefect_server import PrefectServer, prefect_server

__all__ = ["prefect_server"]

pytestmark = pytest.mark.slow

_PATIENCE = 180.0  # seconds; only reached by a test that fails
POOL = "schedules-run"


def scheduled(server: PrefectServer, deployment_id: str) -> int:
    wanted = {
        "deployments": {"id": {"any_": [deployment_id]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
    }
    count: int = server.post("flow_runs/count", wanted)
    return count


def test_whatever_has_a_schedule_gets_runs(prefect_server: PrefectServer) -> None:
    with_schedule = {entry["name"] for entry in read_deployments(prefect_server.settings) if entry.get("schedules")}
    registered = register(prefect_server.settings, work_pool=POOL)
    waiting = {entry.deployment_id: entry.name for entry in registered if entry.name.split("/")[1] in with_schedule}
    assert len(waiting) == len(with_schedule) > 0
    give_up = time.monotonic() + _PATIENCE
    while waiting and time.monotonic() < give_up:
        waiting = {key: name for key, name in waiting.items() if scheduled(prefect_server, key) == 0}
        threading.Event().wait(0.5 if waiting else 0)
    assert waiting == {}
