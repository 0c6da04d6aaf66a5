"""The checked files of dangers and of matters that belong elsewhere as the rules of the domain, and their faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.alarms import AlarmRules, Danger
from domain.conduct import Figure, Urgency
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.elsewhere import ElsewhereRule, ElsewhereRules
from domain.phrases import Around
from domain.units import UnitKind
from gateways.policy_checks import OFFICE_KINDS, Fault, PolicyFiles, repeated
from gateways.yaml_lines import Loc
from models.alarm_files import AlarmsFile, AroundShape, ElsewhereFile
from models.policy_files import Sourced
from models.taxonomy_files import SubCategoryShape

ALARMS, ELSEWHERE = "alarms.yaml", "elsewhere.yaml"


def alarm_rules(file: AlarmsFile, shapes: Iterable[SubCategoryShape]) -> AlarmRules:
    """The dangers of the file, after them every emergency of the taxonomy with its own special words."""
    known = {word for kind in file.dangers.kinds for word in kind.words}
    dangers = [Danger(kind.id, kind.name, kind.unit, kind.words) for kind in file.dangers.kinds]
    urgent = list(file.urgent_words.words)
    for item in shapes:
        own = tuple(word for word in item.special if word not in known)
        if item.urgency is Urgency.EMERGENCY and own:
            dangers.append(Danger(item.code, item.name, item.lead, own))
        elif item.urgency is Urgency.URGENT:
            urgent.extend(own)
    return AlarmRules(tuple(dangers), tuple(dict.fromkeys(urgent)), _around(file.around))


def elsewhere_rules(file: ElsewhereFile) -> ElsewhereRules:
    """The rules as the domain takes them."""
    kept = {"id", "name", "words", "advice", "source", "unit", "holds", "in_place"}
    rules = tuple(ElsewhereRule(**rule.model_dump(include=kept)) for rule in file.rules)
    return ElsewhereRules(rules, _around(file.around))


def _around(shape: AroundShape) -> Around:
    return Around(shape.harmless, shape.denials, shape.calming, shape.after)


def figures_of(alarms: AlarmsFile, elsewhere: ElsewhereFile) -> Iterator[Figure]:
    """What the two files say, told in short with its sources."""
    dangers = alarms.dangers
    words = sum(len(kind.words) for kind in dangers.kinds)
    yield _figure("alarms.dangers", f"{len(dangers.kinds)}种险情、{words}个词", dangers)
    yield _figure("alarms.urgent_words", f"{len(alarms.urgent_words.words)}个词", alarms.urgent_words)
    yield _figure("alarms.around", f"{len(alarms.around.harmless)}个另有所指的说法", alarms.around)
    for rule in elsewhere.rules:
        held = "专席看过才受理" if rule.holds else "只提示"
        yield _figure(f"elsewhere.{rule.id}", f"{rule.name}：{held}", rule)
    yield _figure("elsewhere.around", f"{len(elsewhere.around.harmless)}个另有所指的说法", elsewhere.around)


def _figure(place: str, value: str, shape: Sourced) -> Figure:
    return Figure(place, value, shape.source, shape.origin)


def check_alarms(files: PolicyFiles) -> Iterator[Fault]:
    """Words said twice, units that nobody knows, and phrases that take no word's meaning away."""
    kinds = {unit.code: unit.kind for unit in files.units.units} if files.units else None
    if files.alarms:
        yield from repeated(ALARMS, ("dangers", "kinds"), "id", (kind.id for kind in files.alarms.dangers.kinds))
        seen: dict[str, str] = {}
        for index, kind in enumerate(files.alarms.dangers.kinds):
            loc: Loc = ("dangers", "kinds", index)
            if kinds is not None and kind.unit != TOWN_OF_PLACE:
                yield from _unit(ALARMS, (*loc, "unit"), kind.unit, kinds)
            for place, word in enumerate(kind.words):
                if word in seen:
                    yield Fault(ALARMS, (*loc, "words", place), f"“{word}”已属于“{seen[word]}”")
                seen.setdefault(word, kind.name)
        yield from repeated(ALARMS, ("urgent_words", "words"), None, files.alarms.urgent_words.words)
    if files.elsewhere:
        yield from repeated(ELSEWHERE, ("rules",), "id", (rule.id for rule in files.elsewhere.rules))
        for index, rule in enumerate(files.elsewhere.rules):
            if kinds is not None and rule.unit is not None:
                yield from _unit(ELSEWHERE, ("rules", index, "unit"), rule.unit, kinds)


def _unit(file: str, loc: Loc, unit: str, kinds: dict[str, UnitKind]) -> Iterator[Fault]:
    if unit not in kinds:
        yield Fault(file, loc, f"未知的单位“{unit}”")
    elif kinds[unit] in OFFICE_KINDS:
        yield Fault(file, loc, f"“{unit}”是平台岗位，不承办诉求")
