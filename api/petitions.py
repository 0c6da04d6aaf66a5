"""A petition as its professional users read it, and what all of them may write."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import POSTING, ChangeOf, Fingerprint, Key, PetitionId, answer, caller_of, create
from api.documentation import CHANGING, READING
from domain.actions import Role
from domain.errors import Incomplete, Missing
from models.answers import Clocks, History, Page, PetitionDetail
from models.bodies import NoteIn, RatingIn, SignaturesIn
from models.shapes import Instant
from models.signing import Signatures
from services import handling, queries, queues, verdict

router = APIRouter(tags=["诉求 petitions"], responses=READING)

Limit = Annotated[int, Query(ge=1, le=queues.MAX_PAGE, description="每页条数")]
Cursor = Annotated[str | None, Query(max_length=200, description="上一页的 next")]


@router.get("/queue", response_model=Page, summary="待办 What waits for the caller")
def queue(
    context: ContextOf,
    actor: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
    changed_after: Annotated[
        Instant | None, Query(description="仅承办单位：此刻之后有变化的，取上次的 as_of 再提前一分钟")
    ] = None,
) -> JSONResponse:
    """A unit's tasks as lead or assisting; for offices, what waits for their decision. Least time left first."""
    if actor.role is Role.UNIT:
        return answer(queues.unit_queue(context, actor, limit=limit, cursor=cursor, changed_after=changed_after))
    if changed_after is not None:
        raise Incomplete([Missing("changed_after", "仅承办单位的待办可以按变化时间读取")])
    return answer(queues.queue_for(context, actor, limit=limit, cursor=cursor))


@router.get("/requests", response_model=Page, summary="待审定的退单和延期 Requests to decide")
def requests(context: ContextOf, actor: Caller, limit: Limit = 50, cursor: Cursor = None) -> JSONResponse:
    """Due first on top: until when, what happens by default, what the duty list says, and what was asked before."""
    return answer(queues.requests_queue(context, actor, limit=limit, cursor=cursor))


@router.post(
    "/queue/signatures",
    response_model=Signatures,
    summary="批量签收 Sign for many",
    responses=CHANGING,
    dependencies=POSTING,
)
def sign_each(body: SignaturesIn, context: ContextOf, actor: Caller, key: Key, seen: Fingerprint) -> JSONResponse:
    """Each with its own result: one that cannot be signed for keeps no other from it."""
    return create(
        context, caller_of(actor), key, seen, lambda: handling.sign_each(context, body.ids, actor), HTTPStatus.OK
    )


@router.get("/petitions", response_model=PetitionDetail, summary="按编号查找 Find by case number")
def find(
    case_number: Annotated[str, Query(max_length=40, examples=["SZ-20260302-00017"])], context: ContextOf, actor: Caller
) -> JSONResponse:
    """The petition with this case number."""
    return answer(queries.find(context, case_number, actor))


@router.get("/petitions/{petition_id}", response_model=PetitionDetail, summary="诉求详情 Detail")
def detail(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """The case as the caller may see it; the petitioner's contact only for those who must use it."""
    return answer(queries.detail(context, petition_id, actor))


@router.get("/petitions/{petition_id}/clock", response_model=Clocks, summary="时限说明 Why it is due then")
def clock_of(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Every running deadline, step by step: start, days off, make-up workdays, pauses, extensions."""
    return answer(queries.clock_of(context, petition_id, actor))


@router.get("/petitions/{petition_id}/history", response_model=History, summary="办理经过 History")
def history(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Every step with who, why and its digest."""
    return answer(queries.history(context, petition_id, actor))


@router.post(
    "/petitions/{petition_id}/notes",
    response_model=PetitionDetail,
    summary="记录办理情况 Note",
    responses=CHANGING,
    dependencies=POSTING,
)
def note(body: NoteIn, change: ChangeOf) -> JSONResponse:
    """Write down progress; no due date moves."""
    return change.make(handling.note, body.text, public=body.public, version=change.version)


@router.post(
    "/petitions/{petition_id}/rating",
    response_model=PetitionDetail,
    summary="代录评价 Record a verdict",
    responses=CHANGING,
    dependencies=POSTING,
)
def rate(body: RatingIn, change: ChangeOf) -> JSONResponse:
    """The information officer records what the petitioner said on the telephone."""
    return change.make(
        verdict.rate,
        satisfaction=body.satisfaction,
        reason=body.reason,
        reason_code=body.reason_code,
        version=change.version,
    )
