"""What a changed policy would change, rule by rule, as people say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain.actions import ROLE_LABELS
from domain.conduct import DEADLINE_LABELS, REQUEST_TYPE_LABELS, URGENCY_LABELS, DeadlineRule
from domain.identity import LEVEL_LABELS
from domain.policy import Policy
from domain.rule_names import rule_name
from domain.stages import TRIGGER_LABELS
from domain.units import Duty

TOLD_APART = {"version", "deadlines", "figures", "units", "duties", "categories", "sub_categories"}
"""Parts that have words of their own here; every other is compared value by value."""
PART_LABELS = {
    "office": "办公时间",
    "ladder": "提级",
    "dispatch": "派遣",
    "notices": "通知",
    "learning": "派遣学习",
    "figure_rules": "指标",
    "pattern_rules": "苗头",
    "list_rules": "清单",
    "district": "区县",
    "case_prefix": "案号前缀",
    "same_matter": "同一事项",
    "reviews": "研判",
    "identity": "诉求人身份",
    "recusal": "回避",
    "supervision": "督办",
    "media": "媒体",
    "attachments": "附件",
    "handling": "办理",
    "visits": "回访",
    "scrub": "公开前去除",
    "verdict": "评价",
    "keys": "接口密钥",
}
_WORDS: Mapping[str, str] = {
    str(code): label
    for labels in (TRIGGER_LABELS, ROLE_LABELS, URGENCY_LABELS, REQUEST_TYPE_LABELS, LEVEL_LABELS)
    for code, label in labels.items()
}
_NAMES = ("code", "id", "name", "title", "phrase")
_DERIVED = {"variants"}
"""What follows from the rest."""
_LONGEST = 200


@dataclass(frozen=True)
class Difference:
    """One rule that changes; nothing before: it is new, nothing after: it is gone."""

    part: str
    rule: str
    before: str
    after: str
    name: str = ""
    """What people call the rule, where it has a name besides its place in the files."""


def differences(before: Policy, after: Policy, was: Mapping[str, Any], will_be: Mapping[str, Any]) -> list[Difference]:
    """Everything that differs; `was` and `will_be` are the two policies as JSON values."""
    found: list[Difference] = []
    sides = (before, after)
    kinds = {rule.id: DEADLINE_LABELS[rule.kind] for side in sides for rule in side.deadlines}
    found += _by_name(
        "时限", [{rule.id: _deadline(rule, side) for rule in side.deadlines} for side in sides], named=kinds
    )
    named = {item.id: rule_name(item.id) for side in sides for item in side.figures}
    found += _by_name("数值", [{item.id: item.value for item in side.figures} for side in sides], named=named)
    found += _by_name("单位", [{unit.code: f"{unit.name}：{unit.duty}" for unit in side.units} for side in sides])
    found += _by_name(
        "职责",
        [{f"{side.unit_name(duty.unit)} {duty.title}": _duty(duty, side) for duty in side.duties} for side in sides],
    )
    found += _by_name("大类", [{item.code: item.name for item in side.categories} for side in sides])
    found += _by_name(
        "小类",
        [
            {
                item.code: f"{item.name}，{side.unit_name(item.lead)}，{URGENCY_LABELS[item.urgency]}"
                for item in side.sub_categories
            }
            for side in sides
        ],
    )
    told = {item.rule for item in found if item.part == "数值"}
    for part in sorted((was.keys() | will_be.keys()) - TOLD_APART):
        flat = [dict(_leaves(side.get(part), ())) for side in (was, will_be)]
        found += (item for item in _by_name(PART_LABELS.get(part, part), flat) if f"{part}.{item.rule}" not in told)
    return found


def _by_name(
    part: str, sides: Sequence[Mapping[str, str]], named: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Difference]:
    before, after = sides
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name, ""), after.get(name, "")
        if old != new or (name in before) != (name in after):
            yield Difference(part, name, _short(old), _short(new), named.get(name, ""))


def _duty(duty: Duty, policy: Policy) -> str:
    return f"{duty.valid_from}起，{'、'.join(map(policy.sub_category_name, duty.covers))}"


def _deadline(rule: DeadlineRule, policy: Policy) -> str:
    conditions = [
        *(URGENCY_LABELS[each] for each in sorted(rule.urgencies)),
        *(REQUEST_TYPE_LABELS[each] for each in sorted(rule.request_types)),
        *(policy.category_name(code) for code in sorted(rule.categories)),
    ]
    when = f"（{'、'.join(conditions)}）" if conditions else ""
    return f"{rule.duration}{when}，{rule.source}"


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every value under its path; members of a list go by their own name, plain ones are one value together."""
    if isinstance(value, Mapping):
        for key in value:
            if key not in _DERIVED:
                yield from _leaves(value[key], (*path, _said(str(key))))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        if value and all(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value, 1):
                yield from _leaves(item, (*path, _name_of(item, number)))
        else:
            yield " › ".join(path), "、".join(_said(str(item)) for item in _plain(value))
    else:
        yield (
            " › ".join(path),
            "是" if value is True else "否" if value is False else "" if value is None else _said(str(value)),
        )


def _name_of(item: Mapping[str, Any], number: int) -> str:
    return next((str(item[key]) for key in _NAMES if isinstance(item.get(key), str)), f"第{number}项")


def _said(code: str) -> str:
    """What people call what a code of ours stands for; anything else as it is."""
    return _WORDS.get(code, code)


def _plain(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        if isinstance(value, Sequence) and not isinstance(value, str):
            yield "/".join(map(str, value))
        else:
            yield value


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…（共{len(text)}字）"
