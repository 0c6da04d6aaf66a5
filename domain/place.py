"""What is known of a point in the district: its grid, its town, and what lies nearest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from domain.coordinates import SYSTEM_LABELS, BadCoordinate, CoordinateSystem, Position, to_wgs84


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid (网格): the smallest area somebody is in charge of. `town` is a unit's code."""

    code: str
    name: str
    town: str
    police_block: str = ""
    """Block of the community police (“块”警务)."""
    road_section: str = ""
    """Section of a road with a chief of its own (路长)."""


@dataclass(frozen=True, slots=True)
class NearestPoint:
    """The surveyed point (点位) that lies nearest, `metres` away."""

    id: str
    kind: str
    name: str
    metres: float


@dataclass(frozen=True, slots=True)
class Located:
    """Where a position lies. `town` without a `grid` is a place that no grid covers."""

    position: Position
    version: str
    """Of the geography that says so."""
    town: str | None = None
    grid: Grid | None = None
    nearest: NearestPoint | None = None
    outside: bool = False
    """Not in the district at all; then nothing else is said of it."""
    hint: str = ""
    """What speaks for another coordinate system than the one that was named."""

    def told(self, name_of: Callable[[str], str]) -> str:
        """The place as a Chinese sentence without its full stop; `name_of` names a town."""
        if self.outside:
            return "；".join(filter(None, ("坐标在本区范围以外", self.hint)))
        town = name_of(self.town) if self.town else "未知镇街"
        parts = [f"坐标位于{self.grid.name}({town})" if self.grid else f"坐标位于{town}(不在任何网格内)"]
        if self.grid is not None:
            parts += [text for text in (self.grid.police_block, self.grid.road_section) if text]
        if self.nearest is not None:
            parts.append(f"最近点位“{self.nearest.name}”，相距 {self.nearest.metres:.0f} 米")
        return "，".join(parts)


def without_distance(told: str) -> str:
    """A text without what `Located.told` says of the nearest point: to a few metres it may be somebody's home."""
    return _NEAREST.sub("", told)


_NEAREST = re.compile(r"，最近点位“[^”]*”，相距 \d+ 米")


class Geography(Protocol):
    """The areas and points of a district, at one version."""

    @property
    def version(self) -> str: ...

    def locate(self, position: Position) -> Located:
        """Where `position` lies. On a common border the area with the smallest code has it."""
        ...


def locate(longitude: float, latitude: float, named: CoordinateSystem, geography: Geography) -> Located:
    """Where degrees of the system `named` lie.

    Where that is outside, the other systems in which they would lie inside are said; nothing is corrected.

    Raises:
        BadCoordinate: the degrees cannot be meant.
    """
    located = geography.locate(to_wgs84(longitude, latitude, named))
    if not located.outside:
        return located
    others = [item for item in CoordinateSystem if item is not named]
    meant = [SYSTEM_LABELS[item] for item in others if _lies_within(longitude, latitude, item, geography)]
    if not meant:
        return located
    hint = f"按{SYSTEM_LABELS[named]}不在区内，按{'或'.join(meant)}则在区内，请核对坐标系；未作更正"
    return replace(located, hint=hint)


def _lies_within(longitude: float, latitude: float, system: CoordinateSystem, geography: Geography) -> bool:
    try:
        return not geography.locate(to_wgs84(longitude, latitude, system)).outside
    except BadCoordinate:
        return False
