"""The shipped dangers: recognised in the words people use, and not in words that only sound like them."""

from __future__ import annotations

import pytest

from domain.conduct import Urgency
from domain.dispatch import find_alarm, find_urgency
from domain.policy import Policy
from domain.units import UnitKind

DANGERS = {
    "楼道里有一股煤气味，怀疑漏气": "housing",
    "小区门口施工挖断燃气管道，正在往外冒": "housing",
    "隔壁厨房燃气泄漏": "housing",
    "对面楼六楼着火了": "fire-rescue",
    "仓库冒浓烟，火势很大": "fire-rescue",
    "居委会门口的垃圾桶着火了": "fire-rescue",
    "住了二十年的老房子起火了": "fire-rescue",
    "老人和孩子被困在水里": "fire-rescue",
    "有人落水，快来救": "fire-rescue",
    "小孩掉进井里了": "fire-rescue",
    "电梯困人，里面有孕妇": "market-regulation",
    "我妈现在被困电梯里": "market-regulation",
    "电线掉落在路边，还在冒火花": "power-supply",
    "刮风把高压线刮断，高压线掉在地上": "power-supply",
    "路灯杆漏电，电着人了": "power-supply",
    "厂房坍塌，有人埋在下面": "fire-rescue",
    "工地塌方了": "emergency-management",
    "邻居家煤气罐爆炸了": "emergency-management",
    "路上有罐车侧翻": "emergency-management",
    "全家煤气中毒": "health",
    "食堂发生集体中毒": "health",
    "有人昏倒在路边": "health",
    "我不想活了": "public-security",
    "有人站在楼顶要跳楼": "public-security",
    "邻居持刀在楼道里": "public-security",
    "家里老人走失两个小时": "public-security",
    "路面塌陷，出现大坑": "municipal-parks",
    "山林着火了": "natural-resources",
    "电线掉在路上很危险": "power-supply",
    "家里天然气泄露": "housing",
    "楼道冒烟，看不见人": "fire-rescue",
    "小孩被锁在车里": "fire-rescue",
    "有人喝农药了": "public-security",
    "水库要决堤了": "water",
    "食堂几十个学生上吐下泻": "health",
}


@pytest.mark.parametrize(("text", "unit"), DANGERS.items(), ids=DANGERS)
def test_danger_is_recognised(policy: Policy, text: str, unit: str) -> None:
    alarm = find_alarm(text, policy.dispatch)
    assert alarm is not None
    assert alarm.danger.unit == unit, alarm
    assert find_urgency(text, policy.dispatch) is Urgency.EMERGENCY


NO_DANGERS = [
    "煤气灶多少钱一台",
    "煤气公司收费太高",
    "请问燃气泄漏报警器在哪里买",
    "消防通道被占，万一着火消防车进不来",
    "楼道堆满杂物，存在起火隐患",
    "一旦发生火灾后果不堪设想",
    "消防安全知识宣传",
    "想死你了，欢迎回家",
    "吵得让人想死的心都有了",
    "商场跳楼价甩卖，虚假宣传",
    "游乐园的跳楼机坏了",
    "建议电线落地改造",
    "小区电线落地工程什么时候开始",
    "漏电保护器总是跳",
    "孩子坐着火车去上学",
    "一家人吃着火锅，隔壁噪音太大",
    "汽车打不着火，维修店不给修",
    "长期被困扰，睡不着",
    "贫困人口的补贴",
    "希望学校加强防溺水教育",
    "去年这里溺水的孩子家属还没拿到补偿",
    "2019年3月发生火灾的赔偿没有到位",
    "没有发生火灾",
    "道德绑架业主交费",
    "人口爆炸性增长",
    "自杀式低价竞争",
    "曾多次被困电梯",
    "楼房的落水管坏了",
    "老板失踪，工资没人发",
    "身体接触电线杆上的小广告",
    "想看触电影的票退不了",
    "排队买火车票",
    "大火锅店油烟扰民",
    "清仓跳楼大减价，质量有问题",
    "不着火的时候也要检查消防",
]


@pytest.mark.parametrize("text", NO_DANGERS, ids=NO_DANGERS)
def test_what_is_no_danger(policy: Policy, text: str) -> None:
    alarm = find_alarm(text, policy.dispatch)
    assert alarm is None, alarm


CANNOT_WAIT = {
    "小区停水三天": Urgency.URGENT,
    "家里没有水": Urgency.URGENT,
    "经常停电": Urgency.URGENT,
    "暖气不热": Urgency.URGENT,
    "井盖没了": Urgency.URGENT,
    "房子裂缝很大，有倒塌的危险": Urgency.URGENT,
    "医生没有水平": Urgency.ORDINARY,
    "商店没有水果": Urgency.ORDINARY,
    "物业收费太高，没有电梯": Urgency.ORDINARY,
    "家里没有电视信号": Urgency.ORDINARY,
    "施工方夜里施工": Urgency.ORDINARY,
}


@pytest.mark.parametrize(("text", "urgency"), CANNOT_WAIT.items(), ids=CANNOT_WAIT)
def test_what_cannot_wait(policy: Policy, text: str, urgency: Urgency) -> None:
    assert find_urgency(text, policy.dispatch) is urgency


def test_every_danger_is_sent_to_a_department_and_never_pushed_to_a_town(policy: Policy) -> None:
    dangers = policy.dispatch.dangers.dangers
    assert len(dangers) > 10
    assert {policy.units_by_code[danger.unit or ""].kind for danger in dangers} == {UnitKind.DEPARTMENT}
