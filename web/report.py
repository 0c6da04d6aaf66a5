"""For everybody: report something. Written, compared with what is in hand, confirmed, and the query code is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.public import PUBLIC_CHANNEL
from domain.actions import PETITIONER
from domain.conduct import REQUEST_TYPE_LABELS, RequestType
from domain.errors import DomainError, NotFound
from domain.files import FileRefused
from domain.plain_signs import plain_signs
from models.shapes import Registration
from services import following, intake, joining, pending_files, queries
from services.attachments import Prepared
from services.context import Context
from web import point
from web.asking import REGISTERING, ContextOf, PagesOf
from web.follow import keep_code
from web.forms import Form, Sent, Wrong, answered, as_wrong, read, submit
from web.photos import CHOSEN, KEPT, SentReport
from web.place import map_address, said_of
from web.visits import LapsedForm, caller_of, number_of

router = APIRouter()

OWN = "own"
"""The answer of whoever reports something else than what is in hand already."""
_MOBILE = re.compile(r"(\+?86)?1\d{10}", re.ASCII)
_LINE = re.compile(r"\(?0\d{2,3}\)?\d{7,8}|[2-8]\d{6,7}", re.ASCII)
_FIXED_LINE = "座机收不到短信，请填手机号或电子邮箱；没有的可以空着，凭查询码一样能查"
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_FIELDS = {"petitioner.name": "name", "petitioner.contact": "contact", "petitioner.contact_kind": "contact"}
_BEGUN = {"Cache-Control": "private, no-cache"}
_TYPES = tuple((kind.value, REQUEST_TYPE_LABELS[kind]) for kind in RequestType)
_LAPSED = "这个页面打开太久，或浏览器没有保存本站的标识，所以还没有提交。您写的都在，请看一眼，再按一次“提交”"
_PHOTOS_LOST = "之前选的照片没有保住，请重新选择"


@router.get("/")
def write(request: Request, context: ContextOf, pages: PagesOf) -> Response:
    """The form, empty."""
    return _form(request, context, pages, Sent([("request_type", RequestType.HELP.value)]))


@router.post("/report", dependencies=REGISTERING)
def report(request: Request, context: ContextOf, pages: PagesOf, form: SentReport) -> Response:
    """First what is in hand already, then the receipt; a wrong form comes back, with the photos that were taken."""
    sent = form.sent
    try:
        number_of(request, sent.token)
    except LapsedForm:
        return _form(request, context, pages, sent, Wrong(_photo_errors(form.refused), _LAPSED), HTTPStatus.CONFLICT)
    map_page = point.page(request, context, pages, sent) if sent["step"] == point.STEP else None
    if map_page is not None:
        return map_page
    try:
        if sent["step"]:
            raise Wrong(_photo_errors(form.refused))  # noqa: TRY301 - back to the form, as everything that is wrong
        registration = _checked(sent, form.refused)
        if not sent["choice"] and answered(context, request, sent) is None:
            found = joining.already_reported(context, registration)
            if found:
                return pages.show(request, "report/same.html", found=found, kept=sent.pairs, place=registration.place)
        receipt = submit(context, request, sent, _registering(request, context, registration, sent))
    except DomainError as refusal:
        return _form(request, context, pages, sent, as_wrong(refusal))
    except Wrong as wrong:
        return _form(request, context, pages, sent, wrong)
    answer = pages.show(
        request,
        "report/receipt.html",
        HTTPStatus.CREATED,
        receipt=receipt,
        progress=queries.public_progress(context, receipt["query_code"]),
        ahead=following.ahead(context, receipt["query_code"]),
        photos=len(sent.all(KEPT)),
    )
    keep_code(request, answer, receipt["case_number"], receipt["query_code"])
    return answer


def registration_of(sent: Sent) -> Registration:
    """What was written, as a channel hands it in. Raises `Wrong`."""
    written = plain_signs(sent["contact"])
    contact = written if _MAIL.fullmatch(written) else written.replace("-", "")
    kind = "email" if _MAIL.fullmatch(contact) else "sms" if _MOBILE.fullmatch(contact) else None
    wrong: dict[str, str] = {}
    if contact and kind is None:
        wrong["contact"] = _FIXED_LINE if _LINE.fullmatch(contact) else "请填写11位手机号或电子邮箱；不愿留的可以空着"
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
    if sent["longitude"] and sent["latitude"] and not sent.flag("no_point"):
        # A browser gives its position in the system of the satellites.
        fields |= {"longitude": sent["longitude"], "latitude": sent["latitude"], "crs": "wgs84"}
    try:
        registration = read(Registration, fields, _FIELDS)
    except Wrong as found:
        raise Wrong(found.errors | wrong, found.problem) from None
    if wrong:
        raise Wrong(wrong)
    return registration


def _checked(sent: Sent, refused: Sequence[str]) -> Registration:
    """What was written, unless something of it or a photo was refused. Raises `Wrong`, which names all that is."""
    errors = _photo_errors(refused)
    try:
        registration = registration_of(sent)
    except Wrong as wrong:
        raise Wrong(wrong.errors | errors, wrong.problem) from None
    if errors:
        raise Wrong(errors)
    return registration


def _photo_errors(refused: Sequence[str]) -> dict[str, str]:
    return {CHOSEN: "；".join(refused)} if refused else {}


def _registering(
    request: Request, context: Context, registration: Registration, sent: Sent
) -> Callable[[], dict[str, Any]]:
    """The act that registers with the photos, which are read before it begins. Raises `Wrong`, naming what is gone."""
    files = [_recalled(request, context, mark) for mark in sent.all(KEPT)]
    choice = sent["choice"]

    def work() -> dict[str, Any]:
        if choice and choice != OWN:
            petition = joining.register_and_follow(context, registration, choice)
        else:
            petition = intake.register(context, registration, PETITIONER)
        followed = petition.merged_into_id is not None
        pending_files.add(context, petition.id, petition.merged_into_id or petition.id, files)
        return queries.registered(context, petition.id).model_dump(mode="json") | {"followed": followed}

    return work


def _recalled(request: Request, context: Context, mark: str) -> tuple[str, Prepared]:
    try:
        return pending_files.recalled(context, caller_of(request), mark)
    except (FileRefused, NotFound):
        raise Wrong({CHOSEN: _PHOTOS_LOST}) from None


def _form(
    request: Request,
    context: Context,
    pages: PagesOf,
    sent: Sent,
    wrong: Wrong | None = None,
    status: HTTPStatus | None = None,
) -> Response:
    """The form with what was sent of it, the photos that are kept and the point that was picked among it."""
    marks, form = sent.all(KEPT), Form.refused(sent, wrong or Wrong())
    photos = pending_files.shown(context, caller_of(request), marks)
    if len(photos) < len(marks):
        form.errors = {CHOSEN: _PHOTOS_LOST} | dict(form.errors)
    with context.readers() as session:
        policy = context.rules.active(session)
    refused = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    # Nobody's words are on the empty form: a browser may keep it, with what was begun in it, for whoever goes back.
    headers = None if sent["text"] or marks or refused is not HTTPStatus.OK else _BEGUN
    return pages.show(
        request,
        "report/write.html",
        status or refused,
        headers,
        form=form,
        photos=photos,
        files=policy.attachments,
        where="" if sent.flag("no_point") else said_of(context, sent["longitude"], sent["latitude"]),
        categories=[(item.code, item.name) for item in policy.categories],
        types=_TYPES,
        map=map_address(context),
    )
