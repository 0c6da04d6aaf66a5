"""A place picked on the map where no script runs: pictures that are pressed, each press nearer than the one before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from gateways.geography_drawing import Drawing, Frame, Outline
from services import maps
from services.context import Context
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.forms import Sent
from web.packing import packed

router = APIRouter()

STEP = "map"
"""What the form says that asks for the map, or was sent by a press on it."""
PICTURE = 320
"""Pixels of a side: as wide as the narrowest telephone, and never scaled, so that a press is where it is."""
NEARER = 3.0
"""How much nearer each press looks (our own decision)."""
NEAREST = 150.0
"""Units of a side beyond which nobody looks nearer: some metres to a pixel (our own decision)."""
_OF_THE_MAP = {"step", "at.x", "at.y", "x", "y", "side", "whole", "no_point"}


@dataclass(frozen=True)
class View:
    """A square of the drawing: its middle and its side in units."""

    x: float
    y: float
    side: float

    @classmethod
    def of(cls, frame: Frame) -> View:
        """The whole of it."""
        return cls(frame.x + frame.width / 2, frame.y + frame.height / 2, float(max(frame.width, frame.height)))

    @property
    def corner(self) -> tuple[float, float]:
        return self.x - self.side / 2, self.y - self.side / 2

    @property
    def unit(self) -> float:
        """Units to a pixel."""
        return self.side / PICTURE

    def at(self, across: int, down: int) -> tuple[float, float]:
        """The point under a pixel."""
        west, north = self.corner
        return west + across * self.unit, north + down * self.unit

    def nearer(self, x: float, y: float) -> View:
        return View(x, y, max(NEAREST, self.side / NEARER))

    def shows(self, item: Outline) -> bool:
        """Whether any of an area may lie in it."""
        west, north = self.corner
        frame = item.frame
        beside = frame.x > west + self.side or frame.x + frame.width < west
        return not (beside or frame.y > north + self.side or frame.y + frame.height < north)


def page(request: Request, context: Context, pages: PagesOf, sent: Sent) -> Response | None:
    """The map with what was written kept in its form; `None` while there is none."""
    found = maps.drawing_of(context)
    if found is None:
        return None
    drawing = found[0]
    values, view = _pressed(drawing, sent)
    kept = [(name, value) for name, value in sent.pairs if name not in {*_OF_THE_MAP, "longitude", "latitude"}]
    point = [(name, values[name]) for name in ("longitude", "latitude") if values.get(name)]
    return pages.show(
        request,
        "report/point.html",
        kept=[*kept, *point],
        view=view,
        whole=View.of(drawing.whole),
        version=drawing.version,
        pin=_pin(drawing, values),
        size=PICTURE,
    )


def _pressed(drawing: Drawing, sent: Sent) -> tuple[dict[str, str], View]:
    """The form's values after a press on the map, and what is looked at next."""
    values, whole = sent.values, View.of(drawing.whole)
    x, y, side = (_number(sent[name]) for name in ("x", "y", "side"))
    view = whole
    if x is not None and y is not None and side is not None and NEAREST <= side <= _FARTHEST:
        view = View(x, y, side)
    across, down = sent.number("at.x"), sent.number("at.y")
    if sent["whole"]:
        return values, whole
    if not isinstance(across, int) or not isinstance(down, int) or (across, down) == (0, 0):
        return values, view
    x, y = view.at(min(across, PICTURE), min(down, PICTURE))
    longitude, latitude = drawing.flat.position(x, y)
    return values | {"longitude": f"{longitude:.6f}", "latitude": f"{latitude:.6f}"}, view.nearer(x, y)


Units = Annotated[float, Query(allow_inf_nan=False)]


@router.get("/place/picture", dependencies=LOOKING_UP)
def picture(
    request: Request, context: ContextOf, pages: PagesOf, x: Units, y: Units, side: Units, pin: str = ""
) -> Response:
    """A square of the drawing by itself, with a pin where `pin` says (`x,y` in units): a picture loads no style."""
    found = maps.drawing_of(context)
    if found is None or not NEAREST <= side <= _FARTHEST:
        raise HTTPException(404)
    (drawing, names), view = found, View(x, y, side)
    text = pages.text(
        request,
        "report/picture.svg",
        view=view,
        grids=[item for item in drawing.grids if view.shows(item)],
        towns=[item for item in drawing.towns if view.shows(item)],
        names=names,
        pin=[_number(part) or 0.0 for part in pin.split(",")] if pin.count(",") == 1 else [],
        size=PICTURE,
    )
    return packed(request, text, "image/svg+xml", {"Cache-Control": "private, max-age=86400"})


_FARTHEST = 20_000.0


def _pin(drawing: Drawing, values: dict[str, str]) -> str:
    """Where the point that was picked lies on the drawing, as the picture's address has it; empty without one."""
    longitude, latitude = (_number(values.get(name, "")) for name in ("longitude", "latitude"))
    if longitude is None or latitude is None or not (abs(longitude) <= 180 and abs(latitude) < 85):  # noqa: PLR2004
        return ""
    x, y = drawing.flat.point(longitude, latitude)
    return f"{x:.1f},{y:.1f}"


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
