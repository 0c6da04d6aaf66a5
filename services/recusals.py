"""Who stays out of a petition (回避): said by the petitioner, the desk, the inspectors, the words, or of oneself.

Whoever it is about never sees, handles or is told of it. Is it with that unit already, it is taken away in the same
transaction, and what was not sent to it yet is not sent any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

import clock
from domain.actions import PLATFORM, Actor, Role, may_recuse
from domain.conduct import Urgency
from domain.errors import Incomplete, Missing, NotFound, NotPermitted, RuleRefusal
from domain.recusal import RECUSAL_SOURCE, STATED_BY_LABELS, StatedBy, accused_units
from domain.stages import REVIEW_STAGES, Stage, Trigger, is_allowed
from domain.units import UnitKind
from models.answers import Named
from models.recusal_answers import RecusalReceipt, RecusalsView, RecusalView
from models.tables import Completion, Inspection, Notice, Petition, Recusal
from services.access import ALL_SEEING, petition_for, require_role
from services.assignments import NOBODYS, assist_of, lead_of
from services.context import Context
from services.dispatching import requests_of
from services.facts import recused_units
from services.file_terms import forget_answer, forget_explanation
from services.ledger import move
from services.publication_retractions import take_back_untellable
from services.transactions import Transaction, acting, reading
from services.views import actions_for, lens_of
from services.visit_draws import give_away_visit, spare_visit, take_up_visit, tell_stranded

READERS = (Role.DESK, Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.LEADER)


def recuse_unit(
    context: Context, petition_id: str, actor: Actor, *, unit: str, reason: str, version: int | None = None
) -> Petition:
    """Let a unit that the petition is about stay out of it; it is taken from that unit at once.

    Raises:
        Incomplete: there is no such unit.
        RuleRefusal: it stays out already.
    """
    with acting(context, petition_id, actor, Trigger.RECUSE, version) as (tx, petition):
        if not may_recuse(actor, None):
            raise NotPermitted("只有派遣专席和纪检监察可以认定被反映单位")
        _require_unit(tx, unit, "unit")
        exclude_unit(tx, petition, actor, unit, reason, _stated_by(actor))
        return petition


def recuse_account(
    context: Context, petition_id: str, actor: Actor, *, account: str, reason: str, version: int | None = None
) -> Petition:
    """Let an account stay out: one's own (本人申请回避), or another's by whoever may say so.

    Raises:
        NotPermitted: another's account, by a role that may only speak of itself.
        RuleRefusal: it stays out already.
    """
    with acting(context, petition_id, actor, Trigger.RECUSE, version) as (tx, petition):
        if not may_recuse(actor, account):
            raise NotPermitted("只能为本人申请回避；认定他人回避由派遣专席和纪检监察办理")
        stated_by = StatedBy.OWN if account == actor.name else _stated_by(actor)
        _exclude_account(tx, petition, actor, account, reason, stated_by)
        return petition


def lift(
    context: Context, petition_id: str, actor: Actor, *, number: int, reason: str, version: int | None = None
) -> Petition:
    """Say that a recusal was mistaken. What was taken from a unit does not come back by itself.

    Raises:
        NotFound: there is no such recusal on this petition, or it was lifted.
        RuleRefusal: what the inspectors said, only they take back.
    """
    with acting(context, petition_id, actor, Trigger.LIFT_RECUSAL, version) as (tx, petition):
        rows = dict(enumerate(_of(tx.session, petition), start=1))
        row = rows.get(number)
        if row is None or row.lifted_at is not None:
            raise NotFound("该诉求上的这项回避")
        if row.stated_by == StatedBy.INSPECTORS and actor.role is Role.DESK:
            raise RuleRefusal("recusal-of-inspectors", "由纪检监察认定的回避，只能由纪检监察解除")
        row.lifted_at, row.lifted_by, row.lifted_because = clock.now(), actor.name, reason
        details = {"unit": row.unit, "account": row.account}
        standing = _standing_now(tx, petition)
        petition.recused = standing
        take_up_visit(tx, petition)
        move(
            tx,
            petition,
            Trigger.LIFT_RECUSAL,
            actor,
            reason=reason,
            public=False,
            details={key: value for key, value in details.items() if value},
            changes={"recused": standing},
        )
        return petition


def recusals(context: Context, petition_id: str, actor: Actor) -> RecusalsView:
    """Who stays or stayed out of a petition, and why. Raises `NotFound` as `queries.head` does."""
    require_role(actor, *READERS)
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        return RecusalsView(
            id=petition.id,
            case_number=petition.case_number,
            version=petition.version,
            recusals=views_of(context, session, petition),
            allowed_actions=actions_for(petition, lens_of(context, session, petition, actor)),
        )


def receipt(context: Context, petition_id: str, actor: Actor) -> RecusalReceipt:
    """All that is left of a petition for whoever just said that they must stay out of it.

    Raises:
        NotFound: there is none, or this caller may not know that there is.
    """
    with reading(context) as session:
        petition = session.get(Petition, petition_id) if petition_id.isascii() and petition_id.isprintable() else None
        if petition is None or not _said_so_themselves(session, petition, actor):
            petition = petition_for(session, petition_id, actor)
        return RecusalReceipt(case_number=petition.case_number, version=petition.version)


def views_of(context: Context, session: Session, petition: Petition) -> list[RecusalView]:
    """Every recusal of a petition that the caller may see, oldest first."""
    policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
    return [
        RecusalView(
            number=number,
            unit=Named(code=row.unit, name=policy.unit_name(row.unit)) if row.unit else None,
            account=row.account,
            stated_by=Named(code=row.stated_by, name=STATED_BY_LABELS[StatedBy(row.stated_by)]),
            reason=row.reason,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
            lifted_at=row.lifted_at,
            lifted_by=row.lifted_by,
            lifted_because=row.lifted_because,
        )
        for number, row in enumerate(_of(session, petition), start=1)
    ]


def _of(session: Session, petition: Petition) -> Sequence[Recusal]:
    """Every recusal of a petition, oldest first; its place here is its number."""
    return session.scalars(select(Recusal).where(Recusal.petition_id == petition.id).order_by(Recusal.id)).all()


def named_by_petitioner(tx: Transaction, units: Collection[str]) -> tuple[str, ...]:
    """The units that a registration says it is about. Raises `Incomplete` for one that there is not."""
    for index, unit in enumerate(units):
        _require_unit(tx, unit, f"complained_about.{index}")
    return tuple(dict.fromkeys(units))


def recuse_on_arrival(tx: Transaction, petition: Petition, named: Sequence[str] = ()) -> None:
    """Whom the petitioner names stays out before anything is dispatched; so does whom the words accuse.

    A person looks at both before acceptance, unless the petition is of a danger that waits for nobody.
    """
    policy = tx.policy_in_force()
    said = dict.fromkeys(named, (StatedBy.PETITIONER, "诉求人指明此件反映该单位"))
    for accused in accused_units(petition.text, policy.units, policy.recusal):
        said.setdefault(accused.unit.code, (StatedBy.WORDS, accused.told))
    known = recused_units(petition)
    for unit, (stated_by, reason) in said.items():
        if unit not in known:
            holds = {} if petition.urgency == Urgency.EMERGENCY else {"needs_desk": True}
            exclude_unit(tx, petition, PLATFORM, unit, reason, stated_by, holds)


def carry_over(tx: Transaction, source: Petition, target: Petition, actor: Actor) -> None:
    """Whoever must stay out of `source` stays out of the petition that its matter goes on in."""
    query = select(Recusal).where(Recusal.petition_id == source.id, Recusal.lifted_at.is_(None)).order_by(Recusal.id)
    for row in tx.session.scalars(query).all():
        reason = f"承自{source.case_number}：{row.reason}"
        stated_by = StatedBy(row.stated_by)
        if row.unit is not None and row.unit not in recused_units(target):
            exclude_unit(tx, target, actor, row.unit, reason, stated_by)
        elif row.account is not None and _standing(tx, target, account=row.account) is None:
            _exclude_account(tx, target, actor, row.account, reason, stated_by)


def exclude_unit(
    tx: Transaction,
    petition: Petition,
    actor: Actor,
    unit: str,
    reason: str,
    stated_by: StatedBy,
    changes: dict[str, Any] | None = None,
) -> None:
    """Write the recusal down and leave the unit nothing of the petition; what it has done stays on record."""
    if unit in recused_units(petition):
        name = tx.policy_in_force().unit_name(unit)
        raise RuleRefusal("already-recused", f"{name}已经回避该诉求", source=RECUSAL_SOURCE, field="unit")
    _record(tx, petition, actor, reason, stated_by, unit=unit)
    had, now = petition.unit == unit, clock.now()
    lead, assist = lead_of(petition), assist_of(petition, unit)
    for task in (lead if lead is not None and lead.unit == unit else None, assist):
        if task is not None:
            task.ended_at, task.outcome = now, "recused"
    _ask_nothing_more_of(tx, petition, unit)
    stranded = give_away_visit(tx, petition, unit)
    withheld = _withhold(tx, petition, unit)
    changes = (changes or {}) | {"recused": _standing_now(tx, petition)}
    stage = Stage(petition.stage)
    if had and stage in REVIEW_STAGES:
        changes |= NOBODYS
    details = {"unit": unit, "stated_by": stated_by.value, "notices_withheld": withheld}
    move(tx, petition, Trigger.RECUSE, actor, reason=reason, public=False, details=details, changes=changes)
    if stranded:
        tell_stranded(tx, petition)
    take_back_untellable(tx, petition)
    if had and is_allowed(stage, Trigger.TAKE_AWAY):
        _take_away(tx, petition, unit)


def _take_away(tx: Transaction, petition: Petition, unit: str) -> None:
    """What the unit asked for or handed in is decided no more: it goes to whoever may handle it."""
    now = clock.now()
    for request in requests_of(tx, petition):
        if request.outcome is None:
            request.outcome, request.decided_at = "overtaken", now
    query = select(Completion).where(Completion.petition_id == petition.id, Completion.outcome.is_(None))
    for completion in tx.session.scalars(query):
        completion.outcome, completion.decided_at = "overtaken", now
    said = "因回避，改由其他单位承办"
    move(tx, petition, Trigger.TAKE_AWAY, PLATFORM, reason=said, details={"from": unit}, changes=NOBODYS)


def _exclude_account(
    tx: Transaction, petition: Petition, actor: Actor, account: str, reason: str, stated_by: StatedBy
) -> None:
    if _standing(tx, petition, account=account) is not None:
        raise RuleRefusal("already-recused", "该账号已经回避该诉求", source=RECUSAL_SOURCE, field="account")
    _record(tx, petition, actor, reason, stated_by, account=account)
    details = {"account": account, "stated_by": stated_by.value}
    changes = {"recused": _standing_now(tx, petition)}
    stranded = spare_visit(tx, petition, account)
    move(tx, petition, Trigger.RECUSE, actor, reason=reason, public=False, details=details, changes=changes)
    if stranded:
        tell_stranded(tx, petition)
    take_back_untellable(tx, petition)


def _standing_now(tx: Transaction, petition: Petition) -> dict[str, Any] | None:
    """What `Petition.recused` keeps of the recusals that stand."""
    tx.session.flush()
    standing = select(Recusal).where(Recusal.petition_id == petition.id, Recusal.lifted_at.is_(None))
    rows = tx.session.scalars(standing).all()
    units = sorted({row.unit for row in rows if row.unit is not None})
    return {"units": units, "accounts": sum(row.account is not None for row in rows)} if rows else None


def _record(
    tx: Transaction,
    petition: Petition,
    actor: Actor,
    reason: str,
    stated_by: StatedBy,
    *,
    unit: str | None = None,
    account: str | None = None,
) -> None:
    tx.session.add(
        Recusal(
            petition_id=petition.id,
            unit=unit,
            account=account,
            stated_by=stated_by.value,
            reason=reason,
            recorded_at=clock.now(),
            recorded_by=actor.name,
        )
    )


def _standing(tx: Transaction, petition: Petition, *, account: str) -> Recusal | None:
    standing = (Recusal.petition_id == petition.id, Recusal.account == account, Recusal.lifted_at.is_(None))
    return tx.session.scalar(select(Recusal).where(*standing).limit(1))


def _said_so_themselves(session: Session, petition: Petition, actor: Actor) -> bool:
    own = (Recusal.account == actor.name, Recusal.stated_by == StatedBy.OWN.value, Recusal.lifted_at.is_(None))
    wanted = select(Recusal.id).where(Recusal.petition_id == petition.id, *own)
    return actor.role in ALL_SEEING and session.scalar(wanted.limit(1)) is not None


def _ask_nothing_more_of(tx: Transaction, petition: Petition, unit: str) -> None:
    """What the inspectors demanded of the unit would tell it that it is reported."""
    query = select(Inspection).where(Inspection.petition_id == petition.id, Inspection.closed_at.is_(None))
    inspection = tx.session.scalars(query).one_or_none()
    if inspection is not None and inspection.unit == unit:
        forget_answer(inspection)
        petition.inspected = {"unit": None}
    file = petition.supervision
    if file is not None and file.unit == unit:
        forget_explanation(file)


def _withhold(tx: Transaction, petition: Petition, unit: str) -> int:
    """Owe the unit nothing that was not sent yet; how many notices. What is being sent right now cannot be had back."""
    now = clock.now()
    unsent = (
        Notice.petition_id == petition.id,
        Notice.recipient == f"unit:{unit}",
        Notice.status != "sent",
        or_(Notice.claimed_until.is_(None), Notice.claimed_until < now),
    )
    ids = tx.session.scalars(select(Notice.id).where(*unsent)).all()
    tx.session.execute(delete(Notice).where(Notice.id.in_(ids)))
    return len(ids)


def _stated_by(actor: Actor) -> StatedBy:
    return StatedBy.DESK if actor.role is Role.DESK else StatedBy.INSPECTORS


def _require_unit(tx: Transaction, code: str, field: str) -> None:
    unit = tx.policy_in_force().units_by_code.get(code)
    if unit is None or unit.kind not in (UnitKind.TOWN, UnitKind.DEPARTMENT):
        raise Incomplete([Missing(field, f"没有代码为“{code}”的承办单位，请从单位名录中选择")])
