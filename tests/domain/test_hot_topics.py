"""A topic is hot when many report it lately, and more than used to; it has a place and a matter and nobody's name."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hot_topics import MOST_CASES, Reported, Topic, hot_topics, said_by_most
from domain.likeness import phrases_of
from domain.same_matter import Matter
from tests.domain.test_same_matter import LAMPS, LONG, MONDAY, NOISE, of, rules


def reported(
    days_ago: Sequence[float], text: str = "路灯坏了", place: str = "广济路", matter: Matter = LAMPS
) -> list[Reported]:
    return [
        Reported(
            id=f"{text}-{number:03}",
            case_number=f"SZ-{number:03}",
            traits=of(text, place=place, matter=matter, at=MONDAY - dt.timedelta(days=days)),
            town="kuangqu-street",
        )
        for number, days in enumerate(sorted(days_ago, reverse=True))
    ]


def hot(*groups: list[Reported]) -> list[Topic]:
    return hot_topics([item for group in groups for item in group], MONDAY, rules())


@pytest.mark.parametrize(
    ("days_ago", "recent", "usual"),
    [
        ([1, 2, 3, 4, 5], 5, 0.0),
        ([1, 2, 3, 4], None, None),
        ([1, 1, 1, 1, 6.9], 5, 0.0),
        ([1, 1, 1, 1, 7], None, None),
        ([1, 2, 3, 4, 5, *range(8, 18)], 5, 2.5),
        ([1, 2, 3, 4, 5, *range(8, 19)], None, None),
        ([1, 2, 3, 4, 5, 36, 400], 5, 0.0),
        ([1, 2, 3, 4, -1], None, None),
        ([], None, None),
    ],
)
def test_what_is_hot(days_ago: list[float], recent: int | None, usual: float | None) -> None:
    found = hot(reported(days_ago))
    assert [(topic.recent, topic.usual) for topic in found] == ([] if recent is None else [(recent, usual)])


def test_topics_are_told_apart_and_named_by_place_and_matter() -> None:
    week = [1, 2, 3, 4, 5]
    found = hot(
        reported(week),
        reported(week, "夜里施工", "光明大道", NOISE),
        reported([*week, 6], "施工吵", "青檀花园小区", NOISE),
        reported(week, LONG, "", Matter()),
    )
    assert {topic.name for topic in found} == {
        "广济路 · 路灯不亮",
        "光明大道 · 建筑施工噪声",
        "青檀花园 · 建筑施工噪声",
        "解放路 · 内容相近的诉求",
    }
    assert found[0].recent == 6
    assert {topic.town for topic in found} == {"kuangqu-street"}


def test_what_few_of_them_name_names_no_topic() -> None:
    named = [
        dataclasses.replace(item, traits=of(f"{LONG}测试甲住在第{number}花园小区", at=item.traits.at))
        for number, item in enumerate(reported([1, 2, 3, 4, 5]))
    ]
    assert all("测试甲" not in topic.name and "第" not in topic.name for topic in hot(named))


def test_a_topic_keeps_its_id_while_it_grows_and_names_its_latest_cases() -> None:
    [small] = hot(reported([1, 2, 3, 4, 5]))
    [large] = hot(reported([*[1] * (MOST_CASES + 20), 5]))
    assert small.id == large.id
    assert len(large.cases) == MOST_CASES
    assert large.cases[0] == f"SZ-{MOST_CASES + 20:03}"


CARPARK = [
    "伊景园滨河苑捆绑销售车位，价格十二万",
    "开发商捆绑销售车位，请查处",
    "强制捆绑销售车位，业主不满",
    "物业电话没有人接",
]


def test_what_most_of_them_say_is_told_in_their_own_letters() -> None:
    assert said_by_most(CARPARK, ("请查处",)) == ["捆绑销售车位"]


@pytest.mark.parametrize(
    ("texts", "courtesies", "known"),
    [
        ([], (), ""),
        (["路灯坏了", "路灯坏了"], (), ""),
        (CARPARK, ("捆绑销售车位",), ""),
        (CARPARK, (), "捆绑销售车位"),
        ([*CARPARK, "一", "二", "三"], (), ""),
    ],
    ids=["none", "two are not most", "a courtesy", "told already", "less than half"],
)
def test_what_few_say_or_the_name_says_already_is_not_told(
    texts: list[str], courtesies: tuple[str, ...], known: str
) -> None:
    assert said_by_most(texts, courtesies, known) == []


@given(st.lists(st.text("路灯坏了车位，。 a1", max_size=30), max_size=12))
def test_what_is_told_is_said_by_half_of_them(texts: list[str]) -> None:
    for words in said_by_most(texts, ()):
        saying = [text for text in texts if any(words in phrase for phrase in phrases_of(text))]
        assert 2 * len(saying) >= len(texts)
