"""GeoJSON, CSV and Excel files as rows of texts with a geometry, each with its place in the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from gateways import tables
from gateways.table_text import encoding_of

_COLUMNS = {
    "code": ("code", "编码", "编号", "代码", "网格编码", "网格编号"),
    "id": ("id", "点位编号", "点位编码"),
    "name": ("name", "名称", "网格名称", "点位名称"),
    "town": ("town", "镇街", "所属镇街", "街道", "乡镇"),
    "kind": ("kind", "类型", "类别", "点位类型"),
    "police_block": ("police_block", "警务块", "警务区", "警务"),
    "road_section": ("road_section", "路段", "路长路段"),
    "longitude": ("longitude", "lng", "lon", "x", "经度"),
    "latitude": ("latitude", "lat", "y", "纬度"),
    "geometry": ("geometry", "wkt", "几何", "范围"),
}
_MEANT = {said: column for column, names in _COLUMNS.items() for said in names}


@dataclass(frozen=True)
class Row:
    """One area or point as a file has it. `at` is its line or row, from 1; for GeoJSON `number` counts the features."""

    at: int
    number: int
    values: Mapping[str, str]
    geometry: BaseGeometry | None = None
    fault: str = ""
    """Why its geometry cannot be read."""


class UnreadableFile(ValueError):
    """A file that gives no rows at all; `at` is the line where reading stopped."""

    def __init__(self, reason: str, at: int = 1) -> None:
        super().__init__(reason)
        self.at, self.reason = at, reason


def read_rows(path: Path) -> list[Row]:
    """Every row of the file. Raises `UnreadableFile`."""
    try:
        if path.suffix in (".geojson", ".json"):
            return list(_features(path))
        return list(_table(path))
    except OSError as error:
        raise UnreadableFile(f"无法读取：{error.strerror or error}") from None


def _features(path: Path) -> Iterator[Row]:
    text = _text(path)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        raise UnreadableFile("不是合法的 JSON", line) from None
    if not isinstance(whole, dict):
        raise UnreadableFile("不是 GeoJSON：应为 FeatureCollection、Feature 或几何对象")
    features = whole.get("features") if whole.get("type") == "FeatureCollection" else [whole]
    if not isinstance(features, list):
        raise UnreadableFile("不是 GeoJSON：features 应为列表")
    lines = _lines_of_features(text, len(features))
    for number, feature in enumerate(features, 1):
        yield _feature(feature, lines[number - 1], number)


def _feature(feature: object, line: int, number: int) -> Row:
    match feature:
        case {"type": "Feature", "geometry": dict() as shape, **others}:
            given = others.get("properties")
            values = _named(given) if isinstance(given, dict) else {}
        case {"type": "Feature"}:
            return Row(line, number, {}, fault="没有几何(geometry)")
        case {"type": str()} as shape:
            values = {}
        case _:
            return Row(line, number, {}, fault="不是 GeoJSON 要素")
    try:
        return Row(line, number, values, shapely.from_geojson(json.dumps(shape)))
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return Row(line, number, values, fault="几何(geometry)无法解析")


def _lines_of_features(text: str, count: int) -> list[int]:
    """The line at which each feature begins; the first line where that cannot be told."""
    start = re.search(r'"features"\s*:\s*\[', text)
    if start is None:
        return [1] * count
    decoder, lines, position, seen, line = json.JSONDecoder(), [], start.end(), 0, 1
    try:
        for _ in range(count):
            while text[position] in " \t\r\n,":
                position += 1
            line += text.count("\n", seen, position)
            seen = position
            lines.append(line)
            _, position = decoder.raw_decode(text, position)
    except (ValueError, IndexError):
        return [1] * count
    return lines


def _table(path: Path) -> Iterator[Row]:
    try:
        with tables.read_rows(path) as rows:
            for row in rows:
                yield _table_row(row)
    except tables.TableError as error:
        raise UnreadableFile(error.message.partition("：")[2], error.row or 1) from None


def _table_row(row: tables.Row) -> Row:
    values = _named(row.values)
    wkt = values.pop("geometry", "")
    if not wkt:
        return Row(row.number, row.number, values)
    try:
        return Row(row.number, row.number, values, shapely.from_wkt(wkt))
    except (shapely.errors.ShapelyError, ValueError):
        return Row(row.number, row.number, values, fault="几何(WKT)无法解析")


def _named(given: Mapping[str, object]) -> dict[str, str]:
    """Values by our names of the columns; columns that nobody asks for are left out."""
    found: dict[str, str] = {}
    for said, value in given.items():
        column = _MEANT.get(str(said).strip().lower())
        if column is not None and value is not None:
            found.setdefault(column, str(value).strip())
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding_of(path))
    except UnicodeDecodeError:
        raise UnreadableFile("既不是 UTF-8 也不是 GB18030 文本") from None
