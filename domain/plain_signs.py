"""Codes and numbers as people really send them.

A Chinese keyboard writes full-width signs, and what is copied brings along what is not seen: the address book of a
telephone wraps numbers in marks of the direction of writing.
"""

from __future__ import annotations

import re
import unicodedata

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")


def plain_signs(text: str) -> str:
    """`text` in plain letters and digits, without signs that are not seen and without spaces."""
    folded = unicodedata.normalize("NFKC", text)
    seen = "".join(sign for sign in folded if unicodedata.category(sign) not in {"Cf", "Cc"} and not sign.isspace())
    return _DASHES.sub("-", seen)
