"""Help for whoever is in danger is sent before anything is weighed: what dispatch answers when an alarm was heard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from domain.dispatch import Candidate, Dispatch, find_alarm
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.policy import Policy


def at_once(text: str, answer: Dispatch, policy: Policy, returned_by: Collection[str] = ()) -> Dispatch:
    """`answer` with the unit that the policy sends to the danger `text` speaks of, however unsure the engine was.

    Unchanged without a danger, and where the unit is unknown or has returned the petition: then a person chooses.
    """
    alarm = find_alarm(text, policy.dispatch)
    if alarm is None:
        return answer
    unit = answer.town if alarm.danger.unit == TOWN_OF_PLACE else alarm.danger.unit
    if unit is None or unit not in policy.units_by_code or unit in returned_by:
        return answer
    said = f"突发({alarm.danger.name})：出现“{alarm.word}”，立即派遣"
    known = next((item for item in answer.candidates if item.unit == unit), Candidate(unit, None, 0.0, ()))
    first = replace(known, reasons=(said, *known.reasons))
    others = tuple(item for item in answer.candidates if item is not known)
    return replace(
        answer,
        unit=unit,
        category=first.category,
        sub_category=first.sub_category,
        candidates=(first, *others)[:3],
        explanation=f"{policy.unit_name(unit)}：{'；'.join(first.reasons)}",
    )
