"""What the reviews decided is found again, with what became of it."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from docx import Document

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.calendar import local
from domain.stages import Trigger
from services import recusals
from services.context import Context
from services.ledger import move
from services.meetings import READERS
from services.transactions import transaction
from tests.support import steps
from tests.support.pages import Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, petition
from tests.web.test_decisions import DECIDED, handed_up, leader, proposed

pytestmark = pytest.mark.usefixtures("cheap_passwords")

HOUSING = "区住房和城乡建设局"


def decided(context: Context, text: str = LAMPS[0]) -> str:
    """A case that the leaders gave to a unit."""
    case = proposed(context, text)
    visitor = leader(context, f"领导{case[:6]}")
    page = visitor.send(visitor.open(f"/decisions/{case}").form("/assign"), **DECIDED)
    assert "已完成" in page.text, page.text
    steps.settle(context, case)
    return case


@pytest.mark.parametrize("role", [Role.LEADER, Role.DESK, Role.REVIEWER, Role.INSPECTOR])
def test_whoever_has_to_do_with_reviews_finds_what_was_decided(context: Context, role: Role) -> None:
    case = decided(context)
    visitor = signed_in(Visitor(context), role)
    page = visitor.open("/review/decided")
    number = petition(context, LAMPS[0]).case_number
    for told in (number, "研判交办", f"{HOUSING}主办，3个工作日", DECIDED["reason"], "待签收"):
        assert told in page.text
    assert "区市政园林服务中心协办" in page.text
    assert LAMPS[0] not in page.text, "what was reported is not told in a list that prints"
    answer = visitor.client.get(f"/review/decided/{case}/record.docx")
    told = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs)
    assert DECIDED["reason"] in told
    assert "/review/decided" in "".join(visitor.open("/review?level=second").links)


def test_what_became_of_it_is_told(context: Context, frozen_clock: clock.StoryClock) -> None:
    case = decided(context)
    visitor = leader(context)
    assert "已逾期" not in visitor.open("/review/decided").text
    assert "没有符合的" in visitor.open("/review/decided?standing=overdue").text
    steps.settle_until(context, case, frozen_clock, clock.now() + dt.timedelta(days=10))
    visitor = leader(context, "测试领导戊")
    assert "已逾期" in visitor.open("/review/decided").text
    assert HOUSING in visitor.open("/review/decided?standing=overdue").text
    assert "没有符合的" in visitor.open("/review/decided?standing=closed").text


def test_a_later_decision_stands_beside_the_former(context: Context) -> None:
    case = decided(context)
    with transaction(context) as tx:
        move(tx, tx.lock(case), Trigger.CLIMB_TO_SECOND_REVIEW, PLATFORM)
    visitor = leader(context)
    visitor.send(visitor.open(f"/decisions/{case}").form("/assign"), **(DECIDED | {"reason": "改由其牵头"}))
    page = visitor.open("/review/decided")
    assert page.text.count("研判交办") == 2
    assert page.text.count("后来另有交办") == 1
    assert page.text.index("改由其牵头") < page.text.index(DECIDED["reason"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (f"unit={OTHER}", True),
        (f"unit={UNIT}", False),
        ("words=先修后议", True),
        ("words=别的话", False),
        ("words=%25", False),
        ("first={today}&last={today}", True),
        ("last={yesterday}", False),
        ("level=first&words=产权不清", True),
        ("standing=open", True),
        ("standing=nonsense", True),
    ],
)
def test_it_is_found_by_unit_day_and_words(context: Context, query: str, *, found: bool) -> None:
    decided(context)
    today = local(clock.now()).date()
    query = query.format(today=today, yesterday=today - dt.timedelta(days=1))
    page = leader(context).open(f"/review/decided?{query}")
    assert page.status == 200
    assert (petition(context, LAMPS[0]).case_number in page.text) is found


def test_a_case_number_finds_its_decisions(context: Context) -> None:
    decided(context)
    handed_up(context, LAMPS[1])
    visitor, number = leader(context), petition(context, LAMPS[0]).case_number
    assert number in visitor.open(f"/review/decided?words={number.lower()}").text
    assert petition(context, LAMPS[1]).case_number in visitor.open("/review/decided?level=first").text


def test_a_day_that_is_none_is_named_beside_its_field(context: Context) -> None:
    page = leader(context).open("/review/decided?first=2026-02-30")
    assert page.status == 200
    assert "日期请写成" in page.text


def test_nothing_decided_yet_says_what_comes_here(context: Context) -> None:
    assert "还没有作过决定" in leader(context).open("/review/decided").text


def test_who_must_stay_out_finds_nothing(context: Context) -> None:
    case = decided(context)
    visitor = leader(context, "测试领导己")
    recusals.recuse_account(context, case, Actor(Role.DESK, name="专席甲"), account="测试领导己", reason="系其亲属")
    assert petition(context, LAMPS[0]).case_number not in visitor.open("/review/decided").text
    assert visitor.client.get(f"/review/decided/{case}/record.docx").status_code == 404


@pytest.mark.parametrize(("role", "unit"), [(Role.UNIT, UNIT), (Role.MEDIA, "shizhong-yunbao"), (Role.FOLLOW_UP, None)])
def test_it_is_for_nobody_else(context: Context, role: Role, unit: str | None) -> None:
    assert role not in READERS
    assert signed_in(Visitor(context), role, unit).open("/review/decided").status == 403
