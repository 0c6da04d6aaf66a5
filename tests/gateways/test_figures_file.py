"""How figures are shown and ranked is data: what it says loads, what it cannot mean is refused with its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.figure_rules import FigureRules
from gateways.policy_files import PolicyError, dump, load_policy, policy_from_dict
from tests.support.context import POLICY_DIR as SHIPPED

FILE = "figures.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def test_a_kept_policy_from_before_has_what_the_file_said_first() -> None:
    content = dump(load_policy(SHIPPED))
    del content["figure_rules"]
    assert policy_from_dict(content).figure_rules == FigureRules() == load_policy(SHIPPED).figure_rules


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("value: 30", "value: 0", "不得小于 1"),
        ("value: 0.95", "value: 1", "须小于 1"),
        ("value: 2\n", "value: 2.5\n", "应为整数"),
        ("value: 7", "value: 61", "不得大于 60"),
        ("[on_time_signing,", "[happiness,", "只能是 "),
        ("[on_time_signing,", "[satisfaction,", "“satisfaction”重复"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(folder: Path, old: str, new: str, reason: str) -> None:
    text = (folder / FILE).read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    (folder / FILE).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    [problem] = refused.value.problems
    assert (problem.file, problem.line) == (FILE, line)
    assert reason in problem.reason
