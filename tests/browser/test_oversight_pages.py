"""Reviewers, inspectors and information officers at work in a real browser: from each list to what is decided."""

from __future__ import annotations

import datetime as dt
import re

import pendulum
import pytest
from playwright.sync_api import Browser

import clock
from domain.actions import Actor, Role
from domain.calendar import local
from domain.periods import PeriodKind
from services import bulletins, hot_topics, ladder
from services.context import Context
from tests.browser.test_our_pages import DESK, PHONE, Seen
from tests.services import lives
from tests.services.test_visits import finished, visit_of
from tests.support import ledgers, steps
from tests.support.browser import arrived, chromium_of, somebody
from tests.support.context import a_context
from tests.support.pages import Visitor, signed_in
from tests.support.served import served
from tests.web.office import LAMPS, OTHER, petition
from tests.web.test_inspect import finding
from tests.web.test_topics import reports

pytestmark = pytest.mark.slow

MORNING = pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI)
AT_DESK = Actor(Role.DESK, name="测试专席")
INSPECTOR = Actor(Role.INSPECTOR, name="测试督查员")
WORDS = "诉求人说路灯亮了"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    seen = Seen()
    url = f"sqlite:///{tmp_path_factory.mktemp('oversight') / 'ledger.db'}"
    ledgers.create_tables(url)
    with clock.use(clock.StoryClock(MORNING)) as story:
        assert isinstance(story, clock.StoryClock)
        context = a_context(ledgers.engine_of(url))
        found = finding(context)
        reviewed, supervised, called = prepare(context)
        story.move_to(MORNING + dt.timedelta(days=8))
        assert bulletins.make_due(context, PeriodKind.WEEK)
        lives.dissatisfied_after_a_visit_was_drawn(context)
        reports(context, 6)
        assert hot_topics.find_hot_topics(context)
        with served(context) as site, chromium_of() as browser:
            review(browser, site, seen, reviewed)
            inspect(browser, site, seen, (supervised, found))
            look_behind_the_figures(browser, site, seen)
            call(browser, site, seen, called)
        seen.texts["decided"] = petition(context, LAMPS[1]).unit or ""
        seen.texts["called"] = visit_of(context, called).status.code
    return seen


def prepare(context: Context) -> tuple[str, str, str]:
    """A case that waits for the experts, one under supervision, and one whose petitioner is to be called."""
    for text in LAMPS[1:3]:
        Visitor(context).report(text)
        steps.settle(context, petition(context, text).id)
    reviewed, supervised = petition(context, LAMPS[1]), petition(context, LAMPS[2])
    ladder.refer_to_first_review(context, reviewed.id, AT_DESK, "涉及多家单位")
    ladder.open_supervision(context, supervised.id, INSPECTOR, "群众反映强烈")
    called = finished(context)
    signed_in(Visitor(context), Role.REVIEWER, name="测试专家")
    signed_in(Visitor(context), Role.INSPECTOR, name="测试督查")
    signed_in(Visitor(context), Role.FOLLOW_UP, visit_of(context, called).officer.unit, name="测试信息员")
    return reviewed.case_number, supervised.case_number, called


def review(browser: Browser, site: str, seen: Seen, number: str) -> None:
    """From the agenda over the meeting to a lead with its term."""
    with somebody(browser, site, seen, DESK, "测试专家") as tab:
        tab.get_by_role("link", name="研判", exact=True).click()
        arrived(tab.get_by_role("heading", name="待议"))
        tab.get_by_text("召集会议").click()
        tab.get_by_label("会议名称").wait_for()
        seen.look(tab, "agenda")
        tab.get_by_label("会议名称").fill("路灯专题研判")
        tab.get_by_label("时间").fill(f"{local(clock.now()) + dt.timedelta(hours=1):%Y-%m-%dT%H:%M}")
        tab.get_by_label("主持").select_option("expert-housing")
        tab.get_by_label(number).check()
        tab.get_by_role("button", name="召集并通知").click()
        arrived(tab.get_by_role("heading", name="议题"))
        tab.get_by_text("登记到会").first.click()
        for box in tab.get_by_role("group", name="到会成员").get_by_role("checkbox").all()[:4]:
            box.check()
        tab.get_by_role("button", name="登记到会").click()
        arrived(tab.get_by_text("到会已登记"))
        tab.get_by_text(f"议定 {number}").click()
        tab.get_by_role("button", name="记下这件的决定").click()
        arrived(tab.get_by_role("alert"))
        seen.look(tab, "refused decision")
        tab.get_by_label("交办", exact=True).check()
        tab.get_by_text("主办（交办的填写）").click()
        tab.get_by_label("主办单位").select_option(OTHER)
        tab.get_by_label("主办任务").fill("恢复照明")
        tab.locator("[name='lead.term.amount']").fill("5")
        for label in ("理由", "讨论"):
            tab.get_by_label(label).first.fill("现场会商决定")
        tab.get_by_role("button", name="记下这件的决定").click()
        arrived(tab.get_by_text("已议定"))
        seen.look(tab, "meeting")
        tab.goto("/review/decided?level=first")
        arrived(tab.get_by_role("cell", name="现场会商决定"))
        seen.look(tab, "decided")
    with somebody(browser, site, seen, PHONE, "测试专家") as tab:
        tab.goto("/review")
        tab.get_by_role("link", name="路灯专题研判").or_(tab.locator("a[href^='/review/meetings/']")).first.click()
        arrived(tab.get_by_role("heading", name="议题"))
        seen.look(tab, "meeting on a telephone")
        tab.goto("/review/decided?level=first")
        arrived(tab.get_by_role("cell", name="现场会商决定"))
        seen.look(tab, "decided on a telephone")


def inspect(browser: Browser, site: str, seen: Seen, at: tuple[str, str]) -> None:
    """From what is overdue to the dossier as it prints, a pattern judged, the lists and a bulletin."""
    number, found = at
    for size in (DESK, PHONE):
        with somebody(browser, site, seen, size, "测试督查") as tab:
            on = size["width"]
            tab.goto("/inspect")
            seen.look(tab, f"overdue {on}")
            tab.locator("a[href^='/inspect/dossiers/']").first.click()
            arrived(tab.get_by_role("heading", name="案卷"))
            seen.look(tab, f"dossier {on}")
            tab.emulate_media(media="print")
            seen.texts[f"printed {on}"] = tab.inner_text("body")
            tab.emulate_media(media="screen")
            tab.goto("/inspect/patterns")
            seen.look(tab, f"patterns {on}")
            tab.locator(f"a[href$='{found}']").first.click()
            tab.wait_for_url(f"**{found}")
            seen.look(tab, f"pattern {on}")
            for address in ("/reports", "/reports/bulletins"):
                tab.goto(address)
                seen.look(tab, f"{address} {on}")
            tab.locator("a[href^='/reports/bulletins/']").first.click()
            tab.wait_for_url("**/reports/bulletins/*")
            seen.look(tab, f"bulletin {on}")
    assert number in seen.texts[f"overdue {DESK['width']}"]


def look_behind_the_figures(browser: Browser, site: str, seen: Seen) -> None:
    """From the dashboard to a hot topic, why petitioners were dissatisfied, and the visits that were drawn."""
    for size in (DESK, PHONE):
        with somebody(browser, site, seen, size, "测试督查") as tab:
            for behind, shown in (("topics", "热点"), ("beside/dissatisfied", "次"), ("beside/visits", "次")):
                tab.goto("/overview?period=ever")
                tab.locator(f"a[href^='/overview/{behind}']").first.click()
                arrived(tab.get_by_role("heading", level=1, name=shown))
                arrived(tab.get_by_role("rowheader").first)
                seen.look(tab, f"{behind} {size['width']}")


def call(browser: Browser, site: str, seen: Seen, called: str) -> None:
    with somebody(browser, site, seen, PHONE, "测试信息员") as tab:
        tab.get_by_role("link", name="回访", exact=True).click()
        arrived(tab.get_by_role("heading", name="回访", level=1))
        seen.look(tab, "calls")
        tab.locator("a[href^='/calls/']").first.click()
        arrived(tab.get_by_role("heading", name="问什么"))
        seen.look(tab, "call")
        form = tab.locator("#attempt")
        for group, answer in (
            ("怎样联系", "电话"),
            ("联系上了吗", "联系上了"),
            ("单位的答复属实吗", "是"),
            ("满意吗", "满意"),
        ):
            form.get_by_role("group", name=group).get_by_label(answer, exact=True).check()
        form.get_by_label("诉求人怎么说").fill(WORDS)
        form.get_by_role("button", name="记录").click()
        arrived(tab.get_by_text("已记录"))
        seen.look(tab, "called")


def test_their_pages_are_open_to_everybody(seen: Seen) -> None:
    assert seen.faults == [], "\n".join(seen.faults)
    assert len(seen.pages) == 29


def test_no_script_fails_and_nothing_breaks_the_policy(seen: Seen) -> None:
    assert seen.complaints == []


def test_what_they_decided_is_in_the_ledger(seen: Seen) -> None:
    assert (seen.texts["decided"], seen.texts["called"]) == (OTHER, "reached")
    assert WORDS in seen.texts["called"] or WORDS in seen.texts["call"] or seen.pages[-1] == "called"


def test_a_dossier_prints_without_what_is_only_for_the_screen(seen: Seen) -> None:
    printed = seen.texts[f"printed {DESK['width']}"]
    assert "谁持有多久" in printed
    assert re.match(r"案卷 SZ-[\d-]+ · 截至", printed), "what runs along the top of every sheet"
    assert "按键说明" not in printed
    assert "Word 文件" not in printed
