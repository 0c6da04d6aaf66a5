"""What is taken out before anything is told in public is data, and is tried on its own examples when it is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gateways.policy_files import PolicyError, dump, load_policy, policy_from_dict
from tests.support.context import POLICY_DIR as SHIPPED
from tests.support.context import shipped_policy


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def refusal(folder: Path, old: str, new: str) -> str:
    file = folder / "scrub.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    assert {problem.file for problem in refused.value.problems} == {"scrub.yaml"}
    assert all(problem.line > 1 for problem in refused.value.problems)
    return str(refused.value)


def test_a_policy_is_kept_whole_and_one_from_before_has_none() -> None:
    content = dump(shipped_policy())
    assert policy_from_dict(content).scrub == shipped_policy().scrub
    del content["scrub"]
    assert policy_from_dict(content).scrub is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("least_digits: 7", "least_digits: 12", "不得大于 11"),
        ("least_digits: 7", 'least_digits: "7"', "应为整数"),
        ("identity_digits: [15, 18]", "identity_digits: []", "至少要有 1 项"),
        ("kind: plate", "kind: phone", "其余各类不靠写法认"),
        ("kind: plate", "kind: shoe", "只能是"),
        ("[A-Z0-9]{5,6}(?!", "[A-Z0-9{5,6}(?!", "不是合法的正则表达式"),
        ("pattern: '[A-Za-z0-9._%+", "pattern: 'a*|[A-Za-z0-9._%+", "会去掉一切"),
        ("titles: [先生, ", "titles: [先生, 先生, ", "“先生”重复"),
        ("roads: [路, ", "roads: [大路, ", "最长 1 个字"),
        ("  roads: [", "  streets: []\n  roads: [", "不认识的项"),
    ],
)
def test_what_it_cannot_mean_is_refused_with_its_line(folder: Path, old: str, new: str, reason: str) -> None:
    assert reason in refusal(folder, old, new)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("titles: [先生, ", "titles: [", "“已电话告知张先生”脱敏后是"),
        ("号楼, ", "", "“住在建设小区3号楼2单元501室”脱敏后是"),
        ("    - '[A-Z]{2,6}-", "    - 'Q[A-Z]{2,6}-", "“诉求SZ-20260302-00017已办结”应当留下"),
        ("  left:\n", "  left:\n    - 请打13800001234\n", "“请打13800001234”应当留下，脱敏后却是“请打[电话]”"),
    ],
)
def test_rules_that_miss_their_examples_are_refused(folder: Path, old: str, new: str, reason: str) -> None:
    assert reason in refusal(folder, old, new)
