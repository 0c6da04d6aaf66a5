"""A unit and the desk at work without a mouse, in a real browser; what others do appears by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from domain.actions import Actor, Role
from models.tables import HistoryRow, Petition
from services import handling
from services.context import Context
from tests.support import ledgers, steps
from tests.support.browser import chromium_of
from tests.support.context import a_context
from tests.support.pages import GOOD_PASSWORD, Visitor, signed_in
from tests.support.served import served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

UNIT = "municipal-parks"
LAMPS = ("文化路街道建设路路灯不亮，走路看不清", "君山路路灯整夜不亮，请修理", "光明路街道龙头路路灯坏了三天")
UNSURE = "门口路灯不亮，垃圾清运不及时<script>alert('来自诉求')</script>"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
FOCUSED = "document.activeElement.textContent"


@pytest.fixture
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    url = f"sqlite:///{tmp_path_factory.mktemp('keyboard') / 'ledger.db'}"
    ledgers.create_tables(url)
    return a_context(ledgers.engine_of(url))


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium_of() as found:
        yield found


def report(context: Context, text: str) -> str:
    Visitor(context).report(text)
    with context.readers() as session:
        case = session.scalars(sa.select(Petition.id).where(Petition.text == text)).one()
    steps.settle(context, case)
    return case


def at_work(browser: Browser, site: str, name: str) -> Page:
    """A tab with the queue of whoever signed in, typed and entered on the keyboard alone."""
    tab = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site).new_page()
    tab.on("dialog", lambda dialog: pytest.fail(f"a script of a petition ran: {dialog.message}"))
    tab.on("pageerror", lambda error: pytest.fail(f"a script of ours failed: {error}"))
    tab.goto("/sign-in")
    tab.get_by_label("账号").focus()
    tab.keyboard.type(name)
    tab.keyboard.press("Tab")
    tab.keyboard.type(GOOD_PASSWORD)
    tab.keyboard.press("Enter")
    tab.get_by_role("heading", name="待办").wait_for()
    return tab


def faults(tab: Page) -> list[str]:
    found = Axe().run(tab, options={"runOnly": list(RULES)})
    wide = tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [f"{fault['id']} {fault['help']}" for fault in found.response["violations"]] + ["too wide"] * wide


def stage(context: Context, case: str) -> str:
    return steps.petition_of(context, case).stage


def test_a_unit_works_through_its_queue_without_a_mouse(context: Context, browser: Browser) -> None:
    cases = [report(context, text) for text in LAMPS]
    signed_in(Visitor(context), Role.UNIT, UNIT, name="园林甲")
    with served(context) as site:
        tab = at_work(browser, site, "园林甲")
        press = tab.keyboard.press
        assert faults(tab) == []
        press("j")
        first = tab.evaluate(FOCUSED)
        press("j")
        assert tab.evaluate(FOCUSED) != first
        press("k")
        assert tab.evaluate(FOCUSED) == first
        clock = tab.locator("[data-clock]").first
        clock.locator("summary").focus()
        press("Shift+Tab")
        press("Tab")
        expect(clock.get_by_text("依据：")).to_be_visible()
        assert faults(tab) == []
        press("Escape")
        expect(clock.get_by_text("依据：")).to_be_hidden()
        clock.locator("summary").hover()
        expect(clock.get_by_text("依据：")).to_be_visible()
        tab.mouse.move(0, 0)
        expect(clock.get_by_text("依据：")).to_be_hidden()
        press("?")
        expect(tab.get_by_role("dialog", name="按键")).to_be_visible()
        assert faults(tab) == []
        press("Escape")
        press("j")
        press("x")
        press("j")
        press("x")
        press("s")
        tab.get_by_role("heading", name="签收结果").wait_for()
        assert faults(tab) == []
        assert sorted(stage(context, case) for case in cases) == ["dispatched", "in_hand", "in_hand"]
        while tab.locator(":focus").count() == 0 or "待签收" not in tab.locator("[data-row]:has(:focus)").inner_text():
            press("j")
        press("Enter")
        tab.get_by_role("heading", name="诉求内容").wait_for()
        assert faults(tab) == []
        press("s")
        tab.get_by_text("签收：已完成").wait_for()
        assert {stage(context, case) for case in cases} == {"in_hand"}
        press("q")
        tab.get_by_role("heading", name="待办").wait_for()
        press("/")
        tab.keyboard.type("sj?")
        expect(tab.get_by_label("按编号查找")).to_have_value("sj?")


def test_the_desk_dispatches_with_one_key_and_only_while_keys_are_on(context: Context, browser: Browser) -> None:
    case = report(context, UNSURE)
    assert stage(context, case) == "accepted", "the engine is not sure of it"
    signed_in(Visitor(context), Role.DESK, name="专席乙")
    with served(context) as site:
        tab = at_work(browser, site, "专席乙")
        expect(tab.get_by_role("list", name="候选单位")).to_be_visible()
        assert faults(tab) == []
        tab.keyboard.press("j")
        tab.keyboard.press("Enter")
        tab.get_by_role("heading", name="派给谁？").wait_for()
        assert faults(tab) == []
        assert tab.locator("mark").all_inner_texts()
        tab.keyboard.press("?")
        box = tab.get_by_label("使用按键")
        box.focus()
        tab.keyboard.press("Space")
        tab.keyboard.press("Escape")
        tab.keyboard.press("2")
        tab.keyboard.press("?")
        expect(tab.get_by_role("dialog", name="按键")).to_be_visible()
        assert stage(context, case) == "accepted"
        box.focus()
        tab.keyboard.press("Space")
        tab.keyboard.press("Escape")
        second = tab.locator("[data-key='2']").locator("xpath=..").locator("[name=unit]").input_value()
        tab.keyboard.press("2")
        tab.get_by_text("派遣：已完成").wait_for()
    assert steps.petition_of(context, case).unit == second
    with context.readers() as session:
        reasons = session.scalars(sa.select(HistoryRow.reason).where(HistoryRow.petition_id == case)).all()
    assert any(reason.startswith("采纳第2候选") for reason in reasons)


def test_what_others_do_appears_and_what_is_written_stays(context: Context, browser: Browser) -> None:
    first = report(context, LAMPS[0])
    signed_in(Visitor(context), Role.UNIT, UNIT, name="园林甲")
    other = Actor(Role.UNIT, UNIT, "园林乙")
    with served(context) as site:
        tab = at_work(browser, site, "园林甲")
        expect(tab.locator("[data-row]")).to_have_count(1)
        tab.keyboard.press("j")
        number = tab.evaluate(FOCUSED)
        report(context, LAMPS[1])
        expect(tab.locator("[data-row]")).to_have_count(2, timeout=20_000)
        assert tab.evaluate(FOCUSED) == number, "the keyboard is where it was"
        tab.locator("[name=case]").first.check()
        report(context, LAMPS[2])
        expect(tab.get_by_text("待办有了变化")).to_be_visible(timeout=20_000)
        expect(tab.locator("[name=case]").first).to_be_checked()
        tab.goto(f"/cases/{first}")
        handling.sign(context, first, other)
        expect(tab.get_by_text("办理中").first).to_be_visible(timeout=20_000)
        tab.locator("#note summary").click()
        tab.get_by_role("textbox", name="办理情况").first.fill("已到现场，")
        handling.note(context, first, other, "备件已订")
        expect(tab.get_by_text("这件诉求有了变化")).to_be_visible(timeout=20_000)
        expect(tab.get_by_role("textbox", name="办理情况").first).to_have_value("已到现场，")
        assert faults(tab) == []
