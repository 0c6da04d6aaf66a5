"""One whole life through the pages alone, on a story's clock: from a telephone to the inspectors' disposition.

`python -m tests.browser.whole_life FACTS` lives it against servers of its own and writes what happened to FACTS, as
JSON; `test_whole_life` starts it with the environment it needs. Nothing is done here but what a person does in a
browser; deadlines are fired by Prefect.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pendulum import DateTime
from playwright.sync_api import Browser, Page
from sqlalchemy import select

import clock
from domain.actions import Role
from models.tables import Petition
from services.accounts import create_account
from services.context import Context
from settings import get_settings
from stories.playing import staged
from stories.telling import Scene, Story, Teller, on
from stories.timeline import facts_for_machines
from tests.support.browser import arrived, chromium_of, opened, tab_in
from tests.support.served import served

WAGES = "工地拖欠工资三个月，要求支付"
REPLY = "拖欠的工资已足额支付到位，感谢您的监督。"
ANSWER = "人员调整期间交接疏漏，已整改"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


@dataclass
class Life:
    """The browsers of everybody, and what their pages said on the way."""

    browser: Browser
    site: str
    context: Context
    petitioner: Page | None = None
    seen: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def somebody(self, viewport: dict[str, int]) -> Iterator[Page]:
        tab = tab_in(self.browser, self.site, viewport)
        yield tab
        tab.context.close()

    @contextmanager
    def at_the_case(
        self, name: str, role: Role, unit: str | None = None, viewport: dict[str, int] = DESK
    ) -> Iterator[Page]:
        """Somebody's first sign-in, and the case out of their queue."""
        password = create_account(self.context, name, role, unit)
        with self.somebody(viewport) as tab:
            tab.goto("/tasks")
            tab.get_by_label("账号").fill(name)
            tab.get_by_label("密码").fill(password)
            tab.get_by_role("button", name="登录").click()
            tab.get_by_label("现在的密码").fill(password)
            tab.get_by_label("新密码").fill(f"{role.value}, three months")
            tab.get_by_role("button", name="修改密码").click()
            tab.get_by_text("密码已改").wait_for()
            tab.get_by_role("link", name="待办").click()
            tab.get_by_role("link", name=re.compile("^SZ-")).first.click()
            arrived(tab.get_by_role("heading", name="诉求内容"))
            self.seen[f"case of {name}"] = tab.inner_text("main")
            yield tab

    @property
    def phone(self) -> Page:
        """The petitioner's, which stays on the progress page all the time and is never reloaded."""
        assert self.petitioner is not None
        return self.petitioner

    def phone_says(self, stage: str) -> Callable[[Teller], None]:
        def look(_: Teller) -> None:
            arrived(self.phone.get_by_role("heading", name=stage))
            self.seen[f"phone: {stage}"] = self.phone.inner_text("main")

        return look

    # What each of them does

    def report(self, teller: Teller) -> None:
        self.phone.goto("/")
        self.phone.get_by_label("什么事").fill(WAGES)
        self.phone.get_by_text("更多选项").click()
        self.phone.get_by_label("是哪种诉求").select_option("complaint")
        self.phone.get_by_role("button", name="提交").click()
        self.phone.get_by_role("heading", name="您的查询码").wait_for()
        self.phone.goto(self.phone.get_by_role("link", name="查询链接").get_attribute("href") or "")
        arrived(self.phone.get_by_role("heading", name="办理经过"))
        with self.context.readers() as session:
            teller.begin(session.scalars(select(Petition)).one())

    def demand(self, _: Teller) -> None:
        with self.at_the_case("督办甲", Role.INSPECTOR) as tab:
            form = opened(tab, "demand_explanation")
            form.get_by_label("要求说明什么").fill("请书面说明逾期未签收、未办理的原因")
            form.get_by_text("说明的期限（不填按规则）").click()
            form.get_by_label(re.compile(r"^期限\s*可不填$")).fill("3")
            form.get_by_role("button").click()
            tab.get_by_text("：已完成").wait_for()

    def explain(self, _: Teller) -> None:
        with self.at_the_case("人社乙", Role.UNIT, "human-resources", PHONE) as tab:
            form = opened(tab, "explain")
            form.get_by_label("说明").fill(ANSWER)
            form.get_by_role("button").click()
            tab.get_by_text("：已完成").wait_for()

    def complete(self, _: Teller) -> None:
        with self.at_the_case("人社丙", Role.UNIT, "human-resources", PHONE) as tab:
            form = opened(tab, "submit_completion")
            for group, answer in (("诉求是否属实", "是"), ("是否已联系诉求人", "否"), ("问题是否解决", "是")):
                form.get_by_role("group", name=group).get_by_label(answer, exact=True).check()
            form.get_by_label("未联系的原因").fill("匿名反映，未留联系方式")
            form.get_by_label("办理情况").fill("约谈用工单位并监督支付")
            form.get_by_label("公开答复").fill(REPLY)
            form.get_by_role("button", name="申请办结").click()
            tab.get_by_text("申请办结：已完成").wait_for()

    def approve(self, _: Teller) -> None:
        with self.at_the_case("专席丁", Role.DESK) as tab:
            form = opened(tab, "approve_completion")
            form.get_by_label("理由").fill("答复完整，凭证齐全")
            form.get_by_role("button").click()
            tab.get_by_text("办结审核通过：已完成").wait_for()

    def dispose(self, _: Teller) -> None:
        with self.at_the_case("督办戊", Role.INSPECTOR) as tab:
            form = opened(tab, "close_supervision")
            form.get_by_label("约谈", exact=True).check()
            form.get_by_label("意见").fill("约谈承办单位分管负责人，完善签收值守")
            form.get_by_role("button").click()
            tab.get_by_text("：已完成").wait_for()

    def rate(self, _: Teller) -> None:
        form = self.phone.locator("#rate")
        form.get_by_label("基本满意", exact=True).check()
        form.get_by_role("button", name="提交评价").click()
        self.phone.get_by_text("已收到您的评价").wait_for()


def live(life: Life) -> Story:
    """The unit stays silent until the inspectors write to it."""

    def at(month: int, day: int, hour: int) -> DateTime:
        return on(month, day, hour)

    return Story(
        name="whole-life",
        title="",
        source="",
        begins=at(7, 4, 9),
        scenes=(
            Scene(at(7, 4, 10), life.report),
            Scene(at(7, 4, 11), life.phone_says("待签收")),
            Scene(at(7, 13, 9), life.phone_says("一级研判")),
            Scene(at(8, 15, 9), life.phone_says("二级研判")),
            Scene(at(8, 16, 9), life.demand),
            Scene(at(8, 17, 9), life.explain),
            Scene(at(8, 18, 15), life.complete),
            Scene(at(8, 19, 9), life.approve),
            Scene(at(8, 19, 10), life.phone_says("已办结")),
            Scene(at(8, 19, 11), life.dispose),
            Scene(at(8, 19, 20), life.rate),
        ),
    )


def main() -> int:
    """Live it; 1 with a traceback where a page does not say or take what it should."""
    out = Path(sys.argv[1])
    shown: dict[str, Any] = {}
    with chromium_of() as browser:
        life = Life(browser, "", None)  # type: ignore[arg-type]
        story = live(life)
        with staged(story, get_settings()) as (context, story_clock), served(context) as site:
            life.context, life.site = context, site
            with life.somebody(PHONE) as phone:
                life.petitioner = phone
                petition = Teller(context, story_clock).tell(story)
                shown = facts_for_machines(context, petition) | {"seen": life.seen, "ended": str(clock.now())}
    out.write_text(json.dumps(shown, ensure_ascii=False, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
