"""The disk is full: a registration is refused, nothing is half written, and it works again once there is room."""

from __future__ import annotations

import resource
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from sqlalchemy.engine.interfaces import DBAPIConnection

from api.app import create_app
from gateways import database
from models.tables import Petition
from services import stored_files
from services.context import Context
from services.invariants import check_invariants
from tests.faults.world import World
from tests.support.context import a_context
from tests.support.files import a_photo

BODY = {"channel": "web", "text": "广济路路灯不亮三天了", "place": "广济路"}
LARGE = {**BODY, "text": "路灯不亮" * 1000}
ENOUGH = 200
"""Registrations that fill the few pages left, many times over."""


@contextmanager
def most_pages(engine: sa.Engine, more: int) -> Iterator[None]:
    """Let SQLite find no room beyond `more` pages: what it then answers is what it answers on a full disk."""

    def limit(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        (pages,) = cursor.fetchone() or (0,)
        cursor.execute(f"PRAGMA max_page_count={pages + more}")
        cursor.close()

    engine.dispose()
    sa.event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        sa.event.remove(engine, "connect", limit)
        engine.dispose()


def count(context: Context) -> int:
    with context.readers() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Petition)) or 0


def assert_away(answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "database-unavailable"


def test_a_full_database_refuses_and_takes_again(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = database.create_ledger_engine(f"sqlite:///{path}")
    context = a_context(engine)
    with TestClient(create_app(context, no_limits())) as client:

        def post(number: int) -> Any:
            return client.post(
                "/petitions", json=LARGE, headers={"Idempotency-Key": str(uuid.UUID(int=number, version=4))}
            )

        with most_pages(engine, 20):
            answers = [post(number) for number in range(ENOUGH)]
            statuses = [answer.status_code for answer in answers]
            taken = statuses.index(503)
            assert set(statuses[:taken]) == {201}
            assert_away(answers[taken])
            assert count(context) == statuses.count(201)
        assert check_invariants(context) == []
        assert post(taken).status_code == 201
        assert count(context) == statuses.count(201) + 1
    engine.dispose()


@pytest.mark.slow
def test_an_api_that_cannot_write_a_file_recovers_by_itself(world: World) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with world.api() as (api, address):

        def post() -> httpx.Response:
            return httpx.post(f"{address}/petitions", json=BODY, headers=key, timeout=60, trust_env=False)

        process = psutil.Process(api.pid)
        soft, hard = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (0, hard))
        assert_away(post())
        assert count(world.context) == 0
        process.rlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert post().status_code == 201
        assert api.alive
    assert count(world.context) == 1
    assert check_invariants(world.context) == []


def no_limits() -> Any:
    from api.limits import Limits, Rate

    return Limits(registrations=Rate(10_000, 1), look_ups=Rate(10_000, 1), uploads=Rate(10_000, 1))


@pytest.mark.slow
def test_an_api_that_cannot_write_a_file_takes_no_photo_and_loses_none(world: World) -> None:
    with world.api() as (api, address):
        code = httpx.post(f"{address}/petitions", json=BODY, timeout=60, trust_env=False).json()["query_code"]

        def photo(seed: int) -> httpx.Response:
            return httpx.post(
                f"{address}/progress/{code}/attachments", content=a_photo(seed), timeout=60, trust_env=False
            )

        first = photo(1)
        assert first.status_code == 200, first.text
        process = psutil.Process(api.pid)
        soft, hard = process.rlimit(resource.RLIMIT_FSIZE)
        process.rlimit(resource.RLIMIT_FSIZE, (1000, hard))  # every photo is larger, and breaks off in the middle
        refused = photo(2)
        assert refused.status_code == 503, refused.text
        process.rlimit(resource.RLIMIT_FSIZE, (soft, hard))
        shown = httpx.get(f"{address}/progress/{code}/attachments", timeout=60, trust_env=False).json()["items"]
        assert [item["id"] for item in shown] == [first.json()["attachment_id"]]
        assert photo(2).status_code == 200
    assert stored_files.missing_files(world.context) == []
