"""What media follow and what is told in public, at the pages: by whom, what is taken out, and how it is taken back."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from domain.actions import PLATFORM, Role
from domain.stages import Trigger
from models.tables import Publication
from services import publications
from services.context import Context
from services.ledger import move
from services.transactions import transaction
from tests.services.lives import DESK
from tests.support.pages import Page, Visitor, signed_in
from tests.web.office import LAMPS, OTHER, UNIT, desk, done, petition, reported, unit

pytestmark = pytest.mark.usefixtures("cheap_passwords")

OUTLET = "shizhong-yunbao"
REASON = "群众关注度高"


def journalist(context: Context, outlet: str = OUTLET) -> Visitor:
    return signed_in(Visitor(context), Role.MEDIA, outlet, f"记者{outlet}")


def inspector(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.INSPECTOR)


def carded(context: Context) -> str:
    """The number of a case that was shown the red card."""
    [case] = reported(context, LAMPS[0])
    with transaction(context) as tx:
        move(tx, tx.lock(case), Trigger.SHOW_RED_CARD, PLATFORM)
    return petition(context, LAMPS[0]).case_number


def send(visitor: Visitor, page: Page, ending: str, **fields: str) -> Page:
    """What must succeed."""
    answer = visitor.send(page.form(ending), **fields)
    assert answer.status == 200, answer.text
    return answer


def asked(context: Context, visitor: Visitor, number: str) -> Page:
    """The outlet's page of a case that it asked for and was granted."""
    send(visitor, visitor.open("/press"), "/press/ask", number=number.lower(), reason=REASON)
    at_desk = desk(context)
    following = at_desk.open(next(link for link in at_desk.open("/press").links if "/followings/" in link))
    granted = send(at_desk, following, "/decision", reason="事关公共设施", granted="yes")
    assert "跟踪中" in granted.text
    return visitor.open(following.path)


def exposure(context: Context, visitor: Visitor) -> str:
    """Address of an exposure that the outlet proposed."""
    page = asked(context, visitor, carded(context))
    form = next(form for form in page.forms if form.fields.get("kind") == "exposure")
    told = visitor.send(form, title="广济路路灯久拖未修", text="逾期多日，请打13800001234问王先生")
    assert told.status == 200, told.text
    return told.path


def test_an_outlet_begins_with_what_it_follows_and_sees_steps_alone(context: Context) -> None:
    visitor = journalist(context)
    assert visitor.open("/tasks").path == "/press"
    page = asked(context, visitor, carded(context))
    assert "市中云报" in page.text
    assert "红牌警告" in page.text
    assert LAMPS[0] not in page.html
    assert journalist(context, "toutiao").open(page.path).status == 404
    assert unit(context).open(page.path).status == 403


def test_what_cannot_be_proposed_yet_says_why(context: Context) -> None:
    [_] = reported(context, LAMPS[1])
    page = asked(context, journalist(context), petition(context, LAMPS[1]).case_number)
    assert "现在还不能：诉求人尚未评价，暂不宣传" in page.text
    assert "现在还不能：没有亮过红牌的，不予曝光" in page.text
    assert not [form for form in page.forms if form.action == "/press/propose"]


def test_an_exposure_is_seen_masked_answered_decided_read_and_withdrawn(context: Context) -> None:
    visitor = journalist(context)
    address = exposure(context, visitor)
    at_unit, decides = unit(context), inspector(context)
    waiting = decides.open(address)
    assert '请打<mark class="masked">[电话]</mark>问<mark class="masked">[姓名]</mark>' in waiting.html
    assert "13800001234" not in waiting.html
    assert "姓名1处、电话1处" in waiting.text.replace(" ", "")
    assert [form.action for form in waiting.forms if "/items/" in form.action] == [f"{address}/decline"]
    assert unit(context, OTHER).open(address).status == 404
    [link] = [link for link in at_unit.open("/press").links if "/items/" in link]
    empty = at_unit.send(at_unit.open(link).form("/reply"), text="")
    assert (empty.status, 'aria-invalid="true"' in empty.html) == (422, True)
    answered = send(at_unit, at_unit.open(link), "/reply", text="今日已修复，联系人：李四")
    assert "联系人： [姓名]" in answered.text
    assert "记者" not in answered.text, "a unit is not told which journalist it was"
    assert "今日已修复" not in visitor.open(address).text
    stale = decides.send(waiting.form("/decline"), reason="不必曝光")
    assert (stale.status, "有了变化" in stale.text, "不必曝光" in stale.html) == (409, True, True)
    published = send(decides, decides.open(address), "/publish", reason="同意曝光")
    anybody = Visitor(context)
    page = anybody.open(next(link for link in published.links if link.startswith("/published/")))
    assert page.status == 200
    assert "单位答复 ：今日已修复" in page.text
    assert anybody.open("/published").links.count(page.path) == 1
    send(decides, decides.open(address), "/withdraw", reason="有误")
    gone = anybody.open(page.path)
    assert (gone.status, "已撤回：有误" in gone.text, "今日已修复" in gone.text) == (410, True, False)
    assert "已撤回" in anybody.open("/published").text


def test_the_desk_proposes_words_and_publishes_the_process(context: Context) -> None:
    visitor = desk(context)
    reported(context, LAMPS[2])
    number = petition(context, LAMPS[2]).case_number
    wrong = visitor.send(visitor.open("/press").form("/propose"), case_number=number, kind="process", title="")
    assert (wrong.status, number in wrong.html) == (422, True)
    told = visitor.send(wrong.form("/propose"), case_number=number, kind="process", title="君山路路灯", text="")
    assert "脱敏前的时间线" in told.text
    edited = send(visitor, told, "/edit", title="君山路路灯", text="三日内修复，请打13800001234")
    assert "三日内修复，请打 [电话]" in edited.text
    assert "公开编号 GK-" in send(visitor, edited, "/publish", reason="同意").text


@pytest.mark.parametrize(
    ("role", "code", "path", "status"),
    [
        (Role.FOLLOW_UP, None, "/press", 403),
        (Role.UNIT, UNIT, "/press", 200),
        (Role.OPERATOR, None, "/press", 200),
        (Role.PARTY_INSPECTOR, None, "/press", 200),
        (Role.REVIEWER, None, "/press", 200),
    ],
)
def test_who_comes_to_the_page(context: Context, role: Role, code: str | None, path: str, status: int) -> None:
    page = signed_in(Visitor(context), role, code).open(path)
    assert page.status == status
    sent = {form.action for form in page.forms if form.action.startswith("/press")}
    assert sent == ({"/press/track"} if role is Role.REVIEWER else set())


@pytest.mark.parametrize("what", ["publish", "withdraw", "correct", "lapse", "propose", "nosuch"])
def test_what_is_not_allowed_is_refused_however_it_is_sent(context: Context, what: str) -> None:
    visitor = journalist(context)
    address = exposure(context, visitor)
    form = visitor.open("/press").form("/ask")
    form.action, form.fields["version"] = f"{address}/{what}", "1"
    page = visitor.send(form, reason="不该可以")
    assert page.status in {404, 409}
    with context.readers() as session:
        assert session.scalars(sa.select(Publication.standing)).one() == "asked"


def test_everybody_reads_what_is_published_and_is_not_sent_it_twice(context: Context) -> None:
    visitor = Visitor(context)
    assert "还没有公开件" in visitor.open("/published").text
    [case] = reported(context, LAMPS[0])
    done(unit(context), case, "sign")
    at_desk = desk(context)
    number = petition(context, LAMPS[0]).case_number
    told = at_desk.send(
        at_desk.open("/press").form("/propose"), case_number=number, kind="process", title="<b>路灯</b>", text="修好了"
    )
    send(at_desk, told, "/publish", reason="同意")
    page = visitor.open("/published")
    assert "&lt;b&gt;路灯&lt;/b&gt;" in page.html
    headers = {"Accept": "text/html", "If-None-Match": page.answer.headers["etag"]}
    assert visitor.client.get("/published", headers=headers).status_code == 304
    with context.readers() as session:
        row = session.scalars(sa.select(Publication)).one()
    publications.withdraw(context, row.id, DESK, reason="有误")
    assert visitor.client.get("/published", headers=headers).status_code == 200
    assert visitor.open("/published/GK-2026-09999").status == 404
    assert visitor.open("/published?offset=-1").status == 404
