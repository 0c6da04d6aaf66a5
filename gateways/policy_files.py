"""Reads `policy/` into one checked `domain.policy.Policy`, or says everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.conduct import Figure
from domain.dispatch_rules import DispatchRules
from domain.policy import Policy
from domain.units import Category, Duty, Unit
from domain.workdays import OfficeHours
from gateways import policy_checks
from gateways.alarm_rules import ALARMS, ELSEWHERE, alarm_rules, check_alarms, elsewhere_rules, figures_of
from gateways.attachment_rules import attachment_rules, attachments_told
from gateways.conduct_rules import deadline_rules, ladder_rules, learning_rules, notice_rules
from gateways.figure_rules import figure_rules, values_told
from gateways.follow_up_rules import FOLLOW_UP, check_follow_up, follow_up_figures, visit_rules
from gateways.handling_rules import HANDLING, check_handling, handling_rules, handling_told
from gateways.holidays import CalendarFileError, load_calendar
from gateways.identity_rules import identity_figures, identity_rules
from gateways.key_rules import KEYS, key_figures, key_rules
from gateways.letters import variants_of
from gateways.media_rules import media_figures, media_rules
from gateways.pattern_rules import list_figures, list_rules, pattern_figures, pattern_rules
from gateways.policy_checks import PolicyFiles
from gateways.review_rules import REVIEWS, check_reviews, review_figures, review_rules
from gateways.same_matter_rules import same_matter_figures, same_matter_rules
from gateways.scrub_rules import check_scrub, scrub_figures, scrub_rules
from gateways.supervision_rules import recusal_rules, supervision_figures, supervision_rules
from gateways.taxonomy_checks import check_taxonomy, file_of
from gateways.taxonomy_rules import dispatch_rules, sub_categories
from gateways.verdict_rules import VERDICT, check_verdict, verdict_figures, verdict_rules
from gateways.yaml_lines import Document, Loc, line_of, read_document
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
from models.policy_files import (
    DeadlinesFile,
    DispatchFile,
    DistrictFile,
    LadderFile,
    NoticesFile,
    Shape,
    Sourced,
)
from models.policy_json import dump, policy_from_dict
from models.reviews_file import ReviewsFile
from models.same_matter_file import SameMatterFile
from models.scrub_file import ScrubFile
from models.supervision_file import SupervisionFile
from models.taxonomy_files import PlacesFile, SubCategoriesFile, TaxonomyFile, UnitsFile
from models.verdict_file import VerdictFile

__all__ = ["PolicyError", "Problem", "dump", "load_policy", "policy_from_dict"]

CALENDAR_FILE = "calendar.yaml"
_SHAPES: dict[str, type[Shape]] = {
    "district.yaml": DistrictFile,
    "deadlines.yaml": DeadlinesFile,
    "ladder.yaml": LadderFile,
    "units.yaml": UnitsFile,
    "taxonomy.yaml": TaxonomyFile,
    "places.yaml": PlacesFile,
    "dispatch.yaml": DispatchFile,
    "learning.yaml": LearningFile,
    "figures.yaml": FiguresFile,
    "patterns.yaml": PatternsFile,
    "lists.yaml": ListsFile,
    "notices.yaml": NoticesFile,
    ALARMS: AlarmsFile,
    ELSEWHERE: ElsewhereFile,
    "same_matter.yaml": SameMatterFile,
    REVIEWS: ReviewsFile,
    "identity.yaml": IdentityFile,
    "retention.yaml": RetentionFile,
    "supervision.yaml": SupervisionFile,
    "media.yaml": MediaFile,
    "scrub.yaml": ScrubFile,
    "attachments.yaml": AttachmentsFile,
    HANDLING: HandlingFile,
    FOLLOW_UP: FollowUpFile,
    VERDICT: VerdictFile,
    KEYS: KeysFile,
}
ASKED_FOR = frozenset(_SHAPES)
"""Files without which no policy is loaded."""
_FOLDER = "taxonomy"
"""One file for each category."""
_BESIDE = {CALENDAR_FILE, "README.md", "geography", _FOLDER}

S = TypeVar("S", bound=Shape)

_REASONS = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识的项",
    "enum": "只能是 {expected} 之一",
    "string_type": "应为文字(数字请加引号)",
    "string_too_short": "不能为空",
    "string_too_long": "最长 {max_length} 个字",
    "string_pattern_mismatch": "写法不符，应合 {pattern}",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "finite_number": "应为有限的数",
    "bool_type": "只能是 true 或 false",
    "greater_than": "须大于 {gt}",
    "less_than": "须小于 {lt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than_equal": "不得大于 {le}",
    "too_short": "至少要有 {min_length} 项",
    "tuple_type": "应为列表",
    "dict_type": "应为映射",
    "literal_error": "只能是 {expected} 之一",
    "model_type": "应为映射",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One fault: the file's name, its line (from 1) and the reason in Chinese."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}，第 {self.line} 行：{self.reason}"


class PolicyError(ValueError):
    """The policy cannot be used; `problems` is everything that was found, in the order of files and lines."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("规则未加载：\n" + "\n".join(str(problem) for problem in problems))


def load_policy(directory: Path) -> Policy:
    """The policy that the files in `directory` make. The same content gives the same version, comments aside.

    Raises:
        PolicyError: with every problem found; nothing of the folder is used then.
    """
    if not directory.is_dir():
        raise PolicyError([Problem(directory.name, 1, "没有这个文件夹")])
    reading = _Reading(directory)
    for name, shape in _SHAPES.items():
        setattr(reading.files, name.removesuffix(".yaml"), reading.read(name, shape))
    if reading.files.taxonomy:
        for category in reading.files.taxonomy.categories:
            reading.files.sub_categories[category.code] = reading.read(file_of(category.code), SubCategoriesFile)
    problems = [*reading.problems, *_foreign_files(directory, reading.files)]
    checks = (
        policy_checks.check,
        check_taxonomy,
        check_alarms,
        check_reviews,
        check_handling,
        check_follow_up,
        check_scrub,
        check_verdict,
    )
    faults = [fault for check in checks for fault in check(reading.files)]
    problems.extend(
        Problem(fault.file, line_of(reading.lines[fault.file], fault.loc), fault.reason) for fault in faults
    )
    office = _office(directory / CALENDAR_FILE, problems)
    if problems or office is None:
        raise PolicyError(sorted(set(problems)))
    return _build(reading.files, office)


class _Reading:
    """The files that could be read, the lines of their parts, and what was wrong with those that could not."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.files = PolicyFiles()
        self.lines: dict[str, dict[Loc, int]] = {}
        self.problems: list[Problem] = []

    def read(self, name: str, shape: type[S]) -> S | None:
        path = self._directory / name
        document = read_document(path) if path.is_file() else _absent()
        self.problems.extend(Problem(name, line, reason) for line, reason in document.faults)
        self.lines[name] = document.lines
        if document.data is None:
            return None
        try:
            return shape.model_validate(document.data)
        except ValidationError as error:
            self.problems.extend(problem_of(name, document, fault) for fault in error.errors(include_url=False))
            return None


def _foreign_files(directory: Path, files: PolicyFiles) -> Iterator[Problem]:
    """Whatever nobody reads: a rule in it would be believed in force."""
    known = {*_SHAPES, *_BESIDE}
    if files.taxonomy:
        known |= {file_of(category.code) for category in files.taxonomy.categories}
    within = (directory / _FOLDER).iterdir() if files.taxonomy and (directory / _FOLDER).is_dir() else ()
    for path in sorted((*directory.iterdir(), *within)):
        name = path.relative_to(directory).as_posix()
        if name not in known and not path.name.startswith("."):
            yield Problem(name, 1, "不认识的文件，请移出此文件夹")


def _absent() -> Document:
    return Document(faults=[(1, "缺少此文件")])


def problem_of(name: str, document: Document, fault: ErrorDetails) -> Problem:
    """What Pydantic found in a file, with its line, in Chinese."""
    reason = _REASONS.get(fault["type"], "").format(**fault.get("ctx", {}))
    if fault["type"] == "value_error":
        reason = fault["msg"].removeprefix("Value error, ")
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault["loc"])
    text = reason or f"不合要求({fault['msg']})"
    return Problem(name, document.line_of(fault["loc"]), f"{where}：{text}" if where else text)


def _office(path: Path, problems: list[Problem]) -> OfficeHours | None:
    if not path.is_file():
        problems.append(Problem(path.name, 1, "缺少此文件"))
        return None
    try:
        return load_calendar(path).office
    except CalendarFileError as error:
        problems.append(Problem(path.name, error.line, error.reason))
        return None


def _build(files: PolicyFiles, office: OfficeHours) -> Policy:
    district, deadlines, ladder, units = files.district, files.deadlines, files.ladder, files.units
    taxonomy, places, dispatch, notices = files.taxonomy, files.places, files.dispatch, files.notices
    learning, figures, same_matter = files.learning, files.figures, files.same_matter
    # Every file was read, or a problem would have been told: this says so to the type checker.
    assert district and deadlines and ladder and units  # noqa: S101, PT018
    assert taxonomy and places and dispatch and notices  # noqa: S101, PT018
    alarms, elsewhere, supervision, attachments = files.alarms, files.elsewhere, files.supervision, files.attachments
    reviews, identity, retention = files.reviews, files.identity, files.retention
    patterns, lists, handling = files.patterns, files.lists, files.handling
    follow_up, media, scrub, verdict = files.follow_up, files.media, files.scrub, files.verdict
    keys = files.keys
    assert supervision and attachments  # noqa: S101, PT018
    assert learning and figures and same_matter and alarms and elsewhere  # noqa: S101, PT018
    assert reviews and identity and retention and keys  # noqa: S101, PT018
    assert patterns and lists and handling and follow_up and media and scrub and verdict  # noqa: S101, PT018
    matters = {category: file for category, file in files.sub_categories.items() if file is not None}
    policy = Policy(
        version="",
        office=office,
        units=tuple(Unit(**unit.model_dump()) for unit in units.units),
        categories=tuple(Category(**item.model_dump()) for item in taxonomy.categories),
        deadlines=deadline_rules(deadlines),
        ladder=ladder_rules(ladder),
        dispatch=_dispatch(dispatch_rules(dispatch, matters, places, units), matters.values(), alarms, elsewhere),
        notices=notice_rules(notices),
        learning=learning_rules(learning),
        figure_rules=figure_rules(figures),
        pattern_rules=pattern_rules(patterns),
        list_rules=list_rules(lists),
        district=district.name,
        case_prefix=district.case_prefix,
        figures=(
            *_figures(files),
            *figures_of(alarms, elsewhere),
            *same_matter_figures(same_matter),
            *values_told(figures),
            *review_figures(reviews),
            *identity_figures(identity, retention),
            *supervision_figures(supervision),
            *attachments_told(attachments),
            *handling_told(handling),
            *pattern_figures(patterns),
            *list_figures(lists),
            *media_figures(media),
            *scrub_figures(scrub),
            *follow_up_figures(follow_up),
            *verdict_figures(verdict),
            *key_figures(keys),
        ),
        sub_categories=sub_categories(matters),
        duties=tuple(Duty(**duty.model_dump()) for duty in units.duties),
        same_matter=same_matter_rules(same_matter),
        reviews=review_rules(reviews),
        identity=identity_rules(identity, retention),
        recusal=recusal_rules(supervision),
        supervision=supervision_rules(supervision),
        media=media_rules(media),
        scrub=scrub_rules(scrub),
        attachments=attachment_rules(attachments),
        handling=handling_rules(handling),
        visits=visit_rules(follow_up),
        verdict=verdict_rules(verdict),
        keys=key_rules(keys),
    )
    content = json.dumps(dump(policy), sort_keys=True, ensure_ascii=False)
    return replace(policy, version=f"{district.version}+{hashlib.sha256(content.encode()).hexdigest()[:12]}")


def _dispatch(
    rules: DispatchRules, matters: Iterable[SubCategoriesFile], alarms: AlarmsFile, elsewhere: ElsewhereFile
) -> DispatchRules:
    """The rules with what is looked at first, and with the other forms of all their letters."""
    shapes = (item for matter in matters for item in matter.sub_categories)
    whole = replace(rules, alarms=alarm_rules(alarms, shapes), elsewhere=elsewhere_rules(elsewhere))
    return replace(whole, reading=replace(whole.reading, variants=variants_of(whole.all_words())))


def _figures(files: PolicyFiles) -> Iterator[Figure]:
    """Everything sourced that is no deadline, told in short."""
    ladder, units, taxonomy, places = files.ladder, files.units, files.taxonomy, files.places
    dispatch, learning, notices = files.dispatch, files.learning, files.notices
    assert ladder and units and taxonomy and places  # noqa: S101, PT018 - see _build
    assert dispatch and learning and notices  # noqa: S101, PT018
    for name, shape in ladder.figures().items():
        yield _figure(f"ladder.{name}", "是" if isinstance(shape.value, bool) else f"{shape.value}次", shape)
    yield _figure("units", f"{len(units.units)}个单位、{len(units.duties)}条职责", units)
    yield _figure("taxonomy", f"{len(taxonomy.categories)}个大类", taxonomy)
    sizes = taxonomy.sizes
    yield _figure("taxonomy.sizes", f"{sizes.categories}大类、{sizes.sub_categories}小类", sizes)
    yield _figure("places", f"{len(places.places)}个村居", places)
    yield _figure("places.near", f"{places.near.value}个字", places.near)
    yield _figure("places.outside", f"{len(places.outside.names)}个地名", places.outside)
    for name in ("threshold", "margin", "margin_share", "proposal_weight"):
        yield _figure(f"dispatch.{name}", f"{getattr(dispatch, name).value:g}", getattr(dispatch, name))
    weights = dispatch.weights
    four = (weights.special, weights.telling, weights.general, weights.context)
    yield _figure("dispatch.weights", "、".join(f"{weight:g}" for weight in four), weights)
    reading = dispatch.reading
    yield _figure("dispatch.reading", f"前{reading.longest}字，乱码不过{reading.most_broken:.0%}", reading)
    weighing = dispatch.weighing
    told = f"开头{weighing.opening}字{weighing.opening_factor:g}倍，次数每翻一倍加{weighing.repeat_gain:g}份"
    yield _figure("dispatch.weighing", told, weighing)
    for name, measure in learning.figures().items():
        said = f"{measure.value}件" if isinstance(measure.value, int) else f"{measure.value:g}"
        yield _figure(f"learning.{name}", said, measure)
    steps = learning.keyword_confidence.steps
    sure = "、".join(f"领先{step.ahead:g}起{step.right[0]:.0%}" for step in steps)
    yield _figure("learning.keyword_confidence", sure, learning.keyword_confidence)
    quiet = notices.quiet_hours
    yield _figure("notices.quiet_hours", f"{quiet.starts:%H:%M}至{quiet.ends:%H:%M}", quiet)
    yield _figure("notices.back_off", "、".join(map(str, notices.back_off.minutes)) + "分钟", notices.back_off)


def _figure(place: str, value: str, shape: Sourced) -> Figure:
    return Figure(place, value, shape.source, shape.origin)
