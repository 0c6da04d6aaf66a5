"""A petitioner's telephone in a real browser: photos, the point, a forgotten code, and news after a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from domain.actions import Actor, Role
from models.tables import Attachment, Petition
from services import decisions, geographies, handling
from services.context import Context
from tests.support import ledgers, steps
from tests.support.browser import arrived, becomes, chromium_of, faults_of, tab_in
from tests.support.context import a_context
from tests.support.files import a_photo
from tests.support.geographies import FAR_AWAY, IN_THE_WEST, geography
from tests.support.ports import free_port
from tests.support.served import served
from tests.web.test_follow import DESK, EVIDENCE, UNIT

pytestmark = pytest.mark.slow

PHONE = {"width": 360, "height": 740}
LAMPS = "文化路街道广济路路灯不亮，晚上出行不安全"
PLACE = "文化路街道广济路"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledgers.create_tables(url)
    made = a_context(ledgers.engine_of(url))
    with made.sessions.begin() as session:
        geographies.put_in_force(session, geography(), Actor(Role.OPERATOR, name="测试运维"))
    return made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with chromium_of() as found:
        yield found


def telephone(chromium: Browser, site: str, *, scripts: bool = True, permissions: tuple[str, ...] = ()) -> Page:
    """A tab of a telephone that fails the test when a script of ours fails or one of a petition runs."""
    tab = tab_in(
        chromium,
        site,
        PHONE,
        java_script_enabled=scripts,
        has_touch=True,
        geolocation={"longitude": IN_THE_WEST.longitude, "latitude": IN_THE_WEST.latitude, "accuracy": 24},
        permissions=list(permissions),
    )
    tab.on("dialog", lambda dialog: pytest.fail(f"a script of a petition ran: {dialog.message}"))
    tab.on("pageerror", lambda error: pytest.fail(f"a script of ours failed: {error}"))
    return tab


_SMALL = """() => [...document.querySelectorAll("main :is(button, input, textarea, select, summary, label.pick)")]
  .filter((item) => item.checkVisibility() && !item.matches(".unseen, [type=checkbox], [type=radio]"))
  .map((item) => [item.outerHTML.slice(0, 80), item.getBoundingClientRect()])
  .filter(([, box]) => box.height < 44 || box.width < 44)
  .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""


def too_small(tab: Page) -> list[str]:
    """What is to be pressed and smaller than a finger: 44 pixels. Boxes are pressed by their labels."""
    return list(tab.evaluate(_SMALL))


def photo(name: str, seed: int, size: tuple[int, int] = (320, 200)) -> FilePayload:
    return FilePayload(name=name, mimeType="image/jpeg", buffer=a_photo(seed, size=size))


def noise(name: str) -> FilePayload:
    """A photo as a telephone takes it: twelve megapixels, of several megabytes."""
    out = BytesIO()
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(out, "JPEG", quality=90)
    return FilePayload(name=name, mimeType="image/jpeg", buffer=out.getvalue())


def kept(context: Context) -> list[Attachment]:
    with context.readers() as session:
        return list(session.scalars(sa.select(Attachment).order_by(Attachment.name)))


def complete(context: Context, petition_id: str) -> None:
    """What the unit and the desk do until the petitioner is asked."""
    handling.sign(context, petition_id, UNIT)
    handling.submit_completion(context, petition_id, UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason="答复完整")
    steps.settle(context, petition_id)


def set_offline(tab: Page, offline: bool) -> None:
    """Take the network away or give it back, and wait until the page knows: it is told a little later."""
    tab.context.set_offline(offline)
    becomes(tab, "told of its network", lambda: tab.evaluate("navigator.onLine") is not offline)


def settle(context: Context) -> Petition:
    with context.readers() as session:
        case = session.scalars(sa.select(Petition)).one()
    steps.settle(context, case.id)
    return case


def test_photos_are_listed_taken_away_and_made_smaller_before_they_are_sent(
    chromium: Browser, context: Context
) -> None:
    with served(context) as site:
        tab = telephone(chromium, site)
        tab.goto("/")
        large = noise("现场.jpg")
        picker, listed = tab.get_by_label("照片"), tab.locator("[data-chosen] li")
        picker.set_input_files([photo("灯一.jpg", 1), photo("灯二.jpg", 2)])
        picker.set_input_files([large])
        expect(listed).to_have_count(3)
        tab.get_by_role("button", name="去掉 灯二.jpg").click()
        expect(listed).to_have_count(2)
        expect(listed.locator("canvas")).to_have_count(2)
        expect(tab.get_by_text(re.compile(r"已选2个，共[\d.]+ MB"))).to_be_visible()
        expect(listed.filter(has_text="正在缩小")).to_have_count(0)
        smaller = tab.evaluate("[...document.getElementById('photos').files].map((file) => file.size)")
        assert sum(smaller) < len(large["buffer"])
        assert faults_of(tab) == []
        assert too_small(tab) == []
        # One thing is wrong, so the form comes back: with both photos, and the keyboard at what is wrong.
        tab.get_by_label("什么事").fill("灯")
        tab.get_by_role("button", name="提交").click()
        expect(tab.locator(".problem[data-focus]")).to_be_focused()
        tab.get_by_role("link", name=re.compile("什么事")).click()
        expect(tab.get_by_label("什么事")).to_be_focused()
        expect(tab.get_by_role("group", name="已收下的照片和材料").get_by_role("checkbox")).to_have_count(2)
        assert faults_of(tab) == []
        assert too_small(tab) == []
        # Nothing leaves for a page of the browser's own while there is no network.
        set_offline(tab, True)
        tab.get_by_label("什么事").fill(f"{LAMPS}{'。' * 5000}")
        expect(tab.get_by_text("请删去20个")).to_be_visible()
        tab.get_by_label("什么事").fill(LAMPS)
        expect(tab.get_by_text("请删去20个")).to_be_hidden()
        tab.get_by_role("button", name="提交").click()
        expect(tab.get_by_role("alert").filter(has_text="现在没有网络")).to_be_visible()
        set_offline(tab, False)
        tab.get_by_role("button", name="提交").dblclick()
        arrived(tab.get_by_role("heading", name="您的查询码"))
        assert faults_of(tab) == []
    assert [row.name for row in kept(context)] == ["灯一.jpg", "现场.jpg"]
    assert max(row.width or 0 for row in kept(context)) == 2560


def test_a_form_sent_at_once_waits_until_its_photo_is_small(chromium: Browser, context: Context) -> None:
    with served(context) as site:
        tab = telephone(chromium, site)
        tab.goto("/")
        large = noise("现场.jpg")
        tab.get_by_label("什么事").fill(LAMPS)
        # Pressed by the script that chooses: the photo cannot be ready by then.
        tab.evaluate(
            """() => {
              const photos = document.getElementById("photos");
              photos.form.addEventListener("formdata", ({ formData }) => {
                sessionStorage.sent = formData.get("photos").size;
              });
              photos.addEventListener("change", () => {
                setTimeout(() => photos.form.querySelector("button:not([type=button])").click(), 0);
              }, { once: true });
            }"""
        )
        tab.get_by_label("照片").set_input_files([large])
        arrived(tab.get_by_role("heading", name="您的查询码"))
        assert 0 < int(tab.evaluate("sessionStorage.sent")) < len(large["buffer"])
    assert len(kept(context)) == 1


def test_a_file_that_is_deleted_after_it_was_chosen_is_named_and_no_word_is_lost(
    chromium: Browser, context: Context, tmp_path: Path
) -> None:
    chosen = tmp_path / "灯.jpg"
    chosen.write_bytes(a_photo(1))
    with served(context) as site:
        tab = telephone(chromium, site)
        tab.goto("/")
        tab.get_by_label("什么事").fill(LAMPS)
        photos = tab.get_by_label("照片")
        photos.set_input_files(chosen)
        expect(tab.get_by_text(re.compile("已选1个"))).to_be_visible()
        chosen.unlink()
        tab.get_by_role("button", name="提交").click()
        expect(photos).to_have_js_property(
            "validationMessage", "“灯.jpg”已删除或改动，读不出来，还没有提交。请重新选择，您写的都在"
        )
        expect(tab.get_by_label("什么事")).to_have_value(LAMPS)
        tab.get_by_role("button", name="去掉 灯.jpg").click()
        photos.set_input_files([photo("又拍.jpg", 2)])
        expect(tab.get_by_text(re.compile("已选1个"))).to_be_visible()
        tab.get_by_role("button", name="提交").click()
        arrived(tab.get_by_role("heading", name="您的查询码"))
    assert [item.name for item in kept(context)] == ["又拍.jpg"]


def test_the_point_is_found_refused_picked_and_kept(chromium: Browser, context: Context) -> None:
    with served(context) as site:
        shy = telephone(chromium, site)
        shy.goto("/")
        shy.get_by_role("button", name="用手机定位").click()
        expect(shy.locator("[data-where]")).to_contain_text("没有获准使用位置")
        tab = telephone(chromium, site, permissions=("geolocation",))
        tab.goto("/")
        tab.get_by_role("button", name="用手机定位").click()
        expect(tab.locator("[data-where]")).to_have_text("已带上当前位置：矿区街道，矿区一格，误差约24米")
        tab.get_by_role("button", name="提交").click()
        arrived(tab.get_by_role("alert"))
        expect(tab.locator("[data-where]")).to_have_text("已带上位置：矿区街道，矿区一格")
        tab.get_by_role("button", name="在地图上点选").click()
        pin = tab.locator("svg .pin")
        expect(pin).to_be_visible()
        tab.locator("svg.area").click(position={"x": 200, "y": 100})
        expect(tab.locator("[data-where]")).to_contain_text("已选定：")
        assert faults_of(tab) == []
        assert too_small(tab) == []
        tab.get_by_label("不用这个位置").click()
        expect(pin).to_be_hidden()
        expect(tab.locator("[name=longitude]")).to_have_value("")
        tab.context.set_geolocation({"longitude": FAR_AWAY.longitude, "latitude": FAR_AWAY.latitude})
        tab.get_by_role("button", name="用手机定位").click()
        expect(tab.locator("[data-where]")).to_contain_text("不在本区范围内")
        expect(tab.locator("[name=longitude]")).to_have_value("")


def shown_width(drawn: Locator) -> float:
    """How much of the map is shown, from left to right, in its own measure."""
    return float((drawn.get_attribute("viewBox") or "").split()[2])


def pinch(tab: Page, x: float, y: float) -> None:
    """Two fingers that move apart, from 60 to 180 pixels."""
    fingers = tab.context.new_cdp_session(tab)

    def touch(kind: str, *points: float) -> None:
        at = [{"x": point, "y": y, "id": number} for number, point in enumerate(points)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})

    touch("touchStart", x - 30)
    touch("touchStart", x - 30, x + 30)
    for half in range(40, 100, 10):
        touch("touchMove", x - half, x + half)
    touch("touchEnd")


def test_two_fingers_look_nearer_and_pick_nothing(chromium: Browser, context: Context) -> None:
    with served(context) as site:
        tab = telephone(chromium, site)
        tab.goto("/")
        tab.get_by_role("button", name="在地图上点选").click()
        drawn = tab.locator("svg.area")
        tab.get_by_text("先放大，再点在发生的地方").wait_for()
        drawn.scroll_into_view_if_needed()
        whole, box = shown_width(drawn), drawn.bounding_box()
        assert box
        pinch(tab, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        becomes(tab, "nearer", lambda: shown_width(drawn) == pytest.approx(whole / 3, rel=0.1))
        assert tab.locator("[name=longitude]").input_value() == ""


def test_everything_is_done_without_scripts(chromium: Browser, context: Context) -> None:
    with served(context) as site:
        tab = telephone(chromium, site, scripts=False)
        tab.goto("/")
        tab.get_by_label("什么事").fill(LAMPS)
        tab.get_by_label("照片").set_input_files([photo("灯.jpg", 1)])
        tab.get_by_role("button", name="在地图上点选").click()
        for _ in range(3):
            tab.locator("input[type=image]").click(position={"x": 150, "y": 150})
        tab.get_by_role("button", name="用这个位置").click()
        expect(tab.get_by_text("已带上位置：")).to_be_visible()
        # Whoever presses Enter in a line submits and is not asked for the map again.
        tab.get_by_label("在哪里").fill(PLACE)
        tab.get_by_label("在哪里").press("Enter")
        tab.get_by_role("heading", name="您的查询码").wait_for()
        tab.get_by_role("link", name="看进度").click()
        expect(tab.get_by_role("img", name="诉求材料：灯.jpg")).to_be_visible()
        case = settle(context)
    assert case.longitude is not None
    assert [row.name for row in kept(context)] == ["灯.jpg"]


def test_a_code_that_the_telephone_was_told_to_remember_opens_the_case(chromium: Browser, context: Context) -> None:
    with served(context) as site:
        tab = telephone(chromium, site)
        tab.goto("/follow")
        expect(tab.get_by_role("heading", name="这台手机记着的")).to_be_hidden()
        tab.goto("/")
        tab.get_by_label("什么事").fill(LAMPS)
        tab.get_by_role("button", name="提交").click()
        arrived(tab.get_by_role("button", name="记在这台手机上"))
        assert tab.evaluate("localStorage.length") == 0, "nothing is kept unasked"
        tab.get_by_role("button", name="记在这台手机上").click()
        expect(tab.get_by_text("已记下")).to_be_visible()
        settle(context)
        tab.context.clear_cookies()
        tab.goto("/follow")
        assert faults_of(tab) == []
        tab.get_by_role("button", name=re.compile("^打开 SZ-")).click()
        expect(tab.get_by_text("已派给区市政园林服务中心，等它签收")).to_be_visible()
        assert faults_of(tab) == []
        assert too_small(tab) == []
        tab.get_by_role("button", name="看完了，让这台设备忘掉查询码").click()
        expect(tab.get_by_role("heading", name="这台手机记着的")).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_it_is_rated_with_a_reason_and_asked_for_once_more(chromium: Browser, context: Context, scripts: bool) -> None:
    with served(context) as site:
        tab = telephone(chromium, site, scripts=scripts)
        tab.goto("/")
        tab.get_by_label("什么事").fill(LAMPS)
        tab.get_by_role("button", name="提交").click()
        tab.get_by_role("link", name="看进度").click()
        arrived(tab.get_by_role("heading", name="办理经过"))
        case = settle(context)
        complete(context, case.id)
        tab.goto(tab.url)
        tab.get_by_role("link", name="去评价").click()
        tab.get_by_role("button", name="提交评价").click()
        arrived(tab.get_by_role("alert"))
        why = tab.get_by_role("group", name="不满意的原因")
        expect(why).to_be_visible(visible=not scripts)
        tab.get_by_role("group", name="您的评价").get_by_label("不满意", exact=True).check()
        expect(why).to_be_visible()
        tab.get_by_role("group", name="您的评价").get_by_label("基本满意", exact=True).check()
        expect(why).to_be_visible(visible=not scripts)
        tab.get_by_role("button", name="提交评价").click()
        expect(tab.get_by_text("已收到您的评价")).to_be_visible()
        settle(context)
        tab.goto(tab.url)
        tab.get_by_role("link", name="问题还在？").click()
        if not scripts:
            tab.get_by_text("问题还在，要求再次办理").click()
        tab.get_by_label("其他").check()
        tab.get_by_role("button", name="要求再次办理").click()
        arrived(tab.get_by_role("alert"))
        tab.get_by_label("具体情况").fill("修好两天又灭了")
        tab.get_by_role("button", name="要求再次办理").click()
        expect(tab.get_by_text("已重新打开")).to_be_visible()
        expect(tab.get_by_role("heading", name="待派遣")).to_be_visible()


def test_news_come_again_after_the_server_was_started_anew(chromium: Browser, context: Context) -> None:
    """The browser comes back by itself, and what happened meanwhile and what happens later is seen without a press."""
    port = free_port()
    with served(context, port) as site:
        tab = telephone(chromium, site)
        tab.goto("/")
        tab.get_by_label("什么事").fill(LAMPS)
        tab.get_by_role("button", name="提交").click()
        arrived(tab.get_by_role("heading", name="您的查询码"))
        case = settle(context)
        with tab.expect_response(re.compile("/live")):  # it listens: before that it has nothing to come back to
            tab.get_by_role("link", name="看进度").click()
        arrived(tab.get_by_role("heading", name="待签收"))
        tab.evaluate("window.sameTab = true")
    handling.sign(context, case.id, UNIT)
    with served(context, port):
        tab.get_by_role("heading", name="办理中").wait_for()
        handling.request_extension(context, case.id, UNIT, amount=1, reason="等配件")
        tab.get_by_role("heading", name="延期待定").wait_for()
        assert tab.evaluate("window.sameTab"), "the page was never loaded anew"
        # What came with the news is as ready as what was there before.
        tab.get_by_text("添加照片或材料").click()
        tab.get_by_label("照片").set_input_files([photo("灯.jpg", 1)])
        expect(tab.get_by_role("button", name="去掉 灯.jpg")).to_be_visible()
