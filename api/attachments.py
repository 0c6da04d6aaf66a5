"""Files: sent as they are, as the body of a request, and given back as something to save, never to run."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from api.callers import Caller, ContextOf, limit_uploads
from api.changes import LOOKING_UP, ChangeOf, PetitionersChange, PetitionId, answer
from api.documentation import ANSWERING, CHANGING, FOLLOWING, READING
from api.turns import FILE_TURN
from domain.attachments import DEFAULT_PURPOSE, Purpose
from domain.files import MEDIA_TYPES
from models.attachment_answers import Attached, AttachedByCode, Attachments
from models.shapes import Line
from services import attachments, queries

router = APIRouter(tags=["附件 attachments"])


async def _sent(request: Request) -> bytes:
    return await request.body()


Sent = Annotated[bytes, Depends(_sent)]
Name = Annotated[Line, Query(description="文件名，只用于显示；种类按内容认定", examples=["修复后照片.jpg"])]
AttachmentId = Annotated[str, Path(description="附件的 id", examples=["7c0f4d1e-52a5-4b41-9d0c-6e0a7a1b9f10"])]
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "文件本身(不是表单)：JPEG、PNG、WebP 照片或 PDF",
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary", "examples": ["(文件内容)"]}}
        },
    }
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "文件内容，供另存",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()},
    }
}
_HEADERS = {
    # Whatever is in it, nothing of it is run, and nothing on this address is reached from it.
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@router.post(
    "/petitions/{petition_id}/attachments",
    response_model=Attached,
    summary="上传附件 Add a file",
    responses=CHANGING,
    openapi_extra=_BODY,
)
def add(
    change: ChangeOf,  # before the content: nothing is received of whoever may send nothing
    content: Sent,
    _: FILE_TURN,
    name: Name,
    purpose: Annotated[
        Purpose | None, Query(description="承办单位：evidence(缺省)、contact、reply、beyond_duty；其他角色各只有一种")
    ] = None,
) -> JSONResponse:
    """A photo or a document as the body of the request. A photo is kept without where and when it was taken."""
    change.show()  # whoever may not see the petition makes us unpack nothing
    attachments.require_room(change.context, change.petition_id, change.actor, content)
    file = attachments.prepared(change.context, content)
    shows = purpose or DEFAULT_PURPOSE.get(change.actor.role, Purpose.EVIDENCE)
    return change.make_telling(
        {"attachment_id": "id", "sha256": "sha256"}, attachments.keep, name, file, shows, version=change.version
    )


@router.get(
    "/petitions/{petition_id}/attachments", response_model=Attachments, summary="附件清单 Files", responses=READING
)
def shown(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """The files of the case that the caller may look at, those of merged petitions too."""
    return answer(attachments.shown(context, petition_id, actor))


@router.get(
    "/petitions/{petition_id}/attachments/{attachment_id}",
    response_class=Response,
    summary="下载附件 One file",
    responses=READING | _FILE,
)
def opened(
    petition_id: PetitionId,
    attachment_id: AttachmentId,
    context: ContextOf,
    actor: Caller,
    *,
    thumbnail: Annotated[bool, Query(description="只要缩略图(JPEG)；文档没有")] = False,
) -> Response:
    """The file as it is kept; its digest was checked when it was read."""
    return served(attachments.opened(context, petition_id, attachment_id, actor, thumbnail=thumbnail))


@router.post(
    "/progress/{query_code}/attachments",
    response_model=AttachedByCode,
    summary="诉求人上传照片 Add a photo",
    responses=ANSWERING,
    dependencies=[*LOOKING_UP, Depends(limit_uploads)],
    openapi_extra=_BODY,
)
def add_by_code(
    query_code: str, change: PetitionersChange, content: Sent, _: FILE_TURN, name: Name = "照片"
) -> JSONResponse:
    """A photo or a document from whoever holds the query code; only they, the unit and the offices see it."""
    own = queries.id_by_code(change.context, query_code)
    attachments.require_room(change.context, change.petition_id, change.actor, content, own)
    file = attachments.prepared(change.context, content)
    return change.make_telling(
        {"attachment_id": "id", "sha256": "sha256"},
        attachments.keep,
        name,
        file,
        Purpose.PETITION,
        party=own,
        version=change.version,
    )


@router.get(
    "/progress/{query_code}/attachments",
    response_model=Attachments,
    summary="诉求人的附件 The petitioner's files",
    responses=FOLLOWING,
    dependencies=LOOKING_UP,
)
def shown_by_code(query_code: str, context: ContextOf) -> JSONResponse:
    """What was sent with this code, and what illustrates the answer; never the unit's internal evidence."""
    return answer(attachments.shown_by_code(context, query_code))


@router.get(
    "/progress/{query_code}/attachments/{attachment_id}",
    response_class=Response,
    summary="诉求人下载附件 One of the petitioner's files",
    responses=FOLLOWING | _FILE,
    dependencies=LOOKING_UP,
)
def opened_by_code(
    query_code: str,
    attachment_id: AttachmentId,
    context: ContextOf,
    *,
    thumbnail: Annotated[bool, Query(description="只要缩略图(JPEG)；文档没有")] = False,
) -> Response:
    """One of the files that the list shows."""
    return served(attachments.opened_by_code(context, query_code, attachment_id, thumbnail=thumbnail))


def served(file: attachments.Served) -> Response:
    """A file to save: of the kind it was found to be, and not to be run by any browser."""
    disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(file.content, media_type=file.media_type, headers=_HEADERS | {"Content-Disposition": disposition})
