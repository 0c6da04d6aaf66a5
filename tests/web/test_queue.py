"""The queue of a unit: what is seen of it, kept in the address, saved by name and taken away."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.queue_filter import QueueFilter
from domain.stages import Stage
from models.accounts import SavedFilter
from models.tables import Petition
from services import queues, saved_filters
from services.context import Context
from tests.support import steps
from tests.support.pages import GOOD_PASSWORD, Page, Visitor, credentials
from tests.web.office import LAMPS, OTHER, UNIT, desk, done, petition, reported, unit, unit_again

pytestmark = pytest.mark.usefixtures("cheap_passwords")

AT_UNIT = Actor(Role.UNIT, UNIT, "测试")


def number(context: Context, text: str) -> str:
    return petition(context, text).case_number


def shown(page: Page, context: Context) -> set[str]:
    """Which of the three lamps are in the queue that is shown."""
    return {text for text in LAMPS if f">{number(context, text)}</a></h2>" in page.html}


@pytest.fixture
def three(context: Context) -> list[str]:
    """The first is in hand, the second has a yellow card, the third is late and in another town."""
    cases = reported(context, *LAMPS)
    done(unit(context), cases[0], "sign")
    with context.sessions.begin() as session:
        session.get_one(Petition, cases[1]).card = "yellow"
        third = session.get_one(Petition, cases[2])
        third.due_at, third.town = clock.now().subtract(hours=1), "shuiguo"
    return cases


def test_a_case_is_found_by_the_few_digits_that_people_say_to_each_other(context: Context, three: list[str]) -> None:
    visitor, last = unit_again(context), number(context, LAMPS[2])[-3:]
    assert visitor.open(f"/cases?number={last}").path == f"/cases/{three[2]}"
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in number(context, LAMPS[1]).lower())
    assert visitor.open(f"/cases?number={wide}").path == f"/cases/{three[1]}"
    several = visitor.open("/cases?number=SZ-")
    assert several.path == "/tasks"
    assert shown(several, context) == set(LAMPS)
    none = visitor.open("/cases?number=99999")
    assert none.status == 200
    assert "没有编号含“99999”的" in none.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {0, 1, 2}),
        ("stage=in_hand", {0}),
        ("stage=dispatched", {1, 2}),
        ("card=yellow", {1}),
        ("card=red", set()),
        ("due=late", {2}),
        ("due=today", {2}),
        ("town=shuiguo", {2}),
        ("category=municipal", {0, 1, 2}),
        ("category=nosuch", set()),
        ("number=-0000", {0, 1, 2}),
        ("number=%25", {0, 1, 2}),
        ("stage=dispatched&due=late", {2}),
        ("stage=dispatched&card=yellow&due=late", set()),
    ],
)
def test_the_address_says_what_is_shown(context: Context, three: list[str], query: str, expected: set[int]) -> None:
    assert len(three) == 3
    page = unit_again(context).open(f"/tasks?{query}")
    assert shown(page, context) == {LAMPS[at] for at in expected}
    if not expected:
        assert "没有符合这些条件的" in page.text


def test_part_of_a_number_finds_one(context: Context, three: list[str]) -> None:
    assert three
    page = unit_again(context).open(f"/tasks?number={number(context, LAMPS[1])[-5:]}")
    assert shown(page, context) == {LAMPS[1]}
    assert f'value="{number(context, LAMPS[1])[-5:]}"' in page.html


def test_the_desk_filters_its_own_queue_by_when_it_has_to_decide(context: Context, three: list[str]) -> None:
    done(unit_again(context), three[0], "request_extension", amount="3", reason_code="procurement", reason="需要备件")
    visitor = desk(context)
    assert shown(visitor.open("/tasks?stage=extension_requested"), context) == {LAMPS[0]}
    assert shown(visitor.open("/tasks?stage=completion_submitted"), context) == set()
    assert shown(visitor.open("/tasks?due=late"), context) == set()


def test_pages_of_a_filtered_queue_go_on_with_the_filter(context: Context, three: list[str]) -> None:
    assert three
    only = QueueFilter(stage=Stage.DISPATCHED)
    first = queues.unit_queue(context, AT_UNIT, limit=1, only=only)
    second = queues.unit_queue(context, AT_UNIT, limit=1, cursor=first.next, only=only)
    assert [item.stage.code for item in (*first.items, *second.items)] == ["dispatched", "dispatched"]
    assert second.next is None


def test_signing_stays_with_the_filter(context: Context, three: list[str]) -> None:
    assert three
    visitor = unit_again(context)
    page = visitor.open("/tasks?card=yellow")
    box = page.html.split('name="case" value="')[1].split('"')[0]
    signed = visitor.send(page.form("/tasks/sign"), case=box)
    assert "已签收" in signed.text
    assert shown(signed, context) == {LAMPS[1]}


def test_whoever_signed_for_all_stands_at_an_address_that_opens_again(context: Context, three: list[str]) -> None:
    """Back from a case, or on a telephone that was put away, nobody is asked whether to send the form once more."""
    assert three
    visitor = unit_again(context)
    page = visitor.open("/tasks?stage=dispatched")
    boxes = [part.split('"')[0] for part in page.html.split('name="case" value="')[1:]]
    answer = visitor.client.post(
        "/tasks/sign", data=page.form("/tasks/sign").fields | {"case": boxes}, follow_redirects=False
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?stage=dispatched&signed=2")
    assert "已签收2件" in visitor.open(answer.headers["location"]).text


def test_the_queue_says_how_many_there_are_and_what_they_are_chosen_by(context: Context, three: list[str]) -> None:
    assert three
    visitor = unit_again(context)
    assert "3件，剩余时间最少的在前" in visitor.open("/tasks").text
    page = visitor.open("/tasks?stage=dispatched&card=yellow&number=SZ-")
    assert "1件，剩余时间最少的在前" in page.text
    assert "筛选：待签收、黄牌、编号含SZ-" in page.text


def test_as_many_are_counted_as_there_are(context: Context, three: list[str]) -> None:
    assert three
    assert queues.count_for(context, AT_UNIT) == 3
    assert queues.count_for(context, AT_UNIT, QueueFilter(stage=Stage.DISPATCHED)) == 2
    assert queues.count_for(context, Actor(Role.UNIT, OTHER, "测试")) == 0


def test_a_date_says_how_it_came_about(context: Context, three: list[str]) -> None:
    assert three
    page = unit_again(context).open("/tasks")
    with context.readers() as session:
        version = session.scalars(sa.select(Petition.policy_version)).first()
    for said in ("起算", "期限5个工作日", "依据：", f"规则版本 {version}", "日历 "):
        assert said in page.text, said
    assert "<details" in page.html.split("data-row")[2], "it opens by a touch"


def test_a_filter_is_kept_by_name_for_its_account_alone(context: Context, three: list[str]) -> None:
    assert three
    visitor = unit_again(context)
    page = visitor.open("/tasks?stage=dispatched&card=yellow")
    kept = visitor.send(page.form("/tasks/filters"), name="  黄牌待签  ")
    assert str(kept.answer.url).endswith("/tasks?stage=dispatched&card=yellow")
    assert "/tasks?stage=dispatched&card=yellow" in visitor.open("/tasks").links
    assert "黄牌待签" in visitor.open("/tasks").text
    assert "黄牌待签" not in unit(context, OTHER).open("/tasks").text
    again = visitor.open("/tasks?card=red")
    visitor.send(again.form("/tasks/filters", -1), name="黄牌待签")
    with context.readers() as session:
        assert [row.query for row in session.scalars(sa.select(SavedFilter))] == ["card=red"]
    visitor.send(visitor.open("/tasks?card=red").form("/tasks/filters"))
    assert "黄牌待签" not in visitor.open("/tasks").text


@pytest.mark.parametrize("name", ["", "长" * 31, "两\n行"])
def test_a_name_that_is_none_comes_back_with_the_reason(context: Context, name: str) -> None:
    visitor = unit(context)
    page = visitor.send(visitor.open("/tasks?card=red").form("/tasks/filters"), name=name)
    assert (page.status, "名称须为1至30字" in page.text) == (422, True)
    assert page.form("/tasks/filters").fields["name"] == name


def test_more_filters_than_anybody_finds_again_are_not_kept(context: Context) -> None:
    visitor = unit(context)
    with context.readers() as session:
        account = session.scalars(sa.text("SELECT id FROM account")).one()
    for at in range(saved_filters.MOST):
        saved_filters.save_filter(context, account, f"第{at}个", QueueFilter(town=f"t{at}"))
    page = visitor.send(visitor.open("/tasks?card=red").form("/tasks/filters", -1), name="再来一个")
    assert "最多保存20个" in page.text


def test_the_queue_is_taken_away_as_csv_and_excel(context: Context, three: list[str]) -> None:
    assert three
    visitor = unit_again(context)
    answer = visitor.client.get("/tasks/export.csv?stage=dispatched")
    assert answer.headers["content-disposition"] == 'attachment; filename="queue-20260302-0900.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["编号"] for row in rows} == {number(context, text) for text in LAMPS[1:]}
    assert {row["牌"] for row in rows} == {"", "黄牌"}
    book = openpyxl.load_workbook(io.BytesIO(visitor.client.get("/tasks/export.xlsx").content))
    heading, *cells = book["待办"].iter_rows(values_only=True)
    assert heading[0] == "编号"
    assert len(cells) == 3


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_taken_away_says_nothing_of_who_reported_or_what_they_said(context: Context, kind: str) -> None:
    Visitor(context).report(LAMPS[0], contact="13800001234", name="测试甲乙", place="广济路12号3单元")
    case = petition(context, LAMPS[0]).id
    steps.settle(context, case)
    visitor = unit(context)
    content = visitor.client.get(f"/tasks/export.{kind}").content
    text = (
        content.decode("utf-8-sig")
        if kind == "csv"
        else str(list(openpyxl.load_workbook(io.BytesIO(content))["待办"].iter_rows(values_only=True)))
    )
    assert petition(context, LAMPS[0]).case_number in text
    for secret in ("13800001234", "1234", "测试甲乙", "广济路", LAMPS[0]):
        assert secret not in text


def test_another_kind_of_file_is_no_address(context: Context) -> None:
    assert unit(context).open("/tasks/export.pdf").status == 404
    assert Visitor(context).open("/tasks/export.csv").path == "/sign-in"


def test_a_case_leads_back_to_the_queue_it_was_opened_from_and_on_within_it(context: Context, three: list[str]) -> None:
    """Whatever is done with it in between; the third waits longest, and is none of what was asked for."""
    visitor = unit_again(context)
    with context.sessions.begin() as session:
        session.get_one(Petition, three[0]).card = "yellow"
    [opened] = [link for link in visitor.open("/tasks?card=yellow").links if link.startswith(f"/cases/{three[1]}")]
    page = visitor.open(opened)
    assert "/tasks?card=yellow" in page.links
    noted = visitor.send(page.form("/note?card=yellow"), text="")
    assert noted.status == 422
    assert "/tasks?card=yellow" in noted.links
    noted = visitor.send(noted.form("/note?card=yellow"), text="已现场查看灯杆")
    assert "记录办理情况：已完成" in noted.text
    assert f"/cases/{three[0]}?card=yellow" in noted.links, "the next is of the same filter"
    assert "/tasks?card=yellow" in noted.links
    with context.sessions.begin() as session:
        session.get_one(Petition, three[0]).card = "none"
    signed = visitor.send(noted.form("/sign?card=yellow"))
    assert "筛选出的没有别的了" in signed.text
    assert "/tasks" in signed.links


def test_a_case_knows_no_queue_that_its_address_makes_up(context: Context, three: list[str]) -> None:
    page = unit_again(context).open(f"/cases/{three[1]}?stage=nosuch&card=%22%3E&back=//elsewhere")
    assert [form.action for form in page.forms if "?" in form.action] == []
    assert "/tasks" in page.links
    assert "elsewhere" not in page.html


def test_the_queue_is_still_known_after_signing_in_again(context: Context, three: list[str]) -> None:
    visitor = unit_again(context)
    form = visitor.open(f"/cases/{three[1]}?card=yellow").form("/note?card=yellow")
    visitor.client.cookies.delete("session")
    asked = visitor.send(form, text="已联系供电所核对线路")
    resumed = visitor.send(asked.form("/sign-in"), **credentials("测试园林乙", GOOD_PASSWORD))
    assert "/tasks?card=yellow" in visitor.send(resumed.form("/note?card=yellow")).links
