"""Who reported, in full: asked for with a purpose, shown once, written down."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.actions import Actor
from domain.errors import DomainError, NotFound
from domain.plain_signs import plain_signs
from models.bodies import IdentityIn
from services import identity, queries
from services.context import Context
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.cases import CaseId, within
from web.forms import Form, SentForm, Wrong, as_wrong, read
from web.visits import number_of

router = APIRouter()

_CALLING = "return-visit"
_DIALLED = re.compile(r"\+?\d{5,15}", re.ASCII)


@router.get("/cases/{petition_id}/identity")
def ask(
    request: Request,
    petition_id: CaseId,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    call: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
) -> Response:
    """What for, and why; whoever comes from a return visit has said so by that."""
    started = {"purpose": _CALLING, "words": "按回访安排致电", "call": str(call)} if call else {}
    return _page(request, context, pages, actor, petition_id, Form(started))


@router.post("/cases/{petition_id}/identity")
def show(
    request: Request, petition_id: CaseId, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """Name and contact, this one time: the page is kept nowhere, and sent again it is another reading."""
    number_of(request, sent.token)
    try:
        written = {name: value for name, value in sent.values.items() if value.strip() and name != "call"}
        body = read(IdentityIn, written)
        found = identity.disclose(
            context, petition_id, actor, purpose=body.purpose, words=body.words, case_number=body.case_number
        )
    except NotFound:
        raise
    except (DomainError, Wrong) as refusal:
        wrong = as_wrong(refusal)
        return _page(request, context, pages, actor, petition_id, Form.refused(sent, wrong), wrong.status)
    number = plain_signs(found.contact or "").replace("-", "")
    return pages.show(
        request,
        "cases/identity-shown.html",
        case=queries.head(context, petition_id, actor),
        found=found,
        call=sent.number("call") if isinstance(sent.number("call"), int) else 0,
        within=within(request),
        dial=number if _DIALLED.fullmatch(number) else "",
    )


def _page(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    petition_id: str,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    case = queries.detail(context, petition_id, actor)
    people = [(case.case_number, case.petitioner), *((item.case_number, item.petitioner) for item in case.merged)]
    known = [(number, person) for number, person in people if person is not None and person.purposes]
    if not known:
        raise NotFound("可以查阅的诉求人身份")
    return pages.show(
        request,
        "cases/identity.html",
        status,
        case=case,
        form=form,
        within=within(request),
        purposes=[(item.code, item.name) for item in known[0][1].purposes],
        people=[(number, f"{number}：{person.name or '未留称呼'}") for number, person in known],
    )
