"""What a petitioner's page weighs, with everything it loads, as it goes over the line."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from domain.actions import PETITIONER, Actor, Role
from domain.petition import Satisfaction
from domain.units import UnitKind
from gateways.geography import GeographyData
from gateways.geography_example import write_example
from gateways.geography_files import load_geography
from services import geographies, verdict
from services.context import Context
from tests.support import steps
from tests.support.context import POLICY_DIR, shipped_policy
from tests.support.files import a_photo
from tests.support.pages import Page, Visitor
from tests.web.test_follow import completed, only, opened, reported
from web.assets import Assets

MOST = 100_000
"""Bytes (the requirement): some three seconds on a slow 3G line of 400 kbit/s, with the line's delays."""
PLACE = "文化路街道广济路"
"""Named here for the petitions that are compared."""


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> GeographyData:
    """A whole district of made-up grids in its real outline: as heavy a map as there will be."""
    folder = tmp_path_factory.mktemp("geography")
    towns = {unit.code: unit.name for unit in shipped_policy().units if unit.kind is UnitKind.TOWN}
    write_example(POLICY_DIR / "geography" / "district.geojson", towns, folder)
    return load_geography(folder, towns, None)


@pytest.fixture
def visitor(context: Context, district: GeographyData) -> Visitor:
    with context.sessions.begin() as session:
        geographies.put_in_force(session, district, Actor(Role.OPERATOR, name="测试运维"))
    return Visitor(context)


def weight(visitor: Visitor, page: Page, *more: str) -> int:
    """Bytes of the page and of all that it loads, and of `more` addresses that are asked for when they are wanted."""
    html = page.html
    loads = re.findall(r'<(?:script|img|input type="image"[^>]*) (?:[^>]*?)src="(/[^"]+)"', html)
    loads += re.findall(r'<link rel="(?:stylesheet|icon)" href="(/[^"]+)"', html)
    own = {address for address in loads if "attachments" not in address and "/photos/" not in address}
    assert any(address.endswith(".css") for address in own)
    answers: list[httpx.Response] = [visitor.client.get(unescape(address)) for address in [*sorted(own), *more]]
    assert {answer.status_code for answer in answers} == {200}
    return sum(answer.num_bytes_downloaded for answer in [page.answer, *answers])


def pick(page: Page) -> str:
    [address] = re.findall(r'data-pick="([^"]+)"', page.html)
    return str(address)


def test_the_form_and_its_map(visitor: Visitor) -> None:
    page = visitor.open("/")
    assert weight(visitor, page) < MOST
    assert weight(visitor, page, pick(page)) < MOST, "with the map, which is asked for when somebody wants it"


def test_a_form_that_comes_back_with_nine_photos(visitor: Visitor) -> None:
    files = [(f"{number}.jpg", a_photo(number)) for number in range(1, 11)]
    page = visitor.upload(visitor.open("/").form("/report"), *files, into="photos", text="灯" * 1000, contact="?")
    assert page.status == 422
    assert weight(visitor, page) < MOST


def test_the_map_without_scripts(visitor: Visitor) -> None:
    page = visitor.send(visitor.open("/").form("/report"), text="井盖", step="map")
    assert "/place/picture" in page.html
    assert weight(visitor, page) < MOST


def test_the_question_whether_it_is_the_same_and_the_receipt(visitor: Visitor) -> None:
    visitor.report("文化路街道广济路路灯不亮，晚上出行不安全", place=PLACE)
    page = visitor.send(visitor.open("/").form("/report"), text="广济路的路灯一直不亮，请尽快修理", place=PLACE)
    assert "是不是这件" in page.text
    assert weight(visitor, page) < MOST
    receipt = visitor.send(next(form for form in page.forms if form.fields.get("choice") == "own"))
    assert receipt.status == 201
    assert weight(visitor, receipt) < MOST


def test_following_it_to_its_end(visitor: Visitor, context: Context) -> None:
    assert weight(visitor, visitor.open("/follow")) < MOST
    _, code = reported(visitor)
    assert weight(visitor, opened(visitor, code)) < MOST
    completed(context)
    asked = opened(visitor, code)
    assert "rate" in asked.form("/rate").action
    assert weight(visitor, asked) < MOST
    verdict.rate(context, only(context).id, PETITIONER, satisfaction=Satisfaction.SATISFIED)
    steps.settle(context, only(context).id)
    over = opened(visitor, code)
    assert "reopen" in over.form("/reopen").action
    assert weight(visitor, over) < MOST


def test_what_is_told_in_public(visitor: Visitor) -> None:
    assert weight(visitor, visitor.open("/published")) < MOST


def test_what_is_loaded_is_kept_by_the_browser_and_found_anew_when_it_changed(visitor: Visitor) -> None:
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', visitor.open("/").html):
        assert re.fullmatch(r"/static/[\w.]+\.[0-9a-f]{12}\.(css|js|svg)", address)
        headers = visitor.client.get(address).headers
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers["content-encoding"] == "gzip"


def test_the_scale_weighs(visitor: Visitor) -> None:
    """What loads the dashboard's plots, over a megabyte unpacked, is found too heavy."""
    heavy = visitor.open("/")
    plots = Assets().address("echarts.min.js")
    heavy.html = heavy.html.replace("</head>", f'<script src="{plots}"></script></head>')
    assert weight(visitor, heavy) > MOST
