"""Keys of programs: given out once, revoked, and when each was last used."""

from __future__ import annotations

import datetime as dt
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import ROLE_LABELS, Role
from domain.channels import channel_named
from domain.errors import DomainError
from models.policy_files import Shape
from services import directory
from services import keys as service
from services.context import Context
from web.administration import Administrator, refused_form
from web.asking import ContextOf, PagesOf
from web.forms import Form, SentForm, Wrong, read, submit

router = APIRouter()

_ROLES = [(role.value, ROLE_LABELS[role]) for role in Role if role in service.KEY_ROLES]
_LIST = "/administration/keys"


class NewKey(Shape):
    """A key to be made; `channel` is the one channel that a key of a channel registers for."""

    role: Role
    unit: str | None = None
    channel: str | None = None
    label: str
    last_day: dt.date | None = None
    endless: bool = False


@router.get(_LIST)
def show(request: Request, context: ContextOf, pages: PagesOf, _: Administrator) -> Response:
    """Every key there ever was, and the form for another."""
    return _page(request, context, pages, _begun(context), revoked="revoked" in request.query_params)


@router.post(_LIST)
def create(request: Request, context: ContextOf, pages: PagesOf, actor: Administrator, sent: SentForm) -> Response:
    """Make one; it is on the answer and nowhere else."""
    secret = ""
    try:
        body = read(NewKey, {name: value.strip() for name, value in sent.values.items() if value.strip()})

        def work() -> dict[str, Any]:
            nonlocal secret
            unit = body.channel if body.role is Role.CHANNEL else body.unit
            last_day = None if body.endless else body.last_day
            secret = service.create_key(
                context, body.role, unit, body.label, actor, last_day=last_day, endless=body.endless
            )
            return {}

        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        form = refused_form(sent.values, refusal)
        return _page(request, context, pages, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page(request, context, pages, _begun(context), secret=secret, made=True)


@router.post(_LIST + "/{prefix}/revocation")
def revoke(
    request: Request, prefix: str, context: ContextOf, pages: PagesOf, actor: Administrator, sent: SentForm
) -> Response:
    """It opens nothing any more."""

    def work() -> dict[str, Any]:
        service.revoke_key(context, prefix, actor)
        return {}

    try:
        submit(context, request, sent, work)
    except (DomainError, Wrong) as refusal:
        return _page(request, context, pages, refused_form({}, refusal), HTTPStatus.CONFLICT)
    return RedirectResponse(f"{_LIST}?revoked", HTTPStatus.SEE_OTHER)


def _begun(context: Context) -> Form:
    """The form before anybody wrote in it."""
    last_day = service.usual_last_day(context)
    return Form({"last_day": str(last_day)} if last_day else {})


def _page(
    request: Request,
    context: Context,
    pages: PagesOf,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    secret: str = "",
    made: bool = False,
    revoked: bool = False,
) -> Response:
    return pages.show(
        request,
        "administration/keys.html",
        status,
        keys=sorted(service.list_keys(context), key=lambda key: key.revoked_at is not None),
        form=form,
        secret=secret,
        made=made,
        revoked=revoked,
        roles=_ROLES,
        role_names=dict(_ROLES),
        channel_named=channel_named,
        units=directory.choices(context),
        unit_names=dict(directory.choices(context)),
    )
