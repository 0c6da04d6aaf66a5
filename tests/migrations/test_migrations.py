"""The migrations lead from an empty database to exactly the tables of the models, on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError

import clock
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
        assert seen.result(timeout=120) == {"first_was_here"}


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


REVISIONS = migrations.revisions()


@pytest.mark.parametrize(("former", "present"), list(pairwise(REVISIONS)), ids=REVISIONS[1:])
def test_the_version_before_goes_on_writing(empty_database_url: str, former: str, present: str) -> None:
    migrations.upgrade(empty_database_url, former)
    engine = sa.create_engine(empty_database_url, poolclass=sa.NullPool)
    known, newest = sa.MetaData(), sa.MetaData()
    known.reflect(engine)
    write(engine, known, "before")
    migrations.upgrade(empty_database_url, present)
    write(engine, known, "meanwhile")
    newest.reflect(engine)
    with engine.connect() as connection:
        for name in ours(known):
            added = [column for column in newest.tables[name].columns if column.name not in known.tables[name].columns]
            before, meanwhile = connection.execute(sa.select(*added, sa.literal(1)).select_from(newest.tables[name]))
            assert before == meanwhile, f"{name}: what is written meanwhile reads like what was there"


def ours(tables: sa.MetaData) -> list[str]:
    """The tables of the ledger, parents before children."""
    return [table.name for table in tables.sorted_tables if table.name != "alembic_version"]


def write(engine: sa.Engine, tables: sa.MetaData, name: str) -> None:
    """A row called `name` in every table, with nothing but what `tables` asks for."""
    with engine.begin() as connection:
        for table in (tables.tables[each] for each in ours(tables)):
            asked = [column for column in table.columns if is_asked(column) and not counted(column)]
            connection.execute(table.insert().values({column.name: a_value(column, name) for column in asked}))


def is_asked(column: sa.Column[object]) -> bool:
    """Whether the table is not content without it."""
    return not column.nullable or (column.table.name, column.name) in BY_COLUMN


def counted(column: sa.Column[object]) -> bool:
    """Whether the database numbers the rows itself."""
    alone = column.primary_key and column.type.python_type is int and len(column.table.primary_key) == 1
    return alone and column.autoincrement is not False  # SQLite numbers every such column


# What a rule of the table asks for.
BY_COLUMN: dict[tuple[str, str], object] = {
    ("assignment", "part"): "lead",
    ("dispatch_model", "outcome"): "rejected",
    ("bulletin", "standing"): "draft",
    ("finding", "standing"): "raised",
    ("notice", "status"): "owed",
    ("tracking", "standing"): "asked",
    ("publication", "kind"): "process",
    ("publication", "standing"): "proposed",
    ("recusal", "unit"): "housing",
}


ROWS = ["before", "meanwhile"]
"""The rows of a table by name, in the order in which the database numbers them."""


def a_value(column: sa.Column[object], text: str) -> object:
    only = BY_COLUMN.get((column.table.name, column.name))
    values: dict[type, object] = {
        str: text,
        int: ROWS.index(text) + 1,
        float: 1.0,
        bool: False,
        dict: {},
        bytes: b"",
        dt.datetime: clock.now(),
        dt.date: clock.now().date(),
    }
    return only if only is not None else values[column.type.python_type]
