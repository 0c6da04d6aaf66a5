"""Nothing that tells who somebody is gets published: by examples, and whatever numbers people write."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.scrub import Personal, Scrubbed, Shaped
from domain.scrub import scrub as scrub_by
from tests.support.context import shipped_policy

RULES = shipped_policy().scrub
assert RULES is not None
LEAST_DIGITS = RULES.least_digits
TAKEN_OUT = {
    "请打13800001234": ("请打[电话]", Personal.PHONE),
    "请打138-0000-1234": ("请打[电话]", Personal.PHONE),
    "请打138 0000 1234。": ("请打[电话]。", Personal.PHONE),
    "请打１３８００００１２３４": ("请打[电话]", Personal.PHONE),
    "电话一三八零零零零一二三四": ("电话[电话]", Personal.PHONE),
    "座机(0632)3080001": ("座机([电话]", Personal.PHONE),
    "座机3080001": ("座机[电话]", Personal.PHONE),
    "身份证370402199001011234": ("身份证[身份证号]", Personal.IDENTITY_CARD),
    "身份证37040219900101123X": ("身份证[身份证号]", Personal.IDENTITY_CARD),
    "卡号6222 0212 3456 7890 123": ("卡号[号码]", Personal.NUMBER),
    "邮箱test.one@example.com，": ("邮箱[邮箱]，", Personal.EMAIL),
    "车牌鲁D12345停在路口": ("车牌[车牌]停在路口", Personal.PLATE),
    "新能源车鲁D·AD1234": ("新能源车[车牌]", Personal.PLATE),
    "住在建设小区3号楼2单元501室": ("住在建设小区[门牌]", Personal.DOOR),
    "文化路17号门前": ("文化路[门牌]门前", Personal.DOOR),
    "查询码3ACD-EFGH-JKMN可查": ("查询码[查询码]可查", Personal.QUERY_CODE),
    "我叫王小明，住附近": ("我叫[姓名]，住附近", Personal.NAME),
    "联系人：李四，": ("联系人：[姓名]，", Personal.NAME),
    "已电话告知张先生": ("已电话告知[姓名]", Personal.NAME),
    "村民赵大伟反映": ("村民[姓名]反映", Personal.NAME),
}
LEFT_IN = [
    "广济路路灯已于6月20日恢复照明",
    "2026-03-05 09:00 派至区市政园林服务中心",
    "诉求SZ-20260302-00017已办结",
    "更换灯具12盏、电缆350米",
    "已拨付资金128万元，惠及居民1200户以上",
    "3号线公交站牌已修复",
    "热线12345已受理",
    "市民反映的问题已解决",
]


def scrub(text: str, known: Collection[str] = ()) -> Scrubbed:
    """By the rules as they are shipped."""
    assert RULES is not None
    return scrub_by(text, RULES, known)


@pytest.mark.parametrize(("said", "expected"), TAKEN_OUT.items(), ids=TAKEN_OUT)
def test_what_is_taken_out(said: str, expected: tuple[str, Personal]) -> None:
    found = scrub(said)
    assert (found.text, [item.kind for item in found.removed]) == (expected[0], [expected[1]])


@pytest.mark.parametrize("said", LEFT_IN)
def test_what_is_left_in(said: str) -> None:
    assert scrub(said) == Scrubbed(said, ())


def test_the_petitioners_own_name_goes_wherever_it_stands() -> None:
    found = scrub("测试甲家门口的灯由测试甲的邻居修好", ["测试甲"])
    assert "测试甲" not in found.text
    assert found.removed[0].said == "测试甲"


_DIGITS = st.sampled_from("0123456789０１２３４５６７８９")
_GAPS = st.sampled_from(["", "", "", " ", "-", "—", "·", "."])
_WORDS = st.sampled_from(["请打", "电话", "我家", "，", "路灯不亮", "A", " ", "号", "(", "：", "\n"])


@given(st.lists(_WORDS, max_size=4), st.lists(st.tuples(_DIGITS, _GAPS), min_size=7, max_size=20), st.lists(_WORDS))
def test_no_long_number_survives(before: list[str], number: list[tuple[str, str]], after: list[str]) -> None:
    text = "".join(before) + " " + "".join(digit + gap for digit, gap in number) + "".join(after)
    left = re.sub(r"\[[^\]]*\]", "", scrub(text).text)
    left = re.sub(r"(19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}", "", left)  # a day is nobody's
    runs = re.findall(r"\d(?:[\s\-—·.]{0,1}\d)*", left)
    assert max((len(re.sub(r"\D", "", run)) for run in runs), default=0) < LEAST_DIGITS, left


@given(st.text(max_size=60))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    once = scrub(text)
    assert scrub(once.text).text == once.text


def test_other_rules_take_out_other_things() -> None:
    assert RULES is not None
    others = dataclasses.replace(
        RULES,
        shapes=(Shaped(Personal.DOOR, "电表箱([0-9]+)"),),
        door_parts=("排",),
        titles=("书记",),
        introductions=(),
        least_digits=5,
    )
    told = scrub_by("我叫王小明，张书记家电表箱12在3排5号楼，鲁D12345，内线51234", others).text
    assert told == "我叫王小明，[姓名]家电表箱[门牌]在[门牌]5号楼，鲁D12345，内线[电话]"
