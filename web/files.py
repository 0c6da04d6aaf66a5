"""Photos and documents on the pages: sent with a form, shown as thumbnails, given back as something to save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from api.attachments import served
from api.callers import limit_uploads
from api.turns import FILE_TURN
from domain.attachments import MAY_ADD, Purpose
from domain.errors import DomainError
from domain.stages import Trigger
from services import attachments
from web import cases, follow
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.callers import Caller
from web.follow import Mine
from web.forms import MOST_FIELDS, MOST_FILES, Sent, Wrong, as_wrong
from web.visits import number_of

router = APIRouter()

_NOTHING = "没有选择文件"


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent: the field it was chosen in, its name and its content."""

    field: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Files:
    """A form with files."""

    sent: Sent
    files: list[SentFile]


async def sent_files(request: Request) -> Files:
    """What the form holds. An input in which nothing was chosen sends a file without a name."""
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        items = form.multi_items()
        pairs = [(name, value.replace("\r\n", "\n")) for name, value in items if isinstance(value, str)]
        files = [(name, value) for name, value in items if isinstance(value, UploadFile)]
        read = [SentFile(name, file.filename, await file.read()) for name, file in files if file.filename]
        return Files(Sent(pairs), read)


SentFiles = Annotated[Files, Depends(sent_files)]


@router.post("/follow/{number}/attachments", dependencies=LOOKING_UP)
def add_by_code(
    request: Request, number: str, context: ContextOf, pages: PagesOf, mine: Mine, form: SentFiles, _: FILE_TURN
) -> Response:
    """What the petitioner shows; the same photo twice is one."""
    number_of(request, form.sent.token)
    for _each_costs in form.files:
        limit_uploads(request)
    try:
        _each(form, lambda name, content: attachments.add_by_code(context, mine.code, name, content))
    except Wrong as wrong:
        return follow.refused(request, context, pages, mine, Trigger.ATTACH.value, form.sent, wrong)
    return RedirectResponse(f"/follow/{number}?done={Trigger.ATTACH.value}", HTTPStatus.SEE_OTHER)


@router.get("/follow/{number}/attachments/{attachment_id}", dependencies=LOOKING_UP)
def opened_by_code(attachment_id: str, context: ContextOf, mine: Mine, *, small: bool = False) -> Response:
    """One of the petitioner's own files, or a picture of the answer they were given."""
    return served(attachments.opened_by_code(context, mine.code, attachment_id, thumbnail=small))


@router.post("/cases/{petition_id}/attachments")
def add(
    request: Request,
    petition_id: cases.CaseId,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    form: SentFiles,
    _: FILE_TURN,
) -> Response:
    """What whoever works on the case shows, and what for."""
    number_of(request, form.sent.token)
    purpose = form.sent["purpose"]
    try:
        if purpose not in {item.value for item in MAY_ADD.get(actor.role, ())}:
            raise Wrong({"purpose": "请选择用途"})  # noqa: TRY301 - refused like everything else that is wrong
        _each(
            form,
            lambda name, content: attachments.add(context, petition_id, actor, name, content, Purpose(purpose)),
        )
    except Wrong as wrong:
        return cases.refused(request, context, pages, actor, petition_id, Trigger.ATTACH.value, form.sent, wrong)
    return RedirectResponse(f"/cases/{petition_id}?done={Trigger.ATTACH.value}", HTTPStatus.SEE_OTHER)


@router.get("/cases/{petition_id}/attachments/{attachment_id}")
def opened(
    petition_id: cases.CaseId, attachment_id: str, context: ContextOf, actor: Caller, *, small: bool = False
) -> Response:
    """One file of the case."""
    return served(attachments.opened(context, petition_id, attachment_id, actor, thumbnail=small))


def _each(form: Files, keep: Callable[[str, bytes], object]) -> None:
    """Keep each file; what was kept before one was refused stays. Raises `Wrong`, naming the file."""
    if not form.files:
        raise Wrong({"file": _NOTHING})
    for file in form.files:
        try:
            keep(file.name, file.content)
        except DomainError as refusal:
            found = as_wrong(refusal)
            reason = found.errors.get("file") or found.problem or str(refusal)
            raise Wrong({"file": f"{file.name}：{reason}"}) from None
