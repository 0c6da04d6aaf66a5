"""Large ledgers for benchmarks: petitions copied from a few real lives, spread over two years; nobody is named in them.

They are spread over the units, towns, grids and categories of the shipped policy. Two in five are open, far more than a
district has at a time, and nearly all of those are overdue: what pages cost on them is what they cost at the worst.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pendulum
import sqlalchemy as sa
from sqlalchemy.orm import Session

import clock
from domain.units import UnitKind
from gateways import migrations
from gateways.database import create_ledger_engine
from models.tables import (
    Assignment,
    Base,
    Completion,
    DecisionRequest,
    HistoryRow,
    Petition,
    RatingRow,
    Supervision,
    TimerRow,
    Visit,
)
from services.context import Context
from services.counted_cases import count_moved
from tests.services import lives
from tests.support.context import a_context, shipped_policy
from tests.support.postgres import PostgresCluster

START = pendulum.datetime(2026, 4, 1, 1, tz="UTC")
SPAN = dt.timedelta(days=700)
END = START + SPAN + dt.timedelta(hours=1)
LIVES = (
    *(lives.archived,) * 10,
    *(lives.merged, lives.merged, lives.terminated, lives.at_the_desk, lives.in_hand, lives.submitted),
    *(lives.returned, lives.assigned, lives.redone, lives.supervised),
)
"""Of twenty petitions; neighbours have different ones, so that no day has only one kind."""
COPIED = (
    Petition,
    HistoryRow,
    Assignment,
    Completion,
    RatingRow,
    DecisionRequest,
    Supervision,
    Visit,
    TimerRow,
)
BATCH = 1000
GRIDS = 300
_STRIDE = 7


@contextmanager
def large(url: str, count: int) -> Iterator[Context]:
    """A context on a ledger of so many petitions at `url`, an hour after the last of them came."""
    migrations.upgrade(url)
    engine = create_ledger_engine(url)
    with clock.use(clock.StoryClock(START)):
        context = a_context(engine)
        fill(context, count)
        analyse(context)
    with clock.use(clock.StoryClock(END)):
        yield context
    engine.dispose()


def counted(context: Context) -> None:
    """Keep what figures count of every case, as `reconcile` does."""
    count_moved(context)
    analyse(context)


def analyse(context: Context) -> None:
    """Let the database look at what there is, as it does by itself in time."""
    with context.readers() as session:
        engine = session.get_bind().engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


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


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The quickest of so many times: what else the machine does is not what figures cost."""

    def once() -> float:
        before = time.perf_counter()
        work()
        return time.perf_counter() - before

    return min(once() for _ in range(times))


def fill(context: Context, count: int) -> None:
    """So many petitions, copied from a few real lives."""
    originals = {life: life(context) for life in dict.fromkeys(LIVES)}
    with context.readers() as session:
        rows = {model: _rows(session, model) for model in COPIED}
    spread = _Spread()
    for first in range(0, count, BATCH):
        numbers = range(first, min(first + BATCH, count))
        with context.sessions.begin() as session:
            for model in COPIED:
                copies = [
                    spread.copied(model, row, number, SPAN * number / count)
                    for number in numbers
                    for row in rows[model].get(originals[LIVES[number * _STRIDE % len(LIVES)]], ())
                ]
                if copies:
                    session.execute(sa.insert(model), copies)


def _rows(session: Session, model: type[Base]) -> dict[str, list[dict[str, Any]]]:
    """Every row of `model`, by its petition."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in session.execute(sa.select(*model.__table__.columns)).mappings():
        found.setdefault(row["id" if model is Petition else "petition_id"], []).append(dict(row))
    return found


class _Spread:
    """Where the copies lie: each of them with another unit, town, grid and category than the one before."""

    def __init__(self) -> None:
        policy = shipped_policy()
        units = [unit.code for unit in policy.units if unit.kind is UnitKind.DEPARTMENT]
        self._units = {lives.UNIT: units, lives.OTHER_UNIT: [*units[1:], units[0]]}
        self._towns = [unit.code for unit in policy.units if unit.kind is UnitKind.TOWN]
        self._categories = [category.code for category in policy.categories]

    def copied(self, model: type[Any], row: dict[str, Any], number: int, later: dt.timedelta) -> dict[str, Any]:
        """The row as that of petition `number`, whose original was that much earlier."""
        copy = {key: value + later if isinstance(value, dt.datetime) else value for key, value in row.items()}
        town = self._towns[number % len(self._towns)]
        for name in copy.keys() & {"unit", "actor_unit"}:
            units = self._units.get(str(row[name]))
            copy[name] = units[number % len(units)] if units else copy[name]
        if copy.get("category"):
            copy |= {"category": self._categories[number % len(self._categories)], "sub_category": None}
        if model is Petition:
            return copy | {
                "id": _id(number),
                "case_number": f"B-{number:09d}",
                "query_code": f"B{number:09d}",
                "text": f"第{number}件：{copy['text']}",
                "merged_into_id": None,
                "town": town,
                "located": {"grid": {"code": f"G{number % GRIDS}"}},
            }
        if model is HistoryRow:
            copy["town"] = town
        else:
            del copy["id"]
        return copy | {"petition_id": _id(number)}


def _id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-{number:012x}"
