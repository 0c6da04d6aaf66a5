"""What one part of the policy files says of another: codes that must exist, repeats, rules that could contradict.

Each fault names the file, the place in it and the reason, in Chinese.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from domain.conduct import DEADLINE_LABELS, DECIDED_KINDS, DeadlineKind
from domain.stages import TRIGGER_LABELS
from domain.units import UnitKind
from gateways.yaml_lines import Loc
from models.alarm_files import AlarmsFile, ElsewhereFile
from models.attachment_file import AttachmentsFile
from models.figures_file import FiguresFile
from models.follow_up_file import FollowUpFile
from models.handling_file import HandlingFile
from models.identity_files import IdentityFile, RetentionFile
from models.keys_file import KeysFile
from models.learning_file import LearningFile
from models.media_file import MediaFile
from models.patterns_file import ListsFile, PatternsFile
from models.policy_files import Conditional, DeadlinesFile, DispatchFile, DistrictFile, LadderFile, NoticesFile
from models.reviews_file import ReviewsFile
from models.same_matter_file import SameMatterFile
from models.scrub_file import ScrubFile
from models.supervision_file import SupervisionFile
from models.taxonomy_files import PlacesFile, SubCategoriesFile, TaxonomyFile, UnitsFile
from models.verdict_file import VerdictFile

OFFICE_KINDS = tuple(kind for kind in UnitKind if kind not in (UnitKind.TOWN, UnitKind.DEPARTMENT))
"""Kinds of which there is exactly one unit, because the platform asks for it by kind."""


@dataclass(frozen=True)
class Fault:
    """A fault at a place of a file."""

    file: str
    loc: Loc
    reason: str


@dataclass
class PolicyFiles:
    """The files that could be read; `None` for those that could not, whose faults are told already."""

    district: DistrictFile | None = None
    deadlines: DeadlinesFile | None = None
    ladder: LadderFile | None = None
    units: UnitsFile | None = None
    taxonomy: TaxonomyFile | None = None
    places: PlacesFile | None = None
    dispatch: DispatchFile | None = None
    learning: LearningFile | None = None
    figures: FiguresFile | None = None
    patterns: PatternsFile | None = None
    lists: ListsFile | None = None
    notices: NoticesFile | None = None
    alarms: AlarmsFile | None = None
    elsewhere: ElsewhereFile | None = None
    same_matter: SameMatterFile | None = None
    reviews: ReviewsFile | None = None
    identity: IdentityFile | None = None
    retention: RetentionFile | None = None
    supervision: SupervisionFile | None = None
    media: MediaFile | None = None
    scrub: ScrubFile | None = None
    attachments: AttachmentsFile | None = None
    handling: HandlingFile | None = None
    follow_up: FollowUpFile | None = None
    verdict: VerdictFile | None = None
    keys: KeysFile | None = None
    sub_categories: dict[str, SubCategoriesFile | None] = field(default_factory=dict)
    """By category, of each that `taxonomy.yaml` names."""


def check(files: PolicyFiles) -> Iterator[Fault]:
    """Every fault that can be found in the files that could be read."""
    categories = {item.code for item in files.taxonomy.categories} if files.taxonomy else None
    if files.units:
        yield from _units(files.units)
    if files.deadlines:
        yield from _deadlines(files.deadlines, categories)
    if files.ladder:
        yield from _ladder(files.ladder, categories)
    if files.notices:
        yield from _notices(files.notices)
    if files.supervision:
        yield from _supervision(files.supervision, files.units)
    if files.media:
        yield from _media(files.media, categories)
    yield from _repeats(files)


def _repeats(files: PolicyFiles) -> Iterator[Fault]:
    """What a list names twice."""
    if files.figures:
        yield from repeated("figures.yaml", ("ranked", "names"), None, files.figures.ranked.names)
    if files.attachments:
        yield from repeated("attachments.yaml", ("kinds", "names"), None, files.attachments.kinds.names)
    if files.patterns:
        yield from repeated("patterns.yaml", ("silent", "words"), None, files.patterns.silent.words)
    if files.same_matter:
        for key in ("courtesies", "place_suffixes", "not_places"):
            yield from repeated("same_matter.yaml", (key, "words"), None, getattr(files.same_matter, key).words)


def _units(file: UnitsFile) -> Iterator[Fault]:
    yield from repeated("units.yaml", ("units",), "code", (unit.code for unit in file.units))
    yield from repeated("units.yaml", ("units",), "name", (unit.name for unit in file.units))
    for kind in OFFICE_KINDS:
        places = [index for index, unit in enumerate(file.units) if unit.kind is kind]
        if not places:
            yield Fault("units.yaml", ("units",), f"缺少 kind 为 {kind} 的单位")
        for index in places[1:]:
            yield Fault("units.yaml", ("units", index, "kind"), f"kind 为 {kind} 的单位只能有一个")


def _deadlines(file: DeadlinesFile, categories: set[str] | None) -> Iterator[Fault]:
    name = "deadlines.yaml"
    yield from repeated(name, ("rules",), "id", (rule.id for rule in file.rules))
    for kind in sorted(set(DeadlineKind) - set(DECIDED_KINDS)):
        general = [index for index, rule in enumerate(file.rules) if rule.kind is kind and rule.is_general]
        if not general:
            yield Fault(name, ("rules",), f"缺少 {kind}({DEADLINE_LABELS[kind]})的通用规则")
        for index in general[1:]:
            yield Fault(name, ("rules", index), f"{kind}({DEADLINE_LABELS[kind]})的通用规则只能有一条")
    yield from _conditions(name, "rules", file.rules, categories)
    exceptions = [(index, rule) for index, rule in enumerate(file.rules) if not rule.is_general]
    for (_, first), (index, second) in combinations(exceptions, 2):
        if first.kind is second.kind and first.priority == second.priority and _overlap(first, second):
            yield _tie(name, "rules", index, first.id, second.priority)


def _ladder(file: LadderFile, categories: set[str] | None) -> Iterator[Fault]:
    name = "ladder.yaml"
    yield from repeated(name, ("exceptions",), "id", (rule.id for rule in file.exceptions))
    yield from _conditions(name, "exceptions", file.exceptions, categories)
    for (_, first), (index, second) in combinations(enumerate(file.exceptions), 2):
        if first.limit is second.limit and first.priority == second.priority and _overlap(first, second):
            yield _tie(name, "exceptions", index, first.id, second.priority)


def _conditions(name: str, key: str, rules: Sequence[Conditional], categories: set[str] | None) -> Iterator[Fault]:
    for index, rule in enumerate(rules):
        for part in ("urgencies", "request_types", "categories"):
            yield from repeated(name, (key, index, part), None, getattr(rule, part))
        for place, code in enumerate(rule.categories):
            if categories is not None and code not in categories:
                yield Fault(name, (key, index, "categories", place), f"未知的大类“{code}”")


def _tie(name: str, key: str, index: int, other: str, priority: int | None) -> Fault:
    reason = f"与规则“{other}”可能同时适用而 priority 相同({priority})，请分出先后"
    return Fault(name, (key, index, "priority"), reason)


def _overlap(first: Conditional, second: Conditional) -> bool:
    """Whether some petition meets the conditions of both."""
    pairs: Iterable[tuple[tuple[str, ...], tuple[str, ...]]] = (
        (first.urgencies, second.urgencies),
        (first.request_types, second.request_types),
        (first.categories, second.categories),
    )
    return all(not one or not other or set(one) & set(other) for one, other in pairs)


def _notices(file: NoticesFile) -> Iterator[Fault]:
    name = "notices.yaml"
    yield from repeated(name, ("rules",), "id", (rule.id for rule in file.rules))
    told: set[tuple[str, str]] = set()
    for index, rule in enumerate(file.rules):
        for place, audience in enumerate(rule.audiences):
            if (rule.trigger, audience) in told:
                reason = f"{rule.trigger}({TRIGGER_LABELS[rule.trigger]})对 {audience} 已有一条通知"
                yield Fault(name, ("rules", index, "audiences", place), reason)
            told.add((rule.trigger, audience))


def _media(file: MediaFile, categories: set[str] | None) -> Iterator[Fault]:
    name = "media.yaml"
    for key in ("code", "name"):
        yield from repeated(name, ("outlets", "names"), key, (getattr(item, key) for item in file.outlets.names))
    for key in ("categories", "words"):
        yield from repeated(name, ("untracked", key), None, getattr(file.untracked, key))
    for index, code in enumerate(file.untracked.categories):
        if categories is not None and code not in categories:
            yield Fault(name, ("untracked", "categories", index), f"未知的大类“{code}”")


def _supervision(file: SupervisionFile, units: UnitsFile | None) -> Iterator[Fault]:
    name = "supervision.yaml"
    pairs = file.superiors.units
    yield from repeated(name, ("superiors", "units"), "unit", (pair.unit for pair in pairs))
    yield from repeated(name, ("tolerance", "grounds"), "code", (item.code for item in file.tolerance.grounds))
    for key in ("words", "town_endings"):
        yield from repeated(name, ("accused", key), None, getattr(file.accused, key))
    handling = (UnitKind.TOWN, UnitKind.DEPARTMENT)
    known = {unit.code for unit in units.units if unit.kind in handling} if units else None
    for index, pair in enumerate(pairs):
        for key in ("unit", "superior"):
            if known is not None and getattr(pair, key) not in known:
                yield Fault(name, ("superiors", "units", index, key), f"没有代码为“{getattr(pair, key)}”的承办单位")
        if pair.unit == pair.superior:
            yield Fault(name, ("superiors", "units", index, "superior"), "不能由被反映单位自己承办")


def repeated(file: str, loc: Loc, field: str | None, values: Iterable[Hashable]) -> Iterator[Fault]:
    """A fault for each value that came before; `field` is where it stands in an item of the list at `loc`."""
    seen: set[Hashable] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield Fault(file, (*loc, index, field) if field else (*loc, index), f"“{value}”重复")
        seen.add(value)
