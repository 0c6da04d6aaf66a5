"""A worker dies at every named point of a petition's life: nothing is lost, nothing happens twice."""

from __future__ import annotations

from itertools import zip_longest

import pytest

from tests.faults.world import World
from tests.support.forked import CRASHED

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

_AROUND_PARKING = ["run:before-announce", "run:before-announced", "run:before-park", "run:after-park"]
FIRST = ["before-commit:1", "after-commit:1", "before-commit:2", "after-commit:2", *_AROUND_PARKING]
"""Registered: accept, dispatch, park."""
SECOND = ["before-commit", "after-commit", *_AROUND_PARKING]
"""Completed: ask for a rating, park."""
THIRD = [
    "before-commit",
    "after-commit",
    "run:before-announce",
    "run:before-announced",
    "run:before-conclude",
    "run:after-conclude",
]
"""Rated: archive, end."""
LIVES = list(zip_longest(FIRST, SECOND, THIRD, fillvalue=""))

Told = tuple[list[str], list[tuple[int, str, str]]]


@pytest.fixture(scope="module")
def undisturbed(world: World) -> Told:
    """History and notices of a life in which nobody died."""
    with world.worker():
        petition_id = world.register()
        world.wait_at_rest(petition_id)
        world.complete(petition_id)
        world.wait_at_rest(petition_id)
        world.rate(petition_id)
        world.wait_at_rest(petition_id)
    assert world.petition(petition_id).stage == "archived"
    return world.triggers(petition_id), world.notices(petition_id)


@pytest.mark.parametrize("points", LIVES, ids=lambda points: "/".join(filter(None, points)))
def test_it_goes_on_where_it_was(world: World, undisturbed: Told, points: tuple[str, str, str]) -> None:
    first, second, third = points
    petition_id = world.register()
    die_and_heal(world, petition_id, first)
    assert world.triggers(petition_id) == ["register", "accept", "dispatch"]
    world.complete(petition_id)
    die_and_heal(world, petition_id, second)
    assert world.triggers(petition_id)[-1] == "ask_rating"
    world.rate(petition_id)
    die_and_heal(world, petition_id, third)
    assert (world.triggers(petition_id), world.notices(petition_id)) == undisturbed
    assert world.petition(petition_id).stage == "archived"


def die_and_heal(world: World, petition_id: str, point: str) -> None:
    """Let a worker die at `point`, then another one do what is left after a reconcile."""
    if point:
        with world.worker(crash_at=point) as victim:
            assert victim.exit_code(20) == CRASHED, victim.log
        world.heal()
    with world.worker() as healthy:
        world.wait_at_rest(petition_id)
        assert healthy.stop() == 0
    world.assert_whole()
