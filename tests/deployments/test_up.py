"""`rongetong up` as people start it: a process, its children, Ctrl-C, and the same data the next time."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.support.installation import Installation
from tests.support.ports import free_port
from tests.support.postgres import PostgresCluster
from tests.support.prefect_workers import wait_until

BODY = {"channel": "web", "text": "广济路路灯不亮三天了", "place": "广济路"}
PARTS = ("deployments.prefect_app", "api.main", "deployments.worker")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


@pytest.fixture
def installation_on_postgres(tmp_path: Path, postgres: PostgresCluster) -> Iterator[Installation]:
    """With both addresses as `.env.example` shows them."""
    names = ("up_ledger", "up_prefect")
    ledger, prefect = (postgres.create_database(name).replace("+psycopg", "") for name in names)
    yield Installation(tmp_path / "data", ledger, prefect)
    for name in names:
        postgres.drop_database(name)


def get(address: str, **query: str) -> Any:
    return httpx.get(address, params=query, timeout=60, trust_env=False).raise_for_status().json()


def register(installation: Installation) -> dict[str, Any]:
    answer = httpx.post(f"{installation.api}/petitions", json=BODY, timeout=60, trust_env=False)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def run_names(installation: Installation) -> list[str]:
    query = {"flows": {"name": {"any_": ["petition"]}}}
    answer = httpx.post(f"{installation.prefect}/flow_runs/filter", json=query, timeout=60, trust_env=False)
    return [run["name"] for run in answer.raise_for_status().json()]


def wait_dispatched(installation: Installation, petition: dict[str, Any]) -> None:
    address = f"{installation.api}/progress/{petition['query_code']}"
    wait_until(lambda: get(address)["stage"]["code"] == "dispatched", "dispatched")
    wait_until(
        lambda: any(petition["case_number"] in name and "待签收" in name for name in run_names(installation)), "named"
    )


@pytest.mark.slow
def test_it_starts_stops_and_carries_on_with_the_same_data(installation: Installation) -> None:
    with installation.started() as up:
        up.wait_ready()
        assert get(f"{installation.api}/health")["status"] == "ok"
        first = register(installation)
        wait_dispatched(installation, first)
        assert "UserWarning" not in up.log
        for port in (installation.api_port, installation.prefect_port):
            assert f"127.0.0.1:{port}" in up.log
        assert "already runs" in installation.refused(RONGETONG_API_PORT="1", RONGETONG_PREFECT_PORT="2")

        for part in PARTS:
            up.part(part).kill()
        wait_until(lambda: up.log.count("restarting in 0 s") == len(PARTS), "started again")
        wait_until(lambda: is_up(installation), "answering again")
        second = register(installation)
        wait_dispatched(installation, second)
        assert up.interrupt() == 0

    with installation.started() as up:
        up.wait_ready()
        assert re.search(r"reconciled: 2，偏差 drift: 0", up.log), up.log
        for petition in (first, second):
            assert get(f"{installation.api}/progress/{petition['query_code']}")["stage"]["code"] == "dispatched"
        assert "示例规则" not in up.log
        family = up.family()
        up.supervisor.kill()
        _, alive = psutil.wait_procs(family, timeout=60)
        assert alive == [], "what it started must not outlive a supervisor that was killed"

    with installation.started() as up:
        up.wait_ready()
        wait_dispatched(installation, register(installation))
        assert up.interrupt(signal.SIGTERM) == 0


@pytest.mark.slow
def test_the_same_on_postgresql(installation_on_postgres: Installation) -> None:
    installation = installation_on_postgres
    with installation.started() as up:
        up.wait_ready()
        first = register(installation)
        wait_dispatched(installation, first)
        assert up.interrupt() == 0
    with installation.started() as up:
        up.wait_ready()
        assert re.search(r"reconciled: 1，偏差 drift: 0", up.log), up.log
        assert get(f"{installation.api}/progress/{first['query_code']}")["stage"]["code"] == "dispatched"
        wait_dispatched(installation, register(installation))
        assert len(run_names(installation)) == 2
        assert up.interrupt() == 0
    assert list(installation.folder.glob("*.db")) == [], "nothing of it is in an embedded database"


def is_up(installation: Installation) -> bool:
    try:
        return bool(get(f"{installation.api}/health")["status"] == "ok")
    except httpx.HTTPError:
        return False


@pytest.mark.slow
def test_what_it_says_when_it_cannot_start(installation: Installation, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port} is taken, set RONGETONG_API_PORT" in installation.refused(RONGETONG_API_PORT=port)
        assert "set RONGETONG_PREFECT_PORT" in installation.refused(RONGETONG_PREFECT_PORT=port)
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/ledger"
    assert "the ledger's database cannot be used" in installation.refused(RONGETONG_DATABASE_URL=away)
    broken = tmp_path / "policy"
    broken.mkdir()
    (broken / "district.yaml").write_text("version: [", encoding="utf-8")
    refused = installation.refused(RONGETONG_POLICY_DIR=str(broken))
    assert "规则未加载" in refused
    assert "district.yaml，第 1 行" in refused
