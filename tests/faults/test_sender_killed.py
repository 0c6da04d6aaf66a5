"""The sender of notices dies around a send: the notice goes out, and a doubled one can be told by its id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

import clock
from models.tables import Notice
from services.outbox import due_notices
from tests.faults.world import UNIT, World, close_world, make_world
from tests.support.forked import CRASHED, Nursery
from tests.support.prefect_server import PrefectServer
from tests.support.prefect_workers import wait_until
from tests.support.receivers import HttpRecorder
from tests.support.receivers import http_recorder as http_recorder  # noqa: PLC0414, a fixture

pytestmark = pytest.mark.slow


@pytest.fixture
def world(
    prefect_server: PrefectServer,
    nursery: Nursery,
    tmp_path: Path,
    http_recorder: HttpRecorder,
    empty_database_url: str,
) -> Iterator[World]:
    """With one channel, to the unit."""
    book = f'units:\n  "{UNIT}": "json://127.0.0.1:{http_recorder.port}/hook"\n'
    (tmp_path / "channels.yaml").write_text(book, encoding="utf-8")
    made = make_world(prefect_server, nursery, tmp_path, empty_database_url)
    yield made
    close_world(made)


def notice(world: World, petition_id: str) -> Notice:
    query = select(Notice).where(Notice.petition_id == petition_id, Notice.recipient == f"unit:{UNIT}")
    with world.context.readers() as session:
        return session.scalars(query).one()


def change(world: World, notice_id: int, **values: object) -> None:
    with world.context.sessions.begin() as session:
        session.execute(update(Notice).where(Notice.id == notice_id).values(**values))


@pytest.mark.parametrize(
    ("point", "sent_before", "database_kind"),
    [("notice:after-claim", 0, "sqlite"), ("notice:after-send", 1, "postgresql")],
    indirect=["database_kind"],
)
def test_the_notice_goes_out_after_the_lease(
    world: World, http_recorder: HttpRecorder, point: str, sent_before: int
) -> None:
    petition_id = world.register()
    with world.worker(crash_at=point) as victim:
        world.wait_at_rest(petition_id)
        owed = notice(world, petition_id)
        change(world, owed.id, urgent=True, next_attempt_at=clock.now())  # so that the test may run at night
        world.start_flow("notices")
        assert victim.exit_code() == CRASHED, victim.log
    assert len(http_recorder.received) == sent_before
    claimed = notice(world, petition_id)
    assert (claimed.status, claimed.attempts) == ("owed", 1)
    assert owed.id not in due_notices(world.context, 100), "nobody else sends it during the lease"
    change(world, owed.id, claimed_until=clock.now().subtract(seconds=1))
    with world.worker():
        world.start_flow("notices")
        wait_until(lambda: notice(world, petition_id).status == "sent", "sent")
    received = http_recorder.received
    assert [one.headers["x-notice-id"] for one in received] == [str(owed.id)] * (sent_before + 1)
    world.assert_whole()
