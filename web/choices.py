"""The lists people choose from, as the policy in force has them."""

from __future__ import annotations

from collections.abc import Sequence

from domain.completion import Choice
from domain.policy import Policy
from domain.reviews import Level
from domain.units import UnitKind
from services.context import Context
from web.inputs import Field, Options

_HANDLING = (UnitKind.DEPARTMENT, UnitKind.TOWN)


def lists_of(context: Context) -> dict[str, Options]:
    """Each list by the name a field has it by."""
    with context.readers() as session:
        policy = context.rules.active(session)
    return {
        "units": _units(policy),
        "towns": [(unit.code, unit.name) for unit in policy.units if unit.kind is UnitKind.TOWN],
        "categories": _categories(policy),
        "sub_categories": _sub_categories(policy),
        "beyond_duty_kinds": _choices(policy.handling.beyond_duty_kinds if policy.handling else ()),
        "extension_reasons": _choices(policy.handling.extension_reasons if policy.handling else ()),
        "dissatisfied_reasons": [(reason.code, reason.name) for reason in policy.verdict.dissatisfied_reasons],
        "exclusion_reasons": [(reason.code, reason.name) for reason in policy.verdict.exclusion_reasons],
        "grounds": [(ground.code, ground.name) for ground in policy.supervision.grounds],
        "leaders": [(member.code, member.title) for member in policy.reviews.of(Level.SECOND)],
    }


def options_of(field: Field, lists: dict[str, Options]) -> Options:
    """What the field offers."""
    return lists[field.options] if isinstance(field.options, str) else field.options


def _units(policy: Policy) -> Options:
    """Whoever handles petitions: departments first."""
    return [(unit.code, unit.name) for kind in _HANDLING for unit in policy.units if unit.kind is kind]


def _categories(policy: Policy) -> Options:
    return [(item.code, item.name) for item in policy.categories]


def _choices(choices: Sequence[Choice]) -> Options:
    return [(choice.code, choice.name) for choice in choices]


def _sub_categories(policy: Policy) -> Options:
    return [(item.code, item.name) for item in policy.sub_categories]
