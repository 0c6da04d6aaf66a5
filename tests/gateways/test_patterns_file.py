"""What is looked for, and what is struck off, is data: what it says loads, what it cannot mean is refused."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from domain.lists import ListRules
from domain.pattern_rules import PatternRules
from gateways.policy_files import PolicyError, dump, load_policy, policy_from_dict
from tests.support.context import POLICY_DIR as SHIPPED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def test_a_kept_policy_from_before_has_what_the_files_said_first() -> None:
    content = dump(load_policy(SHIPPED))
    del content["pattern_rules"], content["list_rules"]
    read, shipped = policy_from_dict(content), load_policy(SHIPPED)
    assert (read.pattern_rules, read.list_rules) == (PatternRules(), ListRules())
    assert dataclasses.replace(shipped.pattern_rules, silent=frozenset()) == PatternRules()
    assert shipped.list_rules == ListRules()


def test_a_policy_is_kept_whole() -> None:
    policy = load_policy(SHIPPED)
    again = policy_from_dict(dump(policy))
    assert (again.pattern_rules, again.list_rules) == (policy.pattern_rules, policy.list_rules)
    assert again.pattern_rules.silent


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("patterns.yaml", "value: 180", "value: 3", "不得小于 7"),
        ("patterns.yaml", "value: 0.05", "value: 0.5", "须小于 0.5"),
        ("patterns.yaml", "value: 0.95", "value: 1", "须小于 1"),
        ("patterns.yaml", "value: 0.99", "value: 0", "须大于 0"),
        ("patterns.yaml", "value: 2\n", "value: 0.5\n", "不得小于 1"),
        ("patterns.yaml", "reply_group:\n  value: 5", "reply_group:\n  value: 1", "不得小于 2"),
        ("patterns.yaml", "words: [反映, 问题,", "words: [反映, 反映,", "“反映”重复"),
        ("lists.yaml", "strikes_off: true", "strikes_off: 1", "只能是 true 或 false"),
    ],
)
def test_what_cannot_be_meant_is_refused(folder: Path, file: str, old: str, new: str, reason: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    [problem] = refused.value.problems
    assert problem.file == file
    assert reason in problem.reason
