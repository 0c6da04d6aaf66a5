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
from services.attachments import Prepared
from web import cases, follow
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.callers import Caller
from web.follow import Mine
from web.forms import MOST_FIELDS, MOST_PARTS, Sent, Wrong, as_wrong
from web.visits import LapsedForm, number_of
from web.waiting_files import SentFile, recalled, sent_or_waiting, with_waiting

router = APIRouter()

_NOTHING = "没有选择文件"
GONE = "先前选的文件没有保住，请重新选择"


@dataclass(frozen=True)
class Files:
    """A form with files."""

    sent: Sent
    files: list[SentFile]
    gone: int = 0
    """How many waited with the form and are kept no longer."""


async def sent_files(request: Request) -> Files:
    """What the form holds, and what waited with it. An input in which nothing was chosen sends a file without a name.

    Raises `LapsedForm` with what was set aside, while the files can still be read.
    """
    async with request.form(max_files=MOST_PARTS, max_fields=MOST_FIELDS) as form:
        items = form.multi_items()
        pairs = [(name, value.replace("\r\n", "\n")) for name, value in items if isinstance(value, str)]
        sent = Sent(pairs)
        try:
            number_of(request, sent.token)
        except LapsedForm:
            raise LapsedForm((await sent_or_waiting(request)).pairs) from None
        files = [(name, value) for name, value in items if isinstance(value, UploadFile)]
        read = [SentFile(name, file.filename, await file.read()) for name, file in files if file.filename]
    waited, gone = await recalled(request, sent)
    return Files(sent, [*waited, *read], gone)


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
            nothing = {} if form.files or form.gone else {"file": _NOTHING}
            raise Wrong({"purpose": "请选择用途"} | nothing)  # noqa: TRY301 - refused like everything else that is wrong
        _each(
            form,
            lambda name, content: attachments.add(context, petition_id, actor, name, content, Purpose(purpose)),
        )
    except Wrong as wrong:
        rest = [] if "file" in wrong.errors else form.files
        sent = with_waiting(request, context, form.sent, rest)
        return cases.refused(request, context, pages, actor, petition_id, Trigger.ATTACH.value, sent, wrong)
    return cases.after(request, petition_id, Trigger.ATTACH.value)


@router.get("/cases/{petition_id}/attachments/{attachment_id}")
def opened(
    petition_id: cases.CaseId, attachment_id: str, context: ContextOf, actor: Caller, *, small: bool = False
) -> Response:
    """One file of the case."""
    return served(attachments.opened(context, petition_id, attachment_id, actor, thumbnail=small))


def _each(form: Files, keep: Callable[[str, bytes | Prepared], object]) -> None:
    """Keep each file that can be. Raises `Wrong`, naming those that were not, each with its reason."""
    if not form.files and not form.gone:
        raise Wrong({"file": _NOTHING})
    refused = [GONE] if form.gone else []
    for file in form.files:
        try:
            keep(file.name, file.content)
        except DomainError as refusal:
            found = as_wrong(refusal)
            refused.append(f"{file.name}：{found.errors.get('file') or found.problem or str(refusal)}")
    if refused:
        kept = len(form.files) + form.gone - len(refused)
        raise Wrong({"file": "；".join(refused) + (f"。其余{kept}个已收下" if kept > 0 else "")})
