"""The ledger's database: SQLite for one machine, PostgreSQL for a district."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker

_READING = "rongetong_reading"
BUSY_SECONDS = 30
"""How long SQLite waits for another writer before it gives up."""


def create_ledger_engine(url: str) -> Engine:
    """An engine whose every transaction is safe to decide in: PostgreSQL locks rows, SQLite locks the file.

    SQLite begins every transaction IMMEDIATE: a transaction that read first and wrote later could otherwise fail when
    another writer came in between.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    # hide_parameters: an error's text, which may reach the log, must not carry names or petition texts.
    # pool_pre_ping: a restarted database server costs one reconnect, not one failed request.
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        connect_args={"connect_timeout": 5},
    )


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded values after the commit, so that a view may be built outside the transaction."""
    return sessionmaker(engine, expire_on_commit=False)


def reading_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read: on SQLite they neither wait for a writer nor hold one up."""
    return sessionmaker(engine.execution_options(**{_READING: True}), expire_on_commit=False)


def forget_overwritten(sessions: sessionmaker[Session]) -> None:
    """Let SQLite's journal hold nothing of what was overwritten; PostgreSQL's vacuum sees to that by itself."""
    with sessions() as session:
        engine = session.get_bind().engine
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a commit that was answered survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what was emptied or deleted is overwritten: it may have named somebody
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
