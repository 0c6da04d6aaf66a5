"""A geography as a drawing: areas simplified and flattened once, so that a page shows them without a map server.

The plane is Web Mercator, as tiles have it, scaled so that the district fits into a square of `SIZE` units; whole units
are written, which are some ten metres in a district of 40 km.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

SIZE = 4000
"""Units of the longer side of the district."""
_TOLERANCE = 8.0
"""Units by which a simplified border may differ from the true one (our own decision)."""
_MARGIN = 60.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """What part of the drawing is looked at, in units; `y` grows southwards."""

    x: int
    y: int
    width: int
    height: int

    @property
    def view_box(self) -> str:
        """As SVG has it."""
        return f"{self.x} {self.y} {self.width} {self.height}"


@dataclass(frozen=True)
class Outline:
    """An area as an SVG path, with a point inside it for its name."""

    code: str
    name: str
    town: str
    path: str
    x: int
    y: int
    frame: Frame


@dataclass(frozen=True)
class Flat:
    """Web Mercator in units: `west` and `north` (both 0 to 1 of the world) lie at 0, 0."""

    west: float
    north: float
    units: float
    """Of the whole world."""

    def position(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of a point of the drawing, in degrees."""
        across, down = self.west + x / self.units, self.north + y / self.units
        return across * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))

    def point(self, longitude: float, latitude: float) -> tuple[float, float]:
        """A point of the drawing, from degrees."""
        [[x, y]] = self.flat(np.array([[longitude, latitude]]))
        return float(x), float(y)

    def flat(self, degrees: Floats) -> Floats:
        """The same for many, one pair a row."""
        world = _world(degrees)
        return (world - (self.west, self.north)) * self.units


@dataclass(frozen=True)
class Drawing:
    """Everything that is drawn of a geography; the towns in the order of their codes."""

    version: str
    flat: Flat
    whole: Frame
    towns: tuple[Outline, ...]
    grids: tuple[Outline, ...]

    def town(self, code: str) -> Outline | None:
        return next((item for item in self.towns if item.code == code), None)


def draw(
    version: str,
    district: BaseGeometry,
    towns: Sequence[tuple[str, BaseGeometry]],
    grids: Sequence[tuple[str, str, str, BaseGeometry]],
) -> Drawing:
    """The drawing of areas in WGS-84 degrees: towns by code; grids by code, name and town."""
    west, south, east, north = district.bounds
    corners = _world(np.array([[west, north], [east, south]]))
    (left, top), (right, bottom) = corners
    flat = Flat(float(left), float(top), SIZE / float(max(right - left, bottom - top)))
    town_areas = _simplified([area for _, area in towns], flat)
    grid_areas = _simplified([area for *_, area in grids], flat)
    return Drawing(
        version=version,
        flat=flat,
        whole=_frame(shapely.transform(district, flat.flat)),
        towns=tuple(_outline(code, "", code, area) for (code, _), area in zip(towns, town_areas, strict=True)),
        grids=tuple(
            _outline(code, name, town, area) for (code, name, town, _), area in zip(grids, grid_areas, strict=True)
        ),
    )


def _world(degrees: Floats) -> Floats:
    """Where degrees lie in the world's square, 0 to 1 eastwards and southwards."""
    across = (degrees[:, 0] + 180) / 360
    down = (1 - np.arcsinh(np.tan(np.radians(degrees[:, 1]))) / math.pi) / 2
    found: Floats = np.column_stack([across, down])
    return found


def _simplified(areas: Sequence[BaseGeometry], flat: Flat) -> list[BaseGeometry]:
    """Together, so that neighbours keep one border between them."""
    if not areas:
        return []
    drawn = [shapely.transform(area, flat.flat) for area in areas]
    return list(shapely.coverage_simplify(np.array(drawn, dtype=object), _TOLERANCE))


def _outline(code: str, name: str, town: str, area: BaseGeometry) -> Outline:
    inside = area.representative_point()
    return Outline(code, name, town, path_of(area), round(inside.x), round(inside.y), _frame(area))


def _frame(area: BaseGeometry) -> Frame:
    west, north, east, south = area.bounds
    width, height = east - west + 2 * _MARGIN, south - north + 2 * _MARGIN
    return Frame(round(west - _MARGIN), round(north - _MARGIN), round(width), round(height))


def path_of(area: BaseGeometry) -> str:
    """The polygons of an area as an SVG path in whole units."""
    return "".join(
        _ring(ring.coords)
        for part in shapely.get_parts(area)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    )


def _ring(points: Sequence[tuple[float, ...]]) -> str:
    """Whole units, each from the one before, without those that round to no step at all."""
    x, y = round(points[0][0]), round(points[0][1])
    written = [f"M{x},{y}"]
    for point in points[1:-1]:
        east, south = round(point[0]) - x, round(point[1]) - y
        if east or south:
            written.append(f"l{east},{south}")
            x, y = x + east, y + south
    return "".join(written) + "z"
