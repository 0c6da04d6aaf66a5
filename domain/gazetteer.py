"""Place names in a text: which town they speak for, and why; what is unclear speaks for none.

A village's name alone is a word of every day (市委, 公园, 车站, 幸福), so it counts with its suffix only, or close to
its town's own name. A name that two towns have gives both. A road's name says nothing of a town, and neither does what
is inside a longer name: 光明路 is no place in 光明.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.words import Span, WordIndex, longest


class PlaceKind(StrEnum):
    """What a name names (地名种类)."""

    TOWN = "town"
    VILLAGE = "village"
    RURAL_COMMUNITY = "rural_community"
    COMMUNITY = "community"
    ESTATE = "estate"
    ROAD = "road"
    OUTSIDE = "outside"


PLACE_LABELS = {
    PlaceKind.TOWN: "镇街",
    PlaceKind.VILLAGE: "村",
    PlaceKind.RURAL_COMMUNITY: "农村社区",
    PlaceKind.COMMUNITY: "社区",
    PlaceKind.ESTATE: "小区",
    PlaceKind.ROAD: "道路",
    PlaceKind.OUTSIDE: "区外地名",
}
_RURAL = {PlaceKind.VILLAGE: True, PlaceKind.RURAL_COMMUNITY: True, PlaceKind.COMMUNITY: False}
_MAKES_A_ROAD = re.compile("路(?![灯面边])|街(?![道边])|巷")
"""What follows a name where it is a road's and not the place's; 桃园路灯 is a lamp in 桃园."""
_WHOLE = tuple("区市县")
"""How names end that no road is called after as they stand."""


@dataclass(frozen=True)
class PlaceName:
    """A village, community or estate of a town: its bare name, and the `words` by which a text may mean it."""

    name: str
    kind: PlaceKind
    town: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class NamedPlace:
    """A place that a text names; `towns` are those it may lie in, none for a road or a place outside."""

    word: str
    kind: PlaceKind
    towns: tuple[str, ...] = ()
    rural: bool | None = None
    """Whether it is a village and no community; `None` where it is neither, or one of two by the same name is not."""


@dataclass(frozen=True)
class PlaceReading:
    """What the place names of a text say together.

    `town` is the one town that all of them can lie in, `word` the name that says so most exactly. Without one,
    `candidates` are the towns between which the text leaves it open.
    """

    named: tuple[NamedPlace, ...] = ()
    town: str | None = None
    word: str = ""
    candidates: tuple[str, ...] = ()
    rural: bool | None = None
    """Whether the place is a village and no community; `None` where the names do not say."""

    @property
    def outside(self) -> tuple[str, ...]:
        """Names of places outside the district."""
        return tuple(item.word for item in self.named if item.kind is PlaceKind.OUTSIDE)

    @property
    def is_in_a_village(self) -> bool:
        """Whether the matter lies in a village; a road that is named may be a town's, wherever whoever writes lives."""
        return self.rural is True and all(item.kind is not PlaceKind.ROAD for item in self.named)

    @property
    def speaks_of_elsewhere(self) -> bool:
        """Whether there are places in it, and all of them are outside the district."""
        return bool(self.named) and len(self.outside) == len(self.named)

    def reasons(self, name_of: Callable[[str], str]) -> Iterator[str]:
        """Chinese sentences; `name_of` names a town."""
        for item in self.named:
            match item.kind:
                case PlaceKind.OUTSIDE:
                    yield f"“{item.word}”在本区以外"
                case PlaceKind.ROAD if self.town is None:
                    yield f"“{item.word}”是道路名，不据以判断镇街"
                case _ if len(item.towns) > 1 and self.town is None:
                    yield f"“{item.word}”在{'、'.join(map(name_of, item.towns))}都有，单凭名字不知在哪里"
                case _ if item.word == self.word and self.town is not None:
                    yield f"地点“{item.word}”属于{name_of(self.town)}"
        if self.town is None and all(len(item.towns) < 2 for item in self.named) and self.candidates:  # noqa: PLR2004
            yield f"文中的地点分属{'、'.join(map(name_of, self.candidates))}"


class Gazetteer:
    """The place names of a policy, made ready once."""

    def __init__(
        self,
        town_words: Mapping[str, Sequence[str]],
        places: Sequence[PlaceName] = (),
        roads: Sequence[str] = (),
        outside: Sequence[str] = (),
        near: int = 0,
    ) -> None:
        """`town_words` are all names of each town, its own first; `near` is how many letters are close."""
        self._near = near
        kinds = {(word.lower(), place.town): place.kind for place in places for word in place.words}
        self._meant: dict[str, NamedPlace] = {}
        for town, words in town_words.items():
            for word in words:
                self._add(word, kinds.get((word.lower(), town), PlaceKind.TOWN), town)
        for word in roads:
            self._meant.setdefault(word.lower(), NamedPlace(word, PlaceKind.ROAD))
        for word in outside:
            self._meant.setdefault(word.lower(), NamedPlace(word, PlaceKind.OUTSIDE))
        self._names = WordIndex(self._meant)
        self._bare: dict[str, list[PlaceName]] = {}
        for place in places:
            self._bare.setdefault(place.name.lower(), []).append(place)
        self._bare_names = WordIndex(self._bare)

    def _add(self, word: str, kind: PlaceKind, town: str) -> None:
        named, known = NamedPlace(word, kind, (town,), _RURAL.get(kind)), self._meant.get(word.lower())
        if known is not None:
            alike = known.rural if known.rural == named.rural else None
            named = NamedPlace(known.word, known.kind, (*known.towns, town), alike)
        self._meant[word.lower()] = named

    def read(self, text: str) -> PlaceReading:
        """What the text says of the place."""
        if not text:
            return PlaceReading()
        spans = [span for span in longest(self._names.find(text)) if not self._is_another_s_road(span, text)]
        named = {span.word: self._meant[span.word] for span in spans}
        named |= self._close_to_their_town(text, spans)
        return _together(tuple(named.values()))

    def _is_another_s_road(self, span: Span, text: str) -> bool:
        """滕州路 is a road, wherever it is, and not in 滕州."""
        outside = self._meant[span.word].kind is PlaceKind.OUTSIDE and not span.word.endswith(_WHOLE)
        return outside and _MAKES_A_ROAD.match(text, span.end) is not None

    def _close_to_their_town(self, text: str, spans: Sequence[Span]) -> dict[str, NamedPlace]:
        """Bare names of places that stand next to the name of the town they lie in."""
        towns = [span for span in spans if self._meant[span.word].kind is PlaceKind.TOWN]
        if not towns or not self._near:
            return {}
        found = {}
        for span in longest(self._bare_names.find(text)):
            if any(map(span.touches, spans)) or _MAKES_A_ROAD.match(text, span.end):
                continue
            for place in self._bare[span.word]:
                if any(
                    place.town in self._meant[town.word].towns and _apart(span, town) <= self._near for town in towns
                ):
                    found[span.word] = NamedPlace(place.name, place.kind, (place.town,), _RURAL.get(place.kind))
        return found


def _apart(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end)


def _together(named: tuple[NamedPlace, ...]) -> PlaceReading:
    """The town in which all of the places can lie; those that lie in none say nothing."""
    speaking = [item for item in named if item.towns]
    if not speaking:
        return PlaceReading(named)
    said = {item.rural for item in speaking if item.kind is not PlaceKind.TOWN}
    rural = said.pop() if len(said) == 1 else None
    common = set(speaking[0].towns).intersection(*(item.towns for item in speaking))
    if len(common) != 1:
        candidates = common or {town for item in speaking for town in item.towns}
        return PlaceReading(named, candidates=tuple(sorted(candidates)), rural=rural)
    exact = max(speaking, key=lambda item: (-len(item.towns), item.kind is not PlaceKind.TOWN, len(item.word)))
    return PlaceReading(named, common.pop(), exact.word, rural=rural)
