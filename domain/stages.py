"""Where a petition can stand and how it moves: one table, from which `docs/stages.md` and the tests are made.

Stages follow the union of the 泰安 hotline interface, the 山东 2017 flow and the 信访工作条例 (docs/policy.md).
A trigger leads from any of its source stages to one target; a target of `None` leaves the stage as it is and only
adds to the history. Guards that need more than the table (who may, counts, deadlines) are in `domain.actions`.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.errors import ForbiddenTransition
from domain.stage_terms import (
    FORMER_TRIGGER_LABELS,
    STAGE_LABELS,
    TRIGGER_LABELS,
    Stage,
    Trigger,
    trigger_label,
)

__all__ = [
    "ASSISTED_STAGES",
    "CLOCK_STOPPED_STAGES",
    "CLOSING_STAGES",
    "FINAL_STAGES",
    "FORMER_TRIGGER_LABELS",
    "INTAKE_STAGES",
    "OPEN_STAGES",
    "REVIEW_CLIMBS",
    "REVIEW_STAGES",
    "STAGE_LABELS",
    "TRANSITIONS",
    "TRIGGER_LABELS",
    "UNIT_STAGES",
    "WORKING_STAGES",
    "Stage",
    "Transition",
    "Trigger",
    "forbidden",
    "is_allowed",
    "rejection_to",
    "stage_after",
    "trigger_label",
]


FINAL_STAGES = frozenset({Stage.ARCHIVED, Stage.REFUSED, Stage.MERGED, Stage.WITHDRAWN, Stage.TERMINATED})
OPEN_STAGES = frozenset(Stage) - FINAL_STAGES
"""Stages in which a petition still has a timer and a holder. Out of the others leads nothing but a reopening."""

INTAKE_STAGES = frozenset({Stage.REGISTERED, Stage.AWAITING_SUPPLEMENT})
CLOSING_STAGES = frozenset({Stage.COMPLETED, Stage.FOLLOW_UP, Stage.RATED})
WORKING_STAGES = OPEN_STAGES - INTAKE_STAGES - CLOSING_STAGES
"""Accepted and not yet completed: here a petition can climb."""

UNIT_STAGES = frozenset({Stage.DISPATCHED, Stage.IN_HAND, Stage.REDO})
REVIEW_STAGES = frozenset({Stage.FIRST_REVIEW, Stage.SECOND_REVIEW})
ASSISTED_STAGES = WORKING_STAGES - {Stage.COMPLETION_SUBMITTED, Stage.SUSPENDED}
"""Here an assisting unit has something to do: there is work, it is not handed in yet, and its clock runs."""
CLOCK_STOPPED_STAGES = frozenset({Stage.SUSPENDED, Stage.AWAITING_SUPPLEMENT})
"""The handling clock stands still exactly while a petition is in one of these."""


@dataclass(frozen=True)
class Transition:
    """From any of `sources` to `target`; a target of `None` leaves the stage as it is."""

    sources: frozenset[Stage]
    target: Stage | None


def _from(*sources: Stage, to: Stage | None) -> Transition:
    return Transition(frozenset(sources), to)


# A unit can finish the work at every level of the ladder, so it may submit from the review stages as well.
_UNIT_MAY_SUBMIT = (*sorted(UNIT_STAGES | REVIEW_STAGES), Stage.RETURN_REQUESTED, Stage.EXTENSION_REQUESTED)
_BEFORE_SUBMISSION = (*sorted(WORKING_STAGES - {Stage.COMPLETION_SUBMITTED}),)

TRANSITIONS: dict[Trigger, Transition] = {
    Trigger.REGISTER: _from(to=Stage.REGISTERED),
    Trigger.ACCEPT: _from(Stage.REGISTERED, to=Stage.ACCEPTED),
    Trigger.REFUSE: _from(Stage.REGISTERED, Stage.ACCEPTED, to=Stage.REFUSED),
    Trigger.ASK_SUPPLEMENT: _from(Stage.REGISTERED, Stage.ACCEPTED, to=Stage.AWAITING_SUPPLEMENT),
    Trigger.SUPPLEMENT: _from(Stage.AWAITING_SUPPLEMENT, to=Stage.REGISTERED),
    Trigger.DISPATCH: _from(Stage.ACCEPTED, to=Stage.DISPATCHED),
    Trigger.REFER_TO_DESK: _from(Stage.ACCEPTED, to=None),
    Trigger.REDISPATCH: _from(*sorted(UNIT_STAGES), to=Stage.DISPATCHED),
    Trigger.CORRECT_DISPATCH: _from(Stage.DISPATCHED, to=Stage.DISPATCHED),
    Trigger.SIGN: _from(Stage.DISPATCHED, Stage.REDO, to=Stage.IN_HAND),
    Trigger.NOTE: _from(*sorted(OPEN_STAGES), to=None),
    # After the end only the inspectors still add to their file; see `domain.actions`.
    Trigger.ATTACH: _from(*sorted(Stage), to=None),
    Trigger.RECLASSIFY: _from(*sorted(OPEN_STAGES), to=None),
    Trigger.REQUEST_RETURN: _from(Stage.DISPATCHED, Stage.IN_HAND, to=Stage.RETURN_REQUESTED),
    Trigger.GRANT_RETURN: _from(Stage.RETURN_REQUESTED, to=Stage.ACCEPTED),
    Trigger.REFUSE_RETURN: _from(Stage.RETURN_REQUESTED, to=Stage.IN_HAND),
    Trigger.REQUEST_EXTENSION: _from(Stage.IN_HAND, to=Stage.EXTENSION_REQUESTED),
    Trigger.GRANT_EXTENSION: _from(Stage.EXTENSION_REQUESTED, to=Stage.IN_HAND),
    Trigger.REFUSE_EXTENSION: _from(Stage.EXTENSION_REQUESTED, to=Stage.IN_HAND),
    Trigger.SUSPEND: _from(Stage.IN_HAND, to=Stage.SUSPENDED),
    Trigger.RESUME: _from(Stage.SUSPENDED, to=Stage.IN_HAND),
    Trigger.SUBMIT_COMPLETION: _from(*_UNIT_MAY_SUBMIT, to=Stage.COMPLETION_SUBMITTED),
    Trigger.APPROVE_COMPLETION: _from(Stage.COMPLETION_SUBMITTED, to=Stage.COMPLETED),
    Trigger.REJECT_COMPLETION: _from(Stage.COMPLETION_SUBMITTED, to=Stage.IN_HAND),
    # A review that was running when the unit submitted goes on: that is no climb, and owes no climb's notices.
    Trigger.REJECT_TO_FIRST_REVIEW: _from(Stage.COMPLETION_SUBMITTED, to=Stage.FIRST_REVIEW),
    Trigger.REJECT_TO_SECOND_REVIEW: _from(Stage.COMPLETION_SUBMITTED, to=Stage.SECOND_REVIEW),
    Trigger.ASK_RATING: _from(Stage.COMPLETED, to=None),
    Trigger.RATE: _from(Stage.COMPLETED, Stage.FOLLOW_UP, to=Stage.RATED),
    Trigger.BEGIN_FOLLOW_UP: _from(Stage.COMPLETED, to=Stage.FOLLOW_UP),
    Trigger.BEGIN_REDO: _from(Stage.RATED, to=Stage.REDO),
    Trigger.CLIMB_TO_FIRST_REVIEW: _from(
        *sorted(set(_BEFORE_SUBMISSION) - REVIEW_STAGES - {Stage.SUSPENDED}), Stage.RATED, to=Stage.FIRST_REVIEW
    ),
    Trigger.CLIMB_TO_SECOND_REVIEW: _from(
        *sorted(set(_BEFORE_SUBMISSION) - {Stage.SECOND_REVIEW, Stage.SUSPENDED}), Stage.RATED, to=Stage.SECOND_REVIEW
    ),
    Trigger.CONVENE: _from(*sorted(REVIEW_STAGES), to=None),
    Trigger.PUT_OFF: _from(*sorted(REVIEW_STAGES), to=None),
    Trigger.HAND_TO_LEADER: _from(Stage.SECOND_REVIEW, to=None),
    Trigger.ASSIGN: _from(*sorted(REVIEW_STAGES), to=Stage.DISPATCHED),
    Trigger.SUPERVISE: _from(*sorted(OPEN_STAGES - INTAKE_STAGES), to=None),
    Trigger.REMIND_SIGNING: _from(Stage.DISPATCHED, Stage.REDO, to=None),
    Trigger.REMIND_ASSIST: _from(*sorted(ASSISTED_STAGES), to=None),
    Trigger.REMIND_SUPERVISED: _from(*sorted(WORKING_STAGES), to=None),
    Trigger.SHOW_YELLOW_CARD: _from(*_BEFORE_SUBMISSION, to=None),
    Trigger.SHOW_RED_CARD: _from(*_BEFORE_SUBMISSION, to=None),
    # The inspectors' file outlives the petition: it may be asked about, explained and closed after the archive.
    Trigger.DEMAND_EXPLANATION: _from(*sorted(Stage), to=None),
    Trigger.EXPLAIN: _from(*sorted(Stage), to=None),
    Trigger.WARN_EXPLANATION: _from(*sorted(Stage), to=None),
    Trigger.REMIND_EXPLANATION: _from(*sorted(Stage), to=None),
    Trigger.CLOSE_SUPERVISION: _from(*sorted(Stage), to=None),
    Trigger.CORRECT_DISPOSITION: _from(*sorted(Stage), to=None),
    Trigger.WARN_RECTIFICATION: _from(*sorted(Stage), to=None),
    Trigger.REMIND_RECTIFICATION: _from(*sorted(Stage), to=None),
    Trigger.CHECK_RECTIFICATION: _from(*sorted(Stage), to=None),
    # Never straight from COMPLETED: the petitioner is asked, and followed up, first.
    Trigger.ARCHIVE: _from(Stage.FOLLOW_UP, Stage.RATED, to=Stage.ARCHIVED),
    # The four lists outlive the petition: what is struck off them is reviewed after the archive.
    Trigger.REFUSE_STRIKING: _from(Stage.ARCHIVED, to=None),
    Trigger.RESTORE_STRIKING: _from(Stage.ARCHIVED, to=None),
    # Whether a verdict counts against the unit is asked once there is work to be judged, and stops nothing.
    Trigger.REQUEST_EXCLUSION: _from(Stage.COMPLETED, Stage.FOLLOW_UP, Stage.ARCHIVED, to=None),
    Trigger.GRANT_EXCLUSION: _from(*sorted(CLOSING_STAGES), Stage.ARCHIVED, to=None),
    Trigger.REFUSE_EXCLUSION: _from(*sorted(CLOSING_STAGES), Stage.ARCHIVED, to=None),
    # The one way out of an end, and the petitioner's alone: to the desk, which looks who does it now (docs/adr/0025).
    Trigger.REOPEN: _from(Stage.ARCHIVED, to=Stage.ACCEPTED),
    # A return visit runs beside the petition, and may be made after its end.
    Trigger.RECORD_CALL: _from(*sorted(CLOSING_STAGES), Stage.ARCHIVED, to=None),
    Trigger.GIVE_CALL: _from(*sorted(CLOSING_STAGES), Stage.ARCHIVED, to=None),
    Trigger.STRAND_CALL: _from(*sorted(CLOSING_STAGES), Stage.ARCHIVED, to=None),
    Trigger.MERGE: _from(*sorted(OPEN_STAGES - CLOSING_STAGES - {Stage.COMPLETION_SUBMITTED}), to=Stage.MERGED),
    Trigger.WITHDRAW: _from(*sorted(OPEN_STAGES - CLOSING_STAGES), to=Stage.WITHDRAWN),
    # One petitioner of several takes theirs back: of the main case, or of one that was merged into it.
    Trigger.LEAVE: _from(*sorted(OPEN_STAGES - CLOSING_STAGES), Stage.MERGED, to=None),
    # What was merged by mistake goes its own way as a new petition; this one keeps its end.
    Trigger.SEPARATE: _from(Stage.MERGED, to=None),
    Trigger.TERMINATE: _from(
        Stage.AWAITING_SUPPLEMENT,
        Stage.ACCEPTED,
        Stage.IN_HAND,
        Stage.SUSPENDED,
        *sorted(REVIEW_STAGES),
        to=Stage.TERMINATED,
    ),
    # Who reported is kept or erased whatever the petition is at; an open one is never erased.
    Trigger.HOLD_IDENTITY: _from(*sorted(Stage), to=None),
    Trigger.RELEASE_IDENTITY: _from(*sorted(Stage), to=None),
    Trigger.ERASE_IDENTITY: _from(*sorted(FINAL_STAGES), to=None),
    Trigger.FLAG_READING: _from(*sorted(Stage), to=None),
    # Whoever it is about stays out of it for good: what is over is hidden from them as well.
    Trigger.RECUSE: _from(*sorted(Stage), to=None),
    Trigger.LIFT_RECUSAL: _from(*sorted(Stage), to=None),
    # Party-committee inspectors look at a typical case at any time, also long after its end.
    Trigger.OPEN_INSPECTION: _from(*sorted(Stage), to=None),
    Trigger.RECORD_VISIT: _from(*sorted(Stage), to=None),
    Trigger.QUERY_UNIT: _from(*sorted(Stage), to=None),
    Trigger.WARN_INSPECTION: _from(*sorted(Stage), to=None),
    Trigger.REMIND_INSPECTION: _from(*sorted(Stage), to=None),
    Trigger.ANSWER_INSPECTION: _from(*sorted(Stage), to=None),
    Trigger.CLOSE_INSPECTION: _from(*sorted(Stage), to=None),
    # What is told in public outlives the petition, and so do the right of reply and the correction.
    Trigger.TRACK: _from(*sorted(Stage), to=None),
    Trigger.DECLINE_TRACK: _from(*sorted(Stage), to=None),
    Trigger.UNTRACK: _from(*sorted(Stage), to=None),
    Trigger.OBJECT_PUBLICITY: _from(*sorted(Stage), to=None),
    Trigger.ASK_MEDIA_REPLY: _from(*sorted(Stage), to=None),
    Trigger.GIVE_MEDIA_REPLY: _from(*sorted(Stage), to=None),
    Trigger.LAPSE_MEDIA_REPLY: _from(*sorted(Stage), to=None),
    Trigger.PUBLISH: _from(*sorted(Stage), to=None),
    Trigger.EXPOSE: _from(*sorted(Stage), to=None),
    Trigger.CORRECT_EXPOSURE: _from(*sorted(Stage), to=None),
    Trigger.UNPUBLISH: _from(*sorted(Stage), to=None),
    # A unit that turns out to be complained about loses it at once; in a review it has nothing to lose but its part.
    Trigger.TAKE_AWAY: _from(*sorted(WORKING_STAGES - REVIEW_STAGES - {Stage.ACCEPTED}), to=Stage.ACCEPTED),
}


REVIEW_CLIMBS = {
    Stage.FIRST_REVIEW: Trigger.CLIMB_TO_FIRST_REVIEW,
    Stage.SECOND_REVIEW: Trigger.CLIMB_TO_SECOND_REVIEW,
}
"""What begins each review."""

_REJECTIONS = {
    Stage.FIRST_REVIEW: Trigger.REJECT_TO_FIRST_REVIEW,
    Stage.SECOND_REVIEW: Trigger.REJECT_TO_SECOND_REVIEW,
}


def rejection_to(submitted_from: Stage) -> Trigger:
    """What sends a completion back to where it was handed in: to the review that was running, else to the unit."""
    return _REJECTIONS.get(submitted_from, Trigger.REJECT_COMPLETION)


def is_allowed(stage: Stage | None, trigger: Trigger) -> bool:
    """Whether the table lets `trigger` happen at `stage`; `None` is a petition that does not exist yet."""
    if stage is None:
        return trigger is Trigger.REGISTER
    return stage in TRANSITIONS[trigger].sources


def forbidden(stage: Stage | None, trigger: Trigger) -> ForbiddenTransition:
    """The refusal of a step that the table does not have."""
    stands = STAGE_LABELS[stage] if stage else "未登记"
    return ForbiddenTransition(stage=stage, trigger=trigger, said=f"当前为“{stands}”，不能{TRIGGER_LABELS[trigger]}")


def stage_after(stage: Stage | None, trigger: Trigger) -> Stage:
    """The stage a petition stands at after `trigger`.

    Raises:
        ForbiddenTransition: the table has no such step.
    """
    if not is_allowed(stage, trigger):
        raise forbidden(stage, trigger)
    target = TRANSITIONS[trigger].target
    if target is not None:
        return target
    if stage is None:  # only REGISTER starts from nothing, and it has a target
        raise forbidden(stage, trigger)
    return stage
