"""The place of a case: drawn with what is going on around it, said in words, and for nobody who may not see it."""

from __future__ import annotations

import re

import pytest

import clock
from domain.actions import Actor, Role
from domain.coordinates import Position
from models.tables import Petition
from services import geographies, recusals, surroundings
from services.context import Context
from tests.support import steps
from tests.support.geographies import FAR_AWAY, IN_THE_EAST, IN_THE_WEST, NAMES, geography
from tests.support.pages import Visitor
from tests.web.office import OTHER, UNIT, desk, petition, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")

HERE, BESIDE = IN_THE_WEST, Position(117.5215, 34.8205)
LAMP, COVER, WATER = "广济路路灯不亮，出行不便", "广济路井盖松动，车过有响声", "建设路自来水浑浊发黄，没法喝"
WEST = NAMES["kuangqu-street"]
A_DRAWING = 8_000
"""Bytes that the place may take of a page."""
DESK = Actor(Role.DESK, name="专席甲")


@pytest.fixture
def mapped(context: Context) -> Context:
    with context.sessions.begin() as session:
        geographies.put_in_force(session, geography(), Actor(Role.OPERATOR, name="tests"))
    return context


def lying(context: Context, text: str, position: Position | None) -> str:
    """The id of a petition that lies there."""
    where = {} if position is None else {"longitude": str(position.longitude), "latitude": str(position.latitude)}
    assert Visitor(context).report(text, **where).status == 201
    case = petition(context, text).id
    steps.settle(context, case)
    return case


def test_the_nearest_are_named_with_their_distance_and_what_is_far_is_not(mapped: Context) -> None:
    case, beside = lying(mapped, LAMP, HERE), lying(mapped, COVER, BESIDE)
    lying(mapped, WATER, IN_THE_EAST)
    found = surroundings.surroundings(mapped, case, DESK)
    assert found is not None
    assert [(item.id, item.metres) for item in found.near] == [(beside, 150)]
    assert (found.grid, found.town.name if found.town else "", found.more) == ("矿区一格", WEST, 0)
    [mark] = found.near_marks
    assert mark.label == "1"
    assert mark.x == pytest.approx(137, abs=2)
    assert mark.y == pytest.approx(-56, abs=2)


def test_the_page_says_in_words_what_it_draws(mapped: Context) -> None:
    case, beside = lying(mapped, LAMP, HERE), lying(mapped, COVER, BESIDE)
    page = desk(mapped).open(f"/cases/{case}")
    number = petition(mapped, COVER).case_number
    for said in (f"{WEST} ，矿区一格", number, "150米", "周围未办结的"):
        assert re.sub(r"\s", "", said) in re.sub(r"\s", "", page.text)
    assert f"/cases/{beside}" in page.links
    assert "/map/kuangqu-street" in page.links
    place = page.html[page.html.index('id="place"') : page.html.index("</section>", page.html.index('id="place"'))]
    assert len(place.encode()) < A_DRAWING
    assert 'aria-hidden="true"' in place
    assert "<script" not in place
    assert "style=" not in place


def test_what_lies_in_one_spot_shares_a_mark(mapped: Context) -> None:
    case = lying(mapped, LAMP, HERE)
    lying(mapped, COVER, BESIDE)
    lying(mapped, WATER, BESIDE)
    found = surroundings.surroundings(mapped, case, DESK)
    assert found is not None
    assert [mark.label for mark in found.near_marks] == ["1+"]
    for item in found.near:
        assert item.case_number in found.near_marks[0].said


def test_a_closed_case_that_is_like_it_is_drawn_and_no_longer_counted_as_going_on(mapped: Context) -> None:
    case, past = lying(mapped, LAMP, HERE), lying(mapped, COVER, BESIDE)
    with mapped.sessions.begin() as session:
        row = session.get_one(Petition, past)
        row.stage, row.closed_at, row.wake_at = "archived", clock.now(), None
    found = surroundings.surroundings(mapped, case, DESK, [past])
    assert found is not None
    assert (found.near, [item.id for item in found.past]) == ((), [past])
    assert [mark.label for mark in found.past_marks] == ["A"]


def test_a_unit_is_shown_its_own_cases_alone(mapped: Context) -> None:
    case, water = lying(mapped, LAMP, HERE), lying(mapped, WATER, BESIDE)
    assert petition(mapped, WATER).unit != UNIT
    found = surroundings.surroundings(mapped, case, Actor(Role.UNIT, UNIT))
    assert found is not None
    assert found.near == ()
    assert f"/cases/{water}" not in unit(mapped).open(f"/cases/{case}").html
    assert unit(mapped, OTHER).open(f"/cases/{case}").status == 404


def test_whoever_must_stay_out_of_a_case_is_not_shown_where_it_lies(mapped: Context) -> None:
    case, beside = lying(mapped, LAMP, HERE), lying(mapped, COVER, BESIDE)
    recusals.recuse_account(mapped, beside, DESK, account=DESK.name, reason="与诉求人是亲属")
    found = surroundings.surroundings(mapped, case, DESK, [beside])
    assert found is not None
    assert (found.near, found.past) == ((), ())
    other = surroundings.surroundings(mapped, case, Actor(Role.DESK, name="专席丁"))
    assert other is not None
    assert [item.id for item in other.near] == [beside]


@pytest.mark.parametrize("position", [None, FAR_AWAY], ids=["nowhere", "outside"])
def test_without_a_place_in_the_district_there_is_no_drawing(mapped: Context, position: Position | None) -> None:
    case = lying(mapped, LAMP, position)
    assert surroundings.surroundings(mapped, case, DESK) is None
    page = desk(mapped).open(f"/cases/{case}")
    assert (page.status, "<svg" in page.html) == (200, False)


def test_a_coordinate_of_an_unknown_system_is_not_drawn(mapped: Context) -> None:
    case = lying(mapped, LAMP, HERE)
    with mapped.sessions.begin() as session:
        session.get_one(Petition, case).crs = None
    assert surroundings.surroundings(mapped, case, DESK) is None


def test_without_a_geography_the_case_is_shown_all_the_same(context: Context) -> None:
    case = lying(context, LAMP, HERE)
    page = desk(context).open(f"/cases/{case}")
    assert (page.status, "位置和周围" in page.text) == (200, False)
