"""A worker dies around the commit of every step that a deadline makes due: cards and climbs happen, and happen once."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pendulum
import pytest

import clock
from domain.petition import Rung
from domain.stages import Trigger
from gateways import database
from services import handling
from services.sending import send_owed
from tests.faults.world import AT_UNIT, World, close_world, make_world
from tests.services import lives
from tests.support.context import a_kept_context
from tests.support.forked import CRASHED, Nursery
from tests.support.prefect_server import PrefectServer
from tests.support.shifted_clock import ShiftedClock

pytestmark = pytest.mark.slow

BEGINS = pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI)
POINTS = ("before-commit", "after-commit")
BY_DEADLINE = (
    Trigger.SHOW_YELLOW_CARD,
    Trigger.CLIMB_TO_FIRST_REVIEW,
    Trigger.SHOW_RED_CARD,
    Trigger.CLIMB_TO_SECOND_REVIEW,
    Trigger.SUPERVISE,
)


@pytest.fixture
def world(prefect_server: PrefectServer, nursery: Nursery, tmp_path: Path, empty_database_url: str) -> Iterator[World]:
    made = make_world(prefect_server, nursery, tmp_path / "world", empty_database_url)
    yield made
    close_world(made)


@pytest.fixture
def undisturbed(world: World, sqlite_template: Path, tmp_path: Path) -> tuple[list[str], list[tuple[int, str, str]]]:
    """History and notices of the same life without a worker that could die."""
    path = tmp_path / "undisturbed.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = database.create_ledger_engine(f"sqlite:///{path}")
    elsewhere = dataclasses.replace(world, context=a_kept_context(engine))
    with clock.use(clock.StoryClock(BEGINS)) as story:
        assert isinstance(story, clock.StoryClock)
        petition_id = elsewhere.register()
        lives.settle(elsewhere.context, petition_id)
        handling.sign(elsewhere.context, petition_id, AT_UNIT)
        while not is_supervised(elsewhere, petition_id):
            lives.settle(elsewhere.context, petition_id)
            wake_at = elsewhere.petition(petition_id).wake_at
            assert wake_at is not None
            story.move_to(wake_at)
    told = elsewhere.triggers(petition_id), elsewhere.notices(petition_id)
    engine.dispose()
    return told


def is_supervised(world: World, petition_id: str) -> bool:
    return world.petition(petition_id).rung == Rung.SUPERVISION


@pytest.mark.parametrize(
    ("first", "database_kind"), [(0, "sqlite"), (1, "postgresql")], indirect=["database_kind"], ids=POINTS
)
def test_it_goes_on_where_it_was(
    world: World, first: int, undisturbed: tuple[list[str], list[tuple[int, str, str]]]
) -> None:
    """Dies before and after the commit in turn; the other database has its deaths the other way round."""
    time = ShiftedClock.at(BEGINS)
    with clock.use(time), world.worker(time=time):
        petition_id = world.register()
        world.wait_at_rest(petition_id)
        handling.sign(world.context, petition_id, AT_UNIT)
        world.wait_at_rest(petition_id)
    deaths = 0
    while not is_supervised(world, petition_id):
        wake_at = world.petition(petition_id).wake_at
        assert wake_at is not None
        time, point = ShiftedClock.at(wake_at), POINTS[(first + deaths) % 2]
        with clock.use(time):
            before = world.triggers(petition_id)
            assert world.heal().healed == 1, "the deadline came sooner than Prefect was told"
            with world.worker(crash_at=point, time=time) as victim:
                assert victim.exit_code() == CRASHED, victim.log
            assert (world.triggers(petition_id) == before) is (point == "before-commit")
            drift = world.heal()
            assert (drift.stuck, drift.healed) == (1, 1)
            with world.worker(time=time):
                world.wait_at_rest(petition_id)
            send_owed(world.context, seconds=60)  # as its schedule did every half minute of these days
            world.assert_whole()
        deaths += 1
    assert (world.triggers(petition_id), world.notices(petition_id)) == undisturbed
    assert Counter(world.triggers(petition_id)) & Counter(BY_DEADLINE) == Counter(BY_DEADLINE)
