"""Bringing a ledger's tables to the shape of this version of the program; `migrations/versions` holds the steps."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine.interfaces import DBAPIConnection

import models
from gateways.database import create_ledger_engine
from settings import PROJECT_ROOT

# Any number that nothing else on the same PostgreSQL uses: two processes that start together migrate in turn.
_ADVISORY_LOCK = 6_855_001
# A migration that waits longer for a table would itself stop everyone who queues up behind it.
_LOCK_TIMEOUT = "10s"


def metadata() -> sa.MetaData:
    """Every table of the ledger, from every module in `models`."""
    for module in pkgutil.iter_modules(models.__path__, "models."):
        importlib.import_module(module.name)
    found: sa.MetaData = importlib.import_module("models.base").Base.metadata
    return found


def upgrade(url: str, revision: str = "head") -> None:
    """Run the missing steps up to `revision` in one transaction: all of them, or none.

    `url` is a SQLAlchemy URL of SQLite or PostgreSQL. Raises sqlalchemy.exc.OperationalError when the database cannot
    be reached or a table stays locked, alembic.util.CommandError when the database is newer than this program.
    """
    with transaction(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current(url: str) -> str | None:
    """The revision the database is at; None before the first step."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision this version of the program needs; None while there are no steps."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revisions() -> list[str]:
    """Every revision there ever was, the first first."""
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return [step.revision for step in steps][::-1]


@contextmanager
def transaction(url: str) -> Iterator[sa.Connection]:
    """A connection in a transaction that nobody else migrates beside; on both databases it holds schema changes."""
    engine = create_ledger_engine(url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _allow_rewriting_of_tables)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
                connection.execute(sa.select(sa.func.set_config("lock_timeout", _LOCK_TIMEOUT, sa.true())))
            yield connection
    finally:
        engine.dispose()


def _allow_rewriting_of_tables(connection: DBAPIConnection, _record: object) -> None:
    # SQLite alters a table by copying and dropping it; with foreign keys on, the drop would take the rows that refer
    # to it. It cannot be switched inside a transaction.
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


def _config() -> Config:
    return Config(toml_file=PROJECT_ROOT / "pyproject.toml")
