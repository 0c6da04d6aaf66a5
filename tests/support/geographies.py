"""A small geography of two towns, three grids and four points, as values and as files that a test may spoil."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import shapely

from domain.coordinates import CoordinateSystem, Position, from_wgs84
from domain.place import Grid
from gateways.geography import GeographyData, GridArea, SurveyedPoint, TownArea

WEST, SOUTH, EAST, NORTH, MIDDLE = 117.5, 34.8, 117.6, 34.9, 117.55
NAMES = {"kuangqu-street": "矿区街道", "qicun-town": "齐村镇"}
IN_THE_WEST, IN_THE_EAST = Position(117.52, 34.82), Position(117.58, 34.85)
FAR_AWAY = Position(117.9, 35.3)


def geography(**changes: Any) -> GeographyData:
    """The west of the district is 矿区街道 with two grids, the east 齐村镇 with one."""
    parts: dict[str, Any] = {
        "title": "测试地理",
        "source": "测试",
        "illustrative": True,
        "district": shapely.box(WEST, SOUTH, EAST, NORTH),
        "towns": (
            TownArea("kuangqu-street", shapely.box(WEST, SOUTH, MIDDLE, NORTH)),
            TownArea("qicun-town", shapely.box(MIDDLE, SOUTH, EAST, NORTH)),
        ),
        "grids": (
            GridArea(Grid("K1", "矿区一格", "kuangqu-street", "一警务块"), shapely.box(WEST, SOUTH, MIDDLE, 34.85)),
            GridArea(Grid("K2", "矿区二格", "kuangqu-street"), shapely.box(WEST, 34.85, MIDDLE, NORTH)),
            GridArea(Grid("Q1", "齐村一格", "qicun-town"), shapely.box(MIDDLE, SOUTH, EAST, NORTH)),
        ),
        "points": (
            SurveyedPoint("P1", "路灯", "一号路灯", Position(117.52, 34.82)),
            SurveyedPoint("P2", "井盖", "二号井盖", Position(117.53, 34.88)),
            SurveyedPoint("P3", "公厕", "三号公厕", Position(117.58, 34.83)),
            SurveyedPoint("P4", "路灯", "四号路灯", Position(117.59, 34.89)),
        ),
    }
    return GeographyData(**(parts | changes))


def write(folder: Path, data: GeographyData | None = None, crs: CoordinateSystem = CoordinateSystem.WGS84) -> Path:
    """The files of `data` in `crs`, with an index that names it."""
    data = data or geography()
    folder.mkdir(parents=True, exist_ok=True)
    layers = ("district.geojson", "towns.geojson", "grids.geojson", "points.csv")
    index = ["title: 测试地理", "illustrative: true", "origin: own", "source: 测试"]
    index += [f"{name.partition('.')[0]}: {{file: {name}, crs: {crs}}}" for name in layers]
    (folder / "geography.yaml").write_text("\n".join(index) + "\n", encoding="utf-8")
    _features(folder / "district.geojson", [({}, data.district)], crs)
    towns = [({"town": item.code, "name": NAMES[item.code]}, item.area) for item in data.towns]
    _features(folder / "towns.geojson", towns, crs)
    grids = [
        (
            {
                "code": item.grid.code,
                "name": item.grid.name,
                "town": item.grid.town,
                "police_block": item.grid.police_block,
            },
            item.area,
        )
        for item in data.grids
    ]
    _features(folder / "grids.geojson", grids, crs)
    lines = ["id,类型,名称,经度,纬度"]
    for item in data.points:
        longitude, latitude = from_wgs84(item.position, crs)
        lines.append(f"{item.id},{item.kind},{item.name},{longitude:.8f},{latitude:.8f}")
    (folder / "points.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def _features(path: Path, items: list[tuple[dict[str, str], Any]], crs: CoordinateSystem) -> None:
    lines = []
    for values, area in items:
        moved = shapely.transform(area, lambda degrees: [from_wgs84(Position(*pair), crs) for pair in degrees])
        geometry = json.loads(shapely.to_geojson(moved))
        lines.append(json.dumps({"type": "Feature", "properties": values, "geometry": geometry}, ensure_ascii=False))
    path.write_text('{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
