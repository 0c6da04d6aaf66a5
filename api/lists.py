"""The four lists (四张清单): problems, responsibilities, progress, results, with what is struck off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import answer
from api.documentation import READING
from domain.actions import Actor
from domain.lists import Listed, ListGrouping, ListName
from models.list_answers import ListSummary, ProblemList, ProgressList, ResponsibilityList, ResultList
from models.shapes import Code, Day
from services import lists
from services.context import Context
from services.list_rows import NOT_ELSEWHERE, Wanted

router = APIRouter(prefix="/lists", tags=["清单 lists"], responses=READING)


def wanted(
    *,
    unit: Annotated[Code | None, Query(description="主办单位代码")] = None,
    town: Annotated[Code | None, Query(description="镇街代码")] = None,
    category: Annotated[Code | None, Query(description="大类代码")] = None,
    sub_category: Annotated[Code | None, Query(description="小类代码")] = None,
    topic: Annotated[Code | None, Query(description="现有热点的编号，见 /hot-topics；只看其最近的诉求")] = None,
    listed: Annotated[
        list[Listed] | None, Query(description="清单状态，可多选；缺省为除另行了结(elsewhere)外的全部")
    ] = None,
    first: Annotated[Day | None, Query(alias="from", description="登记的首日，含当日", examples=["2026-03-01"])] = None,
    last: Annotated[Day | None, Query(alias="to", description="登记的末日，含当日", examples=["2026-03-31"])] = None,
) -> Wanted:
    """Which items are wanted, from the address."""
    return Wanted(
        unit=unit,
        town=town,
        category=category,
        sub_category=sub_category,
        topic=topic,
        listed=tuple(listed) if listed else NOT_ELSEWHERE,
        first=first,
        last=last,
    )


WantedOf = Annotated[Wanted, Depends(wanted)]
After = Annotated[str | None, Query(pattern="^[A-Z0-9-]{1,40}$", description="上一页的 next(案号)")]
Limit = Annotated[int, Query(ge=1, le=lists.MAX_PAGE, description="每页条数")]


@router.get("/summary", response_model=ListSummary, summary="清单汇总 How the lists stand")
def summary(
    context: ContextOf,
    actor: Caller,
    chosen: WantedOf,
    by: Annotated[ListGrouping, Query(description="按什么分组")] = ListGrouping.UNIT,
) -> JSONResponse:
    """How many items are open, provisional, lacking something, kept by the desk or struck off, by group."""
    return answer(lists.summary(context, actor, by, chosen))


@router.get("/problems", response_model=ProblemList, summary="问题清单 Problems")
def problems(
    context: ContextOf, actor: Caller, chosen: WantedOf, after: After = None, limit: Limit = 50
) -> JSONResponse:
    """What was reported, where, since when, and how many people it concerns. A unit sees its own."""
    return _list(context, actor, ListName.PROBLEMS, chosen, after, limit)


@router.get("/responsibilities", response_model=ResponsibilityList, summary="责任清单 Responsibilities")
def responsibilities(
    context: ContextOf, actor: Caller, chosen: WantedOf, after: After = None, limit: Limit = 50
) -> JSONResponse:
    """Who leads and who assists, what each has to do until when, and how high the case has climbed."""
    return _list(context, actor, ListName.RESPONSIBILITIES, chosen, after, limit)


@router.get("/progress", response_model=ProgressList, summary="进度清单 Progress")
def progress(
    context: ContextOf, actor: Caller, chosen: WantedOf, after: After = None, limit: Limit = 50
) -> JSONResponse:
    """The stage, the last step the petitioner was shown, the time left and the card."""
    return _list(context, actor, ListName.PROGRESS, chosen, after, limit)


@router.get("/results", response_model=ResultList, summary="成效清单 Results")
def results(
    context: ContextOf, actor: Caller, chosen: WantedOf, after: After = None, limit: Limit = 50
) -> JSONResponse:
    """How it was solved, what the petitioner says of it, the evidence, and whether it is struck off."""
    return _list(context, actor, ListName.RESULTS, chosen, after, limit)


def _list(
    context: Context, actor: Actor, name: ListName, chosen: Wanted, after: str | None, limit: int
) -> JSONResponse:
    return answer(lists.page_of(context, actor, name, chosen, after=after, limit=limit))
