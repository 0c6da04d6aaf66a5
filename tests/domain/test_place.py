"""What is said of a place: its grid and town, what lies nearest, and that another system may have been meant."""

from __future__ import annotations

import pytest

from domain.coordinates import CoordinateSystem, Position, from_wgs84
from domain.place import Grid, Located, NearestPoint, locate, without_distance

WGS84, GCJ02, BD09 = CoordinateSystem.WGS84, CoordinateSystem.GCJ02, CoordinateSystem.BD09
HERE = Position(117.5, 34.8)
GRID = Grid("G1", "一网格", "north", "一警务块", "北路一段")
POINT = NearestPoint("P1", "路灯", "一号路灯", 12.4)


class OneSquare:
    """A district of a hundredth of a degree around `HERE`."""

    version = "geo-test"

    def locate(self, position: Position) -> Located:
        apart = max(abs(position.longitude - HERE.longitude), abs(position.latitude - HERE.latitude))
        return Located(position, self.version, outside=apart > 0.005)


@pytest.mark.parametrize(
    ("located", "said"),
    [
        (
            Located(HERE, "v", "north", GRID, POINT),
            "坐标位于一网格(北街道)，一警务块，北路一段，最近点位“一号路灯”，相距 12 米",
        ),
        (Located(HERE, "v", "north"), "坐标位于北街道(不在任何网格内)"),
        (Located(HERE, "v", nearest=POINT), "坐标位于未知镇街(不在任何网格内)，最近点位“一号路灯”，相距 12 米"),
        (Located(HERE, "v", outside=True), "坐标在本区范围以外"),
    ],
)
def test_a_place_in_words(located: Located, said: str) -> None:
    assert located.told({"north": "北街道"}.__getitem__) == said


def test_degrees_of_another_system_are_recognised_and_not_corrected() -> None:
    longitude, latitude = from_wgs84(HERE, BD09)
    found = locate(longitude, latitude, WGS84, OneSquare())
    assert found.position == Position(longitude, latitude)
    told = found.told(str)
    assert told.startswith("坐标在本区范围以外；按WGS-84")
    assert all(said in told for said in ("按BD-09(百度)则在区内", "未作更正"))
    assert "GCJ-02" not in told


@pytest.mark.parametrize(
    ("longitude", "latitude", "named", "outside"),
    [(*from_wgs84(HERE, GCJ02), GCJ02, False), (117.9, 35.3, WGS84, True), (2.3, 48.8, WGS84, True)],
)
def test_nothing_is_said_where_the_system_is_right_or_no_other_helps(
    longitude: float, latitude: float, named: CoordinateSystem, outside: bool
) -> None:
    found = locate(longitude, latitude, named, OneSquare())
    assert (found.outside, found.hint) == (outside, "")


def test_a_sentence_may_be_told_without_its_distance() -> None:
    told = Located(HERE, "v", "north", GRID, POINT).told(str)
    assert without_distance(f"{told}；职责：路灯") == "坐标位于一网格(north)，一警务块，北路一段；职责：路灯"
