"""Dates in the inspectors' files: what is owed until when, and the round that warns of them and reminds of them.

The files outlive the petition and its run, so their dates are kept by a round and not by a timer of the petition. A
round that is cut off, doubled or late changes nothing: what was told is written in the step that tells it, and each
step asks again under the lock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pendulum import DateTime
from sqlalchemy import exists, or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload

import clock
from domain.actions import PLATFORM
from domain.file_terms import FileTerm, Owed, Telling, telling_due
from domain.stages import FINAL_STAGES, Stage, Trigger
from models.tables import Inspection, Petition, Supervision
from services.context import Context
from services.facts import is_rectifying, recused_units
from services.ledger import move
from services.notices import Concern
from services.transactions import Transaction, reading, transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Told:
    """How something is told: by which step, in what words, and where it is written down that it was."""

    trigger: Trigger
    words: str
    column: str


_STEPS = {
    (Owed.ANSWER, Telling.WARNING): _Told(
        Trigger.WARN_INSPECTION, "{unit}须于{due}前向党委督查作出说明", "answer_warned_at"
    ),
    (Owed.ANSWER, Telling.REMINDER): _Told(
        Trigger.REMIND_INSPECTION, "{unit}逾期未向党委督查作出说明，催交说明", "answer_reminded_at"
    ),
    (Owed.EXPLANATION, Telling.WARNING): _Told(
        Trigger.WARN_EXPLANATION, "{unit}须于{due}前向纪检监察作出说明", "explanation_warned_at"
    ),
    (Owed.EXPLANATION, Telling.REMINDER): _Told(
        Trigger.REMIND_EXPLANATION, "{unit}逾期未作说明，催交说明", "explanation_reminded_at"
    ),
    (Owed.RECTIFICATION, Telling.WARNING): _Told(
        Trigger.WARN_RECTIFICATION, "{unit}须于{due}前整改到位", "rectify_warned_at"
    ),
    (Owed.RECTIFICATION, Telling.REMINDER): _Told(
        Trigger.REMIND_RECTIFICATION, "责令{unit}整改的期限{due}已过，待核查", "rectify_reminded_at"
    ),
}


def forget_answer(file: Inspection) -> DateTime | None:
    """Ask the unit for no answer any more; until when it was owed."""
    due_at = file.answer_due_at
    file.answer_due_at = file.answer_warned_at = file.answer_reminded_at = None
    return due_at


def forget_explanation(file: Supervision) -> DateTime | None:
    """Ask the unit for no explanation any more; until when it was owed."""
    due_at = file.explanation_due_at
    file.explanation_due_at = file.explanation_demanded_at = None
    file.explanation_warned_at = file.explanation_reminded_at = None
    file.explanation_term = None
    return due_at


def forget_order(file: Supervision) -> None:
    """Nothing is to be put right any more."""
    file.rectify_due_at = file.rectify_warned_at = file.rectify_reminded_at = None
    file.rectify_checked_at = file.rectify_done = None


def tell_due(context: Context) -> int:
    """Warn and remind of every date that is due for it, on petitions at whatever stage; how many were told.

    One that fails holds up no other.
    """
    with reading(context) as session:
        # Looked at without holding anything: nearly always there is nothing to tell.
        found = [petition.id for petition in _dated(session) if any(_due(context, session, petition))]
    told = 0
    for petition_id in found:
        try:
            told += _tell(context, petition_id)
        except OperationalError:
            raise
        except Exception as failure:  # noqa: BLE001 - one must not hold up the others
            logger.error("A date in a file on %s: %s", petition_id, type(failure).__name__)  # noqa: TRY400
    return told


def _dated(session: Session) -> Sequence[Petition]:
    """The petitions with a date in a file of which not everything was told yet."""
    asked = exists().where(
        Inspection.petition_id == Petition.id,
        Inspection.closed_at.is_(None),
        Inspection.answer_due_at.is_not(None),
        Inspection.answer_reminded_at.is_(None),
    )
    demanded = exists().where(
        Supervision.petition_id == Petition.id,
        Supervision.closed_at.is_(None),
        Supervision.explanation_due_at.is_not(None),
        Supervision.explanation_reminded_at.is_(None),
    )
    ordered = exists().where(
        Supervision.petition_id == Petition.id,
        Supervision.rectify_due_at.is_not(None),
        Supervision.rectify_checked_at.is_(None),
        Supervision.rectify_reminded_at.is_(None),
    )
    query = select(Petition).where(or_(asked, demanded, ordered)).options(joinedload(Petition.supervision))
    return session.scalars(query.order_by(Petition.id)).all()


def _tell(context: Context, petition_id: str) -> int:
    with transaction(context) as tx:
        petition, told = tx.lock(petition_id), 0
        for term, telling in list(_due(context, tx.session, petition)):
            _write(tx, petition, term, telling)
            told += 1
        return told


def _due(context: Context, session: Session, petition: Petition) -> Iterator[tuple[FileTerm, Telling]]:
    """What is to be told now of this petition."""
    policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
    for term in _terms(session, petition):
        telling = telling_due(term, policy.supervision.warned_days, context.rules.calendar, clock.now())
        if telling is not None and not _is_for_others(petition, term, telling):
            yield term, telling


def _is_for_others(petition: Petition, term: FileTerm, telling: Telling) -> bool:
    """Whether the run tells it, or there is nobody to warn: a unit that must stay out is told of nothing (回避)."""
    if telling is Telling.WARNING:
        return term.unit in recused_units(petition)
    # While the petition has a run, an explanation that is late is a timer of it.
    return term.owed is Owed.EXPLANATION and Stage(petition.stage) not in FINAL_STAGES


def _terms(session: Session, petition: Petition) -> Iterator[FileTerm]:
    asked, file = _open_inspection(session, petition), petition.supervision
    if asked is not None and asked.unit and asked.asked_at and asked.answer_due_at:
        warned, reminded = asked.answer_warned_at is not None, asked.answer_reminded_at is not None
        yield FileTerm(Owed.ANSWER, asked.unit, asked.asked_at, asked.answer_due_at, warned, reminded)
    if file is None or file.unit is None:
        return
    if file.closed_at is None and file.explanation_due_at is not None:
        since = file.explanation_demanded_at or file.opened_at
        warned, reminded = file.explanation_warned_at is not None, file.explanation_reminded_at is not None
        yield FileTerm(Owed.EXPLANATION, file.unit, since, file.explanation_due_at, warned, reminded)
    if is_rectifying(file) and file.rectify_due_at is not None:
        warned, reminded = file.rectify_warned_at is not None, file.rectify_reminded_at is not None
        yield FileTerm(
            Owed.RECTIFICATION, file.unit, file.closed_at or file.opened_at, file.rectify_due_at, warned, reminded
        )


def _open_inspection(session: Session, petition: Petition) -> Inspection | None:
    query = select(Inspection).where(Inspection.petition_id == petition.id, Inspection.closed_at.is_(None))
    return session.scalars(query).one_or_none()


def _write(tx: Transaction, petition: Petition, term: FileTerm, telling: Telling) -> None:
    step = _STEPS[term.owed, telling]
    file = _open_inspection(tx.session, petition) if term.owed is Owed.ANSWER else petition.supervision
    setattr(file, step.column, clock.now())
    unit = tx.policy_of(petition).unit_name(term.unit)
    due = term.due_at.in_timezone(clock.SHANGHAI).format("YYYY-MM-DD HH:mm")
    move(
        tx,
        petition,
        step.trigger,
        PLATFORM,
        reason=step.words.format(unit=unit, due=due),
        public=False,
        details={"unit": term.unit, "due_at": term.due_at.isoformat()},
        concerns=[Concern(term.unit, term.due_at)],
    )
