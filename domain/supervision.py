"""How the inspectors' file on a petition may end (督办处置)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.durations import Duration, TimeUnit

_TEN_WORKING_DAYS = Duration(10, TimeUnit.WORKING_DAYS)
_FIVE_WORKING_DAYS = Duration(5, TimeUnit.WORKING_DAYS)


@dataclass(frozen=True)
class Ground:
    """A ground on which a fault may be tolerated (容错情形)."""

    code: str
    name: str


@dataclass(frozen=True)
class SupervisionRules:
    """What inspectors go by. In policies kept from before there were such rules, what the platform shipped first."""

    gap_minutes: int = 15
    """A silence of the platform's heartbeat that counts as an outage."""
    late_minutes: int = 15
    """How late the platform may act before it counts as late."""
    near_minutes: int = 480
    """How much office time before a deadline a change of it counts as near."""
    rectification: Duration = _TEN_WORKING_DAYS
    """How long a unit has to put right what it was ordered to, where the inspectors set no term."""
    grounds: tuple[Ground, ...] = ()
    """On what a fault may be tolerated."""
    explanation: Duration = _FIVE_WORKING_DAYS
    """How long a unit has to explain itself to the discipline inspectors, where they set no term."""
    answer: Duration = _FIVE_WORKING_DAYS
    """How long a unit has to answer the party-committee inspectors, where they set no term."""
    warned_days: int = 1
    """How many working days before any of these dates the unit is warned; 0: it is not."""

    def ground(self, code: str) -> Ground | None:
        return next((ground for ground in self.grounds if ground.code == code), None)


class Disposition(StrEnum):
    """What the inspectors conclude; terms of practice (信访工作条例第三十九条；容错见北京条例第三十六条)."""

    RECTIFY = "rectify"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    REFER = "refer"
    TOLERATE = "tolerate"
    UNFOUNDED = "unfounded"


DISPOSITION_LABELS = {
    Disposition.RECTIFY: "责令整改",
    Disposition.INTERVIEW: "约谈",
    Disposition.CIRCULAR: "通报",
    Disposition.REFER: "移交线索",
    Disposition.TOLERATE: "容错",
    Disposition.UNFOUNDED: "不成立",
}

# A lead that is handed over must not be known to those it concerns.
SECRET_DISPOSITIONS = frozenset({Disposition.REFER})
