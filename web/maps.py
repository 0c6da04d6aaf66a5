"""The map: towns or grids coloured by their cases, drawn by the server, each a link to what lies in it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from domain.actions import Actor
from domain.figures import COUNTS, CountName, Grouping
from domain.periods import PeriodKind
from services import maps
from services.context import Context
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.overview import EVER, PERIODS, Drill

router = APIRouter()

HEAT = "heat"
BY = ((Grouping.TOWN.value, "按镇街"), (Grouping.GRID.value, "按网格"), (HEAT, "热力"))
FIGURES = tuple((name.value, COUNTS[name].chinese) for name in maps.SHOWN)
Chosen = Annotated[str, Query(max_length=10)]


@router.get("/map")
def show(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    figure: Chosen = CountName.OPEN.value,
    by: Chosen = Grouping.TOWN.value,
    period: Chosen = PeriodKind.MONTH.value,
) -> Response:
    """The district, by town or by grid."""
    return _page(request, context, pages, actor, wanted(figure, by, period))


@router.get("/map/{town}")
def show_town(
    request: Request,
    town: Annotated[str, Path(max_length=60)],
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    figure: Chosen = CountName.OPEN.value,
    period: Chosen = PeriodKind.MONTH.value,
) -> Response:
    """The grids of one town."""
    return _page(request, context, pages, actor, wanted(figure, Grouping.GRID.value, period), town)


def wanted(figure: str, by: str, period: str) -> maps.Wanted:
    """What was chosen on the page; what cannot be meant is the page as it begins."""
    chosen = PeriodKind(period) if period in set(PeriodKind) else PeriodKind.MONTH
    return maps.Wanted(
        CountName(figure) if figure in dict(FIGURES) else CountName.OPEN,
        Grouping.GRID if by == HEAT else Grouping(by) if by in dict(BY) else Grouping.TOWN,
        None if period == EVER else chosen,
        heat=by == HEAT,
    )


def _page(
    request: Request, context: Context, pages: PagesOf, actor: Actor, chosen: maps.Wanted, town: str | None = None
) -> Response:
    kept = chosen.period.value if chosen.period else EVER
    shown = maps.district_map(context, actor, chosen, town)
    return pages.show(
        request,
        "map/map.html",
        shown=shown,
        to=Drill(shown.view.as_of, {"shown": kept}) if shown else None,
        chosen=chosen,
        by=chosen.by.value,
        period=kept,
        figures=FIGURES,
        groupings=BY,
        chosen_by=HEAT if chosen.heat else chosen.by.value,
        heat_metres=maps.HEAT_METRES,
        beside=_beside(shown) if chosen.by is Grouping.TOWN and not town else [],
        periods=PERIODS,
        listed=sorted(shown.areas, key=lambda area: (-area.number, area.outline.code)) if shown else [],
    )


def _beside(shown: maps.DistrictMap | None) -> list[tuple[str, str]]:
    """What a table of towns says beside the figure they are coloured by: of the same cases, how they stand."""
    others = (name for name in (CountName.OPEN, CountName.OVERDUE) if shown is not None and name is not shown.figure)
    return [(name.value, COUNTS[name].chinese) for name in others]
