"""From rows to what is shown of them: codes get their names, and nobody gets more than they may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role, allowed_actions
from domain.conduct import DEADLINE_LABELS, DeadlineKind
from domain.petition import Deadline
from domain.policy import Policy
from domain.stages import (
    CLOSING_STAGES,
    FINAL_STAGES,
    STAGE_LABELS,
    WORKING_STAGES,
    Stage,
    Trigger,
    trigger_label,
)
from domain.told_plainly import PLATFORMS_OWN, plainly
from domain.workdays import WorkCalendar, working_minutes_between
from models.answers import (
    AskView,
    AssignmentView,
    ClockView,
    CompletionView,
    ExplanationView,
    FileNamed,
    HistoryEntry,
    Named,
    StepView,
    TimelineEntry,
)
from models.tables import Assignment, Completion, DecisionRequest, HistoryRow, Petition
from services.access import ALL_SEEING
from services.assignments import assist_of
from services.context import Context
from services.facts import facts_of, is_supervised
from services.labels import holder_of


@dataclass(frozen=True)
class Lens:
    """By which rules a petition is shown, to whom, and at what moment."""

    policy: Policy
    calendar: WorkCalendar
    actor: Actor
    now: dt.datetime

    def unit(self, code: str | None) -> Named | None:
        return None if code is None else Named(code=code, name=self.policy.unit_name(code))

    def named_unit(self, code: str) -> Named:
        return Named(code=code, name=self.policy.unit_name(code))

    def minutes_until(self, moment: dt.datetime) -> int:
        """Working minutes from now; negative when it has passed."""
        return working_minutes_between(self.now, moment, self.calendar)


def lens_of(context: Context, session: Session, petition: Petition, actor: Actor) -> Lens:
    """A petition is shown by the rules it lives under."""
    policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
    return Lens(policy, context.rules.calendar, actor, clock.now())


def stage_named(stage: str) -> Named:
    """A stage with its Chinese name."""
    return Named(code=stage, name=STAGE_LABELS[Stage(stage)])


def actions_for(petition: Petition, lens: Lens) -> list[str]:
    """What the caller may do now; `report` is for units that assist, the rest are triggers."""
    actions = [
        trigger.value
        for trigger in allowed_actions(lens.actor, facts_of(petition), lens.policy, lens.calendar, lens.now)
    ]
    assists = lens.actor.role is Role.UNIT and assist_of(petition, lens.actor.unit) is not None
    if assists and Stage(petition.stage) not in FINAL_STAGES | CLOSING_STAGES:
        actions.append("report")
    return actions


def head_of(petition: Petition, lens: Lens) -> dict[str, Any]:
    """The fields of a `PetitionHead`."""
    policy = lens.policy
    runs = Stage(petition.stage) in WORKING_STAGES and not petition.due_met
    category, sub_category = petition.category, petition.sub_category
    if sub_category and not policy.is_within(sub_category, category):
        sub_category = None  # a version from before there were any changed the category alone
    return {
        "id": petition.id,
        "case_number": petition.case_number,
        "version": petition.version,
        "stage": stage_named(petition.stage),
        "unit": lens.unit(petition.unit),
        "holder": lens.unit(holder_of(petition, policy)),
        "category": Named(code=category, name=policy.category_name(category)) if category else None,
        "sub_category": Named(code=sub_category, name=policy.sub_category_name(sub_category)) if sub_category else None,
        "town": lens.unit(petition.town),
        "request_type": petition.request_type,
        "urgency": petition.urgency,
        "rung": petition.rung,
        "card": petition.card,
        "returns": petition.returns,
        "transfers": petition.transfers,
        "redos": petition.redos,
        "supervised": is_supervised(petition),
        "registered_at": petition.registered_at,
        "due_at": petition.due_at,
        "due_provisional": petition.due_provisional,
        "wake_at": petition.wake_at,
        "wake_kind": petition.wake_kind,
        "minutes_left": lens.minutes_until(petition.due_at) if runs and petition.due_at else None,
        "allowed_actions": actions_for(petition, lens),
    }


def timeline_of(rows: Sequence[HistoryRow], policy: Policy) -> list[TimelineEntry]:
    """What the petitioner may follow: every change of stage, and whatever was written for them to read."""
    return [
        TimelineEntry(
            at=row.at,
            label=trigger_label(row.trigger),
            stage=stage_named(row.stage_after),
            told=_plainly(row, policy),
            reason=row.reason if row.public and not _speaks_for_itself(row) else "",
        )
        for row in rows
        if row.public or row.stage_before != row.stage_after
    ]


def _plainly(row: HistoryRow, policy: Policy) -> str:
    # A dispatch keeps all who ever gave it back under the same name.
    by = row.details.get("returned_by") if row.trigger == Trigger.GRANT_RETURN else None
    unit, returned = (policy.unit_name(code) if code else "" for code in (row.unit, by))
    return plainly(row.trigger, unit, row.details, returned)


def _speaks_for_itself(row: HistoryRow) -> bool:
    """What the platform gives as its reason names rules and their sources: that is for the staff."""
    return row.actor_role == Role.PLATFORM.value and row.trigger in PLATFORMS_OWN


_BY_HAND = "派遣专席人工派遣"


def history_entry(row: HistoryRow, lens: Lens) -> HistoryEntry:
    """A row of history as it is shown.

    Why the engine was not sure, and of whom else it thought, is what the desk chooses by: a unit is told that a person
    chose.
    """
    in_doubt = row.trigger == Trigger.REFER_TO_DESK and lens.actor.role is Role.UNIT
    return HistoryEntry(
        version=row.version,
        at=row.at,
        trigger=row.trigger,
        label=trigger_label(row.trigger),
        stage_before=row.stage_before,
        stage_after=row.stage_after,
        unit=lens.unit(row.unit),
        rung=row.rung,
        actor_role=row.actor_role,
        actor_unit=row.actor_unit,
        actor_name=row.actor_name,
        reason=_BY_HAND if in_doubt else row.reason,
        public=row.public,
        details={} if in_doubt else row.details,
        not_reported=[lens.named_unit(code) for code in row.details.get("not_reported", ())],
        digest=row.digest,
    )


def assignment_view(row: Assignment, lens: Lens) -> AssignmentView:
    """What one unit has or had to do."""
    return AssignmentView(
        unit=lens.named_unit(row.unit),
        part=row.part,
        duty=row.duty,
        assigned_at=row.assigned_at,
        due_at=task_due(row),
        reminded_at=row.reminded_at,
        signed_at=row.signed_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        report=row.report,
        reasons=[str(reason) for reason in row.reasons],
    )


def explanation_view(petition: Petition, lens: Lens) -> ExplanationView | None:
    """What a unit was asked to explain and has not."""
    file, asked = petition.supervision, facts_of(petition).explanation
    if file is None or asked is None or file.explanation_due_at is None:
        return None
    return ExplanationView(
        unit=lens.named_unit(asked.unit),
        demanded_at=asked.since,
        due_at=file.explanation_due_at,
        overdue=file.explanation_due_at <= lens.now,
        reminded_at=file.explanation_reminded_at,
    )


def task_due(row: Assignment) -> dt.datetime | None:
    """Until when a unit has its task: the lead's is the petition's own date, with its pauses and extensions."""
    return row.petition.due_at if row.part == "lead" and row.ended_at is None else row.due_at


_UNDECIDED = {
    "return": (DeadlineKind.RETURN_DECISION, Stage.RETURN_REQUESTED, "逾期未审定，按同意退单处理"),
    "extension": (DeadlineKind.EXTENSION_DECISION, Stage.EXTENSION_REQUESTED, "逾期未审定，按不同意延期处理"),
}


def ask_view(row: DecisionRequest, petition: Petition, lens: Lens) -> AskView:
    """What a unit asked for on this petition: until when it is decided and what happens otherwise, or the decision."""
    if row.kind == "exclusion":
        return _exclusion_view(row, petition, lens)
    kind, stage, otherwise = _UNDECIDED[row.kind]
    facts = facts_of(petition)
    rule = lens.policy.deadline(kind, facts.urgency, facts.request_type, facts.category)
    reasons = lens.policy.handling.extension_reasons if lens.policy.handling else ()
    code, duty = row.reason_code, row.basis_duty
    return AskView(
        basis_duty=Named(code=duty, name=lens.policy.sub_category_name(duty)) if duty else None,
        list_says=row.list_says or "",
        reason_code=Named(code=code, name=next((each.name for each in reasons if each.code == code), code))
        if code
        else None,
        due_at=petition.stage_due_at if row.outcome is None and petition.stage == stage else None,
        by_default=otherwise,
        default_source=rule.source,
        decided_reason=row.decided_reason or "",
        decided_by_default=row.default_rule is not None,
        kind=row.kind,
        unit=lens.named_unit(row.unit),
        reason=row.reason,
        proposed_unit=lens.unit(row.proposed_unit),
        basis=row.basis,
        amount=row.amount,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        outcome=row.outcome,
    )


def _exclusion_view(row: DecisionRequest, petition: Petition, lens: Lens) -> AskView:
    return AskView(
        kind=row.kind,
        unit=lens.named_unit(row.unit),
        reason=row.reason,
        reason_code=Named(code=row.reason_code or "", name=row.reason),
        proposed_unit=None,
        basis=row.basis,
        files=[FileNamed(**file) for file in row.files or ()],
        amount=None,
        asked_at=row.asked_at,
        due_at=petition.exclusion_due_at if row.outcome is None else None,
        by_default="逾期未审定，按不同意处理",
        default_source=lens.policy.verdict.exclusion_source,
        decided_at=row.decided_at,
        decided_reason=row.decided_reason or "",
        decided_by_default=row.default_rule is not None,
        outcome=row.outcome,
    )


def completion_view(row: Completion, lens: Lens) -> CompletionView:
    """What was handed in as done."""
    return CompletionView(
        unit=lens.named_unit(row.unit),
        submitted_at=row.submitted_at,
        evidence=row.evidence,
        receipt=row.receipt,
        decided_at=row.decided_at,
        outcome=row.outcome,
        # They name cases of others; and whoever is pointed at is not told how.
        flags=(row.flags or []) if lens.actor.role in ALL_SEEING else [],
    )


def clock_view(deadline: Deadline, lens: Lens) -> ClockView:
    """A deadline with the whole way to its date."""
    due = deadline.due
    return ClockView(
        kind=kind_named(deadline.kind),
        unit=lens.unit(deadline.unit),
        due_at=due.due_at,
        passed=due.due_at <= lens.now,
        minutes_left=lens.minutes_until(due.due_at),
        provisional=due.provisional,
        awaits=sorted(due.awaits),
        rule=deadline.rule,
        source=deadline.source,
        then=deadline.step.value,
        calendar_version=due.calendar_version,
        steps=[StepView(kind=step.kind.value, text=step.text) for step in due.steps],
    )


def kind_named(kind: str) -> Named:
    """The kind of a deadline with its Chinese name."""
    return Named(code=kind, name=DEADLINE_LABELS[DeadlineKind(kind)])
