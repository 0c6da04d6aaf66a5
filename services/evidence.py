"""The cases that are over, as evidence: what dispatch knew on their day, and who handled them in the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.actions import Role
from domain.conduct import RequestType
from domain.dispatch import DispatchRequest
from domain.past_cases import PastCase
from domain.place import Geography, Located
from domain.stages import Stage, Trigger
from models.tables import HistoryRow, Petition
from services.places import located_by

BATCH = 500


def past_cases(session: Session, most: int, geography: Geography | None) -> Iterator[PastCase]:
    """The latest `most` archived cases, the latest first, located by `geography` where they have a coordinate.

    The town that the case has by now is not told: that of the unit which handled it would give the answer away.
    """
    query = (
        select(Petition)
        .where(Petition.stage == Stage.ARCHIVED.value, Petition.unit.is_not(None))
        .order_by(Petition.closed_at.desc(), Petition.id)
        .limit(most)
        .execution_options(yield_per=BATCH)
    )
    for petitions in session.scalars(query).partitions(BATCH):
        sent = _first_answers(session, [petition.id for petition in petitions])
        for petition in petitions:
            yield _case_of(petition, sent.get(petition.id), located_by(geography, petition))


def count_of_cases(session: Session, most: int) -> int:
    """How many `past_cases` will tell of."""
    query = select(Petition.id).where(Petition.stage == Stage.ARCHIVED.value, Petition.unit.is_not(None)).limit(most)
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _case_of(petition: Petition, sent_to: str | None, located: Located | None) -> PastCase:
    request = DispatchRequest(
        text=petition.text,
        place=petition.place,
        request_type=RequestType(petition.request_type),
        located=located,
    )
    return PastCase(
        case_number=petition.case_number,
        request=request,
        unit=petition.unit or "",
        sub_category=petition.sub_category,
        sent_to=sent_to,
        handed_on=petition.returns + petition.transfers,
    )


def _first_answers(session: Session, ids: Sequence[str]) -> dict[str, str | None]:
    """Where the engine first sent each of these petitions; `None` where it went to the desk."""
    query = (
        select(HistoryRow.petition_id, HistoryRow.trigger, HistoryRow.unit)
        .where(
            HistoryRow.petition_id.in_(ids),
            HistoryRow.trigger.in_((Trigger.DISPATCH.value, Trigger.REFER_TO_DESK.value)),
            HistoryRow.actor_role == Role.PLATFORM.value,
        )
        .order_by(HistoryRow.version.desc())
    )
    sent = {}
    for petition_id, trigger, unit in session.execute(query):  # the first answer is read last and stands
        sent[petition_id] = unit if trigger == Trigger.DISPATCH.value else None
    return sent
