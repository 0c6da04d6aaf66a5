"""Geography files: read in three formats and three systems, refused with file, line and reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import shapely

from domain.coordinates import CoordinateSystem, Position
from domain.place import Grid
from gateways.geography import GeographyData, GridArea, SurveyedPoint, TownArea
from gateways.geography_files import GeographyError, is_geography, kept_lines, load_geography
from gateways.policy_files import Problem
from tests.support.geographies import EAST, MIDDLE, NAMES, NORTH, SOUTH, WEST, geography, write

DATA = geography()


def problems(folder: Path, crs: CoordinateSystem | None = None) -> list[Problem]:
    with pytest.raises(GeographyError) as refused:
        load_geography(folder, NAMES, crs)
    return refused.value.problems


def changed(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def test_a_geography_is_read(tmp_path: Path) -> None:
    assert load_geography(write(tmp_path), NAMES).version == DATA.version


@pytest.mark.parametrize("crs", CoordinateSystem)
def test_every_system_gives_the_same_places(tmp_path: Path, crs: CoordinateSystem) -> None:
    found = load_geography(write(tmp_path, crs=crs), NAMES)
    assert [item.id for item in found.points] == [item.id for item in DATA.points]
    for ours, theirs in zip(found.points, DATA.points, strict=True):
        assert ours.position.longitude == pytest.approx(theirs.position.longitude, abs=1e-6)
    # Straight borders are bent by the shift, by less than the tolerance here.
    assert shapely.symmetric_difference(found.district, DATA.district).area < 1e-6


def test_the_order_of_the_rows_makes_no_other_version(tmp_path: Path) -> None:
    upside_down = geography(points=DATA.points[::-1])
    assert load_geography(write(tmp_path, upside_down), NAMES).version == DATA.version


def test_excel_and_csv_hold_areas_as_text(tmp_path: Path) -> None:
    write(tmp_path)
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["网格编码", "网格名称", "所属镇街", "警务块", "几何"])
    for item in DATA.grids:
        grid = item.grid
        book.active.append([grid.code, grid.name, NAMES[grid.town], grid.police_block, item.area.wkt])
    book.save(tmp_path / "grids.xlsx")
    rows = ["镇街,wkt", *(f'{NAMES[item.code]},"{item.area.wkt}"' for item in DATA.towns)]
    (tmp_path / "towns.csv").write_text("\n".join(rows), encoding="gb18030")
    index = tmp_path / "geography.yaml"
    changed(index, lambda text: text.replace("grids.geojson", "grids.xlsx").replace("towns.geojson", "towns.csv"))
    assert load_geography(tmp_path, NAMES).version == DATA.version


def test_files_without_an_index_need_their_system_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "geography.yaml").unlink()
    assert is_geography(tmp_path)
    found = problems(tmp_path)
    assert {item.file for item in found} == {"district.geojson", "towns.geojson", "grids.geojson", "points.csv"}
    assert all("坐标系" in item.reason for item in found)
    assert len(load_geography(tmp_path, NAMES, CoordinateSystem.WGS84).points) == 4


def test_the_system_of_the_command_may_not_contradict_the_index(tmp_path: Path) -> None:
    assert all("请核对" in item.reason for item in problems(write(tmp_path), CoordinateSystem.GCJ02))


@pytest.mark.parametrize("crs", [CoordinateSystem.GCJ02, CoordinateSystem.BD09])
def test_points_of_another_system_are_found_out(tmp_path: Path, crs: CoordinateSystem) -> None:
    near_the_border = tuple(
        SurveyedPoint(f"B{number}", "路灯", "路灯", Position(EAST - 0.001, 34.81 + number / 100)) for number in range(8)
    )
    data = geography(points=near_the_border)
    write(tmp_path, data)
    write(tmp_path / "shifted", data, crs)
    (tmp_path / "points.csv").write_bytes((tmp_path / "shifted" / "points.csv").read_bytes())
    found = problems(tmp_path)
    assert [(item.file, item.line) for item in found] == [("points.csv", line) for line in range(2, 10)]
    assert all(f"按 {crs} 则在区内" in item.reason for item in found)


SPOILT = {
    "no such town": ("grids.geojson", "qicun-town", "nowhere", 4, "未知的镇街“nowhere”"),
    "no town": ("grids.geojson", '"town": "qicun-town", ', "", 4, "未知的镇街“齐村一格”"),
    "grid twice": ("grids.geojson", '"code": "K2"', '"code": "K1"', 3, "“K1”重复，前一处在第 2 行"),
    "town twice": ("towns.geojson", "qicun-town", "kuangqu-street", 3, "“矿区街道”重复，前一处在第 2 行"),
    "town missing": ("towns.geojson", "qicun-town", "kuangqu-street", 1, "缺少镇街“齐村镇”的范围"),
    "point twice": ("points.csv", "P2,", "P1,", 3, "“P1”重复，前一处在第 2 行"),
    "point outside": ("points.csv", "117.52", "118.52", 2, "在区界以外"),
    "point swapped": ("points.csv", "117.52000000,34.82000000", "34.82,117.52", 2, "颠倒"),
    "point at zero": ("points.csv", "117.52000000,34.82000000", "0,0", 2, "含零"),
    "point not a number": ("points.csv", "117.52000000", "东经", 2, "不是数字"),
    "point nan": ("points.csv", "117.52000000", "nan", 2, "不是有限的数"),
    "point without id": ("points.csv", "P1,", ",", 2, "没有写明"),
    "no longitude": ("points.csv", "经度", "东经度", 2, "没有写明 longitude"),
    "point area": ("grids.geojson", "Polygon", "MultiPoint", 2, "第 1 个要素：几何"),
    "broken json": ("towns.geojson", "]}\n", "", 4, "JSON"),
    "wrong index": ("geography.yaml", "crs: wgs84", "crs: wgs48", 5, "只能是"),
    "foreign key": ("geography.yaml", "title:", "titel:", 1, "不认识"),
    "no file": ("geography.yaml", "points.csv", "dots.csv", 1, "不存在"),
}


@pytest.mark.parametrize(("file", "before", "after", "line", "reason"), SPOILT.values(), ids=SPOILT)
def test_what_is_wrong_is_named_with_file_line_and_reason(
    tmp_path: Path, file: str, before: str, after: str, line: int, reason: str
) -> None:
    changed(write(tmp_path) / file, lambda text: text.replace(before, after, 1))
    found = problems(tmp_path)
    assert any(reason in item.reason and item.line == line for item in found), [str(item) for item in found]


def moved(code: str, area: shapely.Geometry) -> GeographyData:
    """The geography with another area for one grid or town."""
    return geography(
        towns=tuple(TownArea(item.code, area if item.code == code else item.area) for item in DATA.towns),
        grids=tuple(GridArea(item.grid, area if item.grid.code == code else item.area) for item in DATA.grids),
    )


BOW_TIE = shapely.Polygon([(WEST, SOUTH), (MIDDLE, 34.85), (MIDDLE, SOUTH), (WEST, 34.85)])
AREAS = {
    "towns overlap": (moved("qicun-town", shapely.box(MIDDLE - 0.01, SOUTH, EAST, NORTH)), "towns.geojson", 3, "重叠"),
    "towns leave a gap": (moved("qicun-town", shapely.box(MIDDLE, SOUTH, EAST, 34.89)), "towns.geojson", 1, "空缺"),
    "a town beyond": (moved("qicun-town", shapely.box(MIDDLE, SOUTH, 117.61, NORTH)), "towns.geojson", 3, "超出区界"),
    "grids overlap": (moved("K2", shapely.box(WEST, 34.84, MIDDLE, NORTH)), "grids.geojson", 3, "K2与K1(第 2 行)重叠"),
    "grids leave a gap": (moved("K2", shapely.box(WEST, 34.86, MIDDLE, NORTH)), "grids.geojson", 1, "矿区街道的网格"),
    "a grid beyond": (moved("K2", shapely.box(WEST, 34.85, 117.56, NORTH)), "grids.geojson", 3, "超出矿区街道"),
    "a border crosses itself": (moved("K1", BOW_TIE), "grids.geojson", 2, "自交"),
}


@pytest.mark.parametrize(("data", "file", "line", "reason"), AREAS.values(), ids=AREAS)
def test_areas_lie_side_by_side(tmp_path: Path, data: GeographyData, file: str, line: int, reason: str) -> None:
    found = problems(write(tmp_path, data))
    assert any((item.file, item.line) == (file, line) and reason in item.reason for item in found), found


def test_borders_may_miss_each_other_by_less_than_the_tolerance(tmp_path: Path) -> None:
    hair = 1e-5  # 0.9 m
    data = moved("qicun-town", shapely.box(MIDDLE + hair, SOUTH, EAST, NORTH))
    assert load_geography(write(tmp_path, data), NAMES).version != DATA.version
    changed(tmp_path / "geography.yaml", lambda text: text + "tolerance_metres: 0.5\n")
    assert any("空缺" in item.reason for item in problems(tmp_path))


def test_empty_files_and_empty_folders(tmp_path: Path) -> None:
    assert not is_geography(tmp_path)
    write(tmp_path)
    (tmp_path / "points.csv").write_text("id,经度,纬度\n")
    (tmp_path / "grids.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    assert {item.file for item in problems(tmp_path) if "空的" in item.reason} == {"points.csv", "grids.geojson"}
    assert problems(tmp_path / "nowhere")[0].reason == "没有这个文件夹"


def test_a_single_line_of_features_counts_them(tmp_path: Path) -> None:
    write(tmp_path, geography(grids=(*DATA.grids[:2], GridArea(Grid("Q1", "", "qicun-town"), shapely.Point(0, 0)))))
    changed(tmp_path / "grids.geojson", lambda text: text.replace("\n", ""))
    (problem, *_) = problems(tmp_path)
    assert (problem.line, problem.reason.startswith("第 3 个要素")) == (1, True)


def test_many_problems_are_told_in_short() -> None:
    many = [Problem("points.csv", line, "不是数字") for line in range(2, 10)]
    assert list(kept_lines(many, 2)) == ["points.csv:2 不是数字", "points.csv:3 不是数字", "……另有 6 处"]
