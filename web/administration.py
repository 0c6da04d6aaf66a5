"""Administration: where it begins, the units in force, the roster of the reviews, and what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import ROLE_LABELS, ROSTER_ROLES, Actor, Role
from domain.administration import RECORD_READERS
from domain.errors import DomainError
from domain.reviews import LEVEL_LABELS, Level
from models.review_bodies import StandInIn
from services import administration, directory, keys, roster, sign_in_history
from services.access import require_role
from services.context import Context
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.forms import Form, SentForm, Wrong, as_wrong, read, submit

router = APIRouter()

_DAYS = 28
Before = Annotated[int | None, Query(ge=1)]


def administering(actor: Caller) -> Actor:
    """Whoever administers. Raises `NotPermitted`."""
    administration.require_administrator(actor)
    return actor


Administrator = Annotated[Actor, Depends(administering)]


@router.get("/administration")
def begin(request: Request, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """What there is, and what is missing before everybody can work."""
    require_role(actor, *RECORD_READERS)
    operator = actor.role is Role.OPERATOR
    first = directory.first_steps(context) if operator else []
    ending = sum(key.ends_soon for key in keys.list_keys(context)) if operator else 0
    return pages.show(request, "administration/begin.html", steps=first, operator=operator, ending=ending)


@router.get("/administration/units")
def units(request: Request, context: ContextOf, pages: PagesOf, _: Administrator) -> Response:
    """The units of the policy in force, with their duties and whoever acts for them."""
    return pages.show(request, "administration/units.html", units=directory.units(context), roles=_ROLES)


@router.get("/administration/records")
def records(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    acts_before: Before = None,
    sign_ins_before: Before = None,
) -> Response:
    """What was done in administration, and who signed in."""
    return pages.show(
        request,
        "administration/records.html",
        acts=administration.acts(context, actor, before=acts_before),
        sign_ins=sign_in_history.history(context, actor, before=sign_ins_before),
        page=administration.PAGE,
    )


@router.get("/administration/roster")
def show_roster(
    request: Request, context: ContextOf, pages: PagesOf, actor: Caller, level: Level = Level.FIRST
) -> Response:
    """Who is on duty in a review on each of the coming days."""
    return _roster(request, context, pages, actor, level)


@router.post("/administration/roster")
def stand_in(request: Request, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm) -> Response:
    """Write down who stands in."""
    require_role(actor, *ROSTER_ROLES)
    level = Level(sent["level"]) if sent["level"] in set(Level) else Level.FIRST
    try:
        body = read(StandInIn, {name: value for name, value in sent.values.items() if value.strip()})

        def work() -> dict[str, Any]:
            roster.stand_in(context, actor, body.level, body.day, body.member, body.reason)
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        form = refused_form(sent.values, refusal)
        return _roster(request, context, pages, actor, level, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(f"/administration/roster?level={level}&done=1", HTTPStatus.SEE_OTHER)


def _roster(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    level: Level,
    form: Form | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    shown = roster.roster(context, actor, level, None, _DAYS)
    return pages.show(
        request,
        "administration/roster.html",
        status,
        roster=shown,
        level=level.value,
        levels=[(each.value, LEVEL_LABELS[each]) for each in Level],
        members=[(member.code, f"{member.title}（{member.code}）") for member in shown.members],
        form=form or Form({"level": level.value}),
        may_write=actor.role in ROSTER_ROLES,
        done="done" in request.query_params,
        weekday=weekday,
    )


_ROLES = {role.value: label for role, label in ROLE_LABELS.items()}


def refused_form(values: Mapping[str, str], refusal: DomainError | Wrong) -> Form:
    """The form as it was sent, with the reasons it was refused for."""
    wrong = as_wrong(refusal)
    return Form(values, wrong.errors, wrong.problem)


def weekday(day: dt.date) -> str:
    """`周一`."""
    return f"周{'一二三四五六日'[day.weekday()]}"
