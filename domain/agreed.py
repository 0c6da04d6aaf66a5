"""A return that was agreed to, and that the duty list bears out, says where a petition goes next."""

from __future__ import annotations

from dataclasses import replace

from domain.dispatch import Candidate, Dispatch
from domain.policy import Policy


def sent_as_agreed(answer: Dispatch, unit: str, sub_category: str | None, told: str, policy: Policy) -> Dispatch:
    """`answer` with `unit` first and chosen, for the matter that the list gives it; `told` is what the list says."""
    said = f"退单审定同意由其承办；{told}"
    known = next((item for item in answer.candidates if item.unit == unit), Candidate(unit, None, 0.0, ()))
    matter = policy.sub_categories_by_code.get(sub_category or "")
    first = replace(
        known,
        reasons=(said, *known.reasons),
        category=matter.category if matter else known.category,
        sub_category=matter.code if matter else known.sub_category,
    )
    others = tuple(item for item in answer.candidates if item is not known)
    return replace(
        answer,
        unit=unit,
        category=first.category,
        sub_category=first.sub_category,
        candidates=(first, *others)[:3],
        explanation=f"{policy.unit_name(unit)}：{said}",
    )
