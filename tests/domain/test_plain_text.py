"""Texts are read in plain letters, never changed; what cannot be read decides nothing and says why."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dispatch import DispatchRequest, KeywordDispatcher
from domain.plain_text import Reading
from tests.support.facts import PARKS, a_policy

READING = Reading(variants=("燈壞", "灯坏"), longest=1000, most_broken=0.2, many=60, least_varied=2)

PLAIN = [
    ("nothing-to-do", "路灯坏了", "路灯坏了"),
    ("traditional", "路燈壞了", "路灯坏了"),
    ("full-width", "ＬＥＤ路灯", "LED路灯"),
    ("in-circles", "③号楼", "3号楼"),
    ("without-width", "路\u200b灯\ufeff坏\u2060了", "路灯坏了"),
    ("signs-between", "路 灯*坏_了", "路灯坏了"),
    ("spaces-between-words-of-others", "LED light 坏了", "LED light 坏了"),
    ("lines-stay", "路灯\n坏了", "路灯\n坏了"),
]


@pytest.mark.parametrize(("text", "plain"), [case[1:] for case in PLAIN], ids=[case[0] for case in PLAIN])
def test_one_form_of_each_letter(text: str, plain: str) -> None:
    assert READING.plain(text) == plain


FLAWS = [
    ("empty", "", "诉求没有文字"),
    ("blank", " \n\u3000", "诉求没有文字"),
    ("hidden-letters-alone", "\u200b\u200d", "诉求没有文字"),
    ("faces", "😀😭😭", "只有符号"),
    ("signs", "？？？！！！123", "只有符号"),
    ("latin", "the lamp is broken", "没有汉字"),
    ("replaced", "锟斤拷锟斤拷路灯", "疑似乱码"),
    ("replacement-letters", "��路灯", "疑似乱码"),
    ("bytes-as-latin", "路灯坏了".encode().decode("latin-1"), "疑似乱码"),
    ("bytes-as-windows", "广济路路灯".encode().decode("cp1252", errors="ignore"), "疑似乱码"),
    ("spam", "路灯坏了" * 50, "大量重复"),
    ("one-letter", "啊" * 100_000, "大量重复"),
]


@pytest.mark.parametrize(("text", "why"), [case[1:] for case in FLAWS], ids=[case[0] for case in FLAWS])
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    flaw = READING.flaw(text)
    assert flaw is not None
    assert why in flaw


@pytest.mark.parametrize("text", ["灯", "路灯坏了，路灯坏了", "LED灯坏了", "路灯坏了😭", "naïve café 门口路灯坏了"])
def test_what_can_be_read_has_no_flaw(text: str) -> None:
    assert READING.flaw(text) is None


POLICY = a_policy(dispatch=dataclasses.replace(a_policy().dispatch, reading=READING))


@pytest.mark.parametrize("text", [case[1] for case in FLAWS], ids=[case[0] for case in FLAWS])
def test_nobody_is_sent_by_what_cannot_be_read_and_the_desk_is_told_why(text: str) -> None:
    answer = KeywordDispatcher(POLICY).rank(DispatchRequest(text))
    assert answer.unit is None
    assert answer.explanation == f"{READING.flaw(text)}，转人工派遣"


def test_what_is_only_written_strangely_is_dispatched() -> None:
    assert KeywordDispatcher(POLICY).rank(DispatchRequest("路\u200b燈不亮")).unit == PARKS


def test_of_a_very_long_text_the_beginning_is_read() -> None:
    assert READING.plain("灯" * 5000) == "灯" * 1000


@given(st.text())
def test_reading_twice_reads_the_same_and_any_text_gets_an_answer(text: str) -> None:
    plain = READING.plain(text)
    assert READING.plain(plain) == plain
    answer = KeywordDispatcher(POLICY).rank(DispatchRequest(text))
    assert answer.unit is None or READING.flaw(text) is None
    assert answer.explanation


HIDDEN = st.lists(st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad"), max_size=3).map("".join)


@given(st.lists(HIDDEN, min_size=4, max_size=4))
def test_hidden_letters_change_no_answer(hidden: list[str]) -> None:
    text = "".join(letter + mark for letter, mark in zip("路灯不亮", hidden, strict=True))
    assert KeywordDispatcher(POLICY).rank(DispatchRequest(text)) == KeywordDispatcher(POLICY).rank(
        DispatchRequest("路灯不亮")
    )
