"""Files of a form that has to wait: until somebody is signed in again, has typed the code, or mended another field.

A browser fills words in again and never a file. So each is set aside as those of a report are, and its mark goes along
with the form: a field of the file's own, in which `Waiting` says to which input it belongs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.turns import FILES
from domain.errors import DomainError, NotFound
from domain.files import FileRefused
from services import pending_files
from services.attachments import Prepared
from services.context import Context
from services.pending_files import PendingFile
from web.forms import MOST_FIELDS, MOST_PARTS, Sent
from web.photos import set_aside
from web.visits import caller_of

_WAITING, _LOST = "waiting.", "lost."


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent: the field it was chosen in, its name, and its content or what was made of it before."""

    field: str
    name: str
    content: bytes | Prepared


@dataclass(frozen=True)
class Waiting:
    """What waits with a form: the files that are kept, and the names of those that could not be."""

    files: list[PendingFile]
    lost: list[str]

    def __bool__(self) -> bool:
        return bool(self.files or self.lost)


async def sent_or_waiting(request: Request) -> Sent:
    """The fields of a form that cannot be taken now, with a mark for each file that came with it."""
    context: Context = request.app.state.context
    async with request.form(max_files=MOST_PARTS, max_fields=MOST_FIELDS) as form:
        items = form.multi_items()
        pairs = [(name, value.replace("\r\n", "\n")) for name, value in items if isinstance(value, str)]
        chosen = [(name, value) for name, value in items if isinstance(value, UploadFile) and value.filename]
        for number, (field, file) in enumerate(chosen, _next(pairs)):
            try:
                pairs.append((f"{_WAITING}{number}.{field}", await set_aside(request, context, file)))
            except DomainError:
                pairs.append((f"{_LOST}{number}", file.filename or ""))
    return Sent(pairs)


def with_waiting(request: Request, context: Context, sent: Sent, files: Iterable[SentFile]) -> Sent:
    """The form as it is shown once more, with marks for `files`, which were looked at and not taken yet."""
    pairs = [(name, value) for name, value in sent.all_pairs if not name.startswith((_WAITING, _LOST))]
    for number, file in enumerate(files):
        try:
            pairs.append((f"{_WAITING}{number}.{file.field}", _mark(request, context, file)))
        except DomainError:
            pairs.append((f"{_LOST}{number}", file.name))
    return Sent(pairs)


def _mark(request: Request, context: Context, file: SentFile) -> str:
    if isinstance(file.content, Prepared):
        return pending_files.set_aside_prepared(context, caller_of(request), file.name, file.content).mark
    return pending_files.set_aside(context, caller_of(request), file.name, file.content).mark


def waiting_in(request: Request, values: Mapping[str, str]) -> Waiting:
    """What waits with a form that has these values."""
    marks = [value for name, value in values.items() if name.startswith(_WAITING)]
    lost = [value for name, value in values.items() if name.startswith(_LOST)]
    if not marks:
        return Waiting([], lost)
    return Waiting(pending_files.shown(request.app.state.context, caller_of(request), marks), lost)


async def recalled(request: Request, sent: Sent) -> tuple[list[SentFile], int]:
    """The files that waited with a form, and how many are kept no longer."""
    marks = [(name.split(".", 2)[2], mark) for name, mark in sent.pairs if name.startswith(_WAITING)]
    found: list[SentFile] = []
    for field, mark in marks:
        try:
            async with FILES.taken():
                name, what = await run_in_threadpool(
                    pending_files.recalled, request.app.state.context, caller_of(request), mark
                )
        except (FileRefused, NotFound):
            continue
        found.append(SentFile(field, name, what))
    return found, len(marks) - len(found)


def _next(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(name.startswith((_WAITING, _LOST)) for name, _ in pairs)
