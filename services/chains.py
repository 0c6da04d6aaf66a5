"""Whether somebody altered the history behind the ledger's back: a row's digest covers it and the digest before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.answers import ChainCheck
from models.tables import HistoryRow, Petition
from services.context import Context
from services.ledger import digest_of
from services.transactions import reading

_PAGE = 200
"""Petitions read at a time: a history is judged whole, and no read lasts long."""


def verify_chain(context: Context, petition_id: str) -> ChainCheck:
    """Whether the petition's history is whole: every digest right, every version there."""
    with reading(context) as session:
        petition = session.get_one(Petition, petition_id)
        return check_chain(history_of(session, petition_id), petition.version)


def check_chain(rows: Sequence[HistoryRow], version: int) -> ChainCheck:
    """Compute the chain of `rows` (oldest first) anew, up to the petition's `version`."""
    previous = ""
    for expected, row in enumerate(rows, start=1):
        if row.version != expected or digest_of(row, previous) != row.digest:
            return ChainCheck(intact=False, rows=len(rows), broken_at=expected)
        previous = row.digest
    broken_at = None if len(rows) == version else min(len(rows), version) + 1
    return ChainCheck(intact=broken_at is None, rows=len(rows), broken_at=broken_at)


def history_of(session: Session, petition_id: str) -> Sequence[HistoryRow]:
    """Every row of a petition's history, oldest first."""
    query = select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
    return session.scalars(query).all()


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
