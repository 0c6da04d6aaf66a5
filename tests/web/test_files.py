"""Photos and documents on the pages, without scripts."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from api.limits import Limits, Rate
from domain.actions import Role
from models.tables import Completion, Petition
from services.context import Context
from tests.support import steps
from tests.support.files import a_document, a_photo, taken_on_site
from tests.support.pages import Page, Visitor, code_in, signed_in

pytestmark = pytest.mark.usefixtures("cheap_passwords")

LAMPS = "文化路街道广济路路灯不亮，晚上出行不安全"
UNIT, OTHER = "municipal-parks", "housing"
DONE = {
    "is_true": "yes",
    "contacted": "no",
    "not_contacted_reason": "匿名反映",
    "solved": "yes",
    "internal_account": "更换镇流器五只",
    "public_reply": "您反映的路灯已经修复，感谢您的监督。",
}


def case_of(context: Context) -> str:
    with context.readers() as session:
        return session.scalars(sa.select(Petition.id)).one()


@pytest.fixture
def mine(visitor: Visitor) -> Page:
    """The petitioner's page of a case that is with its unit."""
    code = code_in(visitor.report(LAMPS))
    steps.settle(visitor.context, case_of(visitor.context))
    return visitor.send(visitor.open("/follow").form("/follow"), code=code)


def pictures(page: Page) -> list[str]:
    return re.findall(r'<img src="([^"]+attachments[^"]+)"', page.html)


def test_a_receipt_leads_to_where_photos_are_added(visitor: Visitor) -> None:
    receipt = visitor.report(LAMPS)
    [link] = [link for link in receipt.links if "photos" in link]
    assert visitor.open(link.partition("#")[0]).form("/attachments").action.startswith("/follow/")


def test_the_petitioner_shows_photos_and_the_unit_sees_them(visitor: Visitor, context: Context, mine: Page) -> None:
    page = visitor.upload(mine.form("/attachments"), ("灯.jpg", taken_on_site(1)), ("杆.png", a_photo(2, "PNG")))
    assert "照片已收到" in page.text
    assert len(pictures(page)) == 2
    small = visitor.client.get(pictures(page)[0])
    assert (small.status_code, small.headers["content-type"]) == (200, "image/jpeg")
    assert "sandbox" in small.headers["content-security-policy"]
    at_unit = signed_in(Visitor(context), Role.UNIT, UNIT).open(f"/cases/{case_of(context)}")
    assert len(pictures(at_unit)) == 2


def test_the_same_photo_twice_is_one(visitor: Visitor, mine: Page) -> None:
    form = mine.form("/attachments")
    visitor.upload(form, ("灯.jpg", a_photo(1)))
    assert len(pictures(visitor.upload(form, ("灯.jpg", a_photo(1))))) == 1


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ((), "没有选择文件"),
        ((("页.html", b"<script>alert(1)</script>"),), "页.html"),
        ((("灯.jpg", a_photo(1)), ("坏.jpg", a_photo(2)[:300])), "坏.jpg"),
    ],
    ids=["none", "a page", "one of two is broken"],
)
def test_what_cannot_be_kept_is_named(
    visitor: Visitor, mine: Page, files: tuple[tuple[str, bytes], ...], reason: str
) -> None:
    page = visitor.upload(mine.form("/attachments"), *files)
    assert (page.status, reason in page.text) == (422, True)
    assert len(pictures(page)) == max(0, len(files) - 1), "what came before it was kept"


def test_files_of_a_foreign_form_are_not_taken(visitor: Visitor, mine: Page) -> None:
    form = mine.form("/attachments")
    form.fields["once"] = "x"
    assert visitor.upload(form, ("灯.jpg", a_photo(1))).status == 409
    assert pictures(visitor.open(mine.path)) == []


def test_nobody_else_sees_what_the_petitioner_showed(visitor: Visitor, context: Context, mine: Page) -> None:
    address = pictures(visitor.upload(mine.form("/attachments"), ("灯.jpg", a_photo(1))))[0]
    assert Visitor(context).open(address).path == "/follow"
    inside = f"/cases/{case_of(context)}/attachments/{address.rpartition('/')[2]}"
    assert Visitor(context).open(inside).path == "/sign-in"
    assert signed_in(Visitor(context), Role.UNIT, OTHER).open(inside).status == 404


def test_a_unit_hands_in_the_files_it_ticks(context: Context, mine: Page) -> None:
    visitor, case = signed_in(Visitor(context), Role.UNIT, UNIT), case_of(context)
    visitor.send(visitor.open(f"/cases/{case}").form("/sign"))
    for name, content in (("修复后.jpg", a_photo(3)), ("证明.pdf", a_document())):
        form = visitor.open(f"/cases/{case}").form("/attachments")
        assert "上传附件：已完成" in visitor.upload(form, (name, content), purpose="evidence").text
    form = visitor.open(f"/cases/{case}").form("/submit_completion")
    boxes = [name for name in form.fields if name.startswith("file-")]
    assert len(boxes) == 2, "ticked until somebody unticks them"
    del form.fields[boxes[1]]
    refused = visitor.send(form, **(DONE | {"public_reply": "修了"}))
    kept = refused.form("/submit_completion").fields
    assert [name for name in kept if name.startswith("file-")] == [boxes[0]]
    assert "申请办结：已完成" in visitor.send(refused.form("/submit_completion"), **DONE).text
    with context.readers() as session:
        [evidence] = session.scalars(sa.select(Completion.evidence))
    assert [file["id"] for file in evidence["attachments"]] == [boxes[0].removeprefix("file-")]


def test_a_file_needs_a_purpose_that_is_ones_own(context: Context, mine: Page) -> None:
    visitor, case = signed_in(Visitor(context), Role.UNIT, UNIT), case_of(context)
    form = visitor.open(f"/cases/{case}").form("/attachments")
    for purpose in ("", "supervision", "nonsense"):
        page = visitor.upload(form, ("灯.jpg", a_photo(1)), purpose=purpose)
        assert (page.status, "请选择用途" in page.text) == (422, True)


def test_whoever_holds_a_code_sends_some_photos_and_not_all_day(context: Context) -> None:
    few = Limits(registrations=Rate(9, 1), look_ups=Rate(999, 1), uploads=Rate(3, 10))
    visitor = Visitor(context, few)
    number = re.search(r"[A-Z]+-\d{8}-\d{5}", visitor.report("广济路路灯夜里不亮，请派人修").html)
    assert number
    form = visitor.open(f"/follow/{number[0]}?photos").form("/attachments")
    assert visitor.upload(form, *((f"{at}.jpg", a_photo(at)) for at in range(3))).status == 200
    refused = visitor.upload(visitor.open(f"/follow/{number[0]}?photos").form("/attachments"), ("4.jpg", a_photo(4)))
    assert (refused.status, "10秒后再试" in refused.text) == (429, True)
    with context.readers() as session:
        code = session.scalars(sa.select(Petition.query_code)).one()
    assert visitor.client.post(f"/progress/{code}/attachments", content=a_photo(5)).status_code == 429


def test_photos_wait_while_the_code_is_typed_again(visitor: Visitor, mine: Page) -> None:
    """Half an hour later the browser holds no code any more; what was chosen meanwhile is not chosen twice."""
    code = visitor.client.cookies.get("code", path=mine.path) or ""
    form = mine.form("/attachments")
    visitor.client.cookies.delete("code", path=mine.path)
    asked = visitor.upload(form, ("灯.jpg", a_photo(1)), ("页.html", b"<script>alert(1)</script>"))
    assert asked.status == 403
    back = visitor.send(asked.form("/follow"), code=code)
    assert "您写的还在" in back.text
    assert "灯.jpg" in back.text
    assert "请再选一次：页.html" in back.text
    sent = visitor.send(back.form("/attachments"))
    assert "照片已收到" in sent.text
    assert len(pictures(sent)) == 1


def test_what_is_refused_beside_others_is_named_and_the_others_are_kept(visitor: Visitor, mine: Page) -> None:
    files = (("坏.jpg", a_photo(2)[:300]), ("灯.jpg", a_photo(1)), ("页.html", b"<script>alert(1)</script>"))
    page = visitor.upload(mine.form("/attachments"), *files)
    assert page.status == 422
    assert "坏.jpg：" in page.text
    assert "页.html：" in page.text
    assert "其余1个已收下" in page.text
    assert len(pictures(page)) == 1


def test_whose_purpose_is_missing_chooses_no_file_twice(visitor: Visitor, context: Context, mine: Page) -> None:
    assert mine.status == 200
    at_unit = signed_in(Visitor(context), Role.UNIT, UNIT)
    form = at_unit.open(f"/cases/{case_of(context)}").form("/attachments")
    nothing = at_unit.upload(form)
    assert "请选择用途" in nothing.text
    assert "没有选择文件" in nothing.text
    page = at_unit.upload(nothing.form("/attachments"), ("灯.jpg", a_photo(1)))
    assert "请选择用途" in page.text
    done = at_unit.send(page.form("/attachments"), purpose="evidence")
    assert "办理佐证：灯.jpg" in done.html


def test_files_that_waited_are_nobody_elses(visitor: Visitor, mine: Page, context: Context) -> None:
    assert mine.status == 200
    at_unit = signed_in(Visitor(context), Role.UNIT, UNIT)
    form = at_unit.open(f"/cases/{case_of(context)}").form("/attachments")
    page = at_unit.upload(form, ("灯.jpg", a_photo(1)))
    marks = {name: value for name, value in page.form("/attachments").fields.items() if name.startswith("waiting.")}
    assert marks
    thief = signed_in(Visitor(context), Role.UNIT, UNIT, name="测试园林乙")
    refused = thief.send(thief.open(f"/cases/{case_of(context)}").form("/attachments"), purpose="evidence", **marks)
    assert "先前选的文件没有保住" in refused.text
    assert pictures(refused) == []
