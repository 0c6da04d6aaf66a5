"""A real Chromium without a window: what its pages show, and what they ask the network for."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser as ChromiumBrowser
from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Locator, ViewportSize, expect, sync_playwright
from playwright.sync_api import Page as Tab

from tests.support.pages import GOOD_PASSWORD
from tests.support.prefect_workers import wait_until

_MISSING = (
    "测试需要 Chromium。Debian/Ubuntu：apt-get install chromium\n"
    "The tests need Chromium. On Debian/Ubuntu: apt-get install chromium"
)
_FLAGS = (
    "--no-sandbox",  # Chromium refuses root otherwise
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # Nothing foreign is reached, wherever the tests run; that it was asked for is recorded all the same.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
ENOUGH = 90_000
"""Milliseconds in which a slow and busy machine has done whatever is waited for."""
expect.set_options(timeout=ENOUGH)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
_BY_THE_BROWSER_ITSELF = "not an origin"
"""How Chromium's log names the initiator of what no page asked for: addresses that were typed, its own updates."""


@dataclass(frozen=True)
class Page:
    """A page as it was shown."""

    text: str
    html: str


class Browser:
    """Opens pages one after the other, each in a tab of its own."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    def show(self, address: str, *expected: str) -> Page:
        """The page at `address` when it shows every text that is `expected`; fails when it never does."""
        tab = self._context.new_page()
        tab.goto(address)
        missing: list[object] = [address, "shows", *expected]
        seen: list[Page] = []

        def complete() -> bool:
            # Kept as it is judged: a page that asks for news empties itself between two looks.
            try:
                seen[:] = [Page(tab.inner_text("body"), tab.content())]
            except Error:  # it leads on to another one at this moment
                return False
            missing[2:] = [word for word in expected if word not in seen[0].text]
            return len(missing) == 2

        wait_until(complete, missing)
        tab.close()
        return seen[0]


@contextmanager
def running_browser(record: Path) -> Iterator[Browser]:
    """A browser with a fresh profile; it leaves the `record` of its network when it ends."""
    with chromium_of(f"--log-net-log={record}") as started:
        yield Browser(started.new_context(viewport={"width": 1600, "height": 1200}))


@contextmanager
def chromium_of(*flags: str) -> Iterator[ChromiumBrowser]:
    """Debian's Chromium, without a window and without any network but this machine's."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise pytest.fail.Exception(_MISSING, pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=[*_FLAGS, *flags])
        yield started
        started.close()


def tab_in(browser: ChromiumBrowser, site: str, size: Mapping[str, int], **more: Any) -> Tab:
    """A tab in a browser of its own, of this size, that waits for slow machines and in which nothing grows or glides.

    `more` is what else a browser context may be made with.
    """
    viewport = ViewportSize(width=size["width"], height=size["height"])
    made = browser.new_context(viewport=viewport, base_url=site, locale="zh-CN", reduced_motion="reduce", **more)
    made.set_default_timeout(ENOUGH)
    return made.new_page()


def arrived(shown: Locator) -> None:
    """Wait for the page that shows this, and until its scripts are at work: they come after its text does."""
    shown.first.wait_for()
    shown.page.wait_for_load_state("load")


def opened(tab: Tab, action: str) -> Locator:
    """The part of a case's page in which this is done; what is not the next thing to do is folded."""
    tab.wait_for_load_state("load")  # before, what is not there yet looks folded
    part = tab.locator(f"#{action}")
    if part.evaluate("part => part.tagName === 'DETAILS' && !part.open"):
        part.locator("summary").first.click()
    return part


def becomes(tab: Tab, what: str, true: Callable[[], object]) -> None:
    """Wait for what no `expect` of Playwright's can say; the page's events are heard meanwhile."""
    give_up = time.monotonic() + ENOUGH / 1000
    while not true():
        assert time.monotonic() < give_up, f"still not so: {what}"
        tab.wait_for_timeout(50)


def faults_of(tab: Tab) -> list[str]:
    """What axe has against the page when it has been loaded, and whether it is wider than the screen."""
    tab.wait_for_load_state("load")
    found = Axe().run(tab, options={"runOnly": list(RULES)})
    faults = [
        f"{fault['id']} {fault['help']}: {fault['nodes'][0]['html'][:150]}" for fault in found.response["violations"]
    ]
    wide = tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*faults, "wider than the screen"] if wide else faults


class Listening(Protocol):
    """Where what a tab says is kept."""

    complaints: list[str]
    """What the browser's console says, be it of a script or of the policy against foreign ones."""
    asked: list[str]


@contextmanager
def somebody(
    browser: ChromiumBrowser, site: str, seen: Listening, viewport: dict[str, int], name: str = "", to: str = "/account"
) -> Iterator[Tab]:
    """A tab in a browser of its own, signed in as `name` and at `to` where there is a name."""
    tab = tab_in(browser, site, viewport)

    def hear(message: ConsoleMessage) -> None:
        # The browser notes every refused form, too: those are meant.
        if message.type == "error" and "Failed to load resource" not in message.text:
            seen.complaints.append(message.text)

    tab.on("console", hear)
    tab.on("pageerror", lambda error: seen.complaints.append(str(error)))
    tab.on("request", lambda request: seen.asked.append(request.url))
    if name:
        tab.goto(f"/sign-in?to={quote(to)}")
        tab.get_by_label("账号").fill(name)
        tab.get_by_label("密码").fill(GOOD_PASSWORD)
        tab.get_by_role("button", name="登录").click()
        arrived(tab.get_by_role("link", name=name))
    yield tab
    tab.context.close()


def asked_by_pages(record: Path) -> list[str]:
    """Every address that a page asked for in any way, as Chromium's network recorded it."""
    log = json.loads(record.read_text("utf-8"))
    start = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    asked = [event["params"] for event in log["events"] if event["type"] == start and "url" in event.get("params", {})]
    return [request["url"] for request in asked if request["initiator"] != _BY_THE_BROWSER_ITSELF]
