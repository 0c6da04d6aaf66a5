"""A geography that is asked: grid, town, nearest point; kept and read again, whole or not at all."""

from __future__ import annotations

import dataclasses
import zlib

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from domain.coordinates import Position, metres_between
from domain.place import Located
from gateways.geography import DamagedGeography, GeographyData, MemoryGeography, unpacked
from tests.support.geographies import EAST, FAR_AWAY, MIDDLE, NORTH, SOUTH, WEST, geography

DATA = geography()
MEMORY = MemoryGeography(DATA)
POSITIONS = st.builds(Position, st.floats(WEST - 0.05, EAST + 0.05), st.floats(SOUTH - 0.05, NORTH + 0.05))
INSIDE = st.builds(Position, st.floats(WEST, EAST), st.floats(SOUTH, NORTH))


def naive(data: GeographyData, position: Position) -> Located:
    """Every area and every point is looked at."""
    point = shapely.Point(position.longitude, position.latitude)
    grid = next((item.grid for item in data.grids if item.area.intersects(point)), None)
    town = grid.town if grid else next((item.code for item in data.towns if item.area.intersects(point)), None)
    outside = town is None and not data.district.intersects(point)
    return Located(position, data.version, town, grid, outside=outside)


@given(position=POSITIONS)
def test_a_place_is_where_a_look_at_every_area_finds_it(position: Position) -> None:
    # A border is a line: what lies within a millimetre of one may be on either side.
    near = [WEST, MIDDLE, EAST, SOUTH, 34.85, NORTH]
    on_a_border = any(
        abs(value - border) < 1e-8 for value in (position.longitude, position.latitude) for border in near
    )
    found = MEMORY.locate(position)
    if not on_a_border:
        assert dataclasses.replace(found, nearest=None) == naive(DATA, position)


@given(position=INSIDE)
def test_the_nearest_point_is_the_nearest_and_its_distance_is_true(position: Position) -> None:
    nearest = MEMORY.locate(position).nearest
    assert nearest is not None
    least = min(metres_between(position, item.position) for item in DATA.points)
    assert nearest.metres == pytest.approx(least, rel=0.002, abs=0.01)


@pytest.mark.parametrize(
    ("position", "town", "grid"),
    [
        (Position(117.51, 34.81), "kuangqu-street", "K1"),
        (Position(117.51, 34.85), "kuangqu-street", "K1"),
        (Position(MIDDLE, 34.84), "kuangqu-street", "K1"),
        (Position(117.58, 34.85), "qicun-town", "Q1"),
        (FAR_AWAY, None, None),
    ],
)
def test_on_a_common_border_the_smallest_code_has_it(position: Position, town: str | None, grid: str | None) -> None:
    found = MEMORY.locate(position)
    assert (found.town, found.grid and found.grid.code) == (town, grid)
    assert found.outside == (town is None)
    assert MEMORY.towns_of([position]) == [town]


def test_a_place_without_a_grid_has_its_town_and_one_without_a_town_is_inside_all_the_same() -> None:
    town_only = MemoryGeography(geography(grids=()))
    assert town_only.locate(Position(117.58, 34.85)).town == "qicun-town"
    bare = MemoryGeography(geography(grids=(), towns=DATA.towns[:1], points=()))
    found = bare.locate(Position(117.58, 34.85))
    assert (found.town, found.outside, found.nearest) == (None, False, None)


def test_what_is_kept_is_what_was_put_there() -> None:
    again = unpacked(DATA.packed(), DATA.version)
    assert again.version == DATA.version
    assert again.points == DATA.points
    assert [item.grid for item in again.grids] == [item.grid for item in DATA.grids]
    assert all(a.area.equals(b.area) for a, b in zip(again.towns, DATA.towns, strict=True))


def test_another_point_is_another_version() -> None:
    assert geography().version == DATA.version
    assert geography(points=DATA.points[1:]).version != DATA.version


@pytest.mark.parametrize(
    "content",
    [
        b"",
        DATA.packed()[:-9],
        zlib.compress(b"{}"),
        zlib.compress(b"[]"),
        zlib.compress(b"\xff"),
        geography(points=()).packed(),
    ],
)
def test_damaged_content_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedGeography, match=DATA.version):
        unpacked(content, DATA.version)
