"""Texts that are alike are found by a few numbers; texts that say nothing are alike to nothing."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.likeness import BANDS, MOST_LETTERS, bands_of, grams_of, letters_of, number, resemblance, without

LONG = "广济路从解放路口到光明路口一段的路灯连续三个晚上都没有亮，路面又有坑，老人和孩子晚上出门很不安全。"


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", ""),
        (" \n\t", ""),
        ("😡😡😡！！！", ""),
        ("广济路，路灯不亮！", "广济路路灯不亮"),
        ("Ｋ１２３路", "k123路"),
        ("啊啊啊啊啊啊啊", "啊啊"),
        ("100元", "100元"),
    ],
)
def test_what_a_text_says_without_its_layout(text: str, letters: str) -> None:
    assert letters_of(text) == letters


def test_a_text_of_any_length_is_looked_at_only_so_far() -> None:
    assert len(letters_of(LONG * 3000)) == MOST_LETTERS
    assert len(letters_of("哈" * 100_000)) == 2


@pytest.mark.parametrize(
    ("letters", "number_of_grams"), [("", 0), ("灯", 1), ("路灯", 1), ("路灯坏", 1), ("路灯坏了", 2)]
)
def test_short_texts_have_few_grams(letters: str, number_of_grams: int) -> None:
    assert len(grams_of(letters)) == number_of_grams


def test_courtesies_are_no_likeness() -> None:
    polite = ("尊敬的", "领导", "您好", "谢谢")
    one, other = (
        grams_of(without(text, polite)) for text in ("尊敬的领导您好井盖丢了谢谢", "尊敬的领导您好暖气不热谢谢")
    )
    assert resemblance(one, other) == 0


@given(st.text(max_size=60), st.text(max_size=60))
def test_resemblance_is_a_share_whoever_asks(one: str, other: str) -> None:
    mine, theirs = grams_of(letters_of(one)), grams_of(letters_of(other))
    assert resemblance(mine, theirs) == resemblance(theirs, mine)
    assert 0 <= resemblance(mine, theirs) <= 1
    assert resemblance(mine, mine) == (1 if mine else 0)


@given(st.text(max_size=80))
def test_any_text_has_all_its_numbers_or_none(text: str) -> None:
    grams = grams_of(letters_of(text))
    bands = bands_of(grams)
    assert len(bands) == (BANDS if grams else 0)
    assert all(0 <= band < 2**63 for band in bands)
    assert bands == bands_of(frozenset(sorted(grams)))


def found_share(shared: int, of: int, trials: int = 200) -> float:
    """How often two sets that share `shared` of `of` grams have a band in common."""
    draw = random.Random(7)
    found = 0
    for _ in range(trials):
        grams = [f"{draw.getrandbits(48):012x}" for _ in range(of)]
        apart = (of - shared) // 2
        one, other = frozenset(grams[: shared + apart]), frozenset(grams[:shared] + grams[shared + apart :])
        found += bool(set(bands_of(one)) & set(bands_of(other)))
    return found / trials


def test_texts_are_found_as_often_as_they_are_alike() -> None:
    assert found_share(100, 100) == 1
    assert found_share(80, 100) > 0.98
    assert 0.7 < found_share(50, 100) < 0.9
    assert found_share(2, 100) < 0.02


def test_numbers_are_the_same_in_every_process() -> None:
    assert number("name", "广济路", "street-light-out") == 7933988772681403786
    assert bands_of(grams_of(letters_of(LONG)))[0] == 5911552909077950450
