"""For discipline inspectors: what is overdue, the dossier, and what they write into their file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import POSTING, ChangeOf, PetitionId, answer
from api.documentation import CHANGING, READING
from api.petitions import Cursor, Limit
from domain.actions import Actor
from models.answers import Page, PetitionDetail
from models.bodies import DemandIn, DispositionIn, HoldIn, ReasonIn
from models.dossier import Dossier
from models.tables import Petition
from services import dossiers, ladder, queues, retention, supervision
from services.context import Context

router = APIRouter(tags=["纪检监察 inspection"], responses=READING)


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
    return change.make(lambda context, key, actor, version: work(context, key, actor, body.reason, version))


@router.post(
    "/petitions/{petition_id}/supervision",
    response_model=PetitionDetail,
    summary="立督办件 Open a file",
    responses=CHANGING,
    dependencies=POSTING,
)
def open_file(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Supervise of the inspectors' own accord; the unit's work goes on."""
    return change.make(
        lambda context, key, actor, version: ladder.open_supervision(context, key, actor, body.reason, version)
    )


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
        lambda context, key, actor, version: supervision.demand_explanation(
            context, key, actor, question=body.question, duration=body.term.duration(), version=version
        )
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

    def disposing(context: Context, key: str, actor: Actor, version: int | None) -> Petition:
        return supervision.dispose(
            context, key, actor, disposition=body.disposition, opinion=body.opinion, version=version
        )

    return change.make(disposing)
