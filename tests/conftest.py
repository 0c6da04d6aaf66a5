"""What every test may ask for: a database of its own on SQLite and on PostgreSQL, and a clock that stands still."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pendulum
import pytest
import sqlalchemy as sa

import clock
from tests.support.postgres import PostgresCluster, PostgresMissingError
from tests.support.prefect_server import prefect_server as prefect_server  # noqa: PLC0414, a fixture for every test

# `--hypothesis-profile=ci` is Hypothesis's own: no deadline, and the same examples on every run.
hypothesis.settings.register_profile("rongetong", deadline=None)
hypothesis.settings.load_profile("rongetong")

_TEMPLATE = "ledger_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests marked `anyio` run on asyncio, as Prefect does."""
    return "asyncio"


@pytest.fixture
def frozen_clock() -> Iterator[clock.StoryClock]:
    """The clock in use stands at Monday, 2026-03-02, 09:00 in Shanghai, until the test moves it."""
    with clock.use(clock.StoryClock(pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI))) as story:
        assert isinstance(story, clock.StoryClock)
        yield story


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """The session's PostgreSQL. A test that stops it starts it again."""
    try:
        cluster = PostgresCluster()
    except PostgresMissingError as missing:
        raise pytest.fail.Exception(str(missing), pytrace=False) from None
    with cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Makes each test that asks for a database run on both."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLAlchemy URL of a database with nothing in it."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.db'}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    yield cluster.create_database(name)
    cluster.drop_database(name)


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """SQLAlchemy URL of a ledger with every table and no row."""
    if database_kind == "sqlite":
        ledger = tmp_path / "ledger.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), ledger)
        yield f"sqlite:///{ledger}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres_template")
    name = f"test_{next(_numbers)}"
    yield cluster.create_database(name, template=_TEMPLATE)
    cluster.drop_database(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """The engine of `database_url`, made the way the program makes it."""
    from gateways import database

    made = database.create_ledger_engine(database_url)
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", _without_waiting_for_the_disk)
    yield made
    made.dispose()


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    # As with PostgreSQL's `fsync`: what was committed survives a killed process, and no test cuts the power.
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table; copying it is cheaper than creating them."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    _create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresCluster) -> PostgresCluster:
    """The cluster, holding a database with every table that can be copied."""
    _create_tables(postgres.create_database(_TEMPLATE))
    return postgres


def _create_tables(url: str) -> None:
    from gateways import database, migrations

    # tests/migrations shows that the migrations lead to the same tables.
    made = database.create_ledger_engine(url)
    migrations.metadata().create_all(made)
    made.dispose()
