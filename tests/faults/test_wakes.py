"""Lost, doubled and early wakes are harmless; so is whatever an operator does to a run in the Prefect UI."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.faults.world import World
from tests.support.prefect_workers import wait_until

pytestmark = pytest.mark.slow

WAKES = 20


@pytest.fixture(scope="module")
def world(world: World) -> Iterator[World]:
    """With two workers, so that a run may be handed to either."""
    with world.worker(), world.worker():
        yield world


@pytest.fixture
def petition_id(world: World) -> str:
    """A petition that waits for its unit."""
    petition_id = world.register()
    world.wait_at_rest(petition_id)
    return petition_id


def run_id_of(world: World, petition_id: str) -> str:
    run_id = world.petition(petition_id).run_id
    assert run_id is not None
    return run_id


def schedule_now(world: World, run_id: str) -> None:
    """A wake without the look before it: the run is scheduled whatever it does."""
    httpx.post(
        f"{world.server.api_url}/flow_runs/{run_id}/set_state",
        json={"state": {"type": "SCHEDULED", "name": "Woken"}},
        timeout=60,
        trust_env=False,
    )


def states(world: World, run_id: str) -> Counter[str]:
    return Counter(state["name"] for state in world.server.ask("GET", f"flow_run_states/?flow_run_id={run_id}"))


def test_a_lost_wake_is_found(world: World, petition_id: str) -> None:
    world.unheard().complete(petition_id)
    before = world.petition(petition_id)
    assert before.looked_version < before.version
    drift = world.heal()
    assert (drift.behind, drift.healed) == (1, 1)
    world.wait_at_rest(petition_id)
    assert world.triggers(petition_id)[-1] == "ask_rating"
    world.assert_whole()


def test_twenty_wakes_at_once_do_each_step_once(world: World, petition_id: str) -> None:
    quiet = world.register()
    world.wait_at_rest(quiet)
    world.complete(quiet)
    world.wait_at_rest(quiet)
    world.unheard().complete(petition_id)
    run_id, together = run_id_of(world, petition_id), threading.Barrier(WAKES)

    def wake(number: int) -> None:
        together.wait(120)
        if number % 2:
            world.context.orchestrator.wake(run_id)
        else:
            schedule_now(world, run_id)

    with ThreadPoolExecutor(WAKES) as pool:
        list(pool.map(wake, range(WAKES)))
    world.wait_at_rest(petition_id)
    assert Counter(world.triggers(petition_id)) == Counter(
        ["register", "accept", "dispatch", "sign", "submit_completion", "approve_completion", "ask_rating"]
    )
    assert world.notices(petition_id) == world.notices(quiet)
    world.assert_whole()


def test_an_early_wake_finds_nothing_due_and_waits_on(world: World, petition_id: str) -> None:
    run_id, before = run_id_of(world, petition_id), world.petition(petition_id)
    executions = states(world, run_id)["Running"]
    assert world.context.orchestrator.wake(run_id)
    wait_until(lambda: states(world, run_id)["Running"] > executions, "run again")
    world.wait_at_rest(petition_id)
    after = world.petition(petition_id)
    assert (after.version, after.wake_at, after.wake_kind) == (before.version, before.wake_at, before.wake_kind)
    world.assert_whole()


@pytest.mark.parametrize("state", ["CANCELLED", "FAILED", "CRASHED", "COMPLETED"])
def test_a_run_that_was_ended_in_prefect_lives_again(world: World, petition_id: str, state: str) -> None:
    run_id = run_id_of(world, petition_id)
    world.server.post(f"flow_runs/{run_id}/set_state", {"state": {"type": state}, "force": True})
    drift = world.heal()
    kind = "ended_early" if state == "COMPLETED" else state.lower()
    assert (getattr(drift, kind), drift.total, drift.healed) == (1, 1, 1)
    world.wait_at_rest(petition_id)
    world.complete(petition_id)
    world.wait_at_rest(petition_id)
    assert world.triggers(petition_id)[-1] == "ask_rating"
    world.assert_whole()


def test_a_run_that_was_deleted_in_prefect_is_started_again(world: World, petition_id: str) -> None:
    deleted = run_id_of(world, petition_id)
    world.server.ask("DELETE", f"flow_runs/{deleted}")
    assert world.run(petition_id) is None
    world.complete(petition_id)  # its wake reaches nobody
    drift = world.heal()
    assert (drift.missing, drift.healed) == (1, 1)
    world.wait_at_rest(petition_id)
    assert world.triggers(petition_id)[-1] == "ask_rating"
    assert run_id_of(world, petition_id) != deleted
    world.assert_whole()
