"""The information officers' pages: whom to call, what to ask, and what came of it."""

from __future__ import annotations

import pytest

from domain.actions import Role
from services.context import Context
from tests.services.test_visits import finished, visit_of
from tests.support.pages import Visitor, signed_in
from tests.web.office import desk, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def officer(context: Context, code: str | None = None) -> Visitor:
    return signed_in(Visitor(context), Role.FOLLOW_UP, code)


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
