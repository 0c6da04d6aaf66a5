"""A unit and the desk at work without a mouse, in a real browser; what others do appears by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Locator, Page, Route, expect

from domain.actions import Actor, Role
from models.tables import HistoryRow, Petition
from services import handling
from services.context import Context
from tests.support import ledgers, steps
from tests.support.browser import arrived, becomes, chromium_of, faults_of, tab_in
from tests.support.context import a_context
from tests.support.pages import GOOD_PASSWORD, Visitor, signed_in
from tests.support.served import served

pytestmark = pytest.mark.slow

UNIT = "municipal-parks"
LAMPS = ("文化路街道建设路路灯不亮，走路看不清", "君山路路灯整夜不亮，请修理", "光明路街道龙头路路灯坏了三天")
UNSURE = "门口路灯不亮，垃圾清运不及时<script>alert('来自诉求')</script>"
DESK = {"width": 1280, "height": 900}


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
    tab = tab_in(browser, site, DESK)
    tab.on("dialog", lambda dialog: pytest.fail(f"a script of a petition ran: {dialog.message}"))
    tab.on("pageerror", lambda error: pytest.fail(f"a script of ours failed: {error}"))
    tab.goto("/sign-in")
    tab.get_by_label("账号").focus()
    tab.keyboard.type(name)
    tab.keyboard.press("Tab")
    tab.keyboard.type(GOOD_PASSWORD)
    tab.keyboard.press("Enter")
    arrived(tab.get_by_role("heading", name="待办"))
    return tab


def case_in(tab: Page, place: int) -> Locator:
    """The link of a row of the queue."""
    return tab.locator("[data-row] h2 a").nth(place)


def stage(context: Context, case: str) -> str:
    return steps.petition_of(context, case).stage


def clock_explains_itself(tab: Page) -> None:
    """To whoever comes by the keyboard, and by the mouse."""
    press = tab.keyboard.press
    clock = tab.locator("[data-clock]").first
    clock.locator("summary").focus()
    press("Shift+Tab")
    press("Tab")
    expect(clock.get_by_text("依据：")).to_be_visible()
    assert faults_of(tab) == []
    press("Escape")
    expect(clock.get_by_text("依据：")).to_be_hidden()
    clock.locator("summary").hover()
    expect(clock.get_by_text("依据：")).to_be_visible()
    tab.mouse.move(0, 0)
    expect(clock.get_by_text("依据：")).to_be_hidden()


def test_a_unit_works_through_its_queue_without_a_mouse(context: Context, browser: Browser) -> None:
    cases = [report(context, text) for text in LAMPS]
    signed_in(Visitor(context), Role.UNIT, UNIT, name="园林甲")
    with served(context) as site:
        tab = at_work(browser, site, "园林甲")
        press = tab.keyboard.press
        assert faults_of(tab) == []
        press("j")
        expect(case_in(tab, 0)).to_be_focused()
        press("j")
        expect(case_in(tab, 1)).to_be_focused()
        press("k")
        expect(case_in(tab, 0)).to_be_focused()
        clock_explains_itself(tab)
        press("?")
        expect(tab.get_by_role("dialog", name="按键")).to_be_visible()
        assert faults_of(tab) == []
        press("Escape")
        expect(tab.get_by_role("dialog", name="按键")).to_be_hidden()
        press("j")
        press("x")
        press("j")
        press("x")
        expect(tab.locator("[name=case]:checked")).to_have_count(2)
        press("s")
        arrived(tab.get_by_role("heading", name="签收结果"))
        assert faults_of(tab) == []
        assert sorted(stage(context, case) for case in cases) == ["dispatched", "in_hand", "in_hand"]
        waiting = tab.locator("[data-row]").filter(has_text="待签收")
        expect(waiting).to_have_count(1)
        for _ in cases:
            if waiting.locator(":focus").count() == 0:
                press("j")
        expect(waiting.get_by_role("link", name="SZ-")).to_be_focused()
        press("Enter")
        arrived(tab.get_by_role("heading", name="诉求内容"))
        assert faults_of(tab) == []
        press("s")
        arrived(tab.get_by_text("签收：已完成"))
        assert {stage(context, case) for case in cases} == {"in_hand"}
        press("q")
        arrived(tab.get_by_role("heading", name="待办"))
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
        assert faults_of(tab) == []
        tab.keyboard.press("j")
        tab.keyboard.press("Enter")
        arrived(tab.get_by_role("heading", name="派给谁？"))
        assert faults_of(tab) == []
        expect(tab.locator("mark").first).to_be_visible()
        help_, box = tab.get_by_role("dialog", name="按键"), tab.get_by_label("使用按键")
        tab.keyboard.press("?")
        expect(help_).to_be_visible()
        box.focus()
        tab.keyboard.press("Space")
        expect(box).not_to_be_checked()
        tab.keyboard.press("Escape")
        expect(help_).to_be_hidden()
        tab.keyboard.press("2")
        tab.keyboard.press("?")
        expect(help_).to_be_visible()
        assert stage(context, case) == "accepted"
        box.focus()
        tab.keyboard.press("Space")
        expect(box).to_be_checked()
        tab.keyboard.press("Escape")
        expect(help_).to_be_hidden()
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
        expect(case_in(tab, 0)).to_be_focused()
        number = case_in(tab, 0).inner_text()
        report(context, LAMPS[1])
        expect(tab.locator("[data-row]")).to_have_count(2)
        expect(tab.get_by_role("link", name=number)).to_be_focused()  # the keyboard is where it was
        held: list[Route] = []
        tab.route(re.compile("/tasks$"), lambda route: held.append(route))  # noqa: PLW0108, Playwright marks it
        report(context, LAMPS[2])
        becomes(tab, "asked for anew", lambda: held)
        tab.locator("[name=case]").first.check()  # begun while the answer was on its way
        held[0].continue_()
        expect(tab.get_by_text("待办有了变化")).to_be_visible()
        expect(tab.locator("[name=case]").first).to_be_checked()
        tab.goto(f"/cases/{first}")
        handling.sign(context, first, other)
        expect(tab.get_by_text("办理中").first).to_be_visible()
        tab.locator("#note summary").click()
        tab.get_by_role("textbox", name="办理情况").first.fill("已到现场，")
        handling.note(context, first, other, "备件已订")
        expect(tab.get_by_text("这件诉求有了变化")).to_be_visible()
        expect(tab.get_by_role("textbox", name="办理情况").first).to_have_value("已到现场，")
        assert faults_of(tab) == []
