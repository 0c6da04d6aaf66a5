"""For everybody: the place picked on a map instead of described, on our own drawing of the district."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from domain.coordinates import BadCoordinate, CoordinateSystem
from domain.place import Located
from services import maps, places
from services.context import Context
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.packing import packed

router = APIRouter()

_A_DAY = {"Cache-Control": "private, max-age=86400"}
"""The address names the geography, so what a browser keeps is never another one's."""
Degrees = Annotated[float, Query(allow_inf_nan=False)]


def map_address(context: Context) -> str:
    """Where the map to pick a place on is; empty while no geography is in force."""
    found = maps.drawing_of(context)
    return f"/place/map?v={found[0].version}" if found else ""


@router.get("/place/map", dependencies=LOOKING_UP)
def show(request: Request, context: ContextOf, pages: PagesOf) -> Response:
    """The drawing alone, for the page that asked for it."""
    found = maps.drawing_of(context)
    if found is None:
        raise HTTPException(404)
    drawing, names = found
    text = pages.text(request, "report/map.html", drawing=drawing, names=names)
    return packed(request, text, "text/html; charset=utf-8", _A_DAY)


def said_of(context: Context, longitude: str, latitude: str) -> str:
    """Where a point lies that comes back with a form; empty where there is none, or none that can be meant."""
    try:
        given = places.Given(float(longitude), float(latitude), CoordinateSystem.WGS84)
        located = places.said_of(context, given)
    except (ValueError, BadCoordinate):
        return ""
    if located is None:
        return "已带上位置"
    return "这个位置不在本区范围内" if located.outside else f"已带上位置：{_named(context, located)}"


def _named(context: Context, located: Located) -> str:
    """The town and the grid in which it lies."""
    names = maps.drawing_of(context)
    town = names[1].get(located.town or "", "") if names else ""
    grid = located.grid.name if located.grid else ""
    return "，".join(filter(None, (town, grid))) or "本区"


@router.get("/place", dependencies=LOOKING_UP)
def tell(context: ContextOf, longitude: Degrees, latitude: Degrees) -> Response:
    """In which town and grid a point lies that was picked; nothing is kept."""
    located = places.said_of(context, places.Given(longitude, latitude, CoordinateSystem.WGS84))
    if located is None:
        raise HTTPException(404)
    said = "这里不在本区范围内" if located.outside else _named(context, located)
    return JSONResponse({"outside": located.outside, "said": said})
