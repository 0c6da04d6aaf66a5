"""Following a case by its query code, rating, adding, taking back; without scripts."""

from __future__ import annotations

import asyncio
import itertools
import logging

import pytest
import sqlalchemy as sa

from domain.actions import Actor, Role
from domain.petition import Satisfaction
from models.evidence import CompletionEvidence
from models.tables import Petition, RatingRow
from services import decisions, handling, intake
from services.context import Context
from tests.support import steps
from tests.support.pages import Page, Visitor, code_in
from web.live import Watch, version_seen

LAMPS = "文化路街道广济路路灯不亮，晚上出行不安全"
UNIT = Actor(Role.UNIT, "municipal-parks", "测试园林")
DESK = Actor(Role.DESK, name="测试专席")
REPLY = "您反映的路灯已经修复，感谢您的监督。"
EVIDENCE = CompletionEvidence.model_validate(
    {
        "is_true": True,
        "contacted": False,
        "not_contacted_reason": "匿名反映",
        "solved": True,
        "internal_account": "更换镇流器五只",
        "public_reply": REPLY,
    }
)


def only(context: Context) -> Petition:
    with context.readers() as session:
        return session.scalars(sa.select(Petition)).one()


def reported(visitor: Visitor) -> tuple[str, str]:
    """Case number and query code of what was reported by somebody whose browser was closed since."""
    code = code_in(visitor.report(LAMPS))
    visitor.client.cookies.clear()
    steps.settle(visitor.context, only(visitor.context).id)
    return only(visitor.context).case_number, code


def opened(visitor: Visitor, code: str) -> Page:
    return visitor.send(visitor.open("/follow").form("/follow"), code=code)


def completed(context: Context) -> None:
    key = only(context).id
    handling.sign(context, key, UNIT)
    handling.submit_completion(context, key, UNIT, EVIDENCE)
    decisions.decide_completion(context, key, DESK, approved=True, reason="答复完整")
    steps.settle(context, key)


def test_a_code_opens_its_case(visitor: Visitor) -> None:
    number, code = reported(visitor)
    page = opened(visitor, f"{code[:4].lower()} {code[4:8]}-{code[8:]}")
    assert (page.status, page.path) == (200, f"/follow/{number}")
    for shown in (number, "待签收", "区市政园林服务中心", "3月9日", "派遣"):
        assert shown in page.text, shown
    assert LAMPS not in page.html


def test_the_date_says_how_it_came_about(visitor: Visitor) -> None:
    _, code = reported(visitor)
    text = opened(visitor, code).text
    assert "这个时间是怎么算出来的" in text
    assert "起算，期限5个工作日" in text
    assert "3月7日至3月8日 周末，不计" in text


def test_a_wrong_code_is_said_to_be_wrong(visitor: Visitor) -> None:
    page = opened(visitor, "NOSUCHCODE22")
    assert page.status == 404
    assert "没有这个查询码对应的诉求" in page.text
    assert page.form("/follow").fields["code"] == "NOSUCHCODE22"


def test_the_address_of_a_case_is_worth_nothing_without_its_code(visitor: Visitor) -> None:
    number, _ = reported(visitor)
    for path in (f"/follow/{number}", "/follow/SZ-20260302-09999"):
        page = visitor.open(path)
        assert (page.status, page.path) == (200, "/follow"), "whether there is such a case is not told"


def test_one_browser_follows_two_cases_side_by_side(visitor: Visitor, context: Context) -> None:
    first, second = (visitor.report(text) for text in (LAMPS, "税郭镇自来水浑浊发黄，没法喝"))
    for receipt in (first, second):
        link = next(link for link in receipt.links if link.startswith("/follow/"))
        assert visitor.open(link).path == link


def test_the_browser_can_forget_the_code(visitor: Visitor) -> None:
    number, code = reported(visitor)
    visitor.send(opened(visitor, code).form("/forget"))
    assert visitor.open(f"/follow/{number}").path == "/follow"


def test_the_petitioner_rates_and_is_thanked(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    completed(context)
    page = opened(visitor, code)
    assert REPLY in page.text
    page = visitor.send(page.form("/rate"), satisfaction="satisfied")
    assert page.status == 200
    assert "已收到您的评价" in page.text
    assert only(context).satisfaction == Satisfaction.SATISFIED


def test_dissatisfaction_needs_a_reason_and_what_was_chosen_stays(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    completed(context)
    page = visitor.send(opened(visitor, code).form("/rate"), satisfaction="dissatisfied")
    assert page.status == 422
    assert "不满意请说明原因" in page.text
    assert page.form("/rate").fields["satisfaction"] == "dissatisfied"
    visitor.send(page.form("/rate"), reason="仍有三盏不亮")
    with context.readers() as session:
        assert session.scalars(sa.select(RatingRow.reason)).all() == ["仍有三盏不亮"]


def test_rating_twice_by_a_double_click_rates_once(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    completed(context)
    form = opened(visitor, code).form("/rate")
    for _ in range(2):
        assert visitor.send(form, satisfaction="satisfied").status == 200
    with context.readers() as session:
        assert len(session.scalars(sa.select(RatingRow.id)).all()) == 1


def test_what_was_asked_for_can_be_added(visitor: Visitor, context: Context) -> None:
    code = code_in(visitor.report("法院判决后对方一直不执行"))
    intake.ask_supplement(context, only(context).id, DESK, "请写明案号")
    page = opened(visitor, code)
    assert '<blockquote class="said">请写明案号</blockquote>' in page.html, "where it is to be written"
    nothing = visitor.send(page.form("/supplement"))
    assert (nothing.status, "补充的内容：还没有填写" in nothing.text) == (422, True)
    page = visitor.send(nothing.form("/supplement"), text="案号是测试1号")
    assert "已收到补充的内容" in page.text
    assert "案号是测试1号" in only(context).text


def test_what_is_taken_back_is_over(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    page = visitor.send(opened(visitor, code).form("/withdraw"), reason="已自行解决")
    assert "已撤回" in page.text
    assert only(context).stage == "withdrawn"
    assert "withdraw" not in str([form.action for form in page.forms])


def test_whoever_wrote_while_the_case_moved_on_loses_no_word(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    form = opened(visitor, code).form("/withdraw")
    handling.sign(context, only(context).id, UNIT)
    page = visitor.send(form, reason="已自行解决")
    assert page.status == 409
    assert "有了新的进展" in page.text
    assert "办理中" in page.text
    assert page.form("/withdraw").fields["reason"] == "已自行解决"
    assert only(context).stage == "in_hand"
    assert "已撤回" in visitor.send(page.form("/withdraw")).text


def test_what_nobody_showed_the_petitioner_takes_no_word_out_of_their_mouth(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    form = opened(visitor, code).form("/withdraw")
    handling.note(context, only(context).id, UNIT, "已联系电力部门", public=False)
    assert "已撤回" in visitor.send(form, reason="已自行解决").text
    assert only(context).stage == "withdrawn"


def test_what_was_written_survives_that_the_browser_forgot_the_code(visitor: Visitor, context: Context) -> None:
    number, code = reported(visitor)
    form = opened(visitor, code).form("/withdraw")
    del visitor.client.cookies["code"]
    page = visitor.send(form, reason="已自行解决")
    assert page.status == 403
    assert only(context).stage == "dispatched"
    page = visitor.send(page.form("/follow"), code=code)
    assert "您写的还在" in page.text
    assert page.form("/withdraw").fields["reason"] == "已自行解决"
    assert "已撤回" in visitor.send(page.form(f"/follow/{number}/withdraw")).text
    assert only(context).stage == "withdrawn"


def test_no_line_of_the_log_carries_the_code(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _, code = reported(visitor)
    opened(visitor, code)
    assert all(code not in record.getMessage() for record in caplog.records)


def test_watchers_are_told_once_of_each_change() -> None:
    """What the ledger answers, one time after the other, and what a watcher hears of it."""
    answers = itertools.chain([{"a": 3}, {"a": 3}, {"a": 4}, {"a": 4}], itertools.repeat({"a": 6}))

    async def heard() -> list[dict[str, int]]:
        watch = Watch(lambda _: next(answers), seconds=0)
        found = []
        async for versions in watch.changes(["a"], {"a": 3}):
            found.append(dict(versions))
            if len(found) == 2:
                return found
        return found

    assert asyncio.run(heard()) == [{"a": 4}, {"a": 6}]


def test_a_change_that_came_before_the_watcher_is_not_missed() -> None:
    async def heard() -> dict[str, int]:
        watch = Watch(lambda _: {"a": 9}, seconds=0)
        async for versions in watch.changes(["a"], {"a": 3}):
            return dict(versions)
        return {}

    assert asyncio.run(asyncio.wait_for(heard(), 120)) == {"a": 9}


def test_whoever_comes_after_the_most_watchers_reloads_by_hand(visitor: Visitor) -> None:
    _, code = reported(visitor)
    number = opened(visitor, code).path
    visitor.client.app._pages.state.watch = Watch(lambda _: {}, most=0)  # type: ignore[attr-defined]
    answer = visitor.client.get(f"{number}/live")
    assert (answer.status_code, answer.text) == (200, "")


@pytest.mark.parametrize("seen", ["²", "9" * 40, "a-b", "-", "1-²"])
def test_a_version_that_is_none_is_none(seen: str) -> None:
    assert all(version_seen(item) in {0, 1} for item in seen.split("-"))


@pytest.mark.parametrize("version", ["9" * 30, "9" * 5000, "²", "-1", ""])
def test_a_number_that_cannot_be_one_is_refused_in_words(visitor: Visitor, version: str) -> None:
    _, code = reported(visitor)
    page = visitor.send(opened(visitor, code).form("/withdraw"), version=version)
    assert (page.status, "表单不完整" in page.text) == (409, True)
