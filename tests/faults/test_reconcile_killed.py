"""`rongetong reconcile` dies in the middle: the next one does what is left, and nothing happens twice."""

from __future__ import annotations

import pytest
from sqlalchemy import update

import clock
from models.tables import Petition
from tests.faults.world import World
from tests.support.forked import CRASHED

pytestmark = pytest.mark.slow

REGISTERED = ["register", "accept", "dispatch"]


def die(world: World, point: str) -> None:
    code, said = world.command("reconcile", crash_at=point)
    assert code == CRASHED, said


def finish(world: World, **found: int) -> None:
    """A second reconcile, to its end, which finds just this."""
    code, said = world.command("reconcile")
    assert code == 0, said
    cells = [[cell.strip() for cell in line.split("│")] for line in said.splitlines()]
    figures = {row[1]: int(row[2]) for row in cells if len(row) == 4 and row[2].isdigit()}
    assert {name: figures[name] for name in found} == found, said


def runs(world: World, petition_ids: list[str]) -> list[str]:
    """The petition of every run that Prefect has of these."""
    found = world.server.post("flow_runs/filter", {"flow_runs": {"idempotency_key": {"any_": petition_ids}}})
    return sorted(run["idempotency_key"] for run in found)


def test_killed_between_two_petitions(world: World) -> None:
    with world.worker():
        waiting = world.register()
        world.wait_at_rest(waiting)
    world.unheard().complete(waiting)
    new = [world.unheard().register() for _ in range(2)]
    die(world, "reconcile:after-heal:2")
    finish(world, behind=0, missing=1, healed=1)
    assert runs(world, new) == sorted(new)
    with world.worker():
        world.wait_at_rest(waiting, *new)
    assert world.triggers(waiting)[-1] == "ask_rating"
    assert [world.triggers(one) for one in new] == [REGISTERED, REGISTERED]
    world.assert_whole()


def test_killed_between_the_ledger_and_prefect(world: World) -> None:
    """A new calendar moves both deadlines forward: one is written down, and its run not told, when it dies."""
    petition_ids = [world.register() for _ in range(2)]
    with world.worker():
        world.wait_at_rest(*petition_ids)
    right = [world.petition(one).wake_at for one in petition_ids]
    for one in petition_ids:
        wait_longer(world, one)
    die(world, "after-commit")
    assert sum(world.petition(one).wake_at == wake_at for one, wake_at in zip(petition_ids, right, strict=True)) == 1
    finish(world, wrong_time=1, recalculated=1, healed=1)
    with world.worker():
        world.wait_at_rest(*petition_ids)
    assert [world.petition(one).wake_at for one in petition_ids] == right
    assert [world.triggers(one) for one in petition_ids] == [REGISTERED, REGISTERED]
    world.assert_whole()


def wait_longer(world: World, petition_id: str) -> None:
    """What an older calendar would have left: a later timer, and a run parked for it."""
    petition = world.petition(petition_id)
    assert petition.wake_at is not None
    later = petition.wake_at.add(days=7)
    with world.context.sessions.begin() as session:
        older = {"wake_at": later, "calendar_version": "older", "parked_until": later}
        session.execute(update(Petition).where(Petition.id == petition_id).values(**older))
    parked = {"type": "SCHEDULED", "state_details": {"scheduled_time": clock.wall_time_of(later).isoformat()}}
    world.server.post(f"flow_runs/{petition.run_id}/set_state", {"state": parked, "force": True})


def test_killed_between_prefect_and_the_ledger(world_on_postgres: World) -> None:
    """The last of this file: from here on the deployment belongs to the other installation."""
    world = world_on_postgres
    new = [world.unheard().register() for _ in range(2)]
    die(world, "reconcile:after-start")
    assert len(runs(world, new)) == 1
    assert {world.petition(one).run_id for one in new} == {None}
    finish(world, missing=1, healed=1)
    assert runs(world, new) == sorted(new)
    with world.worker():
        world.wait_at_rest(*new)
    assert [world.triggers(one) for one in new] == [REGISTERED, REGISTERED]
    world.assert_whole()
