"""What many report: probable duplicates for the desk, hot topics for the desk, inspectors and operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import PetitionId, answer
from api.documentation import READING
from api.petitions import Limit
from models.duplicates import DuplicatePage, HotTopics
from services import hot_topics, same_matter

router = APIRouter(tags=["同一事项 same matter"], responses=READING)


@router.get("/duplicates", response_model=DuplicatePage, summary="疑似重复 Probable duplicates")
def duplicates(
    context: ContextOf,
    actor: Caller,
    limit: Limit = 50,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="上一页的 next")] = 0,
) -> JSONResponse:
    """Petitions that are probably part of a case going on, with the reasons; each can be merged with what it says."""
    return answer(same_matter.duplicates(context, actor, limit=limit, after=after))


@router.get(
    "/petitions/{petition_id}/duplicates", response_model=DuplicatePage, summary="本件的疑似重复 Of one petition"
)
def duplicates_of(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """The cases that this petition is probably part of, the likeliest first."""
    return answer(same_matter.duplicates_of(context, petition_id, actor))


@router.get("/hot-topics", response_model=HotTopics, summary="热点 Hot topics")
def topics(context: ContextOf, actor: Caller) -> JSONResponse:
    """Matters that more and more petitions are about, by place and matter, as they stood at the last look."""
    return answer(hot_topics.current_topics(context, actor))
