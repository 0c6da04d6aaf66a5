"""The ratings of a completion: one of each petitioner whose matter it is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.petition import SATISFACTION_LABELS, Satisfaction
from domain.policy import Policy
from domain.stages import Trigger
from models.answers import Named, RatingView
from models.tables import HistoryRow, Petition, RatingRow
from services.parties import parties_of


def completion_of(session: Session, petition_id: str) -> int | None:
    """The version of the history row by which it was completed last; `None`: it never was."""
    query = select(func.max(HistoryRow.version)).where(
        HistoryRow.petition_id == petition_id, HistoryRow.trigger == Trigger.APPROVE_COMPLETION.value
    )
    return session.scalar(query)


def given_for(session: Session, petition: Petition) -> dict[str, Satisfaction]:
    """What each petitioner said of the latest completion, by the id of what they reported."""
    query = select(RatingRow.party_id, RatingRow.satisfaction).where(
        RatingRow.petition_id == petition.id,
        RatingRow.completion_version == completion_of(session, petition.id),
        RatingRow.party_id.is_not(None),
    )
    return {str(party): Satisfaction(said) for party, said in session.execute(query.order_by(RatingRow.id))}


def speaker_of(session: Session, petition: Petition) -> str:
    """Whose rating it is where nobody says whose: that of the case's own petitioner, while it still is their matter."""
    parties = parties_of(session, petition.id)
    return petition.id if petition.id in parties or not parties else next(iter(parties))


def ratings_shown(session: Session, petition: Petition, policy: Policy) -> list[RatingView]:
    """Every rating of every completion, oldest first, with the number of what its petitioner reported."""
    query = select(RatingRow, Petition.case_number).outerjoin(Petition, Petition.id == RatingRow.party_id)
    rows: Sequence[tuple[RatingRow, str | None]] = [
        (row, number)
        for row, number in session.execute(query.where(RatingRow.petition_id == petition.id).order_by(RatingRow.id))
    ]
    return [
        RatingView(
            party=number or petition.case_number,
            satisfaction=Named(code=row.satisfaction, name=SATISFACTION_LABELS[Satisfaction(row.satisfaction)]),
            reason_code=_reason(row.reason_code, policy),
            reason=row.reason,
            rated_at=row.rated_at,
            by_officer=row.given_by == "follow_up",
        )
        for row, number in rows
    ]


def _reason(code: str | None, policy: Policy) -> Named | None:
    if code is None:
        return None
    reason = policy.verdict.dissatisfied_reason(code)
    return Named(code=code, name=reason.name if reason else code)
