"""The Prefect server's SQLite on its event loop: who finds it locked waits, and nobody else waits with it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context
from pathlib import Path

import pytest
from prefect.server.database.dependencies import MODELS_DEPENDENCIES
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from deployments.sqlite_engine import LoopSqliteConfiguration, adopt_sqlite_on_the_loop

ADD = text("INSERT INTO line (word) VALUES (:word)")


@asynccontextmanager
async def database(path: Path) -> AsyncIterator[LoopSqliteConfiguration]:
    found = LoopSqliteConfiguration(f"sqlite+aiosqlite:///{path / 'prefect.db'}")
    engine = await found.engine()
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE line (word TEXT)"))
    yield found
    await engine.dispose()


@asynccontextmanager
async def writing(at: LoopSqliteConfiguration) -> AsyncIterator[AsyncSession]:
    async with await at.session(await at.engine()) as session, at.begin_transaction(session, with_for_update=True):
        yield session


async def write(at: LoopSqliteConfiguration, word: str) -> None:
    async with writing(at) as session:
        await session.execute(ADD, {"word": word})


async def words(at: LoopSqliteConfiguration) -> list[str]:
    async with await at.session(await at.engine()) as session:
        return list(await session.scalars(text("SELECT word FROM line ORDER BY rowid")))


def run(path: Path, scene: Callable[[LoopSqliteConfiguration], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(30), database(path) as at:
            await scene(at)

    asyncio.run(whole())


def test_a_second_writer_waits_for_the_first_while_others_read(tmp_path: Path) -> None:
    async def scene(at: LoopSqliteConfiguration) -> None:
        async with writing(at) as first:
            await first.execute(ADD, {"word": "first"})
            second = asyncio.create_task(write(at, "second"))
            # With the writers' wait inside SQLite the loop would stand here.
            await asyncio.sleep(0.05)
            assert not second.done()
            # A task of its own: Prefect lets everything beneath a writer write.
            assert await asyncio.create_task(words(at), context=Context()) == []
        await second
        assert await words(at) == ["first", "second"]

    run(tmp_path, scene)


def test_many_rows_wait_as_one_does(tmp_path: Path) -> None:
    async def scene(at: LoopSqliteConfiguration) -> None:
        async def many() -> None:
            # Outside of a transaction, as the server writes its logs.
            async with await at.session(await at.engine()) as session:
                await session.execute(ADD, [{"word": "second"}, {"word": "third"}])

        async with writing(at) as first:
            await first.execute(ADD, {"word": "first"})
            waiting = asyncio.create_task(many(), context=Context())
            await asyncio.sleep(0.05)
            assert not waiting.done()
        await waiting
        assert await words(at) == ["first", "second", "third"]

    run(tmp_path, scene)


def test_who_is_cancelled_while_waiting_holds_nothing(tmp_path: Path) -> None:
    async def scene(at: LoopSqliteConfiguration) -> None:
        async with writing(at) as first:
            await first.execute(ADD, {"word": "first"})
            waiting = asyncio.create_task(write(at, "never"))
            await asyncio.sleep(0.05)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            assert waiting.cancelled()
        await write(at, "second")
        assert await words(at) == ["first", "second"]

    run(tmp_path, scene)


def test_who_read_what_has_changed_since_is_refused_at_once(tmp_path: Path) -> None:
    async def scene(at: LoopSqliteConfiguration) -> None:
        async with await at.session(await at.engine()) as late, at.begin_transaction(late):
            await late.execute(text("SELECT * FROM line"))
            await asyncio.create_task(write(at, "first"), context=Context())
            with pytest.raises(OperationalError) as refusal:
                await late.execute(ADD, {"word": "late"})
        assert isinstance(refusal.value.orig, sqlite3.OperationalError)
        assert refusal.value.orig.sqlite_errorname == "SQLITE_BUSY_SNAPSHOT"
        assert await words(at) == ["first"]

    run(tmp_path, scene)


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("sqlite+aiosqlite:////tmp/prefect.db", True),
        ("sqlite+aiosqlite:///:memory:", False),
        ("postgresql+asyncpg://localhost/prefect", False),
    ],
)
def test_only_a_file_of_sqlite_is_taken(monkeypatch: pytest.MonkeyPatch, address: str, ours: bool) -> None:
    monkeypatch.setitem(MODELS_DEPENDENCIES, "database_config", None)
    adopt_sqlite_on_the_loop(address)
    assert (MODELS_DEPENDENCIES["database_config"] is not None) == ours
