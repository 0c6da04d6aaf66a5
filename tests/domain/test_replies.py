"""Replies: the same one is known again whatever day and name is in it; one beside the point says so."""

from __future__ import annotations

import random

import pytest

from domain.likeness import grams_of, letters_of, resemblance
from domain.pattern_rules import PatternRules
from domain.replies import AlikeTexts, Replied, Replies, beside_the_point, letters_of_reply

RULES = PatternRules()
COURTESIES = ("感谢您的监督", "感谢您对我们工作的支持")
TEMPLATE = (
    "尊敬的{who}：您好！您反映的问题我单位高度重视，{day}已安排人员到现场核实，将督促责任人限期整改到位，"
    "后续将加强日常巡查管护，防止类似情况再次发生。感谢您的监督。"
)
OWN = (
    "经查，广济路17号灯杆的镇流器烧毁，已更换并恢复照明，当晚复查亮灯正常。",
    "您反映的自来水发黄系管网抢修后短时浑浊，已排水冲洗，水质化验合格。",
    "该小区物业已将楼道杂物清理完毕，并与三户签订承诺书，不再堆放电动车。",
    "施工单位夜间浇筑未办许可，已责令停工并处罚款，今后二十二时后禁止施工。",
    "公交车站牌被撞歪，已联系产权单位扶正加固，乘客候车不受影响。",
)


def reply(text: str) -> str:
    return letters_of_reply(text, COURTESIES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEMPLATE.format(who="张先生", day="3月2日"), TEMPLATE.format(who="李女士", day="2026年11月30日上午9时")),
        (TEMPLATE.format(who="市民", day="今日"), TEMPLATE.format(who="居民", day="三月二日")),
        (OWN[0], OWN[0].replace("广济路17号", "解放路203号")),
        (OWN[1], OWN[1].replace("发黄", "变黄")),
    ],
)
def test_the_same_reply_is_known_whatever_day_and_name_is_in_it(one: str, other: str) -> None:
    likeness = resemblance(grams_of(reply(one)), grams_of(reply(other)))
    assert likeness >= RULES.reply_likeness
    alike = AlikeTexts(RULES.reply_likeness)
    assert alike.place(reply(one)) == alike.place(reply(other))


def test_replies_of_their_own_are_told_apart() -> None:
    alike = AlikeTexts(RULES.reply_likeness)
    groups = [alike.place(reply(text)) for text in (*OWN, TEMPLATE.format(who="张先生", day="3月2日"))]
    assert len(set(groups)) == len(groups)


def replied(case: int, text: str, request: str, unit: str = "parks") -> Replied:
    return Replied(f"SZ-{case}", unit, reply(text), letters_of(request))


REQUESTS = (
    "广济路路灯不亮，晚上出行不安全",
    "自来水发黄，烧开了还有沉淀",
    "楼道里堆满电动车，怕着火",
    "半夜还在打桩，孩子睡不着",
    "公交站牌歪了，快砸到人",
    "树枝压到电线上了，刮风就冒火花",
)


def test_one_reply_for_many_different_requests_is_counted_for_the_unit_that_used_it() -> None:
    replies = Replies(RULES)
    for case, request in enumerate(REQUESTS):
        replies.take(replied(case, TEMPLATE.format(who="张先生", day=f"3月{case + 1}日"), request))
    for case, text in enumerate(OWN, 10):
        replies.take(replied(case, text, f"{text}怎么办", "housing"))
    same = replies.same()
    assert same["parks"].share.numerator == same["parks"].share.base == 6
    assert {item.case for item in same["parks"].cases} == {f"SZ-{case}" for case in range(6)}
    assert "另5件不同诉求" in same["parks"].cases[0].said
    assert "张先生" not in same["parks"].cases[0].said
    assert (same["housing"].base, same["housing"].cases) == (5, [])


def test_many_who_report_one_matter_may_get_one_answer() -> None:
    replies = Replies(RULES)
    for case in range(20):
        request = f"光明小区停水了{'，' * (case % 3)}什么时候来水，家里有老人孩子等着用水"
        replies.take(replied(case, OWN[1], request))
    assert replies.same()["parks"].cases == []
    assert replies.same()["parks"].base == 20


def test_short_replies_and_few_of_them_are_not_compared() -> None:
    replies = Replies(RULES)
    for case, request in enumerate(REQUESTS):
        replies.take(replied(case, "已处理完毕，感谢您的监督。", request))
    for case, request in enumerate(REQUESTS[: RULES.reply_group - 1], 10):
        replies.take(replied(case, TEMPLATE.format(who="张先生", day="今日"), request, "housing"))
    assert replies.same()["housing"].cases == []
    assert "parks" not in replies.same()


@pytest.mark.parametrize(
    ("request_words", "reply_words", "names_the_matter", "said"),
    [
        ({"路灯", "不亮", "广济路"}, {"路灯", "修复"}, False, None),
        ({"路灯", "不亮", "广济路"}, {"照明", "设施"}, True, None),
        (
            {"路灯", "不亮", "广济路"},
            {"高度重视", "整改"},
            False,
            "“广济路”、“不亮”、“路灯”，答复只提到“高度重视”、“整改”",
        ),
        ({"路灯", "不亮", "广济路"}, set(), False, "套话"),
    ],
)
def test_a_reply_that_does_not_speak_to_the_request_says_what_it_misses(
    request_words: set[str], reply_words: set[str], names_the_matter: bool, said: str | None
) -> None:
    found = beside_the_point(
        Replied("SZ-1", "parks", "", "", frozenset(reply_words), frozenset(request_words), names_the_matter), RULES
    )
    assert (found is None) == (said is None)
    assert said is None or said in (found or "")


def test_a_request_of_few_words_is_not_judged() -> None:
    replies = Replies(RULES)
    replies.take(Replied("SZ-1", "parks", reply(OWN[0]), "路灯", frozenset({"物业"}), frozenset({"路灯"})))
    assert replies.beside == {}


def test_ten_thousand_replies_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, each is compared with a few: the number of comparisons is counted, not the time."""
    compared = 0

    def counting(one: frozenset[str], other: frozenset[str]) -> float:
        nonlocal compared
        compared += 1
        return resemblance(one, other)

    monkeypatch.setattr("domain.replies.resemblance", counting)
    rng = random.Random(3)
    letters = [chr(code) for code in range(0x4E00, 0x4E00 + 900)]
    alike, number = AlikeTexts(RULES.reply_likeness), 1500
    for _ in range(number):
        alike.place("".join(rng.choices(letters, k=60)))
        alike.place(reply(TEMPLATE.format(who="张先生", day=f"{rng.randrange(1, 29)}日"))[rng.randrange(3) :])
    assert compared <= 8 * 2 * number
    assert compared < number * number / 50
