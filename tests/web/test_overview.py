"""The dashboard as a page: every number leads to exactly the cases it counts, for those who may see them."""

from __future__ import annotations

import re

import pytest

from domain.actions import Role
from services.context import Context
from tests.support.pages import Page, Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, desk, petition, reported, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")


def leader(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.LEADER)


def link_of(page: Page, figure: str, **chosen: str) -> str:
    """Where the first number of `figure` leads that is narrowed to `chosen`."""
    wanted = [f"{key}={value}" for key, value in chosen.items()]
    found = [link for link in page.links if f"/overview/cases/{figure}?" in link and all(one in link for one in wanted)]
    assert found, (figure, chosen, page.links)
    return found[0]


def test_every_number_leads_to_as_many_cases(context: Context) -> None:
    reported(context, *LAMPS)
    visitor = leader(context)
    page = visitor.open("/overview")
    assert page.status == 200
    numbers = re.findall(r'href="(/overview/cases/[^"]+)">(\d+)</a>', page.html)
    assert len(numbers) > 8
    for address, number in numbers:
        listed = visitor.open(address.replace("&amp;", "&"))
        assert listed.status == 200
        assert f"{number}件" in listed.text, address
        assert listed.html.count('href="/cases?number=') == int(number)


def test_a_case_is_opened_from_its_figure(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = leader(context)
    listed = visitor.open(link_of(visitor.open("/overview"), "open", unit=UNIT))
    number = petition(context, LAMPS[0]).case_number
    assert "承办单位：" in listed.text
    assert visitor.open(next(link for link in listed.links if number in link)).path == f"/cases/{case}"


@pytest.mark.parametrize("query", ["period=year&trend=week", "period=ever&trend=day"])
def test_the_way_back_leads_to_what_was_chosen(context: Context, query: str) -> None:
    reported(context, LAMPS[0])
    visitor = leader(context)
    page = visitor.open(f"/overview?{query}")
    for chosen, table in (({}, ""), ({"unit": UNIT}, "#units-title"), ({"town": ""}, "#towns-title")):
        listed = visitor.open(link_of(page, "registered", **chosen))
        assert f"/overview?{query}{table}" in listed.links


@pytest.mark.parametrize("query", ["", "?shown=nosuch&trend=%22%3E"])
def test_without_a_choice_it_leads_to_the_page_as_it_begins(context: Context, query: str) -> None:
    back = [link for link in leader(context).open(f"/overview/cases/open{query}").links if "/overview" in link][-1]
    assert back == ("/overview?period=month&trend=day" if query else "/overview")


def test_it_says_as_of_when_of_what_and_by_which_definition(context: Context) -> None:
    reported(context, LAMPS[0])
    page = leader(context).open("/overview?period=year&trend=week")
    assert "截至 2026年3月2日（周一）09:00" in page.text
    assert "登记于2026年1月1日至12月31日" in page.text
    assert "截至时刻仍在办理、已过办理时限的" in page.text
    assert "登记周" in page.text
    assert "不计：未评价的" in page.text


@pytest.mark.parametrize("query", ["", "?period=nosuch&trend=nosuch", "?period=ever", "?period=day&trend=month"])
def test_whatever_is_chosen_it_is_shown(context: Context, query: str) -> None:
    reported(context, LAMPS[0])
    assert leader(context).open(f"/overview{query}").status == 200


def test_a_unit_sees_its_own_part_and_lists_no_case_of_others(context: Context) -> None:
    reported(context, LAMPS[0])
    number = petition(context, LAMPS[0]).case_number
    mine, foreign = unit(context, UNIT), unit(context, OTHER)
    assert number in mine.open(link_of(mine.open("/overview"), "open", unit=UNIT)).html
    page = foreign.open("/overview")
    assert not [link for link in page.links if f"unit={UNIT}" in link]
    assert number not in foreign.open(link_of(page, "open")).html
    assert foreign.open(f"/overview/cases/open?unit={UNIT}").status == 403


def test_who_must_stay_out_of_a_case_does_not_find_it_behind_a_number(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    visitor = signed_in(Visitor(context), Role.REVIEWER)
    number = petition(context, LAMPS[0]).case_number
    assert number in visitor.open(link_of(visitor.open("/overview"), "open")).html
    visitor.send(visitor.open(f"/cases/{case}").form("/recuse"), reason="与承办人是亲属")
    assert number not in visitor.open(link_of(visitor.open("/overview"), "open")).html


def test_media_see_no_figures(context: Context) -> None:
    visitor = signed_in(Visitor(context), Role.MEDIA, "shizhong-yunbao")
    assert visitor.open("/overview").status == 403
    assert visitor.open("/overview/cases/open").status == 403
    assert "/overview" not in visitor.open("/account").links


def test_nobody_sees_them_without_signing_in_and_is_back_afterwards(context: Context) -> None:
    page = Visitor(context).open("/overview/cases/open?period=month&as_of=2026-03-02T09%3A00%3A00%2B08%3A00")
    assert page.path == "/sign-in"
    assert page.form("/sign-in").fields["to"].startswith("/overview/cases/open?period=month&as_of=")


@pytest.mark.parametrize(("path", "status"), [("nosuch", 404), ("open?unit=nosuch", 422), ("open?period=nosuch", 404)])
def test_what_cannot_be_meant_is_refused(context: Context, path: str, status: int) -> None:
    assert desk(context).open(f"/overview/cases/{path}").status == status


def test_only_the_dashboard_loads_the_plots(context: Context) -> None:
    reported(context, LAMPS[0])
    visitor = leader(context)
    assert "echarts" in visitor.open("/overview").html
    for path in ("/", "/tasks", "/account", "/overview/cases/open"):
        assert "echarts" not in visitor.open(path).html


def test_every_plot_has_its_table(context: Context) -> None:
    reported(context, LAMPS[0])
    html = leader(context).open("/overview").html
    plots = re.findall(r'data-plot="\w+" data-of="(\w+)"', html)
    assert plots == ["trend", "ladder", "units", "towns"]
    assert all(f'<table id="{name}">' in html for name in plots)
