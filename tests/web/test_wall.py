"""The wall display: opened by its code, with sums and nothing that leads to a case."""

from __future__ import annotations

import datetime as dt
import re

import pytest

import clock
from domain.actions import Role
from domain.calendar import local
from services import walls
from services.context import Context
from tests.support.pages import Page, Visitor, signed_in
from tests.web.office import LAMPS, UNIT, petition, reported, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def screen(context: Context, visitor: Visitor, name: str = "指挥大厅") -> Page:
    code = walls.create(context, name)
    return visitor.send(visitor.open("/wall").form("/wall"), code=code)


def test_a_screen_is_opened_by_its_code_and_stays_open(context: Context) -> None:
    reported(context, *LAMPS)
    visitor = Visitor(context)
    assert "大屏码" in visitor.open("/wall").text
    assert screen(context, visitor).path == "/wall"
    shown = visitor.open("/wall")
    assert "未结 3" in shown.text
    assert re.findall(r'data-of="(\w+)"', shown.html) == ["trend", "ladder", "units", "towns"]


def test_a_number_of_many_digits_is_set_so_small_that_its_tile_holds_it(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    view, drawn = walls.shown(context)
    figures = dict(zip(view.total.standing, (7, 728, 4321, 54321, 654321), strict=False))
    many = view.model_copy(update={"total": view.total.model_copy(update={"standing": figures})})
    monkeypatch.setattr(walls, "shown", lambda _: (many, drawn))
    visitor = Visitor(context)
    html = screen(context, visitor).html
    found = re.findall(r'class="value amount (digits-\d)">(\d+)<', html)
    assert [(f"digits-{len(number)}", number) for _, number in found] == found
    style = visitor.client.get(next(each for each in re.findall(r'href="([^"]+)"', html) if "/wall." in each)).text
    assert all(f".digits-{digits} " in style for digits in (4, 5, 6))


def test_it_goes_by_the_platforms_clock(context: Context) -> None:
    page = screen(context, Visitor(context))
    at = re.search(r'data-now="([^"]+)"', page.html)
    assert at is not None
    assert dt.datetime.fromisoformat(at[1]) == clock.now()
    assert f"数据截至 {local(clock.now()):%H:%M}" in page.text


def test_it_shows_no_case_and_leads_nowhere(context: Context) -> None:
    reported(context, *LAMPS)
    page = screen(context, Visitor(context))
    assert page.links == []
    assert petition(context, LAMPS[0]).case_number not in page.html
    assert "广济路" not in page.html


def test_its_code_opens_nothing_else(context: Context) -> None:
    visitor = Visitor(context)
    screen(context, visitor)
    for path in ("/overview", "/map", "/tasks", "/cases", "/overview/cases/open"):
        assert visitor.open(path).path == "/sign-in"
    assert visitor.client.get("/figures").status_code == 401


def test_a_wrong_code_comes_back_with_the_reason(context: Context) -> None:
    visitor = Visitor(context)
    page = visitor.send(visitor.open("/wall").form("/wall"), code="AAAAA-AAAAA-AAAAA-AAAAA")
    assert (page.status, "大屏码不对" in page.text) == (422, True)
    assert "大屏码" in visitor.open("/wall").text


def test_a_screen_that_is_stopped_asks_for_a_code_again(context: Context) -> None:
    visitor = Visitor(context)
    screen(context, visitor)
    walls.revoke(context, "指挥大厅")
    assert "大屏码" in visitor.open("/wall").text


def test_whoever_sees_the_whole_districts_figures_may_look_as_well(context: Context) -> None:
    reported(context, LAMPS[0])
    assert "今日登记" in signed_in(Visitor(context), Role.LEADER).open("/wall").text
    assert "大屏码" in unit(context, UNIT).open("/wall").text
    assert "大屏码" in signed_in(Visitor(context), Role.MEDIA, "shizhong-yunbao").open("/wall").text


def test_a_wall_that_renews_itself_keeps_no_session(context: Context, frozen_clock: clock.StoryClock) -> None:
    visitor = signed_in(Visitor(context), Role.LEADER)
    for _ in range(3):
        frozen_clock.move_to(frozen_clock.now().add(minutes=11))
        visitor.client.get("/wall", headers={"HX-Request": "true"})
    assert visitor.open("/tasks").path == "/sign-in", "nobody was there for 33 minutes"


def test_it_has_no_script_or_style_of_its_own(context: Context) -> None:
    html = screen(context, Visitor(context)).html
    assert "<style" not in html
    assert " style=" not in html
    assert html.count("<script") == html.count("<script src=")
