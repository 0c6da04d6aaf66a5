"""How alike two texts are, and a few numbers by which alike texts are found among millions without comparing them all.

Texts are told by their letter triples. MinHash keeps of the triples a handful of samples that two texts share as often
as they share triples (Broder 1997); samples joined into bands are looked up as numbers in an index (LSH). It is own
code because the libraries keep the index in their own store, and ours must commit with the petition (ADR 0014).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Collection, Iterable
from functools import lru_cache
from hashlib import blake2b

GRAM = 3
"""Letters in a gram: two are shared by any two complaints, four break at every other word (measured, ADR 0014)."""
MOST_LETTERS = 5000
"""Letters that are looked at: as many as a petition may have."""
BANDS, ROWS = 12, 3
"""Of texts that share half of their grams 80 % are found by a band, at 70 % 99 %, of unrelated ones (2 %) 0.01 %."""

_WORD = 2**64 - 1
_OTHER_THAN_WORDS = re.compile(r"[\W_]+")
_RUNS = re.compile(r"(.)\1{2,}")


def letters_of(text: str) -> str:
    """What a text says without its layout: one width, one case, no punctuation, no emoji, no letter held down."""
    # A petition is no longer; whatever else is handed in shall not cost more.
    plain = unicodedata.normalize("NFKC", text[: 4 * MOST_LETTERS]).lower()
    return _RUNS.sub(r"\1\1", _OTHER_THAN_WORDS.sub("", plain))[:MOST_LETTERS]


def phrases_of(text: str) -> list[str]:
    """What stands between punctuation, in the letters of `letters_of`."""
    plain = unicodedata.normalize("NFKC", text[:MOST_LETTERS]).lower()
    return [phrase for phrase in _OTHER_THAN_WORDS.split(plain) if phrase]


def without(letters: str, phrases: Iterable[str]) -> str:
    """`letters` without the phrases that say nothing of the matter."""
    for phrase in phrases:
        letters = letters.replace(phrase, "")
    return letters


def grams_of(letters: str) -> frozenset[str]:
    """Every run of `GRAM` letters; of a shorter text the text itself, of none nothing."""
    if not letters:
        return frozenset()
    return frozenset(letters[start : start + GRAM] for start in range(max(1, len(letters) - GRAM + 1)))


def resemblance(one: Collection[str], other: Collection[str]) -> float:
    """The share of grams that both have among those that either has, from 0 to 1 (Jaccard); two empty ones share 0."""
    if not one or not other:
        return 0.0
    both = len(frozenset(one) & frozenset(other))
    return both / (len(one) + len(other) - both)


@lru_cache(maxsize=8)  # whoever asks for a petition's like keeps its numbers next
def bands_of(grams: frozenset[str]) -> tuple[int, ...]:
    """The numbers under which a text is found, `BANDS` of them; the same grams give the same, in whatever process."""
    if not grams:
        return ()
    hashes = [_mixed(zlib.crc32(gram.encode())) for gram in grams]
    samples = [min(map(mask.__xor__, hashes)) for mask in _MASKS]
    return tuple(number("band", band, *samples[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def number(*parts: object) -> int:
    """A number for an index, from 0 to 2^63: the same parts give the same number, in whatever process."""
    digest = blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def _mixed(value: int) -> int:
    """The 32 bits of a checksum spread over 64 (the finaliser of SplitMix64), so that its pattern does not show."""
    value = (value * 0x9E3779B97F4A7C15) & _WORD
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _WORD
    return value ^ (value >> 31)


# Which gram lies nearest to a random number is a fair draw among them; every mask draws anew.
_MASKS = tuple(_mixed(draw) for draw in range(1, BANDS * ROWS + 1))
