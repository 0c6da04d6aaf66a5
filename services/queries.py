"""Reading one petition: what the petitioner, a unit or an office may see of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import PETITIONER, Actor, Role, reopen_until
from domain.dispatch_correction import correctable_until
from domain.errors import NotFound, RuleRefusal
from domain.identity import IdentityRules
from domain.petition import assist_deadlines, deadlines, handling_due
from domain.plain_signs import plain_signs
from domain.stages import Stage, Trigger
from domain.workdays import Duration, TimeUnit
from models.answers import (
    Clocks,
    ContactView,
    ExtensionView,
    History,
    MergedView,
    PauseView,
    PetitionDetail,
    PetitionHead,
    Progress,
    Registered,
)
from models.tables import Completion, DecisionRequest, HistoryRow, Petition, TimerRow
from services.access import may_read, petition_for
from services.context import Context
from services.facts import facts_of
from services.identity import masked
from services.labels import holder_of, shown_due
from services.numbering import CODE_LENGTH, CODE_LETTERS
from services.parties import has_left, merged_into, parties_of
from services.platform_delays import excused_until
from services.ratings import given_for, ratings_shown
from services.same_matter import similar_matters
from services.transactions import reading
from services.views import (
    Lens,
    actions_for,
    ask_view,
    assignment_view,
    clock_view,
    completion_view,
    head_of,
    history_entry,
    lens_of,
    stage_named,
    timeline_of,
)

_CODE = re.compile(f"[{CODE_LETTERS}]{{{CODE_LENGTH}}}")


def id_by_code(context: Context, query_code: str) -> str:
    """The id of the petition that this query code opens; small and wide letters, spaces and hyphens do not matter.

    Raises:
        NotFound: no petition has this code.
    """
    with reading(context) as session:
        return _by_code(session, query_code).id


def matter_by_code(context: Context, query_code: str) -> str:
    """The id under which the matter of this query code is handled: that of the main case, once it was merged.

    Raises:
        NotFound: no petition has this code.
        RuleRefusal: whoever holds the code has withdrawn; the matter is no longer theirs.
    """
    with reading(context) as session:
        petition = _by_code(session, query_code)
        if has_left(session, petition.id):
            raise RuleRefusal("already-withdrawn", "您已撤回该诉求，不能再代表该事项的诉求人")
        return petition.merged_into_id or petition.id


def _by_code(session: Session, query_code: str) -> Petition:
    code = plain_signs(query_code).replace("-", "").upper()
    found = session.scalar(select(Petition).where(Petition.query_code == code)) if _CODE.fullmatch(code) else None
    if found is None:
        raise NotFound("该查询码对应的诉求，请核对后重试")
    return found


def public_progress(context: Context, query_code: str) -> Progress:
    """Who holds the petition and until when, and what happened: never identity, never the petition's text.

    Raises:
        NotFound: no petition has this code.
    """
    with reading(context) as session:
        petition = _by_code(session, query_code)
        main = session.get(Petition, petition.merged_into_id) if petition.merged_into_id else None
        # The code of a merged petition acts on the case it became part of.
        lens = lens_of(context, session, main or petition, PETITIONER)
        actions = [] if has_left(session, petition.id) else actions_for(main or petition, lens)
        if Trigger.RATE in actions and petition.id in given_for(session, main or petition):
            actions = [action for action in actions if action != Trigger.RATE]
        after = _progress(context, session, main, actions) if main is not None else None
        return _progress(context, session, petition, actions, after)


@dataclass(frozen=True)
class VerdictChoices:
    """What a petitioner may choose from, each with its name, and until when they may reopen what is over."""

    dissatisfied: list[tuple[str, str]]
    reopening: list[tuple[str, str]]
    reopen_until: dt.datetime | None


def verdict_choices(context: Context, query_code: str) -> VerdictChoices:
    """The choices for the matter of this code. Raises `NotFound`."""
    with reading(context) as session:
        petition = _by_code(session, query_code)
        main = session.get(Petition, petition.merged_into_id) if petition.merged_into_id else None
        lens = lens_of(context, session, main or petition, PETITIONER)
        rules = lens.policy.verdict
        return VerdictChoices(
            dissatisfied=[(reason.code, reason.name) for reason in rules.dissatisfied_reasons],
            reopening=[(reason.code, reason.name) for reason in rules.reopen_reasons],
            reopen_until=_reopen_until(main or petition, lens),
        )


def _progress(
    context: Context, session: Session, petition: Petition, actions: list[str], merged_into: Progress | None = None
) -> Progress:
    lens, due_at = lens_of(context, session, petition, PETITIONER), shown_due(petition)
    return Progress(
        case_number=petition.case_number,
        version=petition.version,
        stage=stage_named(petition.stage),
        unit=lens.unit(petition.unit),
        holder=lens.unit(holder_of(petition, lens.policy)),
        due_at=due_at,
        due_provisional=_is_provisional(session, petition, due_at),
        registered_at=petition.registered_at,
        closed_at=petition.closed_at,
        reopen_until=_reopen_until(petition, lens) if Trigger.REOPEN in actions else None,
        merged_into=merged_into,
        similar=similar_matters(context, session, petition),
        timeline=timeline_of(_history(session, petition.id), lens.policy),
        allowed_actions=actions,
    )


def _correctable_until(petition: Petition, lens: Lens) -> dt.datetime | None:
    offered = Trigger.CORRECT_DISPATCH in actions_for(petition, lens)
    return correctable_until(facts_of(petition), lens.policy) if offered else None


def _reopen_until(petition: Petition, lens: Lens) -> dt.datetime | None:
    return reopen_until(facts_of(petition), lens.policy, lens.calendar)


def _is_provisional(session: Session, petition: Petition, due_at: dt.datetime | None) -> bool:
    """Whether this date, one of the petition's, falls in a year without a published calendar."""
    if due_at is None or due_at == petition.due_at:
        return due_at is not None and petition.due_provisional
    timers = select(TimerRow.provisional).where(TimerRow.petition_id == petition.id, TimerRow.ended_at.is_(None))
    return any(session.scalars(timers.where(TimerRow.due_at == due_at)))


def registered(context: Context, petition_id: str) -> Registered:
    """The receipt for whoever registered this petition."""
    with reading(context) as session:
        petition = session.get_one(Petition, petition_id)
        lens = lens_of(context, session, petition, PETITIONER)
        return Registered(
            case_number=petition.case_number,
            query_code=petition.query_code,
            version=petition.version,
            stage=stage_named(petition.stage),
            registered_at=petition.registered_at,
            progress=f"/progress/{petition.query_code}",
            location=(petition.located or {}).get("told"),
            similar=similar_matters(context, session, petition),
            allowed_actions=actions_for(petition, lens),
        )


def head(context: Context, petition_id: str, actor: Actor) -> PetitionHead:
    """Where a petition stands and what `actor` may do.

    Raises:
        NotFound: no such petition, or not one this caller may see.
    """
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        return PetitionHead(**head_of(petition, lens_of(context, session, petition, actor)))


def detail(context: Context, petition_id: str, actor: Actor) -> PetitionDetail:
    """The whole case as `actor` may see it. Raises `NotFound` as `head` does."""
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        return detail_of(context, session, petition, lens_of(context, session, petition, actor))


def find(context: Context, case_number: str, actor: Actor) -> PetitionDetail:
    """The case with this number. Raises `NotFound` as `head` does."""
    with reading(context) as session:
        printable = case_number.isascii() and case_number.isprintable()
        found = session.scalar(select(Petition.id).where(Petition.case_number == case_number)) if printable else None
        petition = petition_for(session, found or "", actor)
        return detail_of(context, session, petition, lens_of(context, session, petition, actor))


def detail_of(
    context: Context, session: Session, petition: Petition, lens: Lens, *, with_people: bool = True
) -> PetitionDetail:
    """A petition that the caller may see, in full; `with_people`: with whoever reported it, masked."""
    asked = select(DecisionRequest).where(DecisionRequest.petition_id == petition.id).order_by(DecisionRequest.id)
    done = select(Completion).where(Completion.petition_id == petition.id).order_by(Completion.id)
    main = session.get(Petition, petition.merged_into_id) if petition.merged_into_id else None
    parties = parties_of(session, main.id if main else petition.id)
    rules = context.rules.active(session).identity if with_people else IdentityRules()
    return PetitionDetail(
        **head_of(petition, lens),
        text=petition.text,
        place=petition.place,
        longitude=petition.longitude,
        latitude=petition.latitude,
        given_longitude=petition.given_longitude,
        given_latitude=petition.given_latitude,
        crs=petition.crs,
        location=(petition.located or {}).get("told"),
        geography_version=petition.geography_version,
        channel=petition.channel,
        closed_at=petition.closed_at,
        merged_into=main.case_number if main else None,
        policy_version=petition.policy_version,
        petitioner=_contact(context, rules, petition, petition if petition.id in parties else None, lens),
        assignments=[assignment_view(row, lens) for row in petition.assignments],
        asked=[ask_view(row, petition, lens) for row in session.scalars(asked)],
        completions=[completion_view(row, lens) for row in session.scalars(done)],
        merged=[
            MergedView(
                case_number=row.case_number,
                registered_at=row.registered_at,
                left=row.id not in parties,
                petitioner=_contact(context, rules, petition, row if row.id in parties else None, lens),
            )
            for row in merged_into(session, petition.id)
        ],
        people=len(parties),
        ratings=ratings_shown(session, petition, lens.policy),
        correctable_until=_correctable_until(petition, lens),
        candidates=_candidates(session, petition, lens),
    )


def _contact(
    context: Context, rules: IdentityRules, case: Petition, reported: Petition | None, lens: Lens
) -> ContactView | None:
    """Whoever reported a petition that still belongs to the case, as far as the caller may know."""
    person = reported.petitioner if reported is not None else None
    return masked(context, rules, case, person, lens.actor) if person is not None else None


def _candidates(session: Session, petition: Petition, lens: Lens) -> list[dict[str, object]]:
    """What the engine proposed when it was not sure, for the desk that has to choose."""
    if lens.actor.role is not Role.DESK or Stage(petition.stage) is not Stage.ACCEPTED:
        return []
    query = (
        select(HistoryRow.details)
        .where(HistoryRow.petition_id == petition.id, HistoryRow.trigger == Trigger.REFER_TO_DESK.value)
        .order_by(HistoryRow.version.desc())
        .limit(1)
    )
    details = session.scalar(query) or {}
    return [
        {**candidate, "name": lens.policy.unit_name(candidate["unit"])} for candidate in details.get("candidates", [])
    ]


def history(context: Context, petition_id: str, actor: Actor) -> History:
    """Every step of the case, oldest first. Raises `NotFound` as `head` does."""
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        lens = lens_of(context, session, petition, actor)
        return History(
            id=petition.id,
            case_number=petition.case_number,
            version=petition.version,
            entries=[history_entry(row, lens) for row in _history(session, petition.id) if may_read(row, actor)],
            allowed_actions=actions_for(petition, lens),
        )


def clock_of(context: Context, petition_id: str, actor: Actor) -> Clocks:
    """Every running deadline with the way to its date. Raises `NotFound` as `head` does."""
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        return clocks_of(session, petition, lens_of(context, session, petition, actor))


def clocks_of(session: Session, petition: Petition, lens: Lens) -> Clocks:
    """The clocks of a petition that the caller may see."""
    asked = select(DecisionRequest).where(DecisionRequest.petition_id == petition.id).order_by(DecisionRequest.id)
    facts = facts_of(petition)
    handling = handling_due(facts, lens.policy, lens.calendar)
    return Clocks(
        id=petition.id,
        case_number=petition.case_number,
        version=petition.version,
        as_of=clock.now(),
        policy_version=petition.policy_version,
        handling=clock_view(handling, lens) if handling else None,
        handling_met=bool(petition.due_met),
        excused_until=excused_until(session, petition, lens.policy, lens.calendar) if handling else None,
        deadlines=[clock_view(item, lens) for item in deadlines(facts, lens.policy, lens.calendar)],
        assists=[clock_view(item, lens) for item in assist_deadlines(facts, lens.calendar)],
        pauses=[
            PauseView(started_at=row.started_at, ended_at=row.ended_at, reason=row.reason, approved_by=row.approved_by)
            for row in petition.pauses
        ],
        extensions=[
            ExtensionView(
                duration=str(Duration(row.amount, TimeUnit(row.unit))),
                granted_at=row.granted_at,
                reason=row.reason,
                approved_by=row.approved_by,
            )
            for row in petition.extensions
        ],
        requests=[ask_view(row, petition, lens) for row in session.scalars(asked)],
        allowed_actions=actions_for(petition, lens),
    )


def _history(session: Session, petition_id: str) -> Sequence[HistoryRow]:
    query = select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
    return session.scalars(query).all()
