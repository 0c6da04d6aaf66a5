"""What taxonomy, duty list and places say of one another: one lead for each matter, words that do not get in the way.

Each fault names the file, the place in it and the reason, in Chinese.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from domain.dispatch_rules import TOWN_OF_PLACE
from domain.units import UnitKind
from gateways.policy_checks import OFFICE_KINDS, Fault, PolicyFiles, repeated
from gateways.yaml_lines import Loc
from models.taxonomy_files import DutyShape, PlacesFile, SubCategoryShape, TaxonomyFile, UnitsFile

Placed = tuple[str, Loc, SubCategoryShape]
"""A sub-category with the file and the place in it where it stands."""


def file_of(category: str) -> str:
    """The file of a category's sub-categories."""
    return f"taxonomy/{category}.yaml"


def check_taxonomy(files: PolicyFiles) -> Iterator[Fault]:
    """Every fault that can be found in the files that could be read."""
    kinds = {unit.code: unit.kind for unit in files.units.units} if files.units else None
    placed: list[Placed] = [
        (file_of(category), ("sub_categories", index), item)
        for category, file in files.sub_categories.items()
        if file is not None
        for index, item in enumerate(file.sub_categories)
    ]
    whole = bool(files.sub_categories) and None not in files.sub_categories.values()
    if files.taxonomy:
        yield from _categories(files.taxonomy, len(placed) if whole else None)
    yield from _sub_categories(placed, kinds)
    yield from _words(placed)
    if files.units and kinds is not None:
        yield from _duties(files.units, kinds)
        if whole:
            yield from _leads(files.units, placed)
    if whole:
        yield from _rural(placed)
    if files.places:
        yield from _places(files.places, kinds)
        yield from _other_places(files.places, kinds)


def _categories(file: TaxonomyFile, sub_categories: int | None) -> Iterator[Fault]:
    name = "taxonomy.yaml"
    yield from repeated(name, ("categories",), "code", (item.code for item in file.categories))
    yield from repeated(name, ("categories",), "name", (item.name for item in file.categories))
    if len(file.categories) != file.sizes.categories:
        reason = f"应有 {file.sizes.categories} 个大类，实有 {len(file.categories)} 个"
        yield Fault(name, ("sizes", "categories"), reason)
    if sub_categories is not None and sub_categories != file.sizes.sub_categories:
        reason = f"应有 {file.sizes.sub_categories} 个小类，实有 {sub_categories} 个"
        yield Fault(name, ("sizes", "sub_categories"), reason)


def _sub_categories(placed: list[Placed], kinds: dict[str, UnitKind] | None) -> Iterator[Fault]:
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    for file, loc, item in placed:
        for field, value, known in (("code", item.code, codes), ("name", item.name, names)):
            if value in known:
                yield Fault(file, (*loc, field), f"“{value}”重复，{known[value]} 已有")
            known.setdefault(value, file)
        if kinds is not None:
            yield from _handling_unit(file, (*loc, "lead"), item.lead, kinds)


def _handling_unit(file: str, loc: Loc, unit: str, kinds: dict[str, UnitKind]) -> Iterator[Fault]:
    if unit == TOWN_OF_PLACE:
        return
    if unit not in kinds:
        yield Fault(file, loc, f"未知的单位“{unit}”")
    elif kinds[unit] in OFFICE_KINDS:
        yield Fault(file, loc, f"“{unit}”是平台岗位，不承办诉求")


def _rural(placed: list[Placed]) -> Iterator[Fault]:
    """What a matter is in a village is a sub-category that has no counterpart of its own."""
    counterparts = {item.code: item.rural for _, _, item in placed}
    for file, loc, item in placed:
        if item.rural is None:
            continue
        if item.rural not in counterparts:
            yield Fault(file, (*loc, "rural"), f"未知的小类“{item.rural}”")
        elif item.rural == item.code or counterparts[item.rural] is not None:
            yield Fault(file, (*loc, "rural"), f"“{item.rural}”须是另一个小类，且自身不再有 rural")


def _words(placed: list[Placed]) -> Iterator[Fault]:
    """A special word is of one matter alone; a matter whose words are all another's could never be told from it."""
    owners: dict[str, set[str]] = defaultdict(set)
    for _, _, item in placed:
        for word in item.words:
            owners[word.lower()].add(item.code)
    for file, loc, item in placed:
        for index, word in enumerate(item.special):
            if others := sorted(owners[word.lower()] - {item.code}):
                yield Fault(file, (*loc, "special", index), f"专用词“{word}”又见于“{'、'.join(others)}”")
        swallowing = set.intersection(*(owners[word.lower()] for word in item.words)) - {item.code}
        if swallowing:
            yield Fault(file, loc, f"全部词语都见于“{'、'.join(sorted(swallowing))}”，两个小类无从区分")


def _duties(file: UnitsFile, kinds: dict[str, UnitKind]) -> Iterator[Fault]:
    for index, duty in enumerate(file.duties):
        yield from _handling_unit("units.yaml", ("duties", index, "unit"), duty.unit, kinds)
    yield from repeated("units.yaml", ("duties",), "title", (f"{duty.unit}：{duty.title}" for duty in file.duties))
    having = {duty.unit for duty in file.duties}
    for index, unit in enumerate(file.units):
        if unit.kind is UnitKind.DEPARTMENT and unit.code not in having:
            yield Fault("units.yaml", ("units", index), f"“{unit.name}”没有任何职责(duties)")


def _leads(file: UnitsFile, placed: list[Placed]) -> Iterator[Fault]:
    """Duty list and taxonomy name the same one lead, so that no duty is pushed to whoever has it not.

    A duty that moves stands twice, once with each unit and the date from which it is theirs; the lead is the last.
    """
    leads = {item.code: item.lead for _, _, item in placed}
    covered: dict[str, dict[dt.date, DutyShape]] = defaultdict(dict)
    last = {code: duty for duty in sorted(file.duties, key=lambda item: item.valid_from) for code in duty.covers}
    for index, duty in enumerate(file.duties):
        for place, code in enumerate(duty.covers):
            at: Loc = ("duties", index, "covers", place)
            if code not in leads:
                yield Fault("units.yaml", at, f"未知的小类“{code}”")
            elif duty.valid_from in covered[code]:
                other = covered[code][duty.valid_from].title
                yield Fault("units.yaml", at, f"小类“{code}”已属于“{other}”，同日起算的只能有一条")
            elif last[code] is duty and duty.unit != leads[code]:
                yield Fault("units.yaml", at, f"小类“{code}”的牵头单位是“{leads[code]}”，不是“{duty.unit}”")
            covered[code].setdefault(duty.valid_from, duty)
    for name, loc, item in placed:
        if item.code not in covered:
            yield Fault(name, (*loc, "code"), f"小类“{item.code}”不在任何单位的职责(units.yaml 的 duties)之内")


def _places(file: PlacesFile, kinds: dict[str, UnitKind] | None) -> Iterator[Fault]:
    name = "places.yaml"
    yield from repeated(name, ("places",), "code", (place.code for place in file.places))
    yield from repeated(name, ("same_name",), None, file.same_name)
    towns: dict[str, set[str]] = defaultdict(set)
    words: set[str] = set()
    for index, place in enumerate(file.places):
        loc: Loc = ("places", index)
        if kinds is not None and kinds.get(place.town) is not UnitKind.TOWN:
            yield Fault(name, (*loc, "town"), f"“{place.town}”不是镇街")
        if place.kind not in file.suffixes:
            yield Fault(name, (*loc, "kind"), f"suffixes 里没有“{place.kind}”的后缀")
            continue
        known = towns[place.name]
        if place.town in known:
            yield Fault(name, (*loc, "name"), f"“{place.name}”在“{place.town}”重复")
        elif known and place.name not in file.same_name:
            yield Fault(
                name, (*loc, "name"), f"“{place.name}”已属于“{'、'.join(sorted(known))}”，两地同名须列入 same_name"
            )
        known.add(place.town)
        words.update(file.words_of(place))
    for index, shared in enumerate(file.same_name):
        if len(towns[shared]) < 2:  # noqa: PLR2004 - two towns share a name
            yield Fault(name, ("same_name", index), f"“{shared}”并非两地同名")
    for index, road in enumerate(file.roads):
        if road in words:
            yield Fault(name, ("roads", index), f"“{road}”既是道路又是村居")


def _other_places(file: PlacesFile, kinds: dict[str, UnitKind] | None) -> Iterator[Fault]:
    """Estates and places outside have names of their own."""
    name = "places.yaml"
    words = {word for place in file.places if place.kind in file.suffixes for word in file.words_of(place)}
    yield from repeated(name, ("estates",), "name", (estate.name for estate in file.estates))
    for index, estate in enumerate(file.estates):
        if kinds is not None and kinds.get(estate.town) is not UnitKind.TOWN:
            yield Fault(name, ("estates", index, "town"), f"“{estate.town}”不是镇街")
        if estate.name in words:
            yield Fault(name, ("estates", index, "name"), f"“{estate.name}”已是村居的名称")
    for index, outside in enumerate(file.outside.names):
        if outside in words:
            yield Fault(name, ("outside", "names", index), f"“{outside}”是本区村居的名称")
