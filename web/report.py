"""For everybody: report something. Written, compared with what is in hand, confirmed, and the query code is given."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.public import PUBLIC_CHANNEL
from domain.actions import PETITIONER
from domain.conduct import REQUEST_TYPE_LABELS, RequestType
from domain.errors import DomainError
from models.shapes import Registration
from services import intake, joining, queries
from services.context import Context
from web.asking import REGISTERING, ContextOf, PagesOf
from web.follow import keep_code
from web.forms import Form, Sent, SentForm, Wrong, answered, as_wrong, read, submit
from web.place import map_address
from web.visits import number_of

router = APIRouter()

OWN = "own"
"""The answer of whoever reports something else than what is in hand already."""
_MOBILE = re.compile(r"(\+?86)?1\d{10}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FIELDS = {"petitioner.name": "name", "petitioner.contact": "contact", "petitioner.contact_kind": "contact"}
_BEGUN = {"Cache-Control": "private, no-cache"}
_TYPES = tuple((kind.value, REQUEST_TYPE_LABELS[kind]) for kind in RequestType)


@router.get("/")
def write(request: Request, context: ContextOf, pages: PagesOf) -> Response:
    """The form, empty."""
    return _form(request, context, pages, Form({"request_type": RequestType.HELP.value}))


@router.post("/report", dependencies=REGISTERING)
def report(request: Request, context: ContextOf, pages: PagesOf, sent: SentForm) -> Response:
    """First what is in hand already, then the receipt; a wrong form comes back."""
    number_of(request, sent.token)
    if sent.flag("back"):
        return _form(request, context, pages, Form(sent.values))
    try:
        registration = registration_of(sent)
        if not sent["choice"] and answered(context, request, sent) is None:
            found = joining.already_reported(context, registration)
            if found:
                return pages.show(request, "report/same.html", found=found, kept=sent.pairs, place=registration.place)
        receipt = submit(context, request, sent, lambda: _registered(context, registration, sent["choice"]))
    except DomainError as refusal:
        return _form(request, context, pages, Form.refused(sent, as_wrong(refusal)))
    except Wrong as wrong:
        return _form(request, context, pages, Form.refused(sent, wrong))
    answer = pages.show(request, "report/receipt.html", HTTPStatus.CREATED, receipt=receipt)
    keep_code(request, answer, receipt["case_number"], receipt["query_code"])
    return answer


def registration_of(sent: Sent) -> Registration:
    """What was written, as a channel hands it in. Raises `Wrong`."""
    contact = re.sub(r"[\s-]", "", sent["contact"])
    kind = "email" if _MAIL.fullmatch(contact) else "sms" if _MOBILE.fullmatch(contact) else None
    wrong: dict[str, str] = {}
    if contact and kind is None:
        wrong["contact"] = "请填写11位手机号或电子邮箱；不愿留的可以空着"
    fields: dict[str, Any] = {
        "channel": PUBLIC_CHANNEL,
        "text": sent["text"],
        "place": sent["place"],
        "request_type": sent["request_type"] or RequestType.HELP.value,
        "category": sent["category"] or None,
        "petitioner": {
            "name": sent["name"].strip() or None,
            "contact": contact if kind else None,
            "contact_kind": kind,
            "confidential": sent.flag("confidential"),
        },
    }
    if sent["longitude"] and sent["latitude"]:
        # A browser gives its position in the system of the satellites.
        fields |= {"longitude": sent["longitude"], "latitude": sent["latitude"], "crs": "wgs84"}
    try:
        registration = read(Registration, fields, _FIELDS)
    except Wrong as found:
        raise Wrong(found.errors | wrong, found.problem) from None
    if wrong:
        raise Wrong(wrong)
    return registration


def _registered(context: Context, registration: Registration, choice: str) -> dict[str, Any]:
    if choice and choice != OWN:
        petition = joining.register_and_follow(context, registration, choice)
    else:
        petition = intake.register(context, registration, PETITIONER)
    return queries.registered(context, petition.id).model_dump(mode="json") | {
        "followed": petition.merged_into_id is not None
    }


def _form(request: Request, context: Context, pages: PagesOf, form: Form) -> Response:
    with context.readers() as session:
        categories = [(item.code, item.name) for item in context.rules.active(session).categories]
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    # Nobody's words are on the empty form: a browser may keep it, with what was begun in it, for whoever goes back.
    headers = _BEGUN if status is HTTPStatus.OK and not form.values.get("text") else None
    return pages.show(
        request,
        "report/write.html",
        status,
        headers,
        form=form,
        categories=categories,
        types=_TYPES,
        map=map_address(context),
    )
