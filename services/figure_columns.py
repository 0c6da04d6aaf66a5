"""What the tables of figures have in common: which petitions, how a step left them, periods and grids, in SQL.

The same expressions run on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    case,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from domain.figures import PERIOD_GROUPINGS, Grouping
from domain.stages import Trigger
from models.tables import CountedCase, HistoryRow, Petition
from services.figure_questions import AS_OF, CHOSEN, SINCE, UNTIL, Form, Given

Told = ColumnElement[Any] | InstrumentedAttribute[Any]
COMPUTED = (Grouping.GRID, *PERIOD_GROUPINGS)
"""Told of a row only where it is asked for."""
_BY_REGISTRATION = (Grouping.CHANNEL, *COMPUTED)
"""What the history does not keep is chosen by the petition itself."""
GRID = Petition.located["grid"]["code"].as_string()


class WholeSeconds(FunctionElement[int]):
    """Seconds since 1970 of a moment, fractions cut off, so that both databases say the same."""

    type = BigInteger()
    inherit_cache = True


@compiles(WholeSeconds, "sqlite")
def _(element: WholeSeconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(WholeSeconds, "postgresql")
def _(element: WholeSeconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"FLOOR(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **options)}))::BIGINT"


class FirstDay(FunctionElement[str]):
    """The first day, as `2026-03-02`, of the day, week or month (`kind`) of China in which a moment lies."""

    type = String()
    inherit_cache = True

    def __init__(self, kind: Grouping, moment: ColumnElement[Any] | InstrumentedAttribute[Any]) -> None:
        super().__init__(literal_column(f"'{kind.value}'"), moment)


@compiles(FirstDay, "sqlite")
def _(element: FirstDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    kind, moment = (compiler.process(part, **options) for part in element.clauses)
    back = {"'day'": "", "'week'": ", '-6 days', 'weekday 1'", "'month'": ", 'start of month'"}[kind]
    return f"date({moment}, '+8 hours'{back})"


@compiles(FirstDay, "postgresql")
def _(element: FirstDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    kind, moment = (compiler.process(part, **options) for part in element.clauses)
    return f"to_char(date_trunc({kind}, {moment} AT TIME ZONE 'Asia/Shanghai'), 'YYYY-MM-DD')"


def registered(form: Form) -> ColumnElement[bool]:
    """Which petitions: by the time they were registered, and the channel, neither of which ever changes."""
    return _registered(form, Petition.registered_at, {Grouping.CHANNEL: Petition.channel, Grouping.GRID: GRID})


def registered_of_kept(form: Form) -> ColumnElement[bool]:
    """The same of the rows that are kept."""
    return _registered(form, CountedCase.at, {Grouping.CHANNEL: CountedCase.channel, Grouping.GRID: CountedCase.grid})


def _registered(form: Form, at: InstrumentedAttribute[Any], columns: Mapping[Grouping, Told]) -> ColumnElement[bool]:
    wanted = [at <= AS_OF]
    if form.since:
        wanted.append(at >= SINCE)
    if form.until:
        wanted.append(at < UNTIL)
    return and_(*wanted, *(_is(columns[by], by, given) for by, given in form.chosen if by in columns))


def if_(triggers: Trigger | tuple[Trigger, ...], value: Any) -> ColumnElement[Any]:  # noqa: ANN401 - whatever is counted
    """`value` of the rows of these steps, nothing of all others."""
    wanted = triggers if isinstance(triggers, tuple) else (triggers,)
    return case((HistoryRow.trigger.in_(wanted), value))


def as_left(row: type[HistoryRow]) -> tuple[ColumnElement[Any], ...]:
    """Whose a case was and what it was about when the step was over."""
    return row.unit.label("unit"), *(kept(row, name) for name in ("town", "category", "sub_category"))


def told_apart(by: Grouping | None, at: InstrumentedAttribute[Any], grid: Told) -> tuple[ColumnElement[Any], ...]:
    """The grid or period that is asked for, of cases registered `at`."""
    if by is Grouping.GRID:
        return (grid.label(by.value),)
    return (FirstDay(by, at).label(by.value),) if by is not None and by in PERIOD_GROUPINGS else ()


def kept(row: type[HistoryRow], name: str) -> ColumnElement[Any]:
    """What a row kept; one from before anything was kept has what the petition has now."""
    return case((row.card.is_(None), getattr(Petition, name)), else_=getattr(row, name)).label(name)


def chosen(query: Select[Any] | CompoundSelect[Any], form: Form, name: str) -> CTE:
    """The rows of `query` that belong to the unit, town … asked for; windows are laid over all of them before."""
    every = query.cte(f"all_{name}")
    wanted = [_is(every.c[by.value], by, given) for by, given in form.chosen if by not in _BY_REGISTRATION]
    return select(every).where(*wanted).cte(name)


def _is(column: Told, by: Grouping, given: Given) -> ColumnElement[bool]:
    return column.is_(None) if given is Given.NONE else column == CHOSEN[by]
