from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.plain_signs import plain_signs


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("１３９０００００００１", "13900000001"),
        ("\u202d139 0000 0001\u202c", "13900000001"),
        ("\ufeff139\u200b00000001", "13900000001"),
        ("ＳＺ－２０２６０３０２－０００１７", "SZ-20260302-00017"),
        ("SZ–20260302—00017", "SZ-20260302-00017"),
        ("ceshi-jia＠example．com", "ceshi-jia@example.com"),
        ("", ""),
    ],
)
def test_what_is_copied_or_typed_in_full_width_is_what_was_meant(sent: str, meant: str) -> None:
    assert plain_signs(sent) == meant


@given(st.text("0123456789", min_size=1), st.lists(st.sampled_from(["\u202d", "\u200b", "\ufeff", " ", "\u3000"])))
def test_digits_are_left_whatever_stands_between_them(digits: str, between: list[str]) -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in digits)
    assert plain_signs("".join(between).join(wide) + "".join(between)) == digits
