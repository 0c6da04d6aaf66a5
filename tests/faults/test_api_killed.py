"""The API dies around its commit: either everything is there, or nothing, and a client's retry makes exactly one."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from models.base import Base
from models.tables import Petition
from services import keys
from tests.faults.world import AT_UNIT, UNIT, World
from tests.support.forked import CRASHED

pytestmark = pytest.mark.slow

BODY = {"channel": "web", "text": "广济路路灯不亮三天了", "place": "广济路"}


def post(address: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
    return httpx.post(f"{address}{path}", json=body, headers=headers, timeout=120, trust_env=False)


def rows(world: World) -> dict[str, int]:
    """How many rows each table of the ledger holds."""
    with world.context.readers() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def die(world: World, point: str, path: str, body: Any = None, **headers: str) -> None:
    """Send a request to an API that dies at `point` while it answers."""
    with world.api(crash_at=point) as (api, address):
        with pytest.raises(httpx.TransportError):
            post(address, path, body, **headers)
        assert api.exit_code() == CRASHED, api.log


def newest(world: World) -> str:
    with world.context.readers() as session:
        return session.scalars(select(Petition.id).order_by(Petition.case_number.desc()).limit(1)).one()


def test_killed_before_the_commit_leaves_nothing_and_the_retry_makes_one(world: World) -> None:
    before = rows(world)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    die(world, "before-commit", "/petitions", BODY, **key)
    assert rows(world) == before
    with world.api() as (_, address):
        first, again = (post(address, "/petitions", BODY, **key) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert rows(world)["petition"] == before["petition"] + 1
    world.heal()
    world.assert_whole()


def test_killed_before_the_wake_is_woken_by_reconcile(world: World) -> None:
    unit_key = keys.create_key(world.context, AT_UNIT.role, UNIT, "kill test")
    petition_id = world.register()
    with world.worker():
        world.wait_at_rest(petition_id)
    die(world, "after-commit", f"/petitions/{petition_id}/signature", Authorization=f"Bearer {unit_key}")
    assert world.triggers(petition_id)[-1] == "sign"
    drift = world.heal()
    assert drift.behind == 1
    assert drift.healed >= 1, "others of this installation may have been left behind by the machine's load"
    with world.worker():
        world.wait_at_rest(petition_id)
    world.assert_whole()


def test_killed_before_its_run_was_started_is_started_by_reconcile(world_on_postgres: World) -> None:
    """The last of this file: from here on the deployment belongs to the other installation."""
    world = world_on_postgres
    before = rows(world)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    die(world, "after-commit", "/petitions", BODY, **key)
    assert rows(world)["petition"] == before["petition"] + 1
    petition_id = newest(world)
    assert world.run(petition_id) is None
    drift = world.heal()
    assert drift.missing == 1
    assert drift.healed >= 1
    with world.worker():
        world.wait_at_rest(petition_id)
    with world.api() as (_, address):
        answer = post(address, "/petitions", BODY, **key)
    assert (answer.status_code, world.id_of(answer.json()["case_number"])) == (201, petition_id)
    assert rows(world)["petition"] == before["petition"] + 1
    assert world.triggers(petition_id) == ["register", "accept", "dispatch"]
    world.assert_whole()
