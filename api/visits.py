"""For information officers: which petitioners to ask, what came of each attempt; for inspectors: what was said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from api.callers import Caller, ContextOf
from api.changes import POSTING, Change, Fingerprint, Key, Version, answer, caller_of
from api.documentation import CHANGING, READING
from domain.visits import VisitStatus
from models.bodies import Code
from models.visit_answers import AttemptIn, OfficerIn, ReturnVisit, ReturnVisitPage
from services import visits

router = APIRouter(prefix="/visits", tags=["回访 visits"], responses=READING)

VisitId = Annotated[int, Path(ge=1, le=2**31 - 1, description="回访的 id", examples=[1])]


def change_of_visit(
    visit_id: VisitId, context: ContextOf, actor: Caller, version: Version, key: Key, seen: Fingerprint
) -> Change:
    """A change of a visit; a refusal says how the visit stands."""

    def show() -> BaseModel:
        return visits.visit(context, visit_id, actor)

    return Change(context, actor, str(visit_id), version, key, seen, caller_of(actor), show)


VisitChange = Annotated[Change, Depends(change_of_visit)]


@router.get("", response_model=ReturnVisitPage, summary="回访清单 Return visits")
def list_visits(
    context: ContextOf,
    actor: Caller,
    status: Annotated[VisitStatus | None, Query(description="状态；缺省为待回访")] = VisitStatus.OPEN,
    officer: Annotated[Code | None, Query(description="席位代码")] = None,
    every: Annotated[bool, Query(alias="all", description="不论状态")] = False,  # noqa: FBT002 - a query's parameter
    contradicting: Annotated[bool, Query(description="只看与台账不一致的")] = False,  # noqa: FBT002
) -> JSONResponse:
    """Due first on top, with how many were drawn and reached."""
    shown = None if every else status
    return answer(visits.visits(context, actor, status=shown, officer=officer, contradicting=contradicting))


@router.get("/{visit_id}", response_model=ReturnVisit, summary="一次回访 One return visit")
def one(visit_id: VisitId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Its draw, which anybody can compute anew, its attempts, and what the petitioner said beside what they rated."""
    return answer(visits.visit(context, visit_id, actor))


@router.post(
    "/{visit_id}/attempts",
    response_model=ReturnVisit,
    summary="记录一次联系 Record an attempt",
    responses=CHANGING,
    dependencies=POSTING,
)
def attempt(body: AttemptIn, change: VisitChange) -> JSONResponse:
    """Reached: what the petitioner says, taken as their rating if they have not rated. Not reached: tried again."""
    return change.make(lambda context, key, actor: visits.attempt(context, int(key), actor, body, change.version))


@router.post(
    "/{visit_id}/officer",
    response_model=ReturnVisit,
    summary="改由他席回访 Give to another seat",
    responses=CHANGING,
    dependencies=POSTING,
)
def give(body: OfficerIn, change: VisitChange) -> JSONResponse:
    """Never a seat of a unit that handled the case."""
    return change.make(
        lambda context, key, actor: visits.give(
            context, int(key), actor, officer=body.officer, reason=body.reason, version=change.version
        )
    )
