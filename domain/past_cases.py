"""What became of petitions that are over: the evidence by which rules of dispatch are judged and dispatch learns."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.dispatch import DispatchRequest
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.policy import Policy
from domain.units import UnitKind


@dataclass(frozen=True)
class PastCase:
    """A petition that is over: what dispatch could know on its day, and which unit handled it in the end."""

    case_number: str
    request: DispatchRequest
    unit: str
    sub_category: str | None = None
    """As it stood at the end, when people had corrected it."""
    sent_to: str | None = None
    """Where the engine sent it on its day; `None`: to the desk."""
    handed_on: int = 0
    """How often it was returned or given to another unit."""


def role_of(unit: str, policy: Policy) -> str:
    """The unit by its part in dispatch: towns share their duties, and the place says which of them it is."""
    known = policy.units_by_code.get(unit)
    return TOWN_OF_PLACE if known is not None and known.kind is UnitKind.TOWN else unit


def under(case: PastCase, before: Policy, after: Policy) -> PastCase | None:
    """The case as `after` would have it handled: a duty that changes hands takes its past cases along.

    Only where the unit that handled it was the one whose duty it is under `before`; else the unit that really did
    stays the right one. `None`: `after` does not know that unit, and says of no other that it would be right.
    """
    unit = _successor(case, before, after) or case.unit
    return replace(case, unit=unit) if unit == TOWN_OF_PLACE or unit in after.units_by_code else None


def _successor(case: PastCase, before: Policy, after: Policy) -> str | None:
    former = before.sub_categories_by_code.get(case.sub_category or "")
    present = after.sub_categories_by_code.get(case.sub_category or "")
    if former is None or present is None or former.lead == present.lead:
        return None
    return present.lead if role_of(case.unit, before) == former.lead else None
