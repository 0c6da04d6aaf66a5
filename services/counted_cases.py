"""What figures count of each case is kept beside its history, in rounds: nobody who changes a case waits for it.

What is kept is what `services.figure_cases` counts from history, by the same statement; until a change is counted,
figures count that case from its history. So a round that is late costs time and no number.
"""

from __future__ import annotations

from functools import cache

import pendulum
from sqlalchemy import ColumnElement, Insert, Select, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from domain.figures import Grouping
from domain.stages import FINAL_STAGES
from models.base import Base
from models.tables import CountedCase, HistoryRow, Petition
from services.context import Context
from services.figure_cases import cases_from_history
from services.figure_questions import AS_OF, NAMED, UNCOUNTED, Form

BATCH = 200
"""Petitions in one transaction: whoever changes one of them never waits long (our own decision)."""
_ALWAYS = {AS_OF.key: pendulum.datetime(9999, 1, 1, tz="UTC")}


def count_moved(context: Context, batch: int = BATCH, most: int | None = None) -> int:
    """Keep anew what is counted of petitions that moved since they were counted, of `most` so many; how many.

    Another process may do the same at the same time, and people may go on working.
    """
    done = 0
    while most is None or done < most:
        with context.sessions.begin() as session:
            found = _count(session, batch)
        done += found
        if found < batch:
            break
    return done


def recount(context: Context) -> int:
    """Throw away what is kept and count every case anew from its history; how many."""
    with context.sessions.begin() as session:
        session.execute(update(Petition).where(Petition.counted_version > 0).values(counted_version=0))
    return count_moved(context)


def miscounted(among: ColumnElement[bool]) -> Select[tuple[str]]:
    """The case numbers of petitions, of those `among` holds for, of which something else is kept than history says."""
    held = select(Petition.id).where(among, Petition.counted_version >= Petition.version).cte("held")
    from_history = cases_from_history(Form(), held, Grouping.GRID, keeping=True)
    names = [column.name for column in from_history.selected_columns]
    kept = select(*(CountedCase.__table__.c[name] for name in names)).join(held, held.c.id == CountedCase.petition_id)
    other = from_history.except_(kept).subquery()
    return select(Petition.case_number).where(Petition.id.in_(select(other.c.petition_id))).params(_ALWAYS)


def _count(session: Session, batch: int) -> int:
    wanted = select(Petition.id).where(UNCOUNTED, _stands_still()).order_by(Petition.id).limit(batch)
    # Held until the commit, so that no step comes in between; whichever somebody is at comes next time.
    ids = list(session.scalars(wanted.with_for_update(skip_locked=True)))
    if ids:
        session.execute(delete(CountedCase).where(CountedCase.petition_id.in_(ids)))
        session.connection().execute(_keeping(), _ALWAYS | {NAMED.key: ids})
        counted = update(Petition).where(Petition.id.in_(ids)).values(counted_version=Petition.version)
        session.execute(counted.execution_options(synchronize_session=False))
    return len(ids)


@cache
def _keeping() -> Insert:
    among = select(Petition.id).where(Petition.id.in_(NAMED)).subquery()
    rows = cases_from_history(Form(), among, Grouping.GRID, keeping=True)
    return insert(Base.metadata.tables[CountedCase.__tablename__]).from_select(
        [column.name for column in rows.selected_columns], rows
    )


def _stands_still() -> ColumnElement[bool]:
    """Not so open cases whose last step is from before a row kept how it left them: their dates change without a step.

    They are counted from their history until they take one.
    """
    last = and_(HistoryRow.petition_id == Petition.id, HistoryRow.version == Petition.version)
    # No EXISTS: PostgreSQL would look through all of history for the few such rows, each time.
    card = select(HistoryRow.card).where(last).correlate(Petition).scalar_subquery()
    return or_(Petition.stage.in_(FINAL_STAGES), card.is_not(None))
