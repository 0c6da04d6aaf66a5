"""A drawing shows where things lie, keeps one border between neighbours, and is small."""

from __future__ import annotations

import re

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateways.geography import MemoryGeography, TownArea
from gateways.geography_drawing import SIZE, Outline
from tests.support.geographies import EAST, MIDDLE, NORTH, SOUTH, WEST, geography

DRAWING = MemoryGeography(geography()).drawing
longitudes = st.floats(WEST, EAST)
latitudes = st.floats(SOUTH, NORTH)


def points_of(outline: Outline) -> list[tuple[int, int]]:
    """The corners of a path, put together again."""
    found, x, y = [], 0, 0
    for kind, east, south in re.findall(r"([Ml])(-?\d+),(-?\d+)", outline.path):
        x, y = (int(east), int(south)) if kind == "M" else (x + int(east), y + int(south))
        found.append((x, y))
    return found


@given(longitude=longitudes, latitude=latitudes)
def test_a_point_is_found_again(longitude: float, latitude: float) -> None:
    there = DRAWING.flat.position(*DRAWING.flat.point(longitude, latitude))
    assert there == pytest.approx((longitude, latitude), abs=1e-9)


def test_north_is_up_and_the_district_fits() -> None:
    west, north = DRAWING.flat.point(WEST, NORTH)
    east, south = DRAWING.flat.point(EAST, SOUTH)
    assert (round(west), round(north)) == (0, 0)
    assert max(east, south) == pytest.approx(SIZE)
    assert south > north
    frame = DRAWING.whole
    assert frame.x < 0 < frame.x + frame.width
    assert frame.x + frame.width > east


def test_areas_lie_where_they_are_and_neighbours_share_a_border() -> None:
    west, east = (set(points_of(town)) for town in DRAWING.towns)
    border = round(DRAWING.flat.point(MIDDLE, NORTH)[0])
    assert {x for x, _ in west & east} == {border}
    assert len(west & east) == 2
    for outline in (*DRAWING.towns, *DRAWING.grids):
        area = shapely.Polygon(points_of(outline))
        assert area.contains(shapely.Point(outline.x, outline.y))
    town = DRAWING.town("qicun-town")
    assert town is not None
    assert [grid.code for grid in DRAWING.grids if grid.town == town.code] == ["Q1"]
    assert DRAWING.town("nosuch") is None


def test_a_border_is_drawn_with_few_corners_within_some_metres() -> None:
    ragged = shapely.Polygon(
        [(WEST, SOUTH), (EAST, SOUTH)]
        + [(EAST + (number % 2) * 1e-5, SOUTH + (NORTH - SOUTH) * number / 1000) for number in range(1001)]
        + [(WEST, NORTH)]
    )
    [town] = MemoryGeography(geography(towns=(TownArea("qicun-town", ragged),), grids=())).drawing.towns
    assert len(points_of(town)) < 30
    drawn, true = shapely.Polygon(points_of(town)), shapely.transform(ragged, DRAWING.flat.flat)
    middle = shapely.transform(geography().district, DRAWING.flat.flat)
    assert drawn.hausdorff_distance(true) < middle.length / 500
