"""For discipline inspectors: what is overdue, the dossier, and what they write into their file."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from api.callers import Caller, ContextOf
from api.changes import POSTING, ChangeOf, PetitionId, answer
from api.documentation import CHANGING, READING
from api.petitions import Cursor, Limit
from models.answers import Page, PetitionDetail
from models.bodies import DemandIn, DispositionIn, HoldIn, ReasonIn, RectifiedIn
from models.dossier import Dossier
from services import dossiers, ladder, queues, retention, supervision
from services.dossier_document import document

router = APIRouter(tags=["纪检监察 inspection"], responses=READING)

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/inspection/overdue", response_model=Page, summary="逾期清单 What is overdue")
def overdue(
    context: ContextOf,
    actor: Caller,
    unit: Annotated[str | None, Query(pattern="^[a-z0-9-]{1,60}$", description="承办单位，或被要求说明的单位")] = None,
    supervised: Annotated[bool | None, Query(description="只看已督办(true)或未督办(false)的")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> JSONResponse:
    """Work past its deadline or under supervision, longest overdue first; and explanations that did not come."""
    return answer(queues.overdue_list(context, actor, unit=unit, supervised=supervised, limit=limit, cursor=cursor))


@router.get("/petitions/{petition_id}/dossier", response_model=Dossier, summary="案卷 Dossier")
def dossier(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Who held it for how long, returns and extensions, notices with proof, timers, and whether history is whole."""
    return answer(dossiers.dossier(context, petition_id, actor))


@router.get(
    "/petitions/{petition_id}/dossier/document",
    response_class=Response,
    summary="案卷文件 The dossier as a document",
    responses={
        200: {"description": "Word 文件", "content": {WORD: {"schema": {"type": "string", "format": "binary"}}}}
    },
)
def dossier_document(petition_id: PetitionId, context: ContextOf, actor: Caller) -> Response:
    """The dossier as `.docx`: neither the petitioner nor what they wrote is in it."""
    content = document(dossiers.dossier(context, petition_id, actor), context.rules.calendar.office)
    headers = {"Content-Disposition": 'attachment; filename="dossier.docx"', "Cache-Control": "no-store"}
    return Response(content, media_type=WORD, headers=headers)


@router.post(
    "/petitions/{petition_id}/identity-hold",
    response_model=PetitionDetail,
    summary="身份保全 Hold the identity",
    responses=CHANGING,
    dependencies=POSTING,
)
def hold(body: HoldIn, change: ChangeOf) -> JSONResponse:
    """Keep the identity beyond its time for a lawsuit or an inquiry (`held`), or let the time count again."""
    work = retention.hold if body.held else retention.release
    return change.make(work, body.reason, change.version)


@router.post(
    "/petitions/{petition_id}/supervision",
    response_model=PetitionDetail,
    summary="立督办件 Open a file",
    responses=CHANGING,
    dependencies=POSTING,
)
def open_file(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Supervise of the inspectors' own accord; the unit's work goes on."""
    return change.make(ladder.open_supervision, body.reason, change.version)


@router.post(
    "/petitions/{petition_id}/supervision/demand",
    response_model=PetitionDetail,
    summary="要求说明 Demand an explanation",
    responses=CHANGING,
    dependencies=POSTING,
)
def demand(body: DemandIn, change: ChangeOf) -> JSONResponse:
    """The unit has to explain itself in writing within the term."""
    return change.make(
        supervision.demand_explanation, question=body.question, duration=body.duration(), version=change.version
    )


@router.post(
    "/petitions/{petition_id}/supervision/disposition",
    response_model=PetitionDetail,
    summary="督办处置 Conclude",
    responses=CHANGING,
    dependencies=POSTING,
)
def dispose(body: DispositionIn, change: ChangeOf) -> JSONResponse:
    """责令整改 rectify, 约谈 interview, 通报 circular, 移交线索 refer, 容错 tolerate, 不成立 unfounded."""
    return change.make(supervision.dispose, **_parts(body), version=change.version)


@router.post(
    "/petitions/{petition_id}/supervision/correction",
    response_model=PetitionDetail,
    summary="更正处置 Correct the conclusion",
    responses=CHANGING,
    dependencies=POSTING,
)
def correct(body: DispositionIn, change: ChangeOf) -> JSONResponse:
    """Another conclusion in the place of a mistaken one; the first stays in the history."""
    return change.make(supervision.correct, **_parts(body), version=change.version)


@router.post(
    "/petitions/{petition_id}/supervision/rectification",
    response_model=PetitionDetail,
    summary="核查整改 Look whether it was put right",
    responses=CHANGING,
    dependencies=POSTING,
)
def rectified(body: RectifiedIn, change: ChangeOf) -> JSONResponse:
    """Whether what the unit was ordered to put right was put right."""
    return change.make(supervision.check_rectification, done=body.done, opinion=body.opinion, version=change.version)


def _parts(body: DispositionIn) -> dict[str, Any]:
    term = body.term.duration() if body.term else None
    return {"disposition": body.disposition, "opinion": body.opinion, "ground": body.ground, "term": term}
