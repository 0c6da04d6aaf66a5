"""What waits for the leaders at a page of their own: with what was said below, decided there, and put on record."""

from __future__ import annotations

import io
import re

import pytest
from docx import Document

import clock
from domain.actions import MEETING_ROLES, Actor, Role
from domain.calendar import local
from domain.reviews import Level
from services import ladder, recusals, second_review
from services.context import Context
from tests.support import steps
from tests.support.pages import Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, petition, reported, stage, unit
from tests.web.test_reviews import called, experts, held, referred, send

pytestmark = pytest.mark.usefixtures("cheap_passwords")

LEADER = Actor(Role.LEADER, name="测试领导")
WHY, ADVICE, DISCUSSED = "产权不清，超出各部门权限", "建议由住建牵头，先行修复", "三家单位均到场，意见不一"
DECIDED = {
    "lead.unit": OTHER,
    "lead.duty": "先行恢复照明",
    "lead.term.amount": "3",
    "assists.0.unit": UNIT,
    "assists.0.duty": "移交图纸",
    "assists.0.term.amount": "1",
    "reason": "领导小组现场会决定，先修后议",
}


def leader(context: Context, name: str = "") -> Visitor:
    return signed_in(Visitor(context), Role.LEADER, name=name)


def handed_up(context: Context, text: str = LAMPS[0]) -> str:
    """A case that the experts' meeting handed up to the leaders."""
    [case] = referred(context, text)
    visitor = experts(context)
    page = held(visitor, called(visitor, [case]))
    page = visitor.send(page.form("/decisions"), outcome="handed_up", reason=ADVICE, discussion=DISCUSSED)
    assert stage(context, case) == "second_review", page.text
    return case


def proposed(context: Context, text: str) -> str:
    """A case that the experts handed up without a meeting."""
    [case] = reported(context, text)
    ladder.refer_to_first_review(context, case, Actor(Role.DESK, name="专席甲"), "涉及多家单位")
    ladder.propose_second_review(context, case, Actor(Role.REVIEWER, name="专家甲"), WHY)
    steps.settle(context, case)
    return case


def test_the_list_says_what_the_first_review_recommends_and_how_long_is_left(context: Context) -> None:
    handed_up(context)
    page = leader(context).open("/decisions")
    for said in (petition(context, LAMPS[0]).case_number, ADVICE, DISCUSSED, "提请二级研判", "一级研判小组提请"):
        assert said in page.text, said
    assert re.search(r"还剩\d+个工作(小时|日)", page.text)
    assert "前决定" in page.text


def test_what_came_without_a_meeting_says_so_and_why(context: Context) -> None:
    proposed(context, LAMPS[1])
    page = leader(context).open("/decisions")
    assert "没有开会议定的意见" in page.text
    assert WHY in page.text


def test_what_the_clock_brought_is_not_laid_at_the_experts_door(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    [case] = reported(context, LAMPS[0])
    ladder.refer_to_first_review(context, case, Actor(Role.DESK, name="专席甲"), "涉及多家单位")
    steps.settle(context, case)
    while stage(context, case) == "first_review":
        wake = petition(context, LAMPS[0]).wake_at
        assert wake is not None
        frozen_clock.move_to(wake)
        steps.settle(context, case)
    [found] = second_review.waiting(context, LEADER)
    assert (found.brought_by, found.recommended) == ("平台按时限自动提级", [])


def test_what_should_have_been_decided_says_since_when_and_comes_first(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    late = proposed(context, LAMPS[0])
    due = steps.petition_of(context, late).stage_due_at
    assert due is not None
    steps.settle_until(context, late, frozen_clock, due.add(days=1))
    assert steps.petition_of(context, late).stage_due_at is None, "its clock is over: supervision has been opened"
    fresh = proposed(context, LAMPS[1])
    found = second_review.waiting(context, LEADER)
    assert [each.item.id for each in found] == [late, fresh]
    assert found[0].item.decide_by == due
    page = leader(context).open("/decisions")
    assert "没有时限" not in page.text
    assert "已过" in page.text


def test_a_meeting_says_when_what_is_overdue_was_to_be_decided(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    late = proposed(context, LAMPS[0])
    due = steps.petition_of(context, late).stage_due_at
    assert due is not None
    steps.settle_until(context, late, frozen_clock, due.add(days=1))
    visitor, soon = leader(context), f"{local(clock.now().add(hours=1)):%Y-%m-%dT%H:%M}"
    asked = {"title": "领导小组会", "planned_at": soon, "chair": "leader-chair"}
    page = send(visitor, visitor.open("/review?level=second"), "/review/meetings", **asked, case=[late])
    assert re.search(rf"{local(due):%H:%M}\s*前议定\s*已到期", page.text), page.text


def test_due_first_comes_first(context: Context, frozen_clock: clock.StoryClock) -> None:
    first = proposed(context, LAMPS[0])
    frozen_clock.move_to(clock.now().add(days=1))
    second = proposed(context, LAMPS[1])
    assert [each.item.id for each in second_review.waiting(context, LEADER)] == [first, second]


def test_a_case_is_decided_on_its_page_and_put_on_record(context: Context) -> None:
    case, other = handed_up(context), proposed(context, LAMPS[1])
    visitor = leader(context)
    page = visitor.open(f"/decisions/{case}")
    for said in (LAMPS[0], ADVICE, DISCUSSED, "到现在为止", "区市政园林服务中心", "一级研判"):
        assert said in page.text, said
    page = visitor.send(page.form("/assign"), **DECIDED)
    assert "交办：已完成" in page.text, page.text
    assert f"/decisions/{other}" in page.links
    row = petition(context, LAMPS[0])
    assert (row.stage, row.unit, row.designated) == ("dispatched", OTHER, True)
    assert "先行恢复照明" in page.text
    assert "3个工作日" in page.text
    answer = visitor.client.get(f"/decisions/{case}/record.docx")
    document = Document(io.BytesIO(answer.content))
    told = "\n".join(item.text for item in document.paragraphs)
    tasks = [[cell.text for cell in row.cells] for row in document.tables[0].rows[1:]]
    for said in (row.case_number, ADVICE, DECIDED["reason"], "未经会议"):
        assert said in told, said
    assert [task[1:] for task in tasks] == [["主办", "先行恢复照明", "3个工作日"], ["协办", "移交图纸", "1个工作日"]]
    assert LAMPS[0] not in told, "no word of a petitioner's"
    assert case in "".join(unit(context, OTHER).open("/tasks").links)
    assert petition(context, LAMPS[0]).case_number not in visitor.open("/decisions").text


def test_a_case_is_handed_to_the_leader_in_charge_on_the_clock_it_has(context: Context) -> None:
    case = proposed(context, LAMPS[0])
    visitor = leader(context)
    due = petition(context, LAMPS[0]).stage_due_at
    form = visitor.open(f"/decisions/{case}").form("/hand_to_leader")
    page = visitor.send(form, leader="leader-construction", reason="涉及道路移交")
    assert "已交分管城建的领导" in page.text
    assert petition(context, LAMPS[0]).stage_due_at == due
    assert "已交分管城建的领导" in visitor.open("/decisions").text


def test_what_is_wrong_comes_back_filled_in_with_the_reason(context: Context) -> None:
    case = proposed(context, LAMPS[0])
    visitor = leader(context)
    form = visitor.open(f"/decisions/{case}").form("/assign")
    page = visitor.send(form, **(DECIDED | {"lead.duty": ""}))
    assert (page.status, page.form("/assign").fields["assists.0.duty"]) == (422, "移交图纸")
    assert 'id="assign-lead.duty-reason"' in page.html
    twice = visitor.send(page.form("/assign"), **(DECIDED | {"assists.0.unit": OTHER}))
    assert "同一单位不能重复承担" in twice.text
    assert stage(context, case) == "second_review"


def test_whoever_decides_second_is_shown_the_first_decision_and_keeps_their_words(context: Context) -> None:
    case = proposed(context, LAMPS[0])
    one, other = leader(context), leader(context, "测试领导乙")
    seen = other.open(f"/decisions/{case}").form("/assign")
    one.send(one.open(f"/decisions/{case}").form("/assign"), **DECIDED)
    late = other.send(seen, **(DECIDED | {"lead.unit": UNIT, "reason": "另一个决定，理由不同"}))
    assert late.status == 409
    assert "这件诉求有了变化" in late.text
    assert "二级研判的决定" in late.text
    assert "另一个决定，理由不同" in late.text
    assert petition(context, LAMPS[0]).unit == OTHER


def test_the_page_is_for_whoever_the_table_lets_decide(context: Context) -> None:
    case = proposed(context, LAMPS[0])
    for role in Role:
        if role in {Role.PLATFORM, Role.PETITIONER, Role.CHANNEL}:
            continue
        code = {Role.UNIT: UNIT, Role.MEDIA: "shizhong-yunbao", Role.FOLLOW_UP: None}.get(role)
        visitor = signed_in(Visitor(context), role, code, name=f"测试{role.value}")
        decides = role in MEETING_ROLES[Level.SECOND]
        for path in ("/decisions", f"/decisions/{case}", f"/decisions/{case}/record.docx"):
            expected = 404 if decides and path.endswith("docx") else 200 if decides else 403
            assert visitor.open(path).status == expected, (role, path)
        assert ("/decisions" in visitor.open("/account").links) is decides
    assert Visitor(context).open("/decisions").path == "/sign-in"


def test_only_what_the_table_allows_now_is_offered_and_nothing_else_is_taken(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = leader(context)
    page = visitor.open(f"/decisions/{case}")
    assert "现在不等您决定" in page.text
    assert [form.action for form in page.forms if form.action.startswith("/decisions")] == []
    form = visitor.open(f"/decisions/{proposed(context, LAMPS[1])}").form("/assign")
    form.action = f"/decisions/{case}/assign"
    assert visitor.send(form, **DECIDED).status in {409, 422}
    form.action = f"/decisions/{case}/note"
    assert visitor.send(form, text="不在这里办").status == 404
    assert stage(context, case) == "dispatched"


def test_a_leader_who_must_stay_out_sees_and_decides_nothing(context: Context) -> None:
    case = proposed(context, LAMPS[0])
    visitor = leader(context, LEADER.name)
    form = visitor.open(f"/decisions/{case}").form("/assign")
    recusals.recuse_account(context, case, Actor(Role.DESK, name="专席甲"), account=LEADER.name, reason="系其亲属")
    assert petition(context, LAMPS[0]).case_number not in visitor.open("/decisions").text
    assert visitor.open(f"/decisions/{case}").status == 404
    assert visitor.send(form, **DECIDED).status == 404
    assert stage(context, case) == "second_review"


def test_nothing_waits(context: Context) -> None:
    assert "没有等待领导小组决定的" in leader(context).open("/decisions").text
