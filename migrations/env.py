"""What Alembic runs; `gateways.migrations` hands a connection in, the `alembic` command names one with `-x url=…`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateways import migrations
from settings import get_settings


def number_it(_: MigrationContext, __: object, scripts: Iterable[MigrationScript]) -> None:
    """Number the steps 0001, 0002, …: two that were written side by side then collide where everyone sees it."""
    newest = ScriptDirectory.from_config(context.config).get_current_head()
    for script in scripts:
        script.rev_id = f"{int(newest or 0) + 1:04}"


def render_plain_type(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what the database stores, so that a step never changes with the models."""
    if kind == "type" and isinstance(item, sa.types.TypeDecorator) and type(item).__module__.startswith("models"):
        return f"sa.{item.impl_instance!r}"
    return False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=migrations.metadata(),
        # SQLite alters a table by writing it anew.
        render_as_batch=True,
        process_revision_directives=number_it,
        render_item=render_plain_type,
        transactional_ddl=True,
    )
    context.run_migrations()


handed_in = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("迁移需要连接数据库。Migrations need a database to look at.")
if handed_in is not None:
    run(handed_in)
else:
    url = context.get_x_argument(as_dictionary=True).get("url") or get_settings().ledger_url
    with migrations.transaction(str(url)) as own:
        run(own)
