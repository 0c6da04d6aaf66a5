"""What another geography changes, counted and named."""

from __future__ import annotations

import dataclasses

import shapely

from domain.coordinates import Position
from gateways.geography import GridArea, SurveyedPoint, TownArea
from gateways.geography_diff import GeographyDiff, LayerDiff, PointMove, compare
from tests.support.geographies import EAST, MIDDLE, NORTH, SOUTH, WEST, geography

DATA = geography()


def test_nothing_changes() -> None:
    assert compare(DATA, geography()) == GeographyDiff()
    assert compare(DATA, geography()).is_empty


def test_the_first_geography_adds_everything() -> None:
    found = compare(None, DATA)
    assert found.towns.added == ("kuangqu-street", "qicun-town")
    assert found.grids.added == ("K1", "K2", "Q1")
    assert len(found.points.added) == 4
    assert found.to_other_towns == ()


def test_points_come_go_move_and_are_named_anew() -> None:
    one, two, three, four = DATA.points
    by_a_hair = dataclasses.replace(three, position=Position(three.position.longitude + 1e-7, three.position.latitude))
    new = SurveyedPoint("P9", "路灯", "九号路灯", Position(117.51, 34.81))
    moved = dataclasses.replace(four, position=Position(117.585, 34.89))
    found = compare(DATA, geography(points=(dataclasses.replace(two, name="二号"), by_a_hair, moved, new)))
    assert found.points == LayerDiff(added=("P9",), removed=(one.id,), moved=("P4",), changed=("P2", "P3"))
    assert found.to_other_towns == ()


def test_a_border_that_moves_takes_points_to_another_town() -> None:
    border = 117.525
    towns = (
        TownArea("kuangqu-street", shapely.box(WEST, SOUTH, border, NORTH)),
        TownArea("qicun-town", shapely.box(border, SOUTH, EAST, NORTH)),
    )
    found = compare(DATA, geography(towns=towns))
    assert found.towns.moved == ("kuangqu-street", "qicun-town")
    assert found.to_other_towns == (PointMove("P2", "二号井盖", "kuangqu-street", "qicun-town"),)
    assert found.points.is_empty


def test_a_grid_is_moved_renamed_or_drawn_anew_in_the_same_place() -> None:
    one, two, three = DATA.grids
    with_more_corners = shapely.segmentize(one.area, 0.01)
    renamed = GridArea(dataclasses.replace(two.grid, name="改名"), two.area)
    narrower = GridArea(three.grid, shapely.box(MIDDLE, SOUTH, EAST, 34.89))
    found = compare(DATA, geography(grids=(GridArea(one.grid, with_more_corners), renamed, narrower)))
    assert found.grids == LayerDiff(moved=("Q1",), changed=("K2",))
