"""Ledgers for tests: made once, and emptied instead of made again."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect

from gateways import database, migrations

ON_ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what is decided before the database is asked, or by what it answered: it need not be shown on both."""


def create_tables(url: str) -> None:
    """Every table, at once; tests/migrations shows that the migrations lead to the same ones."""
    engine = database.create_ledger_engine(url)
    migrations.metadata().create_all(engine)
    engine.dispose()


def emptied(postgresql_url: str) -> str:
    """The same ledger without a row; a hundredth of what a database of its own costs."""
    address = sa.make_url(postgresql_url).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        # Whoever is still there from another test may hold locks.
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(_emptying())
    return postgresql_url


@functools.cache
def _emptying() -> bytes:
    """One question to the server instead of one for each table."""
    tables = reversed(migrations.metadata().sorted_tables)
    return "; ".join(f'DELETE FROM "{table.name}"' for table in tables).encode()


def made_anew(url: str) -> None:
    """Every table as it was, after a test that changed them."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    create_tables(url)


def engine_of(url: str) -> sa.Engine:
    """The engine of a ledger, made the way the program makes it, but for the disk."""
    engine = database.create_ledger_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _without_waiting_for_the_disk)
    return engine


@contextmanager
def borrowed_engine(url: str) -> Iterator[sa.Engine]:
    """The engine of one test, on the ledger at `url`.

    Beneath is one engine for all tests of a process: what SQLAlchemy has compiled once it need not compile for every
    test again, which is a third of what they cost. Listeners that a test hangs on it for statements go with it.
    """
    shared = _shared_engine(sa.make_url(url).drivername)
    shared.url = sa.make_url(url)
    borrowed = shared.execution_options()
    try:
        yield borrowed
    finally:
        shared.dispose()


@functools.cache
def _shared_engine(driver: str) -> sa.Engine:
    shared = engine_of(f"{driver}:///of-the-test")

    def connect(dialect: Dialect, _record: object, _args: list[Any], options: dict[str, Any]) -> DBAPIConnection:
        args, where = dialect.create_connect_args(shared.url)
        return dialect.connect(*args, **{**options, **where})

    sa.event.listen(shared, "do_connect", connect)
    return shared


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    # As with PostgreSQL's `fsync`: what was committed survives a killed process, and no test cuts the power.
    connection.execute("PRAGMA synchronous=OFF")
