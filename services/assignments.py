"""Who works on a petition: ending one assignment and beginning the next, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pendulum import DateTime

import clock
from domain.errors import RuleRefusal
from domain.recusal import RECUSAL_SOURCE
from domain.units import UnitKind
from models.tables import Assignment, Petition
from services.facts import recused_units
from services.transactions import Transaction

NOBODYS: Mapping[str, Any] = {
    "unit": None,
    "unit_assigned_at": None,
    "chosen_at": None,
    "signed_at": None,
    "signing_reminded": False,
    "needs_desk": False,
    "designated": False,
}
"""The changes that leave a petition without a unit."""


def assign_lead(
    tx: Transaction, petition: Petition, unit: str, *, duty: str = "", reasons: tuple[str, ...] = (), outcome: str
) -> dict[str, Any]:
    """Give the petition to `unit` as its lead; the former lead's assignment ends with `outcome`.

    Returns the changes for `ledger.move`. The handling clock starts with the first dispatch and is left alone later.
    A unit that assisted does so no more: it cannot report to itself.
    Raises `RuleRefusal` for a unit that cannot handle petitions.
    """
    known = tx.policy_in_force().units_by_code
    if unit != petition.unit:  # whoever takes up its own case again does so even if no new one would be given to it
        require_handling_unit(tx, unit)
    require_not_about(tx, petition, unit)
    now = clock.now()
    end_lead(petition, outcome, now)
    assist = assist_of(petition, unit)
    if assist is not None:
        assist.ended_at, assist.outcome = now, "leads"
    tx.session.flush()  # the database holds that there is one lead
    petition.assignments.append(
        Assignment(unit=unit, part="lead", duty=duty, assigned_at=now, reasons=list(reasons), report="")
    )
    changes: dict[str, Any] = {
        "unit": unit,
        "unit_assigned_at": now,
        "chosen_at": None,
        "signed_at": None,
        "signing_reminded": False,
        "needs_desk": False,
        "designated": False,
    }
    if unit in known and known[unit].kind is UnitKind.TOWN:
        changes["town"] = petition.town or unit
    if petition.clock_started_at is None:
        changes["clock_started_at"] = now
    return changes


def end_lead(petition: Petition, outcome: str, now: DateTime) -> None:
    """End the running lead assignment, if there is one."""
    for assignment in petition.assignments:
        if assignment.part == "lead" and assignment.ended_at is None:
            assignment.ended_at, assignment.outcome = now, outcome


def end_all(petition: Petition, outcome: str) -> None:
    """End every running assignment, because the petition is over."""
    now = clock.now()
    for assignment in petition.assignments:
        if assignment.ended_at is None:
            assignment.ended_at, assignment.outcome = now, outcome


def lead_of(petition: Petition) -> Assignment | None:
    """The running lead assignment."""
    return next((item for item in petition.assignments if item.part == "lead" and item.ended_at is None), None)


def assist_of(petition: Petition, unit: str | None) -> Assignment | None:
    """The task with which `unit` assists and has not reported on yet."""
    open_tasks = (item for item in petition.assignments if item.part == "assist" and item.ended_at is None)
    return next((item for item in open_tasks if item.unit == unit), None)


def ending_assist(petition: Petition, unit: str) -> dict[str, Any]:
    """For the history, before `unit` takes the lead: that its task beside the lead ends, and why."""
    if assist_of(petition, unit) is None:
        return {}
    return {"assist_ended": {"unit": unit, "reason": "改为主办，不再协办"}}


def units_that_returned(petition: Petition) -> frozenset[str]:
    """Units that already gave this petition back; dispatch does not ask them again."""
    return frozenset(item.unit for item in petition.assignments if item.outcome == "returned")


def not_to_be_asked(petition: Petition) -> frozenset[str]:
    """Units that the engine does not send the petition to: those that returned it, and those that it is about."""
    return units_that_returned(petition) | recused_units(petition)


def require_not_about(tx: Transaction, petition: Petition, code: str, field: str = "unit") -> None:
    """Raises `RuleRefusal` when the petition is about this unit (回避)."""
    if code in recused_units(petition):
        name = tx.policy_in_force().unit_name(code)
        raise RuleRefusal(
            "recused", f"该诉求反映的是{name}，应当回避，不得承办、协办", field=field, source=RECUSAL_SOURCE
        )


def require_handling_unit(tx: Transaction, code: str, field: str = "unit") -> None:
    """Raises `RuleRefusal` unless `code` is a town or a department today; `field` is where it was named."""
    unit = tx.policy_in_force().units_by_code.get(code)
    if unit is None:
        raise RuleRefusal("unknown-unit", f"没有代码为“{code}”的单位，请从单位名录中选择", field=field)
    if unit.kind not in (UnitKind.TOWN, UnitKind.DEPARTMENT):
        raise RuleRefusal("not-a-handling-unit", f"{unit.name}不是承办单位，不能承办诉求", field=field)
