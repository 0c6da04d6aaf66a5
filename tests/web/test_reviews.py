"""The two reviews at their pages: from what waits for them to the minutes of the meeting that decided it."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from docx import Document

import clock
from domain.actions import Role
from domain.calendar import local
from services.context import Context
from tests.support.pages import Page, Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, desk, done, petition, reported, stage, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")

SEATS = ["expert-housing", "expert-municipal", "expert-water", "expert-labour"]


def referred(context: Context, *texts: str) -> list[str]:
    cases = reported(context, *texts)
    at_desk = desk(context)
    for case in cases:
        done(at_desk, case, "climb_to_first_review", reason="涉及多家单位")
    return cases


def experts(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.REVIEWER)


def send(visitor: Visitor, page: Page, ending: str, **fields: str | list[str]) -> Page:
    """Fill in a form whose boxes may be ticked several times."""
    form = page.form(ending)
    data = form.fields | fields
    return Page(visitor.client.post(form.action, data=data, headers={"Sec-Fetch-Site": "same-origin"}))


def called(visitor: Visitor, cases: list[str], **changes: str) -> Page:
    soon = local(clock.now() + dt.timedelta(hours=1))
    asked = {
        "title": "路灯专题研判",
        "planned_at": f"{soon:%Y-%m-%dT%H:%M}",
        "place": "会议室",
        "chair": "expert-housing",
    }
    page = visitor.open("/review")
    return send(visitor, page, "/review/meetings", **(asked | changes), case=cases, invited=[UNIT, OTHER])


def held(visitor: Visitor, page: Page) -> Page:
    return send(visitor, page, "/attendance", member=SEATS, **{f"unit.{UNIT}": "照明科科长"})


ASSIGNED = {
    "outcome": "assigned",
    "lead.unit": OTHER,
    "lead.duty": "恢复照明",
    "lead.term.amount": "5",
    "assists.0.unit": UNIT,
    "assists.0.duty": "移交图纸",
    "assists.0.term.amount": "2",
    "reason": "现场会商决定",
    "discussion": "三家单位均到场确认",
}


def test_a_case_goes_from_the_agenda_to_its_lead_and_into_the_minutes(context: Context) -> None:
    cases = referred(context, *LAMPS[:2])
    visitor = experts(context)
    agenda = visitor.open("/review")
    assert all(petition(context, text).case_number in agenda.text for text in LAMPS[:2])
    assert all(agenda.text.count(text) == 2 for text in LAMPS[:2]), "in the list, and where cases are ticked"
    assert "区市政园林服务中心承办" in agenda.text
    page = held(visitor, called(visitor, cases))
    assert "到会已登记" in page.text
    first, second = page.form("/decisions"), page.form("/decisions", 1)
    page = visitor.send(first, **ASSIGNED)
    assert "已议定" in page.text, page.text
    assert stage(context, cases[0]) == "dispatched"
    assert "5个工作日" in page.text
    put_off = page.form("/decisions")
    assert put_off.fields["case"] == second.fields["case"] == cases[1]
    page = visitor.send(put_off, outcome="put_off", reason="等设计单位到场")
    page = visitor.send(page.form("/closing"))
    assert "会议已结束" in page.text, page.text
    assert "缓议1次" in visitor.open("/review").text
    answer = visitor.client.get(f"{page.path}/minutes.docx")
    told = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs)
    assert petition(context, LAMPS[0]).case_number in told
    assert OTHER not in told
    assert LAMPS[0] not in told
    assert cases[0] in "".join(unit(context, OTHER).open("/tasks").links)


def test_what_is_wrong_comes_back_filled_in(context: Context) -> None:
    cases = referred(context, LAMPS[0])
    visitor = experts(context)
    page = called(visitor, cases, chair="")
    assert (page.status, page.form("/review/meetings").fields["title"]) == (422, "路灯专题研判")
    page = held(visitor, called(visitor, cases))
    wrong = visitor.send(page.form("/decisions"), **(ASSIGNED | {"lead.duty": ""}))
    assert (wrong.status, wrong.form("/decisions").fields["lead.unit"]) == (422, OTHER)
    assert stage(context, cases[0]) == "first_review"
    early = visitor.send(wrong.form("/closing"))
    assert early.status == 409
    assert "尚未议定" in early.text


def test_whoever_decides_second_is_shown_what_was_decided(context: Context) -> None:
    cases = referred(context, LAMPS[0])
    one = experts(context)
    other = signed_in(Visitor(context), Role.LEADER)
    page = held(one, called(one, cases))
    seen = other.open(page.path)
    one.send(page.form("/decisions"), **ASSIGNED)
    late = other.send(seen.form("/decisions"), outcome="put_off", reason="另议一次")
    assert late.status == 409
    assert "会议有了变化" in late.text
    assert "交办" in late.text


@pytest.mark.parametrize("role", [Role.DESK, Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.OPERATOR])
def test_whoever_only_reads_is_offered_nothing(context: Context, role: Role) -> None:
    cases = referred(context, LAMPS[0])
    visitor = experts(context)
    path = called(visitor, cases).path
    reader = signed_in(Visitor(context), role, name="只读测试")
    form = visitor.open(path).form("/cancellation")
    for page in (reader.open("/review"), reader.open(path)):
        assert page.status == 200
        assert [each.action for each in page.forms if each.action] == []
    own = reader.open("/account").form("/account")
    form.fields["once"] = own.fields["once"]
    assert reader.send(form, reason="不该可以").status in {403, 409}
    assert "已通知" in visitor.open(path).text


def test_units_and_information_officers_have_nothing_to_do_with_reviews(context: Context) -> None:
    assert unit(context).open("/review").status == 403
    assert signed_in(Visitor(context), Role.FOLLOW_UP).open("/review").status == 403
