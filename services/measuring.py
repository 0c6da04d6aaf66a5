"""Counts the figures of a selection: two statements, and two more for times, however many cases there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from domain.figures import (
    COUNTS,
    DEFINITIONS,
    EVERY_FIGURE,
    SHARES,
    Counted,
    CountName,
    FigureName,
    Grouping,
    ShareName,
)
from domain.measured import Group, Measured, Selection, StageTime
from domain.shares import Share
from domain.stages import Stage
from services.figure_bases import parts_of
from services.figure_columns import COMPUTED
from services.figure_questions import FORMS, Form, Question, question
from services.figure_tables import table_of


def measure(
    session: Session, selection: Selection, by: Grouping | None = None, *, only: frozenset[FigureName] = EVERY_FIGURE
) -> Measured:
    """Every figure of `selection`, or `only` these, told apart by one grouping or not at all."""
    [measured] = measure_by(session, selection, [by], only=only)
    return measured


def measure_by(
    session: Session,
    selection: Selection,
    groupings: Sequence[Grouping | None],
    *,
    only: frozenset[FigureName] = EVERY_FIGURE,
) -> list[Measured]:
    """The same by each of several groupings, of which at most one is a period or the grid: one look at the cases."""
    every = [Measured(by, only) for by in groupings]
    asked = question(session, selection)
    wanted = {DEFINITIONS[name].counted for name in only}
    for counted in (Counted.CASES, Counted.TASKS):
        if counted in wanted:
            _count(session, asked, every, counted)
    if Counted.STAYS not in wanted:
        return every
    of_all = _times(session, asked, None).get(None, {})
    for measured in every:
        measured.all_times = of_all
        if measured.by is not None:
            measured.times = _times(session, asked, measured.by)
    return every


def _count(session: Session, asked: Question, every: Sequence[Measured], counted: Counted) -> None:
    groupings = [measured.by for measured in every if measured.by is not None]
    query, counts, shares = _counting(counted, asked.form, tuple(groupings), every[0].only)
    groups = len(groupings) + bool(shares)
    rows = session.execute(query, asked.values).tuples().all()
    for measured in every:
        place = groupings.index(measured.by) if measured.by is not None else None
        sums: dict[tuple[Group, str | None], list[int]] = {}
        for row in rows:
            key = (None if place is None else row[place], row[len(groupings)] if shares else None)
            numbers = row[groups:]
            sums[key] = list(map(add, sums[key], numbers)) if key in sums else list(numbers)
        for (group, category), (whole, *numbers) in sums.items():
            _tell(measured, group, counts, numbers)
            told = map(Share, numbers[len(counts) :: 2], numbers[len(counts) + 1 :: 2])
            _mix(measured, group, category, whole, zip(shares, told, strict=True))


@lru_cache(maxsize=FORMS)
def _counting(
    counted: Counted, form: Form, groupings: tuple[Grouping, ...], only: frozenset[FigureName]
) -> tuple[Select[Any], list[CountName], list[ShareName]]:
    """The groups, the category where there are shares, how many rows, each count, and each share with its base."""
    table = table_of(counted, form, next((by for by in groupings if by in COMPUTED), None))
    parts = parts_of(counted, table)
    counts = [name for name in COUNTS if name in parts.keys() & only]
    shares = [name for name in SHARES if name in parts.keys() & only]
    wanted = [parts[name].base for name in counts]
    wanted += [part for name in shares for part in (parts[name].counts, parts[name].base)]
    columns = [func.count(case((part, 1))) for part in wanted]
    # The mix of categories matters to shares alone.
    groups = [table.c[by.value] for by in groupings] + ([table.c.category] if shares else [])
    return select(*groups, func.count(), *columns).select_from(table).group_by(*groups), counts, shares


def _tell(measured: Measured, group: Group, counts: Sequence[CountName], numbers: Iterable[int]) -> None:
    mine = measured.counts.setdefault(group, {})
    for name, number in zip(counts, numbers, strict=False):
        mine[name] = mine.get(name, 0) + number


def _mix(
    measured: Measured, group: Group, category: str | None, whole: int, shares: Iterable[tuple[ShareName, Share]]
) -> None:
    for name, share in shares:
        wholes = measured.wholes.setdefault(name, {})
        wholes[group] = wholes.get(group, 0) + whole
        measured.shares.setdefault(name, {}).setdefault(group, {})[category] = share


def _times(session: Session, asked: Question, by: Grouping | None) -> dict[Group, dict[Stage, StageTime]]:
    found: dict[Group, dict[Stage, StageTime]] = {}
    for *group, stage, number, middle, high in session.execute(_timing(asked.form, by), asked.values):
        found.setdefault(group[0] if group else None, {})[Stage(stage)] = StageTime(number, middle, high)
    return found


@lru_cache(maxsize=FORMS)
def _timing(form: Form, by: Grouping | None) -> Select[Any]:
    """The group where there is one, the stage, how many stays, their median and their 90th percentile."""
    stays = table_of(Counted.STAYS, form, by)
    groups = [] if by is None else [stays.c[by.value].label("grouped")]
    parts = [*groups, stays.c.stage]
    ranked = select(
        *parts,
        stays.c.seconds,
        func.row_number().over(partition_by=parts, order_by=stays.c.seconds).label("place"),
        func.count().over(partition_by=parts).label("stays"),
    ).subquery()
    r = ranked.c
    median, ninetieth = r.place == (r.stays + 1) // 2, r.place == (r.stays * 9 + 9) // 10
    keys = [*([r.grouped] if groups else []), r.stage, r.stays]
    times = (func.max(case((place, r.seconds))) for place in (median, ninetieth))
    return select(*keys, *times).group_by(*keys)
