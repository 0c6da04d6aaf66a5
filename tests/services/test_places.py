"""A petition with a coordinate: kept as given and as WGS-84, located by the geography in force, or left to the desk."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.actions import PETITIONER, Actor, Role
from domain.coordinates import BadCoordinate, CoordinateSystem, Position, from_wgs84
from domain.errors import NotFound
from domain.petition import Step
from models.shapes import Registration
from models.tables import GeographyVersion, HistoryRow, Petition
from services import backtests, case_file, geographies, intake, platform_steps, policies
from services.context import Context
from tests.support.context import a_context
from tests.support.geographies import FAR_AWAY, IN_THE_EAST, IN_THE_WEST, geography

OPERATOR = Actor(Role.OPERATOR, name="运维")
DATA = geography()
LITTER = "村里垃圾没人清运"


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine)


@pytest.fixture
def placed(context: Context) -> Context:
    policies.activate_geography(context, DATA, OPERATOR)
    return context


def register(context: Context, text: str = "广济路路灯不亮，请来修", **changes: Any) -> Petition:
    registration = Registration.model_validate({"channel": "web", "text": text} | changes)
    return intake.register(context, registration, PETITIONER)


def at(position: Position, crs: CoordinateSystem = CoordinateSystem.WGS84) -> dict[str, Any]:
    longitude, latitude = from_wgs84(position, crs)
    return {"longitude": longitude, "latitude": latitude, "crs": crs.value}


def dispatched(context: Context, petition: Petition) -> tuple[Petition, HistoryRow]:
    platform_steps.take(context, petition.id, Step.ACCEPT)
    assert platform_steps.take(context, petition.id, Step.DISPATCH)
    with context.readers() as session:
        found = session.get_one(Petition, petition.id)
        return found, session.get_one(HistoryRow, (petition.id, found.version))


@pytest.mark.parametrize("crs", CoordinateSystem)
def test_a_coordinate_of_every_system_is_kept_as_given_and_as_wgs84(placed: Context, crs: CoordinateSystem) -> None:
    given = at(IN_THE_EAST, crs)
    petition = register(placed, **given)
    assert (petition.given_longitude, petition.given_latitude, petition.crs) == tuple(given.values())
    assert petition.longitude == pytest.approx(IN_THE_EAST.longitude, abs=1e-7)
    assert petition.latitude == pytest.approx(IN_THE_EAST.latitude, abs=1e-7)
    assert (petition.town, petition.geography_version) == ("qicun-town", DATA.version)


def test_the_history_says_which_place_and_how_far(placed: Context) -> None:
    petition = register(placed, **at(IN_THE_WEST))
    with placed.readers() as session:
        row = session.get_one(HistoryRow, (petition.id, 1))
    assert row.reason == "坐标位于矿区一格(矿区街道)，一警务块，最近点位“一号路灯”，相距 0 米"
    assert not row.public
    assert row.details["place"]["geography"] == DATA.version
    assert row.details["place"]["nearest"]["id"] == "P1"


def test_a_town_s_own_duty_goes_to_the_town_of_the_coordinate_and_says_so(placed: Context) -> None:
    petition, row = dispatched(placed, register(placed, LITTER, **at(IN_THE_EAST)))
    assert petition.unit == "qicun-town"
    assert "坐标位于齐村一格(齐村镇)" in row.reason
    assert "相距" in row.details["candidates"][0]["reasons"][1]
    assert "相距" not in case_file.case_file(placed, petition.id)


def test_outside_the_district_nobody_is_dispatched_to(placed: Context) -> None:
    petition = register(placed, **at(FAR_AWAY))
    assert petition.located is not None
    assert petition.located["outside"]
    petition, row = dispatched(placed, petition)
    assert (petition.unit, petition.town, petition.needs_desk) == (None, None, True)
    assert "坐标在本区范围以外" in row.reason
    assert row.details["candidates"], "the desk still sees what the words speak for"


def test_a_system_that_was_named_wrongly_is_said_and_not_corrected(placed: Context) -> None:
    just_inside = Position(117.5005, 34.85)
    petition = register(placed, longitude=just_inside.longitude, latitude=just_inside.latitude, crs="bd09")
    assert petition.located is not None
    assert petition.located["outside"]
    assert "按WGS-84" in petition.located["told"]
    assert "未作更正" in petition.located["told"]
    assert petition.longitude != just_inside.longitude


def test_a_coordinate_and_a_text_of_different_towns_go_to_a_person(placed: Context) -> None:
    petition, row = dispatched(placed, register(placed, LITTER, place="矿区街道", **at(IN_THE_EAST)))
    assert (petition.unit, petition.needs_desk) == (None, True)
    assert "坐标在齐村镇，文字中地点“矿区街道”属于矿区街道" in row.reason


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"longitude": 117.5, "latitude": 34.8}, "crs"),
        ({"longitude": 34.8, "latitude": 117.5, "crs": "wgs84"}, "latitude"),
        ({"longitude": 0, "latitude": 0, "crs": "wgs84"}, "longitude"),
        ({"crs": "wgs84"}, "longitude"),
    ],
)
def test_what_cannot_be_meant_leaves_nothing_written(placed: Context, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadCoordinate) as refused:
        register(placed, **given)
    assert refused.value.missing[0]["field"] == field
    with placed.readers() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Petition)) == 0


def test_without_a_geography_a_coordinate_is_kept_and_located_when_there_is_one(context: Context) -> None:
    petition = register(context, LITTER, **at(IN_THE_WEST))
    assert (petition.crs, petition.town, petition.located) == ("wgs84", None, None)
    policies.activate_geography(context, DATA, OPERATOR)
    petition, _ = dispatched(context, petition)
    assert (petition.unit, petition.geography_version) == ("kuangqu-street", DATA.version)


def test_a_coordinate_that_once_came_without_a_system_is_not_located(placed: Context) -> None:
    petition = register(placed)
    with placed.sessions.begin() as session:
        row = session.get_one(Petition, petition.id)
        row.longitude, row.latitude = IN_THE_WEST.longitude, IN_THE_WEST.latitude
    petition, _ = dispatched(placed, petition)
    assert petition.located is None


def test_another_geography_is_taken_up_at_once_and_taken_back(placed: Context, engine: sa.Engine) -> None:
    other_process = a_context(engine)
    with placed.readers() as session:
        before = placed.geographies.active(session)
        assert placed.geographies.active(session) is before, "read once"
    assert before is not None
    fewer = geography(points=DATA.points[1:])
    assert policies.activate_geography(other_process, fewer, OPERATOR)
    assert not policies.activate_geography(other_process, fewer, OPERATOR)
    now = policies.active_geography(placed)
    assert now is not None
    assert now.version == fewer.version
    policies.roll_back_geography(other_process, DATA.version, OPERATOR)
    assert register(placed, **at(IN_THE_WEST)).geography_version == DATA.version
    policies.roll_back_geography(placed, geographies.NONE_IN_FORCE, OPERATOR)
    assert register(placed, **at(IN_THE_WEST)).geography_version is None
    told = [row.version for row, _ in policies.geography_history(placed)]
    assert told == [None, DATA.version, fewer.version, DATA.version]
    with pytest.raises(NotFound, match=fewer.version):
        policies.roll_back_geography(placed, "geo-never", OPERATOR)


def test_damaged_content_leaves_the_former_serving(placed: Context, caplog: pytest.LogCaptureFixture) -> None:
    assert policies.active_geography(placed) is not None
    fewer = geography(points=DATA.points[1:])
    policies.activate_geography(placed, fewer, OPERATOR)
    with placed.sessions.begin() as session:
        session.execute(
            sa.update(GeographyVersion).where(GeographyVersion.version == fewer.version).values(content=b"x")
        )
    for _ in range(2):
        assert register(placed, **at(IN_THE_WEST)).geography_version == DATA.version
    assert caplog.text.count("已损坏") == 1
    assert policies.activate_geography(placed, fewer, OPERATOR), "putting it in force again puts it right"
    assert register(placed, **at(IN_THE_WEST)).geography_version == fewer.version


def test_a_closed_case_is_replayed_with_its_place(placed: Context) -> None:
    petition = register(placed, LITTER, **at(IN_THE_EAST))
    dispatched(placed, petition)
    with placed.sessions.begin() as session:
        session.execute(sa.update(Petition).where(Petition.id == petition.id).values(stage="archived"))
    found = backtests.backtest(placed, policies.active_policy(placed))
    assert (found.after.cases, found.after.right_alone) == (1, 1), "the coordinate says which town it is"
