"""A running clock of a petition, and the step that it triggers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from domain.conduct import DeadlineKind
from domain.workdays import DueDate


class Step(StrEnum):
    """One thing the platform does by itself; each is a named task run of the petition's flow."""

    ACCEPT = "accept"
    LAPSE = "lapse"
    DISPATCH = "dispatch"
    REMIND_SIGNING = "remind_signing"
    GRANT_RETURN = "grant_return"
    REFUSE_EXTENSION = "refuse_extension"
    RESUME = "resume"
    APPROVE_COMPLETION = "approve_completion"
    SHOW_YELLOW_CARD = "show_yellow_card"
    SHOW_RED_CARD = "show_red_card"
    CLIMB = "climb"
    REMIND_ASSIST = "remind_assist"
    REMIND_SUPERVISED = "remind_supervised"
    REMIND_EXPLANATION = "remind_explanation"
    ASK_RATING = "ask_rating"
    BEGIN_FOLLOW_UP = "begin_follow_up"
    BEGIN_REDO = "begin_redo"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Deadline:
    """A running clock: what it is for, the step it triggers, and when, with the reason of the date."""

    kind: DeadlineKind
    step: Step
    due: DueDate
    rule: str
    source: str
    unit: str | None = None
    """Whom it binds, where that is not whoever holds the petition."""

    @property
    def due_at(self) -> DateTime:
        return self.due.due_at
