"""From a row to the facts the domain reasons about: no identity, no text."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from pendulum import DateTime
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import defer, joinedload

from domain.conduct import DeadlineKind, RequestType, Urgency
from domain.facts import Exclusion
from domain.petition import Card, Facts, Obligation, Rung, Satisfaction
from domain.stages import Stage
from domain.workdays import Duration, Extension, Pause, TimeUnit
from models.tables import Assignment, Petition, Supervision


def facts_of(petition: Petition) -> Facts:
    """The facts of a petition as it stands in the ledger."""
    file = petition.supervision
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
        chosen_at=petition.chosen_at,
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
        assists=tuple(
            Obligation(row.unit, row.assigned_at, term, row.reminded_at is not None)
            for row, term in open_assists(petition)
        ),
        supervised_unit=file.unit if file else None,
        supervision_closed_at=file.closed_at if file else None,
        explanation=_explanation(file) if file else None,
        recused=recused_units(petition),
        rectifying=is_rectifying(file),
        inspected=petition.inspected is not None,
        inspectors_ask=(petition.inspected or {}).get("unit"),
        accounts_recused=(petition.recused or {}).get("accounts", 0),
        striking_refused=bool(petition.striking_refused),
        closed_at=petition.closed_at,
        reopens=petition.reopens or 0,
        exclusion=Exclusion(petition.exclusion) if petition.exclusion else None,
    )


def recused_units(petition: Petition) -> frozenset[str]:
    """The units that the petition is about, and that must stay out of it."""
    return units_in(petition.recused)


def units_in(recused: dict[str, Any] | None) -> frozenset[str]:
    """The units that the column `Petition.recused` names."""
    return frozenset((recused or {}).get("units", ()))


def is_rectifying(file: Supervision | None) -> bool:
    """Whether the file was closed with an order to put right that nobody has looked after yet."""
    return file is not None and file.rectify_due_at is not None and file.rectify_checked_at is None


def is_supervised(petition: Petition) -> bool:
    """Whether the inspectors have an open file on it."""
    return petition.supervision is not None and petition.supervision.closed_at is None


@cache
def seen_by_run() -> Select[tuple[Petition]]:
    """Reads the petition `petition_id` for its facts alone: never its text, and of its assignments what is open.

    All of it is few: a row more each, instead of a query more each. Whoever is to write must not read it like this.
    Made once, because making it costs more than running it.
    """
    return (
        select(Petition)
        .where(Petition.id == bindparam("petition_id"))
        .options(
            defer(Petition.text),
            joinedload(Petition.pauses),
            joinedload(Petition.extensions),
            joinedload(Petition.assignments.and_(Assignment.part == "assist", Assignment.ended_at.is_(None))).load_only(
                *(getattr(Assignment, name) for name in _OF_AN_ASSIST)
            ),
            joinedload(Petition.supervision).defer(Supervision.opinion).defer(Supervision.cause),
        )
    )


_OF_AN_ASSIST = ("unit", "part", "assigned_at", "term", "due_at", "ended_at", "reminded_at")


def open_assists(petition: Petition) -> list[tuple[Assignment, Duration]]:
    """The tasks that assisting units have not reported yet, oldest first, with the time each has."""
    running = (row for row in petition.assignments if row.part == "assist" and row.ended_at is None)
    timed = ((row, _term(row.term, row.assigned_at, row.due_at)) for row in running)
    return [(row, term) for row, term in timed if term is not None]


def _explanation(file: Supervision) -> Obligation | None:
    if file.closed_at is not None or file.explanation_due_at is None or file.unit is None:
        return None
    since = file.explanation_demanded_at or file.opened_at
    term = _term(file.explanation_term, since, file.explanation_due_at)
    return Obligation(file.unit, since, term, file.explanation_reminded_at is not None) if term else None


def _term(kept: dict[str, Any] | None, since: DateTime, due_at: DateTime | None) -> Duration | None:
    """How long a unit has. Rows of the first version keep only the date: they count whole hours, none too few."""
    if kept is not None or due_at is None:
        return duration_of(kept)
    return Duration(max(1, math.ceil((due_at - since).total_seconds() / 3600)), TimeUnit.HOURS)


def duration_of(value: dict[str, Any] | None) -> Duration | None:
    """A duration kept as {"amount": …, "unit": …}."""
    return Duration(value["amount"], TimeUnit(value["unit"])) if value else None


def duration_to_json(duration: Duration) -> dict[str, Any]:
    """The form `duration_of` reads."""
    return {"amount": duration.amount, "unit": duration.unit.value}
