"""Who visits, and how many cases, is data: what it says loads, what it cannot mean is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.visits import Risk, VisitRules
from gateways.policy_files import PolicyError, dump, load_policy, policy_from_dict
from tests.support.context import POLICY_DIR as SHIPPED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def test_a_policy_is_kept_whole_and_one_from_before_draws_nobody() -> None:
    policy = load_policy(SHIPPED)
    content = dump(policy)
    assert policy_from_dict(content).visits == policy.visits
    del content["visits"]
    assert policy_from_dict(content).visits == VisitRules()


def test_every_class_has_a_rate() -> None:
    assert set(load_policy(SHIPPED).visits.rates) == set(Risk)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("others: 0.2", "others: 1.2", "不得大于 1"),
        ("others: 0.2", "others: yes", "应为数字"),
        ("  redone: 1.0\n", "", "缺少此项"),
        ("  value: 3", "  value: 0", "不得小于 1"),
        ("  days: 5", "  days: 0", "不得小于 1"),
        ("  hours: 4", "  hours: -1", "不得小于 0"),
        ("code: info-getabu", "code: info-qicun", "席位代码重复：info-qicun"),
        ("unit: qicun-town", "unit: nowhere", "没有代码为“nowhere”的单位"),
        ("unit: follow-up", "unit: qicun-town", "至少一席须属于不承办诉求的单位"),
    ],
)
def test_what_it_cannot_mean_is_refused_with_its_line(folder: Path, old: str, new: str, reason: str) -> None:
    file = folder / "follow_up.yaml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    assert all(problem.file == "follow_up.yaml" for problem in refused.value.problems)
    assert reason in str(refused.value)
