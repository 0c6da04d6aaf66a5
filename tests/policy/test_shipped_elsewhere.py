"""The shipped rules for matters that belong elsewhere: recognised, with the place to go; held only where a law says."""

from __future__ import annotations

import pytest

from domain.dispatch import needs_person, suspicions
from domain.policy import Policy

OTHERS = {
    "已向法院起诉，等待判决": "litigation",
    "法院判决后对方不履行，申请强制执行": "litigation",
    "对劳动仲裁结果不服": "arbitration",
    "行政复议决定书收到了": "review",
    "举报村支书贪污征地款": "discipline",
    "局长滥用职权，以权谋私": "discipline",
    "材料里有国家秘密": "secret",
    "军产房不给办证": "military",
    "邻居报警三次没人管": "police",
    "信用卡被银行多收利息": "finance-regulator",
    "中国移动乱扣话费": "telecom-post-regulator",
    "有人卖假烟": "tobacco",
    "网上抢不到火车票": "tax-customs",
}
HOLDING = {"litigation", "arbitration", "review", "discipline", "secret", "military", "other-district"}


@pytest.mark.parametrize(("text", "rule"), OTHERS.items(), ids=OTHERS)
def test_matters_of_others_are_recognised(policy: Policy, text: str, rule: str) -> None:
    found = suspicions(text, policy.dispatch)
    assert [item.rule.id for item in found] == [rule]
    assert found[0].rule.advice in found[0].told
    assert (needs_person(text, policy.dispatch) is not None) == (rule in HOLDING)


SOUNDS_LIKE_IT = [
    "法院门口的路灯不亮",
    "以上诉求请尽快解决",
    "检察院路段积水",
    "再不解决否则起诉你们",
    "还没有起诉，想先调解",
    "纪委家属院停水",
    "营业执照一审批就是一个月",
]


@pytest.mark.parametrize("text", SOUNDS_LIKE_IT, ids=SOUNDS_LIKE_IT)
def test_what_only_sounds_like_it(policy: Policy, text: str) -> None:
    assert suspicions(text, policy.dispatch) == ()


def test_another_district_is_where_the_petitioner_says_the_place_is(policy: Policy) -> None:
    found = needs_person("路灯不亮", policy.dispatch, place="滕州市人民路")
    assert found is not None
    assert found.rule.id == "other-district"
    assert needs_person("从滕州市来的客车不停", policy.dispatch, place="广济路") is None


def test_whoever_is_advised_knows_where_it_is_written(policy: Policy) -> None:
    for rule in policy.dispatch.others.rules:
        assert rule.source
        assert rule.unit is None or rule.unit in policy.units_by_code
