"""Files that come with a report before it is one: examined and kept, and added in the act that registers it.

What is kept says nothing of a petition yet, so no row knows it. Its mark goes along with the form instead: what was
found of the file, under our seal, so that only the browser that sent it can add it, and nobody can name another's file
by its digest. A form that is never sent leaves a file that no row refers to; those are removed when they are as old as
the policy says (`services.stored_files`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import clock
from domain.actions import PETITIONER
from domain.attachments import Purpose
from domain.errors import NotFound
from domain.files import MEDIA_TYPES, AttachmentRules, FileRefused, Kind, fit_name
from gateways.file_store import StoreUnavailable
from gateways.photos import Cleaned
from models.attachment_answers import AttachmentView
from services import attachments
from services.attachments import Prepared, Served
from services.context import Context
from services.transactions import reading

_LONGEST_MARK = 2000
_FILE, _THUMBNAIL = "pending file", "pending thumbnail"
"""What a seal is for: none stands for the other."""


@dataclass(frozen=True)
class PendingFile:
    """A file that waits for its report. `mark` is what a form holds of it; `size` is bytes of what is kept."""

    mark: str
    name: str
    kind: Kind
    size: int
    thumbnail: str | None
    """Its address among the pending thumbnails of the same browser; documents have none."""


def rules_of(context: Context) -> AttachmentRules | None:
    """What may be sent along with a report; `None` under a policy from before there were files."""
    with reading(context) as session:
        return context.rules.active(session).attachments


def set_aside(context: Context, owner: str, name: str, content: bytes) -> PendingFile:
    """Keep `content` for a report that `owner` (a browser, at most 80 characters) is writing; twice the same is one.

    Raises:
        FileRefused: see `attachments.prepared`.
        StoreUnavailable: the disk is full or away; nothing was kept.
    """
    return set_aside_prepared(context, owner, name, attachments.prepared(context, content))


def set_aside_prepared(context: Context, owner: str, name: str, what: Prepared) -> PendingFile:
    """As `set_aside`, of what was examined before."""
    file, now = what.file, clock.now()
    facts = {
        "sha256": what.sha256,
        "name": fit_name(name, file.kind),
        "kind": file.kind.value,
        "size": len(file.content),
        "kept": context.store.put(file.content, now),
        "thumbnail": None if file.thumbnail is None else context.store.put(file.thumbnail, now),
        "width": file.width,
        "height": file.height,
        "likeness": file.likeness,
    }
    said = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    mark = f"{base64.urlsafe_b64encode(said).decode()}.{_seal(context, _FILE, owner, said)}"
    return _pending(context, owner, mark, facts)


def shown(context: Context, owner: str, marks: list[str]) -> list[PendingFile]:
    """The files with these marks, each once; what `owner` was given no mark of, or is kept no longer, is left out."""
    found = {mark: _facts(context, owner, mark) for mark in marks}
    return [
        _pending(context, owner, mark, facts)
        for mark, facts in found.items()
        if facts is not None and context.store.has(facts["kept"])
    ]


def recalled(context: Context, owner: str, mark: str) -> tuple[str, Prepared]:
    """The name and the content of a file that was set aside, to be added now.

    Raises:
        FileRefused: it is kept no longer.
        NotFound: `owner` was given no such mark.
    """
    facts = _facts(context, owner, mark)
    if facts is None:
        raise NotFound("这个待传的附件")
    try:
        content = context.store.read(facts["kept"])
        thumbnail = context.store.read(facts["thumbnail"]) if facts["thumbnail"] else None
    except StoreUnavailable:
        raise FileRefused("no-longer-kept", "存放的时间已过，请重新选择") from None
    size = {name: facts[name] for name in ("width", "height", "likeness")}
    return facts["name"], Prepared(facts["sha256"], Cleaned(Kind(facts["kind"]), content, thumbnail, **size))


def add(context: Context, own_id: str, matter_id: str, files: list[tuple[str, Prepared]]) -> list[AttachmentView]:
    """Add recalled files to what was registered as `own_id` and is handled as `matter_id`; raises as `keep` does.

    Called in the transaction that registers, so that there is never a report without the photos it was sent with.
    """
    return [
        attachments.keep(context, matter_id, PETITIONER, name, what, Purpose.PETITION, party=own_id)
        for name, what in files
    ]


def opened(context: Context, owner: str, address: str) -> Served:
    """A pending thumbnail. Raises `NotFound` for whoever did not send the photo, and `StoreUnavailable`."""
    digest, _, seal = address.partition(".")
    if not _is_sealed(seal, _seal(context, _THUMBNAIL, owner, digest.encode("utf-8", "replace"))):
        raise NotFound("这张照片")
    return Served(context.store.read(digest), MEDIA_TYPES[Kind.JPEG], "photo.jpg")


def _pending(context: Context, owner: str, mark: str, facts: dict[str, Any]) -> PendingFile:
    small = facts["thumbnail"]
    address = f"{small}.{_seal(context, _THUMBNAIL, owner, small.encode())}" if small else None
    return PendingFile(mark, facts["name"], Kind(facts["kind"]), facts["size"], address)


def _facts(context: Context, owner: str, mark: str) -> dict[str, Any] | None:
    """What a mark says, unless it is none of `owner`'s."""
    if len(mark) > _LONGEST_MARK:
        return None
    written, _, seal = mark.partition(".")
    try:
        said = base64.b64decode(written.encode("utf-8", "replace"), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if not _is_sealed(seal, _seal(context, _FILE, owner, said)):
        return None
    facts: dict[str, Any] = json.loads(said)
    return facts


def _is_sealed(seal: str, right: str) -> bool:
    return hmac.compare_digest(seal.encode("utf-8", "replace"), right.encode())


def _seal(context: Context, what: str, owner: str, said: bytes) -> str:
    keyed = hmac.new(context.person_key(), f"{what} {owner} ".encode(), hashlib.sha256)
    keyed.update(said)
    return keyed.hexdigest()
