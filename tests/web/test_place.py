"""The place picked on a map: what the form sends is what the ledger keeps, and without a map the words remain."""

from __future__ import annotations

import gzip
import re

import pytest

from domain.actions import Actor, Role
from gateways.geography import MemoryGeography
from services import geographies
from services.context import Context
from tests.support.geographies import FAR_AWAY, IN_THE_EAST, IN_THE_WEST, geography
from tests.support.pages import Visitor
from tests.web.office import petition

TEXT = "建设路井盖松动，车过有响声"


@pytest.fixture
def mapped(context: Context) -> Context:
    with context.sessions.begin() as session:
        geographies.put_in_force(session, geography(), Actor(Role.OPERATOR, name="tests"))
    return context


def test_the_map_is_offered_and_weighs_nothing_until_it_is_asked_for(mapped: Context) -> None:
    visitor = Visitor(mapped)
    page = visitor.open("/")
    address = re.findall(r'data-pick="([^"]+)"', page.html)
    assert len(address) == 1
    assert "<svg" not in page.html
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.html)
    assert len(page.answer.content) + sum(len(visitor.client.get(asset).content) for asset in assets) < 100_000
    answer = visitor.client.get(address[0])
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, max-age=86400")
    assert "矿区街道" in answer.text
    assert len(gzip.compress(answer.content)) < 50_000


def test_a_point_of_the_drawing_is_the_point_of_the_ledger(mapped: Context) -> None:
    flat = MemoryGeography(geography()).drawing.flat
    html = Visitor(mapped).open("/place/map").html
    shown = {name: float(value) for name, value in re.findall(r'data-(west|north|units)="([^"]+)"', html)}
    assert shown == {"west": flat.west, "north": flat.north, "units": flat.units}
    longitude, latitude = flat.position(*flat.point(IN_THE_EAST.longitude, IN_THE_EAST.latitude))
    Visitor(mapped).report(TEXT, longitude=f"{longitude:.6f}", latitude=f"{latitude:.6f}")
    kept = petition(mapped, TEXT)
    assert (kept.crs, kept.town) == ("wgs84", "qicun-town")
    assert (kept.longitude, kept.latitude) == pytest.approx((IN_THE_EAST.longitude, IN_THE_EAST.latitude), abs=1e-6)


@pytest.mark.parametrize(
    ("position", "outside", "said"),
    [(IN_THE_WEST, False, "矿区街道，矿区一格"), (FAR_AWAY, True, "这里不在本区范围内")],
)
def test_it_is_said_where_a_point_lies(mapped: Context, position: object, outside: bool, said: str) -> None:
    answer = Visitor(mapped).client.get(
        "/place",
        params={"longitude": position.longitude, "latitude": position.latitude},  # type: ignore[attr-defined]
    )
    assert answer.json() == {"outside": outside, "said": said}


@pytest.mark.parametrize(
    ("query", "status"), [("longitude=500&latitude=34", 422), ("longitude=nan&latitude=1", 404), ("longitude=117", 404)]
)
def test_degrees_that_cannot_be_meant_are_refused(mapped: Context, query: str, status: int) -> None:
    assert Visitor(mapped).open(f"/place?{query}").status == status


def test_without_a_geography_there_is_the_field_alone(context: Context) -> None:
    visitor = Visitor(context)
    page = visitor.open("/")
    assert "data-pick" not in page.html
    assert "pick.js" not in page.html
    assert visitor.open("/place/map").status == 404
    assert visitor.open("/place?longitude=117.5&latitude=34.8").status == 404
    assert visitor.report(TEXT, place="建设路").status == 201
