"""Public replies held against each other and against what was asked: the same one again, or one beside the point."""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from domain.likeness import bands_of, grams_of, letters_of, resemblance, without
from domain.pattern_rules import PatternRules
from domain.patterns import Tally

MOST_OF_A_MARK = 20
"""Of the groups found under one mark the latest are looked at, so that a crowd costs no more than a few."""
MOST_COMPARED = 8
_EXCERPT = 30
"""Letters of a reply that are told as evidence."""

# What differs from case to case in one and the same reply: dates, numbers, and how somebody is addressed.
_DATES = re.compile(
    r"[\d零〇一二三四五六七八九十百]+(?:年|月|日|号|时|点|分|周|天|件|次|元|米|盏|处)?|上午|下午|今日|昨日"
)
_ADDRESSED = re.compile(
    r"尊敬的.{0,3}?(?:先生|女士|同志|师傅|市民|居民|网友)|[\u4e00-\u9fff]{0,2}(?:先生|女士|同志|师傅)"
)


def letters_of_reply(text: str, courtesies: Iterable[str]) -> str:
    """What a reply says without dates, numbers, whom it addresses and what every reply says."""
    letters = letters_of(text)
    for changing in (_ADDRESSED, _DATES):
        letters = changing.sub("", letters)
    return without(letters, courtesies)


class AlikeTexts:
    """Takes in texts one after the other and says which of the earlier ones each is like. Never compares them all."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._firsts: list[str] = []
        self._same: dict[str, int] = {}
        self._marks: defaultdict[int, deque[int]] = defaultdict(lambda: deque(maxlen=MOST_OF_A_MARK))

    def place(self, letters: str) -> int:
        """The number of its group, which is that of the first text in it."""
        known = self._same.get(letters)
        if known is not None:
            return known
        grams = grams_of(letters)
        marks = bands_of(grams)
        common = Counter(group for mark in marks if mark in self._marks for group in self._marks[mark])
        for group, _ in common.most_common(MOST_COMPARED):
            if resemblance(grams, _grams(self._firsts[group])) >= self._least:
                self._same[letters] = group
                return group
        group = len(self._firsts)
        self._firsts.append(letters)
        self._same[letters] = group
        for mark in marks:
            self._marks[mark].append(group)
        return group

    def first_of(self, group: int) -> str:
        """The text that began the group."""
        return self._firsts[group]


_grams = lru_cache(maxsize=4096)(grams_of)


@dataclass(frozen=True)
class Replied:
    """A reply that was accepted: in letters (`letters_of_reply`), and in words, as those of the request."""

    case: str
    unit: str
    reply: str
    request: str
    """The request in letters (`likeness.letters_of`)."""
    reply_words: frozenset[str] = frozenset()
    request_words: frozenset[str] = frozenset()
    names_the_matter: bool = False
    """Whether the reply has a word that the dispatch rules know of the case's category."""


@dataclass
class Replies:
    """Takes in every reply of a period, one after the other, and tells both patterns in the end."""

    rules: PatternRules
    beside: dict[str, Tally] = field(default_factory=dict)
    """Of each unit, the replies that could be held against the request, and those beside the point."""

    def __post_init__(self) -> None:
        self._replies, self._requests = AlikeTexts(self.rules.reply_likeness), AlikeTexts(self.rules.request_likeness)
        self._compared: Counter[str] = Counter()
        self._uses: defaultdict[tuple[str, int], dict[int, str]] = defaultdict(dict)

    def take(self, replied: Replied) -> None:
        """One more reply."""
        if len(replied.request_words) >= self.rules.request_words:
            tally = self.beside.setdefault(replied.unit, Tally())
            tally.count(replied.case, beside_the_point(replied, self.rules))
        if len(grams_of(replied.reply)) < self.rules.reply_grams:
            return
        self._compared[replied.unit] += 1
        # Many who report one matter get one answer: of requests that are alike the first counts.
        request = self._requests.place(replied.request)
        self._uses[replied.unit, self._replies.place(replied.reply)].setdefault(request, replied.case)

    def same(self) -> dict[str, Tally]:
        """Of each unit, the replies that were compared, and those that it used for many different requests."""
        tallies = {unit: Tally(base) for unit, base in self._compared.items()}
        for (unit, group), cases in self._uses.items():
            if len(cases) >= self.rules.reply_group:
                said = f"与本单位另{len(cases) - 1}件不同诉求同一份答复：“{self._replies.first_of(group)[:_EXCERPT]}…”"
                for case in cases.values():
                    tallies[unit].count(case, said)
                    tallies[unit].base -= 1  # it is in the base already
        return tallies


def beside_the_point(replied: Replied, rules: PatternRules) -> str | None:
    """What shows that a reply does not speak to its request; `None`: it does."""
    shared = replied.request_words & replied.reply_words
    if len(shared) >= rules.shared_words or replied.names_the_matter:
        return None
    return f"诉求提到{_some(replied.request_words)}，答复只提到{_some(replied.reply_words) or '套话'}"


_MOST_WORDS = 6


def _some(words: Collection[str]) -> str:
    """The longest few, which say most."""
    some = sorted(words, key=lambda word: (-len(word), word))[:_MOST_WORDS]
    return "、".join(f"“{word}”" for word in some)
