"""The dashboard as data, for the district's own screens: the same numbers as the page, each with its definition."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import answer
from api.documentation import READING
from domain.periods import PeriodKind
from models.dashboard import DashboardView
from models.shapes import Instant
from services import dashboard as showing

router = APIRouter(tags=["指标 figures"], responses=READING)


@router.get("/dashboard", response_model=DashboardView, summary="总览 Dashboard")
def dashboard(
    context: ContextOf,
    actor: Caller,
    period: Annotated[PeriodKind | None, Query(description="截至时刻所在的日、周、月、年；缺省为历来")] = None,
    trend: Annotated[Literal["day", "week", "month"], Query(description="走势的步长：日、周、月")] = "day",
    as_of: Annotated[
        Instant | None, Query(description="截至时刻，缺省为刚过的整分", examples=["2026-04-01T00:00:00+08:00"])
    ] = None,
) -> JSONResponse:
    """How things stand, the period's figures by unit and town, the trend, the ladder, what is hot; as of one minute."""
    return answer(showing.dashboard(context, actor, showing.Wanted(period, PeriodKind(trend), as_of)))
