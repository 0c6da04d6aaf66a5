"""What figures cost on a large ledger, on SQLite and PostgreSQL side by side.

    python -m benchmarks.figures [--cases 10000 100000] [--postgresql]

Petitions are copied from a few real lives, spread over two years; nothing personal is in them. Without `--postgresql`
only SQLite is measured. The ratio says how the cost grows: 1.0 would be as much per case as on the smallest ledger.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pendulum
import sqlalchemy as sa
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.figures import Grouping, ShareName
from domain.periods import PeriodKind
from gateways import migrations
from gateways.database import create_ledger_engine
from models.tables import Base, Completion, HistoryRow, Petition
from services import figures
from services.context import Context
from services.figure_selection import Asked
from tests.services import lives
from tests.support.context import a_context
from tests.support.postgres import PostgresCluster

console = Console(width=140)

INSPECTOR = Actor(Role.INSPECTOR, name="benchmark")
START = pendulum.datetime(2026, 4, 1, 1, tz="UTC")
SPAN = dt.timedelta(days=700)
LIVES = (lives.in_hand, lives.archived, lives.archived, lives.redone, lives.assigned, lives.returned, lives.merged)
COPIED = (Petition, HistoryRow, Completion)
BATCH = 2000
UNITS = 40
CATEGORIES = ("municipal", "energy", "property", "sanitation", "transport")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--postgresql", action="store_true")
    asked = parser.parse_args()
    table = Table("question", "database", *(f"{count:,} cases" for count in asked.cases), "ratio per case")
    measured: dict[tuple[str, str], list[float]] = {}
    for count in asked.cases:
        for database, url in databases(postgresql=asked.postgresql):
            with url as address:
                for question, cost in _measure(address, count):
                    console.print(f"{count:,} cases, {database}, {question}: {cost:.2f} s", highlight=False)
                    measured.setdefault((question, database), []).append(cost)
    for (question, database), costs in measured.items():
        ratio = costs[-1] / costs[0] / (asked.cases[-1] / asked.cases[0])
        table.add_row(question, database, *(f"{cost:.2f} s" for cost in costs), f"{ratio:.2f}")
    console.print(table)


def databases(*, postgresql: bool) -> Iterator[tuple[str, Any]]:
    """The name of each database and a context that gives its address while it is there."""
    yield "sqlite", _sqlite()
    if postgresql:
        yield "postgresql", _postgresql()


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'ledger.db'}"


@contextmanager
def _postgresql() -> Iterator[str]:
    with PostgresCluster() as cluster:
        yield cluster.create_database("figures")


def _measure(url: str, count: int) -> Iterator[tuple[str, float]]:
    migrations.upgrade(url)
    engine = create_ledger_engine(url)
    with clock.use(clock.StoryClock(START)):
        context = a_context(engine)
        yield "(make the ledger)", seconds(lambda: fill(context, count), times=1)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    with clock.use(clock.StoryClock(START + SPAN + dt.timedelta(days=1))):
        month = Asked(kind=PeriodKind.MONTH, as_of=START + SPAN / 2)
        yield "everything, ever, by unit", seconds(lambda: figures.figures(context, INSPECTOR, Asked(), Grouping.UNIT))
        yield "a month, by unit", seconds(lambda: figures.figures(context, INSPECTOR, month, Grouping.UNIT))
        yield "a month, by category", seconds(lambda: figures.figures(context, INSPECTOR, month, Grouping.CATEGORY))
        yield (
            "a month's late cases",
            seconds(lambda: figures.cases_of(context, INSPECTOR, month, ShareName.ON_TIME_COMPLETION, counted=False)),
        )
    engine.dispose()


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The quickest of so many times: what else the machine does is not what figures cost."""

    def once() -> float:
        before = time.perf_counter()
        work()
        return time.perf_counter() - before

    return min(once() for _ in range(times))


def fill(context: Context, count: int) -> None:
    """So many petitions, copied from a few real lives."""
    originals = [life(context) for life in LIVES]
    with context.readers() as session:
        rows = {model: _rows(session, model) for model in COPIED}
    for first in range(0, count, BATCH):
        with context.sessions.begin() as session:
            for model in COPIED:
                copies = [
                    _copy(model, row, number, SPAN * number / count)
                    for number in range(first, min(first + BATCH, count))
                    for row in rows[model]
                    if row.get("petition_id", row.get("id")) == originals[number % len(originals)]
                ]
                session.execute(sa.insert(model), copies)


def _rows(session: Session, model: type[Base]) -> list[dict[str, Any]]:
    columns = model.__table__.columns
    return [dict(row) for row in session.execute(sa.select(*columns)).mappings()]


def _copy(model: type[Any], row: dict[str, Any], number: int, later: dt.timedelta) -> dict[str, Any]:
    copy = {key: value + later if isinstance(value, dt.datetime) else value for key, value in row.items()}
    if model is Petition:
        return copy | {
            "id": f"{number:036d}",
            "case_number": f"B-{number:09d}",
            "query_code": f"B{number:09d}",
            "merged_into_id": None,
            "category": CATEGORIES[number % len(CATEGORIES)],
        }
    copy["petition_id"] = f"{number:036d}"
    if model is Completion:
        del copy["id"]
    else:
        copy["category"] = CATEGORIES[number % len(CATEGORIES)]
        if copy["unit"] is not None:
            copy["unit"] = f"unit-{number % UNITS}"
    return copy


if __name__ == "__main__":
    main()
