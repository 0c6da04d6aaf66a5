"""The queue and the case, for whoever is signed in; without scripts."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.actions import ROLE_LABELS, Actor, Role, allowed_actions
from domain.stages import Trigger
from models.tables import Completion, IdempotentReply, Petition
from services import handling, identity_log, intake
from services.context import Context
from services.facts import facts_of
from tests.support import steps
from tests.support.pages import Page, Visitor, signed_in
from web.actions import ACTIONS, REPORT

pytestmark = pytest.mark.usefixtures("cheap_passwords")

UNIT, OTHER = "municipal-parks", "housing"
LAMPS = ("文化路街道广济路路灯不亮，出行不便", "建设路北段路灯已经坏了三天", "君山路路灯整夜不亮，请修理")
UNCLEAR = "有些话想说一说，不知道找谁"
EVIDENCE = {
    "is_true": "yes",
    "contacted": "yes",
    "contacted_at": "2026-03-02T09:00",
    "contact_way": "phone",
    "solved": "yes",
    "internal_account": "更换镇流器五只",
    "public_reply": "您反映的路灯已经修复，感谢您的监督。",
}


def petition(context: Context, text: str) -> Petition:
    with context.readers() as session:
        return session.scalars(sa.select(Petition).where(Petition.text.startswith(text))).one()


def reported(context: Context, *texts: str) -> list[str]:
    """The ids of petitions that were reported and taken as far as the platform takes them."""
    for text in texts:
        Visitor(context).report(text)
        steps.settle(context, petition(context, text).id)
    return [petition(context, text).id for text in texts]


def desk(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.DESK)


def unit(context: Context, code: str = UNIT) -> Visitor:
    return signed_in(Visitor(context), Role.UNIT, code)


def done(visitor: Visitor, case: str, what: str, **fields: str) -> Page:
    """What must succeed, on the page of the case."""
    page = visitor.send(visitor.open(f"/cases/{case}").form(f"/{what}"), **fields)
    assert page.status == 200, page.text
    assert "已完成" in page.text, page.text
    steps.settle(visitor.context, case)
    return page


def stage(context: Context, case: str) -> str:
    return steps.petition_of(context, case).stage


def test_every_action_of_the_permission_table_has_a_form() -> None:
    by_hand = {trigger.value for trigger in Trigger if _anybody_may(trigger)}
    assert by_hand - set(ACTIONS) == {Trigger.REGISTER.value, Trigger.WITHDRAW.value}, "these two are the petitioner's"
    assert set(ACTIONS) - by_hand == {REPORT}


def _anybody_may(trigger: Trigger) -> bool:
    from domain.actions import PERMITTED

    return bool(PERMITTED[trigger])


def test_the_unit_sees_its_own_queue_with_the_time_left(context: Context) -> None:
    reported(context, LAMPS[0])
    page = unit(context).open("/tasks")
    number = petition(context, LAMPS[0]).case_number
    for shown in (number, "待签收", "还剩44个工作小时", "3月9日 17:30", "文化路街道"):
        assert shown in page.text, shown
    assert "现在没有等您办的事" in unit(context, OTHER).open("/tasks").text


def test_signing_for_several_at_once_says_of_each_what_became_of_it(context: Context) -> None:
    cases = reported(context, *LAMPS)
    visitor = unit(context)
    page = visitor.open("/tasks")
    boxes = [part.split('"')[0] for part in page.html.split('name="case" value="')[1:]]
    assert len(boxes) == 3
    handling.note(context, cases[1], _actor(), "先看一眼")
    form = page.form("/tasks/sign").fields
    sent = Page(visitor.client.post("/tasks/sign", data=form | {"case": boxes}))
    assert [stage(context, case) for case in cases].count("in_hand") == 2
    assert sent.text.count("已签收") == 2
    assert "诉求已被他人更新" in sent.text
    again = Page(visitor.client.post("/tasks/sign", data=form | {"case": boxes}))
    assert again.text.count("已签收") == 2, "the same press twice is one"
    assert "没有勾选" in Page(visitor.client.post("/tasks/sign", data=form)).text


def _actor() -> Any:
    from domain.actions import Actor

    return Actor(Role.UNIT, UNIT, "测试")


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
    assert "延期不得超过" in at_unit.send(form, amount="99", reason_code="procurement", reason="需要备件").text
    assert "应为整数" in at_unit.send(form, amount="三", reason_code="procurement", reason="需要备件").text
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


def test_two_who_decide_at_once_are_told_and_lose_no_word(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = unit(context)
    form = visitor.open(f"/cases/{case}").form("/request_return")
    done(unit_again(context), case, "sign")
    page = visitor.send(form, reason="该路段尚未移交", proposed_unit=OTHER, basis="三定方案第三条", not_listed="yes")
    assert (page.status, "有了变化" in page.text) == (409, True)
    assert page.form("/request_return").fields["basis"] == "三定方案第三条"
    assert page.form("/request_return").fields["proposed_unit"] == OTHER


def unit_again(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.UNIT, UNIT, "测试园林乙")


def test_what_can_no_longer_be_done_is_said_with_what_was_written(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = desk(context)
    form = visitor.open(f"/cases/{case}").form("/climb_to_first_review")
    intake.withdraw(context, case, _petitioner())
    page = visitor.send(form, reason="涉及几家单位，请专家研判")
    assert page.status == 409
    assert "涉及几家单位，请专家研判" in page.text


def _petitioner() -> Any:
    from domain.actions import PETITIONER

    return PETITIONER


@pytest.mark.parametrize("path", ["/cases/{}", "/cases/00000000-0000-4000-8000-000000000000", "/cases/x"])
def test_a_unit_is_not_told_of_cases_that_are_not_its_own(context: Context, path: str) -> None:
    [case] = reported(context, LAMPS[0])
    page = unit(context, OTHER).open(path.format(case))
    assert page.status == 404
    assert LAMPS[0] not in page.html


def test_a_case_is_found_by_its_number(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    number = petition(context, LAMPS[0]).case_number
    assert desk(context).open(f"/cases?number={number.lower()}").path == f"/cases/{case}"
    assert unit(context, OTHER).open(f"/cases?number={number}").status == 404


ROLES = [
    (Role.DESK, None),
    (Role.UNIT, UNIT),
    (Role.UNIT, OTHER),
    *(
        (role, None)
        for role in Role
        if role in {Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.FOLLOW_UP, Role.OPERATOR}
    ),
]


@pytest.mark.parametrize(("role", "code"), ROLES, ids=[f"{role}-{code}" for role, code in ROLES])
def test_everybody_is_shown_exactly_what_the_permission_table_lets_them_do(
    context: Context, role: Role, code: str | None
) -> None:
    from domain.actions import Actor

    [case] = reported(context, LAMPS[0])
    visitor = signed_in(Visitor(context), role, code)
    page = visitor.open(f"/cases/{case}")
    if code == OTHER:
        assert page.status == 404
        return
    with context.readers() as session:
        row = session.get_one(Petition, case)
        policy = context.rules.of(session, row.policy_version)
        allowed = allowed_actions(Actor(role, code), facts_of(row), policy, context.rules.calendar, clock.now())
    shown = {form.action.rpartition("/")[2] for form in page.forms if form.action.startswith("/cases/")}
    assert shown == {trigger.value for trigger in allowed}
    assert ROLE_LABELS[role] in page.text


@pytest.mark.parametrize("what", ["approve_completion", "dispatch", "nosuch", "rate"])
def test_what_is_not_allowed_is_refused_however_it_is_sent(context: Context, what: str) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = unit(context)
    form = visitor.open(f"/cases/{case}").form("/sign")
    form.action = f"/cases/{case}/{what}"
    page = visitor.send(form, reason="不该可以", unit=UNIT, satisfaction="satisfied")
    assert page.status in {404, 409, 422}
    assert stage(context, case) == "dispatched"


def test_markup_in_a_petition_stays_words(context: Context) -> None:
    text = "<script>alert(1)</script>文化路街道广济路路灯不亮<img src=x onerror=alert(1)>"
    [case] = reported(context, text)
    page = unit(context).open(f"/cases/{case}")
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert "<mark>路灯不亮</mark>" in page.html


def test_a_confided_contact_is_not_shown_to_the_unit(context: Context) -> None:
    Visitor(context).report(LAMPS[0], contact="13800001234", confidential="yes")
    case = petition(context, LAMPS[0]).id
    steps.settle(context, case)
    assert "13800001234" not in unit(context).open(f"/cases/{case}").html
    shown = desk(context).open(f"/cases/{case}").html
    assert "13800001234" not in shown
    assert "138****1234" in shown


def test_the_unit_asks_for_the_number_it_must_call_and_says_why(context: Context) -> None:
    Visitor(context).report(LAMPS[1], contact="13800001234", name="测试甲乙")
    case = petition(context, LAMPS[1]).id
    steps.settle(context, case)
    visitor = unit(context)
    page = visitor.open(f"/cases/{case}")
    assert "138****1234" in page.html
    assert "13800001234" not in page.html
    form = visitor.open(f"/cases/{case}/identity").form("/identity")
    nothing_said = visitor.send(form, purpose="", words="")
    assert (nothing_said.status, "13800001234" in nothing_said.html) == (422, False)
    asked = visitor.open(f"/cases/{case}/identity").form("/identity")
    shown = visitor.send(asked, purpose="contact", words="电话核实灯杆编号")
    assert shown.status == 200, shown.text
    assert "13800001234" in shown.html
    assert "测试甲乙" in shown.html
    [read] = identity_log.readers(context, case, Actor(Role.INSPECTOR, name="督查员")).reads
    assert (read.purpose.code, read.words) == ("contact", "电话核实灯杆编号")
    with context.readers() as session:
        kept = repr(session.scalars(sa.select(IdempotentReply.body)).all())
    assert "13800001234" not in kept
    assert unit(context, OTHER).open(f"/cases/{case}/identity").status == 404
