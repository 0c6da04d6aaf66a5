"""Which days, weeks and months are over and still want what is made once of each."""

from __future__ import annotations

from collections.abc import Collection

from pendulum import DateTime
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import clock
from domain.periods import Period, PeriodKind, period_before
from models.tables import Petition


def due_periods(session: Session, kind: PeriodKind, most: int, made: Collection[DateTime]) -> list[Period]:
    """Periods of this kind that are over, since there are petitions, and do not begin at one of `made`.

    The oldest first, and none further back than `most` of them.
    """
    first = session.scalar(select(func.min(Petition.registered_at)))
    found: list[Period] = []
    moment = clock.now()
    for _ in range(most):
        period = period_before(kind, moment)
        moment, until = ends_of(period)
        if first is None or until <= first:
            break
        if moment not in made:
            found.append(period)
    return found[::-1]


def ends_of(period: Period) -> tuple[DateTime, DateTime]:
    """Both ends of a period that is over. Raises ValueError for one that has not two."""
    if period.since is None or period.until is None:
        raise ValueError(f"a period that is reported on has two ends: {period}")
    return period.since, period.until
