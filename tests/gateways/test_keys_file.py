"""For how long keys are good is data: what it says loads, what it cannot mean is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.key_rules import KeyRules
from gateways.policy_files import PolicyError, dump, load_policy, policy_from_dict
from tests.support.context import POLICY_DIR as SHIPPED


def test_a_policy_is_kept_whole_and_one_from_before_ends_no_key() -> None:
    policy = load_policy(SHIPPED)
    content = dump(policy)
    assert policy_from_dict(content).keys == policy.keys == KeyRules(365, 30)
    del content["keys"]
    assert policy_from_dict(content).keys == KeyRules()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("days: 365", "days: 0", "不得小于 1"),
        ("days: 365", "days: 4000", "不得大于 3660"),
        ("days: 365", "days: 30", "提示的天数须少于有效的天数"),
        ("days: 30", "days: soon", "应为整数"),
    ],
)
def test_what_it_cannot_mean_is_refused_with_its_line(tmp_path: Path, old: str, new: str, reason: str) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "policy"))
    file = folder / "keys.yaml"
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    assert all(problem.file == "keys.yaml" for problem in refused.value.problems)
    assert reason in str(refused.value)
