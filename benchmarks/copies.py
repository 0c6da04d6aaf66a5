"""Many parked runs in Prefect's database without waiting for each to be created: one real one, copied row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

_AT_ONCE = 1000


def copy_parked_runs(database_url: str, run_id: str, count: int) -> None:
    """Let the run `run_id`, parked by its worker, stand `count` times more in the database of a Prefect server."""
    engine = sa.create_engine(database_url.replace("+aiosqlite", "").replace("+asyncpg", "+psycopg"))
    with engine.begin() as connection:
        run = _row(connection, "flow_run", run_id)
        state = _row(connection, "flow_run_state", str(run["state_id"]))
        for start in range(0, count, _AT_ONCE):
            numbers = range(start, min(count, start + _AT_ONCE))
            ids = [(str(uuid4()), str(uuid4())) for _ in numbers]
            runs = [
                {**run, "id": of_run, "state_id": None, "idempotency_key": of_run, "name": f"copy-{number}"}
                for (of_run, _), number in zip(ids, numbers, strict=True)
            ]
            states = [{**state, "id": of_state, "flow_run_id": of_run} for of_run, of_state in ids]
            _insert(connection, "flow_run", runs)
            _insert(connection, "flow_run_state", states)
        # Run and state name each other, so one of them is told last.
        connection.execute(
            sa.text(
                "UPDATE flow_run SET state_id = (SELECT id FROM flow_run_state WHERE flow_run_id = flow_run.id)"
                " WHERE state_id IS NULL AND name LIKE 'copy-%'"
            )
        )
    engine.dispose()


def _row(connection: sa.Connection, table: str, key: str) -> dict[str, Any]:
    # No value of ours is in the text: the tables are named above.
    found = connection.execute(sa.text(f"SELECT * FROM {table} WHERE id = :key"), {"key": key}).mappings().one()  # noqa: S608
    return {name: _plain(value) for name, value in found.items()}


def _plain(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _insert(connection: sa.Connection, table: str, rows: list[Mapping[str, Any]] | list[dict[str, Any]]) -> None:
    names = list(rows[0])
    places = ", ".join(f":{name}" for name in names)
    connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"), rows)  # noqa: S608
