"""One case in real browsers on a system that `rongetong up` started: from a telephone to a rating, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, FilePayload, Page, expect

from tests.support.browser import arrived, asked_by_pages, chromium_of, faults_of, opened, tab_in
from tests.support.files import a_photo
from tests.support.installation import Installation

pytestmark = pytest.mark.slow

LAMPS = "文化路街道广济路路灯不亮，夜间通行不便<script>alert('来自诉求')</script>"
AGAIN = "文化路街道广济路的路灯一直不亮，请尽快修理"
PLACE = "文化路街道广济路"
REPLY = "您反映的路灯已经修复，感谢您的监督。"
PHONE = {"width": 320, "height": 640}
"""The narrowest screen that WCAG 2.1 asks for (1.4.10)."""
DESK = {"width": 1280, "height": 900}


@dataclass
class Seen:
    """What was noticed on the way."""

    faults: list[str] = field(default_factory=list)
    """What axe says against a page."""
    complaints: list[str] = field(default_factory=list)
    """What the browser's console says, be it of a script or of the policy against foreign ones."""
    dialogs: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def look(self, tab: Page, name: str) -> None:
        """Let axe read the page as it is shown now. What it is known by must have been waited for."""
        self.faults += [f"{name}: {fault}" for fault in faults_of(tab)]
        self.pages.append(name)
        self.texts[name] = tab.inner_text("body")


@dataclass
class Office:
    """The browsers of everybody, and the installation they are at."""

    installation: Installation
    browser: Browser
    seen: Seen

    @contextmanager
    def somebody(self, viewport: dict[str, int]) -> Iterator[Page]:
        here = {"longitude": 117.56, "latitude": 34.86}
        tab = tab_in(self.browser, self.installation.api, viewport, geolocation=here, permissions=["geolocation"])
        tab.on("console", lambda message: self._hear(message.type, message.text))
        tab.on("pageerror", lambda error: self.seen.complaints.append(str(error)))
        tab.on("dialog", self._dismiss)
        yield tab
        tab.context.close()

    def _dismiss(self, dialog: Dialog) -> None:
        self.seen.dialogs.append(dialog.message)
        dialog.dismiss()

    def _hear(self, kind: str, text: str) -> None:
        # The browser notes every refused form, too: those are meant.
        if kind in {"error", "warning"} and "Failed to load resource" not in text:
            self.seen.complaints.append(text)

    def account(self, name: str, *arguments: str) -> str:
        return self.installation.told("accounts", "create", name, *arguments)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """A case lived from end to end, and everything that was noticed."""
    folder = tmp_path_factory.mktemp("our-pages")
    installation, seen, record = Installation(folder / "data"), Seen(), folder / "network.json"
    with installation.started() as up:
        up.wait_ready()
        with chromium_of(f"--log-net-log={record}") as browser:
            live(Office(installation, browser, seen))
    seen.asked = asked_by_pages(record)
    return seen


def live(office: Office) -> None:
    seen = office.seen
    with office.somebody(PHONE) as petitioner, office.somebody(PHONE) as unit, office.somebody(DESK) as desk:
        report(petitioner, seen)
        sign_in(unit, "园林甲", office.account("园林甲", "--role", "unit", "--unit", "municipal-parks"), seen)
        sign_in(desk, "专席乙", office.account("专席乙", "--role", "desk"), seen)
        hand_in(unit, seen)
        # Nothing is reloaded here: what the unit did is on the telephone by itself.
        arrived(petitioner.get_by_role("heading", name="办结待审核"))
        approve(desk, seen)
        rate(petitioner, seen)
    with office.somebody(PHONE) as officer:
        sign_in(officer, "信息员丙", office.account("信息员丙", "--role", "follow_up"), seen)
        officer.get_by_role("link", name="回访").click()
        arrived(officer.get_by_role("heading", name="回访"))
        seen.look(officer, "calls")
    with office.somebody(PHONE) as other:
        ask_whether_it_is_the_same(other, seen)


def report(tab: Page, seen: Seen) -> None:
    tab.goto("/")
    seen.look(tab, "empty form")
    tab.get_by_role("button", name="提交").click()
    arrived(tab.get_by_role("alert"))
    seen.look(tab, "refused form")
    tab.get_by_label("什么事").fill(LAMPS)
    tab.get_by_label("在哪里").fill(PLACE)
    tab.get_by_role("button", name="用手机定位").click()
    tab.get_by_text("已带上当前位置").wait_for()
    tab.get_by_role("button", name="提交").dblclick()
    arrived(tab.get_by_role("heading", name="您的查询码"))
    seen.look(tab, "receipt")
    bookmark = tab.get_by_role("link", name="查询链接").get_attribute("href") or ""
    tab.goto("/follow")
    seen.look(tab, "asked for the code")
    tab.goto("about:blank")
    tab.goto(bookmark)
    arrived(tab.get_by_role("heading", name="办理经过"))
    seen.texts["address behind the bookmark"] = tab.url
    tab.get_by_role("heading", name="待签收").wait_for()
    tab.get_by_text("这个时间是怎么算出来的").click()
    seen.look(tab, "progress")
    tab.get_by_text("添加照片或材料").click()
    photo = FilePayload(name="灯杆.jpg", mimeType="image/jpeg", buffer=a_photo())
    tab.get_by_label("照片", exact=True).set_input_files(photo)
    tab.get_by_role("button", name="上传").click()
    tab.get_by_role("img", name="诉求材料：灯杆.jpg").wait_for()
    seen.look(tab, "progress with a photo")


def sign_in(tab: Page, name: str, password: str, seen: Seen) -> None:
    tab.goto("/tasks")
    seen.look(tab, "signing in")
    tab.get_by_label("账号").fill(name)
    tab.get_by_label("密码").fill(password)
    tab.get_by_role("button", name="登录").click()
    tab.get_by_label("现在的密码").fill(password)
    tab.get_by_label("新密码").fill(f"three lamps, {name[-1]}")
    seen.look(tab, "account")
    tab.get_by_role("button", name="修改密码").click()
    tab.get_by_text("密码已改").wait_for()
    tab.get_by_role("link", name="待办").click()
    arrived(tab.get_by_role("heading", name="待办"))


def hand_in(tab: Page, seen: Seen) -> None:
    tab.get_by_label("全选").check()
    expect(tab.get_by_label(re.compile("签收 SZ-"))).to_be_checked()
    seen.look(tab, "queue of a unit")
    tab.get_by_role("button", name="签收所选").click()
    tab.get_by_role("heading", name="签收结果").wait_for()
    tab.get_by_role("link", name=re.compile("^SZ-")).first.click()
    tab.get_by_role("heading", name="诉求内容").wait_for()
    arrived(tab.get_by_role("img", name="诉求材料：灯杆.jpg"))
    seen.look(tab, "case at its unit")
    done = opened(tab, "submit_completion")
    done.get_by_role("button", name="申请办结").click()
    arrived(tab.get_by_role("alert"))
    seen.look(tab, "refused completion")
    done.get_by_role("group", name="是否已联系诉求人").get_by_label("是", exact=True).check()
    when = done.locator("[name=contacted_at]")
    expect(when).to_have_value("")
    done.get_by_role("button", name="联系时间填现在").click()
    expect(when).to_have_value(re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"))
    seen.look(tab, "completion with the time of contact")
    for group, answer in (("诉求是否属实", "是"), ("是否已联系诉求人", "否"), ("问题是否解决", "是")):
        done.get_by_role("group", name=group).get_by_label(answer, exact=True).check()
    done.get_by_label("未联系的原因").fill("匿名反映，未留联系方式")
    done.get_by_label("办理情况").fill("更换镇流器五只")
    done.get_by_label("公开答复").fill(REPLY)
    done.get_by_role("button", name="申请办结").click()
    tab.get_by_text("申请办结：已完成").wait_for()


def approve(tab: Page, seen: Seen) -> None:
    tab.reload()
    tab.get_by_role("link", name=re.compile("^SZ-")).first.wait_for()
    seen.look(tab, "queue of the desk")
    tab.get_by_role("link", name=re.compile("^SZ-")).first.click()
    arrived(tab.get_by_role("heading", name="诉求内容"))
    seen.look(tab, "case at the desk")
    passed = tab.locator("#approve_completion")
    passed.get_by_label("理由").fill("答复完整")
    passed.get_by_role("button", name="办结审核通过").click()
    tab.get_by_text("办结审核通过：已完成").wait_for()


def rate(tab: Page, seen: Seen) -> None:
    """The form for rating comes to the open page by itself, too."""
    form = tab.locator("#rate")
    form.get_by_label("满意", exact=True).check()
    seen.look(tab, "asked to rate")
    form.get_by_role("button", name="提交评价").click()
    tab.get_by_text("已收到您的评价").wait_for()
    tab.get_by_role("heading", name="已归档").wait_for()
    tab.get_by_text("问题还在，要求再次办理").click()
    seen.look(tab, "rated")


def ask_whether_it_is_the_same(tab: Page, seen: Seen) -> None:
    for number, text in enumerate((f"{AGAIN}，路口一盏", f"{AGAIN}，路口那盏")):
        tab.goto("/")
        tab.get_by_label("什么事").fill(text)
        tab.get_by_label("在哪里").fill(PLACE)
        tab.get_by_role("button", name="提交").click()
        expected = "是不是这件？" if number else "您的查询码"
        arrived(tab.get_by_role("heading", name=expected))
    seen.look(tab, "is it the same")
    tab.get_by_role("button", name="是这件，我要跟进").click()
    tab.get_by_text("一并办理").wait_for()
    tab.goto("/no-such-page")
    seen.look(tab, "no such page")


def test_what_is_closed_to_somebody_is_seen() -> None:
    seen = Seen()
    with chromium_of() as browser:
        tab = browser.new_page(viewport={"width": 320, "height": 640})
        tab.set_content(
            '<html lang="zh"><title>x</title><main><input type="text"><div style="width: 999px">x</div></main></html>'
        )
        seen.look(tab, "bad page")
    assert len(seen.faults) == 2, "a field without a name, and too wide"


def test_every_page_is_open_to_everybody(seen: Seen) -> None:
    assert seen.faults == []
    assert len(seen.pages) == 23


def test_pages_load_nothing_from_a_foreign_host(seen: Seen) -> None:
    assert len({urlsplit(address).netloc for address in seen.asked}) == 1
    assert len(seen.asked) > 40, "an empty record proves nothing"


def test_what_people_write_is_never_run(seen: Seen) -> None:
    assert seen.dialogs == []
    assert "<script>alert" in seen.texts["case at its unit"], "it is shown as the words it is"


def test_no_script_fails_and_nothing_breaks_the_policy(seen: Seen) -> None:
    assert seen.complaints == []


def test_the_code_is_in_no_address_that_was_asked_for(seen: Seen) -> None:
    found = re.search(r"查询码\s+([A-Z0-9]{8,20})", seen.texts["receipt"])
    assert found, seen.texts["receipt"]
    assert [address for address in seen.asked if found[1] in address] == []
    assert found[1] not in seen.texts["address behind the bookmark"]


def test_a_double_click_reported_once(seen: Seen) -> None:
    numbers = set(re.findall(r"SZ-\d{8}-\d{5}", seen.texts["queue of a unit"]))
    assert len(numbers) == 1


def test_the_petitioner_reads_the_reply_and_the_way_to_the_date(seen: Seen) -> None:
    assert "起算，期限5个工作日" in seen.texts["progress"]
    assert REPLY in seen.texts["asked to rate"]
