"""From a telephone to the inspectors' disposition and back to the telephone, through pages alone, in forty-six days."""

from __future__ import annotations

import json
from typing import Any

import pytest

from stories.playing import run_apart
from tests.browser.whole_life import ANSWER, REPLY, WAGES

pytestmark = pytest.mark.slow

HISTORY = [
    (0, "register", "registered", "petitioner"),
    (0, "accept", "accepted", "platform"),
    (0, "dispatch", "dispatched", "platform"),
    (1, "remind_signing", "dispatched", "platform"),
    (4, "show_yellow_card", "dispatched", "platform"),
    (7, "climb_to_first_review", "first_review", "platform"),
    (8, "show_red_card", "first_review", "platform"),
    (21, "climb_to_second_review", "second_review", "platform"),
    (35, "supervise", "second_review", "platform"),
    (42, "remind_supervised", "second_review", "platform"),
    (43, "demand_explanation", "second_review", "inspector"),
    (44, "explain", "second_review", "unit"),
    (45, "submit_completion", "completion_submitted", "unit"),
    (46, "approve_completion", "completed", "desk"),
    (46, "ask_rating", "completed", "platform"),
    (46, "close_supervision", "completed", "inspector"),
    (46, "rate", "rated", "petitioner"),
    (46, "archive", "archived", "platform"),
]
"""Day, step, stage and by whom: what nobody did, the platform did when its timers expired."""


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    facts = tmp_path_factory.mktemp("whole-life") / "facts.json"
    assert run_apart("tests.browser.whole_life", str(facts)) == 0
    found: dict[str, Any] = json.loads(facts.read_text("utf-8"))
    return found


def test_a_whole_life_is_lived_through_the_pages(life: dict[str, Any]) -> None:
    assert [(row["day"], row["trigger"], row["stage"], row["role"]) for row in life["history"]] == HISTORY
    assert (life["rung"], life["supervised"], life["satisfaction"]) == (3, True, "basically_satisfied")
    assert (life["stage"], life["run_state"]) == ("archived", "COMPLETED")


def test_the_telephone_says_at_each_rung_who_holds_the_case_and_until_when(life: dict[str, Any]) -> None:
    shown = {name.removeprefix("phone: "): text for name, text in life["seen"].items() if name.startswith("phone: ")}
    expected = {
        "待签收": ("区人力资源和社会保障局", "2022年7月11日（周一）17:30"),
        "一级研判": ("一级研判小组", "2022年7月25日（周一）17:30"),
        "二级研判": ("二级研判领导小组", "2022年8月8日（周一）17:30"),
        "已办结": ("诉求人", "2022年8月26日（周五）17:30", REPLY),
    }
    assert set(shown) == set(expected)
    missing = [(stage, word) for stage, words in expected.items() for word in words if word not in shown[stage]]
    assert missing == []


def test_the_inspectors_page_says_what_they_need_and_the_telephone_does_not(life: dict[str, Any]) -> None:
    seen = life["seen"]
    first, last = seen["case of 督办甲"], seen["case of 督办戊"]
    assert all(words in first for words in (WAGES, "红牌", "纪委监委督办", "已逾期", "一级研判时限已过"))
    assert ANSWER in last
    assert [name for name, text in seen.items() if name.startswith("phone: ") and ANSWER in text] == []
