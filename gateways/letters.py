"""Other forms of the letters that the word lists are written in: 燈 for 灯, 壞 for 坏."""

from __future__ import annotations

from collections.abc import Iterable

from opencc import OpenCC

_IDEOGRAPHS = "\n".join(map(chr, range(0x3400, 0xA000)))


def variants_of(words: Iterable[str]) -> tuple[str, str]:
    """Every traditional letter whose simplified form is in `words`, and that form, as two strings of one length."""
    letters = frozenset("".join(words))
    plain = OpenCC("t2s").convert(_IDEOGRAPHS)
    pairs = [pair for pair in zip(_IDEOGRAPHS, plain, strict=True) if pair[0] != pair[1] and pair[1] in letters]
    return "".join(variant for variant, _ in pairs), "".join(simple for _, simple in pairs)
