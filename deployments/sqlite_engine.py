"""The Prefect server's SQLite without threads: statements run on the event loop, and who finds it locked waits there.

SQLAlchemy's asynchronous SQLite driver hands every statement to a thread of its connection and back, which costs more
than most of our statements take. It also lets writers of one event loop wait for each other inside SQLite, out of the
loop's sight and in no order (docs/adr/0010). Here a transaction whose task waits for nothing else is over before any
other task goes on, so writers hardly meet; where they do, the later one sleeps on the loop until the other is done.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from prefect.server.database.configurations import ENGINES, AioSqliteConfiguration
from prefect.server.database.dependencies import MODELS_DEPENDENCIES
from sqlalchemy import event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry, Pool
from sqlalchemy.util import await_only

_DRIVER = "sqlite+loop"
# Kept open, because to open one costs as much as a whole state change. The last one given back is given out first:
# each may keep 80 MB of the database in memory, and few are used at once.
_KEPT = 20
_BEYOND = 20
_PAUSE_SECONDS = 0.005
# What Prefect itself lets a writer wait.
_PATIENCE_SECONDS = 60.0


class _Cursor(sqlite3.Cursor):
    """A cursor that gives its rows without waiting, which SQLAlchemy expects of what an asynchronous driver returns."""

    async def _async_soft_close(self) -> None:
        """Asked for when a result is handed out; what is left of it is let go of when it is read or dropped."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:  # noqa: ANN401 - the driver's signature
        return super().cursor(factory)


class LoopDialect(SQLiteDialect_pysqlite):
    """Python's own `sqlite3` for SQLAlchemy's asynchronous engine."""

    driver = "loop"
    is_async = True
    has_terminate = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003 - SQLAlchemy's signature
        """A pool whose users wait on the loop."""
        return AsyncAdaptedQueuePool

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:  # noqa: ANN401, ARG002
        """Execute; while somebody else writes, sleep and try again. Raises `sqlite3.OperationalError` after a minute.

        A transaction that read what has changed since can never write (`SQLITE_BUSY_SNAPSHOT`): that fails at once.
        """
        _patiently(cursor.execute, statement, parameters)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:  # noqa: ANN401, ARG002
        """The same for many rows."""
        _patiently(cursor.executemany, statement, parameters)

    def do_execute_no_params(self, cursor: Any, statement: str, context: Any = None) -> None:  # noqa: ANN401, ARG002
        """The same for a statement as it stands."""
        _patiently(cursor.execute, statement)


def _patiently(execute: Callable[..., object], *arguments: object) -> None:
    await_only(_nothing())
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            execute(*arguments)
            return
        except sqlite3.OperationalError as failure:
            if failure.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
        await_only(asyncio.sleep(_PAUSE_SECONDS))


registry.register(_DRIVER.replace("+", "."), __name__, LoopDialect.__name__)


class LoopSqliteConfiguration(AioSqliteConfiguration):
    """Prefect's way with SQLite, over another driver."""

    async def engine(self) -> AsyncEngine:
        """The engine of the running loop; it is disposed of with its loop, as Prefect's own are."""
        key = (asyncio.get_running_loop(), self.connection_url, self.echo, self.timeout)
        if key not in ENGINES:
            engine = create_async_engine(
                make_url(self.connection_url).set(drivername=_DRIVER),
                echo=self.echo,
                paramstyle="named",
                # The collector's thread may close what was dropped.
                connect_args={"check_same_thread": False, "isolation_level": None, "factory": _Connection},
                pool_size=_KEPT,
                max_overflow=_BEYOND,
                pool_use_lifo=True,
            )
            event.listen(engine.sync_engine, "connect", self.setup_sqlite)
            event.listen(engine.sync_engine, "begin", self.begin_sqlite_stmt)
            ENGINES[key] = engine
            await self.schedule_engine_disposal(key)
        return ENGINES[key]

    def setup_sqlite(self, conn: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        """As Prefect does; but SQLite itself waits for nobody, because the loop would wait with it."""
        super().setup_sqlite(conn, record)
        conn.cursor().execute("PRAGMA busy_timeout = 0")


async def _nothing() -> None:
    """SQLAlchemy takes a driver that never awaits for a mistake. This does, and no other task goes on meanwhile."""


def adopt_sqlite_on_the_loop(address: str) -> None:
    """Let the Prefect server of this process reach its database at `address` so, where that is one SQLite file.

    Prefect looks for a configuration in its dependencies before it makes one of its own.
    """
    configuration = LoopSqliteConfiguration(address)
    if make_url(address).get_backend_name() == "sqlite" and not configuration.is_inmemory():
        MODELS_DEPENDENCIES["database_config"] = configuration
