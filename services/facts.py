"""From a row to the facts the domain reasons about: no identity, no text."""

from __future__ import annotations

from typing import Any

from domain.petition import Card, Facts, Rung, Satisfaction
from domain.policy import DeadlineKind, RequestType, Urgency
from domain.stages import Stage
from domain.workdays import Duration, Extension, Pause, TimeUnit
from models.tables import Petition


def facts_of(petition: Petition) -> Facts:
    """The facts of a petition as it stands in the ledger."""
    return Facts(
        stage=Stage(petition.stage),
        stage_entered_at=petition.stage_entered_at,
        urgency=Urgency(petition.urgency),
        request_type=RequestType(petition.request_type),
        category=petition.category,
        unit=petition.unit,
        needs_desk=petition.needs_desk,
        rung=Rung(petition.rung),
        card=Card(petition.card),
        returns=petition.returns,
        transfers=petition.transfers,
        redos=petition.redos,
        extensions_granted=petition.extensions_granted,
        designated=petition.designated,
        unit_assigned_at=petition.unit_assigned_at,
        signed_at=petition.signed_at,
        signing_reminded=petition.signing_reminded,
        clock_started_at=petition.clock_started_at,
        clock_kind=DeadlineKind(petition.clock_kind),
        clock_decided=duration_of(petition.clock_decided),
        pauses=tuple(Pause(row.started_at, row.ended_at, row.reason) for row in petition.pauses),
        extensions=tuple(
            Extension(Duration(row.amount, TimeUnit(row.unit)), row.granted_at, row.reason)
            for row in petition.extensions
        ),
        satisfaction=Satisfaction(petition.satisfaction) if petition.satisfaction else None,
        rating_asked=petition.rating_asked,
        supervised_at=petition.supervised_at,
        reminded_at=petition.reminded_at,
    )


def duration_of(value: dict[str, Any] | None) -> Duration | None:
    """A duration kept as {"amount": …, "unit": …}."""
    return Duration(value["amount"], TimeUnit(value["unit"])) if value else None


def duration_to_json(duration: Duration) -> dict[str, Any]:
    """The form `duration_of` reads."""
    return {"amount": duration.amount, "unit": duration.unit.value}
