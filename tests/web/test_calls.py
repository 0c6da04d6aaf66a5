"""The information officers' pages: whom to call, what to ask, and what came of it."""

from __future__ import annotations

import pytest

from domain.actions import Role
from services import decisions, handling
from services.context import Context
from tests.services.lives import AT_UNIT, DESK
from tests.services.test_visits import complete, finished, visit_of
from tests.support import steps
from tests.support.pages import Visitor, signed_in
from tests.web.office import LAMPS, desk, petition, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def officer(context: Context, code: str | None = None) -> Visitor:
    return signed_in(Visitor(context), Role.FOLLOW_UP, code)


def reported_with(context: Context, contact: str) -> list[str]:
    """A case of somebody who left `contact`, completed after an extension: such ones are visited one and all."""
    Visitor(context).report(LAMPS[0], contact=contact)
    case = petition(context, LAMPS[0]).id
    steps.settle(context, case)
    handling.sign(context, case, AT_UNIT)
    handling.request_extension(context, case, AT_UNIT, amount=2, reason="等配件")
    decisions.decide_extension(context, case, DESK, granted=True, reason="属实")
    complete(context, case)
    return [case]


def test_an_officer_finds_the_calls_of_their_own_seat(context: Context) -> None:
    found = visit_of(context, finished(context))
    mine = officer(context, found.officer.unit).open("/calls")
    assert (mine.status, found.petition_number in mine.text) == (200, True)
    seats = [code for code in ("kuangqu-street", "qicun-town") if code != found.officer.unit]
    elsewhere = signed_in(Visitor(context), Role.FOLLOW_UP, seats[0], name="信息员丙")
    assert found.petition_number not in elsewhere.open("/calls").text
    assert found.petition_number in elsewhere.open("/calls?seat=all").text


def test_what_to_ask_and_what_came_of_it(context: Context) -> None:
    found = visit_of(context, finished(context))
    visitor = officer(context)
    page = visitor.open(f"/calls/{found.id}")
    assert "路灯已于今日全部修复" in page.text
    wrong = visitor.send(page.form("/attempt"), reached="yes", words="诉求人说还是不亮")
    assert (wrong.status, "联系上的请填写" in wrong.text) == (422, True)
    form = wrong.form("/attempt")
    assert (form.fields["words"], form.fields["reached"]) == ("诉求人说还是不亮", "yes")
    page = visitor.send(form, account_true="no", satisfaction="dissatisfied", reason_code="untrue")
    assert page.status == 200, page.text
    assert "已记录" in page.text
    after = visit_of(context, found.petition_id)
    assert (after.status.code, after.account_true, after.contradicts) == ("reached", False, True)
    assert not [shown for shown in page.forms if shown.action.endswith("/attempt")]


def test_two_officers_write_one_of_them_is_told(context: Context) -> None:
    found = visit_of(context, finished(context))
    visitor = officer(context)
    form = visitor.open(f"/calls/{found.id}").form("/attempt")
    again = visitor.open(f"/calls/{found.id}").form("/attempt")
    assert visitor.send(form, reached="no", words="无人接听").status == 200
    late = visitor.send(again, reached="no", words="又打了一次")
    assert (late.status, "有了变化" in late.text) == (409, True)
    assert late.form("/attempt").fields["words"] == "又打了一次"


def test_the_desk_gives_it_to_another_seat_and_units_see_nothing(context: Context) -> None:
    found = visit_of(context, finished(context))
    at_desk = desk(context)
    form = at_desk.open(f"/calls/{found.id}").form("/officer")
    page = at_desk.send(form, officer="info-centre", reason="原席位休假")
    assert (page.status, "分拨中心回访席" in page.text) == (200, True)
    assert not [shown for shown in page.forms if shown.action.endswith("/attempt")], "the desk does not call"
    at_unit = unit(context)
    assert at_unit.open("/calls").status == at_unit.open(f"/calls/{found.id}").status == 403
    assert "/calls" not in at_unit.open("/tasks").html


def test_the_number_is_one_press_away_and_is_dialled_by_another(context: Context) -> None:
    [case] = reported_with(context, "138 0000 1234")
    found = visit_of(context, case)
    visitor = officer(context)
    page = visitor.open(f"/calls/{found.id}")
    assert "138****1234" in page.text
    asked = visitor.open(next(link for link in page.links if "/identity" in link))
    shown = visitor.send(asked.form("/identity"))
    assert shown.status == 200, shown.text
    assert 'href="tel:13800001234"' in shown.html
    assert f"/calls/{found.id}#attempt" in shown.links


def test_whoever_left_no_number_is_not_looked_up(context: Context) -> None:
    found = visit_of(context, finished(context))
    page = officer(context).open(f"/calls/{found.id}")
    assert "没有留联系方式" in page.text
    assert not [link for link in page.links if "/identity" in link]


def test_what_is_missing_is_named(context: Context) -> None:
    found = visit_of(context, finished(context))
    visitor = officer(context)
    wrong = visitor.send(visitor.open(f"/calls/{found.id}").form("/attempt"))
    assert wrong.status == 422
    assert "联系上了吗：还没有填写" in wrong.text
    assert "诉求人怎么说，或没有联系上的情况：还没有填写" in wrong.text
