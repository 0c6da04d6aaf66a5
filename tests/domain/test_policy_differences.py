"""What a changed policy would change, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.actions import Role
from domain.conduct import DEADLINE_LABELS, Urgency
from domain.durations import Duration
from domain.identity import Level
from domain.policy import Policy
from domain.policy_differences import PART_LABELS, TOLD_APART, Difference, differences
from domain.rule_names import rule_name
from domain.units import UnitKind
from gateways.policy_files import dump
from tests.support.context import shipped_policy


def found(changed: Policy) -> list[Difference]:
    before = shipped_policy()
    return differences(before, changed, dump(before), dump(changed))


def changed(**parts: Any) -> list[Difference]:
    return found(replace(shipped_policy(), **parts))


def test_a_policy_differs_from_itself_in_nothing() -> None:
    assert found(shipped_policy()) == []


def test_another_version_alone_is_no_difference() -> None:
    assert changed(version="another") == []


def test_a_deadline_is_told_with_its_length_and_its_source() -> None:
    rule, *others = shipped_policy().deadlines
    longer = replace(rule, duration=Duration(rule.duration.amount + 1, rule.duration.unit))
    [one] = changed(deadlines=(longer, *others))
    assert (one.part, one.rule) == ("时限", rule.id)
    assert str(rule.duration) in one.before
    assert str(longer.duration) in one.after
    assert rule.source in one.after


def test_what_is_new_and_what_is_gone_have_no_other_side() -> None:
    first, *others = shipped_policy().units
    new = replace(first, code="new-unit", name="新设单位", kind=UnitKind.DEPARTMENT)
    gone, come = changed(units=(*others, new))
    assert (gone.part, gone.rule, gone.after) == ("单位", first.code, "")
    assert (come.rule, come.before) == ("new-unit", "")
    assert come.after.startswith("新设单位")


def test_every_other_part_is_told_value_by_value() -> None:
    policy = shipped_policy()
    [one] = changed(ladder=replace(policy.ladder, return_limit=policy.ladder.return_limit + 4))
    assert (one.part, one.rule) == ("提级", "return_limit")
    assert (one.before, one.after) == (str(policy.ladder.return_limit), str(policy.ladder.return_limit + 4))
    [name] = changed(district="另一个区")
    assert (name.part, name.before, name.after) == ("区县", policy.district, "另一个区")


def test_rules_and_codes_are_called_what_people_call_them() -> None:
    policy = shipped_policy()
    rule, *others = policy.deadlines
    [one] = changed(deadlines=(replace(rule, urgencies=frozenset({Urgency.URGENT})), *others))
    assert one.name == DEADLINE_LABELS[rule.kind]
    assert "（紧急）" in one.after
    figures = tuple(replace(item, value="7次") if item.id == "ladder.return_limit" else item for item in policy.figures)
    [one] = changed(figures=figures)
    assert (one.rule, one.name, one.after) == ("ladder.return_limit", "退单几次提级", "7次")
    levels = {**policy.identity.levels, Role.OPERATOR: Level.MASKED}
    [one] = changed(identity=replace(policy.identity, levels=levels))
    assert (one.rule, one.before, one.after) == ("levels › 平台运维", "不可见", "只见脱敏")


def test_every_part_and_every_figure_has_a_name() -> None:
    policy = shipped_policy()
    assert dump(policy).keys() - TOLD_APART <= PART_LABELS.keys()
    assert [item.id for item in policy.figures if rule_name(item.id) == item.id] == []


def test_long_texts_are_cut_and_say_how_long_they_are() -> None:
    [one] = changed(district="长" * 500)
    assert one.after.endswith("…（共500字）")
