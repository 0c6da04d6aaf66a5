"""The Prefect server stops, or is killed, and comes back: people notice nothing, and everything catches up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployments.register import read_deployments, register
from tests.faults.world import World, close_world, make_world
from tests.support.forked import Nursery
from tests.support.postgres import PostgresCluster
from tests.support.prefect_server import PrefectServer, running_prefect_server
from tests.support.prefect_workers import IN_PROCESS, Pool, Worker, wait_until

pytestmark = pytest.mark.slow

PETITIONS = 6


@pytest.fixture
def server(tmp_path: Path, postgres: PostgresCluster) -> Iterator[PrefectServer]:
    """On PostgreSQL, as the installation of a district has it."""
    address = postgres.create_database("prefect_that_is_killed").replace("+psycopg", "")
    with running_prefect_server(tmp_path / "server", address) as server:
        yield server
    postgres.drop_database("prefect_that_is_killed")


@pytest.fixture
def world(server: PrefectServer, nursery: Nursery, tmp_path: Path) -> Iterator[World]:
    made = make_world(server, nursery, tmp_path / "world")
    yield made
    close_world(made)


@pytest.fixture
def worker(world: World, tmp_path: Path) -> Iterator[Worker]:
    """A worker of its own: those of the nursery know the shared Prefect server alone."""
    pool = Pool(world.server, world.settings.work_pool, IN_PROCESS, tmp_path)
    with pool.worker(**world.environment()) as worker:
        yield worker


def test_people_notice_nothing_and_everything_catches_up(server: PrefectServer, world: World, worker: Worker) -> None:
    in_hand = world.register()
    world.wait_at_rest(in_hand)

    server.stop()
    world.complete(in_hand)
    new = world.register()
    assert world.triggers(in_hand)[-1] == "approve_completion"
    assert world.heal().unavailable
    server.start()
    drift = world.heal()
    assert (drift.behind, drift.missing, drift.healed, drift.unavailable) == (1, 1, 2, False)
    world.wait_at_rest(in_hand, new)
    assert world.triggers(in_hand)[-1] == "ask_rating"
    assert world.triggers(new) == ["register", "accept", "dispatch"]
    world.assert_whole()

    upkeep = register_upkeep(world)
    assert {name: claim_run(server, key) for name, key in upkeep.items()} == dict.fromkeys(upkeep, "PENDING")
    some = [world.register() for _ in range(PETITIONS)]
    wait_until(lambda: any(len(world.triggers(one)) > 1 for one in some), "the first is under way")
    kill(server)
    some.append(world.register())
    server.start()
    assert register_upkeep(world) == upkeep
    # Whoever executed the claimed ones is gone, and so is what Prefect kept of them in its memory.
    assert {name: claim_run(server, key) for name, key in upkeep.items()} == dict.fromkeys(upkeep, "PENDING")
    wait_until(lambda: rested_or_healed(world, [in_hand, new, *some]), "at rest")
    assert {tuple(world.triggers(one)) for one in some} == {("register", "accept", "dispatch")}
    assert worker.process.poll() is None
    world.assert_whole()


def register_upkeep(world: World) -> dict[str, str]:
    """The product's own deployments that have a schedule, on a pool that nobody serves; their ids by name."""
    scheduled = [entry for entry in read_deployments(world.settings) if entry.get("schedules")]
    file = world.settings.data_dir / "upkeep.yaml"
    file.write_text(json.dumps({"deployments": scheduled}), encoding="utf-8")
    found = register(world.settings, work_pool="nobody-serves-it", prefect_file=file)
    return {one.name: one.deployment_id for one in found}


def claim_run(server: PrefectServer, deployment_id: str) -> str:
    """What becomes of a new run of this deployment when a worker claims it."""
    due = {"state": {"type": "SCHEDULED"}}
    run = server.post(f"deployments/{deployment_id}/create_flow_run", due)
    return str(server.post(f"flow_runs/{run['id']}/set_state", {"state": {"type": "PENDING"}})["state"]["type"])


def kill(server: PrefectServer) -> None:
    assert server.process is not None
    server.process.kill()
    server.process.wait()


def rested_or_healed(world: World, petition_ids: list[str]) -> bool:
    """Whether all are at rest; a reconcile comes round again, as its schedule would bring it."""
    if all(world.is_at_rest(one) for one in petition_ids):
        return True
    world.heal()
    return False
