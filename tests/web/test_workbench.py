"""The queue and the case, for whoever is signed in; without scripts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from domain.actions import PERMITTED, PETITIONER, Actor, Role
from domain.stages import Trigger
from models.tables import Completion, Petition
from services import handling, intake
from services.context import Context
from tests.support.pages import GOOD_PASSWORD, Page, Visitor, credentials, signed_in
from tests.web.office import (
    EVIDENCE,
    LAMPS,
    OTHER,
    UNCLEAR,
    UNIT,
    desk,
    done,
    petition,
    reported,
    stage,
    unit,
    unit_again,
)
from web.actions import ACTIONS, REPORT

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def test_every_action_of_the_permission_table_has_a_form() -> None:
    by_hand = {trigger.value for trigger in Trigger if PERMITTED[trigger]}
    elsewhere = {
        *(Trigger.REGISTER, Trigger.WITHDRAW, Trigger.REOPEN),  # the petitioner's
        *(Trigger.CONVENE, Trigger.PUT_OFF),  # what meetings do
        Trigger.ATTACH,  # a form with files
    }
    assert by_hand - set(ACTIONS) == {trigger.value for trigger in elsewhere}
    assert set(ACTIONS) - by_hand == {REPORT}


def test_the_unit_sees_its_own_queue_with_the_time_left(context: Context) -> None:
    reported(context, LAMPS[0])
    page = unit(context).open("/tasks")
    number = petition(context, LAMPS[0]).case_number
    for shown in (number, "待签收", "还剩5个工作日7小时", "3月9日 17:30", "文化路街道"):
        assert shown in page.text, shown
    assert "现在没有等您办的事" in unit(context, OTHER).open("/tasks").text


def test_signing_for_several_at_once_says_of_each_what_became_of_it(context: Context) -> None:
    cases = reported(context, *LAMPS)
    visitor = unit(context)
    page = visitor.open("/tasks")
    boxes = [part.split('"')[0] for part in page.html.split('name="case" value="')[1:]]
    assert len(boxes) == 3
    handling.note(context, cases[1], Actor(Role.UNIT, UNIT, "测试"), "先看一眼")
    form = page.form("/tasks/sign").fields
    sent = Page(visitor.client.post("/tasks/sign", data=form | {"case": boxes}))
    assert [stage(context, case) for case in cases].count("in_hand") == 2
    assert "已签收2件" in sent.text
    assert "诉求已被他人更新" in sent.text
    again = Page(visitor.client.post("/tasks/sign", data=form | {"case": boxes}))
    assert "已签收2件" in again.text, "the same press twice is one"
    assert "没有勾选" in Page(visitor.client.post("/tasks/sign", data=form)).text


def test_a_case_from_signature_to_rating(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    at_unit, at_desk = unit(context), desk(context)
    done(at_unit, case, "sign")
    done(at_unit, case, "note", text="已到现场，待备件", public="yes")
    page = done(at_unit, case, "submit_completion", **EVIDENCE)
    assert "回执" in page.text
    with context.readers() as session:
        evidence = session.scalars(sa.select(Completion.evidence)).one()
    assert evidence["contacted_at"] == "2026-03-02T09:00:00+08:00"
    assert "办结待审核" in at_desk.open("/tasks").text
    done(at_desk, case, "approve_completion", reason="答复完整")
    assert stage(context, case) == "completed"


def test_what_a_completion_lacks_is_named_beside_its_fields_and_nothing_typed_is_lost(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = unit(context)
    done(visitor, case, "sign")
    form = visitor.open(f"/cases/{case}").form("/submit_completion")
    page = visitor.send(form, **(EVIDENCE | {"contacted_at": "", "public_reply": "修了"}))
    assert page.status == 422
    for reason in ("已联系诉求人的，须填写联系时间", "须填写公开答复，不少于10字"):
        assert reason in page.text
    kept = page.form("/submit_completion").fields
    assert (kept["internal_account"], kept["public_reply"], kept["is_true"]) == ("更换镇流器五只", "修了", "yes")
    assert 'href="#submit_completion-contacted_at"' in page.html
    assert stage(context, case) == "in_hand"


def test_the_desk_dispatches_what_is_unclear_with_one_press(context: Context) -> None:
    [case] = reported(context, "门口路灯不亮，垃圾清运不及时")
    assert stage(context, case) == "accepted", "the engine is not sure of it"
    visitor = desk(context)
    page = visitor.open(f"/cases/{case}")
    assert "派给谁？" in page.text
    assert "<mark>" in page.html
    first = page.form("/dispatch")
    assert "accesskey" in page.html
    assert visitor.send(first).status == 200
    assert petition(context, "门口路灯不亮，垃圾清运不及时").unit == first.fields["unit"]


def test_the_desk_chooses_any_unit(context: Context) -> None:
    [case] = reported(context, UNCLEAR)
    done(desk(context), case, "dispatch", unit=OTHER, reason="先由住建核实")
    assert petition(context, UNCLEAR).unit == OTHER


def test_a_return_and_its_decision(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    at_unit, at_desk = unit(context), desk(context)
    done(
        at_unit,
        case,
        "request_return",
        reason="该路段尚未移交",
        proposed_unit=OTHER,
        basis="三定方案第三条",
        not_listed="yes",
    )
    page = at_desk.open(f"/cases/{case}")
    assert "该路段尚未移交" in page.text
    assert "三定方案第三条" in page.text
    done(at_desk, case, "refuse_return", reason="属本单位职责")
    assert stage(context, case) == "in_hand"


def test_an_extension_and_its_decision(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    at_unit, at_desk = unit(context), desk(context)
    done(at_unit, case, "sign")
    form = at_unit.open(f"/cases/{case}").form("/request_extension")
    assert "延期不得超过" in at_unit.send(form, amount="99", reason_code="procurement", reason="需要").text
    assert "再要几个工作日：应为整数" in at_unit.send(form, amount="三", reason_code="procurement", reason="需要").text
    done(at_unit, case, "request_extension", amount="3", reason_code="procurement", reason="需要备件")
    done(at_desk, case, "grant_extension", reason="情况属实")
    assert "延期3个工作日" in at_unit.open(f"/cases/{case}").text


def test_a_review_gives_out_work_to_several_units(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    done(desk(context), case, "climb_to_first_review", reason="涉及几家")
    reviewer = signed_in(Visitor(context), Role.REVIEWER)
    form = reviewer.open(f"/cases/{case}").form("/assign")
    lead = {"lead.unit": UNIT, "lead.duty": "修复路灯", "lead.term.amount": "3", "reason": "现场会议决定"}
    refused = reviewer.send(form, **lead, **{"assists.0.unit": OTHER})
    assert refused.status == 422
    assert 'href="#assign-assists.0.duty"' in refused.html
    assist = {"assists.0.unit": OTHER, "assists.0.duty": "提供图纸", "assists.0.term.amount": "2"}
    done(reviewer, case, "assign", **lead, **assist)
    assert petition(context, LAMPS[0]).unit == UNIT
    done(unit(context, OTHER), case, "report", text="图纸已移交")


def test_inspectors_open_a_file_ask_and_conclude(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    inspector = signed_in(Visitor(context), Role.INSPECTOR)
    done(inspector, case, "supervise", reason="反映拖延")
    done(inspector, case, "demand_explanation", question="请说明为何未签收", **{"term.amount": "3"})
    at_unit = unit(context)
    assert "要求说明" in at_unit.open("/tasks").text
    done(at_unit, case, "explain", text="已签收并安排检修")
    done(inspector, case, "close_supervision", disposition="unfounded", opinion="已按期处理")


def test_party_inspectors_visit_ask_and_close(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    inspector, at_unit = signed_in(Visitor(context), Role.PARTY_INSPECTOR), unit(context)
    done(inspector, case, "open_inspection", reason="典型案件")
    there = {"visited_at": "2026-03-02T08:30", "place": "广济路口", "people.0": "区委督查室", "found": "三盏不亮"}
    done(inspector, case, "record_visit", **there)
    done(inspector, case, "query_unit", question="请说明何时修复", **{"term.amount": "2"})
    done(at_unit, case, "answer_inspection", text="明日到货即修")
    done(inspector, case, "close_inspection", conclusion="现场已整改到位")


def test_what_is_to_be_put_right_has_a_term(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    inspector = signed_in(Visitor(context), Role.INSPECTOR)
    done(inspector, case, "supervise", reason="反映拖延")
    ordered = {"disposition": "rectify", "opinion": "责令三日内整改", "term.amount": "3"}
    done(inspector, case, "close_supervision", **ordered)
    done(inspector, case, "check_rectification", done="yes", opinion="现场核查，已全部恢复")


def test_merging_by_number_and_a_number_that_is_none(context: Context) -> None:
    main, part = reported(context, *LAMPS[:2])
    visitor = desk(context)
    form = visitor.open(f"/cases/{part}").form("/merge")
    page = visitor.send(form, into="SZ-20260302-09999", reason="同一件事")
    assert "未找到该诉求" in page.text
    assert page.form("/merge").fields["reason"] == "同一件事"
    done(visitor, part, "merge", into=petition(context, LAMPS[0]).case_number.lower(), reason="同一件事")
    assert petition(context, LAMPS[1]).merged_into_id == main


def test_probable_duplicates_are_merged_with_one_press(context: Context) -> None:
    first, second = "文化路街道广济路路灯不亮，晚上出行不安全", "文化路街道广济路的路灯一直不亮，请尽快修理"
    main, part = reported(context, first, second)
    visitor = desk(context)
    page = visitor.open(f"/cases/{part}")
    assert "疑似同一事项" in page.text
    assert first in page.text
    visitor.send(page.form("/merge"))
    assert petition(context, second).merged_into_id == main


def test_what_is_another_matter_is_not_proposed_again(context: Context) -> None:
    first, second = "文化路街道广济路路灯不亮，晚上出行不安全", "文化路街道广济路的路灯一直不亮，请尽快修理"
    _, part = reported(context, first, second)
    visitor = desk(context)
    page = visitor.send(visitor.open(f"/cases/{part}").form("/not_same"), reason="同一条路的另一盏")
    assert "不是同一件：已完成" in page.text
    assert "疑似同一事项" not in page.text
    assert visitor.send(page.form("/note"), text="已告知").status == 200


def test_a_wrong_merge_is_undone(context: Context) -> None:
    _, part = reported(context, *LAMPS[:2])
    visitor = desk(context)
    done(visitor, part, "merge", into=petition(context, LAMPS[0]).case_number, reason="同一件事")
    page = visitor.open(f"/cases/{part}")
    assert "已并单" in page.text
    page = visitor.send(page.form("/separate"), reason="是另一条路上的灯")
    assert "拆单：已完成" in page.text
    with context.readers() as session:
        found = session.scalars(sa.select(Petition).where(Petition.text == LAMPS[1])).all()
    assert len(found) == 2, "what was merged keeps its end, and goes on as a case of its own"


def test_after_one_comes_the_next(context: Context) -> None:
    first, second = reported(context, *LAMPS[:2])
    page = done(unit(context), first, "sign")
    assert f"/cases/{second}" in page.links


def test_two_who_decide_at_once_are_told_and_lose_no_word(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = unit(context)
    form = visitor.open(f"/cases/{case}").form("/request_return")
    done(unit_again(context), case, "sign")
    page = visitor.send(form, reason="该路段尚未移交", proposed_unit=OTHER, basis="三定方案第三条", not_listed="yes")
    assert (page.status, "有了变化" in page.text) == (409, True)
    assert page.form("/request_return").fields["basis"] == "三定方案第三条"
    assert page.form("/request_return").fields["proposed_unit"] == OTHER


def test_what_can_no_longer_be_done_is_said_with_what_was_written(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = desk(context)
    form = visitor.open(f"/cases/{case}").form("/climb_to_first_review")
    intake.withdraw(context, case, PETITIONER)
    page = visitor.send(form, reason="涉及几家单位，请专家研判")
    assert page.status == 409
    assert "涉及几家单位，请专家研判" in page.text


def test_what_was_ticked_before_the_session_ran_out_is_signed_after_it(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    cases = reported(context, *LAMPS)
    visitor = signed_in(Visitor(context), Role.UNIT, UNIT, name="园林丙")
    page = visitor.open("/tasks")
    boxes = [part.split('"')[0] for part in page.html.split('name="case" value="')[1:]]
    frozen_clock.move_to(frozen_clock.now().add(minutes=31))
    asked = Page(visitor.client.post("/tasks/sign", data=page.form("/tasks/sign").fields | {"case": boxes}))
    assert asked.status == 401
    back = visitor.send(asked.form("/sign-in"), **credentials("园林丙", GOOD_PASSWORD))
    assert "勾选的3件也还在" in back.text
    assert "已签收3件" in visitor.send(back.form("/tasks/sign")).text
    assert {stage(context, case) for case in cases} == {"in_hand"}


def test_the_time_of_contact_is_one_press_away_and_is_nobodys_until_it_is_pressed(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = unit(context)
    page = done(visitor, case, "sign")
    assert page.form("/submit_completion").fields["contacted_at"] == ""
    told = int(frozen_clock.now().timestamp() * 1000)
    assert f'data-now="{told}" data-for="submit_completion-contacted_at" hidden>现在</button>' in page.html
    assert page.html.count("data-now=") == 1
    refused = visitor.send(page.form("/submit_completion"), **EVIDENCE | {"contacted_at": "", "contacted": "yes"})
    assert refused.status == 422
    assert refused.form("/submit_completion").fields["contacted_at"] == ""
