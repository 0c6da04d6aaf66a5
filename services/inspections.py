"""The party-committee inspectors (党委督查): their own file, what they see on the spot, what they ask.

Their file stands beside that of the discipline inspectors, and neither knows of the other's end: each is opened, asked
from and closed by its own office.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import pendulum
from pendulum import DateTime
from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, Missing, NotFound
from domain.stages import Trigger
from domain.workdays import Duration, due_date
from models.answers import AskedOfUnit
from models.inspection_answers import InspectionsView, InspectionView, PhotoView, VisitView
from models.tables import Inspection, Petition, SiteVisit
from services.access import petition_for, require_role
from services.context import Context
from services.facts import duration_to_json
from services.file_terms import forget_answer
from services.ledger import move
from services.notices import Concern
from services.transactions import Transaction, acting, reading
from services.views import Lens, actions_for, lens_of

READERS = (Role.PARTY_INSPECTOR, Role.INSPECTOR, Role.LEADER)


@dataclass(frozen=True)
class Visit:
    """A visit on the spot; `photos` are pairs of a name and a SHA-256."""

    visited_at: dt.datetime
    place: str
    people: Sequence[str]
    found: str
    photos: Sequence[tuple[str, str]] = ()


def open_inspection(
    context: Context, petition_id: str, actor: Actor, reason: str, version: int | None = None
) -> Petition:
    """Open a file on a typical case, at whatever stage it is.

    Raises:
        RuleRefusal: one is open already.
    """
    with acting(context, petition_id, actor, Trigger.OPEN_INSPECTION, version) as (tx, petition):
        file = Inspection(petition_id=petition.id, opened_at=clock.now(), opened_by=actor.name, cause=reason)
        tx.session.add(file)
        return _write(tx, petition, file, actor, Trigger.OPEN_INSPECTION, reason)


def record_visit(
    context: Context, petition_id: str, actor: Actor, visit: Visit, version: int | None = None
) -> Petition:
    """Write down what was seen on the spot: when, where, who was there, what was found.

    Raises:
        Incomplete: it lies ahead.
        RuleRefusal: there is no open file.
    """
    with acting(context, petition_id, actor, Trigger.RECORD_VISIT, version) as (tx, petition):
        if visit.visited_at > clock.now():
            raise Incomplete([Missing("visited_at", "现场督查的时间不能晚于现在")])
        file = _open_file(tx, petition)
        photos = [{"name": name, "sha256": digest} for name, digest in visit.photos]
        tx.session.add(
            SiteVisit(
                inspection_id=file.id,
                visited_at=pendulum.instance(visit.visited_at),
                place=visit.place,
                people=list(visit.people),
                found=visit.found,
                photos=photos,
                recorded_at=clock.now(),
                recorded_by=actor.name,
            )
        )
        details = {"visited_at": visit.visited_at.isoformat(), "photos": [photo["sha256"] for photo in photos]}
        return _write(tx, petition, file, actor, Trigger.RECORD_VISIT, visit.found, details=details)


def ask_unit(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    question: str,
    duration: Duration | None = None,
    version: int | None = None,
) -> Petition:
    """Ask the unit for a written answer within `duration` from now; a new question takes the place of the last one.

    Without a `duration` the policy's own holds.

    Raises:
        RuleRefusal: there is no open file, no unit to ask, or the petition is about the unit.
    """
    with acting(context, petition_id, actor, Trigger.QUERY_UNIT, version) as (tx, petition):
        file, now = _open_file(tx, petition), clock.now()
        unit, duration = petition.unit, duration or tx.policy_of(petition).supervision.answer
        forget_answer(file)
        file.unit, file.question, file.asked_at = unit, question, now
        file.answer_due_at = due_date(now, duration, context.rules.calendar, rule="督查要求").due_at
        kept: dict[str, Any] = {
            "unit": unit,
            "due_at": file.answer_due_at.isoformat(),
            "term": duration_to_json(duration),
        }
        concern = Concern(unit, file.answer_due_at) if unit else None
        return _write(tx, petition, file, actor, Trigger.QUERY_UNIT, question, details=kept, concern=concern)


def answer(context: Context, petition_id: str, actor: Actor, text: str, version: int | None = None) -> Petition:
    """The unit that was asked answers in writing, wherever the petition is by now.

    Raises:
        NotPermitted: another unit is asked.
        RuleRefusal: nothing is asked.
    """
    with acting(context, petition_id, actor, Trigger.ANSWER_INSPECTION, version) as (tx, petition):
        file = _open_file(tx, petition)
        due_at, unit = forget_answer(file), file.unit
        details = {"unit": unit, "late": due_at is not None and clock.now() > due_at}
        concern = Concern(unit, due_at) if unit else None
        return _write(tx, petition, file, actor, Trigger.ANSWER_INSPECTION, text, details=details, concern=concern)


def close_inspection(
    context: Context, petition_id: str, actor: Actor, conclusion: str, version: int | None = None
) -> Petition:
    """Close the party-committee inspectors' own file with what they conclude; the petition goes on as it stands.

    Raises:
        RuleRefusal: there is no open file.
    """
    with acting(context, petition_id, actor, Trigger.CLOSE_INSPECTION, version) as (tx, petition):
        file = _open_file(tx, petition)
        details = {"unanswered": forget_answer(file) is not None}
        file.closed_at, file.closed_by, file.conclusion = clock.now(), actor.name, conclusion
        return _write(tx, petition, file, actor, Trigger.CLOSE_INSPECTION, conclusion, details=details)


def inspections(context: Context, petition_id: str, actor: Actor) -> InspectionsView:
    """Every file of the party-committee inspectors on a petition. A unit is shown what is asked of it, and no more.

    Raises:
        NotPermitted: not for this role.
        NotFound: as `queries.head`.
    """
    require_role(actor, Role.UNIT, *READERS)
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        lens = lens_of(context, session, petition, actor)
        own = actor.unit if actor.role is Role.UNIT else None
        return InspectionsView(
            id=petition.id,
            case_number=petition.case_number,
            version=petition.version,
            asked=_asked_of(session, petition, lens, own),
            files=[] if own is not None else views_of(session, petition, lens),
            allowed_actions=actions_for(petition, lens),
        )


def views_of(session: Session, petition: Petition, lens: Lens) -> list[InspectionView]:
    """Every file with its visits, oldest first; for those who may read them."""
    files = session.scalars(select(Inspection).where(Inspection.petition_id == petition.id).order_by(Inspection.id))
    return [
        InspectionView(
            opened_at=file.opened_at,
            opened_by=file.opened_by,
            cause=file.cause,
            unit=lens.unit(file.unit),
            question=file.question,
            answer_due_at=file.answer_due_at,
            closed_at=file.closed_at,
            closed_by=file.closed_by,
            conclusion=file.conclusion,
            visits=[_visit(row) for row in _visits(session, file)],
        )
        for file in files.all()
    ]


def _asked_of(session: Session, petition: Petition, lens: Lens, own: str | None) -> AskedOfUnit | None:
    file = open_files(session, [petition.id]).get(petition.id)
    if file is None or (own is not None and own != file.unit):
        return None
    return asked_view(file, lens)


def asked_view(file: Inspection, lens: Lens) -> AskedOfUnit | None:
    """What is asked by this file and not answered; `None`: nothing."""
    if file.closed_at is not None or file.answer_due_at is None or file.unit is None or file.asked_at is None:
        return None
    return AskedOfUnit(
        unit=lens.named_unit(file.unit),
        question=file.question,
        asked_at=file.asked_at,
        due_at=file.answer_due_at,
        overdue=file.answer_due_at <= lens.now,
        reminded_at=file.answer_reminded_at,
    )


def open_files(session: Session, petition_ids: Collection[str]) -> dict[str, Inspection]:
    """The open file of each petition that has one."""
    query = select(Inspection).where(Inspection.petition_id.in_(petition_ids), Inspection.closed_at.is_(None))
    return {file.petition_id: file for file in session.scalars(query)} if petition_ids else {}


def _visits(session: Session, file: Inspection) -> Sequence[SiteVisit]:
    return session.scalars(select(SiteVisit).where(SiteVisit.inspection_id == file.id).order_by(SiteVisit.id)).all()


def _visit(row: SiteVisit) -> VisitView:
    return VisitView(
        visited_at=row.visited_at,
        place=row.place,
        people=[str(name) for name in row.people],
        found=row.found,
        photos=[PhotoView(**photo) for photo in row.photos],
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
    )


def _open_file(tx: Transaction, petition: Petition) -> Inspection:
    """The file, which is there and open: the permission to write into it says so."""
    query = select(Inspection).where(Inspection.petition_id == petition.id, Inspection.closed_at.is_(None))
    file = tx.session.scalars(query).one_or_none()
    if file is None:
        raise NotFound("该诉求上的督查件")
    return file


def _write(
    tx: Transaction,
    petition: Petition,
    file: Inspection,
    actor: Actor,
    trigger: Trigger,
    reason: str,
    *,
    details: dict[str, Any] | None = None,
    concern: Concern | None = None,
) -> Petition:
    concerns = [concern] if concern is not None else []
    changes = {"inspected": _standing(file)}
    move(tx, petition, trigger, actor, reason=reason, public=False, details=details, changes=changes, concerns=concerns)
    return petition


def _standing(file: Inspection) -> dict[str, Any] | None:
    """What `Petition.inspected` keeps of the file: whether it is open, and of whom something is asked."""
    if file.closed_at is not None:
        return None
    due_at: DateTime | None = file.answer_due_at
    return {"unit": file.unit if due_at is not None else None}
