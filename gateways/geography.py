"""A district's areas and surveyed points: as kept in the ledger, and in memory so that a look-up takes microseconds.

Everything is WGS-84 degrees rounded to seven decimals (a centimetre). Look-ups are made in metres on a plane around the
district, where distances are true to about two thousandths.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import KDTree
from shapely.geometry.base import BaseGeometry

from domain.coordinates import Position
from domain.place import Grid, Located, NearestPoint
from gateways.geography_around import Around, Cut, Reach, around
from gateways.geography_drawing import Drawing, draw

Floats = npt.NDArray[np.float64]

DECIMALS = 7
PREFIX = "geo-"
"""Every version of a geography begins so; a policy's never does."""
_METRES_PER_DEGREE = math.radians(1) * 6371008.8
_FORMAT = 1


class DamagedGeography(ValueError):
    """What is kept is not what was put there."""


@dataclass(frozen=True)
class TownArea:
    """The area of a town; `code` is the unit's."""

    code: str
    area: BaseGeometry


@dataclass(frozen=True)
class GridArea:
    """A grid with its area."""

    grid: Grid
    area: BaseGeometry


@dataclass(frozen=True)
class SurveyedPoint:
    """A point somebody has measured (点位)."""

    id: str
    kind: str
    name: str
    position: Position


@dataclass(frozen=True)
class GeographyData:
    """A whole geography, checked. Areas and points are in the order of their codes."""

    title: str
    source: str
    illustrative: bool
    district: BaseGeometry
    towns: tuple[TownArea, ...]
    grids: tuple[GridArea, ...]
    points: tuple[SurveyedPoint, ...]

    @cached_property
    def version(self) -> str:
        """Names the content: the same data give the same version, in whatever files and order they came."""
        return PREFIX + hashlib.sha256(_written(self)).hexdigest()[:12]

    def packed(self) -> bytes:
        """The data as they are kept."""
        return zlib.compress(_written(self), 6)

    def counted(self) -> str:
        """How much there is, for people."""
        made_up = "，示例数据" if self.illustrative else ""
        return f"{len(self.towns)}个镇街、{len(self.grids)}个网格、{len(self.points)}个点位{made_up}"


def unpacked(content: bytes, version: str) -> GeographyData:
    """The data that `packed` wrote. Raises `DamagedGeography` when it is not exactly those of `version`."""
    try:
        found = json.loads(zlib.decompress(content))
        data = GeographyData(
            title=found["title"],
            source=found["source"],
            illustrative=found["illustrative"],
            district=shapely.from_wkb(found["district"]),
            towns=tuple(TownArea(code, shapely.from_wkb(area)) for code, area in found["towns"]),
            grids=tuple(GridArea(Grid(*words), shapely.from_wkb(area)) for *words, area in found["grids"]),
            points=tuple(
                SurveyedPoint(key, kind, name, Position(longitude, latitude))
                for key, kind, name, longitude, latitude in zip(*found["points"], strict=True)
            ),
        )
    except (zlib.error, ValueError, KeyError, TypeError, shapely.errors.ShapelyError) as error:
        raise DamagedGeography(f"地理数据{version}已损坏：{type(error).__name__}") from None
    if data.version != version:
        raise DamagedGeography(f"地理数据{version}已损坏：内容与版本号不符")
    return data


def _written(data: GeographyData) -> bytes:
    points = data.points
    content = {
        "format": _FORMAT,
        "title": data.title,
        "source": data.source,
        "illustrative": data.illustrative,
        "district": data.district.wkb_hex,
        "towns": [[item.code, item.area.wkb_hex] for item in data.towns],
        "grids": [
            [grid.code, grid.name, grid.town, grid.police_block, grid.road_section, item.area.wkb_hex]
            for item in data.grids
            for grid in (item.grid,)
        ],
        "points": [
            [item.id for item in points],
            [item.kind for item in points],
            [item.name for item in points],
            [item.position.longitude for item in points],
            [item.position.latitude for item in points],
        ],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class Plane:
    """Metres east and north of a point, in which small areas can be measured."""

    def __init__(self, centre: Position) -> None:
        self._east = _METRES_PER_DEGREE * math.cos(math.radians(centre.latitude))
        self._centre = centre

    @classmethod
    def around(cls, area: BaseGeometry) -> Plane:
        """The plane whose origin lies in the middle of `area` (degrees)."""
        west, south, east, north = area.bounds
        return cls(Position((west + east) / 2, (south + north) / 2))

    def metres(self, longitude: float, latitude: float) -> tuple[float, float]:
        """East and north of the centre."""
        return (
            (longitude - self._centre.longitude) * self._east,
            (latitude - self._centre.latitude) * _METRES_PER_DEGREE,
        )

    def flat(self, degrees: Floats) -> Floats:
        """The same for many, one pair a row."""
        centre = (self._centre.longitude, self._centre.latitude)
        found: Floats = (degrees - centre) * (self._east, _METRES_PER_DEGREE)
        return found

    def degrees(self, metres: Floats) -> Floats:
        """The way back, rounded as everything that is kept."""
        found: Floats = metres / (self._east, _METRES_PER_DEGREE)
        found += (self._centre.longitude, self._centre.latitude)
        return found.round(DECIMALS)


class MemoryGeography:
    """A geography to be asked. It never changes, so that any number of threads may ask it."""

    def __init__(self, data: GeographyData) -> None:
        self.data = data
        self.version = data.version
        self._plane = Plane.around(data.district)
        self._grids = self._tree([item.area for item in data.grids])
        self._towns = self._tree([item.area for item in data.towns])
        self._district = shapely.transform(data.district, self._plane.flat)
        shapely.prepare(self._district)
        degrees = [(item.position.longitude, item.position.latitude) for item in data.points]
        self._points = KDTree(self._plane.flat(np.array(degrees, dtype=float))) if degrees else None

    @cached_property
    def drawing(self) -> Drawing:
        """As pages show it; made at the first question."""
        data = self.data
        grids = [(item.grid.code, item.grid.name, item.grid.town, item.area) for item in data.grids]
        return draw(self.version, data.district, [(item.code, item.area) for item in data.towns], grids)

    def _tree(self, areas: Sequence[BaseGeometry]) -> shapely.STRtree:
        return shapely.STRtree([shapely.transform(area, self._plane.flat) for area in areas])

    def locate(self, position: Position) -> Located:
        """Where `position` lies."""
        east, north = self._plane.metres(position.longitude, position.latitude)
        point = shapely.Point(east, north)
        found = self._grids.query(point, "intersects")
        if len(found):
            grid = self.data.grids[_first(found)].grid
            return Located(position, self.version, grid.town, grid, self._nearest(east, north))
        found = self._towns.query(point, "intersects")
        if len(found):
            town = self.data.towns[_first(found)].code
            return Located(position, self.version, town, nearest=self._nearest(east, north))
        if self._district.intersects(point):
            return Located(position, self.version, nearest=self._nearest(east, north))
        return Located(position, self.version, outside=True)

    def around(self, position: Position, reach: Reach) -> Around:
        """The grids and towns around `position`, cut out as far as `reach`."""
        east, north = self._plane.metres(position.longitude, position.latitude)
        seen = shapely.box(east - reach.across, north - reach.down, east + reach.across, north + reach.down)
        located = self.locate(position)
        grids = [(item.grid.code, item.grid.name) for item in self.data.grids]
        own = located.grid.code if located.grid else None
        return around(
            reach,
            self._cuts(self._grids, grids, seen, own),
            self._cuts(self._towns, [(item.code, "") for item in self.data.towns], seen, located.town),
        )

    def _cuts(
        self, tree: shapely.STRtree, named: Sequence[tuple[str, str]], seen: BaseGeometry, own: str | None
    ) -> list[Cut]:
        middle = seen.centroid
        found = sorted(tree.query(seen, "intersects").tolist())
        moved = shapely.transform(tree.geometries[found], lambda metres: metres - (middle.x, middle.y))
        cuts = []
        for index, area in zip(found, moved, strict=True):
            code, name = named[index]
            cuts.append(Cut(code, name, area, own=code == own))
        return cuts

    def towns_of(self, positions: Sequence[Position]) -> list[str | None]:
        """The town of each position; `None` where there is none."""
        degrees = np.array([(item.longitude, item.latitude) for item in positions], dtype=float).reshape(-1, 2)
        asked, found = self._towns.query(shapely.points(self._plane.flat(degrees)), "intersects")
        towns: list[str | None] = [None] * len(positions)
        # Descending, so that of two areas with a common border the first has the last word.
        for index, number in sorted(zip(asked.tolist(), found.tolist(), strict=True), reverse=True):
            towns[index] = self.data.towns[number].code
        return towns

    def _nearest(self, east: float, north: float) -> NearestPoint | None:
        if self._points is None:
            return None
        metres, index = self._points.query((east, north))
        point = self.data.points[index]
        return NearestPoint(point.id, point.kind, point.name, float(metres))


def _first(found: npt.NDArray[np.intp]) -> int:
    """The least of what was found. Mostly it is one, and to ask numpy for the least takes longer than to find it."""
    return int(found[0]) if len(found) == 1 else int(found.min())
