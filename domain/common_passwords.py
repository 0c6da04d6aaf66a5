"""Passwords that everybody tries first: made of nothing but well-known words, walks over the keys, rows and years.

NIST SP 800-63B (5.1.1.2) has passwords compared with those that are commonly used or expected, and asks for no mixture
of kinds of letters. A list of leaked passwords is mostly variations of few parts, so the parts are listed here.
"""

from __future__ import annotations

import re
from functools import cache

_WORDS = """
password passwd passw0rd pass word pwd admin administrator root user guest login logon welcome letmein hello changeme
change default test testing master secret access system server manager office public service super iloveyou love
qwerty dragon monkey football baseball sunshine princess shadow summer winter spring autumn monday sunday happy lucky
woaini woaiwo aini wode mima nihao baobao laopo laogong zhongguo china beijing shandong zhengfu gov hotline jiedu
zhongxin xinxi guanli yuan ceshi yunwei rongetong ronget paiqian tongyi rexian taobao baidu tencent huawei weixin alipay
5201314 1314520 1314 520 521 147258369 147 258 369 159 357 888 666 12345 10086 110 119 120
""".split()  # noqa: SIM905 - a list of words is read more easily than one of quotation marks
"""Words of lists of leaked passwords, of this trade and of Chinese habits (our own choice)."""
_WALKS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qazwsxedcrfvtgbyhnujm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm")
_SHORTEST_WALK = 3
_FOR = {"a": "a@4", "e": "e3", "i": "i1!", "l": "l1", "o": "o0", "s": "s$5", "t": "t7"}
"""What people write for a letter."""
_YEAR = r"(?:19|20)\d\d(?:[01]\d[0-3]\d)?"
_SIGNS = re.compile(r"[\W_]")
_LEAST_LEFT = 4


def is_everybodys(password: str) -> bool:
    """Whether hardly anything is left of it (fewer than four different letters) without what everybody tries."""
    whole = password.lower()
    # Each takes away what the other would have seen, such as the keys `fgh` out of the row `abcdefghij`.
    left = (_parts().sub("", _without_rows(whole)), _without_rows(_parts().sub("", whole)))
    return any(len(set(_SIGNS.sub("", one))) < _LEAST_LEFT for one in left)


@cache
def _parts() -> re.Pattern[str]:
    walks = {
        way[begin:end]
        for walk in _WALKS
        for way in (walk, walk[::-1])
        for begin in range(len(way))
        for end in range(begin + _SHORTEST_WALK, len(way) + 1)
    }
    words = sorted({*_WORDS, *walks}, key=lambda word: (-len(word), word))
    return re.compile("|".join([_YEAR, *(_however_written(word) for word in words)]))


def _however_written(word: str) -> str:
    return "".join(f"[{re.escape(_FOR[letter])}]" if letter in _FOR else re.escape(letter) for letter in word)


def _without_rows(text: str) -> str:
    """The text without three or more letters that are the same, or each the next one: `aaa`, `abc`, `987`."""
    left, at = [], 0
    while at < len(text):
        end = max(_row(text, at, step) for step in (-1, 0, 1))
        if end - at < _SHORTEST_WALK:
            left.append(text[at])
            end = at + 1
        at = end
    return "".join(left)


def _row(text: str, begin: int, step: int) -> int:
    """Where the row that begins here ends, of letters each `step` after the one before."""
    end = begin + 1
    while end < len(text) and ord(text[end]) - ord(text[end - 1]) == step:
        end += 1
    return end
