"""What is seen of a text."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.encoding import places_of
from learning.views import MAX_LETTERS, are_chinese, head, is_cut, plain, runs_of, words_and_pairs, words_of


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ＡＢ　路灯\n\n不亮 ", "ab 路灯 不亮"),
        ("", ""),
        ("㈠①", "(一)1"),
        ("路\ud800灯", "路?灯"),
        ("长" * 9000, "长" * MAX_LETTERS),
    ],
)
def test_texts_are_compared_in_one_form(text: str, seen: str) -> None:
    assert plain(text) == seen


@given(st.text(max_size=300))
def test_any_text_is_seen_in_every_way(text: str) -> None:
    seen = plain(text)
    assert plain(seen) == seen or len(seen) == MAX_LETTERS
    words_and_pairs(seen)
    runs = runs_of(seen)
    letters = len(seen.replace(" ", "") if is_cut(seen) else seen)
    assert len(runs) == sum(max(0, letters - long) for long in range(4))
    assert len(head(seen, 40)) <= max(40, *map(len, seen.split(" "))) + 40


def test_words_and_pairs_leave_punctuation_out() -> None:
    assert words_of("路灯，损坏！") == ["路灯", "损坏"]
    assert words_and_pairs("路灯，损坏") == ["路灯", "损坏", "路灯 损坏"]


def test_a_text_that_comes_cut_into_words_is_taken_as_it_is() -> None:
    cut = "小区 停电 多次 尽快 修复"
    assert is_cut(cut)
    assert words_of(cut) == ["小区", "停电", "多次", "尽快", "修复"]
    assert np.array_equal(runs_of(cut), runs_of("小区停电多次尽快修复"))
    assert head(cut, 10) == "小区 停电 多次 尽快"
    assert not is_cut("路灯不亮 请维修，谢谢领导们的关心")
    assert not is_cut("a b c d e")


def test_runs_are_numbers_that_are_different_for_different_letters() -> None:
    assert len(set(runs_of("路灯不亮").tolist())) == 10
    assert np.array_equal(runs_of("😀"), runs_of("😁")), "emoji count as one letter"


@given(st.text(max_size=30), st.text(max_size=30))
def test_known_runs_are_found_where_they_are(one: str, other: str) -> None:
    known, asked = np.unique(runs_of(one)), runs_of(other)
    assert known[places_of(asked, known)].tolist() == [run for run in asked.tolist() if run in set(known.tolist())]


@pytest.mark.parametrize(("text", "chinese"), [("路灯", True), ("a灯", False), ("ab", False), ("灯", False)])
def test_chinese_runs_are_told_from_others(text: str, chinese: bool) -> None:
    assert are_chinese(runs_of(text))[-1] == chinese
