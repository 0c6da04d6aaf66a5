"""What people say, in sentences made up for this test: each finds its matter, and goes alone to whose duty it is."""

from __future__ import annotations

import pytest

from domain.dispatch import DispatchRequest, KeywordDispatcher
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.policy import Policy

SAID = {
    "街边的垃圾桶满了好几天都没人来收，味道很大": "rubbish-bins",
    "孩子今年上一年级，不知道划到哪个学校": "school-district",
    "老人八十岁了，高龄津贴怎么申请": "old-age-allowance",
    "我在工地干了三个月，老板一分钱没给": "wage-arrears-builder",
    "买的手机用了两天就坏，商家不给换": "consumer-refund",
    "健身房关门了，会员卡里还有两千块钱": "prepaid-card",
    "家门口的电线杆歪了，风一大就晃": "power-pole",
    "下雨后路口积水到膝盖，车都过不去": "road-waterlogging",
    "有人在河里电鱼": "fishery",
    "隔壁厂子半夜偷偷往河里排污水": "factory-water",
    "村里的路坏了好几年没人修，税郭镇桃园村": "village-road",
    "医院住院报销比例是多少，异地能不能报": "medical-reimburse",
    "楼上把水漏到我家天花板": "roof-leak",
    "我家暖气一点都不热，屋里才十四度": "no-heating",
    "公交车总是等半个多小时才来一班": "bus-interval",
    "路口红绿灯不亮，早上差点撞车": "signal-broken",
    "消防通道被私家车堵死了": "fire-passage",
    "有人在楼道里给电动车充电": "ebike-charging",
    "饭店吃出虫子，老板态度恶劣": "food-safety",
    "退伍军人优待金一直没到账": "veteran-benefits",
    "低保申请了半年没有消息": "minimum-living",
    "宅基地和邻居有争议": "homestead",
    "房产证办了三年还没下来": "property-certificate",
    "开发商说好去年交房到现在没动静": "late-delivery",
    "学校周末还让学生补课，老师收钱": "school-make-up",
    "培训班老板跑了，学费退不回来": "off-campus",
    "小区门口流动摊贩占道，早上没法走": "street-stall",
    "井盖没了，晚上很危险": "manhole-missing",
    "树枝挡住了我家窗户，请来修剪": "tree-pruning",
    "手机在家里没信号，打不了电话": "telecom-facility",
    "公司让我加班不给加班费": "overtime",
    "公积金怎么提取": "housing-fund",
    "出租车不打表，乱要价": "taxi-conduct",
    "人行道上停满了车，行人只能走马路": "sidewalk-parking",
    "工地晚上十二点还在施工": "construction-noise",
    "自来水发黄，不敢喝": "water-quality",
    "闻到一股煤气味，楼里有人家漏气": "gas-leak",
    "养猪场的臭味熏得开不了窗": "livestock-pollution",
    "发票商家不给开": "tax-invoice",
    "墓地价格太贵": "funeral",
    "网吧让未成年人进去上网": "culture-market",
    "快递放在驿站不送上门": "express",
    "孩子打疫苗去哪里": "vaccine",
    "户口怎么迁到市里": "residence",
    "电梯把人关在里面了": "lift-trapped",
    "我家房子要塌了，墙裂了大缝": "dangerous-house",
    "工厂机器响一晚上": "factory-noise",
    "机井坏了麦子没法浇": "irrigation",
    "收割机补贴什么时候发": "machinery-subsidy",
    "广告牌快掉下来了": "dangerous-sign",
    "路灯白天一直亮着": "street-light-timing",
    "物业费一年涨了三次": "property-fee",
    "拆迁三年了安置房还没盖": "resettlement",
    "我被网上刷单骗了两万": "fraud",
}
TWO_MATTERS = {
    "共享单车堆在盲道上": {"shared-bikes", "tactile-paving"},
    "小区电梯三天坏了两次，物业说没钱修": {"lift-fault", "property-service"},
    "停水又停电，没人管": {"water-cut", "power-cut"},
}
OF_A_TOWN = {
    "村里路灯不亮": "village-light",
    "我们村里垃圾没人清": "village-rubbish",
    "邻里纠纷请调解": "neighbour-dispute",
    "村支书不给盖章": "village-cadre",
}


@pytest.mark.parametrize(("text", "matter"), SAID.items(), ids=SAID.values())
def test_one_matter_is_found_and_dispatched(policy: Policy, text: str, matter: str) -> None:
    answer = KeywordDispatcher(policy).rank(DispatchRequest(text))
    lead = policy.sub_categories_by_code[matter].lead
    assert answer.sub_category == matter, answer.explanation
    assert answer.unit is not None
    assert lead in (answer.unit, TOWN_OF_PLACE)


@pytest.mark.parametrize(("text", "matters"), TWO_MATTERS.items(), ids=TWO_MATTERS)
def test_two_matters_of_two_units_are_for_a_person(policy: Policy, text: str, matters: set[str]) -> None:
    answer = KeywordDispatcher(policy).rank(DispatchRequest(text))
    assert answer.unit is None
    assert {candidate.sub_category for candidate in answer.candidates} == matters


@pytest.mark.parametrize(("text", "matter"), OF_A_TOWN.items(), ids=OF_A_TOWN.values())
def test_a_towns_own_duty_waits_for_the_town_and_goes_to_no_department(policy: Policy, text: str, matter: str) -> None:
    somewhere = KeywordDispatcher(policy).rank(DispatchRequest(text))
    assert somewhere.unit is None
    there = KeywordDispatcher(policy).rank(DispatchRequest(text, place="税郭镇桃园村"))
    assert (there.unit, there.sub_category) == ("shuiguo-town", matter)


@pytest.mark.parametrize(
    ("text", "place", "unit", "matter"),
    [
        ("路灯不亮三天了", "税郭镇桃园村", "shuiguo-town", "village-light"),
        ("路灯不亮三天了", "税郭镇桃园", "shuiguo-town", "village-light"),
        ("路灯不亮三天了", "光明社区", "municipal-parks", "street-light-out"),
        ("路灯不亮三天了", "税郭镇", "municipal-parks", "street-light-out"),
        ("桃园村村民反映广济路路灯不亮三天了", "", "municipal-parks", "street-light-out"),
        ("垃圾没人清，垃圾堆积", "西王庄镇石羊村", "xiwangzhuang-town", "village-rubbish"),
        ("垃圾没人清，垃圾堆积", "公园社区", "urban-management", "rubbish-overflow"),
    ],
)
def test_what_a_matter_is_in_a_village(policy: Policy, text: str, place: str, unit: str, matter: str) -> None:
    answer = KeywordDispatcher(policy).rank(DispatchRequest(text, place=place))
    assert (answer.unit, answer.sub_category) == (unit, matter)
