"""What is said of a place: its grid and town, what lies nearest, and that another system may have been meant."""

from __future__ import annotations

import pytest

from domain.coordinates import CoordinateSystem, Position, from_wgs84
from domain.place import Grid, Located, NearestPoint, hint_of, systems_meant

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
    assert systems_meant(longitude, latitude, WGS84, OneSquare()) == (BD09,)
    hint = hint_of(WGS84, (BD09,))
    assert "BD-09" in hint
    assert "未作更正" in hint
    told = Located(Position(longitude, latitude), "v", outside=True).told(str, hint)
    assert told == f"坐标在本区范围以外；{hint}"


@pytest.mark.parametrize(
    ("longitude", "latitude", "named"),
    [(*from_wgs84(HERE, GCJ02), GCJ02), (117.9, 35.3, WGS84), (2.3, 48.8, WGS84)],
)
def test_nothing_is_said_where_the_system_is_right_or_no_other_helps(
    longitude: float, latitude: float, named: CoordinateSystem
) -> None:
    assert systems_meant(longitude, latitude, named, OneSquare()) == ()
    assert hint_of(named, ()) == ""
