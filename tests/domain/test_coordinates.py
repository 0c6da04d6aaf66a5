"""Degrees of three systems: each way and back, and nothing taken for what it is not."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.coordinates import BadCoordinate, CoordinateSystem, Position, from_wgs84, metres_between, to_wgs84

WGS84, GCJ02, BD09 = CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.BD09
DISTRICT = Position(117.5567, 34.8622)
CHINA = st.builds(Position, st.floats(74, 135), st.floats(4, 53))


@pytest.mark.parametrize("system", CoordinateSystem)
@given(position=CHINA)
def test_there_and_back_is_the_same_place(system: CoordinateSystem, position: Position) -> None:
    assert metres_between(position, to_wgs84(*from_wgs84(position, system), system)) < 0.01


@given(position=CHINA, east=st.floats(-1e-4, 1e-4), north=st.floats(-1e-4, 1e-4))
def test_what_is_close_stays_close(position: Position, east: float, north: float) -> None:
    beside = Position(position.longitude + east, position.latitude + north)
    apart = metres_between(position, beside)
    moved = [Position(*from_wgs84(item, BD09)) for item in (position, beside)]
    # Both shifts turn and stretch the map a little, nowhere more than a hundredth and a few centimetres.
    assert metres_between(*moved) == pytest.approx(apart, rel=0.02, abs=0.05)


@pytest.mark.parametrize(
    ("position", "system", "expected"),
    [
        # As other converters give them.
        (Position(116.404, 39.915), GCJ02, (116.41024449916938, 39.91640428150164)),
        (DISTRICT, GCJ02, (117.56237198124794, 34.861231432784095)),
        (DISTRICT, BD09, (117.56891141489245, 34.867093917807715)),
        (Position(116.404, 39.915), WGS84, (116.404, 39.915)),
        (Position(139.7, 35.7), GCJ02, (139.7, 35.7)),
        (Position(2.3, 48.8), BD09, (2.3, 48.8)),
    ],
)
def test_published_pairs(position: Position, system: CoordinateSystem, expected: tuple[float, float]) -> None:
    assert from_wgs84(position, system) == pytest.approx(expected, abs=1e-7)


def test_a_published_pair_of_baidu() -> None:
    assert metres_between(to_wgs84(116.404, 39.915, GCJ02), to_wgs84(116.41036949371, 39.92133699351, BD09)) < 0.5


@pytest.mark.parametrize(("system", "metres"), [(GCJ02, 529), (BD09, 1241)])
def test_how_far_the_district_is_shifted(system: CoordinateSystem, metres: float) -> None:
    assert metres_between(DISTRICT, Position(*from_wgs84(DISTRICT, system))) == pytest.approx(metres, abs=10)


def test_metres_along_a_meridian_and_a_parallel() -> None:
    assert metres_between(Position(117, 34), Position(117, 35)) == pytest.approx(111_195, rel=1e-4)
    assert metres_between(Position(117, 60), Position(118, 60)) == pytest.approx(55_597, rel=1e-3)


@pytest.mark.parametrize(
    ("longitude", "latitude", "field", "said"),
    [
        (math.nan, 34.86, "longitude", "不是有限的数"),
        (117.56, math.inf, "latitude", "不是有限的数"),
        (0.0, 0.0, "longitude", "含零"),
        (117.56, 0.0, "latitude", "含零"),
        (34.86, 117.56, "latitude", "颠倒"),
        (34.86, 80.0, "longitude", "颠倒"),
        (181.0, 34.86, "longitude", "须在"),
        (117.56, -91.0, "latitude", "须在"),
    ],
)
@pytest.mark.parametrize("system", CoordinateSystem)
def test_degrees_that_cannot_be_meant(
    longitude: float, latitude: float, field: str, said: str, system: CoordinateSystem
) -> None:
    with pytest.raises(BadCoordinate) as refused:
        to_wgs84(longitude, latitude, system)
    (missing,) = refused.value.missing
    assert missing["field"] == field
    assert said in missing["reason"]


def test_degrees_without_a_system_are_refused_and_the_systems_are_named() -> None:
    with pytest.raises(BadCoordinate) as refused:
        to_wgs84(117.56, 34.86, None)
    assert refused.value.missing[0]["field"] == "crs"
    assert all(system in str(refused.value) for system in CoordinateSystem)


@pytest.mark.parametrize("system", [GCJ02, BD09])
def test_a_chinese_system_has_no_place_abroad(system: CoordinateSystem) -> None:
    with pytest.raises(BadCoordinate) as refused:
        to_wgs84(2.3, 48.8, system)
    assert refused.value.missing[0]["field"] == "crs"
    assert to_wgs84(2.3, 48.8, WGS84) == Position(2.3, 48.8)
