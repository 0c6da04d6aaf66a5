"""The checked `follow_up.yaml` as rules, what in it names nothing, and its values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.units import UnitKind
from domain.visits import RISK_LABELS, Risk, Seat, VisitRules
from domain.workdays import Duration, TimeUnit
from gateways.policy_checks import Fault, PolicyFiles
from models.follow_up_file import FollowUpFile

FOLLOW_UP = "follow_up.yaml"
_HANDLING = frozenset({UnitKind.TOWN, UnitKind.DEPARTMENT})


def visit_rules(file: FollowUpFile) -> VisitRules:
    """The rules the file says."""
    return VisitRules(
        seats=tuple(Seat(**seat.model_dump()) for seat in file.seats.members),
        rates={risk: getattr(file.rates, risk.value) for risk in Risk},
        attempts=file.attempts.value,
        hours_apart=file.apart.hours,
        term=Duration(file.term.days, TimeUnit.WORKING_DAYS),
    )


def check_follow_up(files: PolicyFiles) -> Iterator[Fault]:
    """Seats of units that nobody knows; and no seat that could visit whatever units handled the case."""
    if files.follow_up is None or files.units is None:
        return
    kinds = {unit.code: unit.kind for unit in files.units.units}
    seats = files.follow_up.seats.members
    for index, seat in enumerate(seats):
        if seat.unit not in kinds:
            yield Fault(FOLLOW_UP, ("seats", "members", index, "unit"), f"没有代码为“{seat.unit}”的单位")
    if all(kinds.get(seat.unit) in _HANDLING for seat in seats):
        said = "至少一席须属于不承办诉求的单位，否则各单位都办过的诉求无人回访"
        yield Fault(FOLLOW_UP, ("seats", "members"), said)


def follow_up_figures(file: FollowUpFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    rates = "、".join(f"{RISK_LABELS[risk]}{getattr(file.rates, risk.value):.0%}" for risk in Risk)
    for name, said, shape in (
        ("seats", f"{len(file.seats.members)}席", file.seats),
        ("rates", rates, file.rates),
        ("attempts", f"{file.attempts.value}次", file.attempts),
        ("apart", f"{file.apart.hours}小时", file.apart),
        ("term", f"{file.term.days}个工作日", file.term),
    ):
        yield Figure(f"follow_up.{name}", said, shape.source, shape.origin)
