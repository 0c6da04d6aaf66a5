"""Where a case stands in plain words: at every stage, and late as well as in time."""

from __future__ import annotations

import datetime as dt

import pytest

import clock
from domain.stages import STAGE_LABELS, Stage
from models.answers import Named, Progress, TimelineEntry
from web.plain_words import Words, said_of, steps_of

NOW = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
UNIT, DESK = Named(code="municipal-parks", name="测试园林"), Named(code="desk", name="测试专席")


def case(stage: Stage, due: dt.timedelta | None = dt.timedelta(days=1)) -> Progress:
    return Progress.model_validate(
        {
            "case_number": "SZ-20260302-00001",
            "version": 1,
            "stage": Named(code=stage.value, name=STAGE_LABELS[stage]),
            "unit": UNIT,
            "holder": DESK,
            "due_at": None if due is None else NOW + due,
            "due_provisional": False,
            "registered_at": NOW,
            "closed_at": None,
            "timeline": [],
            "allowed_actions": [],
        }
    )


@pytest.fixture(autouse=True)
def _at_nine(frozen_clock: clock.StoryClock) -> None:
    assert clock.now() == NOW


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_is_said(stage: Stage) -> None:
    words = said_of(case(stage))
    assert words.now
    assert "{" not in words.now


@pytest.mark.parametrize(
    ("stage", "now", "until"),
    [
        (Stage.DISPATCHED, "已派给测试园林，等它签收", "办完并答复您"),
        (Stage.COMPLETION_SUBMITTED, "测试园林报告办完了，由测试专席核对", "核对完"),
        (Stage.REFUSED, "没有受理，原因见下面的经过", ""),
    ],
)
def test_it_names_who_and_what_comes_by_the_date(stage: Stage, now: str, until: str) -> None:
    assert said_of(case(stage)) == Words(now, until)


def test_without_a_date_nothing_is_promised() -> None:
    assert said_of(case(Stage.IN_HAND, None)) == Words("测试园林正在办")


def test_what_is_late_is_said_to_be_late() -> None:
    words = said_of(case(Stage.IN_HAND, dt.timedelta(seconds=-1)))
    assert words == Words("测试园林正在办。期限已过，平台会自动提级或催办，不用您催")


@pytest.mark.parametrize("due", [dt.timedelta(days=1), dt.timedelta(days=-1)])
def test_it_is_said_when_it_is_the_petitioners_turn_and_nobody_is_late(due: dt.timedelta) -> None:
    words = said_of(case(Stage.COMPLETED, due))
    assert (words.now, words.yours) == ("办完了，请您评价", True)


def test_photos_that_came_together_are_one_line() -> None:
    stage = Named(code="registered", name="待受理")
    photo, more = ("上传附件", ""), "补充"
    steps = [("登记", "", 0), (*photo, 1), (*photo, 2), (more, "甲", 3), (more, "乙", 4), (*photo, 90)]
    timeline = [
        TimelineEntry(at=NOW + dt.timedelta(seconds=after), label=label, stage=stage, reason=reason)
        for label, reason, after in steps
    ]
    shown = [(step.entry.label, step.times) for step in steps_of(timeline)]
    assert shown == [("上传附件", 1), ("补充", 1), ("补充", 1), ("上传附件", 2), ("登记", 1)]


def test_what_is_over_is_not_late() -> None:
    assert said_of(case(Stage.ARCHIVED, dt.timedelta(days=-1))) == Words("已办完归档")
