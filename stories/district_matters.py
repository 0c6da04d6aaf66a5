"""What people of the demonstration district report: sentences of our own about everyday matters, and how each fares."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from domain.conduct import RequestType


class Course(enum.StrEnum):
    """How a petition fares in the demonstration, as far as people decide it."""

    PROMPT = "prompt"
    """Signed within hours, done within days, mostly rated well."""
    SLOW = "slow"
    """Done late, now and then after an extension."""
    SILENT = "silent"
    """Nobody at the unit does anything: the timers carry it up."""
    PASSED_ON = "passed_on"
    """Handed back again and again, until the experts assign it."""
    DISSATISFIED = "dissatisfied"
    """Done, and not well: the petitioner has it done once more."""


@dataclass(frozen=True)
class Matter:
    """Words to report at a place; `{}` stands for where."""

    words: str
    request_type: RequestType = RequestType.HELP


_COMPLAINT, _QUESTION = RequestType.COMPLAINT, RequestType.CONSULTATION

MATTERS = (
    Matter("{}的路灯整夜不亮，下夜班看不清路"),
    Matter("{}的井盖松动，车一过就咣当响"),
    Matter("{}路面塌了一块，电动车差点摔倒"),
    Matter("{}下水道堵了，污水往外冒，味道很大"),
    Matter("{}的垃圾三天没人清运，桶都满出来了"),
    Matter("{}自来水发黄，放十分钟也不清"),
    Matter("{}早市占着人行道摆摊，走路只能走车道", _COMPLAINT),
    Matter("{}工地夜里十二点还在打桩，孩子睡不着", _COMPLAINT),
    Matter("{}烧烤店的油烟直接排到楼上", _COMPLAINT),
    Matter("{}的行道树枯死倾斜，怕砸到人"),
    Matter("{}红绿灯一直是黄灯，路口很乱"),
    Matter("{}公交站牌倒了，老人找不到站"),
    Matter("{}小区电梯隔三差五停，物业说没有钱修", _COMPLAINT),
    Matter("{}停车位被私装地锁占了，物业不管", _COMPLAINT),
    Matter("{}暖气不热，室内只有十四度"),
    Matter("{}工地拖欠两个月工资，包工头不接电话", _COMPLAINT),
    Matter("{}有人在河边倒建筑垃圾", _COMPLAINT),
    Matter("{}的健身器材断了，露着铁茬"),
    Matter("{}公厕夜里锁门，白天没有水"),
    Matter("{}一群流浪狗追人，接送孩子害怕"),
    Matter("{}变压器嗡嗡响，邻居都睡不好"),
    Matter("{}饭店后厨的下水直接倒进雨水井", _COMPLAINT),
    Matter("{}幼儿园门口上下学堵成一团，没人疏导"),
    Matter("{}村里的路灯装了半年没通电"),
    Matter("{}超市卖过期牛奶，不给退", _COMPLAINT),
    Matter("{}楼道堆着杂物和电动车，消防通道走不通", _COMPLAINT),
    Matter("请问在{}附近办老年证要带什么材料", _QUESTION),
    Matter("请问{}一带什么时候通天然气", _QUESTION),
    Matter("低保停发两个月了，社区说已经上报，家住{}"),
    Matter("{}补课机构跑路，学费退不了", _COMPLAINT),
    Matter("{}门口的事总没人管，请派人来看看"),
    Matter("{}一直这样，反映过也没有用，希望重视"),
)

COURSES = (
    *([Course.PROMPT] * 22),
    *([Course.SLOW] * 5),
    *([Course.SILENT] * 2),
    Course.PASSED_ON,
    *([Course.DISSATISFIED] * 3),
)
"""Drawn from evenly: most units do their work, and those who do not are what the pages are about."""

PLACES = (
    "向阳里小区东门",
    "锦绣苑3号楼",
    "长青路中段",
    "和顺巷",
    "新风小区北院",
    "梧桐街口",
    "银杏园二期",
    "友谊商场门前",
    "第五小学西墙外",
    "老纺织厂宿舍",
    "丰收桥头",
    "东湖花园",
    "春晖路菜市场",
    "石榴园社区广场",
    "南关巷",
    "工人文化宫后街",
    "安居苑1号楼",
    "杏花村口",
    "平安街十字路口",
    "西沟沿",
)
"""Names of no real place, so that nothing but the point says in whose area it lies."""

PETITIONERS = ("测试甲", "测试乙", "测试丙", "测试丁", "测试戊", "测试己", "测试庚", "测试辛", "")
CHANNELS = ("web", "web", "wechat", "wechat", "grid", "grid", "road-chief", "police", "hotline", "business")

REPEATED = (
    Matter("{}的路灯坏了好几盏，晚上一片黑"),
    Matter("{}一带路灯全灭，请尽快修"),
    Matter("路灯不亮，{}附近，天黑以后没法走"),
)
"""Said of one place by several people within a few days: to be merged, and a hot topic."""
