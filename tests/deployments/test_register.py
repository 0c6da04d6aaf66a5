"""Registering work pools and deployments, on a real Prefect server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from ruamel.yaml import YAML

from deployments.register import PREFECT_FILE, WrongPoolType, read_deployments, register
from settings import PROJECT_ROOT, Settings
from tests.support.prefect_server import PrefectServer

FILE = """
name: test
pull: []
deployments:
  - name: "{{ $RONGETONG_WORK_POOL }}"
    entrypoint: tests.support.parking_flows.three_waits
    schedules: [{cron: "10 0 * * *", timezone: Asia/Shanghai}]
    work_pool: {name: "{{ $RONGETONG_WORK_POOL }}"}
  - name: "{{ $RONGETONG_WORK_POOL }}"
    entrypoint: tests.support.parking_flows.no_coroutine
    parameters: {folder: nowhere}
    schedules: [{interval: 77}]
    concurrency_limit: {limit: 1, collision_strategy: CANCEL_NEW}
    work_pool: {name: "{{ $RONGETONG_WORK_POOL }}"}
"""


@pytest.fixture
def prefect_file(tmp_path: Path) -> Path:
    path = tmp_path / "prefect.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def settings(prefect_server: PrefectServer) -> Settings:
    return prefect_server.settings.model_copy(update={"work_pool": f"register-{uuid4().hex[:8]}"})


def deployment(settings: Settings, name: str) -> dict[str, Any]:
    found: dict[str, Any] = PrefectServer(settings).ask("GET", f"deployments/name/{name}/{settings.work_pool}")
    return found


def assert_as_written(settings: Settings) -> None:
    scheduled = deployment(settings, "no-coroutine")
    assert [one["schedule"]["interval"] for one in scheduled["schedules"]] == [77]
    assert scheduled["global_concurrency_limit"]["limit"] == 1
    assert scheduled["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert scheduled["entrypoint"] == "tests.support.parking_flows.no_coroutine"
    assert scheduled["parameters"] == {"folder": "nowhere"}
    plain = deployment(settings, "three-waits")
    [timed] = [one["schedule"] for one in plain["schedules"]]
    assert (timed["cron"], timed["timezone"]) == ("10 0 * * *", "Asia/Shanghai")
    assert plain["work_pool_name"] == settings.work_pool
    assert not plain["pull_steps"]
    assert set(plain["parameter_openapi_schema"]["properties"]) == {"folder", "wait_seconds"}


@pytest.mark.slow
def test_registering_again_changes_nothing_and_makes_nothing_twice(settings: Settings, prefect_file: Path) -> None:
    first = register(settings, prefect_file=prefect_file)
    assert_as_written(settings)
    assert register(settings, prefect_file=prefect_file) == first
    assert_as_written(settings)
    pool = PrefectServer(settings).ask("GET", f"work_pools/{settings.work_pool}")
    assert pool["type"] == "in-process"
    limit = "    concurrency_limit: {limit: 1, collision_strategy: CANCEL_NEW}\n"
    prefect_file.write_text(FILE.replace(limit, ""), encoding="utf-8")
    assert register(settings, prefect_file=prefect_file) == first
    assert deployment(settings, "no-coroutine")["global_concurrency_limit"] is None, "what the file drops is dropped"


def change(settings: Settings, path: str, body: dict[str, Any]) -> None:
    """What the Prefect UI sends when an operator changes something."""
    PrefectServer(settings).ask("PATCH", path, body)


@pytest.mark.slow
def test_what_operators_changed_in_prefect_survives(settings: Settings, prefect_file: Path) -> None:
    register(settings, prefect_file=prefect_file)
    scheduled, plain = deployment(settings, "no-coroutine"), deployment(settings, "three-waits")
    [schedule] = scheduled["schedules"]
    change(settings, f"work_pools/{settings.work_pool}", {"is_paused": True, "concurrency_limit": 3})
    change(settings, f"deployments/{plain['id']}", {"concurrency_limit": 5, "tags": ["夜班"], "paused": True})
    change(settings, f"deployments/{scheduled['id']}/schedules/{schedule['id']}", {"active": False})

    register(settings, prefect_file=prefect_file)
    pool = PrefectServer(settings).ask("GET", f"work_pools/{settings.work_pool}")
    assert (pool["is_paused"], pool["concurrency_limit"]) == (True, 3)
    again = deployment(settings, "three-waits")
    assert (again["global_concurrency_limit"]["limit"], again["tags"], again["paused"]) == (5, ["夜班"], True)
    assert [(one["id"], one["active"]) for one in deployment(settings, "no-coroutine")["schedules"]] == [
        (schedule["id"], False)
    ]

    prefect_file.write_text(FILE.replace("77", "99"), encoding="utf-8")
    register(settings, prefect_file=prefect_file)
    [renewed] = deployment(settings, "no-coroutine")["schedules"]
    assert (renewed["schedule"]["interval"], renewed["active"]) == (99, False), "a new interval, and still paused"
    assert deployment(settings, "three-waits")["tags"] == ["夜班"], "what the file leaves as it was is left alone"


@pytest.mark.slow
def test_a_deployment_that_was_moved_to_another_pool_is_fetched_back(settings: Settings, prefect_file: Path) -> None:
    register(settings, prefect_file=prefect_file)
    register(settings, prefect_file=prefect_file, work_pool=f"{settings.work_pool}-other")
    register(settings, prefect_file=prefect_file)
    assert_as_written(settings)


@pytest.mark.slow
def test_a_pool_of_another_type_is_refused(settings: Settings, prefect_file: Path) -> None:
    register(settings, prefect_file=prefect_file, pool_type="process")
    with pytest.raises(WrongPoolType, match="is of type process, not in-process"):
        register(settings, prefect_file=prefect_file)


@pytest.mark.slow
def test_the_same_file_deploys_with_prefects_own_command(
    settings: Settings, prefect_file: Path, prefect_server: PrefectServer
) -> None:
    register(settings, prefect_file=prefect_file)
    environment = {
        **os.environ,
        **prefect_server.environment,
        "RONGETONG_WORK_POOL": settings.work_pool,
        "PYTHONPATH": str(PROJECT_ROOT),
    }
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(prefect_file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_as_written(settings)


def intervals(settings: Settings) -> dict[str, int]:
    return {
        entry["name"]: schedule["interval"]
        for entry in read_deployments(settings)
        for schedule in entry.get("schedules", [])
        if "interval" in schedule
    }


def test_the_products_own_file_takes_the_settings() -> None:
    settings = Settings(_env_file=None, work_pool="some-pool", reconcile_seconds=61, notices_seconds=5)
    entries = {entry["name"]: entry for entry in read_deployments(settings)}
    assert entries["petition"]["entrypoint"] == "flows.petition.petition"
    assert {entry["work_pool"]["name"] for entry in entries.values()} == {"some-pool"}
    assert (intervals(settings)["reconcile"], intervals(settings)["notices"]) == (61, 5)


def test_no_deployment_of_ours_can_be_locked_out_by_a_slot_that_nobody_holds() -> None:
    entries = read_deployments(Settings.model_construct())
    assert [entry["name"] for entry in entries if "concurrency_limit" in entry] == []


def test_the_intervals_in_the_file_are_the_defaults_of_the_settings() -> None:
    written = {
        entry["name"]: schedule["interval"]
        for entry in YAML(typ="safe", pure=True).load(PREFECT_FILE.read_text("utf-8"))["deployments"]
        for schedule in entry.get("schedules", [])
        if "interval" in schedule
    }
    assert written == intervals(Settings.model_construct())
