"""What another geography changes: areas and points that come, go or move, and points that come to another town."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely

from domain.coordinates import metres_between
from gateways.geography import GeographyData, MemoryGeography, Plane

_SAME_METRES = 0.1
"""What moved by less is where it was: a decimetre is nothing to a surveyor (our own decision)."""


@dataclass(frozen=True)
class LayerDiff:
    """How a layer changes, as codes in order. `changed` says something else of itself in the same place."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.removed or self.moved or self.changed)


@dataclass(frozen=True)
class PointMove:
    """A surveyed point that lies in another town; `None` is none."""

    id: str
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class GeographyDiff:
    """All that changes from one geography to another."""

    towns: LayerDiff = field(default_factory=LayerDiff)
    grids: LayerDiff = field(default_factory=LayerDiff)
    points: LayerDiff = field(default_factory=LayerDiff)
    to_other_towns: tuple[PointMove, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.towns.is_empty and self.grids.is_empty and self.points.is_empty


def compare(before: GeographyData | None, after: GeographyData) -> GeographyDiff:
    """What `after` changes; before the first one there was nothing."""
    if before is None:
        return GeographyDiff(
            towns=LayerDiff(added=tuple(item.code for item in after.towns)),
            grids=LayerDiff(added=tuple(item.grid.code for item in after.grids)),
            points=LayerDiff(added=tuple(item.id for item in after.points)),
        )
    plane = Plane.around(after.district)
    return GeographyDiff(
        towns=_areas(
            {item.code: (item.area, None) for item in before.towns},
            {item.code: (item.area, None) for item in after.towns},
            plane,
        ),
        grids=_areas(
            {item.grid.code: (item.area, item.grid) for item in before.grids},
            {item.grid.code: (item.area, item.grid) for item in after.grids},
            plane,
        ),
        points=_points(before, after),
        to_other_towns=tuple(_to_other_towns(before, after)),
    )


def _areas(before: Mapping[str, Any], after: Mapping[str, Any], plane: Plane) -> LayerDiff:
    both = sorted(before.keys() & after.keys())
    moved = {code for code in both if _has_moved(before[code][0], after[code][0], plane)}
    return LayerDiff(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        moved=tuple(sorted(moved)),
        changed=tuple(code for code in both if code not in moved and before[code][1] != after[code][1]),
    )


def _has_moved(before: Any, after: Any, plane: Plane) -> bool:  # noqa: ANN401 - shapely has no types
    if before.equals(after):
        return False
    old, new = (shapely.transform(area, plane.flat) for area in (before, after))
    apart = shapely.symmetric_difference(old, new)
    # What is narrow everywhere has no more area than its borders are long; that is quickly said of what moved far.
    if apart.area > _SAME_METRES * (old.length + new.length):
        return True
    return not apart.buffer(-_SAME_METRES / 2).is_empty


def _points(before: GeographyData, after: GeographyData) -> LayerDiff:
    old = {item.id: item for item in before.points}
    new = {item.id: item for item in after.points}
    both = sorted(key for key in old.keys() & new.keys() if old[key] != new[key])
    moved = {key for key in both if metres_between(old[key].position, new[key].position) > _SAME_METRES}
    return LayerDiff(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        moved=tuple(sorted(moved)),
        changed=tuple(key for key in both if key not in moved),
    )


def _to_other_towns(before: GeographyData, after: GeographyData) -> list[PointMove]:
    old = {item.id: item for item in before.points}
    kept = [item for item in after.points if item.id in old]
    were = MemoryGeography(before).towns_of([old[item.id].position for item in kept])
    are = MemoryGeography(after).towns_of([item.position for item in kept])
    return [
        PointMove(item.id, item.name, was, now) for item, was, now in zip(kept, were, are, strict=True) if was != now
    ]
