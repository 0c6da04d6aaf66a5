"""Supervision bulletins (督导通报): read by those they are for, issued by inspectors and leaders."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, Response

from api.callers import Caller, ContextOf
from api.changes import POSTING, Change, Fingerprint, Key, Version, answer, caller_of
from api.documentation import CHANGING, READING
from domain.bulletins import BulletinAct
from domain.periods import PeriodKind
from models.bulletins import BulletinsView, BulletinView, DiscardIn, IssueIn
from services import bulletins as telling

router = APIRouter(prefix="/bulletins", tags=["督导通报 bulletins"], responses=READING)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BINARY = {"schema": {"type": "string", "format": "binary"}}

BulletinId = Annotated[str, Path(description="通报的 id", examples=["5b1d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d33"])]


def change_of_bulletin(
    bulletin_id: BulletinId, context: ContextOf, actor: Caller, version: Version, key: Key, seen: Fingerprint
) -> Change:
    """A decision on a bulletin, answered with it as it stands afterwards."""

    def show() -> BulletinView:
        return telling.bulletin(context, bulletin_id, actor)

    return Change(context, actor, bulletin_id, version, key, seen, caller_of(actor), show)


ChangeOfBulletin = Annotated[Change, Depends(change_of_bulletin)]


@router.get("", response_model=BulletinsView, summary="通报目录 Bulletins")
def bulletins(
    context: ContextOf,
    actor: Caller,
    kind: Annotated[PeriodKind | None, Query(description="week 周，month 月")] = None,
    limit: Annotated[int, Query(ge=1, le=telling.MAX_PAGE, description="每页条数")] = 20,
    offset: Annotated[int, Query(ge=0, le=telling.MAX_OFFSET, description="上一页的 next")] = 0,
) -> JSONResponse:
    """The latest first; drafts only for those who may issue them."""
    return answer(telling.bulletins(context, actor, kind=kind, limit=limit, offset=offset))


@router.get("/{bulletin_id}", response_model=BulletinView, summary="通报 A bulletin")
def bulletin(bulletin_id: BulletinId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Its text, and who drafted and issued it."""
    return answer(telling.bulletin(context, bulletin_id, actor))


@router.get(
    "/{bulletin_id}/document",
    response_class=Response,
    responses={200: {"description": "Word 文件", "content": {DOCX: _BINARY}}},
    summary="通报文件 As a document",
)
def document(bulletin_id: BulletinId, context: ContextOf, actor: Caller) -> Response:
    """The bulletin as `.docx`."""
    return _file(telling.document(context, bulletin_id, actor), DOCX, "bulletin.docx")


@router.get(
    "/{bulletin_id}/annex",
    response_class=Response,
    responses={200: {"description": "Excel 文件", "content": {XLSX: _BINARY}}},
    summary="通报附件 Annexes",
)
def annex(bulletin_id: BulletinId, context: ContextOf, actor: Caller) -> Response:
    """What was overdue, under a red card and supervised, case by case, as `.xlsx`."""
    return _file(telling.annex(context, bulletin_id, actor), XLSX, "bulletin-annex.xlsx")


@router.post(
    "/{bulletin_id}/issue", response_model=BulletinView, summary="签发 Issue", responses=CHANGING, dependencies=POSTING
)
def issue(body: IssueIn, change: ChangeOfBulletin) -> JSONResponse:
    """Issue a draft: it gets its number, and the units may read it."""
    return change.make(telling.decide, BulletinAct.ISSUE, body.opinion, change.version)


@router.post(
    "/{bulletin_id}/discard",
    response_model=BulletinView,
    summary="不予签发 Discard",
    responses=CHANGING,
    dependencies=POSTING,
)
def discard(body: DiscardIn, change: ChangeOfBulletin) -> JSONResponse:
    """Keep a draft unissued, with the reason."""
    return change.make(telling.decide, BulletinAct.DISCARD, body.reason, change.version)


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
