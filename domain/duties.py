"""What the duty list says (职责清单): whose a matter is, and whether it bears out what a returning unit claims."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from domain.dispatch_rules import TOWN_OF_PLACE
from domain.policy import Policy
from domain.units import UnitKind


@dataclass(frozen=True)
class ListSays:
    """The list on one matter and one unit: whether the matter is that unit's, and a Chinese sentence."""

    bears_out: bool
    told: str


def list_says(policy: Policy, unit: str, sub_category: str | None, day: dt.date) -> ListSays:
    """Whose the sub-category is on `day` by the list of `policy`, and whether that is `unit`.

    A matter without a sub-category, or with one that is not in force, is in no list.
    """
    known = policy.sub_categories_by_code.get(sub_category or "")
    if known is None:
        return ListSays(bears_out=False, told="本件没有小类，职责清单无从对照")
    duty = policy.duty_of(known.code, day)
    lead = duty.unit if duty is not None else known.lead
    title = f"（{duty.title}）" if duty is not None else ""
    if lead == TOWN_OF_PLACE:
        asked = policy.units_by_code.get(unit)
        bears_out = asked is not None and asked.kind is UnitKind.TOWN
        return ListSays(bears_out, f"职责清单：“{known.name}”由所在镇街承办{title}")
    return ListSays(lead == unit, f"职责清单：“{known.name}”由{policy.unit_name(lead)}牵头{title}")
