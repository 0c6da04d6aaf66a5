"""Hot topics: matters that more and more petitions are about, named by their place and matter and nobody's name."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from domain.grouping import Groups
from domain.likeness import phrases_of, without
from domain.same_matter import Matter, SameMatterRules, Traits

T = TypeVar("T")


@dataclass(frozen=True)
class Reported:
    """A petition that may be part of a topic; `traits.at` is when it came in."""

    id: str
    case_number: str
    traits: Traits
    town: str | None = None


@dataclass(frozen=True)
class Topic:
    """A hot topic. `id` is that of its first petition, `usual` how many there used to be in as many days."""

    id: str
    name: str
    matter: Matter
    town: str | None
    recent: int
    usual: float
    cases: tuple[str, ...]


MOST_CASES = 500
"""Cases that a topic names, the latest first: as many as a district reports of one matter in a week, and more."""


def hot_topics(reported: Iterable[Reported], now: dt.datetime, rules: SameMatterRules) -> list[Topic]:
    """The hot topics among what was reported within the days that count; the largest first.

    A group is hot with `least` petitions in the recent days, if these are `growth` times the usual number.
    """
    hot = rules.hot
    since = now - dt.timedelta(days=hot.recent_days)
    first = since - dt.timedelta(days=hot.past_days)
    groups, members = Groups(rules), defaultdict[int, list[Reported]](list)
    dated = [
        (item.traits.at, item) for item in reported if item.traits.at is not None and first < item.traits.at <= now
    ]
    for _, item in sorted(dated, key=lambda pair: (pair[0], pair[1].id)):
        members[groups.place(item.traits).group].append(item)
    topics = []
    for group in members.values():
        recent = sum(item.traits.at is not None and item.traits.at > since for item in group)
        usual = (len(group) - recent) * hot.recent_days / hot.past_days
        if recent >= hot.least and recent >= hot.growth * usual:
            topics.append(_topic(group, recent, usual))
    return sorted(topics, key=lambda topic: (-topic.recent, topic.usual, topic.id))


def _topic(group: Sequence[Reported], recent: int, usual: float) -> Topic:
    matter = _most(item.traits.matter for item in group if item.traits.matter.sub_category) or Matter()
    town = _most(item.town for item in group if item.town)
    return Topic(
        id=group[0].id,
        name=_name(group, matter),
        matter=matter,
        town=town,
        recent=recent,
        usual=round(usual, 2),
        cases=tuple(item.case_number for item in reversed(group[-MOST_CASES:])),
    )


def _name(group: Sequence[Reported], matter: Matter) -> str:
    """Place and matter. Only what half of the group names is told: one person's words are nobody's topic."""
    named = Counter(name for item in group for name in item.traits.names)
    places = [name for name, count in named.items() if 2 * count >= len(group)]
    place = max(places, key=lambda name: (named[name], len(name), name), default="")
    about = matter.name or "内容相近的诉求"
    return f"{place} · {about}" if place else about


def _most(values: Iterable[T]) -> T | None:
    """The most frequent value, the first of several."""
    found = Counter(values).most_common(1)
    return found[0][0] if found else None


_SHORTEST, _LONGEST = 3, 8
MOST_WORDS = 5


def said_by_most(texts: Sequence[str], courtesies: Collection[str], known: str = "") -> list[str]:
    """What at least half of `texts`, and three of them, say in the same letters; what is said most and longest first.

    What stands in `known` already (the name of the topic) is not said again, nor are courtesies.
    """
    found: Counter[str] = Counter()
    for text in texts:
        phrases = (without(phrase, courtesies) for phrase in phrases_of(text))
        found.update({run for phrase in phrases for run in _runs(phrase)})
    least = max(3, -(-len(texts) // 2))
    said = {run: count for run, count in found.items() if count >= least and not _tells_again(run, known)}
    chosen: list[str] = []
    for run in sorted(said, key=lambda run: (-said[run] * (len(run) - 1.5), run)):
        if not any(_overlap(run, other) for other in chosen):
            chosen.append(run)
        if len(chosen) == MOST_WORDS:
            break
    return chosen


def _runs(phrase: str) -> Iterable[str]:
    for length in range(_SHORTEST, _LONGEST + 1):
        for start in range(len(phrase) - length + 1):
            yield phrase[start : start + length]


def _tells_again(run: str, known: str) -> bool:
    return any(run[start : start + _SHORTEST] in known for start in range(len(run) - _SHORTEST + 1))


def _overlap(run: str, other: str) -> bool:
    """Whether they are pieces of one phrase: all but one letter of the shorter stand in the longer."""
    short, long = sorted((run, other), key=len)
    return len(set(short) & set(long)) >= len(set(short)) - 1
