"""What people see in a browser of a system that `rongetong up` started, and where its pages load from."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.browser import Browser, Page, asked_by_pages, running_browser
from tests.support.installation import Installation
from tests.support.prefect_workers import wait_until

pytestmark = pytest.mark.slow

NAME = "测试甲"
CONTACT = "13800001234"
WORDS = "夜间通行不便"
REPLY = "您反映的路灯已经修复，感谢监督"
BODY = {
    "channel": "web",
    "text": f"文化路街道广济路路灯不亮，{WORDS}",
    "place": "文化路街道广济路",
    "petitioner": {"name": NAME, "contact_kind": "sms", "contact": CONTACT},
}
EVIDENCE = {
    "is_true": True,
    "contacted": True,
    "contacted_at": "2026-03-02T10:00:00+08:00",
    "contact_way": "phone",
    "solved": True,
    "internal_account": f"已电话告知{NAME}",
    "public_reply": REPLY,
}
CHANGES = ("登记", "受理", "派遣", "签收", "申请办结", "办结审核通过", "邀请评价", "评价", "归档")
"""The life of the petition that is closed."""
UIS = {"newer": "/v2", "older": ""}
"""Prefect's two user interfaces and where they stand; the newer one is what an operator gets."""
STATES = re.compile(r"\b(?:state--|bg-state-)([a-z]+)")
"""How either UI names a state's colour."""


@dataclass(frozen=True)
class Case:
    """A petition, and where Prefect shows it."""

    number: str
    name: str
    run: str
    artifact: str


@dataclass(frozen=True)
class Seen:
    """Everything that was looked at."""

    waiting: Case
    closed: Case
    pages: dict[str, Page]
    asked: list[str]
    ours: set[str]


@dataclass(frozen=True)
class Office:
    """Everybody who works with the installation, through its API."""

    installation: Installation

    def ask(self, address: str, key: str = "", body: object = None) -> Any:
        headers = {"X-API-Key": key} if key else {}
        answer = httpx.request(
            "GET" if body is None else "POST", address, json=body, headers=headers, timeout=60, trust_env=False
        )
        assert answer.is_success, answer.text
        return answer.json()

    def api(self, path: str, key: str = "", body: object = None) -> Any:
        return self.ask(f"{self.installation.api}{path}", key, body)

    def prefect(self, path: str, body: object = None) -> Any:
        return self.ask(f"{self.installation.prefect}{path}", body=body)

    @contextmanager
    def ledger(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.installation.folder / "rongetong.db", timeout=60)) as ledger, ledger:
            yield ledger

    def version_of(self, number: str) -> int:
        """How many changes there were of this case."""
        with self.ledger() as ledger:
            found = ledger.execute("SELECT version FROM petition WHERE case_number = ?", (number,)).fetchone()
        return int(found[0])

    def run_of(self, number: str) -> dict[str, Any]:
        """The petition's run, as soon as there is one."""
        found: list[dict[str, Any]] = []

        def started() -> bool:
            found[:] = self.prefect("/flow_runs/filter", {"flow_runs": {"name": {"like_": number}}})
            return bool(found)

        wait_until(started, f"{number} has a run")
        return found[0]

    def wait_for(self, number: str, stage: str, state: str) -> Case:
        """The case when its run has this stage in its name and this type of state."""

        def there() -> bool:
            run = self.run_of(number)
            return stage in run["name"] and run["state_type"] == state

        wait_until(there, f"{number} · {stage}")
        run = self.run_of(number)
        [artifact] = self.prefect(
            "/artifacts/latest/filter", {"artifacts": {"key": {"any_": [f"case-{number.lower()}"]}}}
        )
        return Case(number, run["name"], run["id"], artifact["latest_id"])

    def wait_for_events(self, expected: dict[str, int]) -> None:
        """Each case's history as events, version by version.

        Prefect's client sends again, half a minute later, what a closed connection may have swallowed.
        """
        asked = {"filter": {"event": {"name": ["rongetong.petition.changed"]}}, "limit": 50}
        awaited = sorted((number, version) for number, last in expected.items() for version in range(1, last + 1))
        told: list[object] = ["events", awaited, "told so far"]

        def complete() -> bool:
            events = self.prefect("/events/filter", asked)["events"]
            seen = sorted((one["resource"]["prefect.resource.name"], one["payload"]["version"]) for one in events)
            told[3:] = seen
            return seen == awaited

        wait_until(complete, told, 180)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Two petitions, one in the hands of its unit and one closed, and every page there is."""
    folder = tmp_path_factory.mktemp("browser")
    installation = Installation(folder / "data")
    record = folder / "network.json"
    with installation.started() as up:
        up.wait_ready()
        office = Office(installation)
        waiting, closed = live(office)
        with running_browser(record) as browser:
            pages = look_around(browser, installation, waiting, closed)
    ours = {urlsplit(address).netloc for address in (installation.api, installation.prefect)}
    return Seen(waiting, closed, pages, asked_by_pages(record), ours)


def live(office: Office) -> tuple[Case, Case]:
    """One petition is signed for and has a yellow card, another one is closed and rated."""
    desk = office.installation.told("keys", "create", "--role", "desk", "--label", "派遣专席")
    unit = office.installation.told("keys", "create", "--role", "unit", "--unit", "municipal-parks", "--label", "园林")
    # The same person's very same words would be no petition of their own.
    texts = (f"{BODY['text']}，{number}号灯杆" for number in (1, 2))
    waiting, closed = (office.api("/petitions", body=BODY | {"text": text}) for text in texts)
    for registered in (waiting, closed):
        office.wait_for(registered["case_number"], "待签收", "SCHEDULED")
    # Nobody waits four working days for a card.
    with office.ledger() as ledger:
        ledger.execute("UPDATE petition SET card = 'yellow' WHERE case_number = ?", (waiting["case_number"],))
    ids = {item["case_number"]: item["id"] for item in office.api("/queue", unit)["items"]}
    for registered in (waiting, closed):
        office.api(f"/petitions/{ids[registered['case_number']]}/signature", unit, {})
    done = f"/petitions/{ids[closed['case_number']]}"
    office.api(f"{done}/completion", unit, EVIDENCE)
    office.api(f"{done}/completion-decision", desk, {"approved": True, "reason": "佐证齐全"})
    # A petitioner may be faster than the question; here it is asked.
    asked = CHANGES.index("邀请评价") + 1
    wait_until(lambda: office.version_of(closed["case_number"]) == asked, "asked to rate")
    office.api(f"{closed['progress']}/rating", body={"satisfaction": "satisfied"})
    cases = (
        office.wait_for(waiting["case_number"], "办理中", "SCHEDULED"),
        office.wait_for(closed["case_number"], "已归档", "COMPLETED"),
    )
    office.wait_for_events({waiting["case_number"]: CHANGES.index("签收") + 1, closed["case_number"]: len(CHANGES)})
    return cases


def look_around(browser: Browser, installation: Installation, waiting: Case, closed: Case) -> dict[str, Page]:
    """Open every page an operator or a department may open, by a name for each."""
    prefect = installation.prefect.removesuffix("/api")
    pages = {
        "docs": browser.show(f"{installation.api}/docs", "融e通", "登记诉求 Register a petition", "Schemas"),
        "entrance": browser.show(prefect, "Dashboard", "Switch to V1 UI"),
        "Prefect's docs": browser.show(f"{prefect}/docs"),
    }
    menu = {
        "dashboard": ("Flow Runs", "rongetong"),
        "runs": (waiting.name, closed.name),
        "flows": ("petition", "reconcile"),
        "deployments": (
            "petition",
            "reconcile",
            "notices",
            "learning",
            "invariants",
            "topics",
            "patterns",
            "bulletins",
            "report",
        ),
        "work-pools": ("rongetong",),
        "work-pools/work-pool/rongetong": ("rongetong", "Work Queues"),
        "blocks": ("Blocks",),
        "variables": ("Variables",),
        "automations": ("Automations",),
        "concurrency-limits": ("Concurrency",),
        "settings": ("Settings", "Theme"),
        "artifacts": (f"case-{waiting.number.lower()}", closed.name),
        f"artifacts/key/case-{waiting.number.lower()}": (waiting.name,),
        f"artifacts/artifact/{waiting.artifact}": ("经过", "计时器", "派遣理由"),
        f"runs/flow-run/{waiting.run}": (waiting.name, "Parked: AwaitingCompletion"),
        f"runs/flow-run/{waiting.run}?tab=Details": ("cat:municipal",),
        f"runs/flow-run/{closed.run}": (closed.name, "Finished in state Completed()"),
        "runs?tab=task-runs": ("受理 accept", "派遣 dispatch", "归档 archive"),
    }
    for ui, base in UIS.items():
        for path, expected in menu.items():
            pages[f"{ui} {kind_of(path, waiting, closed)}"] = browser.show(f"{prefect}{base}/{path}", *expected)
    changes = '/v2/events?events=["rongetong.petition.changed"]'
    pages["newer events"] = browser.show(f"{prefect}{changes}", waiting.number, "归档")
    pages["older events"] = browser.show(f"{prefect}/events?resource=rongetong.petition", waiting.name, "归档")
    for tab, shown in {"TaskRuns": "归档 archive", "Artifacts": f"case-{closed.number.lower()}"}.items():
        pages[f"newer closed {tab}"] = browser.show(f"{prefect}/v2/runs/flow-run/{closed.run}?tab={tab}", shown)
    return pages


def kind_of(path: str, waiting: Case, closed: Case) -> str:
    """The path without what differs from one run of the tests to the next."""
    for known, kind in ((waiting.run, "waiting"), (closed.run, "closed"), (waiting.artifact, "case file")):
        path = path.replace(known, kind)
    return path.replace(f"case-{waiting.number.lower()}", "case").rpartition("/")[2]


def test_no_page_loads_anything_from_a_foreign_host(seen: Seen) -> None:
    assert {urlsplit(address).netloc for address in seen.asked} == seen.ours
    assert len(seen.asked) > 10 * len(seen.pages), "an empty record proves nothing"


def test_nothing_personal_is_shown_to_operators(seen: Seen) -> None:
    shown = {name: page.text + page.html for name, page in seen.pages.items()}
    assert [
        (name, word) for name, all_ in shown.items() for word in (NAME, CONTACT, WORDS, REPLY) if word in all_
    ] == []


@pytest.mark.parametrize("ui", UIS)
def test_the_list_of_runs_reads_as_the_cases(seen: Seen, ui: str) -> None:
    text = seen.pages[f"{ui} runs"].text
    assert re.search(rf"{seen.waiting.number} · 办理中 · 区市政园林服务中心 · due \d\d-\d\d", text)
    assert f"{seen.closed.number} · 已归档" in text
    assert {"stage:in_hand", "stage:archived"} <= set(text.split())


@pytest.mark.parametrize("ui", UIS)
def test_a_run_carries_its_tags(seen: Seen, ui: str) -> None:
    shown = set(seen.pages[f"{ui} waiting?tab=Details"].text.split())
    wanted = {"stage:in_hand", "card:yellow", "unit:municipal-parks", "town:wenhualu-street", "cat:municipal"}
    assert wanted - shown == set()


@pytest.mark.parametrize("ui", UIS)
def test_a_run_that_waits_shows_no_failure_and_says_where_its_case_file_is(seen: Seen, ui: str) -> None:
    page = seen.pages[f"{ui} waiting"]
    assert "AwaitingCompletion" in page.text
    assert set(STATES.findall(page.html)) == {"scheduled"}
    assert "ERROR" not in page.text
    assert f"Artifacts / case-{seen.waiting.number.lower()}" in page.text


@pytest.mark.parametrize("ui", UIS)
def test_no_run_of_a_healthy_system_shows_a_failure(seen: Seen, ui: str) -> None:
    assert set(STATES.findall(seen.pages[f"{ui} runs"].html)) & {"failed", "crashed", "cancelled"} == set()
    assert "ERROR" not in seen.pages[f"{ui} closed"].text


def test_the_steps_of_a_closed_case_are_named_task_runs(seen: Seen) -> None:
    steps = seen.pages["newer closed TaskRuns"].text
    assert [name for name in ("受理 accept", "派遣 dispatch", "归档 archive") if name not in steps] == []
    assert seen.closed.name in seen.pages["newer closed Artifacts"].text


@pytest.mark.parametrize("ui", UIS)
def test_the_case_file_shows_timeline_timers_and_why(seen: Seen, ui: str) -> None:
    text = seen.pages[f"{ui} case file"].text
    for title in ("经过", "计时器", "到期时间的由来", "派遣理由"):
        assert title in text
    for found in (
        r"4\s.*签收\s+办理中\s+区市政园林服务中心",
        r"办理时限\s.*进行中",
        r"得分\d.*出现“路灯不亮”",
        r"签收时限\s.*已取消",
    ):
        assert re.search(found, text), found
    assert re.search(r"起算，期限5个工作日", text)


@pytest.mark.parametrize("ui", UIS)
def test_every_change_of_a_case_is_an_event_that_says_what_changed(seen: Seen, ui: str) -> None:
    text = seen.pages[f"{ui} events"].text
    assert text.count("rongetong.petition.changed\n") >= len(CHANGES)
    assert [change for change in CHANGES if f"\n{change}\n" not in text] == []
