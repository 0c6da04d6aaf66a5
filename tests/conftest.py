"""What every test may ask for: a database of its own on SQLite and on PostgreSQL, and a clock that stands still."""

from __future__ import annotations

import itertools
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import argon2
import fastapi.dependencies.models
import hypothesis
import pendulum
import pytest
import sqlalchemy as sa

import clock
from services import passwords
from tests.support import ledgers
from tests.support.postgres import PostgresCluster, PostgresMissingError
from tests.support.prefect_server import prefect_server as prefect_server  # noqa: PLC0414, a fixture for every test

# `--hypothesis-profile=ci` is Hypothesis's own: no deadline, and the same examples on every run.
hypothesis.settings.register_profile("rongetong", deadline=None)
hypothesis.settings.load_profile("rongetong")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # Started in the background by a shell: Prefect's own worker, which turns SIGTERM into it, would never end.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_numbers = itertools.count(1)


@pytest.hookimpl(tryfirst=True)  # the groups are read by a hook of the same name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run in several processes, those with servers share one, and the others have the rest."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group("servers"))


@pytest.fixture(autouse=True)
def forgotten_apps() -> Iterator[None]:
    """FastAPI remembers a function of each application for ever, and by it the whole ledger that the test stood on.

    Five megabytes a test made every later one slower, for it is all looked through for garbage again and again.
    """
    yield
    for remembered in vars(fastapi.dependencies.models).values():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()


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


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost next to nothing; what the real ones cost has a test of its own."""
    monkeypatch.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()


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
    yield ledgers.emptied(request.getfixturevalue("postgres_ledger"))


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """The engine of `database_url`."""
    with ledgers.borrowed_engine(database_url) as borrowed:
        yield borrowed


@pytest.fixture
def tables_made_anew(database_url: str) -> Iterator[None]:
    """For a test that changes tables: the next one finds them as they were."""
    yield
    if database_url.startswith("postgresql"):
        ledgers.made_anew(database_url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table; copying it is cheaper than creating them."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    ledgers.create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_ledger(postgres: PostgresCluster) -> str:
    """URL of the ledger that the tests of a session share, one after the other; emptied by whoever takes it."""
    url = postgres.create_database("ledger")
    ledgers.create_tables(url)
    return url
