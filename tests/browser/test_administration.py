"""Administration in a real browser under the strict headers, and signing in at a real identity provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, FilePayload, Page

from domain.actions import Role
from services import accounts
from tests.browser.test_our_pages import PHONE, Seen
from tests.support import ledgers
from tests.support.browser import arrived, chromium_of, tab_in
from tests.support.context import POLICY_DIR, a_kept_context
from tests.support.pages import GOOD_PASSWORD, Visitor, signed_in
from tests.support.ports import free_port
from tests.support.provider import PASSWORD, provider
from tests.support.served import served

pytestmark = pytest.mark.slow

OPERATOR, DESK, LOGIN = "测试运维", "测试专席", "zhuanxi"
LINKS = ("账号", "单位和职责", "接口密钥", "研判值班", "操作和登录记录")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """An operator at work and somebody who signs in at the provider; everything that was noticed."""
    seen, folder, port = Seen(), tmp_path_factory.mktemp("administration"), free_port()
    url, site = f"sqlite:///{folder / 'ledger.db'}", f"http://127.0.0.1:{port}"
    ledgers.create_tables(url)
    with provider(folder, (LOGIN, []), site=site) as there:
        context = a_kept_context(
            ledgers.engine_of(url), policy_dir=POLICY_DIR, identity_provider=there.known_as(), public_url=site
        )
        signed_in(Visitor(context), Role.OPERATOR, name=OPERATOR)
        accounts.create_account(context, DESK, Role.DESK, None, LOGIN)
        with served(context, port), chromium_of() as browser:
            with somebody(browser, site, seen) as tab:
                administer(tab, seen)
            with somebody(browser, site, seen) as tab:
                sign_in_elsewhere(tab, seen)
    return seen


@contextmanager
def somebody(browser: Browser, site: str, seen: Seen) -> Iterator[Page]:
    tab = tab_in(browser, site, PHONE)
    tab.on("console", lambda message: _hear(seen, message.type, message.text))
    tab.on("pageerror", lambda error: seen.complaints.append(str(error)))
    yield tab
    tab.context.close()


def _hear(seen: Seen, kind: str, text: str) -> None:
    if kind in {"error", "warning"} and "Failed to load resource" not in text:
        seen.complaints.append(text)


def administer(tab: Page, seen: Seen) -> None:
    tab.goto("/sign-in")
    seen.look(tab, "signing in with a provider")
    tab.get_by_label("账号", exact=True).fill(OPERATOR)
    tab.get_by_label("密码").fill(GOOD_PASSWORD)
    tab.get_by_role("button", name="登录").click()
    tab.get_by_role("link", name="管理").click()
    arrived(tab.get_by_role("heading", name="管理", exact=True))
    seen.look(tab, "where administration begins")
    for name in LINKS:
        tab.get_by_role("link", name=name, exact=True).click()
        arrived(tab.get_by_role("heading", name=name, level=1))
        seen.look(tab, name)
        if name == "账号":
            open_an_account(tab, seen)
        tab.goto("/administration")
    change_the_rules(tab, seen)


def open_an_account(tab: Page, seen: Seen) -> None:
    tab.get_by_text("开通账号").click()
    tab.get_by_role("button", name="开通，给出初始密码").click()
    arrived(tab.get_by_role("alert"))
    seen.look(tab, "refused account")
    tab.get_by_label("账号名").fill("测试信息员")
    tab.get_by_label("角色").select_option("follow_up")
    tab.get_by_role("button", name="开通，给出初始密码").click()
    arrived(tab.get_by_text("只显示这一次"))
    seen.look(tab, "first password")
    tab.get_by_role("link", name="测试信息员").click()
    arrived(tab.get_by_role("heading", name="测试信息员"))
    seen.look(tab, "one account")


def change_the_rules(tab: Page, seen: Seen) -> None:
    tab.get_by_role("link", name="规则", exact=True).click()
    tab.get_by_text("上传改过的文件").click()
    text = (POLICY_DIR / "ladder.yaml").read_text("utf-8")
    for value, name in ((0, "wrong rules"), (9, "changed rules")):
        changed = re.sub(r"(?m)(^return_limit:\n  value: )\d+", rf"\g<1>{value}", text, count=1)
        file = FilePayload(name="ladder.yaml", mimeType="application/yaml", buffer=changed.encode())
        tab.get_by_label("文件", exact=True).set_input_files(file)
        tab.get_by_label("改什么、为什么").fill("试一试")
        tab.get_by_role("button", name="检查").click()
        arrived(tab.get_by_text("规则有错" if value == 0 else "与现行的差别"))
        seen.look(tab, name)
    tab.get_by_role("link", name="在现有诉求上试算").click()
    arrived(tab.get_by_text("时限、次数、通知一律不变"))
    seen.look(tab, "rules that were tried")
    tab.get_by_label("启用的依据和原因").fill("区里决定")
    tab.get_by_label("我看过上面会改变什么").check()
    tab.get_by_role("button", name="启用").click()
    arrived(tab.get_by_text("已启用：此后登记的诉求按新规则"))
    seen.texts["in force"] = tab.inner_text("body")


def sign_in_elsewhere(tab: Page, seen: Seen) -> None:
    tab.goto("/tasks")
    tab.get_by_role("link", name="用统一身份认证登录").click()
    tab.locator("input[name=login]").fill(LOGIN)
    tab.locator("form button[type=submit], form button").first.click()
    tab.locator("input[name=password]").fill(PASSWORD)
    tab.locator("form button[type=submit], form button").first.click()
    arrived(tab.get_by_role("heading", name="待办"))
    seen.texts["signed in elsewhere"] = tab.inner_text("body")
    tab.goto("/account")
    tab.get_by_role("button", name="退出登录").click()
    arrived(tab.get_by_text("已退出本平台"))
    seen.look(tab, "signed out here")
    tab.get_by_role("link", name="退出统一身份认证").wait_for()


def test_every_page_of_administration_is_open_to_everybody(seen: Seen) -> None:
    assert seen.faults == []
    assert len(seen.pages) == 14


def test_no_script_of_administration_fails_and_nothing_breaks_the_policy(seen: Seen) -> None:
    assert seen.complaints == []


def test_an_operator_put_changed_rules_in_force(seen: Seen) -> None:
    assert "已启用" in seen.texts["in force"]


def test_somebody_signed_in_at_the_provider(seen: Seen) -> None:
    assert DESK in seen.texts["signed in elsewhere"]
