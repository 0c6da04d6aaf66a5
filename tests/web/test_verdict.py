"""The petitioner's verdict on their page: why they are dissatisfied, and once more after the archive."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.actions import PETITIONER, Actor, Role
from domain.attachments import Purpose
from domain.petition import Satisfaction
from models.tables import HistoryRow, RatingRow
from services import attachments, verdict
from services.context import Context
from tests.support import steps
from tests.support.files import a_document
from tests.support.pages import Visitor
from tests.web.office import UNIT, desk, done, unit
from tests.web.test_follow import completed, only, opened, reported

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def visitor(context: Context) -> Visitor:
    return Visitor(context)


def archived(visitor: Visitor) -> str:
    """The query code of a case that is over."""
    _, code = reported(visitor)
    completed(visitor.context)
    verdict.rate(visitor.context, only(visitor.context).id, PETITIONER, satisfaction=Satisfaction.SATISFIED)
    steps.settle(visitor.context, only(visitor.context).id)
    return code


def test_a_reason_may_be_chosen_and_nothing_written(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    completed(context)
    form = opened(visitor, code).form("/rate")
    nothing = visitor.send(form, satisfaction="dissatisfied")
    assert nothing.status == 422
    assert "不满意请说明原因" in nothing.text
    form = nothing.form("/rate")
    assert form.fields["satisfaction"] == "dissatisfied"
    page = visitor.send(form, reason_code="not-solved")
    assert (page.status, "谢谢" in page.text) == (200, True)
    with context.readers() as session:
        row = session.scalars(sa.select(RatingRow)).one()
        assert (row.satisfaction, row.reason_code, row.reason) == ("dissatisfied", "not-solved", "")


def test_what_is_over_is_reopened_from_the_page_and_told_to_whoever_looks(visitor: Visitor, context: Context) -> None:
    code = archived(visitor)
    page = opened(visitor, code)
    assert "#reopen" in page.links, "above the whole history"
    form = page.form("/reopen")
    wrong = visitor.send(form, reason_code="other")
    assert (wrong.status, "请写明为什么要再办理" in wrong.text) == (422, True)
    page = visitor.send(wrong.form("/reopen"), reason_code="other", reason="修好两天又灭了")
    assert page.status == 200
    assert "已重新打开" in page.text
    assert "待派遣" in page.text
    assert not [shown for shown in page.forms if shown.action.endswith("/reopen")]
    case = only(context)
    assert (case.stage, case.reopens) == ("accepted", 1)
    with context.readers() as session:
        row = session.scalars(sa.select(HistoryRow).order_by(HistoryRow.version.desc()).limit(1)).one()
        assert (row.trigger, row.actor_role, row.actor_name) == ("reopen", "petitioner", "")
    assert "修好两天又灭了" in desk(context).open(f"/cases/{case.id}").text
    assert "修好两天又灭了" not in page.text, "what they wrote is for those who handle it"


def test_a_verdict_waits_for_the_code_that_the_browser_forgot(visitor: Visitor, context: Context) -> None:
    _, code = reported(visitor)
    completed(context)
    form = opened(visitor, code).form("/rate")
    del visitor.client.cookies["code"]
    asked = visitor.send(form, satisfaction="dissatisfied", reason_code="not-solved", reason="仍有三盏不亮")
    assert asked.status == 403
    wrong = visitor.send(asked.form("/follow"), code="NOSUCHCODE22")
    page = visitor.send(wrong.form("/follow"), code=code)
    waiting = page.form("/rate").fields
    kept = (waiting["satisfaction"], waiting["reason_code"], waiting["reason"])
    assert kept == ("dissatisfied", "not-solved", "仍有三盏不亮")
    assert "还没有提交" in page.text
    assert "谢谢" in visitor.send(page.form("/rate")).text
    with context.readers() as session:
        assert session.scalars(sa.select(RatingRow.reason)).all() == ["仍有三盏不亮"]


def test_a_wish_for_more_waits_for_the_code_too(visitor: Visitor, context: Context) -> None:
    code = archived(visitor)
    form = opened(visitor, code).form("/reopen")
    del visitor.client.cookies["code"]
    asked = visitor.send(form, reason_code="other", reason="修好两天又灭了")
    page = visitor.send(asked.form("/follow"), code=code)
    assert page.form("/reopen").fields["reason"] == "修好两天又灭了"
    assert "已重新打开" in visitor.send(page.form("/reopen")).text


def test_a_unit_asks_not_to_be_assessed_and_the_desk_decides_on_the_pages(visitor: Visitor, context: Context) -> None:
    _, _ = reported(visitor)
    completed(context)
    case = only(context).id
    acting = Actor(Role.UNIT, UNIT, "测试经办")
    file = attachments.add(context, case, acting, "判决.pdf", a_document(), Purpose.EVIDENCE)
    at_unit = unit(context)
    form = at_unit.open(f"/cases/{case}").form("/request_exclusion")
    wrong = at_unit.send(form, evidence="判决书文号")
    assert wrong.status == 422
    assert wrong.form("/request_exclusion").fields["evidence"] == "判决书文号"
    done(
        at_unit,
        case,
        "request_exclusion",
        reason_code="judicial",
        evidence="判决书文号，3月4日已告知",
        **{f"file-{file.id}": "yes"},
    )
    at_desk = desk(context)
    assert "证明材料：判决.pdf" in at_desk.open(f"/cases/{case}").text.replace(" ", "")
    assert "申请不纳入评价" in at_desk.open("/tasks").text
    assert "判决书文号，3月4日已告知" in at_desk.open(f"/cases/{case}").text
    done(at_desk, case, "grant_exclusion", reason="凭据齐全")
    assert only(context).exclusion == "granted"
    page = at_desk.open(f"/cases/{case}")
    assert not [shown for shown in page.forms if shown.action.endswith("_exclusion")]
