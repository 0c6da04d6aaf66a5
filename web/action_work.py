"""From the body of a form to the use case it calls, and the two shapes that the API has otherwise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from domain.actions import Actor
from domain.errors import Incomplete, Missing
from models.bodies import AssignmentIn, DemandIn, NotSameIn, ReturnIn, TaskIn
from models.evidence import CompletionEvidence
from models.shapes import Code, Line, Reason, Shape
from services import handling, intake, ladder, queries, recusals, same_matter, supervision
from services.context import Context

Work = Callable[[Context, str, Actor, Any, int], object]
"""What is done with a case: its id, who acts, the checked body, and the version that was seen."""


class OwnOrOthersRecusalIn(Shape):
    """Whoever must stay out: a unit, an account, or, where neither is named, whoever says so."""

    unit: Code | None = None
    account: Line | None = None
    reason: Reason


class MergeByNumberIn(Shape):
    """The case this one is merged into, by the number people know."""

    into: Line
    reason: Reason


def plain(function: Callable[..., object]) -> Work:
    """A use case that asks nothing."""
    return lambda context, key, actor, _, version: function(context, key, actor, version=version)


def reasoned(function: Callable[..., object], **fixed: object) -> Work:
    """A use case that asks for a reason."""
    return lambda context, key, actor, body, version: function(
        context, key, actor, reason=body.reason, version=version, **fixed
    )


def filled(function: Callable[..., object]) -> Work:
    """A use case that takes the fields of its shape by name."""
    return lambda context, key, actor, body, version: function(context, key, actor, version=version, **dict(body))


def complete(context: Context, key: str, actor: Actor, body: CompletionEvidence, version: int) -> object:
    """Hand in as done."""
    return handling.submit_completion(context, key, actor, body, version)


def return_of(context: Context, key: str, actor: Actor, body: ReturnIn, version: int) -> object:
    """Give it back, with whose it is and where that is written; a form that names no duty says it is not listed."""
    return handling.request_return(
        context,
        key,
        actor,
        reason=body.reason,
        proposed_unit=body.proposed_unit,
        basis=body.basis,
        duty=body.duty,
        version=version,
    )


def merge(context: Context, key: str, actor: Actor, body: MergeByNumberIn, version: int) -> object:
    """Merge into the case with this number."""
    into = queries.find(context, body.into.upper(), actor).id
    return intake.merge(context, key, into, actor, body.reason, version)


def recuse(context: Context, key: str, actor: Actor, body: OwnOrOthersRecusalIn, version: int) -> object:
    """A unit, another account, or oneself stays out."""
    if body.unit is not None and body.account is not None:
        raise Incomplete([Missing("account", "单位与账号只填一个")])
    if body.unit is not None:
        return recusals.recuse_unit(context, key, actor, unit=body.unit, reason=body.reason, version=version)
    account = body.account or actor.name
    return recusals.recuse_account(context, key, actor, account=account, reason=body.reason, version=version)


def assign(context: Context, key: str, actor: Actor, body: AssignmentIn, version: int) -> object:
    """A review's decision."""

    def task(item: TaskIn) -> ladder.Task:
        return ladder.Task(item.unit, item.duty, item.term.duration())

    decision = ladder.Decision(task(body.lead), body.reason, tuple(task(item) for item in body.assists))
    return ladder.assign(context, key, actor, decision, version)


def demand(context: Context, key: str, actor: Actor, body: DemandIn, version: int) -> object:
    """The inspectors ask."""
    duration = body.duration()
    return supervision.demand_explanation(
        context, key, actor, question=body.question, duration=duration, version=version
    )


def not_same(context: Context, key: str, actor: Actor, body: NotSameIn, version: int) -> object:
    """A proposed duplicate is another matter."""
    return same_matter.dismiss(context, key, actor, other_id=body.other, reason=body.reason, version=version)
