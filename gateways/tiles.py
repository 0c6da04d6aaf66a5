"""Pictures beneath the map: which tiles of somebody's map server cover a frame, and where they lie on our drawing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from domain.coordinates import CoordinateSystem, Position, from_wgs84
from gateways.geography_drawing import Flat, Frame

_ACROSS = 6
"""About so many tiles lie side by side (our own decision)."""
_DEEPEST = 18


@dataclass(frozen=True)
class Tile:
    """A picture and where it lies, in units of the drawing."""

    address: str
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Tiles:
    """A server of tiles in Web Mercator. `url` has `{z}`, `{x}` and `{y}`; `system` is what its pictures show."""

    url: str
    system: CoordinateSystem
    credit: str = ""

    @property
    def origin(self) -> str:
        """Whom browsers ask, as the policy against foreign hosts names it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def covering(self, frame: Frame, flat: Flat) -> Iterator[Tile]:
        """The tiles that cover the frame.

        Of another system than WGS-84 they are moved by what lies between the two in the middle of the frame; across a
        district that differs by less than a metre or two.
        """
        depth = max(0, min(_DEEPEST, math.ceil(math.log2(flat.units * _ACROSS / frame.width)) - 1))
        count = 2**depth
        size = flat.units / count
        east, south = self._moved(frame, flat)
        first_x, last_x = (
            math.floor((flat.west * flat.units + edge + east) / size) for edge in _ends(frame.x, frame.width)
        )
        first_y, last_y = (
            math.floor((flat.north * flat.units + edge + south) / size) for edge in _ends(frame.y, frame.height)
        )
        for x in range(max(0, first_x), min(count - 1, last_x) + 1):
            for y in range(max(0, first_y), min(count - 1, last_y) + 1):
                address = self.url.replace("{z}", str(depth)).replace("{x}", str(x)).replace("{y}", str(y))
                left, top = x * size - flat.west * flat.units - east, y * size - flat.north * flat.units - south
                yield Tile(address, round(left, 1), round(top, 1), round(size, 1))

    def _moved(self, frame: Frame, flat: Flat) -> tuple[float, float]:
        """Units by which the server shows the middle of the frame further east and south than it lies."""
        x, y = frame.x + frame.width / 2, frame.y + frame.height / 2
        shown_x, shown_y = flat.point(*from_wgs84(Position(*flat.position(x, y)), self.system))
        return shown_x - x, shown_y - y


def _ends(start: int, length: int) -> tuple[int, int]:
    return start, start + length
