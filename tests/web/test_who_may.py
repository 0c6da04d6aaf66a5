"""Who sees which case on the pages, what they are offered, and who learns who reported."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from domain.actions import ROLE_LABELS, Actor, Role, allowed_actions
from domain.stages import Trigger
from models.tables import IdempotentReply, Petition
from services import identity_log
from services.context import Context
from services.facts import facts_of
from tests.support import steps
from tests.support.pages import Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, desk, done, petition, reported, stage, unit, unit_again

pytestmark = pytest.mark.usefixtures("cheap_passwords")


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
        if role in {Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.FOLLOW_UP, Role.OPERATOR}
    ),
]


@pytest.mark.parametrize(("role", "code"), ROLES, ids=[f"{role}-{code}" for role, code in ROLES])
def test_everybody_is_shown_exactly_what_the_permission_table_lets_them_do(
    context: Context, role: Role, code: str | None
) -> None:
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
    meetings = {Trigger.CONVENE, Trigger.PUT_OFF}
    names = {Trigger.ATTACH: "attachments"}
    assert shown == {names.get(trigger, trigger.value) for trigger in allowed if trigger not in meetings}
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
    page = unit(context).open(f"/cases/{case}")
    assert "1234" not in page.html
    assert unit_again(context).open(f"/cases/{case}/identity").status == 404
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


def test_whoever_recuses_themselves_is_back_at_the_queue(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = signed_in(Visitor(context), Role.REVIEWER)
    page = visitor.send(visitor.open(f"/cases/{case}").form("/recuse"), reason="与承办人是亲属")
    assert page.path == "/tasks"
    assert visitor.open(f"/cases/{case}").status == 404


def test_a_unit_that_a_petition_is_about_is_taken_out_of_it_and_back(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor, at_unit = desk(context), unit(context)
    page = done(visitor, case, "recuse", unit=UNIT, reason="来信反映该单位工作人员")
    assert "回避情况" in page.text
    assert at_unit.open(f"/cases/{case}").status == 404
    done(visitor, case, "lift_recusal", number="1", reason="核实后并非反映该单位")
