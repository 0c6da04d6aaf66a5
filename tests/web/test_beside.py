"""Why petitioners were dissatisfied, and the visits: each number on the dashboard leads to as many cases."""

from __future__ import annotations

import re

import pytest

from domain.actions import Role
from services.context import Context
from tests.services import lives
from tests.support.pages import Visitor, signed_in
from tests.web.office import OTHER, UNIT, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def numbers(html: str) -> list[tuple[str, int]]:
    found = re.findall(r'href="(/overview/beside/[^"]+)">(\d+)</a>', html)
    return [(address.replace("&amp;", "&"), int(number)) for address, number in found]


def test_every_number_leads_to_as_many_cases(context: Context) -> None:
    lives.redone(context)
    lives.dissatisfied_after_a_visit_was_drawn(context)
    visitor = signed_in(Visitor(context), Role.LEADER)
    page = visitor.open("/overview?period=ever&trend=week")
    found = numbers(page.html)
    assert {address.partition("?")[0].rpartition("/")[2] for address, _ in found} == {"dissatisfied", "visits"}
    for address, number in found:
        listed = visitor.open(address)
        assert f"{number}次" in listed.text, address
        assert any(link.startswith("/overview?period=ever&trend=week#") for link in listed.links)
        assert len([link for link in listed.links if link.startswith("/cases/")]) == number
    assert "（只写文字，未选）" in page.text


def test_a_unit_lists_none_of_the_others(context: Context) -> None:
    lives.redone(context)
    others = unit(context, OTHER)
    [address] = [each for each, _ in numbers(others.open("/overview").html) if "dissatisfied" in each]
    assert "0次" in others.open(address).text
    assert "1次" in unit(context, UNIT).open(address).text


def test_nothing_said_yet_says_what_comes_here(context: Context) -> None:
    text = signed_in(Visitor(context), Role.LEADER).open("/overview").text
    assert "还没有不满意的评价" in text
    assert "还没有抽取回访" in text


@pytest.mark.parametrize("path", ["nothing", "visits?code=nothing", "dissatisfied?code=nothing", "visits"])
def test_a_number_that_there_is_not_is_not_found(context: Context, path: str) -> None:
    assert signed_in(Visitor(context), Role.LEADER).open(f"/overview/beside/{path}").status == 404


def test_it_is_not_for_the_media(context: Context) -> None:
    outlet = signed_in(Visitor(context), Role.MEDIA, "shizhong-yunbao")
    assert outlet.open("/overview/beside/visits?code=drawn").status == 403
