"""Counts the figures of a selection: two statements, and two more for times, however many cases there are."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from domain.figures import COUNTS, SHARES, Counted, Grouping, ShareName
from domain.measured import Group, Measured, Selection, StageTime
from domain.shares import Share
from domain.stages import Stage
from services.figure_bases import parts_of
from services.figure_tables import table_of


def measure(
    session: Session, selection: Selection, by: Grouping | None = None, *, only: Counted | None = None
) -> Measured:
    """Every figure of `selection`, or `only` those counted of one thing, told apart by one grouping or not at all."""
    measured = Measured(by, only)
    for counted in (Counted.CASES, Counted.TASKS):
        if only in (None, counted):
            _count(session, selection, measured, counted)
    if only not in (None, Counted.STAYS):
        return measured
    measured.all_times = _times(session, selection, None).get(None, {})
    if by is not None:
        measured.times = _times(session, selection, by)
    return measured


def _count(session: Session, selection: Selection, measured: Measured, counted: Counted) -> None:
    table = table_of(counted, selection, measured.by)
    parts = parts_of(counted, table, selection)
    counts = [name for name in COUNTS if name in parts]
    shares = [name for name in SHARES if name in parts]
    wanted = [parts[name].base for name in counts]
    wanted += [part for name in shares for part in (parts[name].counts, parts[name].base)]
    columns = [func.count(case((part, 1))) for part in wanted]
    groups = [] if measured.by is None else [table.c[measured.by.value]]
    query = select(*groups, table.c.category, func.count(), *columns).group_by(*groups, table.c.category)
    for row in session.execute(query):
        group = row[0] if groups else None
        category, whole, *numbers = row[len(groups) :]
        found = [numbers.pop(0) for _ in counts]
        for name, number in zip(counts, found, strict=True):
            mine = measured.counts.setdefault(group, {})
            mine[name] = mine.get(name, 0) + number
        _add(measured, group, category, whole, zip(shares, map(Share, numbers[::2], numbers[1::2]), strict=True))


def _add(
    measured: Measured, group: Group, category: str | None, whole: int, shares: Iterable[tuple[ShareName, Share]]
) -> None:
    for name, share in shares:
        wholes = measured.wholes.setdefault(name, {})
        wholes[group] = wholes.get(group, 0) + whole
        measured.shares.setdefault(name, {}).setdefault(group, {})[category] = share


def _times(session: Session, selection: Selection, by: Grouping | None) -> dict[Group, dict[Stage, StageTime]]:
    stays = table_of(Counted.STAYS, selection, by)
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
    found: dict[Group, dict[Stage, StageTime]] = {}
    for *group, stage, number, middle, high in session.execute(select(*keys, *times).group_by(*keys)):
        found.setdefault(group[0] if group else None, {})[Stage(stage)] = StageTime(number, middle, high)
    return found
