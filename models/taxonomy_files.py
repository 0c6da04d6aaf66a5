"""The shapes of the policy files that say what there is in the district: matters, duties, places."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from domain.conduct import RequestType, Urgency
from domain.units import UnitKind
from models.policy_files import CODE, Code, Shape, Sourced, Text, Word

MIN_WORDS, MAX_WORDS = 3, 32
"""With fewer a matter is found by chance only, with more it is two matters (our own decision)."""


def _written_date(value: object) -> object:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        raise ValueError("应为日期，如 2019-01-01") from None


UnitOrTown = Annotated[str, StringConstraints(pattern=f"^(@town|{CODE})$", max_length=40)]
Date = Annotated[dt.date, BeforeValidator(_written_date)]
Size = Annotated[int, Field(strict=True, ge=1, le=100_000)]


class CategoryShape(Shape):
    """A category of `taxonomy.yaml`."""

    code: Code
    name: Text


class SizesShape(Sourced):
    """How many categories and sub-categories the district has decided on; loading with other numbers is refused."""

    categories: Size
    sub_categories: Size


class TaxonomyFile(Sourced):
    """`taxonomy.yaml`."""

    sizes: SizesShape
    categories: tuple[CategoryShape, ...]


class SubCategoryShape(Shape):
    """A sub-category of `taxonomy/<category>.yaml`, with the three classes of its words."""

    code: Code
    name: Text
    lead: UnitOrTown
    types: Annotated[tuple[RequestType, ...], Field(min_length=1)]
    urgency: Urgency = Urgency.ORDINARY
    special: Annotated[tuple[Word, ...], Field(min_length=1)]
    telling: tuple[Word, ...] = ()
    general: tuple[Word, ...] = ()
    context: tuple[Word, ...] = ()
    excluded: tuple[Word, ...] = ()
    town: Text = ""
    rural: Code | None = None
    """The sub-category that the same matter is in a village, where that is another."""

    @property
    def words(self) -> tuple[str, ...]:
        return (*self.special, *self.telling, *self.general, *self.context)

    @model_validator(mode="after")
    def _says_enough(self) -> Self:
        if not MIN_WORDS <= len(self.words) <= MAX_WORDS:
            raise ValueError(f"词语合计须有 {MIN_WORDS} 至 {MAX_WORDS} 个")
        if repeated := sorted({word for word in self.words if self.words.count(word) > 1}):
            raise ValueError(f"词语“{'、'.join(repeated)}”重复")
        return self

    @model_validator(mode="after")
    def _excludes_what_it_would_find(self) -> Self:
        idle = [phrase for phrase in self.excluded if not any(_is_within(word, phrase) for word in self.words)]
        if idle:
            raise ValueError(f"排除词“{'、'.join(idle)}”里没有本小类的词语，不起作用")
        return self


class SubCategoriesFile(Sourced):
    """`taxonomy/<category>.yaml`."""

    sub_categories: tuple[SubCategoryShape, ...]


class UnitShape(Shape):
    """A unit of `units.yaml`."""

    code: Code
    name: Text
    kind: UnitKind
    duty: Text


class DutyShape(Shape):
    """A line of the duty list; `@town` is every town's own duty."""

    unit: UnitOrTown
    title: Text
    valid_from: Date
    covers: Annotated[tuple[Code, ...], Field(min_length=1)]


class UnitsFile(Sourced):
    """`units.yaml`."""

    units: tuple[UnitShape, ...]
    duties: tuple[DutyShape, ...]


PlaceKind = Literal["community", "village", "rural_community"]


class PlaceShape(Shape):
    """A village or community; `name` without suffix, `code` as the statistical division has it."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
    name: Word
    kind: PlaceKind
    town: Code
    full_name_only: Annotated[bool, Field(strict=True)] = False
    """The name with its short suffix is a word of every day, as 东北村 in “我家东北村口”."""


class SuffixesShape(Shape):
    """What a name must be followed by to be a place: `short` ones in speech, `full` ones in writing."""

    short: tuple[Word, ...]
    full: Annotated[tuple[Word, ...], Field(min_length=1)]


class EstateShape(Shape):
    """A housing estate by its whole name, which no other place has."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=20)]
    town: Code


class OutsideShape(Sourced):
    """Names of places outside the district."""

    names: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=20)], ...]


class NearShape(Sourced):
    """How many letters from its town's name a bare name of a village still counts."""

    value: Annotated[int, Field(strict=True, ge=0, le=20)]


class PlacesFile(Sourced):
    """`places.yaml`."""

    suffixes: dict[PlaceKind, SuffixesShape]
    same_name: tuple[Word, ...]
    """Names that two towns have; they say nothing of the town."""
    roads: tuple[Word, ...]
    near: NearShape
    outside: OutsideShape
    estates: tuple[EstateShape, ...] = ()
    """Public lists have none; a district adds its own."""
    places: tuple[PlaceShape, ...]

    def words_of(self, place: PlaceShape) -> tuple[str, ...]:
        """The names by which the text may mean this place."""
        suffixes = self.suffixes[place.kind]
        allowed = suffixes.full if place.full_name_only else (*suffixes.short, *suffixes.full)
        return tuple(place.name + suffix for suffix in allowed)


def _is_within(word: str, phrase: str) -> bool:
    return word != phrase and word.lower() in phrase.lower()
