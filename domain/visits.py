"""Return visits (回访): which completed cases are drawn, who asks the petitioner, and what an attempt comes to.

No published rule sets rates or seats (北京条例 Art 23 asks for return visits, and leaves the rest open); what is
decided here is in `policy/follow_up.yaml`, labelled as our own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.errors import RuleRefusal
from domain.workdays import Duration, TimeUnit


class Risk(StrEnum):
    """Why a case is looked at more closely (回访类别)."""

    REDONE = "redone"
    EXTENDED = "extended"
    REVIEWED = "reviewed"
    SUPERVISED = "supervised"
    OVERDUE = "overdue"
    OTHERS = "others"


RISK_LABELS = {
    Risk.REDONE: "重办或重启",
    Risk.EXTENDED: "延期",
    Risk.REVIEWED: "提级研判",
    Risk.SUPERVISED: "督办",
    Risk.OVERDUE: "逾期办结",
    Risk.OTHERS: "其余",
}


class VisitStatus(StrEnum):
    """How far a return visit is (回访状态)."""

    OPEN = "open"
    REACHED = "reached"
    NOT_REACHED = "not_reached"
    OVERTAKEN = "overtaken"
    """The case went on, to a redo or a review, before anybody was reached; it is drawn anew when completed again."""


VISIT_LABELS = {
    VisitStatus.OPEN: "待回访",
    VisitStatus.REACHED: "已回访",
    VisitStatus.NOT_REACHED: "未联系上",
    VisitStatus.OVERTAKEN: "不再需要",
}


class Way(StrEnum):
    """How the petitioner was approached (回访方式)."""

    PHONE = "phone"
    IN_PERSON = "in_person"
    MESSAGE = "message"


WAY_LABELS = {Way.PHONE: "电话", Way.IN_PERSON: "上门", Way.MESSAGE: "短信或微信"}


@dataclass(frozen=True)
class Seat:
    """An information officer's seat (信息员), known by the office and never by a name."""

    code: str
    title: str
    unit: str
    """The code of the unit the officer belongs to."""


@dataclass(frozen=True)
class VisitRules:
    """Who visits, how many cases of each kind, how often and how long they try."""

    seats: tuple[Seat, ...] = ()
    rates: Mapping[Risk, float] = field(default_factory=dict)
    """Shares from 0 to 1."""
    attempts: int = 1
    """Failed attempts after which the petitioner counts as not reached."""
    hours_apart: int = 0
    """Between two failed attempts, at least."""
    term: Duration = field(default_factory=lambda: Duration(5, TimeUnit.WORKING_DAYS))

    def seat(self, code: str) -> Seat | None:
        return next((seat for seat in self.seats if seat.code == code), None)


@dataclass(frozen=True)
class Draw:
    """The lot of one completion: it is drawn where `number` is below `rate`."""

    number: float
    """From 0 up to, not including, 1."""
    rate: float
    risk: Risk
    """The class whose rate counts: the highest of those that apply."""

    @property
    def drawn(self) -> bool:
        return self.number < self.rate

    def told(self) -> str:
        """Why it was drawn or not, in one line."""
        compared = "小于" if self.drawn else "不小于"
        return f"{RISK_LABELS[self.risk]}类抽{self.rate:.0%}，抽签数{self.number:.6f}{compared}{self.rate:g}"


def lot(petition_id: str, policy_version: str, digest: str) -> float:
    """The number a completion draws: SHA-256 of what anybody can look up, as a share of its range.

    `digest` is that of the history row of the completion. It fixes the moment and everything before it, so the number
    is not known to the unit while it works, and nobody can draw twice.
    """
    read = hashlib.sha256(f"{petition_id}\n{policy_version}\n{digest}".encode()).digest()
    return (int.from_bytes(read[:8], "big") >> 11) / 2**53


def draw(rules: VisitRules, risks: Collection[Risk], number: float) -> Draw:
    """What `number` comes to for a case of these `risks`; none of them: it is one of the others."""
    known = [risk for risk in Risk if risk in (set(risks) or {Risk.OTHERS})]
    best = max(known, key=lambda risk: rules.rates.get(risk, 0.0))
    return Draw(number, rules.rates.get(best, 0.0), best)


def officer_for(rules: VisitRules, handled: Collection[str], loads: Mapping[str, int]) -> Seat | None:
    """The seat with the fewest of the visits in `loads`, the first of equals; never one of a unit that `handled` it."""
    free = [seat for seat in rules.seats if seat.unit not in handled]
    return min(free, key=lambda seat: loads.get(seat.code, 0), default=None)


def status_after(rules: VisitRules, *, reached: bool, failed_before: int) -> VisitStatus:
    """How far the visit is after one more attempt."""
    if reached:
        return VisitStatus.REACHED
    return VisitStatus.NOT_REACHED if failed_before + 1 >= rules.attempts else VisitStatus.OPEN


def check_open(status: VisitStatus) -> None:
    """Raises `RuleRefusal` (`visit-over`) unless somebody still has to visit."""
    if status is not VisitStatus.OPEN:
        raise RuleRefusal("visit-over", f"该回访{VISIT_LABELS[status]}，不能再更改")
