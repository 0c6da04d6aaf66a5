"""Who stays out of a petition (回避): said by the desk or the inspectors, or by people of themselves."""

from __future__ import annotations

import dataclasses

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import POSTING, ChangeOf, PetitionId, answer
from api.documentation import CHANGING, READING
from domain.actions import Actor
from domain.errors import Incomplete, Missing
from models.answers import PetitionDetail
from models.bodies import LiftIn, ReasonIn, RecusalIn
from models.recusal_answers import RecusalReceipt, RecusalsView
from models.tables import Petition
from services import recusals
from services.context import Context

router = APIRouter(prefix="/petitions/{petition_id}", tags=["回避 recusal"], responses=READING)


@router.get("/recusals", response_model=RecusalsView, summary="回避情况 Who stays out")
def of_petition(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Every unit and account that stays out of the petition, or did; only for the desk, inspectors and leadership."""
    return answer(recusals.recusals(context, petition_id, actor))


@router.post(
    "/recusal", response_model=PetitionDetail, summary="认定回避 Recuse", responses=CHANGING, dependencies=POSTING
)
def recuse(body: RecusalIn, change: ChangeOf) -> JSONResponse:
    """A unit that the petition is about loses it at once and is told nothing; an account sees it no more."""

    def recusing(context: Context, key: str, actor: Actor, version: int | None) -> Petition:
        if body.unit is not None:
            return recusals.recuse_unit(context, key, actor, unit=body.unit, reason=body.reason, version=version)
        account = body.account or ""
        if account == actor.name:
            raise Incomplete([Missing("account", "本人回避请提交 own-recusal")])
        return recusals.recuse_account(context, key, actor, account=account, reason=body.reason, version=version)

    return change.make(recusing, change.version)


@router.post(
    "/own-recusal",
    response_model=RecusalReceipt,
    summary="本人申请回避 Recuse oneself",
    responses=CHANGING,
    dependencies=POSTING,
)
def recuse_oneself(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """Whoever must stay out says so; from then on the petition is not there for them."""
    context, petition_id, actor = change.context, change.petition_id, change.actor
    leaving = dataclasses.replace(change, show=lambda: recusals.receipt(context, petition_id, actor))
    return leaving.make(recusals.recuse_account, account=actor.name, reason=body.reason, version=leaving.version)


@router.post(
    "/recusal-lifting",
    response_model=PetitionDetail,
    summary="解除回避 Lift",
    responses=CHANGING,
    dependencies=POSTING,
)
def lift(body: LiftIn, change: ChangeOf) -> JSONResponse:
    """A recusal was mistaken; what was taken from the unit does not come back by itself."""
    return change.make(recusals.lift, number=body.number, reason=body.reason, version=change.version)
