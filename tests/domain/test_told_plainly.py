"""What each step means to whoever reported: a sentence for every step they may see, and no word of the trade."""

from __future__ import annotations

import pytest

from domain import petition
from domain.conduct import DeadlineKind
from domain.petition import Step
from domain.stages import TRANSITIONS, Trigger
from domain.told_plainly import BECAUSE, plainly

MOVING = [trigger for trigger, step in TRANSITIONS.items() if step.target is not None]
TRADE = ("退单", "研判", "催办", "时限", "交办", "提级", "签收", "办结", "自定", "依据", "条例")
"""What an office says and a citizen has to ask about."""


@pytest.mark.parametrize("trigger", MOVING)
def test_every_step_that_moves_a_case_is_told_in_plain_words(trigger: Trigger) -> None:
    said = plainly(trigger.value, "区住房和城乡建设局", {})
    assert said
    assert "{" not in said
    assert not [word for word in TRADE if word in said]
    assert not said.endswith(("。", "，", "："))


@pytest.mark.parametrize("why", BECAUSE)
def test_why_a_case_climbs_is_told_with_its_date(why: str) -> None:
    details = {"why": why, "due_at": "2026-03-09T09:30:00+00:00"}
    said = plainly(Trigger.CLIMB_TO_FIRST_REVIEW.value, "", details)
    assert said.endswith("，交专家组研究由谁办、怎么办")
    assert not [word for word in TRADE if word in said]
    assert ("2026年3月9日 17:30" in said) == ("{due}" in BECAUSE[why])


def test_every_deadline_that_makes_a_case_climb_is_told_of() -> None:
    of_stages = {clock.kind for clock in petition._STAGE_CLOCKS.values() if clock.step is Step.CLIMB}
    beside = {DeadlineKind.HANDLING, DeadlineKind.REDO, DeadlineKind.SUPERVISION_REMINDER}
    assert of_stages | beside == set(BECAUSE) & set(DeadlineKind)


def test_whoever_gave_it_back_is_named() -> None:
    assert plainly("grant_return", "", {}, "区供电公司") == "核定不归区供电公司办，重新确定承办单位"


def test_a_step_that_nobody_takes_any_more_has_no_sentence() -> None:
    assert plainly("record_supervision", "", {}) == ""
