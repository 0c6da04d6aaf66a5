"""A worker dies at every named point of a petition's life: nothing is lost, nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

import pytest

from tests.faults.world import World
from tests.support.forked import CRASHED, Forked

pytestmark = pytest.mark.slow

_AROUND_PARKING = [
    "run:before-announce",
    "run:before-announced",
    "run:after-announced",
    "run:before-park",
    "run:after-park",
]
FIRST = ["before-commit:1", "after-commit:1", "before-commit:2", "after-commit:2", *_AROUND_PARKING]
"""Registered: accept, dispatch, park."""
SECOND = ["before-commit", "after-commit", *_AROUND_PARKING]
"""Completed: ask for a rating, park."""
THIRD = [
    "before-commit",
    "after-commit",
    "run:before-announce",
    "run:before-announced",
    "run:after-announced",
]
"""Rated: archive, end."""
LIVES = list(zip_longest(FIRST, SECOND, THIRD, fillvalue=""))
"""Every other one is lived on PostgreSQL."""

Told = tuple[list[str], list[tuple[int, str, str]]]


def name_of(points: tuple[str, str, str]) -> str:
    return "/".join(filter(None, points))


@dataclass(frozen=True)
class Scene:
    """An installation, and the worker that goes on with what the dead ones left; it stands still while they work."""

    world: World
    survivor: Forked
    undisturbed: Told
    """History and notices of a life in which nobody died."""


@pytest.fixture(scope="module")
def on_sqlite(world: World) -> Iterator[Scene]:
    with world.worker() as survivor:
        yield Scene(world, survivor, whole_life(world))


@pytest.fixture(scope="module")
def on_postgresql(world_on_postgres: World) -> Iterator[Scene]:
    with world_on_postgres.worker() as survivor:
        yield Scene(world_on_postgres, survivor, whole_life(world_on_postgres))


def whole_life(world: World) -> Told:
    petition_id = world.register()
    world.wait_at_rest(petition_id)
    world.complete(petition_id)
    world.wait_at_rest(petition_id)
    world.rate(petition_id)
    world.wait_at_rest(petition_id)
    assert world.petition(petition_id).stage == "archived"
    return world.triggers(petition_id), world.notices(petition_id)


@pytest.mark.parametrize("points", LIVES[::2], ids=name_of)
def test_it_goes_on_where_it_was(on_sqlite: Scene, points: tuple[str, str, str]) -> None:
    live_and_die(on_sqlite, points)


@pytest.mark.parametrize("points", LIVES[1::2], ids=name_of)
def test_it_goes_on_where_it_was_on_postgresql(on_postgresql: Scene, points: tuple[str, str, str]) -> None:
    live_and_die(on_postgresql, points)


def live_and_die(scene: Scene, points: tuple[str, str, str]) -> None:
    """A whole life, with a death in each of its three executions, and nothing of them to be seen."""
    world, survivor = scene.world, scene.survivor
    first, second, third = points
    petition_id = die_and_heal(world, survivor, first, world.register)
    assert world.triggers(petition_id) == ["register", "accept", "dispatch"]
    die_and_heal(world, survivor, second, lambda: world.complete(petition_id))
    assert world.triggers(petition_id)[-1] == "ask_rating"
    die_and_heal(world, survivor, third, lambda: world.rate(petition_id))
    assert (world.triggers(petition_id), world.notices(petition_id)) == scene.undisturbed
    assert world.petition(petition_id).stage == "archived"
    told = versions_told(world, petition_id)
    assert len(told) == len(set(told)), "a change was told again under another id"


def versions_told(world: World, petition_id: str) -> list[int]:
    """The versions of the petition's history that operators see as events, one for each event."""
    resource = {"id": [f"rongetong.petition.{petition_id}"]}
    found = world.server.post("events/filter", {"filter": {"resource": resource}, "limit": 50})
    return [event["payload"]["version"] for event in found["events"]]


def die_and_heal(world: World, survivor: Forked, point: str, act: Callable[[], str]) -> str:
    """Let `act` happen and a worker die at `point` over it, then the survivor do what is left after a reconcile."""
    if point:
        with survivor.frozen():
            petition_id = act()
            with world.worker(crash_at=point) as victim:
                assert victim.exit_code() == CRASHED, victim.log
            world.heal()
    else:
        petition_id = act()
    world.wait_at_rest(petition_id)
    world.assert_whole()
    return petition_id
