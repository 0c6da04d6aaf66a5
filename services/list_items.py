"""From a petition to its item in each of the four lists. What many rows need is read once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pendulum import DateTime
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.calendar import OfficeHours
from domain.conduct import REQUEST_TYPE_LABELS, URGENCY_LABELS, RequestType, Urgency
from domain.facts import CARD_LABELS, RUNG_LABELS, SATISFACTION_LABELS, Card, Rung, Satisfaction
from domain.lists import LACK_LABELS, LISTED_LABELS, Listed, ListName, ListRules, standing_of
from domain.stages import WORKING_STAGES, Stage, Trigger, trigger_label
from models.answers import Named
from models.list_answers import (
    AssistItem,
    LastStep,
    ListItem,
    ProblemItem,
    ProgressItem,
    ResponsibilityItem,
    ResultItem,
)
from models.tables import Assignment, Completion, HistoryRow, HotTopic, Petition
from services.facts import is_supervised
from services.labels import holder_of, shown_due
from services.list_rows import loop_of
from services.parties import people_of
from services.views import Lens, stage_named, task_due

_TAKEN_AWAY = ("moved", "corrected", "returned", "climbed", "leads")
"""How a task ends that is the unit's no more; whatever else became of it, it was the unit's to the end."""
_CLOSES_THE_LOOP = (Trigger.ARCHIVE, Trigger.RESTORE_STRIKING, Trigger.CLOSE_SUPERVISION)
"""The last of these is when an item that is struck off was struck off."""


@dataclass(frozen=True)
class Particulars:
    """What a petition's items need and its row has not."""

    people: int
    topic: HotTopic | None
    evidence: Completion | None
    """What was accepted last."""
    last_step: HistoryRow
    """The latest that the petitioner was shown."""
    closed_at: DateTime | None
    excluded_at: DateTime | None
    """When it was decided that its verdict does not count."""


def particulars_of(
    session: Session, petitions: Sequence[Petition], topics: Sequence[HotTopic]
) -> Mapping[str, Particulars]:
    """Of each petition by its id, with a few queries for all of them."""
    ids = [petition.id for petition in petitions]
    people = people_of(session, [petition.merged_into_id or petition.id for petition in petitions])
    evidence = {row.petition_id: row for row in _latest_accepted(session, ids)}
    steps = {row.petition_id: row for row in _last_shown(session, ids)}
    closing = (
        select(HistoryRow.petition_id, func.max(HistoryRow.at))
        .where(HistoryRow.petition_id.in_(ids), HistoryRow.trigger.in_(_CLOSES_THE_LOOP))
        .group_by(HistoryRow.petition_id)
    )
    closed: dict[str, DateTime] = {petition_id: at for petition_id, at in session.execute(closing)}  # noqa: C416
    granting = (
        select(HistoryRow.petition_id, func.max(HistoryRow.at))
        .where(HistoryRow.petition_id.in_(ids), HistoryRow.trigger == Trigger.GRANT_EXCLUSION.value)
        .group_by(HistoryRow.petition_id)
    )
    excluded: dict[str, DateTime] = {petition_id: at for petition_id, at in session.execute(granting)}  # noqa: C416
    by_case = {str(case): topic for topic in topics for case in topic.cases}
    return {
        petition.id: Particulars(
            people=people.get(petition.merged_into_id or petition.id, 0),
            topic=by_case.get(petition.case_number),
            evidence=evidence.get(petition.id),
            last_step=steps[petition.id],
            closed_at=closed.get(petition.id),
            excluded_at=excluded.get(petition.id),
        )
        for petition in petitions
    }


def _latest_accepted(session: Session, ids: Sequence[str]) -> Sequence[Completion]:
    last = (
        select(func.max(Completion.id))
        .where(Completion.petition_id.in_(ids), Completion.outcome == "approved")
        .group_by(Completion.petition_id)
    )
    return session.scalars(select(Completion).where(Completion.id.in_(last))).all()


def _last_shown(session: Session, ids: Sequence[str]) -> Sequence[HistoryRow]:
    """As `services.views.timeline_of` chooses what the petitioner may follow."""
    seen = aliased(HistoryRow)
    last = (
        select(seen.petition_id, func.max(seen.version).label("version"))
        .where(seen.petition_id.in_(ids))
        .where(or_(seen.public, seen.stage_before.is_distinct_from(seen.stage_after)))
        .group_by(seen.petition_id)
        .subquery()
    )
    query = select(HistoryRow).join(
        last, (HistoryRow.petition_id == last.c.petition_id) & (HistoryRow.version == last.c.version)
    )
    return session.scalars(query).all()


def _common(petition: Petition, lens: Lens, mine: Particulars, rules: ListRules) -> dict[str, Any]:
    standing = standing_of(loop_of(petition, mine.evidence), rules)
    category, sub = petition.category, petition.sub_category
    return {
        "id": petition.id,
        "case": petition.case_number,
        "category": Named(code=category, name=lens.policy.category_name(category)) if category else None,
        "sub_category": Named(code=sub, name=lens.policy.sub_category_name(sub)) if sub else None,
        "topic": Named(code=mine.topic.topic, name=mine.topic.name) if mine.topic else None,
        "town": lens.unit(petition.town),
        "unit": lens.unit(petition.unit),
        "registered_at": petition.registered_at,
        "listed": Named(code=standing.listed.value, name=LISTED_LABELS[standing.listed]),
        "lacks": [Named(code=lack.value, name=LACK_LABELS[lack]) for lack in standing.lacks],
    }


def _problem(petition: Petition, lens: Lens, mine: Particulars, rules: ListRules) -> ProblemItem:
    kind, urgency = RequestType(petition.request_type), Urgency(petition.urgency)
    return ProblemItem(
        **_common(petition, lens, mine, rules),
        place=petition.place,
        request_type=Named(code=kind.value, name=REQUEST_TYPE_LABELS[kind]),
        urgency=Named(code=urgency.value, name=URGENCY_LABELS[urgency]),
        people=mine.people,
    )


def _responsibility(petition: Petition, lens: Lens, mine: Particulars, rules: ListRules) -> ResponsibilityItem:
    lead = next((row for row in reversed(petition.assignments) if row.part == "lead"), None)
    assists = [row for row in petition.assignments if row.part == "assist" and row.outcome not in _TAKEN_AWAY]
    rung = Rung(petition.rung)
    return ResponsibilityItem(
        **_common(petition, lens, mine, rules),
        holder=lens.unit(holder_of(petition, lens.policy)),
        duty=_duty(petition, lead, lens),
        due_at=shown_due(petition) if Stage(petition.stage) in WORKING_STAGES else petition.due_at,
        rung=Named(code=rung.name.lower(), name=RUNG_LABELS[rung]),
        designated=petition.designated,
        assists=[
            AssistItem(
                unit=lens.named_unit(row.unit),
                duty=row.duty,
                due_at=task_due(row),
                reported=row.outcome == "reported",
            )
            for row in assists
        ],
    )


def _duty(petition: Petition, lead: Assignment | None, lens: Lens) -> str:
    if lead is not None and lead.duty:
        return lead.duty
    duty = lens.policy.duty_of(petition.sub_category, petition.registered_at.in_timezone("Asia/Shanghai").date())
    return duty.title if duty is not None else ""


def _progress(petition: Petition, lens: Lens, mine: Particulars, rules: ListRules) -> ProgressItem:
    step, card = mine.last_step, Card(petition.card)
    runs = Stage(petition.stage) in WORKING_STAGES and not petition.due_met and petition.due_at is not None
    minutes = lens.minutes_until(petition.due_at) if runs and petition.due_at is not None else None
    return ProgressItem(
        **_common(petition, lens, mine, rules),
        stage=stage_named(petition.stage),
        last_step=LastStep(at=step.at, label=trigger_label(step.trigger), reason=step.reason if step.public else ""),
        due_at=petition.due_at,
        minutes_left=minutes,
        days_left=None if minutes is None else round(minutes / _minutes_a_day(lens.calendar.office), 1),
        card=Named(code=card.value, name=CARD_LABELS[card]),
        supervised=is_supervised(petition),
    )


def _minutes_a_day(office: OfficeHours) -> int:
    hours = (office.opens, office.break_starts, office.break_ends, office.closes)
    opens, pause, resumes, closes = (moment.hour * 60 + moment.minute for moment in hours)
    return pause - opens + closes - resumes


def _result(petition: Petition, lens: Lens, mine: Particulars, rules: ListRules) -> ResultItem:
    done = mine.evidence
    evidence = done.evidence if done else {}
    verdict = Satisfaction(petition.satisfaction) if petition.satisfaction else None
    common = _common(petition, lens, mine, rules)
    return ResultItem(
        **common,
        completed_at=done.decided_at if done else None,
        solved=evidence.get("solved"),
        contacted=evidence.get("contacted"),
        reply=str(evidence.get("public_reply", "")),
        receipt=done.receipt if done else None,
        verdict=Named(code=verdict.value, name=SATISFACTION_LABELS[verdict]) if verdict else None,
        redos=petition.redos,
        struck_off_at=_struck_off_at(petition, mine, rules) if common["listed"].code == Listed.STRUCK_OFF else None,
    )


def _struck_off_at(petition: Petition, mine: Particulars, rules: ListRules) -> DateTime | None:
    """When the last thing came that it lacked: an exclusion only where its verdict would have kept it on the lists."""
    assessed = standing_of(replace(loop_of(petition, mine.evidence), assessable=True), rules)
    moments = (mine.closed_at, mine.excluded_at if assessed.lacks else None)
    return max((moment for moment in moments if moment is not None), default=None)


ITEMS: dict[ListName, Callable[[Petition, Lens, Particulars, ListRules], ListItem]] = {
    ListName.PROBLEMS: _problem,
    ListName.RESPONSIBILITIES: _responsibility,
    ListName.PROGRESS: _progress,
    ListName.RESULTS: _result,
}
