"""What lies around a point, cut out of the true areas."""

from __future__ import annotations

import re

import pytest
import shapely

from domain.coordinates import Position, metres_between
from gateways.geography import MemoryGeography
from gateways.geography_around import LETTER, Around, Cut, Reach, around
from tests.support.geographies import IN_THE_WEST, MIDDLE, geography

REACH = Reach(1500, 1000)


def corners(path: str) -> list[tuple[int, int]]:
    """The points of a path in the plane of the drawing."""
    found: list[tuple[int, int]] = []
    for letter, x, y in re.findall(r"([Ml])(-?\d+),(-?\d+)", path):
        last = found[-1] if found and letter == "l" else (0, 0)
        found.append((last[0] + int(x), last[1] + int(y)))
    return found


def seen(position: Position, reach: Reach = REACH) -> Around:
    return MemoryGeography(geography()).around(position, reach)


def test_the_grid_of_the_point_is_marked_and_what_is_far_is_left_out() -> None:
    found = seen(IN_THE_WEST)
    assert [(piece.code, piece.own) for piece in found.grids] == [("K1", True)]
    assert [(piece.code, piece.own) for piece in found.towns] == [("kuangqu-street", True)]


def test_a_border_lies_where_it_truly_is() -> None:
    """A point a hundred metres or so west of the border between the towns sees it at that distance."""
    here = Position(MIDDLE - 0.001, 34.86)
    found = seen(here)
    apart = metres_between(here, Position(MIDDLE, 34.86))
    [east] = [piece for piece in found.towns if not piece.own]
    assert min(x for x, _ in corners(east.path)) == pytest.approx(apart, abs=3)


def test_nothing_is_drawn_far_beyond_what_is_seen() -> None:
    found = seen(Position(MIDDLE, 34.85))
    assert {piece.code for piece in found.grids} == {"K1", "K2", "Q1"}
    for piece in (*found.grids, *found.towns):
        assert all(abs(x) <= REACH.across + 60 and abs(y) <= REACH.down + 60 for x, y in corners(piece.path))


def test_names_stand_whole_and_not_on_each_other() -> None:
    halves = [
        Cut(str(number), f"名称很长的网格之{number}", shapely.box(west, -2000, west + 40, 2000), own=False)
        for number, west in enumerate(range(-1500, 1500, 40))
    ]
    named = [piece for piece in around(REACH, halves, []).grids if piece.at]
    assert named
    for piece in named:
        assert piece.at
        assert abs(piece.at[0]) + len(piece.name) * LETTER / 2 <= REACH.across + 1
    boxes = [shapely.box(x - 400, y - LETTER, x + 400, y + LETTER) for piece in named for x, y in [piece.at or (0, 0)]]
    assert not any(one.overlaps(other) for number, one in enumerate(boxes) for other in boxes[number + 1 :])


def test_the_overview_is_the_whole_town() -> None:
    found = seen(IN_THE_WEST)
    assert found.overview
    west, north, width, height = (int(value) for value in found.overview.view_box.split())
    drawn = corners(found.overview.path)
    assert all(west < x < west + width and north < y < north + height for x, y in drawn)
    assert max(x for x, _ in drawn) - min(x for x, _ in drawn) == pytest.approx(4570, abs=60)


def test_outside_every_town_there_is_no_overview() -> None:
    assert seen(Position(MIDDLE, 34.909)).overview is None
