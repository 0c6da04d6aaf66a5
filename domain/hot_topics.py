"""Hot topics: matters that more and more petitions are about, named by their place and matter and nobody's name."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from domain.grouping import Groups
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


MOST_CASES = 20
"""Cases that a topic names, the latest first."""


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
