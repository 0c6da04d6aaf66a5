"""The desk's pairs, the place of a case, the name of a matter written in, and the leaders' page, in a real browser."""

from __future__ import annotations

import re

import pendulum
import pytest
from playwright.sync_api import Browser, Page, expect

import clock
from domain.actions import Actor, Role
from domain.coordinates import Position
from services import geographies, ladder
from services.context import Context
from tests.browser.test_our_pages import DESK, PHONE, Seen
from tests.support import ledgers, steps
from tests.support.browser import arrived, chromium_of, opened, somebody, tab_in
from tests.support.context import a_context
from tests.support.geographies import IN_THE_WEST, geography
from tests.support.pages import GOOD_PASSWORD, Visitor, signed_in
from tests.support.served import served
from tests.web.office import OTHER, UNCLEAR, petition

pytestmark = pytest.mark.slow

MORNING = pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI)
UNSURE = "门口路灯不亮，垃圾清运不及时"
SAME = ("文化路街道广济路路灯不亮，晚上出行不安全", "文化路街道广济路的路灯一直不亮，请尽快修理")
HARD = "君山路路灯整夜不亮，产权不清"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    seen = Seen()
    url = f"sqlite:///{tmp_path_factory.mktemp('desk') / 'ledger.db'}"
    ledgers.create_tables(url)
    with clock.use(clock.StoryClock(MORNING)):
        context = a_context(ledgers.engine_of(url))
        prepare(context)
        with served(context) as site, chromium_of() as browser:
            without_scripts(browser, site, seen, petition(context, UNSURE).id)
            on_a_telephone(browser, site, seen)
            at_the_desk(browser, site, seen)
            at_the_top(browser, site, seen)
        for text in (UNSURE, UNCLEAR, HARD):
            row = petition(context, text)
            seen.texts[f"given {text}"] = f"{row.unit} {row.sub_category}"
    return seen


def prepare(context: Context) -> None:
    """Cases that the engine was not sure of, a pair that may be one matter, and a case that waits for the leaders."""
    with context.sessions.begin() as session:
        geographies.put_in_force(session, geography(), Actor(Role.OPERATOR, name="tests"))
    for number, text in enumerate((UNSURE, UNCLEAR, *SAME, HARD)):
        here = Position(IN_THE_WEST.longitude + number * 0.002, IN_THE_WEST.latitude)
        Visitor(context).report(text, longitude=str(here.longitude), latitude=str(here.latitude))
        steps.settle(context, petition(context, text).id)
    hard = petition(context, HARD).id
    ladder.refer_to_first_review(context, hard, Actor(Role.DESK, name="测试专席"), "涉及多家单位")
    ladder.propose_second_review(context, hard, Actor(Role.REVIEWER, name="测试专家"), "产权不清，请领导决定")
    signed_in(Visitor(context), Role.DESK, name="测试专席")
    signed_in(Visitor(context), Role.LEADER, name="测试区领导")


def without_scripts(browser: Browser, site: str, seen: Seen, case: str) -> None:
    """The place is drawn and said, and a name that there is not comes back with what was meant."""
    tab = tab_in(browser, site, DESK, java_script_enabled=False)
    tab.goto(f"/sign-in?to=/cases/{case}")
    tab.get_by_label("账号").fill("测试专席")
    tab.get_by_label("密码").fill(GOOD_PASSWORD)
    tab.get_by_role("button", name="登录").click()
    arrived(tab.locator("svg.place"))
    seen.texts["drawn without scripts"] = str(tab.locator("svg.place path").count())
    form = opened(tab, "dispatch")
    form.get_by_label("小类").fill("路灯坏了")
    form.get_by_role("button", name="派遣", exact=True).click()
    seen.texts["refused without scripts"] = tab.locator("#dispatch .wrong", has_text="小类").inner_text()
    tab.context.close()


def at_the_desk(browser: Browser, site: str, seen: Seen) -> None:
    with somebody(browser, site, seen, DESK, "测试专席") as tab:
        tab.goto("/desk/same")
        seen.look(tab, "pairs")
        tab.get_by_text("不是同一件").first.click()
        seen.look(tab, "pairs, one opened")
        tab.goto("/matters")
        seen.look(tab, "catalogue")
        tab.goto("/tasks")
        tab.locator("[data-clock] summary").first.focus()
        tab.keyboard.press("Tab")
        tab.keyboard.press("Shift+Tab")
        expect(tab.locator("[data-clock] .tip").first).to_be_visible()
        seen.look(tab, "queue of the desk, a clock explained")
        tab.keyboard.press("Escape")
        expect(tab.locator("[data-clock] .tip").first).to_be_hidden()
        tab.get_by_role("link", name=number_in(tab, UNCLEAR[:8])).click()
        arrived(tab.get_by_role("heading", name="诉求内容"))
        form = opened(tab, "dispatch")
        field = form.get_by_label("小类")
        field.focus()
        expect(tab.locator("#sub_categories option")).to_have_count(475)
        form.get_by_label("承办单位").select_option(OTHER)
        form.get_by_label("理由").fill("电话核实，是物业的事")
        field.fill("路灯不亮")
        seen.look(tab, "case at the desk with its place")
        form.get_by_role("button", name="派遣", exact=True).click()
        arrived(tab.get_by_text("派遣：已完成"))
        tab.keyboard.press("n")
        arrived(tab.get_by_role("heading", name="派给谁？"))
        tab.keyboard.press("1")
        tab.get_by_text("派遣：已完成").wait_for()


def number_in(tab: Page, words: str) -> str:
    """The case number of the row that says so."""
    found = re.search(r"SZ-\d{8}-\d{5}", tab.locator("[data-row]", has_text=words).first.inner_text())
    assert found
    return found[0]


def on_a_telephone(browser: Browser, site: str, seen: Seen) -> None:
    with somebody(browser, site, seen, PHONE, "测试专席") as tab:
        tab.goto("/desk/same")
        seen.look(tab, "pairs on a telephone")
        tab.goto("/matters")
        seen.look(tab, "catalogue on a telephone")
        tab.goto("/tasks")
        tab.locator("[data-clock] summary").first.click()
        expect(tab.locator("[data-clock] .tip").first).to_be_visible()
        seen.look(tab, "queue on a telephone, a clock explained")
        tab.get_by_role("link", name=number_in(tab, UNSURE[:8])).click()
        arrived(tab.get_by_role("heading", name="诉求内容"))
        tab.locator("svg.place").scroll_into_view_if_needed()
        seen.look(tab, "place on a telephone")
        tab.get_by_role("navigation", name="本页").get_by_role("link", name="可以做什么").click()
        expect(tab.get_by_role("heading", name="派给谁？")).to_be_in_viewport()


def at_the_top(browser: Browser, site: str, seen: Seen) -> None:
    for size in (PHONE, DESK):
        with somebody(browser, site, seen, size, "测试区领导") as tab:
            on = size["width"]
            tab.get_by_role("link", name="待决定", exact=True).click()
            arrived(tab.get_by_role("heading", name="待决定"))
            seen.look(tab, f"waiting for the leaders {on}")
            tab.locator(".queue h2 a").first.click()
            arrived(tab.get_by_role("heading", name="一级研判的意见"))
            seen.look(tab, f"a case before the leaders {on}")
            form = opened(tab, "assign")
            form.get_by_role("button", name="交办").click()
            arrived(tab.get_by_role("alert"))
            seen.look(tab, f"refused decision of the leaders {on}")
            if size is PHONE:
                continue
            form = tab.locator("#assign")
            form.get_by_label("主办单位").select_option(OTHER)
            form.get_by_label("主办任务").fill("先行恢复照明")
            form.get_by_label("期限", exact=True).first.fill("3")
            form.get_by_label("决定的依据").fill("领导小组现场会决定")
            form.get_by_role("button", name="交办").click()
            arrived(tab.get_by_text("交办：已完成"))
            seen.look(tab, "decided")


def test_these_pages_are_open_to_everybody(seen: Seen) -> None:
    assert seen.faults == [], "\n".join(seen.faults)
    assert len(seen.pages) == 16


def test_no_script_fails_and_nothing_breaks_the_policy(seen: Seen) -> None:
    assert seen.complaints == []


def test_a_name_out_of_a_list_of_hundreds_that_comes_when_its_field_is_entered_is_written(seen: Seen) -> None:
    assert seen.texts[f"given {UNCLEAR}"] == f"{OTHER} street-light-out"


def test_without_scripts_the_place_is_drawn_and_a_wrong_name_says_what_was_meant(seen: Seen) -> None:
    assert int(seen.texts["drawn without scripts"]) > 2
    assert "路灯不亮" in seen.texts["refused without scripts"]


def test_the_next_case_and_its_first_candidate_are_two_keys(seen: Seen) -> None:
    assert not seen.texts[f"given {UNSURE}"].startswith("None")


def test_what_the_leaders_decided_is_in_the_ledger(seen: Seen) -> None:
    assert seen.texts[f"given {HARD}"].startswith(OTHER)
