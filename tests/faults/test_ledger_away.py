"""The ledger's database crashes while flows run: nobody is told a lie, and everything catches up."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.world import World, answers, close_world, make_world
from tests.support.forked import Nursery
from tests.support.postgres import PostgresCluster
from tests.support.prefect_server import PrefectServer
from tests.support.prefect_workers import wait_until

pytestmark = pytest.mark.slow

BODY = {"channel": "web", "text": "广济路路灯不亮三天了", "place": "广济路"}
PETITIONS = 6
MEANWHILE = str(uuid.uuid4())
UPKEEP = ("notices", "reconcile")


@pytest.fixture
def world(
    prefect_server: PrefectServer, nursery: Nursery, postgres: PostgresCluster, tmp_path: Path
) -> Iterator[World]:
    made = make_world(prefect_server, nursery, tmp_path, postgres.create_database("ledger_that_crashes"))
    yield made
    close_world(made)
    postgres.drop_database("ledger_that_crashes")


def post(address: str, key: str) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return httpx.post(f"{address}/petitions", json=BODY, headers=headers, timeout=60, trust_env=False)


def registered(world: World, answer: httpx.Response) -> str:
    """The id of the petition that this answer is about."""
    assert answer.status_code == 201, answer.text
    return world.id_of(answer.json()["case_number"])


def test_what_was_running_goes_on_and_the_api_says_so(world: World, postgres: PostgresCluster) -> None:
    with world.api() as (_, address):
        waiting = world.register()
        with world.worker() as worker:
            world.wait_at_rest(waiting)
            some = [registered(world, post(address, str(uuid.uuid4()))) for _ in range(PETITIONS)]
            wait_until(lambda: any((run := world.run(one)) and run.state_type == "RUNNING" for one in some), "running")
            postgres.stop("immediate")
            try:
                refused = post(address, MEANWHILE)
                assert refused.status_code == 503
                assert refused.headers["content-type"] == "application/problem+json"
                assert refused.json()["code"] == "database-unavailable"
                assert not answers(f"{address}/health")
                wait_until(lambda: "database is away" in worker.log, "noticed")
                for flow in UPKEEP:
                    state, message = world.run_flow(flow)
                    assert (state, "OperationalError" in message) == ("FAILED", True), message
            finally:
                postgres.start()
            wait_until(lambda: answers(f"{address}/health"), "answering again")
            some.append(registered(world, post(address, MEANWHILE)))
            wait_until(lambda: all(settled(world, one) for one in some), "parked")
            drift = world.heal()  # what waits half a minute for the database need not, once somebody knows it is back
            assert (drift.failed, drift.crashed) == (0, 0), "to wait for the database is no failure"
            world.wait_at_rest(waiting, *some)
            assert {flow: world.run_flow(flow)[0] for flow in UPKEEP} == dict.fromkeys(UPKEEP, "COMPLETED")
            assert worker.alive
        assert {tuple(world.triggers(one)) for one in some} == {("register", "accept", "dispatch")}
        world.assert_whole()


def settled(world: World, petition_id: str) -> bool:
    """Nobody executes its run at this moment."""
    run = world.run(petition_id)
    return run is not None and (run.is_parked or run.is_final)
