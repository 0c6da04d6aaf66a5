"""Why a case went where it went, as it was known on that day: read from its history, whatever is in force by now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pendulum import DateTime
from sqlalchemy import select

from domain.errors import NotFound
from domain.stages import Trigger, trigger_label
from models.tables import HistoryRow, Petition
from services.context import Context
from services.transactions import reading

_OF_DISPATCH = (
    Trigger.DISPATCH,
    Trigger.REFER_TO_DESK,
    Trigger.REDISPATCH,
    Trigger.CORRECT_DISPATCH,
    Trigger.GRANT_RETURN,
    Trigger.RECLASSIFY,
    Trigger.ASSIGN,
)


@dataclass(frozen=True)
class Sent:
    """One step that sent a case somewhere, or said what it is about; `unit` and `candidates` are by name."""

    at: DateTime
    step: str
    actor: str
    unit: str
    reason: str
    rule_version: str
    """Empty where a person decided."""
    model_version: str
    candidates: tuple[tuple[str, dict[str, Any]], ...]
    """What the engine considered: the unit's name, and score, confidence and reasons as they were kept."""


def why(context: Context, case_number: str) -> list[Sent]:
    """Every such step of the case, the first first. Raises `NotFound`."""
    with reading(context) as session:
        petition = session.scalar(select(Petition).where(Petition.case_number == case_number))
        if petition is None:
            raise NotFound(f"案号“{case_number}”")
        policy = context.rules.active(session)
        query = select(HistoryRow).where(
            HistoryRow.petition_id == petition.id, HistoryRow.trigger.in_([each.value for each in _OF_DISPATCH])
        )
        return [
            Sent(
                at=row.at,
                step=trigger_label(row.trigger),
                actor=row.actor_name,
                unit=policy.unit_name(row.unit) if row.unit else "",
                reason=row.reason,
                rule_version=row.details.get("rule_version") or "",
                model_version=row.details.get("model_version") or "",
                candidates=tuple((policy.unit_name(each["unit"]), each) for each in row.details.get("candidates", [])),
            )
            for row in session.scalars(query.order_by(HistoryRow.version))
        ]
