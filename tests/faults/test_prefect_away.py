"""The Prefect server stops, or is killed, and comes back: people notice nothing, and everything catches up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.world import World, close_world, make_world
from tests.support.forked import Nursery
from tests.support.prefect_server import PrefectServer, running_prefect_server
from tests.support.prefect_workers import IN_PROCESS, Pool, Worker, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PETITIONS = 6


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PrefectServer]:
    with running_prefect_server(tmp_path / "server") as server:
        yield server


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

    some = [world.register() for _ in range(PETITIONS)]
    wait_until(lambda: any(len(world.triggers(one)) > 1 for one in some), "the first is under way")
    kill(server)
    some.append(world.register())
    server.start()
    wait_until(lambda: rested_or_healed(world, [in_hand, new, *some]), "at rest", 90)
    assert {tuple(world.triggers(one)) for one in some} == {("register", "accept", "dispatch")}
    assert worker.process.poll() is None
    world.assert_whole()


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
