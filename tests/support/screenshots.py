"""`make screenshots`: writes docs/screenshots/ anew from the pages in Chromium, at one moment that never passes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pendulum
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page
from sqlalchemy import select

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.administration import COMMAND_LINE
from domain.media import PublicationKind
from domain.stages import Trigger
from domain.units import UnitKind
from gateways.geography_example import write_example
from gateways.geography_files import load_geography
from models.evidence import CompletionEvidence
from models.media_answers import ProposalIn
from models.tables import Petition, Visit
from services import decisions, geographies, handling, ladder, media, policy_changes, publications, surroundings
from services.context import Context
from services.ledger import move
from services.transactions import transaction
from settings import PROJECT_ROOT
from tests.support import ledgers, steps
from tests.support.browser import chromium_of
from tests.support.context import POLICY_DIR, a_kept_context, shipped_policy
from tests.support.files import a_photo
from tests.support.pages import GOOD_PASSWORD, Visitor, signed_in
from tests.support.served import served

FOLDER = PROJECT_ROOT / "docs" / "screenshots"
PHONE, WIDE = (390, 760), (1200, 820)
COLOURS = 96
LAMPS = "广济路路灯不亮，夜间通行不便"
PLACE = "广济路"
REPORTED = ("路灯不亮", "井盖松动有响声", "自来水浑浊发黄", "垃圾没人清运", "道路积水", "公交站牌损坏")
UNSURE = "门口路灯不亮，垃圾清运不及时"
_NO_FONT = "截图需要中文字体。Debian/Ubuntu：apt-get install fonts-wqy-microhei\nA Chinese font is needed."


def main() -> int:
    """Write every picture; the exit code."""
    fonts = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    if not fonts.stdout.strip():
        sys.stderr.write(f"{_NO_FONT}\n")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch, clock.use(clock.StoryClock(_MORNING)):
        url = f"sqlite:///{Path(scratch) / 'ledger.db'}"
        ledgers.create_tables(url)
        context = a_kept_context(ledgers.engine_of(url), policy_dir=POLICY_DIR)
        prepare(context)
        with served(context) as site, chromium_of() as browser:
            everybodys(browser, site)
            at_work(browser, site, context)
            administering(browser, site, context)
            in_public(browser, site, context)
            in_review(browser, site, context)
            at_the_top(browser, site, context, Path(scratch) / "geography")
    for path in sorted(FOLDER.glob("*.png")):
        Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)
        sys.stdout.write(f"{path.relative_to(PROJECT_ROOT)} {path.stat().st_size // 1024} KiB\n")
    return 0


_DESK = Actor(Role.DESK, name="专席乙")
_MORNING = pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI)


def prepare(context: Context) -> None:
    """Petitions on their way, and two people who work on them."""
    for text in ("文化路街道建设路井盖松动，车过有响声", "君山路路灯整夜不亮，请修理", UNSURE):
        Visitor(context).report(text)
    settle(context)
    signed_in(Visitor(context), Role.UNIT, "municipal-parks", name="园林甲")
    signed_in(Visitor(context), Role.DESK, name="专席乙")


def settle(context: Context) -> None:
    """Let the platform take every step that is due."""
    with context.readers() as session:
        found = session.scalars(select(Petition.id)).all()
    for petition_id in found:
        steps.settle(context, petition_id)


def opened(browser: Browser, site: str, size: tuple[int, int]) -> Page:
    """A tab of a browser of its own."""
    width, height = size
    return browser.new_context(viewport={"width": width, "height": height}, base_url=site, locale="zh-CN").new_page()


def take(tab: Page, name: str) -> None:
    """The picture of what is seen now."""
    tab.screenshot(path=FOLDER / f"{name}.png")


def everybodys(browser: Browser, site: str) -> None:
    """What petitioners see on their telephones."""
    tab = opened(browser, site, PHONE)
    tab.goto("/")
    tab.get_by_label("什么事").fill(LAMPS)
    tab.get_by_label("照片").set_input_files([FilePayload(name="灯杆.jpg", mimeType="image/jpeg", buffer=a_photo())])
    tab.get_by_role("button", name="去掉 灯杆.jpg").wait_for()
    tab.get_by_label("在哪里").fill(PLACE)
    tab.evaluate("scrollTo(0, 0)")
    take(tab, "report")
    tab.get_by_role("button", name="提交").click()
    tab.get_by_role("heading", name="您的查询码").wait_for()
    take(tab, "receipt")
    tab.get_by_role("link", name="看进度").click()
    tab.get_by_role("heading", name="办理经过").wait_for()


def at_work(browser: Browser, site: str, context: Context) -> None:
    """The case at its unit, on the telephone of whoever reported it, and what the desk chooses from."""
    settle(context)
    other = opened(browser, site, PHONE)
    other.goto("/")
    other.get_by_label("什么事").fill("广济路的路灯一直不亮，请尽快修理")
    other.get_by_label("在哪里").fill(PLACE)
    other.get_by_role("button", name="提交").click()
    other.get_by_role("heading", name="是不是这件？").wait_for()
    take(other, "same")
    other.get_by_role("button", name="是这件").click()
    other.get_by_role("link", name="看进度").click()
    other.get_by_text("这个时间是怎么算出来的").click()
    take(other, "progress")
    unit = opened(browser, site, WIDE)
    sign_in(unit, "园林甲")
    unit.locator("[data-clock] summary").first.click()
    take(unit, "queue")
    desk = opened(browser, site, WIDE)
    sign_in(desk, "专席乙")
    desk.locator(".queue h2 a").first.click()
    desk.get_by_role("heading", name="派给谁？").wait_for()
    take(desk, "dispatch")
    desk.keyboard.press("?")
    desk.get_by_role("dialog", name="按键").wait_for()
    take(desk, "keys")


def administering(browser: Browser, site: str, context: Context) -> None:
    """Who may sign in, and what a changed rule would change."""
    signed_in(Visitor(context), Role.OPERATOR, name="运维丙")
    tab = opened(browser, site, WIDE)
    sign_in(tab, "运维丙")
    tab.goto("/administration/accounts")
    take(tab, "accounts")
    text = (POLICY_DIR / "ladder.yaml").read_text("utf-8")
    changed = re.sub(r"(?m)(^return_limit:\n  value: )\d+", r"\g<1>4", text, count=1)
    number = policy_changes.upload(
        context, COMMAND_LINE, [("ladder.yaml", changed.encode())], whole=False, reason="退单放宽一次"
    )
    tab.goto(f"/administration/policy/changes/{number}")
    take(tab, "policy-change")


def at_the_top(browser: Browser, site: str, context: Context, folder: Path) -> None:
    """The dashboard, the map of a made-up geography in the real outline, and the wall."""
    towns = {unit.code: unit.name for unit in shipped_policy().units if unit.kind is UnitKind.TOWN}
    write_example(POLICY_DIR / "geography" / "district.geojson", towns, folder)
    data = load_geography(folder, towns, None)
    with context.sessions.begin() as session:
        geographies.put_in_force(session, data, Actor(Role.OPERATOR, name="screenshots"))
    for number, (words, point) in enumerate(zip(REPORTED * 4, data.points[:: len(data.points) // 24], strict=False)):
        where = {"longitude": str(point.position.longitude), "latitude": str(point.position.latitude)}
        Visitor(context).report(f"{point.name}处{words}，第{number + 1}次反映", **where)
    settle(context)
    signed_in(Visitor(context), Role.LEADER, name="区领导丙")
    story = clock.StoryClock(_MORNING.add(days=4))
    with clock.use(story):
        settle(context)
        leader = opened(browser, site, WIDE)
        sign_in(leader, "区领导丙")
        for name, address in (("dashboard", "/overview"), ("map", "/map?figure=registered"), ("wall", "/wall")):
            leader.set_viewport_size({"width": WIDE[0], "height": 675 if name == "wall" else WIDE[1]})
            leader.goto(address)
            leader.wait_for_timeout(1500)  # plots grow into their place
            take(leader, name)
        in_its_place(browser, site, context)
        before_the_leaders(leader, context)


def in_its_place(browser: Browser, site: str, context: Context) -> None:
    """A case at the desk with what is going on around it."""
    with context.readers() as session:
        found = session.scalars(
            select(Petition.id).where(Petition.longitude.is_not(None), Petition.wake_at.is_not(None))
        ).all()
    actor = Actor(Role.DESK, name="专席乙")
    around = {case: surroundings.surroundings(context, case, actor) for case in sorted(found)}
    case = max(around, key=lambda each: len(place.near) if (place := around[each]) else 0)
    desk = opened(browser, site, WIDE)
    sign_in(desk, "专席乙")
    desk.goto(f"/cases/{case}#place")
    desk.locator("svg.place").scroll_into_view_if_needed()
    take(desk, "place")
    for text in ("文化路街道广济路路灯不亮，晚上出行不安全", "文化路街道广济路的路灯一直不亮，请尽快修理"):
        Visitor(context).report(text, place=PLACE)
    settle(context)
    desk.goto("/desk/same")
    take(desk, "pairs")


def before_the_leaders(tab: Page, context: Context) -> None:
    """What the experts handed up, on the page on which it is decided."""
    with context.readers() as session:
        case = session.scalars(select(Petition).where(Petition.text == UNSURE)).one()
    expert = Actor(Role.REVIEWER, name="专家戊")
    ladder.propose_second_review(context, case.id, expert, "楼院产权不清，超出各部门权限，请领导小组决定")
    tab.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    tab.goto(f"/decisions/{case.id}")
    take(tab, "decision")


def in_public(browser: Browser, site: str, context: Context) -> None:
    """What whoever decides sees of an exposure, what was taken out marked; and what everybody reads."""
    outlet, at_unit = Actor(Role.MEDIA, "shizhong-yunbao", "记者丁"), Actor(Role.UNIT, "municipal-parks", "园林甲")
    lamps, cover = "君山路路灯整夜不亮，请修理", "文化路街道建设路井盖松动，车过有响声"
    with context.readers() as session:
        found = {row.text: (row.id, row.case_number) for row in session.scalars(select(Petition))}
    with transaction(context) as tx:
        move(tx, tx.lock(found[lamps][0]), Trigger.SHOW_RED_CARD, PLATFORM)
    media.track(context, found[lamps][0], _DESK, outlet="shizhong-yunbao", reason="群众关注度高")
    text = "灯坏了多日，读者王先生来电13800001234催问。"
    asked = ProposalIn(
        case_number=found[lamps][1], kind=PublicationKind.EXPOSURE, title="君山路路灯久拖未修", text=text
    )
    exposed = publications.propose(context, outlet, asked)
    publications.reply(context, exposed.id, at_unit, text="电缆到货延误，今日已修复，向市民致歉。")
    asked = ProposalIn(case_number=found[cover][1], kind=PublicationKind.PROCESS, title="建设路井盖当日归位", text="")
    told = publications.propose(context, _DESK, asked)
    publications.publish(context, told.id, _DESK, reason="同意")
    signed_in(Visitor(context), Role.INSPECTOR, name="督查丙")
    tab = opened(browser, site, WIDE)
    sign_in(tab, "督查丙")
    tab.goto(f"/press/items/{exposed.id}")
    take(tab, "exposure")
    everybody = opened(browser, site, PHONE)
    everybody.goto("/published")
    take(everybody, "published")


def in_review(browser: Browser, site: str, context: Context) -> None:
    """A case from the experts' agenda through their meeting to the telephone of who asks about it."""
    with context.readers() as session:
        found = {row.text: (row.id, row.case_number) for row in session.scalars(select(Petition))}
    lamps, cover = found["君山路路灯整夜不亮，请修理"], found["文化路街道建设路井盖松动，车过有响声"]
    ladder.refer_to_first_review(context, lamps[0], _DESK, "涉及市政园林、住建两家，请会商")
    signed_in(Visitor(context), Role.REVIEWER, name="专家戊")
    expert = opened(browser, site, WIDE)
    sign_in(expert, "专家戊")
    expert.goto("/review")
    take(expert, "agenda")
    expert.get_by_text("召集会议").click()
    expert.get_by_label("会议名称").fill("君山路照明专题研判")
    expert.get_by_label("时间").fill("2026-03-02T10:00")
    expert.get_by_label("主持").select_option("expert-housing")
    expert.get_by_label(lamps[1]).check()
    expert.get_by_role("button", name="召集并通知").click()
    expert.get_by_text("登记到会").first.click()
    for box in expert.get_by_role("group", name="到会成员").get_by_role("checkbox").all()[:5]:
        box.check()
    expert.get_by_role("button", name="登记到会").click()
    expert.get_by_text(f"议定 {lamps[1]}").click()
    expert.get_by_label("交办", exact=True).check()
    expert.get_by_text("主办（交办的填写）").click()
    expert.get_by_label("主办单位").select_option("municipal-parks")
    expert.get_by_label("主办任务").fill("更换线缆，恢复照明")
    expert.locator("[name='lead.term.amount']").fill("3")
    expert.get_by_label("理由或依据").fill("竣工后由养护单位负责，住建移交资料")
    expert.get_by_role("button", name="记下这件的决定").click()
    expert.get_by_text("已议定").wait_for()
    take(expert, "meeting")
    ladder.open_supervision(context, cover[0], Actor(Role.INSPECTOR, name="督查丙"), "群众反映集中，提级核查")
    inspector = opened(browser, site, WIDE)
    sign_in(inspector, "督查丙")
    inspector.goto(f"/inspect/dossiers/{cover[0]}")
    take(inspector, "dossier")
    asked_about(browser, site, context, lamps[0])


def asked_about(browser: Browser, site: str, context: Context, petition_id: str) -> None:
    """What has been in a review is visited in any case: the call, on the officer's telephone."""
    at_unit = Actor(Role.UNIT, "municipal-parks", "园林甲")
    evidence = CompletionEvidence(
        is_true=True,
        contacted=False,
        not_contacted_reason="匿名反映，未留联系方式",
        solved=True,
        internal_account="更换线缆二百米、灯具七盏",
        public_reply="君山路路灯已全部恢复照明，感谢您的监督。",
    )
    handling.sign(context, petition_id, at_unit)
    handling.submit_completion(context, petition_id, at_unit, evidence)
    decisions.decide_completion(context, petition_id, _DESK, approved=True, reason="佐证齐全")
    with context.readers() as session:
        visit = session.scalars(select(Visit).where(Visit.petition_id == petition_id)).one()
        seat = context.rules.active(session).visits.seat(visit.officer)
    assert seat is not None
    signed_in(Visitor(context), Role.FOLLOW_UP, seat.unit, name="信息员己")
    tab = opened(browser, site, PHONE)
    sign_in(tab, "信息员己")
    tab.goto(f"/calls/{visit.id}")
    take(tab, "call")


def sign_in(tab: Page, name: str) -> None:
    """Through the form, to the queue."""
    tab.goto("/sign-in")
    tab.get_by_label("账号").fill(name)
    tab.get_by_label("密码").fill(GOOD_PASSWORD)
    tab.get_by_role("button", name="登录").click()
    tab.get_by_role("heading", name="待办").wait_for()


if __name__ == "__main__":
    sys.exit(main())
