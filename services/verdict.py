"""The petitioner has the last word: asked, answered, followed up, and once more if dissatisfied."""

from __future__ import annotations

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.conduct import DeadlineKind
from domain.errors import Incomplete, Missing
from domain.petition import Satisfaction
from domain.stages import Trigger
from models.tables import Petition, RatingRow
from services.assignments import assign_lead
from services.context import Context
from services.ledger import move
from services.transactions import Transaction, acting
from services.visit_draws import overtake_visit


def rate(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    satisfaction: Satisfaction,
    reason: str = "",
    version: int | None = None,
) -> Petition:
    """The petitioner's verdict, given by themselves or told to the information officer.

    Raises:
        Incomplete: dissatisfied without saying why.
    """
    with acting(context, petition_id, actor, Trigger.RATE, version) as (tx, petition):
        if satisfaction is Satisfaction.DISSATISFIED and not reason:
            raise Incomplete([Missing("reason", "不满意请说明原因，以便重新办理")])
        given_by = "follow_up" if actor.role is Role.FOLLOW_UP else "petitioner"
        tx.session.add(
            RatingRow(
                petition_id=petition.id,
                satisfaction=satisfaction.value,
                reason=reason,
                rated_at=clock.now(),
                given_by=given_by,
            )
        )
        details = {"satisfaction": satisfaction.value, "given_by": given_by}
        move(
            tx,
            petition,
            Trigger.RATE,
            actor,
            public=False,
            details=details,
            changes={"satisfaction": satisfaction.value},
        )
        return petition


def begin_redo(tx: Transaction, petition: Petition) -> None:
    """Back to the unit that handled it, once (重办, 山东 2017), on a clock of its own."""
    unit = petition.unit
    overtake_visit(tx, petition)
    changes = {
        "redos": petition.redos + 1,
        "clock_started_at": clock.now(),
        "clock_kind": DeadlineKind.REDO.value,
        "clock_decided": None,
        "card": "none",
        "satisfaction": None,
    }
    if unit is not None:
        changes |= assign_lead(tx, petition, unit, reasons=("诉求人不满意，重办",), outcome="completed")
    # Whoever did it the first time does it again; a redo is not returned.
    changes["designated"] = True
    move(tx, petition, Trigger.BEGIN_REDO, PLATFORM, reason="诉求人评价不满意", changes=changes)
