"""What people typed, made readable for word lists: other forms of the same letters, hidden letters, broken text.

Nothing here changes what is stored; the engine only reads a plainer copy, and says what kept it from reading.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
"""Letters without width or ink: soft hyphens, joiners, marks of direction, variation selectors, byte order marks."""
_BROKEN = re.compile(
    "[\ufffd\ue000-\uf8ff]|锟斤拷|烫烫|屯屯"
    "|[\u00c0-\u00ff][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
"""What Chinese text becomes when its bytes are read in the wrong encoding: 锟斤拷, or pairs of accented letters."""
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile("[A-Za-z]")
_BETWEEN = re.compile("(?<=[\u3400-\u4dbf\u4e00-\u9fff])[ \t*_.·•|/\\-]+(?=[\u3400-\u4dbf\u4e00-\u9fff])")
"""What is put between letters so that no word list finds the word."""


@dataclass(frozen=True)
class Reading:
    """How texts are read: policy data. `variants` are two strings of the same length, each letter and its plain form.

    Of a text longer than `longest` letters the beginning is read and the rest is not; a text of which more than
    `most_broken` is broken, or of whose `many` letters or more fewer than `least_varied` differ, decides nothing.
    """

    variants: tuple[str, str] = ("", "")
    longest: int = 1_000_000
    most_broken: float = 1.0
    many: int = 1_000_000
    least_varied: float = 0.0

    def plain(self, text: str) -> str:
        """The text in plain letters: one form of each letter, nothing hidden, nothing between the letters of a word."""
        shown = unicodedata.normalize("NFKC", _HIDDEN.sub("", text[: self.longest]))
        return _BETWEEN.sub("", shown).translate(self._to_plain)

    def flaw(self, text: str) -> str | None:
        """Why nobody should be sent by this text alone, as a Chinese sentence; `None` when it can be read."""
        shown = _HIDDEN.sub("", text[: self.longest]).strip()
        if not shown:
            return "诉求没有文字"
        broken = sum(len(found) for found in _BROKEN.findall(shown))
        if broken > self.most_broken * len(shown):
            return "疑似乱码(文字编码有误)，请联系诉求人核实"
        letters = _HAN.findall(unicodedata.normalize("NFKC", shown))
        if not letters:
            return "没有汉字，疑为外文" if _LATIN.search(shown) else "只有符号，没有可辨认的文字"
        counted = Counter(letters)
        if len(letters) >= self.many and len(counted) < self.least_varied * len(letters) ** 0.5:
            return "大量重复的文字，疑为无效诉求"
        return None

    @cached_property
    def _to_plain(self) -> dict[int, str]:
        return {ord(variant): plain for variant, plain in zip(*self.variants, strict=True)}
