"""Whether somebody altered the history behind the ledger's back: a row's digest covers it and the digest before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select

from models.tables import HistoryRow, Petition
from services.context import Context
from services.ledger import digest_of

_PAGE = 200
"""Petitions read at a time: a history is judged whole, and no read lasts long."""


def broken_chains(context: Context, case_number: str | None = None) -> list[tuple[str, int]]:
    """Case number and version of the first altered row of each history, of one petition or of all.

    Reads every row there is when no case number is given.
    """
    return broken_links(context, Petition.case_number == case_number if case_number else Petition.id.is_not(None))


def broken_links(context: Context, which: ColumnElement[bool]) -> list[tuple[str, int]]:
    """As `broken_chains`, for the petitions `which` holds for."""
    found: list[tuple[str, int]] = []
    after = ""
    while True:
        with context.readers() as session:
            query = select(Petition.id, Petition.case_number).where(which, Petition.id > after)
            cases = session.execute(query.order_by(Petition.id).limit(_PAGE)).all()
            if not cases:
                return found
            after = cases[-1][0]
            rows = session.scalars(
                select(HistoryRow)
                .where(HistoryRow.petition_id.in_([key for key, _ in cases]))
                .order_by(HistoryRow.petition_id, HistoryRow.version)
            ).all()
        numbers = {key: number for key, number in cases}  # noqa: C416
        found += [(numbers[row.petition_id], row.version) for row in _first_breaks(rows)]


def _first_breaks(rows: Sequence[HistoryRow]) -> Iterator[HistoryRow]:
    """The first row of each petition that does not follow from the one before; `rows` are in their order."""
    broken: set[str] = set()
    owner, previous = "", ""
    for row in rows:
        if row.petition_id != owner:
            owner, previous = row.petition_id, ""
        if owner not in broken and digest_of(row, previous) != row.digest:
            broken.add(owner)
            yield row
        previous = row.digest
