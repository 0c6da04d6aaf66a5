"""Counts the figures of a selection: two statements, and two more for times, however many cases there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from domain.figures import COUNTS, SHARES, Counted, Grouping, ShareName
from domain.measured import Group, Measured, Selection, StageTime
from domain.shares import Share
from domain.stages import Stage
from services.figure_bases import parts_of
from services.figure_tables import COMPUTED, table_of


def measure(
    session: Session, selection: Selection, by: Grouping | None = None, *, only: Counted | None = None
) -> Measured:
    """Every figure of `selection`, or `only` those counted of one thing, told apart by one grouping or not at all."""
    [measured] = measure_by(session, selection, [by], only=only)
    return measured


def measure_by(
    session: Session, selection: Selection, groupings: Sequence[Grouping | None], *, only: Counted | None = None
) -> list[Measured]:
    """The same by each of several groupings, of which at most one is a period or the grid: one look at the cases."""
    every = [Measured(by, only) for by in groupings]
    for counted in (Counted.CASES, Counted.TASKS):
        if only in (None, counted):
            _count(session, selection, every, counted)
    if only not in (None, Counted.STAYS):
        return every
    of_all = _times(session, selection, None).get(None, {})
    for measured in every:
        measured.all_times = of_all
        if measured.by is not None:
            measured.times = _times(session, selection, measured.by)
    return every


def _count(session: Session, selection: Selection, every: Sequence[Measured], counted: Counted) -> None:
    groupings = [measured.by for measured in every if measured.by is not None]
    computed = next((by for by in groupings if by in COMPUTED), None)
    table = table_of(counted, selection, computed)
    parts = parts_of(counted, table, selection)
    counts = [name for name in COUNTS if name in parts]
    shares = [name for name in SHARES if name in parts]
    wanted = [parts[name].base for name in counts]
    wanted += [part for name in shares for part in (parts[name].counts, parts[name].base)]
    columns = [func.count(case((part, 1))) for part in wanted]
    groups = [table.c[by.value] for by in groupings]
    query = select(*groups, table.c.category, func.count(), *columns).group_by(*groups, table.c.category)
    for row in session.execute(query):
        named = dict(zip(groupings, row, strict=False))
        category, whole, *numbers = row[len(groups) :]
        found = [numbers.pop(0) for _ in counts]
        told = list(zip(shares, map(Share, numbers[::2], numbers[1::2]), strict=True))
        for measured in every:
            group = named[measured.by] if measured.by is not None else None
            mine = measured.counts.setdefault(group, {})
            for name, number in zip(counts, found, strict=True):
                mine[name] = mine.get(name, 0) + number
            _add(measured, group, category, whole, told)


def _add(
    measured: Measured, group: Group, category: str | None, whole: int, shares: Iterable[tuple[ShareName, Share]]
) -> None:
    for name, share in shares:
        wholes = measured.wholes.setdefault(name, {})
        wholes[group] = wholes.get(group, 0) + whole
        mix = measured.shares.setdefault(name, {}).setdefault(group, {})
        mix[category] = mix.get(category, Share()) + share


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
