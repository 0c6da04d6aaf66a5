"""The migrations lead from an empty database to exactly the tables of the models, on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError

from gateways import migrations


@pytest.fixture
def upgraded_url(empty_database_url: str) -> str:
    migrations.upgrade(empty_database_url)
    return empty_database_url


@pytest.fixture
def connection(upgraded_url: str) -> sa.Connection:
    return sa.create_engine(upgraded_url, poolclass=sa.NullPool).connect()


def tables_of(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_an_empty_database_is_at_no_revision(empty_database_url: str) -> None:
    assert migrations.current(empty_database_url) is None


def test_upgrade_brings_an_empty_database_to_the_head(upgraded_url: str) -> None:
    assert migrations.current(upgraded_url) == migrations.head()
    assert migrations.head() is not None


def test_upgrading_twice_changes_nothing(upgraded_url: str) -> None:
    migrations.upgrade(upgraded_url)
    assert migrations.current(upgraded_url) == migrations.head()


def test_whoever_comes_second_waits_and_sees_what_the_first_did(empty_database_url: str) -> None:
    entered = threading.Event()

    def second() -> set[str]:
        with migrations.transaction(empty_database_url) as connection:
            entered.set()
            return tables_of(connection)

    with ThreadPoolExecutor(1) as pool:
        with migrations.transaction(empty_database_url) as connection:
            seen = pool.submit(second)
            assert not entered.wait(0.5)
            connection.execute(sa.text("CREATE TABLE first_was_here (done INTEGER)"))
        assert seen.result(timeout=20) == {"first_was_here"}


def test_models_and_migrations_agree(connection: sa.Connection) -> None:
    with connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), migrations.metadata()
        )
        assert tables_of(connection) == set(migrations.metadata().tables)
    assert differences == []


def test_a_database_of_a_newer_version_is_refused(upgraded_url: str) -> None:
    with migrations.transaction(upgraded_url) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CommandError, match="9999"):
        migrations.upgrade(upgraded_url)


def test_a_step_that_breaks_off_leaves_nothing_behind(empty_database_url: str) -> None:
    def break_off() -> None:
        with migrations.transaction(empty_database_url) as connection:
            connection.execute(sa.text("CREATE TABLE half (done INTEGER)"))
            connection.execute(sa.text("CREATE TABLE half (done INTEGER)"))

    with pytest.raises(sa.exc.DBAPIError):
        break_off()
    with migrations.transaction(empty_database_url) as connection:
        assert tables_of(connection) == set()
