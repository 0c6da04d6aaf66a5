"""Petitions of one matter come into one group, whatever comes between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.grouping import MOST_OF_A_MARK, Groups
from domain.same_matter import Matter
from tests.domain.test_same_matter import LAMPS, LIKE_IT, LONG, NOISE, of, rules


def grouped(*texts: str, matter: Matter | None = None, place: str = "") -> list[int]:
    groups = Groups(rules())
    return [groups.place(of(text, matter=matter, place=place)).group for text in texts]


def test_a_group_has_the_number_of_its_first() -> None:
    assert grouped(LONG, "井盖丢了", LIKE_IT, "", LONG, "暖气不热") == [0, 1, 0, 3, 0, 5]


def test_who_joins_is_told_whom_it_is_like_and_why() -> None:
    groups = Groups(rules())
    groups.place(of("夜里施工", matter=NOISE, place="广济路"))
    groups.place(of("路灯坏了", matter=LAMPS, place="广济路"))
    placed = groups.place(of("灯不亮", matter=LAMPS, place="广济路"))
    assert (placed.group, placed.like) == (1, 1)
    assert placed.likeness.reasons == ("同属“路灯不亮”", "都提到“广济路”")


def test_a_crowd_is_one_group_however_many_they_are() -> None:
    crowd = MOST_OF_A_MARK * 3
    assert set(grouped(*["路灯坏了"] * crowd, matter=LAMPS, place="广济路")) == {0}


def test_nothing_is_no_group() -> None:
    texts = ["", "", "😡", "😡", "好", "好", "路灯坏了", "路灯坏了", "哈" * 100_000, "哈" * 100_000]
    assert grouped(*texts) == list(range(len(texts)))


@given(st.lists(st.sampled_from([LONG, LIKE_IT, "路灯坏了", "", "井盖丢了😡", LONG[:30]]), max_size=12))
def test_whatever_comes_every_group_begins_with_its_own_number(texts: list[str]) -> None:
    found = grouped(*texts)
    assert all(group <= number for number, group in enumerate(found))
    assert all(found[group] == group for group in found)
