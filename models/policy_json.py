"""A policy as JSON and back, so that every version in force is kept whole and can be judged by years later."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

from domain.policy import Policy
from domain.stages import FORMER_TRIGGER_LABELS

_FOREIGN = {"foreign_units", "foreign_categories", "foreign_sub_categories"}


def dump(policy: Policy) -> dict[str, Any]:
    """`policy` as JSON values; equal policies give equal ones, in whatever process."""
    content: dict[str, Any] = json.loads(json.dumps(_adapter().dump_python(policy, exclude=_FOREIGN), default=_plain))
    return content


def policy_from_dict(content: dict[str, Any]) -> Policy:
    """The policy that `dump` wrote. Raises ValueError when `content` is no such thing."""
    return _adapter().validate_python(_without_former_steps(content))


def _without_former_steps(content: dict[str, Any]) -> dict[str, Any]:
    """A kept policy may have notices on steps that nobody takes any more: they are never owed again."""
    match content:
        case {"notices": {"rules": [*rules], **others}}:
            owed = [rule for rule in rules if not _is_former(rule)]
            return content | {"notices": others | {"rules": owed}}
    return content


def _is_former(rule: object) -> bool:
    return isinstance(rule, dict) and str(rule.get("trigger")) in FORMER_TRIGGER_LABELS


@lru_cache
def _adapter() -> TypeAdapter[Policy]:
    return TypeAdapter(Policy)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, dt.time | dt.date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")
