"""All that the rules may know of a petition, and nothing else: no identity, no text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from pendulum import DateTime

from domain.conduct import DeadlineKind, RequestType, Urgency
from domain.stages import REVIEW_STAGES, Stage
from domain.workdays import Duration, Extension, Pause


class Rung(IntEnum):
    """How far a petition has climbed (提级层次); it never comes down."""

    NONE = 0
    FIRST_REVIEW = 1
    SECOND_REVIEW = 2
    SUPERVISION = 3


RUNG_LABELS = {
    Rung.NONE: "未提级",
    Rung.FIRST_REVIEW: "一级研判",
    Rung.SECOND_REVIEW: "二级研判",
    Rung.SUPERVISION: "纪委监委督办",
}


class Card(StrEnum):
    """Warning shown to the unit (亮牌)."""

    NONE = "none"
    YELLOW = "yellow"
    RED = "red"


CARD_LABELS = {Card.NONE: "无", Card.YELLOW: "黄牌", Card.RED: "红牌"}


class Satisfaction(StrEnum):
    """The petitioner's verdict (评价)."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"


SATISFACTION_LABELS = {
    Satisfaction.SATISFIED: "满意",
    Satisfaction.BASICALLY_SATISFIED: "基本满意",
    Satisfaction.DISSATISFIED: "不满意",
}


class Exclusion(StrEnum):
    """How a unit's request not to assess its completion stands (不纳入评价)."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True)
class Obligation:
    """What one unit owes within a term of its own: an assisting unit's task, or an explanation to the inspectors."""

    unit: str
    since: DateTime
    term: Duration
    reminded: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that rules may know of a petition: no identity, no text. Every moment is aware."""

    stage: Stage
    stage_entered_at: DateTime
    urgency: Urgency
    request_type: RequestType
    category: str | None = None
    unit: str | None = None
    needs_desk: bool = False
    """A person must look before acceptance (at REGISTERED) or choose the unit (at ACCEPTED)."""
    rung: Rung = Rung.NONE
    card: Card = Card.NONE
    returns: int = 0
    transfers: int = 0
    redos: int = 0
    extensions_granted: int = 0
    designated: bool = False
    unit_assigned_at: DateTime | None = None
    chosen_at: DateTime | None = None
    """When the desk chose a unit for it by hand, however often that was corrected since; else `None`."""
    signed_at: DateTime | None = None
    signing_reminded: bool = False
    clock_started_at: DateTime | None = None
    clock_kind: DeadlineKind = DeadlineKind.HANDLING
    clock_decided: Duration | None = None
    """A duration set by a review's decision instead of a rule."""
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    satisfaction: Satisfaction | None = None
    rating_asked: bool = False
    supervised_at: DateTime | None = None
    reminded_at: DateTime | None = None
    assists: tuple[Obligation, ...] = ()
    """What assisting units have not reported yet, in the order it was given to them."""
    supervised_unit: str | None = None
    """The unit that the inspectors' file is about: the one asked last, or that had the petition when it was opened."""
    supervision_closed_at: DateTime | None = None
    """When the inspectors closed their file; `None` while it is open, or there is none."""
    explanation: Obligation | None = None
    """What the inspectors demanded and have not been given yet."""
    recused: frozenset[str] = frozenset()
    """Units that it is about, and that therefore never have it."""
    rectifying: bool = False
    """Whether the inspectors ordered something to be put right and have not looked yet whether it was."""
    inspected: bool = False
    """Whether the party-committee inspectors have an open file on it."""
    inspectors_ask: str | None = None
    """The unit that owes them an answer."""
    accounts_recused: int = 0
    """How many accounts must stay out of it."""
    striking_refused: bool = False
    """Whether the desk refused to have it struck off the lists."""
    closed_at: DateTime | None = None
    """When it came to its end; `None` while it is open."""
    reopens: int = 0
    exclusion: Exclusion | None = None
    """How it stands with the request not to assess the present completion; `None`: nobody asked."""

    @property
    def finally_decided(self) -> bool:
        """Whether the leadership's decision (二级研判) is being carried out: the last word of the ladder (一锤定音)."""
        decided = self.clock_decided is not None and self.stage not in REVIEW_STAGES
        return decided and self.rung >= Rung.SECOND_REVIEW

    @property
    def supervised(self) -> bool:
        """Whether the inspectors have an open file on it."""
        return self.supervised_at is not None and self.supervision_closed_at is None
