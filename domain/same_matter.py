"""What makes two petitions the same matter: they are about the same, and something ties them together.

Being about the same is told by their words and by the sub-category these speak for; what ties them is the place, the
person, or a long text that nobody writes twice by chance. One without the other is nothing: “路灯坏了” in two places
is two matters, and so is everything else that one person reports. The score is the product of both.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from domain.likeness import bands_of, grams_of, letters_of, number, phrases_of, resemblance, without

_METRES_PER_DEGREE = 111_320
"""Of latitude; a degree of longitude is shorter by the cosine of the latitude."""
_EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres (IUGG)."""
_BEFORE_SUFFIX = 2
"""Letters of a place name before its suffix: more would take in the verb before it, one alone is no name."""
MOST_NAMES = 6
"""Place names of one petition that are looked up; a text that names more is a list."""


class Shown(StrEnum):
    """What a petitioner may be told of a matter that others reported."""

    CASE_NUMBER = "case_number"
    STAGE = "stage"
    UNIT = "unit"
    DUE = "due"


@dataclass(frozen=True)
class HotTopicRules:
    """When much-reported matters are a hot topic: `least` petitions in `recent_days`, `growth` times the usual.

    The usual is the average of the `past_days` before, for as many days.
    """

    recent_days: int
    past_days: int
    least: int
    growth: float


@dataclass(frozen=True)
class SameMatterRules:
    """The figures by which petitions are told to be the same matter. Weights are shares from 0 to 1, times are days."""

    threshold: float
    """The least score that is proposed."""
    sub_category_weight: float
    category_weight: float
    person_weight: float
    place_weight: float
    telling_grams: int
    """The least number of different letter triples of a text that can tie two petitions by itself."""
    exact_letters: int
    """The least length of a text whose repetition by the same person is merged without asking."""
    near_metres: int
    far_metres: int
    person_days: int
    place_days: int
    text_days: int
    merge_exact_repeats: bool
    tell_petitioner: tuple[Shown, ...]
    """Empty: petitioners are told nothing."""
    most_proposals: int
    kept_days: int
    """For how long after its registration a closed petition is still compared."""
    courtesies: tuple[str, ...]
    """Phrases that say nothing of the matter."""
    place_suffixes: tuple[str, ...]
    not_places: tuple[str, ...]
    """Words that end like a place name and are none."""
    hot: HotTopicRules

    @property
    def window_days(self) -> int:
        """Two petitions further apart are never compared."""
        return max(self.person_days, self.place_days, self.text_days)


@dataclass(frozen=True)
class Matter:
    """What a petition is about, as far as it is known: codes of the taxonomy and the name people read."""

    category: str | None = None
    sub_category: str | None = None
    name: str = ""


@dataclass(frozen=True)
class Traits:
    """What is compared of a petition; made by `traits_of`. `person` is a number that stands for whoever reported."""

    letters: str
    grams: frozenset[str]
    stated: frozenset[str]
    """Place names of the place field."""
    names: frozenset[str]
    """Place names of the place field and the text."""
    point: tuple[float, float] | None
    """Longitude and latitude, WGS-84 degrees."""
    matter: Matter
    person: int | None
    at: dt.datetime | None


@dataclass(frozen=True)
class Likeness:
    """How surely two petitions are the same matter, from 0 to 1, and why, in Chinese.

    `impersonal` is the score without who reported: what may be told to somebody else. `exact_repeat`: the same
    person said the same of the same place again.
    """

    score: float
    impersonal: float
    reasons: tuple[str, ...]
    exact_repeat: bool = False


UNLIKE = Likeness(0.0, 0.0, ())


def traits_of(
    rules: SameMatterRules,
    text: str,
    *,
    place: str = "",
    point: tuple[float, float] | None = None,
    matter: Matter | None = None,
    person: int | None = None,
    at: dt.datetime | None = None,
) -> Traits:
    """What is compared of a petition. Any text will do, also none."""
    letters = letters_of(text)
    stated = _names_in(place, rules)
    return Traits(
        letters=letters,
        grams=grams_of(without(letters, rules.courtesies)),
        stated=stated,
        names=stated | _names_in(text, rules),
        point=point,
        matter=matter or Matter(),
        person=person,
        at=at,
    )


def _names_in(text: str, rules: SameMatterRules) -> frozenset[str]:
    """Place names, each as the few letters before its suffix and the suffix: short, but the same in every text."""
    found = {name for phrase in phrases_of(text) for name in _names_of_phrase(phrase, rules)}
    return frozenset(sorted(found)[:MOST_NAMES])


def _names_of_phrase(phrase: str, rules: SameMatterRules) -> Iterator[str]:
    for suffix in rules.place_suffixes:
        start = phrase.find(suffix, 1)
        while start != -1:
            end = start + len(suffix)
            name = phrase[max(0, start - _BEFORE_SUFFIX) : end]
            # With the letter that follows: a road's surface is no road.
            seen = name + phrase[end : end + 1]
            if len(name) == _BEFORE_SUFFIX + len(suffix) and not any(word in seen for word in rules.not_places):
                yield name
            start = phrase.find(suffix, end)


def marks(traits: Traits, rules: SameMatterRules) -> frozenset[int]:
    """The numbers under which a petition is kept, so that whoever asks for one of them finds it."""
    point = traits.point
    own = {_cell(*point, rules)} if point else set()
    return frozenset((*_common_marks(traits, rules), *_spots(traits, own)))


def asked_marks(traits: Traits, rules: SameMatterRules) -> frozenset[int]:
    """The numbers to ask for: those of `marks`, and of the cells around it, as a neighbour may lie across the line."""
    return frozenset((*_common_marks(traits, rules), *_spots(traits, _cells_around(traits.point, rules))))


def _common_marks(traits: Traits, rules: SameMatterRules) -> Iterator[int]:
    if len(traits.grams) >= rules.telling_grams:
        yield from bands_of(traits.grams)
    if traits.person is not None:
        yield number("person", traits.person)
    about = traits.matter.sub_category or ""
    for name in traits.names:
        yield number("name", name, about)


def _spots(traits: Traits, cells: set[tuple[int, int]]) -> Iterator[int]:
    about = traits.matter.sub_category or ""
    return (number("cell", *cell, about) for cell in cells)


def _cell(longitude: float, latitude: float, rules: SameMatterRules) -> tuple[int, int]:
    """A square of `near_metres` that the point lies in."""
    row = math.floor(latitude * _METRES_PER_DEGREE / rules.near_metres)
    return row, _column(longitude, row, rules)


def _column(longitude: float, row: int, rules: SameMatterRules) -> int:
    """Which square of the row; all of a row have the width they have at its edge."""
    side = rules.near_metres / _METRES_PER_DEGREE
    shrink = max(math.cos(math.radians(row * side)), 0.01)
    return math.floor(longitude * shrink / side)


def _cells_around(point: tuple[float, float] | None, rules: SameMatterRules) -> set[tuple[int, int]]:
    if point is None:
        return set()
    own, _ = _cell(*point, rules)
    rows = (own - 1, own, own + 1)
    return {(row, _column(point[0], row, rules) + step) for row in rows for step in (-1, 0, 1)}


def compare(one: Traits, other: Traits, rules: SameMatterRules) -> Likeness:
    """How surely the two are the same matter, and why. It does not matter which of them came first."""
    days = abs((one.at - other.at).total_seconds()) / 86400 if one.at and other.at else 0.0
    identical = bool(one.letters) and one.letters == other.letters
    alike = 1.0 if identical and one.grams else resemblance(one.grams, other.grams)
    same_place, where = _same_place(one, other, rules)
    if same_place is False or days > rules.window_days:
        return UNLIKE
    about, matter_reason = _about(one, other, alike, rules)
    person = one.person is not None and one.person == other.person and days <= rules.person_days
    telling = min(len(one.grams), len(other.grams)) >= rules.telling_grams and days <= rules.text_days
    by_place = rules.place_weight if same_place and days <= rules.place_days else 0.0
    # Only nearly the same text ties by itself: of two that share half of it, each writer may have written their own.
    impersonal_tie = 1 - (1 - by_place) * (1 - (alike**2 if telling else 0.0))
    tie = 1 - (1 - impersonal_tie) * (1 - (rules.person_weight if person else 0.0))
    reasons = (
        [f"文字相同（{len(one.letters)}字）" if identical else f"文字相似{alike:.0%}"] if alike >= _WORTH_SAYING else []
    )
    reasons += [matter_reason] if matter_reason else []
    reasons += [where] if by_place else []
    reasons += ["同一诉求人"] if person else []
    return Likeness(
        score=round(about * tie, 4),
        impersonal=round(about * impersonal_tie, 4),
        reasons=tuple(reasons),
        exact_repeat=person and identical and len(one.letters) >= rules.exact_letters and _where_alike(one, other),
    )


_WORTH_SAYING = 0.15
"""Any two complaints share a few per cent of their letters; below this the figure would only mislead."""


def _where_alike(one: Traits, other: Traits) -> bool:
    """Whether two that are not known to be in different places say where they are in the same way."""
    both_or_neither = (one.point is None) == (other.point is None)
    return both_or_neither and one.stated == other.stated


def _about(one: Traits, other: Traits, alike: float, rules: SameMatterRules) -> tuple[float, str]:
    mine, theirs = one.matter, other.matter
    if mine.sub_category and mine.sub_category == theirs.sub_category:
        return 1 - (1 - alike) * (1 - rules.sub_category_weight), f"同属“{mine.name or mine.sub_category}”"
    if mine.category and mine.category == theirs.category:
        return 1 - (1 - alike) * (1 - rules.category_weight), ""
    return alike, ""


def _same_place(one: Traits, other: Traits, rules: SameMatterRules) -> tuple[bool | None, str]:
    """Whether the places are the same, and why; `None`: nobody knows."""
    if one.point and other.point:
        metres = distance(one.point, other.point)
        if metres <= rules.near_metres:
            return True, f"地点相距{metres:.0f}米"
        if metres > rules.far_metres:
            return False, ""
    both_stated = bool(one.stated and other.stated)
    # The text may name a place in passing, the field names where it is.
    shared = (one.stated & other.names | one.names & other.stated) if both_stated else one.names & other.names
    if shared:
        return True, f"都提到“{max(sorted(shared), key=len)}”"
    if both_stated or (one.names and other.names and one.letters != other.letters):
        return False, ""
    return None, ""


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres between two points of longitude and latitude (haversine)."""
    (lng1, lat1), (lng2, lat2) = ((math.radians(lng), math.radians(lat)) for lng, lat in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lng2 - lng1) / 2) ** 2
    return 2 * _EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half)))
