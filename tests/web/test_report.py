"""Reporting something without an account and without scripts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from models.tables import Petition, Petitioner
from services.context import Context
from services.identity import unsealed
from tests.support.pages import Page, Visitor, code_in

LAMPS = "文化路街道广济路路灯不亮，晚上出行不安全"
AGAIN = "文化路街道广济路的路灯一直不亮，请尽快修理"
PLACE = "文化路街道广济路"


def petitions(context: Context) -> list[Petition]:
    with context.readers() as session:
        return list(session.scalars(sa.select(Petition).order_by(Petition.case_number)))


def asked_whether_it_is_the_same(visitor: Visitor) -> Page:
    """What the second person is asked who reports the same lamp."""
    visitor.report(LAMPS, place=PLACE)
    page = Visitor(visitor.context).open("/")
    assert page.status == 200
    return visitor.send(visitor.open("/").form("/report"), text=AGAIN, place=PLACE)


def test_words_alone_are_enough(visitor: Visitor, context: Context) -> None:
    receipt = visitor.report(LAMPS)
    [petition] = petitions(context)
    assert receipt.status == 201
    assert (petition.text, petition.channel, petition.request_type) == (LAMPS, "web", "help")
    assert code_in(receipt) == petition.query_code
    assert petition.case_number in receipt.text


def test_everything_that_may_be_said_arrives(visitor: Visitor, context: Context) -> None:
    visitor.report(
        LAMPS,
        place=PLACE,
        longitude="117.560000",
        latitude="34.860000",
        contact="138 0000 1234",
        name="测试甲",
        confidential="yes",
        request_type="complaint",
        category="municipal",
    )
    [petition] = petitions(context)
    assert (petition.crs, petition.given_longitude, petition.given_latitude) == ("wgs84", 117.56, 34.86)
    assert (petition.place, petition.request_type, petition.category) == (PLACE, "complaint", "municipal")
    with context.readers() as session:
        person = session.get_one(Petitioner, petition.id)
        left = unsealed(context, person)
        assert (left.name, left.contact_kind, left.contact) == ("测试甲", "sms", "13800001234")
        assert person.confidential


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"text": "灯"}, "text", "至少4个字，现在有1个"),
        ({"text": ""}, "text", "还没有填写"),
        ({"text": LAMPS, "contact": "一二三"}, "contact", "请填写11位手机号或电子邮箱"),
        ({"text": LAMPS, "category": "nonsense"}, "category", "没有代码为“nonsense”的分类"),
        ({"text": LAMPS, "longitude": "34.86", "latitude": "117.56"}, "latitude", "度"),
    ],
)
def test_a_wrong_form_comes_back_filled_in_with_the_reason_beside_the_field(
    visitor: Visitor, context: Context, fields: dict[str, str], field: str, reason: str
) -> None:
    page = visitor.send(visitor.open("/").form("/report"), place="某处", **fields)
    assert page.status == 422
    assert reason in page.text
    shown = page.form("/report").fields
    assert (shown["text"], shown["place"]) == (fields["text"], "某处")
    assert f'href="#{field}"' in page.html
    assert petitions(context) == []


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("１３８００００１２３４", "13800001234"),
        ("\u202d138 0000 1234\u202c", "13800001234"),
        ("+86-138-0000-1234", "+8613800001234"),
        ("ceshi-jia@example.com", "ceshi-jia@example.com"),
    ],
    ids=["full-width", "copied from an address book", "with hyphens", "a hyphen in a mail address stays"],
)
def test_a_contact_is_taken_as_people_type_and_copy_it(
    visitor: Visitor, context: Context, typed: str, left: str
) -> None:
    assert visitor.report(LAMPS, contact=typed).status == 201
    [petition] = petitions(context)
    with context.readers() as session:
        found = unsealed(context, session.get_one(Petitioner, petition.id))
    assert found.contact == left


def test_what_is_too_long_comes_back_whole_and_says_by_how_much(visitor: Visitor) -> None:
    long = "路灯不亮。" * 1000 + "😀"
    page = visitor.send(visitor.open("/").form("/report"), text=long)
    assert page.status == 422
    assert "最多5000个字，现在有5001个，请删短" in page.text
    assert page.form("/report").fields["text"].strip() == long


@pytest.mark.parametrize("typed", ["0632-3312345", "（０６３２）３３１２３４５", "3312345"])
def test_whoever_leaves_a_fixed_line_reads_why_it_is_not_taken(visitor: Visitor, typed: str) -> None:
    page = visitor.send(visitor.open("/").form("/report"), text=LAMPS, contact=typed)
    assert page.status == 422
    assert "座机收不到短信" in page.text
    assert page.form("/report").fields["contact"] == typed


def test_pressing_twice_reports_once(visitor: Visitor, context: Context) -> None:
    form = visitor.open("/").form("/report")
    first, second = (visitor.send(form, text=LAMPS) for _ in range(2))
    assert code_in(first) == code_in(second)
    assert len(petitions(context)) == 1


def test_going_back_and_writing_something_else_is_asked_about_and_then_taken(
    visitor: Visitor, context: Context
) -> None:
    form = visitor.open("/").form("/report")
    visitor.send(form, text=LAMPS)
    page = visitor.send(form, text="建设路井盖丢失，十分危险")
    assert page.status == 422
    assert "已经提交过一次" in page.text
    assert len(petitions(context)) == 1
    visitor.send(page.form("/report"))
    assert len(petitions(context)) == 2


def test_what_is_in_hand_is_shown_before_it_is_final(visitor: Visitor, context: Context) -> None:
    page = asked_whether_it_is_the_same(visitor)
    assert "是不是这件？" in page.text
    assert "路灯不亮" in page.text
    assert len(petitions(context)) == 1
    assert not any(word in page.html for word in (petitions(context)[0].case_number, petitions(context)[0].id))


def test_whoever_follows_it_has_a_code_of_their_own_and_the_case_has_one_more_party(
    visitor: Visitor, context: Context
) -> None:
    page = asked_whether_it_is_the_same(visitor)
    receipt = visitor.send(next(form for form in page.forms if form.fields.get("choice") not in {None, "own"}))
    main, mine = petitions(context)
    assert (mine.stage, mine.merged_into_id) == ("merged", main.id)
    assert code_in(receipt) == mine.query_code
    assert "一并办理" in receipt.text
    assert main.case_number in visitor.open(f"/follow/{mine.case_number}").text


def test_whoever_says_it_is_another_matter_has_a_case_of_their_own(visitor: Visitor, context: Context) -> None:
    page = asked_whether_it_is_the_same(visitor)
    visitor.send(next(form for form in page.forms if form.fields.get("choice") == "own"))
    assert [petition.stage for petition in petitions(context)] == ["registered", "registered"]


def test_a_choice_that_was_never_shown_joins_nothing(visitor: Visitor, context: Context) -> None:
    visitor.report(LAMPS, place=PLACE)
    [main] = petitions(context)
    for choice in (main.id, main.case_number, "0" * 32):
        visitor.send(visitor.open("/").form("/report"), text=f"{AGAIN}{choice[:3]}", place=PLACE, choice=choice)
    assert [petition.merged_into_id for petition in petitions(context)] == [None] * 4


def test_one_can_go_back_from_the_question_and_change_what_was_written(visitor: Visitor, context: Context) -> None:
    page = asked_whether_it_is_the_same(visitor)
    form = next(form for form in page.forms if form.fields.get("step") == "form")
    assert visitor.send(form).form("/report").fields["text"] == AGAIN


@pytest.mark.parametrize(
    "fields",
    [
        {"text": AGAIN, "confidential": "yes", "contact": "13800001234"},
        {"text": AGAIN, "request_type": "report"},
        {"text": f"{AGAIN}，电线掉下来漏电了"},
    ],
    ids=["confided", "of somebody's doings", "danger"],
)
def test_nobody_is_asked_who_confides_accuses_or_is_in_danger(
    visitor: Visitor, context: Context, fields: dict[str, str]
) -> None:
    visitor.report(LAMPS, place=PLACE)
    page = visitor.send(visitor.open("/").form("/report"), place=PLACE, **fields)
    assert page.status == 201
    assert petitions(context)[-1].merged_into_id is None


def test_what_others_confided_is_not_shown(visitor: Visitor, context: Context) -> None:
    visitor.report(LAMPS, place=PLACE, confidential="yes", contact="13800001234")
    page = visitor.send(visitor.open("/").form("/report"), text=AGAIN, place=PLACE)
    assert page.status == 201


def test_the_code_is_in_no_address_that_is_asked_for(visitor: Visitor) -> None:
    receipt = visitor.report(LAMPS)
    code = code_in(receipt)
    holding = [link for link in receipt.links if code in link]
    assert holding == [f"/follow#{code}"]
    assert code not in urlsplit(holding[0]).path


def test_markup_in_words_stays_words(visitor: Visitor) -> None:
    page = visitor.send(
        visitor.open("/").form("/report"),
        text="<script>alert(1)</script>",
        place='"><img src=x onerror=alert(1)>',
        contact="?",
    )
    assert page.status == 422
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert page.form("/report").fields["text"] == "<script>alert(1)</script>"


def test_pages_are_small(visitor: Visitor) -> None:
    receipt = visitor.report(LAMPS)
    case = next(link for link in receipt.links if link.startswith("/follow/"))
    for path in ("/", "/follow", case):
        page = visitor.open(path)
        assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.html)
        assert assets
        loaded = [visitor.client.get(address) for address in assets]
        assert {answer.status_code for answer in loaded} == {200}
        assert len(page.answer.content) + sum(len(answer.content) for answer in loaded) < 100_000


def test_a_report_from_a_page_that_lapsed_can_be_changed_before_it_is_sent(context: Context) -> None:
    visitor = Visitor(context)
    form = visitor.open("/").form("/report")
    visitor.client.cookies.clear()
    page = visitor.send(form, text=LAMPS, place=PLACE, contact="13800001234", confidential="yes")
    assert (page.status, petitions(context)) == (409, [])
    again = page.form("/report")
    assert (again.fields["text"], again.fields["place"]) == (LAMPS, PLACE)
    assert again.fields["confidential"] == "yes"
    assert visitor.send(again, text=AGAIN).status == 201
    assert [(petition.text, petition.place) for petition in petitions(context)] == [(AGAIN, PLACE)]
