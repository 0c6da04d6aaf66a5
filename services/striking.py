"""What the desk may say about the striking off (销号) that the rules decide: no, and after all yes."""

from __future__ import annotations

from domain.actions import Actor
from domain.stages import Trigger
from models.tables import Petition
from services.context import Context
from services.ledger import move
from services.transactions import acting


def refuse(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """Keep an archived case on the lists whatever the rules say, until `restore`.

    Raises as `services.transactions.acting`; RuleRefusal too when it was refused already.
    """
    return _say(context, petition_id, actor, Trigger.REFUSE_STRIKING, reason, version)


def restore(context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None) -> Petition:
    """Take the refusal back: the rules decide again. Raises as `refuse`; RuleRefusal when there was none."""
    return _say(context, petition_id, actor, Trigger.RESTORE_STRIKING, reason, version)


def _say(
    context: Context, petition_id: str, actor: Actor, trigger: Trigger, reason: str, version: int | None
) -> Petition:
    with acting(context, petition_id, actor, trigger, version) as (tx, petition):
        changes = {"striking_refused": trigger is Trigger.REFUSE_STRIKING}
        move(tx, petition, trigger, actor, reason=reason, public=False, changes=changes)
        return petition
