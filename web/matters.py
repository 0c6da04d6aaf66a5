"""The catalogue of sub-categories: for people to read, and as the list behind a field that is written in."""

from __future__ import annotations

from collections import defaultdict

from fastapi import APIRouter, Request
from starlette.responses import Response

import clock
from domain.actions import Actor, Role
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.errors import NotPermitted
from domain.policy import Policy
from services.context import Context
from web.asking import ContextOf, PagesOf
from web.callers import Caller

router = APIRouter(prefix="/matters")

_AN_HOUR = {"Cache-Control": "private, max-age=3600"}
"""What a browser keeps may be older than the rules: a name that is no more is refused with its reason."""


@router.get("")
def show(request: Request, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """Every sub-category under its category, with whose it is by the duty list."""
    policy = _policy(context, actor)
    found, day = defaultdict(list), clock.now().in_timezone(clock.SHANGHAI).date()
    for item in policy.sub_categories:
        duty = policy.duty_of(item.code, day)
        lead = duty.unit if duty is not None else item.lead
        found[item.category].append((item.name, "所在镇街" if lead == TOWN_OF_PLACE else policy.unit_name(lead)))
    groups = [(item.code, item.name, found[item.code]) for item in policy.categories if found[item.code]]
    return pages.show(request, "matters/catalogue.html", groups=groups, total=len(policy.sub_categories))


@router.get("/sub_categories")
def options(request: Request, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """The list alone, for the field that asks for it."""
    policy = _policy(context, actor)
    named = [(item.name, policy.category_name(item.category)) for item in policy.sub_categories]
    return pages.show(request, "matters/options.html", headers=_AN_HOUR, named=named)


def _policy(context: Context, actor: Actor) -> Policy:
    """The rules in force, for whoever handles petitions; outlets do not."""
    if actor.role is Role.MEDIA:
        raise NotPermitted
    with context.readers() as session:
        return context.rules.active(session)
