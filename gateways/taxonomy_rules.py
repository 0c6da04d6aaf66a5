"""The checked files of taxonomy, duties and places as the rules that the domain dispatches by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from domain.dispatch_rules import DispatchRules, KeywordRule
from domain.evidence import Weighing
from domain.gazetteer import PlaceKind, PlaceName
from domain.plain_text import Reading
from domain.units import SubCategory, UnitKind
from models.policy_files import DispatchFile, WeightsShape
from models.taxonomy_files import PlacesFile, SubCategoriesFile, UnitsFile

Matters = Mapping[str, SubCategoriesFile]
"""The sub-categories of each category."""


def sub_categories(matters: Matters) -> tuple[SubCategory, ...]:
    """Every sub-category, in the order of the categories."""
    return tuple(
        SubCategory(
            code=item.code,
            name=item.name,
            category=category,
            lead=item.lead,
            request_types=frozenset(item.types),
            urgency=item.urgency,
            town_part=item.town,
            rural=item.rural,
        )
        for category, file in matters.items()
        for item in file.sub_categories
    )


def dispatch_rules(file: DispatchFile, matters: Matters, places: PlacesFile, units: UnitsFile) -> DispatchRules:
    """The rules as the dispatcher takes them."""
    return DispatchRules(
        threshold=file.threshold.value,
        margin=file.margin.value,
        margin_share=file.margin_share.value,
        keywords=tuple(_keywords(file.weights, matters)),
        town_words=_town_words(places, units),
        proposal_weight=file.proposal_weight.value,
        roads=places.roads,
        places=tuple(_places(places)),
        outside=places.outside.names,
        near=places.near.value,
        weighing=_weighing(file),
        reading=_reading(file),
    )


def _reading(file: DispatchFile) -> Reading:
    shape = file.reading
    return Reading(
        longest=shape.longest, most_broken=shape.most_broken, many=shape.many, least_varied=shape.least_varied
    )


def _weighing(file: DispatchFile) -> Weighing:
    shape = file.weighing
    return Weighing(
        opening=shape.opening,
        opening_factor=shape.opening_factor,
        repeat_gain=shape.repeat_gain,
        least_decisive=file.weights.general,
        denials=tuple(word.lower() for word in shape.denials),
        beside=tuple(word.lower() for word in shape.beside),
    )


def _keywords(weights: WeightsShape, matters: Matters) -> Iterator[KeywordRule]:
    for category, file in matters.items():
        for item in file.sub_categories:
            classes = (
                (weights.special, item.special),
                (weights.telling, item.telling),
                (weights.general, item.general),
                (weights.context, item.context),
            )
            for weight, words in classes:
                for word in words:
                    yield KeywordRule(word, weight, category, item.lead, item.code, item.excluded)


def _places(file: PlacesFile) -> Iterator[PlaceName]:
    for place in file.places:
        yield PlaceName(place.name, PlaceKind(place.kind), place.town, file.words_of(place))
    for estate in file.estates:
        yield PlaceName(estate.name, PlaceKind.ESTATE, estate.town, (estate.name,))


def _town_words(places: PlacesFile, units: UnitsFile) -> dict[str, tuple[str, ...]]:
    words = {unit.code: [unit.name] for unit in units.units if unit.kind is UnitKind.TOWN}
    for place in places.places:
        words[place.town].extend(places.words_of(place))
    for estate in places.estates:
        words[estate.town].append(estate.name)
    return {town: tuple(dict.fromkeys(found)) for town, found in words.items()}
