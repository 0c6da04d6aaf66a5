"""A hot topic leads from the dashboard to as many cases as it counts."""

from __future__ import annotations

import pytest

import clock
from domain.actions import Actor, Role
from models.shapes import Registration
from services import hot_topics, intake, recusals
from services.context import Context
from tests.support.pages import Page, Visitor, signed_in
from tests.web.office import UNIT

pytestmark = pytest.mark.usefixtures("cheap_passwords")

CHANNEL = Actor(Role.CHANNEL, name="hotline")


def reports(context: Context, number: int, first: int = 0) -> list[str]:
    said = [f"阳光花园小区旁工地半夜打桩，第{each}夜睡不着" for each in range(first, first + number)]
    return [intake.register(context, Registration(channel="hotline", text=text), CHANNEL).id for text in said]


def opened(visitor: Visitor, query: str = "") -> Page:
    page = visitor.open(f"/overview{query}")
    [address] = {link for link in page.links if link.startswith("/overview/topics/")}
    return visitor.open(address)


@pytest.mark.parametrize("number", [6, 27])
def test_the_number_leads_to_as_many_cases(context: Context, frozen_clock: clock.StoryClock, number: int) -> None:
    older = reports(context, 1)
    frozen_clock.move_to(clock.now().add(days=9))
    recent = reports(context, number, first=1)
    [topic] = hot_topics.find_hot_topics(context)
    assert topic.recent == number
    page = opened(signed_in(Visitor(context), Role.LEADER), "?period=year&trend=week")
    assert "/overview?period=year&trend=week#topics-title" in page.links
    assert f"最近7天 {number}件" in page.text
    listed = [link.removeprefix("/cases/") for link in page.links if link.startswith("/cases/")]
    assert (sorted(listed[:number]), listed[number:]) == (sorted(recent), older)
    assert "更早的 1件" in page.text
    assert "工地半夜打桩" in page.text, "what most of them say is told in their words"


def test_what_is_hot_no_longer_keeps_its_numbers_and_names_no_case(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    reports(context, 6)
    [topic] = hot_topics.find_hot_topics(context)
    frozen_clock.move_to(clock.now().add(days=8))
    assert hot_topics.find_hot_topics(context) == []
    page = signed_in(Visitor(context), Role.DESK).open(f"/overview/topics/{topic.topic}")
    assert "现在不是热点了" in page.text
    assert not [link for link in page.links if link.startswith("/cases/")]


def test_who_must_stay_out_of_a_case_does_not_find_it_there(context: Context, frozen_clock: clock.StoryClock) -> None:
    cases = reports(context, 6)
    hot_topics.find_hot_topics(context)
    recusals.recuse_account(context, cases[0], Actor(Role.DESK, name="专席甲"), account="测试领导己", reason="系其亲属")
    page = opened(signed_in(Visitor(context), Role.LEADER, name="测试领导己"))
    assert f"/cases/{cases[0]}" not in page.links
    assert f"/cases/{cases[1]}" in page.links
    assert "应当回避" in page.text


def test_it_is_for_whoever_looks_after_the_district(context: Context) -> None:
    reports(context, 6)
    [topic] = hot_topics.find_hot_topics(context)
    address = f"/overview/topics/{topic.topic}"
    assert signed_in(Visitor(context), Role.UNIT, UNIT).open(address).status == 403
    assert signed_in(Visitor(context), Role.INSPECTOR).open("/overview/topics/none").status == 404
