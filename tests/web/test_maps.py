"""The map: coloured by the figures, down to a town and its cases, and never down to somebody's home."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from domain.actions import Actor, Role
from domain.coordinates import CoordinateSystem
from domain.figures import CountName, Grouping
from gateways.tiles import Tiles
from services import figures, geographies, maps
from services.context import Context
from services.figure_selection import Asked
from tests.support import steps
from tests.support.geographies import IN_THE_EAST, IN_THE_WEST, NAMES, geography
from tests.support.pages import Visitor, signed_in
from tests.web.office import OTHER, petition, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")

LEADER = Actor(Role.LEADER, name="测试领导")
WEST, EAST = NAMES


@pytest.fixture
def mapped(context: Context) -> Context:
    """Two petitions in a grid of the west, one in the east, one nowhere."""
    with context.sessions.begin() as session:
        geographies.put_in_force(session, geography(), Actor(Role.OPERATOR, name="tests"))
    for text, position in (
        ("广济路路灯不亮，出行不便", IN_THE_WEST),
        ("君山路路灯整夜不亮，请修理", IN_THE_WEST),
        ("建设路井盖松动，车过有响声", IN_THE_EAST),
        ("有些话想说一说，不知道找谁", None),
    ):
        where = {} if position is None else {"longitude": str(position.longitude), "latitude": str(position.latitude)}
        assert Visitor(context).report(text, **where).status == 201
        steps.settle(context, petition(context, text).id)
    return context


def leader(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.LEADER)


@pytest.mark.parametrize("by", [Grouping.TOWN, Grouping.GRID])
@pytest.mark.parametrize("figure", maps.SHOWN)
def test_every_area_has_the_number_of_the_figure(mapped: Context, figure: CountName, by: Grouping) -> None:
    shown = maps.district_map(mapped, LEADER, maps.Wanted(figure, by, None))
    assert shown is not None
    for area in shown.areas:
        asked = Asked(town=area.outline.code) if by is Grouping.TOWN else Asked(grid=area.outline.code)
        assert figures.cases_of(mapped, LEADER, asked, figure).base == area.number
    found = sum(area.number for area in shown.areas) + shown.unplaced + shown.off_map
    assert found == figures.cases_of(mapped, LEADER, Asked(), figure).base


def test_heat_shows_where_cases_lie_together_and_counts_none_of_them_twice(mapped: Context) -> None:
    plain = maps.district_map(mapped, LEADER, maps.Wanted(CountName.OPEN, Grouping.GRID, None))
    heat = maps.district_map(mapped, LEADER, maps.Wanted(CountName.OPEN, Grouping.GRID, None, heat=True))
    assert plain is not None
    assert heat is not None
    assert [area.number for area in heat.areas] == [area.number for area in plain.areas]
    assert all(warm.colour >= min(cold.colour, 1) for warm, cold in zip(heat.areas, plain.areas, strict=True))
    page = leader(mapped).open("/map?by=heat")
    assert "连同周围1000米以内各网格的合计" in page.text
    assert page.form("").fields["by"] == "heat"


def test_a_town_says_what_is_open_and_what_is_overdue(mapped: Context) -> None:
    visitor = leader(mapped)
    assert "未结2 逾期0" in visitor.open("/map").text
    assert "未结2 逾期0" not in visitor.open("/map?figure=registered").text


def test_a_click_leads_to_the_town_and_another_to_the_cases_of_a_grid(mapped: Context) -> None:
    visitor = leader(mapped)
    page = visitor.open("/map?period=ever")
    assert f"{NAMES[WEST]}：未结2件" in page.html
    town = visitor.open(next(link for link in page.links if link.startswith(f"/map/{WEST}")))
    assert "矿区一格：未结1至4件" in town.html
    grid = visitor.open(next(link for link in town.links if "grid=K1" in link))
    assert grid.html.count('href="/cases?number=') == 2
    assert "网格：K1" in grid.text
    everything = visitor.open(next(link for link in town.links if f"town={WEST}" in link))
    assert everything.html.count('href="/cases?number=') == 2


def test_no_single_petitioners_place_is_shown(mapped: Context) -> None:
    visitor = leader(mapped)
    for path in (f"/map/{EAST}", f"/map/{WEST}", "/map?by=grid"):
        html = visitor.open(f"{path}{'&' if '?' in path else '?'}period=ever").html
        drawn = html[html.index("<svg") : html.index("</svg>")]
        assert "<circle" not in drawn
        assert set(re.findall(r"未结(\d+(?:至\d+)?)件", drawn)) <= {"0", "1至4"}
        for position in (IN_THE_WEST, IN_THE_EAST):
            assert str(position.longitude) not in html


def test_what_lies_nowhere_is_told_beside_the_map(mapped: Context) -> None:
    visitor = leader(mapped)
    page = visitor.open("/map?by=grid&figure=registered&period=ever")
    nowhere = visitor.open(next(link for link in page.links if "grid=none" in link))
    assert nowhere.html.count('href="/cases?number=') == 1


def test_grids_of_a_former_geography_are_counted_and_not_drawn(mapped: Context) -> None:
    later = geography(title="新的网格", grids=geography().grids[1:])
    with mapped.sessions.begin() as session:
        geographies.put_in_force(session, later, Actor(Role.OPERATOR, name="tests"))
    shown = maps.district_map(mapped, LEADER, maps.Wanted(CountName.REGISTERED, Grouping.GRID, None))
    assert shown is not None
    assert (shown.off_map, [area.number for area in shown.areas]) == (2, [0, 1])


def test_a_unit_sees_its_own_cases_alone(mapped: Context) -> None:
    page = unit(mapped, OTHER).open("/map?period=ever")
    assert f"{NAMES[WEST]}：未结0件" in page.html


def test_without_a_geography_it_is_said_what_to_do(context: Context) -> None:
    page = leader(context).open("/map")
    assert (page.status, "没有启用地理数据" in page.text) == (200, True)
    assert "<svg" not in page.html


@pytest.mark.parametrize(
    ("path", "status"), [("/map/nosuch", 404), ("/map?figure=nosuch&by=nosuch&period=nosuch", 200)]
)
def test_what_cannot_be_meant(mapped: Context, path: str, status: int) -> None:
    assert leader(mapped).open(path).status == status


def test_the_map_is_for_whom_figures_are(mapped: Context) -> None:
    assert Visitor(mapped).open("/map").path == "/sign-in"
    media = signed_in(Visitor(mapped), Role.MEDIA, "shizhong-yunbao")
    assert media.open("/map").status == 403
    assert media.open(f"/map/{WEST}").status == 403


def test_no_page_asks_another_host_unless_the_operator_named_one(mapped: Context) -> None:
    plain = leader(mapped).open("/map")
    assert "<image" not in plain.html
    assert "img-src 'self';" in plain.answer.headers["content-security-policy"]
    tiled = replace(mapped, tiles=Tiles("https://tiles.example.cn/{z}/{x}/{y}.png", CoordinateSystem.GCJ02, "测试图"))
    page = signed_in(Visitor(tiled), Role.LEADER, name="测试领导乙").open("/map")
    assert '<image href="https://tiles.example.cn/' in page.html
    assert "img-src 'self' https://tiles.example.cn;" in page.answer.headers["content-security-policy"]
    assert ("底图：测试图" in page.text, "不加载任何外部内容" in page.text) == (True, False)
