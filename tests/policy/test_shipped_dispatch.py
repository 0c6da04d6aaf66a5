"""The shipped words and place names, asked through the dispatcher."""

from __future__ import annotations

import pytest

from domain.conduct import Urgency
from domain.dispatch import DispatchRequest, KeywordDispatcher, find_urgency, needs_person
from domain.policy import Policy


@pytest.mark.parametrize(
    ("text", "unit", "category"),
    [
        ("广济路路灯不亮", "municipal-parks", "municipal"),
        ("矿区街道广济路的路灯不亮，已经一个月了，晚上出行很不安全", "municipal-parks", "municipal"),
        ("206国道信号灯坏了", "public-security", "traffic"),
        ("小区停水两天了", "water", "water"),
        ("小区停电了，变压器有响声", "power-supply", "energy"),
        ("小区里闻到煤气味，怀疑燃气泄漏", "housing", "energy"),
        ("工地拖欠工资", "human-resources", "labour"),
        ("夜间施工噪音扰民，睡不着觉", "urban-management", "environment"),
        ("咨询医保报销比例", "medical-security", "health"),
        ("村里垃圾没人清运，税郭镇桃园村", "shuiguo-town", "sanitation"),
        ("邻里纠纷，请齐村镇渴口村调解", "qicun-town", "governance"),
    ],
)
def test_dispatch(policy: Policy, text: str, unit: str, category: str) -> None:
    found = KeywordDispatcher(policy).rank(DispatchRequest(text))
    assert (found.unit, found.category) == (unit, category), found.explanation
    assert found.rule_version == policy.version


@pytest.mark.parametrize("text", ["请领导关注", "陈庄花苑门口的道路维修", "丁庄村的路坏了", "问一下消费的事"])
def test_what_is_unsure_goes_to_the_desk(policy: Policy, text: str) -> None:
    assert KeywordDispatcher(policy).rank(DispatchRequest(text)).unit is None


def test_a_proposal_comes_first_and_is_left_to_the_desk(policy: Policy) -> None:
    gone = frozenset({"municipal-parks"})
    answer = KeywordDispatcher(policy).rank(DispatchRequest("广济路路灯不亮", excluded=gone, proposed="kuangqu-street"))
    assert answer.unit is None
    assert answer.candidates[0].unit == "kuangqu-street"


@pytest.mark.parametrize(
    ("place", "town"),
    [
        ("矿区街道北马路居委会", "kuangqu-street"),
        ("薛庄社区", "zhongxinjie-street"),
        ("田屯村村口", "guangminglu-street"),
        ("西王庄村", "xiwangzhuang-town"),
        ("王庄村", "shuiguo-town"),
        ("大官庄社区", "yongan-town"),
        ("官庄社区", "getabu-street"),
        ("东龙头社区", "guangminglu-street"),
        ("龙头社区", "wenhualu-street"),
        ("光明路", None),
        ("文化路与广济路路口", None),
        ("龙山路", None),
        ("丁庄村", None),
        ("张庄村", None),
        ("陈庄花苑", None),
        ("我家东北村口的桥", None),
    ],
)
def test_towns(policy: Policy, place: str, town: str | None) -> None:
    assert policy.dispatch.gazetteer.read(place).town == town


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("楼道里燃气泄漏", Urgency.EMERGENCY),
        ("有人被困电梯", Urgency.EMERGENCY),
        ("停水三天了", Urgency.URGENT),
        ("暖气不热", Urgency.URGENT),
        ("广济路路灯不亮", Urgency.ORDINARY),
        ("楼房的落水管坏了", Urgency.ORDINARY),
        ("停电后着火了", Urgency.EMERGENCY),
        ("咨询贫困人口的补贴", Urgency.ORDINARY),
    ],
)
def test_urgency(policy: Policy, text: str, urgency: Urgency) -> None:
    assert find_urgency(text, policy.dispatch) is urgency


@pytest.mark.parametrize(
    ("text", "word"),
    [("我对仲裁结果不服", "仲裁"), ("反映村干部贪污", "贪污"), ("法院门口的路灯不亮", None), ("广济路路灯不亮", None)],
)
def test_matters_for_a_person(policy: Policy, text: str, word: str | None) -> None:
    found = needs_person(text, policy.dispatch)
    assert (found.word if found else None) == word
