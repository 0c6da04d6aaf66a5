"""How long a text takes to be read as the word list grows, with words made up of the shipped ones' letters.

    python -m benchmarks.word_lists

Reads nothing but `policy/`. The index is pure Python; a message of a petitioner has 20 to 1,000 letters.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from domain.words import WordIndex
from gateways.policy_files import load_policy

POLICY = Path(__file__).parents[1] / "policy"
ADDED = (0, 100_000, 500_000)
LENGTHS = (20, 200, 1000)
MESSAGES = 100
SEED = 11


def main() -> None:
    """Print the table."""
    own = shipped_words()
    letters = sorted({letter for word in own for letter in word})
    chance = random.Random(SEED)
    texts = {length: [_text(chance, own, letters, length) for _ in range(MESSAGES)] for length in LENGTHS}
    table = Table(
        "词语",
        "建立 秒",
        *(f"{length}字 毫秒" for length in LENGTHS),
        "1000字 对随附词表",
        title="词表大小与读文字的时间",
    )
    baseline = 0.0
    for added in ADDED:
        began = time.perf_counter()
        index = WordIndex([*own, *_made_up(chance, letters, added)])
        built = time.perf_counter() - began
        spent = [_milliseconds(index, texts[length]) for length in LENGTHS]
        baseline = baseline or spent[-1]
        cells = (f"{len(own) + added:,}", f"{built:.2f}", *(f"{each:.3f}" for each in spent))
        table.add_row(*cells, f"{spent[-1] / baseline:.1f} 倍")
    Console(width=110).print(table)


def shipped_words() -> list[str]:
    """Every word and phrase of the shipped rules."""
    rules = load_policy(POLICY).dispatch
    return sorted({word for rule in rules.keywords for word in (rule.word, *rule.excluded)})


def _made_up(chance: random.Random, letters: list[str], count: int) -> set[str]:
    words: set[str] = set()
    while len(words) < count:
        words.add("".join(chance.choices(letters, k=chance.randint(2, 8))))
    return words


def _text(chance: random.Random, words: list[str], letters: list[str], length: int) -> str:
    """A text of which every third part is a word of the list, as in petitions, or rather more."""
    text = ""
    while len(text) < length:
        text += chance.choice(words) if chance.randrange(3) == 0 else chance.choice(letters)
    return text[:length]


def _milliseconds(index: WordIndex, texts: list[str]) -> float:
    began = time.perf_counter()
    for text in texts:
        index.find(text)
    return 1000 * (time.perf_counter() - began) / len(texts)


if __name__ == "__main__":
    main()
