"""What the platform does by itself, one function a step. Each looks again under the lock before it acts.

So a step taken twice, or after somebody else acted in between, finds nothing due and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import clock
from domain.actions import PLATFORM
from domain.petition import Card, Deadline, Ruling, Step
from domain.stages import Trigger
from models.tables import Petition
from services import decisions, dispatching, ladder, supervision, verdict
from services.context import Context
from services.ledger import move
from services.transactions import Transaction, transaction

_Act = Callable[[Transaction, Petition, Ruling], None]


def take(context: Context, petition_id: str, step: Step) -> bool:
    """Take `step` if it is due for this petition now; False when it is not (any more)."""
    with transaction(context, looking=petition_id) as tx:
        petition = tx.lock(petition_id)
        ruling = tx.ruling(petition)
        if ruling.step is not step:
            return False
        _STEPS[step](tx, petition, ruling)
        return True


def _simply(
    trigger: Trigger, reason: str = "", *, public: bool = False, changes: Mapping[str, object] | None = None
) -> _Act:
    def act(tx: Transaction, petition: Petition, ruling: Ruling) -> None:
        move(tx, petition, trigger, PLATFORM, reason=reason, public=public, cause=ruling.cause, changes=changes)

    return act


def _lapse(tx: Transaction, petition: Petition, ruling: Ruling) -> None:
    decisions.end_case(tx, petition)
    reason = "逾期未补充材料，终止办理；如仍需办理，请重新反映"
    move(tx, petition, Trigger.TERMINATE, PLATFORM, reason=reason, cause=ruling.cause)


def _remind_supervised(tx: Transaction, petition: Petition, ruling: Ruling) -> None:
    reason = "督办期间仍未办结，催办"
    move(
        tx,
        petition,
        Trigger.REMIND_SUPERVISED,
        PLATFORM,
        reason=reason,
        cause=ruling.cause,
        changes={"reminded_at": clock.now()},
    )


def _caused(work: Callable[[Transaction, Petition, Deadline], None]) -> _Act:
    """A step that only a deadline makes due, and that asks it whom it binds."""

    def act(tx: Transaction, petition: Petition, ruling: Ruling) -> None:
        if ruling.cause is not None:
            work(tx, petition, ruling.cause)

    return act


_STEPS: dict[Step, _Act] = {
    Step.ACCEPT: _simply(Trigger.ACCEPT, changes={"needs_desk": False}),
    Step.LAPSE: _lapse,
    Step.DISPATCH: lambda tx, petition, _: dispatching.dispatch_by_engine(tx, petition),
    Step.REMIND_SIGNING: _simply(
        Trigger.REMIND_SIGNING, "逾期未签收，计时照常进行", changes={"signing_reminded": True}
    ),
    Step.GRANT_RETURN: lambda tx, petition, ruling: decisions.grant_return(
        tx, petition, PLATFORM, "退单逾期未审定，按同意处理", ruling.cause
    ),
    Step.REFUSE_EXTENSION: lambda tx, petition, ruling: decisions.refuse_extension(
        tx, petition, PLATFORM, "延期逾期未审定，按不同意处理", ruling.cause
    ),
    Step.RESUME: _simply(Trigger.RESUME, "挂起期限届满，恢复计时", public=True),
    Step.APPROVE_COMPLETION: lambda tx, petition, ruling: decisions.approve_completion(
        tx, petition, PLATFORM, "逾期未审核，按通过处理", ruling.cause
    ),
    Step.SHOW_YELLOW_CARD: _simply(Trigger.SHOW_YELLOW_CARD, "办理时限将至", changes={"card": Card.YELLOW.value}),
    Step.SHOW_RED_CARD: _simply(Trigger.SHOW_RED_CARD, "办理时限已过", changes={"card": Card.RED.value}),
    Step.CLIMB: lambda tx, petition, ruling: ladder.climb(tx, petition, ruling.cause),
    Step.REMIND_ASSIST: _caused(ladder.remind_assist),
    Step.REMIND_SUPERVISED: _remind_supervised,
    Step.REMIND_EXPLANATION: _caused(supervision.remind_explanation),
    Step.ASK_RATING: _simply(Trigger.ASK_RATING, changes={"rating_asked": True}),
    Step.BEGIN_FOLLOW_UP: lambda tx, petition, ruling: verdict.end_rating(tx, petition, ruling.cause),
    Step.BEGIN_REDO: lambda tx, petition, _: verdict.begin_redo(tx, petition),
    Step.ARCHIVE: _simply(Trigger.ARCHIVE, public=True),
}
