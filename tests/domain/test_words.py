"""Every word of a list is found wherever it stands, and the longer word speaks for the shorter one in it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.words import Span, WordIndex, longest

LETTERS = "井盖丢失aB"
WORDS = st.lists(st.text(LETTERS, min_size=1, max_size=4), max_size=8)
TEXTS = st.text(LETTERS, max_size=30)


def test_overlapping_words_are_all_found_from_left_to_right() -> None:
    found = WordIndex(["井盖", "井盖丢失", "丢失"]).find("井盖丢失")
    assert found == [Span(0, 2, "井盖"), Span(0, 4, "井盖丢失"), Span(2, 4, "丢失")]


def test_latin_letters_are_found_in_any_case() -> None:
    assert [span.word for span in WordIndex(["KTV", "4S店"]).find("去ktv，到4s店")] == ["ktv", "4s店"]


def test_the_longest_speaks_wherever_the_shorter_one_stands_in_it() -> None:
    index = WordIndex(["着火", "山林着火", "着火点", "火势"])
    assert [span.word for span in longest(index.find("山林着火，着火点不明"))] == ["山林着火", "着火点"]


@given(WORDS, TEXTS)
def test_it_finds_what_looking_for_each_word_finds(words: list[str], text: str) -> None:
    folded = text.lower()
    wanted = {
        Span(start, start + len(word), word)
        for word in {word.lower() for word in words}
        for start in range(len(folded))
        if folded.startswith(word, start)
    }
    found = WordIndex(words).find(text)
    assert (set(found), len(found)) == (wanted, len(wanted))


@given(WORDS, TEXTS)
def test_of_the_longest_none_lies_in_another_and_each_other_lies_in_one(words: list[str], text: str) -> None:
    spans = WordIndex(words).find(text)
    kept = longest(spans)
    for span in spans:
        around = [other for other in kept if other.start <= span.start and span.end <= other.end]
        assert around == [span] if span in kept else around


def test_no_words_and_no_text() -> None:
    assert WordIndex([]).find("井盖") == WordIndex(["井盖"]).find("") == []
