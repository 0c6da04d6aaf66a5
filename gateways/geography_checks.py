"""What areas and points of a geography say of one another: no overlap, no gap, nothing outside.

Borders are digitised, so areas that ought to meet miss each other a little. What is narrower than the tolerance is no
fault; a fault is told with where it is and how large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from domain.coordinates import BadCoordinate, CoordinateSystem, from_wgs84, to_wgs84
from gateways.geography import Plane, SurveyedPoint

Fault = tuple[str, int, str]
"""The layer, the line or row, and the reason."""


@dataclass(frozen=True)
class Placed:
    """An area as a file has it, at its line; `town` is the one it says it lies in."""

    code: str
    area: BaseGeometry
    at: int
    town: str = ""


def check_areas(
    district: Placed,
    towns: Sequence[Placed],
    grids: Sequence[Placed],
    tolerance: float,
    name_of: Callable[[str], str],
) -> Iterator[Fault]:
    """Towns must fill the district, and each town's grids the town, side by side. `tolerance` is in metres."""
    plane = Plane.around(district.area)
    flat = _Flat(plane, tolerance)
    outline = flat.of(district.area)
    areas = {item.code: flat.of(item.area) for item in towns}
    yield from flat.overlaps("towns", towns, list(areas.values()), name_of)
    for town in towns:
        yield from flat.outside("towns", town, areas[town.code], outline, name_of(town.code), "区界")
    gap = flat.wide(outline.difference(shapely.union_all(list(areas.values()))))
    if gap is not None:
        yield "towns", 1, f"镇街没有铺满全区，空缺{gap}"
    shapes = [flat.of(item.area) for item in grids]
    yield from flat.overlaps("grids", grids, shapes, str)
    for grid, shape in zip(grids, shapes, strict=True):
        yield from flat.outside("grids", grid, shape, areas[grid.town], f"网格“{grid.code}”", name_of(grid.town))
    for town in towns:
        own = [shape for grid, shape in zip(grids, shapes, strict=True) if grid.town == town.code]
        gap = flat.wide(areas[town.code].difference(shapely.union_all(own)))
        if gap is not None:
            yield "grids", 1, f"{name_of(town.code)}的网格没有铺满，空缺{gap}"


def check_points(
    district: BaseGeometry, points: Sequence[SurveyedPoint], tolerance: float, named: CoordinateSystem
) -> Iterator[tuple[SurveyedPoint, str]]:
    """Surveyed points outside the district, with a word where another system than the `named` one puts them inside."""
    plane = Plane.around(district)
    outline = shapely.transform(district, plane.flat).buffer(tolerance)
    shapely.prepare(outline)
    degrees = np.array([(item.position.longitude, item.position.latitude) for item in points]).reshape(-1, 2)
    inside = shapely.contains_xy(outline, plane.flat(degrees))
    outside = [point for point, is_in in zip(points, inside, strict=True) if not is_in]
    for point in outside:
        yield point, f"点位“{point.id}”在区界以外{_meant(point, named, outline, plane)}"


def _meant(point: SurveyedPoint, named: CoordinateSystem, outline: BaseGeometry, plane: Plane) -> str:
    given = from_wgs84(point.position, named)
    for system in CoordinateSystem:
        try:
            meant = to_wgs84(*given, system)
        except BadCoordinate:
            continue
        if shapely.contains_xy(outline, *plane.metres(meant.longitude, meant.latitude)):
            return f"；文件写的是 {named}，按 {system} 则在区内，请核对坐标系"
    return ""


class _Flat:
    """Areas in metres, and what counts as wide."""

    def __init__(self, plane: Plane, tolerance: float) -> None:
        self._plane, self._half = plane, tolerance / 2

    def of(self, area: BaseGeometry) -> BaseGeometry:
        return shapely.transform(area, self._plane.flat)

    def wide(self, area: BaseGeometry) -> str | None:
        """Where the area is wider than the tolerance, and its size; `None` where it is nowhere."""
        core = area.buffer(-self._half)
        if core.is_empty:
            return None
        x, y = shapely.get_coordinates(core.representative_point())[0]
        longitude, latitude = self._plane.degrees(np.array([[x, y]]))[0]
        return f"约 {core.buffer(self._half).area:.0f} 平方米，在({longitude:.6f}, {latitude:.6f})附近"

    def overlaps(
        self, layer: str, items: Sequence[Placed], shapes: Sequence[BaseGeometry], name_of: Callable[[str], str]
    ) -> Iterator[Fault]:
        tree = shapely.STRtree(list(shapes))
        for first, second in sorted(zip(*tree.query(list(shapes), "intersects").tolist(), strict=True)):
            if first < second:
                shared = self.wide(shapes[first].intersection(shapes[second]))
                if shared is not None:
                    other = items[first]
                    names = f"{name_of(items[second].code)}与{name_of(other.code)}(第 {other.at} 行)"
                    yield layer, items[second].at, f"{names}重叠{shared}"

    def outside(
        self, layer: str, item: Placed, shape: BaseGeometry, around: BaseGeometry, name: str, where: str
    ) -> Iterator[Fault]:
        beyond = self.wide(shape.difference(around))
        if beyond is not None:
            yield layer, item.at, f"{name}超出{where}{beyond}"
