"""The inspectors' side: the dossier of a petition, and what is written into their file. The unit's work goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pendulum import DateTime

import clock
from domain.actions import PLATFORM, Actor
from domain.errors import Incomplete, Missing, RuleRefusal
from domain.petition import Deadline
from domain.stages import Trigger
from domain.supervision import DISPOSITION_LABELS, SECRET_DISPOSITIONS, Disposition, Ground, SupervisionRules
from domain.workdays import Duration, due_date
from models.tables import Petition, Supervision
from services.context import Context
from services.facts import duration_to_json
from services.file_terms import forget_explanation, forget_order
from services.ledger import move
from services.notices import Concern
from services.publication_retractions import retract_exposures, take_back_untellable
from services.transactions import Transaction, acting


def demand_explanation(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    question: str,
    duration: Duration | None = None,
    version: int | None = None,
) -> Petition:
    """Ask the unit for a written explanation within `duration` from now; without one the policy's own holds.

    It is asked of whoever has the petition, or had it last. A new demand takes the place of one not answered yet.

    Raises:
        RuleRefusal: there is no open file on this petition, or no unit to ask.
    """
    with acting(context, petition_id, actor, Trigger.DEMAND_EXPLANATION, version) as (tx, petition):
        file, now = _file(petition), clock.now()
        duration = duration or tx.policy_of(petition).supervision.explanation
        file.unit = petition.unit or file.unit
        file.explanation_due_at = due_date(now, duration, context.rules.calendar, rule="督办要求").due_at
        file.explanation_demanded_at, file.explanation_term = now, duration_to_json(duration)
        file.explanation_warned_at = file.explanation_reminded_at = None
        return _write(tx, petition, actor, Trigger.DEMAND_EXPLANATION, question, due_at=file.explanation_due_at)


def answer(context: Context, petition_id: str, actor: Actor, text: str, version: int | None = None) -> Petition:
    """The unit that was asked explains itself in writing, wherever the petition is by now.

    So 信访工作条例第四十条 has units answer in writing what is recommended to them.

    Raises:
        NotPermitted: another unit is asked.
        RuleRefusal: nothing is asked.
    """
    with acting(context, petition_id, actor, Trigger.EXPLAIN, version) as (tx, petition):
        due_at = forget_explanation(_file(petition))
        details = {"late": due_at is not None and clock.now() > due_at}
        return _write(tx, petition, actor, Trigger.EXPLAIN, text, due_at=due_at, details=details)


def remind_explanation(tx: Transaction, petition: Petition, cause: Deadline) -> None:
    """The explanation did not come in time: the unit that was asked and the inspectors are told, once a demand."""
    file = _file(petition)
    file.explanation_reminded_at = clock.now()
    reason = f"{tx.policy_of(petition).unit_name(file.unit)}逾期未作说明，催交说明"
    _write(tx, petition, PLATFORM, Trigger.REMIND_EXPLANATION, reason, due_at=cause.due_at, cause=cause)


@dataclass(frozen=True)
class Conclusion:
    """How a file ends: `ground` only, and always, where a fault is tolerated; `term` only where it is put right."""

    disposition: Disposition
    opinion: str
    ground: str | None = None
    term: Duration | None = None


def dispose(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    disposition: Disposition,
    opinion: str,
    ground: str | None = None,
    term: Duration | None = None,
    version: int | None = None,
) -> Petition:
    """Close the file with a conclusion; the petition itself goes on as it stands. What was asked is asked no more.

    `ground` is given where a fault is tolerated and nowhere else; `term`, which the policy has for whoever gives none,
    where something is to be put right.

    Raises:
        Incomplete: a ground or term is missing, unknown, or does not belong to the disposition.
        RuleRefusal: there is no open file on this petition.
    """
    conclusion = Conclusion(disposition, opinion, ground, term)
    with acting(context, petition_id, actor, Trigger.CLOSE_SUPERVISION, version) as (tx, petition):
        file = _file(petition)
        unanswered = forget_explanation(file)
        file.closed_at, file.closed_by = clock.now(), actor.name
        details = _conclude(tx, petition, conclusion) | {"unanswered": unanswered is not None}
        # Told that its file is closed and not how, a unit would know that a lead was handed over.
        told = disposition not in SECRET_DISPOSITIONS
        written = _write(tx, petition, actor, Trigger.CLOSE_SUPERVISION, opinion, details=details, told=told)
        _tell_what_follows(tx, petition, actor, disposition)
        return written


def correct(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    disposition: Disposition,
    opinion: str,
    ground: str | None = None,
    term: Duration | None = None,
    version: int | None = None,
) -> Petition:
    """Put another conclusion in the place of a mistaken one (更正处置), by a further entry: the first stays on record.

    Raises:
        Incomplete: as `dispose`.
        RuleRefusal: the file is not concluded, or there never was one.
    """
    conclusion = Conclusion(disposition, opinion, ground, term)
    with acting(context, petition_id, actor, Trigger.CORRECT_DISPOSITION, version) as (tx, petition):
        former = _file(petition).disposition
        details = _conclude(tx, petition, conclusion) | {"from": former}
        told = not {former, disposition.value} & SECRET_DISPOSITIONS
        written = _write(tx, petition, actor, Trigger.CORRECT_DISPOSITION, opinion, details=details, told=told)
        _tell_what_follows(tx, petition, actor, disposition)
        return written


def _tell_what_follows(tx: Transaction, petition: Petition, actor: Actor, disposition: Disposition) -> None:
    """A unit that is not to blame is exposed no more without the correction; of a lead nothing stays public."""
    if disposition is Disposition.UNFOUNDED:
        retract_exposures(tx, petition, actor, "经核查，督办事项不成立")
    if disposition in SECRET_DISPOSITIONS:
        take_back_untellable(tx, petition)


def check_rectification(
    context: Context, petition_id: str, actor: Actor, *, done: bool, opinion: str, version: int | None = None
) -> Petition:
    """Write down whether what was ordered was put right (核查整改); if it was not, the conclusion can be corrected.

    Raises:
        RuleRefusal: nothing was ordered, or it was looked after already.
    """
    with acting(context, petition_id, actor, Trigger.CHECK_RECTIFICATION, version) as (tx, petition):
        file = _file(petition)
        file.rectify_checked_at, file.rectify_done = clock.now(), done
        details = {"done": done, "late": file.rectify_due_at is not None and clock.now() > file.rectify_due_at}
        return _write(tx, petition, actor, Trigger.CHECK_RECTIFICATION, opinion, details=details)


def _conclude(tx: Transaction, petition: Petition, conclusion: Conclusion) -> dict[str, Any]:
    """Write the conclusion into the file; what the history keeps of it."""
    rules, disposition = tx.policy_of(petition).supervision, conclusion.disposition
    ground = _ground(rules, conclusion)
    if conclusion.term is not None and disposition is not Disposition.RECTIFY:
        raise Incomplete([Missing("term", "只有责令整改另有期限")])
    file = _file(petition)
    file.disposition, file.opinion = disposition.value, conclusion.opinion
    file.ground = ground.code if ground else None
    forget_order(file)
    details: dict[str, Any] = {"disposition": disposition.value, "label": DISPOSITION_LABELS[disposition]}
    if ground is not None:
        details["ground"] = ground.name
    if disposition is Disposition.RECTIFY:
        term = conclusion.term or rules.rectification
        file.rectify_due_at = due_date(clock.now(), term, tx.context.rules.calendar, rule="责令整改").due_at
        details["rectify_due_at"] = file.rectify_due_at.isoformat()
    return details


def _ground(rules: SupervisionRules, conclusion: Conclusion) -> Ground | None:
    tolerated = conclusion.disposition is Disposition.TOLERATE
    if conclusion.ground is None:
        if tolerated:
            names = "、".join(f"{item.code}({item.name})" for item in rules.grounds)
            raise Incomplete([Missing("ground", f"容错须写明是哪一种情形：{names}")])
        return None
    if not tolerated:
        raise Incomplete([Missing("ground", "只有容错须写明情形")])
    found = rules.ground(conclusion.ground)
    if found is None:
        raise Incomplete([Missing("ground", f"没有代码为“{conclusion.ground}”的容错情形")])
    return found


def _file(petition: Petition) -> Supervision:
    """The file, which is there and open: the permission to write into it says so."""
    if petition.supervision is None:
        raise RuleRefusal("not-supervised", "该诉求未被督办")
    return petition.supervision


def _write(  # noqa: PLR0913 - see ledger.move
    tx: Transaction,
    petition: Petition,
    actor: Actor,
    trigger: Trigger,
    reason: str,
    *,
    due_at: DateTime | None = None,
    details: dict[str, Any] | None = None,
    cause: Deadline | None = None,
    told: bool = True,
) -> Petition:
    unit = _file(petition).unit
    kept = {"unit": unit, "due_at": due_at.isoformat()} if due_at else {"unit": unit}
    move(
        tx,
        petition,
        trigger,
        actor,
        reason=reason,
        public=False,
        details=kept | (details or {}),
        cause=cause,
        concerns=[Concern(unit, due_at)] if unit and told else [],
    )
    return petition
