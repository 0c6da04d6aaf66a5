"""A made-up geography inside a real outline: town areas, grids nested in them, surveyed points; for trying out only.

Real town and grid borders are not public. Towns are cells around drawn seeds, grids are cells within a town, as many
as its share of the area; the same seed of the generator gives the same files, byte for byte.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from ruamel.yaml import YAML
from shapely.geometry.base import BaseGeometry

from gateways.geography import Floats, Plane
from gateways.geography_files import INDEX

GRIDS, POINTS = 500, 50_000
KINDS = ("路灯", "井盖", "消火栓", "公厕", "垃圾收集点", "公交站", "变压器", "行道树", "健身器材", "监控杆")
NOTE = "示例数据：范围、网格和点位均由程序编成，不是实测，不得用于办理真实诉求"
_ROUNDS = 4
"""How often seeds move to the middle of their cells: enough for cells of similar size."""
_SPARE = 1.3
"""How many more points are drawn at a time than are wanted."""


def write_example(
    outline: Path,
    towns: Mapping[str, str],
    folder: Path,
    seed: int = 1,
    progress: Callable[[str, float], None] = lambda _what, _share: None,
) -> None:
    """Write a whole geography of `towns` (name by code) inside the district of `outline` into `folder`.

    `progress` is told what is being made and the share that is done (0 to 1).

    Raises:
        OSError: the outline cannot be read or a file cannot be written.
    """
    feature = json.loads(outline.read_text(encoding="utf-8"))
    district = shapely.from_geojson(json.dumps(feature["geometry"]))
    plane, chance = Plane.around(district), np.random.default_rng(seed)
    flat = shapely.transform(district, plane.flat)
    codes = sorted(towns)
    progress("镇街", 0.0)
    areas = dict(zip(codes, _cells(flat, len(codes), chance), strict=True))
    grids: list[tuple[str, BaseGeometry]] = []
    for number, (code, count) in enumerate(_shares(areas, GRIDS).items()):
        progress("网格", 0.05 + 0.6 * number / len(codes))
        grids += [(code, cell) for cell in _cells(areas[code], count, chance)]
    progress("点位", 0.65)
    points = _points_in(flat, POINTS, chance)
    progress("写入", 0.8)
    folder.mkdir(parents=True, exist_ok=True)
    _write_areas(folder / "district.geojson", [({"note": NOTE, **feature["properties"]}, district)])
    _write_areas(
        folder / "towns.geojson",
        [({"code": code, "name": towns[code], "note": NOTE}, _degrees(plane, areas[code])) for code in codes],
    )
    _write_areas(folder / "grids.geojson", _described(grids, towns, plane))
    _write_points(folder / "points.csv", plane.degrees(points), chance)
    _write_index(folder / INDEX, seed)
    progress("写入", 1.0)


def _cells(area: BaseGeometry, count: int, chance: np.random.Generator) -> list[BaseGeometry]:
    """`area` cut into `count` cells of similar size."""
    if count == 1:
        return [area]
    seeds = _points_in(area, count, chance)
    for _ in range(_ROUNDS):
        cells = _around(seeds, area)
        # The middle of a cell may lie outside a bent area, but never outside the cell's hull: the next cut is as good.
        seeds = np.array([cell.centroid.coords[0] for cell in cells])
    return _around(seeds, area)


def _around(seeds: Floats, area: BaseGeometry) -> list[BaseGeometry]:
    """The part of `area` that is nearest to each seed, in the order of the seeds."""
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=area, ordered=True)
    parts = [shapely.intersection(cell, area) for cell in cells.geoms]
    return [_areas_only(part) for part in parts]


def _areas_only(part: BaseGeometry) -> BaseGeometry:
    """Without the lines and points in which cells may touch a border."""
    kept = [piece for piece in shapely.get_parts(part) if piece.geom_type == "Polygon" and piece.area > 1]
    return kept[0] if len(kept) == 1 else shapely.multipolygons(kept)


def _shares(areas: Mapping[str, BaseGeometry], total: int) -> dict[str, int]:
    """How many grids each town has: at least one, by area, `total` in all."""
    whole = sum(area.area for area in areas.values())
    exact = {code: 1 + (total - len(areas)) * area.area / whole for code, area in areas.items()}
    counts = {code: int(share) for code, share in exact.items()}
    by_rest = sorted(exact, key=lambda code: (counts[code] - exact[code], code))
    for code in by_rest[: total - sum(counts.values())]:
        counts[code] += 1
    return counts


def _points_in(area: BaseGeometry, count: int, chance: np.random.Generator) -> Floats:
    """`count` points inside `area`, evenly drawn."""
    west, south, east, north = area.bounds
    shapely.prepare(area)
    found: Floats = np.empty((0, 2))
    while len(found) < count:
        drawn = chance.uniform((west, south), (east, north), (int(count * _SPARE) + 8, 2))
        found = np.concatenate([found, drawn[shapely.contains_xy(area, drawn)]])
    return found[:count]


def _degrees(plane: Plane, area: BaseGeometry) -> BaseGeometry:
    return shapely.transform(area, plane.degrees)


def _described(
    grids: Sequence[tuple[str, BaseGeometry]], towns: Mapping[str, str], plane: Plane
) -> list[tuple[dict[str, Any], BaseGeometry]]:
    described, counts = [], dict.fromkeys(towns, 0)
    for code, cell in grids:
        counts[code] += 1
        number = counts[code]
        values = {
            "code": f"{code}-{number:03d}",
            "name": f"{towns[code]}示例第{number}网格",
            "town": code,
            "police_block": f"{towns[code]}示例第{(number - 1) // 8 + 1}警务块",
            "road_section": f"示例路段{number:03d}",
            "note": NOTE,
        }
        described.append((values, _degrees(plane, cell)))
    return described


def _write_areas(path: Path, items: Sequence[tuple[Mapping[str, Any], BaseGeometry]]) -> None:
    """One feature a line, so that a fault has a line of its own."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": dict(values), "geometry": json.loads(shapely.to_geojson(area))},
            ensure_ascii=False,
        )
        for values, area in items
    ]
    body = ",\n".join(lines)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n', encoding="utf-8")


def _write_points(path: Path, degrees: Floats, chance: np.random.Generator) -> None:
    kinds = chance.integers(len(KINDS), size=len(degrees)).tolist()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("id", "kind", "name", "longitude", "latitude", "note"))
        for number, ((longitude, latitude), kind) in enumerate(zip(degrees.tolist(), kinds, strict=True), 1):
            name = f"示例{KINDS[kind]}{number:05d}"
            writer.writerow((f"P{number:05d}", KINDS[kind], name, f"{longitude:.7f}", f"{latitude:.7f}", "示例"))


def _write_index(path: Path, seed: int) -> None:
    layers = {
        "district": "district.geojson",
        "towns": "towns.geojson",
        "grids": "grids.geojson",
        "points": "points.csv",
    }
    index = {
        "title": "示例地理",
        "illustrative": True,
        "origin": "own",
        "source": f"{NOTE}；seed {seed}；区界见 district.geojson 的 source",
    } | {layer: {"file": file, "crs": "wgs84"} for layer, file in layers.items()}
    writer = YAML()
    writer.allow_unicode = True
    writer.width = 120
    with path.open("w", encoding="utf-8") as file:
        file.write(f"# {NOTE}。\n")
        writer.dump(index, file)
