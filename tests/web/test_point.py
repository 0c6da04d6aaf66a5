"""The point on a report's form: it stays with the form whatever becomes of it, and needs no script to be picked."""

from __future__ import annotations

import gzip
import re
from xml.etree import ElementTree as ET

import pytest

from domain.actions import Actor, Role
from domain.coordinates import Position
from gateways.geography import MemoryGeography
from services import geographies
from services.context import Context
from tests.support.geographies import FAR_AWAY, IN_THE_EAST, IN_THE_WEST, geography
from tests.support.pages import Page, Visitor
from tests.web.office import petition
from tests.web.test_report import petitions
from web.point import PICTURE, View

TEXT = "建设路井盖松动，车过有响声"


@pytest.fixture
def mapped(context: Context) -> Context:
    with context.sessions.begin() as session:
        geographies.put_in_force(session, geography(), Actor(Role.OPERATOR, name="测试运维"))
    return context


def degrees(position: Position) -> dict[str, str]:
    return {"longitude": f"{position.longitude:.6f}", "latitude": f"{position.latitude:.6f}"}


def point_of(page: Page) -> dict[str, str]:
    fields = page.form("/report").fields
    return {name: fields[name] for name in ("longitude", "latitude")}


def test_a_form_that_comes_back_has_its_point_and_says_where_it_is(mapped: Context) -> None:
    visitor = Visitor(mapped)
    page = visitor.send(visitor.open("/").form("/report"), text="井", **degrees(IN_THE_WEST))
    assert page.status == 422
    assert point_of(page) == degrees(IN_THE_WEST)
    assert "已带上位置：矿区街道，矿区一格" in page.text
    visitor.send(page.form("/report"), text=TEXT)
    assert petition(mapped, TEXT).town == "kuangqu-street"


def test_the_question_whether_it_is_the_same_keeps_the_point(mapped: Context) -> None:
    visitor = Visitor(mapped)
    visitor.report(TEXT, **degrees(IN_THE_WEST))
    again = "建设路的井盖一直松动，车过响声很大"
    page = visitor.send(visitor.open("/").form("/report"), text=again, **degrees(IN_THE_WEST))
    assert "是不是这件" in page.text
    back = visitor.send(next(form for form in page.forms if form.fields.get("step") == "form"))
    assert point_of(back) == degrees(IN_THE_WEST)
    visitor.send(next(form for form in page.forms if form.fields.get("choice") == "own"))
    assert petition(mapped, again).town == "kuangqu-street"


def test_a_point_is_taken_away_without_scripts(mapped: Context) -> None:
    visitor = Visitor(mapped)
    page = visitor.send(visitor.open("/").form("/report"), text="井", **degrees(IN_THE_WEST))
    again = visitor.send(page.form("/report"), no_point="yes")
    assert point_of(again) == {"longitude": "", "latitude": ""}
    visitor.send(page.form("/report"), text=TEXT, no_point="yes")
    assert petition(mapped, TEXT).longitude is None


def test_a_point_that_cannot_be_meant_is_named_and_does_not_come_back(mapped: Context) -> None:
    visitor = Visitor(mapped)
    page = visitor.send(visitor.open("/").form("/report"), text=TEXT, longitude="34.86", latitude="117.56")
    assert page.status == 422
    assert "这个定位没有带上" in page.text
    assert point_of(page) == {"longitude": "", "latitude": ""}
    assert visitor.send(page.form("/report")).status == 201


def test_a_point_far_away_is_said_to_be_outside(mapped: Context) -> None:
    visitor = Visitor(mapped)
    page = visitor.send(visitor.open("/").form("/report"), text="井", **degrees(FAR_AWAY))
    assert "这个位置不在本区范围内" in page.text


def test_a_place_is_picked_on_the_map_without_scripts(mapped: Context) -> None:
    """Press where the point is, each time on a nearer picture, as somebody does who looks for a corner."""
    visitor, flat = Visitor(mapped), MemoryGeography(geography()).drawing.flat
    x, y = flat.point(IN_THE_EAST.longitude, IN_THE_EAST.latitude)
    page = visitor.upload(visitor.open("/").form("/report"), text="井盖", place="建设路", step="map")
    picture = visitor.client.get("/place/map")
    for _ in range(3):
        fields = page.form("/report").fields
        view = View(*(float(fields[name]) for name in ("x", "y", "side")))
        west, north = view.corner
        press = {"at.x": str(round((x - west) / view.unit)), "at.y": str(round((y - north) / view.unit))}
        page = visitor.send(page.form("/report"), **press)
        [address] = re.findall(r'src="(/place/picture[^"]+)"', page.html)
        picture = visitor.client.get(address.replace("&amp;", "&"))
        assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
        assert len(ET.fromstring(picture.text).findall(".//{*}circle")) == 2
    assert "齐村一格" in picture.text
    assert "矿区一格" not in picture.text, "what lies beside the view is not sent"
    back = visitor.send(page.form("/report"), step="form")
    assert (back.status, back.form("/report").fields["text"], back.form("/report").fields["place"]) == (
        200,
        "井盖",
        "建设路",
    )
    assert "已带上位置：齐村镇，齐村一格" in back.text
    assert petitions(mapped) == []
    visitor.send(back.form("/report"), text=TEXT)
    kept = petition(mapped, TEXT)
    assert (kept.longitude, kept.latitude) == pytest.approx((IN_THE_EAST.longitude, IN_THE_EAST.latitude), abs=2e-4)


def test_a_press_by_the_keyboard_picks_nothing(mapped: Context) -> None:
    """A browser says 0, 0 of a picture that was pressed without a pointer."""
    visitor = Visitor(mapped)
    page = visitor.send(visitor.open("/").form("/report"), text="井盖", step="map")
    page = visitor.send(page.form("/report"), **{"at.x": "0", "at.y": "0"})
    assert "longitude" not in page.form("/report").fields


@pytest.mark.parametrize("side", ["nan", "inf", "0", "-1", "1e9", "x"])
def test_a_view_that_cannot_be_is_the_whole(mapped: Context, side: str) -> None:
    visitor = Visitor(mapped)
    form = visitor.send(visitor.open("/").form("/report"), text="井盖", step="map").form("/report")
    page = visitor.send(form, side=side)
    assert page.form("/report").fields["side"] == form.fields["side"]
    assert visitor.client.get(f"/place/picture?x=0&y=0&side={side}").status_code in {404, 422}


def test_without_a_geography_the_form_comes_back(context: Context) -> None:
    visitor = Visitor(context)
    page = visitor.send(visitor.open("/").form("/report"), text="井盖", step="map")
    assert (page.status, page.form("/report").fields["text"]) == (200, "井盖")
    assert visitor.client.get("/place/picture?x=0&y=0&side=4000").status_code == 404


def test_maps_are_packed_on_their_way_and_pages_are_not(mapped: Context) -> None:
    client = Visitor(mapped).client
    for address in ("/place/map", "/place/picture?x=2000&y=2000&side=4000"):
        raw = client.get(address, headers={"Accept-Encoding": "identity"})
        packed = client.get(address, headers={"Accept-Encoding": "gzip"})
        assert (raw.headers.get("content-encoding"), packed.headers["content-encoding"]) == (None, "gzip")
        assert raw.content == packed.content
        assert raw.headers["vary"] == "Accept-Encoding"
        assert len(gzip.compress(raw.content)) < PICTURE * 100
    assert "content-encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}).headers
