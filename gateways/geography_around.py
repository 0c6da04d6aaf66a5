"""What lies around a point, as a drawing: true areas cut out around it, so that it is small and right to a few metres.

The plane is in metres from the point, `x` eastwards and `y` southwards, as SVG has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gateways.geography_drawing import path_of

_BEYOND = 60.0
"""Metres beyond what is seen at which areas are cut, so that no cut is seen."""
LETTER = 80
"""Metres of a letter of a name, which is drawn as high as it is wide."""
_HERE = 90.0
"""Metres around the point that stay free of names."""
_SMOOTHED = 3.0
_OVERVIEW_SMOOTHED = 60.0
"""Metres by which a drawn border may differ from the true one, near by and of a whole town (our own decisions)."""


@dataclass(frozen=True)
class Reach:
    """How far is seen from the point, in metres to each side."""

    across: int
    down: int

    @property
    def view_box(self) -> str:
        """As SVG has it."""
        return f"{-self.across} {-self.down} {2 * self.across} {2 * self.down}"


@dataclass(frozen=True)
class Piece:
    """The part of an area that is seen; `x` and `y` are where its name stands, `None` where it has no room."""

    code: str
    name: str
    path: str
    at: tuple[int, int] | None
    own: bool
    """Whether the point lies in it."""


@dataclass(frozen=True)
class Overview:
    """The whole town of the point, in the same plane."""

    view_box: str
    path: str
    dot: int
    """Metres of the radius by which the point is still seen."""


@dataclass(frozen=True)
class Around:
    """The areas around a point."""

    reach: Reach
    grids: tuple[Piece, ...]
    towns: tuple[Piece, ...]
    overview: Overview | None


@dataclass(frozen=True)
class Cut:
    """An area to be drawn, in the plane of the point with `y` northwards."""

    code: str
    name: str
    area: BaseGeometry
    own: bool


def around(reach: Reach, grids: Sequence[Cut], towns: Sequence[Cut]) -> Around:
    """The drawing of these areas; those that are not seen are left out."""
    own = next((item.area for item in towns if item.own), None)
    taken = [shapely.box(-_HERE, -_HERE, _HERE, _HERE)]
    return Around(
        reach,
        _pieces(reach, sorted(grids, key=lambda cut: not cut.own), taken),
        _pieces(reach, towns, taken),
        _overview(own) if own is not None else None,
    )


def _pieces(reach: Reach, cuts: Sequence[Cut], taken: list[BaseGeometry]) -> tuple[Piece, ...]:
    """What is seen of each; `taken` is where no name may stand any more."""
    found = []
    for cut in cuts:
        seen = _clipped(cut.area, reach.across + _BEYOND, reach.down + _BEYOND)
        if seen.is_empty or not seen.area:
            continue
        path = path_of(_southwards(shapely.simplify(seen, _SMOOTHED)))
        found.append(Piece(cut.code, cut.name, path, _named_at(cut, reach, taken), cut.own))
    return tuple(found)


def _named_at(cut: Cut, reach: Reach, taken: list[BaseGeometry]) -> tuple[int, int] | None:
    """Where the name stands whole and on no other; the place is taken then."""
    across, down = len(cut.name) * LETTER / 2, float(LETTER)
    room = _clipped(cut.area, reach.across - across, reach.down - down)
    if not cut.name or room.is_empty or not room.area:
        return None
    point = room.representative_point()
    written = shapely.box(point.x - across, point.y - down, point.x + across, point.y + down)
    if any(written.intersects(other) for other in taken):
        return None
    taken.append(written)
    return round(point.x), round(-point.y)


def _clipped(area: BaseGeometry, across: float, down: float) -> BaseGeometry:
    return shapely.clip_by_rect(area, -across, -down, across, down)


def _overview(town: BaseGeometry) -> Overview:
    drawn = _southwards(shapely.simplify(town, _OVERVIEW_SMOOTHED))
    west, north, east, south = drawn.bounds
    size = max(east - west, south - north)
    edge = size / 20
    box = (west - edge, north - edge, east - west + 2 * edge, south - north + 2 * edge)
    return Overview(" ".join(str(round(value)) for value in box), path_of(drawn), round(size / 18))


def _southwards(area: BaseGeometry) -> BaseGeometry:
    return shapely.transform(area, lambda metres: metres * (1, -1))
