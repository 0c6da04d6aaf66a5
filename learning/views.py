"""A text seen in different ways: as words and pairs of words, and as runs of one to four letters.

Words carry the meaning and are what people are told; runs forgive wrong cuts, misspellings and words never seen.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import numpy as np
import rjieba
from numpy.typing import NDArray

Runs = NDArray[np.uint64]

MAX_LETTERS = 5_000
"""What is looked at of a text. What it is about is said long before, and nobody can slow us down with more."""
LONGEST_RUN = 4
PAIR = " "
"""Between the two words of a pair."""

_SILENT = re.compile(r"[\W_]+")
_SPACES = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_CUT_SHARE = 1 / 6
_BITS = np.uint64(16)
_LETTER = np.uint64(0xFFFF)
_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
_GREATEST, _OTHER = 0xFFFF, 0xFFFD


def plain(text: str) -> str:
    """The text as it is compared: one form for each letter, small ones, single spaces, no more than is looked at."""
    folded = unicodedata.normalize("NFKC", text[: 2 * MAX_LETTERS]).lower()
    kept = _SPACES.sub(" ", folded).strip()[:MAX_LETTERS]
    return kept.encode(errors="replace").decode()  # half of a pair of surrogates is no letter


def is_cut(text: str) -> bool:
    """Whether a plain text comes as words with spaces between them, as some collections are kept."""
    return text.count(" ") > _CUT_SHARE * len(text) and bool(_HAN.search(text))


def words_of(text: str) -> list[str]:
    """The words of a plain text in their order, without punctuation."""
    cut = text.split(" ") if is_cut(text) else rjieba.cut(text)
    return [word for word in cut if word and not _SILENT.fullmatch(word)]


def words_and_pairs(text: str) -> list[str]:
    """Every word of a plain text and every two that follow each other."""
    words = words_of(text)
    return words + [first + PAIR + second for first, second in pairwise(words)]


def runs_of(text: str) -> Runs:
    """Every run of one to four letters of a plain text, each as one number: sixteen bits a letter.

    Numbers are found in a table several times as fast as pieces of text. Letters beyond sixteen bits, mostly emoji,
    all count as one.
    """
    joined = text.replace(" ", "") if is_cut(text) else text
    letters = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    codes = np.where(letters > _GREATEST, _OTHER, letters).astype(np.uint64)
    runs, found = codes, [codes]
    for longer in range(1, LONGEST_RUN):
        runs = (runs[:-1] << _BITS) | codes[longer:]
        found.append(runs)
    return np.concatenate(found)


def are_chinese(runs: Runs) -> NDArray[np.bool_]:
    """Which of the runs end in two Chinese letters at least."""
    last, before = runs & _LETTER, (runs >> _BITS) & _LETTER
    return np.asarray((last >= _FIRST_HAN) & (last <= _LAST_HAN) & (before >= _FIRST_HAN) & (before <= _LAST_HAN))


def head(text: str, letters: int) -> str:
    """The beginning of a plain text. One that is cut into words lacks the small ones, so it gets fewer letters."""
    if not is_cut(text):
        return text[:letters]
    kept: list[str] = []
    room = letters * 7 // 10
    for word in text.split(" "):
        if room <= 0:
            break
        kept.append(word)
        room -= len(word)
    return " ".join(kept)
