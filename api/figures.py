"""Figures: what was done in time, how long it took, how satisfied people are; each down to the cases it is made of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import answer
from api.documentation import READING
from domain.errors import NotFound
from domain.figures import DEFINITIONS, Grouping
from domain.periods import PeriodKind
from domain.stages import Stage
from models.figure_answers import FigureCasesView, FiguresView
from models.shapes import Code, Day, Instant
from services import figures as measuring
from services.figure_selection import Asked

router = APIRouter(prefix="/figures", tags=["指标 figures"], responses=READING)

_NAMES = {name.value: name for name in DEFINITIONS}


def asked(  # noqa: PLR0913 - one parameter each
    *,
    first: Annotated[
        Day | None, Query(alias="from", description="登记的首日(北京时间)，含当日", examples=["2026-03-01"])
    ] = None,
    last: Annotated[Day | None, Query(alias="to", description="登记的末日，含当日", examples=["2026-03-31"])] = None,
    period: Annotated[
        PeriodKind | None, Query(description="截至时刻所在的日、周、月、年；与 from、to 二者取一，都没有即历来")
    ] = None,
    as_of: Annotated[
        Instant | None, Query(description="截至时刻，缺省为现在", examples=["2026-04-01T00:00:00+08:00"])
    ] = None,
    unit: Annotated[Code | None, Query(description="承办单位代码；承办单位只能写本单位")] = None,
    town: Annotated[Code | None, Query(description="镇街代码")] = None,
    category: Annotated[Code | None, Query(description="大类代码")] = None,
    sub_category: Annotated[Code | None, Query(description="小类代码")] = None,
    channel: Annotated[Code | None, Query(description="来源渠道")] = None,
    grid: Annotated[Code | None, Query(description="网格代码；单位、镇街、分类、网格填 none 为没有此项的")] = None,
) -> Asked:
    """What figures are wanted of, from the address."""
    return Asked(
        kind=period,
        first=first,
        last=last,
        as_of=as_of,
        unit=unit,
        town=town,
        category=category,
        sub_category=sub_category,
        channel=channel,
        grid=grid,
    )


AskedOf = Annotated[Asked, Depends(asked)]


@router.get("", response_model=FiguresView, summary="指标 Figures")
def figures(
    context: ContextOf,
    actor: Caller,
    question: AskedOf,
    by: Annotated[
        Grouping | None, Query(description="按什么分组；按承办单位分组的附排名；day、week、month 为走势，各以首日为名")
    ] = None,
) -> JSONResponse:
    """Every figure with its definition, base, interval and as-of time. A unit gets the district's and its own."""
    return answer(measuring.figures(context, actor, question, by))


@router.get("/{figure}/cases", response_model=FigureCasesView, summary="指标的逐件 Cases behind a figure")
def cases(
    figure: Annotated[str, Path(description="指标名，见 definitions", examples=["on_time_completion"])],
    context: ContextOf,
    actor: Caller,
    question: AskedOf,
    counts: Annotated[bool | None, Query(description="只列计入(true)或未计入(false)分子的")] = None,
    stage: Annotated[Stage | None, Query(description="仅 stage_time：只列此阶段的停留")] = None,
    limit: Annotated[int, Query(ge=1, le=measuring.MAX_CASES, description="每页条数")] = 100,
    offset: Annotated[int, Query(ge=0, le=measuring.MAX_OFFSET, description="上一页的 next；各页须用同一 as_of")] = 0,
) -> JSONResponse:
    """Exactly the base of the figure, by case number. A unit gets its own cases only."""
    if figure not in _NAMES:
        raise NotFound(f"这项指标，可选：{'、'.join(_NAMES)}")
    found = measuring.cases_of(
        context, actor, question, _NAMES[figure], counted=counts, stage=stage, limit=limit, offset=offset
    )
    return answer(found)
