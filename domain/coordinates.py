"""Where a point is: WGS-84 degrees, and the two coordinate systems of Chinese maps that shift them.

GCJ-02 (火星坐标) lies some 500 m and BD-09 (百度坐标) some 1,200 m from WGS-84 in this district. A pair of numbers does
not say which of the three it is, so nothing here guesses: a coordinate without its system is refused.

The shifts are the known series that map makers apply; both are undone by iteration, to less than a centimetre.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from domain.errors import Incomplete, Missing


class CoordinateSystem(StrEnum):
    """The system a pair of degrees is given in (坐标系)."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


SYSTEM_LABELS = {
    CoordinateSystem.WGS84: "WGS-84(卫星定位、天地图)",
    CoordinateSystem.GCJ02: "GCJ-02(高德、腾讯)",
    CoordinateSystem.BD09: "BD-09(百度)",
}
NAME_THE_SYSTEM = f"须写明坐标系：{'、'.join(f'{item}＝{label}' for item, label in SYSTEM_LABELS.items())}"
"""What is said where a coordinate comes without its system."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the ground, in WGS-84 degrees."""

    longitude: float
    latitude: float


class BadCoordinate(Incomplete):
    """A coordinate that cannot be meant; `field` is `longitude`, `latitude` or `crs`."""

    code = "bad-coordinate"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__([Missing(field, reason)])
        self.message = reason


_PAIR = tuple[float, float]
_CHINA = ((73.0, 136.0), (3.0, 54.0))
"""Longitudes and latitudes between which GCJ-02 is defined."""
_AXIS, _FLATNESS = 6378245.0, 0.00669342162296594323
"""The ellipsoid of the shift (Krasovsky 1940): semi-major axis in metres, eccentricity squared."""
_RADIUS = 6371008.8
"""Mean radius of the earth in metres."""
_CLOSE_ENOUGH = 1e-8
"""Degrees; a millimetre."""


def check_degrees(longitude: float, latitude: float) -> None:
    """Raises `BadCoordinate` for degrees that cannot be meant: not finite, zero, out of range, or swapped."""
    for field, name, value in (("longitude", "经度", longitude), ("latitude", "纬度", latitude)):
        if not math.isfinite(value):
            raise BadCoordinate(field, f"{name}不是有限的数，请重新定位")
    if longitude == 0 or latitude == 0:
        field = "longitude" if longitude == 0 else "latitude"
        raise BadCoordinate(field, f"坐标({longitude:g}, {latitude:g})含零，多为定位失败，请重新定位或不填坐标")
    if not is_in_china(longitude, latitude) and is_in_china(latitude, longitude):
        reason = f"经度({longitude:g})与纬度({latitude:g})看来颠倒了，请先经度后纬度"
        raise BadCoordinate("latitude" if abs(latitude) > 90 else "longitude", reason)  # noqa: PLR2004
    for field, name, value, limit in (("longitude", "经度", longitude, 180), ("latitude", "纬度", latitude, 90)):
        if abs(value) > limit:
            raise BadCoordinate(field, f"{name}({value:g})须在 -{limit} 至 {limit} 度之间")


def to_wgs84(longitude: float, latitude: float, system: CoordinateSystem | None) -> Position:
    """The point meant by these degrees of `system`.

    Raises:
        BadCoordinate: the system is not named, the degrees cannot be meant, or the system has no such place.
    """
    check_degrees(longitude, latitude)
    if system is None:
        raise BadCoordinate("crs", NAME_THE_SYSTEM)
    if system is CoordinateSystem.WGS84:
        return Position(longitude, latitude)
    if not is_in_china(longitude, latitude):
        name = SYSTEM_LABELS[system]
        raise BadCoordinate("crs", f"{name}只在中国境内有定义，({longitude:g}, {latitude:g})不在境内，请核对坐标系")
    pair = (longitude, latitude)
    if system is CoordinateSystem.BD09:
        pair = _undone(_baidu, pair)
    return Position(*_undone(_mars, pair))


def from_wgs84(position: Position, system: CoordinateSystem) -> tuple[float, float]:
    """Longitude and latitude of `position` as `system` has them; outside China all three are the same."""
    pair = (position.longitude, position.latitude)
    if system is CoordinateSystem.WGS84 or not is_in_china(*pair):
        return pair
    shifted = _mars(pair)
    return _baidu(shifted) if system is CoordinateSystem.BD09 else shifted


def metres_between(one: Position, other: Position) -> float:
    """The distance of two points in metres, along the surface."""
    low, high = math.radians(one.latitude), math.radians(other.latitude)
    half_across = math.radians(other.longitude - one.longitude) / 2
    root = math.sin((high - low) / 2) ** 2 + math.cos(low) * math.cos(high) * math.sin(half_across) ** 2
    return 2 * _RADIUS * math.asin(min(1.0, math.sqrt(root)))


def is_in_china(longitude: float, latitude: float) -> bool:
    """Whether the degrees lie in the rectangle around China; its neighbours' edges do too."""
    return all(low <= value <= high for (low, high), value in zip(_CHINA, (longitude, latitude), strict=True))


def _mars(pair: _PAIR) -> _PAIR:
    """WGS-84 to GCJ-02."""
    longitude, latitude = pair
    x, y = longitude - 105.0, latitude - 35.0
    waves = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (waves + 20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (waves + 20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = math.radians(latitude)
    bulge = 1 - _FLATNESS * math.sin(angle) ** 2
    along = _AXIS * (1 - _FLATNESS) / (bulge * math.sqrt(bulge))
    across = _AXIS / math.sqrt(bulge) * math.cos(angle)
    return longitude + math.degrees(east / across), latitude + math.degrees(north / along)


def _baidu(pair: _PAIR) -> _PAIR:
    """GCJ-02 to BD-09."""
    x, y = pair
    turns = math.pi * 3000.0 / 180.0
    length = math.hypot(x, y) + 0.00002 * math.sin(y * turns)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * turns)
    return length * math.cos(angle) + 0.0065, length * math.sin(angle) + 0.006


def _undone(shift: Callable[[_PAIR], _PAIR], shifted: _PAIR) -> _PAIR:
    """What `shift` made `shifted` of. Each round leaves less than a hundredth of the error."""
    x, y = shifted
    for _ in range(20):
        to_x, to_y = shift((x, y))
        off_x, off_y = to_x - shifted[0], to_y - shifted[1]
        x, y = x - off_x, y - off_y
        if max(abs(off_x), abs(off_y)) < _CLOSE_ENOUGH:
            break
    return x, y
