"""Photos on the form of a report: kept as soon as they arrive, so that a form that comes back still has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.attachments import served
from api.callers import address_of
from api.guards import MAX_FILE_BYTES
from api.turns import FILES
from domain.addresses import network_of
from domain.errors import DomainError, RuleRefusal
from domain.files import FileRefused, told_size
from services import pending_files
from services.context import Context
from web.asking import LOOKING_UP, ContextOf
from web.forms import MOST_FIELDS, MOST_PARTS, Sent, as_wrong
from web.visits import caller_of

router = APIRouter()

KEPT, CHOSEN = "photo", "photos"
"""The field that holds the mark of a file that was kept, and the input in which files are chosen."""
MOST_REPORT_BYTES = 48 * 2**20
"""Of one report with its photos, where no script made them smaller first (our own decision)."""


@dataclass(frozen=True)
class Report:
    """A report as it was sent: `sent` has the marks of its photos, `refused` says by name which were not taken."""

    sent: Sent
    refused: list[str]


async def sent_report(request: Request, context: ContextOf) -> Report:
    """What the form holds. Every photo that can be is set aside before anything else of the form is judged."""
    async with request.form(max_files=MOST_PARTS, max_fields=MOST_FIELDS) as form:
        items = form.multi_items()
        pairs = [(name, value.replace("\r\n", "\n")) for name, value in items if isinstance(value, str)]
        chosen = [value for name, value in items if name == CHOSEN and isinstance(value, UploadFile) and value.filename]
        marks = list(dict.fromkeys(value for name, value in pairs if name == KEPT))
        rest, most = [pair for pair in pairs if pair[0] != KEPT], await run_in_threadpool(_most, context)
        refused: list[str] = []
        for file in chosen:
            try:
                if len(marks) >= most:
                    raise RuleRefusal("too-many-files", f"最多{most}个，没有收下")
                mark = await set_aside(request, context, file)
            except DomainError as refusal:
                refused.append(f"{file.filename}：{_reason(refusal)}")
                continue
            marks += [mark] if mark not in marks else []
    return Report(Sent([*rest, *((KEPT, mark) for mark in marks)]), refused)


SentReport = Annotated[Report, Depends(sent_report)]


@router.get("/report/photos/{address}", dependencies=LOOKING_UP)
def show(request: Request, address: str, context: ContextOf) -> Response:
    """The thumbnail of a photo that waits for its report, for the browser that sent it."""
    return served(pending_files.opened(context, caller_of(request), address))


async def set_aside(request: Request, context: Context, file: UploadFile) -> str:
    """Keep one file for this browser; its mark. Raises `FileRefused`, `RuleRefusal`, `StoreUnavailable`."""
    name = file.filename or ""
    if (file.size or 0) > MAX_FILE_BYTES:
        raise FileRefused("file-too-large", f"文件有{told_size(file.size or 0)}，太大，没有收下")
    if request.app.state.uploads.take(network_of(address_of(request))):
        raise RuleRefusal(
            "too-many-uploads", "从这个网络地址上传的照片太多，没有收下；过几分钟再传，或登记后凭查询码补传"
        )
    content = await file.read()
    async with FILES.taken():
        found = await run_in_threadpool(pending_files.set_aside, context, caller_of(request), name, content)
    return found.mark


def _most(context: Context) -> int:
    rules = pending_files.rules_of(context)
    return rules.by_petitioner if rules else 0


def _reason(refusal: DomainError) -> str:
    found = as_wrong(refusal)
    return found.errors.get("file") or found.problem or str(refusal)
