"""What whoever holds a query code follows: how the date they are shown came about, and whether anything changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select

from domain.actions import PETITIONER
from domain.conduct import DeadlineKind, Origin
from domain.durations import Duration
from domain.petition import Deadline, deadlines, handling_due
from domain.policy import Policy
from domain.stages import Stage
from models.answers import ClockView
from models.tables import HistoryRow, Petition
from services import queries
from services.context import Context
from services.facts import facts_of
from services.labels import shown_due
from services.transactions import reading
from services.views import clock_view, lens_of

OWN_RULE = "本区自行规定的期限"


def shown_clock(context: Context, query_code: str) -> ClockView | None:
    """The deadline that the petitioner is shown, step by step; `None` where no clock runs to it.

    Raises:
        NotFound: no petition has this code.
    """
    with reading(context) as session:
        own = session.get_one(Petition, queries.id_by_code(context, query_code))
        petition = session.get_one(Petition, own.merged_into_id) if own.merged_into_id else own
        lens, shown = lens_of(context, session, petition, PETITIONER), shown_due(petition)
        facts = facts_of(petition)
        handling = handling_due(facts, lens.policy, lens.calendar)
        running = (*((handling,) if handling else ()), *deadlines(facts, lens.policy, lens.calendar))
        found = next((item for item in running if item.due_at == shown), None)
        if found is None:
            return None
        return clock_view(found, lens).model_copy(update={"source": _source_told(found, lens.policy)})


def _source_told(deadline: Deadline, policy: Policy) -> str:
    """A published rule by its name. Why the district set a term of its own is told where the rules are."""
    rule = next((item for item in policy.deadlines if item.id == deadline.rule), None)
    return OWN_RULE if rule is not None and rule.origin is Origin.OWN else deadline.source


@dataclass(frozen=True)
class Ahead:
    """What comes of a petition that was just registered, and how long each step may take."""

    looked_at_until: dt.datetime | None
    """Until when a person looks at it first, where one has to."""
    dispatch: Duration
    signing: Duration
    handling: Duration


def ahead(context: Context, query_code: str) -> Ahead | None:
    """What comes next for the petition of this code; `None` once it is dispatched or part of a case that is.

    Raises:
        NotFound: no petition has this code.
    """
    with reading(context) as session:
        petition = session.get_one(Petition, queries.id_by_code(context, query_code))
        if petition.stage not in {Stage.REGISTERED, Stage.ACCEPTED}:
            return None
        lens, facts = lens_of(context, session, petition, PETITIONER), facts_of(petition)
        dispatch, signing, handling = (
            lens.policy.deadline(kind, facts.urgency, facts.request_type, facts.category).duration
            for kind in (DeadlineKind.DISPATCH, DeadlineKind.SIGNING, DeadlineKind.HANDLING)
        )
        return Ahead(petition.stage_due_at if petition.needs_desk else None, dispatch, signing, handling)


def version_meant(context: Context, matter_id: str, version: int) -> int:
    """The present version where nothing that petitioners may follow has happened since `version`; else `version`.

    What only the offices do with a case, such as closing a supervision, takes no word out of a petitioner's mouth.
    """
    with reading(context) as session:
        followed = or_(HistoryRow.public, HistoryRow.stage_before != HistoryRow.stage_after)
        query = select(HistoryRow.version).where(
            HistoryRow.petition_id == matter_id, HistoryRow.version > version, followed
        )
        if session.scalars(query.limit(1)).first() is not None:
            return version
        return session.get_one(Petition, matter_id).version


def followed_ids(context: Context, query_code: str) -> tuple[str, ...]:
    """The petitions whose changes this code shows: its own and the main case. Raises `NotFound`."""
    with reading(context) as session:
        own = session.get_one(Petition, queries.id_by_code(context, query_code))
        return (own.id, own.merged_into_id) if own.merged_into_id else (own.id,)


def versions(context: Context, petition_ids: Collection[str]) -> dict[str, int]:
    """The present version of each of these petitions."""
    query = select(Petition.id, Petition.version).where(Petition.id.in_(sorted(petition_ids)))
    with reading(context) as session:
        return {key: version for key, version in session.execute(query)}  # noqa: C416 - a row is no pair to mypy
