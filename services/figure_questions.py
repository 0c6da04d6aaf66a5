"""What is put into a question about figures, apart from its form, so that each form is made once and asked again.

To make one of these statements takes longer than SQLite takes to answer it. So a statement depends on which parts of
a selection are given, and the moments and codes themselves are its parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, String, bindparam, select
from sqlalchemy.orm import Session

from domain.figures import NO_GROUP, Grouping
from domain.measured import Selection
from models.base import Moment
from models.tables import Petition

UNCOUNTED = Petition.counted_version < Petition.version
"""Petitions that moved since they were counted; an index holds them alone."""
MOST_NAMED = 500
"""Uncounted petitions that are named one by one in a question, so that the database knows how few they are; of more
than these it looks for itself (our own decision)."""
FORMS = 256
"""Statements kept of each kind; of more, the one asked for longest ago is made anew (our own decision)."""
AS_OF: BindParameter[Any] = bindparam("as_of", type_=Moment())
SINCE: BindParameter[Any] = bindparam("since", type_=Moment())
UNTIL: BindParameter[Any] = bindparam("until", type_=Moment())
NAMED: BindParameter[Any] = bindparam("named", type_=String(), expanding=True)
NOT_NAMED: BindParameter[Any] = bindparam("not_named", type_=String(), expanding=True)
"""The same ids: an empty list is written otherwise where nothing may be in it than where something must."""
CHOSEN: dict[Grouping, BindParameter[Any]] = {
    by: bindparam(f"chosen_{by.value}", type_=String()) for by in Grouping if by.value in Selection.__dataclass_fields__
}


class Given(StrEnum):
    """What is said of a unit, town … that cases may be chosen by."""

    ANY = "any"
    NONE = "none"
    ONE = "one"


@dataclass(frozen=True)
class Form:
    """Which parts of a selection are given: whatever makes its statement another one."""

    since: bool = False
    until: bool = False
    chosen: tuple[tuple[Grouping, Given], ...] = ()
    names_uncounted: bool = False
    """Whether the uncounted petitions are few enough to be named."""


@dataclass(frozen=True)
class Question:
    """A selection as its form and the parameters that go with it."""

    form: Form
    values: dict[str, Any]


def question(session: Session, selection: Selection) -> Question:
    """The question about `selection`.

    Which petitions are uncounted is asked here, before it: whichever is counted or moves in between is told alike.
    """
    named = list(session.scalars(select(Petition.id).where(UNCOUNTED).limit(MOST_NAMED + 1)))
    few = len(named) <= MOST_NAMED
    asked = {by: getattr(selection, by.value) for by in CHOSEN}
    values = {AS_OF.key: selection.as_of, SINCE.key: selection.period.since, UNTIL.key: selection.period.until}
    values |= {CHOSEN[by].key: code for by, code in asked.items() if code != NO_GROUP}
    form = Form(
        since=selection.period.since is not None,
        until=selection.period.until is not None,
        chosen=tuple((by, _given(code)) for by, code in asked.items() if code is not None),
        names_uncounted=few,
    )
    given = {key: value for key, value in values.items() if value is not None}
    return Question(form, given | ({NAMED.key: named, NOT_NAMED.key: named} if few else {}))


def _given(code: str) -> Given:
    return Given.NONE if code == NO_GROUP else Given.ONE
