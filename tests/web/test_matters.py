"""One of hundreds of sub-categories, written by its name: no list of them in any page, and nobody left without one."""

from __future__ import annotations

import pytest

from domain.actions import Role
from services.context import Context
from tests.support.context import shipped_policy
from tests.support.pages import Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, desk, done, petition, reported, stage, unit
from web.inputs import Options
from web.lookup import code_of, near

pytestmark = pytest.mark.usefixtures("cheap_passwords")

UNSURE = "门口路灯不亮，垃圾清运不及时"
OPTIONS: Options = (("street-light-out", "路灯不亮"), ("new-street-light", "增设路灯"), ("ktv-noise", "KTV噪声"))
A_PAGE = 40_000
"""Bytes that the page of a case may have: each list of 475 in it would be some 30 000 of them."""


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("路灯不亮", "street-light-out"),
        (" 路灯不亮 ", "street-light-out"),
        ("市政设施 / 路灯不亮", "street-light-out"),
        ("市政设施／路灯不亮", "street-light-out"),
        ("street-light-out", "street-light-out"),
        ("ktv噪声", "ktv-noise"),
        ("路灯", None),
        ("", None),
    ],
)
def test_a_name_is_found_however_it_is_written(words: str, code: str | None) -> None:
    assert code_of(words, OPTIONS) == code


@pytest.mark.parametrize(
    ("words", "names"), [("路灯", ["路灯不亮", "增设路灯"]), ("路灯坏", ["路灯不亮", "增设路灯"]), ("水", [])]
)
def test_what_was_probably_meant_is_offered(words: str, names: list[str]) -> None:
    assert sorted(near(words, [name for _, name in OPTIONS])) == sorted(names)


def test_every_name_of_the_shipped_taxonomy_finds_its_own_code() -> None:
    policy = shipped_policy()
    options = [(item.code, item.name) for item in policy.sub_categories]
    assert [code_of(item.name, options) for item in policy.sub_categories] == [code for code, _ in options]


def test_a_page_of_a_case_holds_no_list_of_hundreds(context: Context) -> None:
    unsure, lamp = reported(context, UNSURE, LAMPS[0])
    for visitor, case in ((desk(context), unsure), (unit(context), lamp)):
        page = visitor.open(f"/cases/{case}")
        assert page.html.count('list="sub_categories"') >= 1
        assert page.html.count('<datalist id="sub_categories">') == 1
        assert len(page.html.encode()) < A_PAGE


def test_the_list_comes_once_for_all_fields_and_is_kept_by_the_browser(context: Context) -> None:
    answer = desk(context).client.get("/matters/sub_categories")
    assert answer.text.count("<option") == len(shipped_policy().sub_categories)
    assert '<option value="路灯不亮" label="市政设施 / 路灯不亮">' in answer.text
    assert answer.headers["cache-control"] == "private, max-age=3600"


def test_the_desk_writes_the_name_of_the_matter(context: Context) -> None:
    [case] = reported(context, UNSURE)
    visitor = desk(context)
    form = visitor.open(f"/cases/{case}").form("/dispatch", -1)
    form.fields |= {"unit": UNIT, "reason": "路灯养护属市政园林", "sub_category": "路灯不亮"}
    assert "已完成" in visitor.send(form).text
    found = petition(context, UNSURE)
    assert (found.category, found.sub_category, found.unit) == ("municipal", "street-light-out", UNIT)


def test_a_name_that_there_is_not_comes_back_with_what_was_meant(context: Context) -> None:
    [case] = reported(context, UNSURE)
    visitor = desk(context)
    form = visitor.open(f"/cases/{case}").form("/dispatch", -1)
    form.fields |= {"unit": UNIT, "reason": "", "sub_category": "路灯坏了"}
    page = visitor.send(form)
    assert (page.status, stage(context, case)) == (422, "accepted")
    assert "没有叫“路灯坏了”的小类。是不是：" in page.text
    assert "路灯不亮" in page.text
    assert 'id="dispatch-reason-reason"' in page.html, "what else is wrong is said at once"
    assert page.form("/dispatch", -1).fields["sub_category"] == "路灯坏了"


def test_a_chosen_candidate_that_is_refused_comes_back_with_the_name_and_not_the_code(context: Context) -> None:
    [case] = reported(context, UNSURE)
    visitor = desk(context)
    form = visitor.open(f"/cases/{case}").form("/dispatch")
    assert form.fields["sub_category"]
    page = visitor.send(form, version="1")
    name = shipped_policy().sub_category_name(form.fields["sub_category"])
    assert (page.status, page.form("/dispatch", -1).fields["sub_category"]) == (409, name)


def test_a_unit_names_the_matter_of_the_list_when_it_returns(context: Context) -> None:
    [case] = reported(context, LAMPS[0])
    said = {"reason": "该路段尚未移交", "proposed_unit": OTHER, "basis": "三定方案第三条"}
    visitor = unit(context)
    form = visitor.open(f"/cases/{case}").form("/request_return")
    wrong = visitor.send(form, **said, duty="没有移交的道路")
    assert wrong.status == 422
    assert "没有叫“没有移交的道路”的小类" in wrong.text
    name = shipped_policy().sub_category_name("unhanded-road")
    done(visitor, case, "request_return", **said, duty=name)
    assert stage(context, case) == "return_requested"


def test_the_catalogue_is_for_whoever_handles_petitions(context: Context) -> None:
    page = unit(context).open("/matters")
    assert (page.status, "路灯不亮" in page.text, "按职责清单由谁办" in page.text) == (200, True, True)
    assert Visitor(context).open("/matters").path == "/sign-in"
    outlet = signed_in(Visitor(context), Role.MEDIA, "shizhong-yunbao")
    assert outlet.open("/matters").status == 403
    assert outlet.client.get("/matters/sub_categories").status_code == 403
