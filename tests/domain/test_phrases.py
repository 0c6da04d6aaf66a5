"""A word is heard where it means what it says: alone, not denied, not of another time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.phrases import Around, Listener

AROUND = Around(
    harmless=("着火车", "没有水平"),
    denials=("没有", "未"),
    calming=("一旦", "去年"),
    after=("隐患", "的话"),
)
LISTENER = Listener(("着火", "没有水", "LED着火"), AROUND)

HEARD = [
    ("alone", "楼下着火了", ["着火"]),
    ("the-longest", "led着火", ["led着火"]),
    ("in-a-harmless-phrase", "他看着火车开走", []),
    ("there-and-here", "看着火车，车站着火", ["着火"]),
    ("no-level", "办事没有水平", []),
    ("no-water", "家里没有水", ["没有水"]),
    ("denied", "并没有着火", []),
    ("denied-elsewhere", "没有人管，着火了", ["着火"]),
    ("supposed", "一旦小区着火怎么办", []),
    ("supposed-in-another-clause", "一旦出事，着火了", ["着火"]),
    ("past", "去年这里着火", []),
    ("a-risk", "有着火的隐患", []),
    ("a-risk-in-another-clause", "着火，隐患", ["着火"]),
    ("far-behind", "着火了快来人看这个隐患", ["着火"]),
]


@pytest.mark.parametrize(("text", "words"), [case[1:] for case in HEARD], ids=[case[0] for case in HEARD])
def test_where_it_means_what_it_says(text: str, words: list[str]) -> None:
    assert [span.word for span in LISTENER.heard(text)] == words


PARTS = st.lists(st.sampled_from([*"着火车，。没有水平未", "一旦", "隐患", "着火", "没有"]), max_size=12).map("".join)


@given(PARTS)
def test_with_nothing_around_every_longest_word_is_heard(text: str) -> None:
    plainly = Listener(("着火", "没有水"), Around()).heard(text)
    assert len(plainly) == text.count("着火") + text.count("没有水")
    carefully = Listener(("着火", "没有水"), AROUND).heard(text)
    assert set(carefully) <= set(plainly)


@given(PARTS)
def test_what_stands_in_a_clause_of_its_own_is_always_heard(text: str) -> None:
    assert LISTENER.heard(f"{text}。着火！")[-1].word == "着火"
