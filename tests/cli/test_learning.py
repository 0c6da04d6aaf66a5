"""Learning, its versions and the way back, as operators type them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

import clock
from cli import backtest as backtest_commands
from cli import learning as learning_commands
from services import learning
from services.bootstrap import use_context
from services.context import Context
from tests.cli.typing_in import run
from tests.services import closed_cases, lives
from tests.support.context import a_context, shipped_policy


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    for part in (backtest_commands, learning_commands):
        monkeypatch.setattr(part.console, "width", 200)
    policy = shipped_policy()
    rules = replace(policy.learning, least_cases=5, least_training_cases=30)
    with use_context(a_context(engine, policy=replace(policy, learning=rules))) as context:
        yield context


def test_with_too_few_cases_the_reason_is_said(context: Context) -> None:
    said = run("dispatch", "learn", "--by", "测试运维")
    assert said.exit_code == 0
    assert "没有学习" in said.output
    assert "不足30件" in said.output
    assert "keywords alone" in run("dispatch", "models").output


def test_it_is_tried_adopted_listed_and_taken_back(context: Context) -> None:
    closed_cases.put_away(context, closed_cases.cases(), lives.terminated(context))
    tried = run("dispatch", "learn", "--by", "测试运维", "--dry-run").output
    assert "首选正确" in tried
    assert "没有写入" in tried
    assert learning.lessons(context) == []
    assert "采用 adopted" in run("dispatch", "learn", "--by", "测试运维").output
    version = learning.lessons(context)[0].version
    listed = run("dispatch", "models").output
    assert version[:12] in listed
    assert "2026-03-02 09:00" in listed
    assert run("dispatch", "rollback", "keywords", "--by", "测试运维").exit_code == 0
    assert "keywords alone" in run("dispatch", "models").output
    assert run("dispatch", "rollback", version[:6], "--by", "测试运维").exit_code == 0
    assert learning.activations(context)[0].version == version


def test_a_version_that_never_was_is_refused_with_those_there_are(context: Context) -> None:
    refused = run("dispatch", "rollback", "nosuch", "--by", "测试运维")
    assert refused.exit_code == 1
    assert "(没有)" in refused.output
