"""What the keyword library gives to something that learns."""

from __future__ import annotations

from pathlib import Path

from domain.learned import signs_of
from gateways.policy_files import load_policy
from settings import PROJECT_ROOT

POLICY = load_policy(Path(PROJECT_ROOT) / "policy")


def test_the_words_of_a_text_are_signs_by_the_names_of_their_matters() -> None:
    signs = signs_of(POLICY, "路灯不亮，晚上很黑")
    categories = {POLICY.category_name(rule.category) for rule in POLICY.dispatch.spoken_in("路灯不亮，晚上很黑")}
    assert categories
    assert categories <= set(signs)
    assert any(name.startswith(f"{category}·") for name in signs for category in categories)
    assert all(weight > 0 for weight in signs.values())


def test_a_text_without_words_has_no_signs() -> None:
    assert signs_of(POLICY, "") == {}
