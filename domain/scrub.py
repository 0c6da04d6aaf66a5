"""Takes out of a text whatever could tell the public who somebody is (脱敏), and says what kind of thing it was.

A person looks at the result before anything is published; this makes sure that nothing of a known shape is left to
their attention alone. It takes out too much rather than too little: a wrongly removed number costs a word, a number
left in costs somebody their peace (个人信息保护法第二十八条、第五十一条).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum


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

LEAST_DIGITS = 7
"""Shorter numbers are counts, lengths and house numbers; a telephone number here has seven digits or more."""

_CHINESE_DIGITS = "零〇一二三四五六七八九幺"
_BETWEEN = r"[\s\-—–·.,，()（）]{0,3}"
_LONG_NUMBER = re.compile(rf"(?<![\dA-Za-z])\+?\d(?:{_BETWEEN}\d){{{LEAST_DIGITS - 1},}}[Xx]?")
_SPOKEN_NUMBER = re.compile(rf"[{_CHINESE_DIGITS}](?:[\s\-—·]{{0,2}}[{_CHINESE_DIGITS}]){{{LEAST_DIGITS - 1},}}")
# Numbers of this length that are nobody's: the days and moments of the timeline, and case numbers.
_DAY = r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:[0-2]?\d|3[01])(?!\d)(?:[T\s]{1,2}[0-2]?\d:[0-5]\d(?::[0-5]\d)?)?"
_CASE = r"[A-Z]{2,6}-(?:19|20)\d{6}-\d{5}(?!\d)"
_NOBODYS = re.compile(rf"(?<![\dA-Za-z])(?:{_CASE}|{_DAY})")
_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][\s·\-]?[A-Z0-9]{5,6}(?![A-Z0-9])"
)
_QUERY_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Z0-9\-\s]*[A-Z])(?:[34679ACDEFGHJKMNPQRTUVWXY]{4}[\s\-]?){2}[34679ACDEFGHJKMNPQRTUVWXY]{4}(?![A-Za-z0-9])"
)
_COUNT = r"(?:\d+|[一二三四五六七八九十百]+|[A-Za-z])"
_PART = rf"{_COUNT}\s*(?:号院|号楼|栋|幢|单元|门洞|室)"
_DOOR = re.compile(
    rf"{_PART}(?:[\s\-]*(?:{_PART}|\d{{3,4}}(?!\d)))*|(?<=[路街巷道村里弄胡同])\s?{_COUNT}\s?号(?![线段])"
)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤测"
)
_TITLES = "先生|女士|同志|师傅|大爷|大妈|大叔|大姐|阿姨|奶奶|爷爷|老师|某某|某"
_CALLED = r"(?:我叫|本人叫|名叫|(?:姓名|联系人|反映人|诉求人|户主)(?:是|为)?|业主|居民|村民|市民)"
_TITLED_NAME = re.compile(rf"[{_SURNAMES}][一-龥]{{0,2}}?(?=(?:{_TITLES}))(?:{_TITLES})")
_SAID_NAME = re.compile(
    rf"({_CALLED})(\s*[:：]?\s*)([{_SURNAMES}][一-龥]{{1,2}}?)"
    r"(?=[\s，。；、,.;:：!！?？()（）\d\[]|先生|女士|反映|来电|家|的|说|称|住|[电手]|等|$)"
)


def scrub(text: str, known: Collection[str] = ()) -> Scrubbed:
    """`text` without what tells who somebody is; `known` are names and contacts to take out wherever they stand.

    Letters and digits of other shapes (full-width, circled) are read, and written, as what they are.
    """
    plain = _plain(text)
    removed: list[Removal] = []

    def take(kind: Personal, said: str) -> str:
        removed.append(Removal(kind, said))
        return f"[{PERSONAL_LABELS[kind]}]"

    for name in sorted({_plain(item).strip() for item in known}, key=len, reverse=True):
        if len(name) > 1:
            plain = plain.replace(name, take(Personal.NAME, name)) if name in plain else plain
    plain = _EMAIL.sub(lambda found: take(Personal.EMAIL, found[0]), plain)
    plain = _PLATE.sub(lambda found: take(Personal.PLATE, found[0]), plain)
    plain = "".join(_numbers_out(plain, take))
    plain = _DOOR.sub(lambda found: take(Personal.DOOR, found[0]), plain)
    plain = _SAID_NAME.sub(lambda found: found[1] + found[2] + take(Personal.NAME, found[3]), plain)
    plain = _TITLED_NAME.sub(lambda found: take(Personal.NAME, found[0]), plain)
    return Scrubbed(plain, tuple(removed))


def _plain(text: str) -> str:
    """`text` with its letters and digits in their plain shape, and its punctuation as it was written."""
    return "".join(_letter(char) for char in text)


def _letter(char: str) -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain.isascii() and (plain.isalnum() or plain in "@.-+") else char


def _numbers_out(text: str, take: Take) -> Iterator[str]:
    """The text with long numbers and codes out of it, but for days, moments and case numbers."""
    at = 0
    for kept in _NOBODYS.finditer(text):
        yield _long_out(text[at : kept.start()], take)
        yield kept[0]
        at = kept.end()
    yield _long_out(text[at:], take)


def _long_out(text: str, take: Take) -> str:
    without = _QUERY_CODE.sub(lambda found: take(Personal.QUERY_CODE, found[0]), text)
    without = _LONG_NUMBER.sub(lambda found: take(_kind_of(found[0]), found[0]), without)
    return _SPOKEN_NUMBER.sub(lambda found: take(Personal.PHONE, found[0]), without)


def _kind_of(number: str) -> Personal:
    digits = re.sub(r"[^\dXx]", "", number)
    if len(digits) == 18 or (len(digits) == 15 and not number.startswith("+")):  # noqa: PLR2004 - as they are issued
        return Personal.IDENTITY_CARD
    return Personal.PHONE if len(digits) <= 13 else Personal.NUMBER  # noqa: PLR2004 - 86 and eleven digits
