"""Who reported, in full: asked for with a purpose, shown once, written down."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.actions import Actor
from domain.errors import DomainError, NotFound
from models.bodies import IdentityIn
from services import identity, queries
from services.context import Context
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.cases import CaseId
from web.forms import Form, SentForm, Wrong, as_wrong, read
from web.visits import number_of

router = APIRouter()


@router.get("/cases/{petition_id}/identity")
def ask(request: Request, petition_id: CaseId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """What for, and why."""
    return _page(request, context, pages, actor, petition_id, Form())


@router.post("/cases/{petition_id}/identity")
def show(
    request: Request, petition_id: CaseId, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """Name and contact, this one time: the page is kept nowhere, and sent again it is another reading."""
    number_of(request, sent.token)
    try:
        body = read(IdentityIn, {name: value for name, value in sent.values.items() if value.strip()})
        found = identity.disclose(
            context, petition_id, actor, purpose=body.purpose, words=body.words, case_number=body.case_number
        )
    except NotFound:
        raise
    except (DomainError, Wrong) as refusal:
        wrong = as_wrong(refusal)
        return _page(request, context, pages, actor, petition_id, Form.refused(sent, wrong), wrong.status)
    return pages.show(request, "cases/identity-shown.html", case=queries.head(context, petition_id, actor), found=found)


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
        purposes=[(item.code, item.name) for item in known[0][1].purposes],
        people=[(number, f"{number}：{person.name or '未留称呼'}") for number, person in known],
    )
