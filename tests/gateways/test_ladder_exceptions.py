"""The ladder's counts may be set otherwise for some petitions, and a broken exception is refused with its line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from domain.conduct import Limit, RequestType, Urgency
from gateways.policy_files import PolicyError, Problem, dump, load_policy, policy_from_dict
from tests.support.context import POLICY_DIR as SHIPPED

EXCEPTIONS = """exceptions:
  - id: return-business
    limit: return_limit
    value: 2
    priority: 10
    request_types: [business]
    origin: own
    source: 试
  - id: return-water
    limit: return_limit
    value: 4
    priority: 20
    categories: [water]
    origin: own
    source: 试
"""
FIRST, SECOND = 1, 8
"""Lines below `exceptions:` at which each begins."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    return refused.value.problems


def with_exceptions(folder: Path, old: str = "", new: str = "") -> int:
    """Add the exceptions to the ladder, `old` in them replaced; the line of `exceptions:`."""
    assert old in EXCEPTIONS
    path = folder / "ladder.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + EXCEPTIONS.replace(old, new, 1), encoding="utf-8")
    return text.count("\n") + 1


def test_counts_of_the_ladder_have_exceptions_as_deadlines_have(folder: Path) -> None:
    before = load_policy(SHIPPED)
    with_exceptions(folder)
    policy = load_policy(folder)
    assert policy.version != before.version
    assert policy_from_dict(json.loads(json.dumps(dump(policy)))) == policy
    ordinary = Urgency.ORDINARY
    counts = [
        policy.times(Limit.RETURNS, ordinary, request_type, category)
        for request_type, category in (
            (RequestType.HELP, None),
            (RequestType.BUSINESS, None),
            (RequestType.BUSINESS, "water"),
            (RequestType.HELP, "water"),
        )
    ]
    assert [times.value for times in counts] == [3, 2, 4, 4]
    assert [times.source for times in counts[1:]] == ["试"] * 3
    assert counts[0].source == before.ladder.sources["return_limit"]
    assert policy.times(Limit.TRANSFERS, ordinary, RequestType.BUSINESS, "water").value == 3


def test_a_policy_kept_before_there_were_exceptions_comes_back() -> None:
    content = dump(load_policy(SHIPPED))
    del content["ladder"]["exceptions"]
    assert policy_from_dict(content) == load_policy(SHIPPED)


@pytest.mark.parametrize(
    ("old", "new", "below", "reason"),
    [
        ("    request_types: [business]\n", "", FIRST, "例外须写明条件"),
        ("    priority: 10\n", "", FIRST, "priority：缺少此项"),
        ("limit: return_limit", "limit: rating_limit", FIRST + 1, "只能是"),
        ("limit: return_limit", "limit: designated_may_not_return", FIRST + 1, "只能是"),
        ("value: 2", "value: 0", FIRST + 2, "不得小于 1"),
        ("    source: 试\n", "", FIRST, "source：缺少此项"),
        ("[business]", "[business, business]", FIRST + 4, "“business”重复"),
        ("[business]", "[firm]", FIRST + 4, "只能是"),
        ("[water]", "[pets]", SECOND + 4, "未知的大类“pets”"),
        ("id: return-water", "id: return-business", SECOND, "“return-business”重复"),
        ("priority: 20", "priority: 10", SECOND + 3, "与规则“return-business”可能同时适用而 priority 相同(10)"),
        ("value: 2", "amount: 2", FIRST + 2, "不认识的项"),
    ],
)
def test_a_broken_exception_is_refused(folder: Path, old: str, new: str, below: int, reason: str) -> None:
    line = with_exceptions(folder, old, new)
    told = [problem for problem in problems(folder) if problem.file == "ladder.yaml" and reason in problem.reason]
    assert line + below in [problem.line for problem in told], problems(folder)


def test_exceptions_to_different_counts_may_share_a_priority(folder: Path) -> None:
    same = "limit: return_limit\n    value: 4\n    priority: 20"
    with_exceptions(folder, same, same.replace("return_limit", "redo_limit").replace("20", "10"))
    assert [rule.limit for rule in load_policy(folder).ladder.exceptions] == [Limit.RETURNS, Limit.REDOS]
