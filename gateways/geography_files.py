"""Reads a folder of geography files into one checked `GeographyData`, or says everything that is wrong with it.

The folder has `geography.yaml`, or files named after the layers (`district`, `towns`, `grids`, `points`). Each file is
GeoJSON, CSV or Excel, in a coordinate system that somebody has named; nobody's word for it is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from pydantic import ValidationError
from shapely.geometry.base import BaseGeometry

from domain.coordinates import NAME_THE_SYSTEM, BadCoordinate, CoordinateSystem, Position, to_wgs84
from domain.place import Grid
from gateways.geography import DECIMALS, Floats, GeographyData, GridArea, SurveyedPoint, TownArea
from gateways.geography_checks import Placed, check_areas, check_points
from gateways.geography_rows import Row, UnreadableFile, read_rows
from gateways.policy_files import Problem, problem_of
from gateways.yaml_lines import read_document
from models.geography_files import LAYERS, GeographyFile, LayerShape

INDEX = "geography.yaml"
_SUFFIXES = (".geojson", ".json", ".csv", ".xlsx")
_AREAS = ("Polygon", "MultiPolygon")
_LONGEST = 60
"""Letters of a code or name; the ledger's columns are as wide."""


class GeographyError(ValueError):
    """The geography cannot be used; `problems` is everything that was found, in the order of files and lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("地理数据未加载：\n" + "\n".join(str(problem) for problem in self.problems))


def is_geography(folder: Path) -> bool:
    """Whether the folder holds a geography, and not rules."""
    return (folder / INDEX).is_file() or any(_files_of(folder, layer) for layer in ("grids", "points"))


def load_geography(
    folder: Path,
    towns: Mapping[str, str],
    crs: CoordinateSystem | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> GeographyData:
    """The geography that the files in `folder` make; `towns` are the district's, name by code.

    `crs` is the system of every file for which the index names none; `progress` is told what is being done.

    Raises:
        GeographyError: with every problem found; nothing of the folder is used then.
    """
    reading = _Reading(folder, towns)
    index = reading.index(crs)
    for layer in LAYERS:
        progress(f"读取 {layer}")
        reading.read(layer, getattr(index, layer))
    progress("核对")
    reading.check(index.tolerance_metres)
    if reading.problems:
        raise GeographyError(reading.problems)
    return GeographyData(
        title=index.title,
        source=index.source,
        illustrative=index.illustrative,
        district=reading.areas["district"][0].area,
        towns=tuple(sorted((TownArea(item.code, item.area) for item in reading.areas["towns"]), key=lambda t: t.code)),
        grids=tuple(sorted(reading.grids, key=lambda item: item.grid.code)),
        points=tuple(sorted(reading.points, key=lambda item: item.id)),
    )


@dataclass
class _Reading:
    folder: Path
    town_names: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    areas: dict[str, list[Placed]] = field(default_factory=lambda: {layer: [] for layer in LAYERS})
    grids: list[GridArea] = field(default_factory=list)
    points: list[SurveyedPoint] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Line of each surveyed point, by its id."""
    files: dict[str, str] = field(default_factory=dict)
    systems: dict[str, CoordinateSystem] = field(default_factory=dict)
    _seen: dict[tuple[str, str], Row] = field(default_factory=dict)

    def index(self, crs: CoordinateSystem | None) -> GeographyFile:
        """What `geography.yaml` says, or the names of the files do. Raises `GeographyError`: nothing can be read."""
        path = self.folder / INDEX
        if not self.folder.is_dir():
            raise GeographyError([Problem(self.folder.name, 1, "没有这个文件夹")])
        if path.is_file():
            document = read_document(path)
            problems = [Problem(INDEX, line, reason) for line, reason in document.faults]
            if problems:
                raise GeographyError(problems)
            try:
                index = GeographyFile.model_validate(document.data)
            except ValidationError as error:
                faults = error.errors(include_url=False)
                raise GeographyError([problem_of(INDEX, document, fault) for fault in faults]) from None
        else:
            index = self._by_names()
        named = {layer: self._named(getattr(index, layer), crs) for layer in LAYERS}
        if self.problems:
            raise GeographyError(self.problems)
        return index.model_copy(update=named)

    def _by_names(self) -> GeographyFile:
        layers: dict[str, LayerShape] = {}
        for layer in LAYERS:
            found = _files_of(self.folder, layer)
            if len(found) != 1:
                said = "缺少" if not found else "不止一个"
                self.problems.append(Problem(layer, 1, f"{said}文件 {layer}(.geojson、.csv 或 .xlsx)"))
            else:
                layers[layer] = LayerShape(file=found[0].name)
        if self.problems:
            raise GeographyError(self.problems)
        return GeographyFile.model_validate({"title": self.folder.name, "origin": "own", "source": "导入"} | layers)

    def _named(self, layer: LayerShape, crs: CoordinateSystem | None) -> LayerShape:
        if layer.crs is None and crs is None:
            self.problems.append(Problem(layer.file, 1, f"{NAME_THE_SYSTEM}；写在 {INDEX} 的 crs，或用 --crs"))
        elif layer.crs is not None and crs is not None and layer.crs is not crs:
            self.problems.append(Problem(layer.file, 1, f"{INDEX} 写的是 {layer.crs}，命令写的是 {crs}，请核对"))
        return layer.model_copy(update={"crs": layer.crs or crs})

    def read(self, layer: str, shape: LayerShape) -> None:
        """Take up every row of a file, with a problem for each that cannot be."""
        name, system = shape.file, shape.crs
        assert system is not None  # noqa: S101 - `index` lets no layer through without one
        self.files[layer], self.systems[layer] = name, system
        try:
            rows = read_rows(self.folder / name)
        except UnreadableFile as error:
            self.problems.append(Problem(name, error.at, error.reason))
            return
        if not rows:
            self.problems.append(Problem(name, 1, "文件是空的"))
        for row in rows:
            said = f"第 {row.number} 个要素：" if name.endswith("json") else ""
            try:
                self._take(layer, row, system)
            except (_Refused, BadCoordinate) as error:
                self.problems.append(Problem(name, row.at, f"{said}{error}"))
        if layer == "towns" and rows:
            missing = self.town_names.keys() - {item.code for item in self.areas[layer]}
            self.problems.extend(
                Problem(name, 1, f"缺少镇街“{self.town_names[code]}”的范围") for code in sorted(missing)
            )

    def _take(self, layer: str, row: Row, system: CoordinateSystem) -> None:
        if row.fault:
            raise _Refused(row.fault)
        if layer == "points":
            self._point(row, system)
        else:
            self._area(layer, row, system)

    def _area(self, layer: str, row: Row, system: CoordinateSystem) -> None:
        area = _area_of(row, system)
        if layer == "district":
            if self.areas[layer]:
                raise _Refused("区界只能有一个要素")
            self.areas[layer].append(Placed("", area, row.at))
            return
        town = self._town(row.values.get("town") or (row.values.get("code") if layer == "towns" else "") or "", row)
        if layer == "towns":
            self._once(layer, town, row)
            self.areas[layer].append(Placed(town, area, row.at))
            return
        code = _required(row, "code")
        self._once(layer, code, row)
        words = (_text(row, "name") or code, town, _text(row, "police_block"), _text(row, "road_section"))
        self.grids.append(GridArea(Grid(code, *words), area))
        self.areas[layer].append(Placed(code, area, row.at, town))

    def _town(self, said: str, row: Row) -> str:
        """The code of the town that is named by code or by name."""
        said = said or row.values.get("name", "")
        codes = {name: code for code, name in self.town_names.items()}
        town = said if said in self.town_names else codes.get(said)
        if town is None:
            raise _Refused(f"未知的镇街“{said}”，现行规则中没有" if said else "没有写明镇街(town)")
        return town

    def _point(self, row: Row, system: CoordinateSystem) -> None:
        key = _text(row, "id") or _required(row, "code")
        self._once("points", key, row)
        longitude, latitude = _degrees_of(row)
        position = _rounded(to_wgs84(longitude, latitude, system))
        self.points.append(SurveyedPoint(key, _text(row, "kind"), _text(row, "name") or key, position))
        self.lines.setdefault(key, row.at)

    def _once(self, layer: str, key: str, row: Row) -> None:
        before = self._seen.setdefault((layer, key), row)
        if before is not row:
            raise _Refused(f"“{self._name(key)}”重复，前一处在第 {before.at} 行")

    def check(self, tolerance: float) -> None:
        """What the areas and points say of one another, once each of them can be read."""
        if self.problems:
            return
        district = self.areas["district"][0]
        for layer, at, reason in check_areas(district, self.areas["towns"], self.areas["grids"], tolerance, self._name):
            self.problems.append(Problem(self.files[layer], at, reason))
        for point, reason in check_points(district.area, self.points, tolerance, self.systems["points"]):
            self.problems.append(Problem(self.files["points"], self.lines[point.id], reason))

    def _name(self, code: str) -> str:
        return self.town_names.get(code, code)


class _Refused(ValueError):
    """A row that cannot be taken up."""


def _files_of(folder: Path, layer: str) -> list[Path]:
    return [folder / f"{layer}{suffix}" for suffix in _SUFFIXES if (folder / f"{layer}{suffix}").is_file()]


def _area_of(row: Row, system: CoordinateSystem) -> BaseGeometry:
    if row.geometry is None or row.geometry.is_empty:
        raise _Refused("没有范围(几何为空)")
    if row.geometry.geom_type not in _AREAS:
        raise _Refused(f"应为面(Polygon 或 MultiPolygon)，实为 {row.geometry.geom_type}")
    area = shapely.transform(shapely.force_2d(row.geometry), lambda degrees: _converted(degrees, system))
    if not area.is_valid:
        raise _Refused(f"范围不合法(自交或重叠)：{_where(shapely.is_valid_reason(area))}")
    return area


def _converted(degrees: Floats, system: CoordinateSystem) -> Floats:
    found = (to_wgs84(float(longitude), float(latitude), system) for longitude, latitude in degrees)
    return np.round(np.array([(item.longitude, item.latitude) for item in found]), DECIMALS)


def _where(reason: str) -> str:
    """Where GEOS says the fault is, without its English."""
    return reason[reason.find("[") :] if "[" in reason else reason


def _degrees_of(row: Row) -> tuple[float, float]:
    if row.geometry is not None:
        if row.geometry.geom_type != "Point" or row.geometry.is_empty:
            raise _Refused(f"应为点(Point)，实为 {row.geometry.geom_type}")
        return row.geometry.x, row.geometry.y
    longitude, latitude = (_number(row, name) for name in ("longitude", "latitude"))
    return longitude, latitude


def _number(row: Row, name: str) -> float:
    text = _required(row, name)
    try:
        return float(text)
    except ValueError:
        raise _Refused(f"{name}“{text}”不是数字") from None


def _required(row: Row, name: str) -> str:
    text = _text(row, name)
    if not text:
        raise _Refused(f"没有写明 {name}")
    return text


def _text(row: Row, name: str) -> str:
    text = row.values.get(name, "")
    if len(text) > _LONGEST:
        raise _Refused(f"{name} 最长 {_LONGEST} 个字")
    return text


def _rounded(position: Position) -> Position:
    return Position(round(position.longitude, DECIMALS), round(position.latitude, DECIMALS))


def kept_lines(problems: list[Problem], limit: int) -> Iterator[str]:
    """At most `limit` problems as lines, then how many more there are."""
    yield from (f"{item.file}:{item.line} {item.reason}" for item in problems[:limit])
    if len(problems) > limit:
        yield f"……另有 {len(problems) - limit} 处"
