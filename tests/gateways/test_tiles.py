"""Tiles beneath the map: the ones that cover what is looked at, where they belong, in either coordinate system."""

from __future__ import annotations

import math
import re

import pytest
from pydantic import ValidationError

from domain.coordinates import CoordinateSystem, Position, from_wgs84
from gateways.geography import MemoryGeography
from gateways.tiles import Tile, Tiles
from settings import Settings
from tests.support.geographies import IN_THE_WEST, geography

URL = "https://tiles.example.cn:8443/vec/{z}/{x}/{y}.png?key=abc"
DRAWING = MemoryGeography(geography()).drawing


def tiles(system: CoordinateSystem) -> list[Tile]:
    return list(Tiles(URL, system).covering(DRAWING.whole, DRAWING.flat))


@pytest.mark.parametrize("system", [CoordinateSystem.WGS84, CoordinateSystem.GCJ02])
def test_a_place_lies_on_its_tile_and_where_the_tile_shows_it(system: CoordinateSystem) -> None:
    x, y = DRAWING.flat.point(IN_THE_WEST.longitude, IN_THE_WEST.latitude)
    [tile] = [item for item in tiles(system) if 0 <= x - item.x < item.size and 0 <= y - item.y < item.size]
    found = re.search(r"/(\d+)/(\d+)/(\d+)\.png", tile.address)
    assert found
    depth, column, row = map(int, found.groups())
    longitude, latitude = from_wgs84(Position(IN_THE_WEST.longitude, IN_THE_WEST.latitude), system)
    across = (longitude + 180) / 360 * 2**depth
    down = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2 * 2**depth
    assert (math.floor(across), math.floor(down)) == (column, row)
    assert (x - tile.x) / tile.size == pytest.approx(across % 1, abs=0.01)
    assert (y - tile.y) / tile.size == pytest.approx(down % 1, abs=0.01)


def test_they_cover_the_frame_and_are_few() -> None:
    found, frame = tiles(CoordinateSystem.WGS84), DRAWING.whole
    assert min(item.x for item in found) <= frame.x
    assert max(item.x + item.size for item in found) >= frame.x + frame.width
    assert min(item.y for item in found) <= frame.y
    assert max(item.y + item.size for item in found) >= frame.y + frame.height
    assert 4 <= len(found) <= 64


def test_browsers_are_let_ask_that_host_alone() -> None:
    assert Tiles(URL, CoordinateSystem.WGS84).origin == "https://tiles.example.cn:8443"


@pytest.mark.parametrize(
    "url",
    [
        "tiles.example.cn/{z}/{x}/{y}",
        "https://tiles.example.cn/{z}/{x}",
        "https://a b.cn/{z}/{x}/{y}",
        "https://tiles.example.cn; script-src *//{z}/{x}/{y}",
        "javascript:alert(1)/{z}/{x}/{y}",
        "https://user:word@tiles.example.cn/{z}/{x}/{y}",
    ],
)
def test_an_address_that_cannot_be_meant_stops_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="map_tiles_url"):
        Settings(map_tiles_url=url)


def test_a_good_address_is_taken() -> None:
    assert Settings(map_tiles_url=URL).map_tiles_url == URL
