"""The pages of media and publications in a real browser: open to everybody, under the strict headers."""

from __future__ import annotations

import pendulum
import pytest
from playwright.sync_api import Browser

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.media import PublicationKind
from domain.stages import Trigger
from models.media_answers import ProposalIn
from services import media, publications
from services.context import Context
from services.ledger import move
from services.transactions import transaction
from tests.browser.test_our_pages import DESK, PHONE, Seen
from tests.support import ledgers, steps
from tests.support.browser import arrived, chromium_of, somebody
from tests.support.context import a_context
from tests.support.pages import Visitor, signed_in
from tests.support.served import served
from tests.web.office import LAMPS, UNIT, petition

pytestmark = pytest.mark.slow

MORNING = pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI)
AT_DESK = Actor(Role.DESK, name="测试专席")
OUTLET = "shizhong-yunbao"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    seen = Seen()
    url = f"sqlite:///{tmp_path_factory.mktemp('press') / 'ledger.db'}"
    ledgers.create_tables(url)
    with clock.use(clock.StoryClock(MORNING)):
        context = a_context(ledgers.engine_of(url))
        prepare(context)
        with served(context) as site, chromium_of() as browser:
            at_work(browser, site, seen)
    return seen


def prepare(context: Context) -> None:
    """A case with the red card that an outlet follows, and a publication that names somebody."""
    for text in LAMPS[:2]:
        Visitor(context).report(text)
        steps.settle(context, petition(context, text).id)
    exposed, told = (petition(context, text) for text in LAMPS[:2])
    with transaction(context) as tx:
        move(tx, tx.lock(exposed.id), Trigger.SHOW_RED_CARD, PLATFORM)
    media.track(context, exposed.id, AT_DESK, outlet=OUTLET, reason="群众关注度高")
    proposal = ProposalIn(case_number=told.case_number, kind=PublicationKind.PROCESS, title="路灯亮了", text="当日修复")
    row = publications.propose(context, AT_DESK, proposal)
    publications.publish(context, row.id, AT_DESK, reason="同意")
    signed_in(Visitor(context), Role.MEDIA, OUTLET, name="测试记者甲")
    signed_in(Visitor(context), Role.UNIT, UNIT, name="测试园林甲")
    signed_in(Visitor(context), Role.INSPECTOR, name="测试督查甲")


def at_work(browser: Browser, site: str, seen: Seen) -> None:
    with somebody(browser, site, seen, PHONE, "测试记者甲", "/press") as journalist:
        seen.look(journalist, "what an outlet follows")
        journalist.get_by_role("link", name="SZ-").first.click()
        arrived(journalist.get_by_role("heading", name="提出曝光"))
        seen.look(journalist, "a case that is followed")
        form = journalist.locator("section", has=journalist.get_by_role("heading", name="提出曝光"))
        form.get_by_label("题目").fill("路灯久拖未修")
        form.get_by_label("内容").fill("逾期多日，请打13800001234")
        form.get_by_role("button", name="提出曝光").click()
        arrived(journalist.get_by_role("heading", name="单位的答复"))
        seen.look(journalist, "what was proposed")
    with somebody(browser, site, seen, PHONE, "测试园林甲", "/press") as unit:
        unit.get_by_role("link", name="路灯久拖未修").click()
        unit.get_by_role("button", name="单位答复").click()
        arrived(unit.get_by_role("alert"))
        seen.look(unit, "refused reply")
        unit.get_by_role("textbox", name="单位的答复").fill("今日已修复")
        unit.get_by_role("button", name="单位答复").click()
        unit.get_by_text("今日已修复").wait_for()
    with somebody(browser, site, seen, DESK, "测试督查甲", "/press") as inspector:
        seen.look(inspector, "queue of whoever decides")
        inspector.get_by_role("link", name="路灯久拖未修").click()
        arrived(inspector.get_by_role("heading", name="路灯久拖未修", level=1))
        seen.look(inspector, "preview with what was taken out")
    with somebody(browser, site, seen, PHONE) as anybody:
        anybody.goto("/published")
        seen.look(anybody, "what is published")
        anybody.get_by_role("link", name="路灯亮了").click()
        arrived(anybody.get_by_role("heading", name="路灯亮了", level=1))
        seen.look(anybody, "one that is published")


def test_every_page_is_open_to_everybody(seen: Seen) -> None:
    assert seen.faults == []
    assert len(seen.pages) == 8


def test_no_script_fails_and_nothing_breaks_the_policy(seen: Seen) -> None:
    assert seen.complaints == []


def test_what_was_taken_out_is_in_no_page(seen: Seen) -> None:
    assert "[电话]" in seen.texts["preview with what was taken out"]
    assert [name for name, text in seen.texts.items() if "13800001234" in text] == []
