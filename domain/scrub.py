"""Takes out of a text whatever could tell the public who somebody is (脱敏), and says what kind of thing it was.

What is looked for stands in the policy (`scrub.yaml`); how numbers are read, however they are written, stands here. A
person looks at the result before anything is published; this makes sure that nothing of a known shape is left to their
attention alone. It takes out too much rather than too little: a wrongly removed number costs a word, a number left in
costs somebody their peace (个人信息保护法第二十八条、第五十一条).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache


class Personal(StrEnum):
    """What kind of thing was taken out (脱敏类别)."""

    NAME = "name"
    IDENTITY_CARD = "identity_card"
    PHONE = "phone"
    EMAIL = "email"
    PLATE = "plate"
    DOOR = "door"
    QUERY_CODE = "query_code"
    NUMBER = "number"


PERSONAL_LABELS = {
    Personal.NAME: "姓名",
    Personal.IDENTITY_CARD: "身份证号",
    Personal.PHONE: "电话",
    Personal.EMAIL: "邮箱",
    Personal.PLATE: "车牌",
    Personal.DOOR: "门牌",
    Personal.QUERY_CODE: "查询码",
    Personal.NUMBER: "号码",
}


@dataclass(frozen=True)
class Shaped:
    """Something that is known by its shape: a regular expression whose first group, if it has one, is taken out."""

    kind: Personal
    pattern: str


@dataclass(frozen=True)
class ScrubRules:
    """What is taken out, and what of that shape is left; see `policy/scrub.yaml`, where each value has its source."""

    shapes: tuple[Shaped, ...]
    least_digits: int
    """Shorter numbers are counts, lengths and house numbers."""
    identity_digits: tuple[int, ...]
    phone_most_digits: int
    kept_numbers: tuple[str, ...]
    """Regular expressions of numbers that are nobody's: moments, case numbers."""
    door_parts: tuple[str, ...]
    roads: tuple[str, ...]
    """Single characters: the last of a road's or village's name."""
    not_before: tuple[str, ...]
    surnames: str
    titles: tuple[str, ...]
    introductions: tuple[str, ...]
    labels: tuple[str, ...]
    sources: dict[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Removal:
    """Something that was taken out: what it was taken for, and what it said."""

    kind: Personal
    said: str


@dataclass(frozen=True)
class Scrubbed:
    """A text without what was taken out; `[电话]` and the like stand in its place."""

    text: str
    removed: tuple[Removal, ...]


Take = Callable[[Personal, str], str]
"""Keeps what is taken out, and gives what stands in its place."""

_CHINESE_DIGITS = "零〇一二三四五六七八九幺"
_BETWEEN = r"[\s\-—–·.,，()（）]{0,3}"
_QUERY_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9\-\s]*[A-Z])(?:[34679ACDEFGHJKMNPQRTUVWXY]{4}[\s\-]?){2}[34679ACDEFGHJKMNPQRTUVWXY]{4}(?![A-Za-z0-9])"
)
_COUNT = r"(?:\d+|[一二三四五六七八九十百]+|[A-Za-z])"
_AFTER_NAME = (
    r"(?=[\s，。；、,.;:：!！?？()（）\d\[]|先生|女士|反映|来电|家|的|说|称|住|[电手]|等|$)"  # where a name can end
)


def scrub(text: str, rules: ScrubRules, known: Collection[str] = ()) -> Scrubbed:
    """`text` without what tells who somebody is; `known` are names and contacts to take out wherever they stand.

    Letters and digits of other shapes (full-width, circled) are read, and written, as what they are.
    """
    return _compiled(rules).scrub(text, known)


def placeholders() -> str:
    """A regular expression of what stands in the place of what was taken out."""
    return rf"\[(?:{'|'.join(map(re.escape, PERSONAL_LABELS.values()))})\]"


class _Scrubber:
    """Rules whose expressions were compiled once."""

    def __init__(self, rules: ScrubRules) -> None:
        more = rules.least_digits - 1
        self._rules = rules
        self._shapes = [(shape.kind, re.compile(shape.pattern)) for shape in rules.shapes]
        self._long = re.compile(rf"(?<![\dA-Za-z])\+?\d(?:{_BETWEEN}\d){{{more},}}[Xx]?")
        self._spoken = re.compile(rf"[{_CHINESE_DIGITS}](?:[\s\-—·]{{0,2}}[{_CHINESE_DIGITS}]){{{more},}}")
        self._kept = re.compile(rf"(?<![\dA-Za-z])(?:{_one_of(rules.kept_numbers, escape=False)})")
        part = rf"{_COUNT}\s*(?:{_one_of(rules.door_parts)})"
        on_road = rf"(?<=[{_chars(rules.roads)}])\s?{_COUNT}\s?号(?!{_one_of(rules.not_before)})"
        self._door = re.compile(rf"{part}(?:[\s\-]*(?:{part}|\d{{3,4}}(?!\d)))*|{on_road}")
        called = rf"(?:{_one_of(rules.introductions)}|(?:{_one_of(rules.labels)})(?:是|为)?)"
        surname = rf"[{_chars(rules.surnames)}]"
        self._said_name = re.compile(rf"{called}\s*[:：]?\s*({surname}[一-龥]{{1,2}}?){_AFTER_NAME}")
        self._titled_name = re.compile(rf"{surname}[一-龥]{{0,2}}?(?:{_one_of(rules.titles)})")

    def scrub(self, text: str, known: Collection[str]) -> Scrubbed:
        plain = _plain(text)
        removed: list[Removal] = []

        def take(kind: Personal, said: str) -> str:
            removed.append(Removal(kind, said))
            return f"[{PERSONAL_LABELS[kind]}]"

        for name in sorted({_plain(item).strip() for item in known}, key=len, reverse=True):
            if len(name) > 1:
                plain = plain.replace(name, take(Personal.NAME, name)) if name in plain else plain
        for kind, shape in self._shapes:
            plain = shape.sub(_replacing(kind, take), plain)
        plain = "".join(self._numbers_out(plain, take))
        plain = self._door.sub(_replacing(Personal.DOOR, take), plain)
        plain = self._said_name.sub(_replacing(Personal.NAME, take), plain)
        plain = self._titled_name.sub(_replacing(Personal.NAME, take), plain)
        return Scrubbed(plain, tuple(removed))

    def _numbers_out(self, text: str, take: Take) -> Iterator[str]:
        """The text with long numbers and codes out of it, but for those that are nobody's."""
        at = 0
        for kept in self._kept.finditer(text):
            yield self._long_out(text[at : kept.start()], take)
            yield kept[0]
            at = kept.end()
        yield self._long_out(text[at:], take)

    def _long_out(self, text: str, take: Take) -> str:
        without = _QUERY_CODE.sub(_replacing(Personal.QUERY_CODE, take), text)
        without = self._long.sub(lambda found: take(self._kind_of(found[0]), found[0]), without)
        return self._spoken.sub(_replacing(Personal.PHONE, take), without)

    def _kind_of(self, number: str) -> Personal:
        digits = len(re.sub(r"[^\dXx]", "", number))
        if digits in self._rules.identity_digits and not number.startswith("+"):
            return Personal.IDENTITY_CARD
        return Personal.PHONE if digits <= self._rules.phone_most_digits else Personal.NUMBER


@lru_cache(maxsize=8)
def _compiled(rules: ScrubRules) -> _Scrubber:
    return _Scrubber(rules)


def _replacing(kind: Personal, take: Take) -> Callable[[re.Match[str]], str]:
    """Takes the first group out of what was found, or all of it where there is none."""

    def replace(found: re.Match[str]) -> str:
        if not found.re.groups or found[1] is None:
            return take(kind, found[0])
        start, end = found.start(1) - found.start(), found.end(1) - found.start()
        return found[0][:start] + take(kind, found[1]) + found[0][end:]

    return replace


def _one_of(words: Collection[str], *, escape: bool = True) -> str:
    """Any of `words`, the longest first; of no words, what is found nowhere."""
    longest = sorted(words, key=len, reverse=True) if escape else words
    return "|".join(map(re.escape, longest) if escape else longest) or r"(?!)"


def _chars(chars: Collection[str]) -> str:
    return "".join(map(re.escape, chars))


def _plain(text: str) -> str:
    """`text` with its letters and digits in their plain shape, and its punctuation as it was written."""
    return "".join(_letter(char) for char in text)


def _letter(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() and (plain.isalnum() or plain in "@.-+") else char
