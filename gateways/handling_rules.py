"""The checked `handling.yaml` as the rules that completions are held to, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.completion import ANSWERED_ALWAYS, OTHER, Choice, HandlingRules, Required, When
from domain.conduct import Figure
from gateways.policy_checks import Fault, PolicyFiles, repeated
from models.handling_file import ChoicesShape, HandlingFile

HANDLING = "handling.yaml"


def handling_rules(file: HandlingFile) -> HandlingRules:
    """The rules the file says."""
    return HandlingRules(
        required=tuple(
            Required(
                id=rule.id,
                field=rule.field,
                when=rule.when,
                reason=rule.reason,
                source=rule.source,
                least=rule.least,
                urgencies=frozenset(rule.urgencies),
                request_types=frozenset(rule.request_types),
                categories=frozenset(rule.categories),
                origin=rule.origin,
            )
            for rule in file.required
        ),
        beyond_duty_kinds=_choices(file.beyond_duty_kinds),
        extension_reasons=_choices(file.extension_reasons),
        correction_minutes=file.dispatch_correction.minutes if file.dispatch_correction else 0,
        correction_source=file.dispatch_correction.source if file.dispatch_correction else "",
    )


def handling_told(file: HandlingFile) -> Iterator[Figure]:
    """Every rule and list with its source, told in short."""
    for rule in file.required:
        yield Figure(f"handling.required.{rule.id}", rule.reason, rule.source, rule.origin)
    for name in ("beyond_duty_kinds", "extension_reasons"):
        shape: ChoicesShape = getattr(file, name)
        yield Figure(f"handling.{name}", "、".join(item.name for item in shape.list), shape.source, shape.origin)
    if file.dispatch_correction is not None:
        until = file.dispatch_correction
        yield Figure("handling.dispatch_correction", f"{until.minutes}分钟", until.source, until.origin)


def check_handling(files: PolicyFiles) -> Iterator[Fault]:
    """What is wrong with the file as a whole, or with what it says of the categories."""
    file = files.handling
    if file is None:
        return
    yield from repeated(HANDLING, ("required",), "id", (rule.id for rule in file.required))
    known = {item.code for item in files.taxonomy.categories} if files.taxonomy else None
    for index, rule in enumerate(file.required):
        for place, code in enumerate(rule.categories):
            if known is not None and code not in known:
                yield Fault(HANDLING, ("required", index, "categories", place), f"未知的大类“{code}”")
    always = {rule.field for rule in file.required if rule.when is When.ALWAYS and rule.is_general}
    for particular in sorted(ANSWERED_ALWAYS - always):
        yield Fault(HANDLING, ("required",), f"缺少 {particular} 的通用规则(when: always)：其他要件取决于它")
    for name in ("beyond_duty_kinds", "extension_reasons"):
        yield from repeated(HANDLING, (name, "list"), "code", (item.code for item in getattr(file, name).list))
    if OTHER not in {item.code for item in file.extension_reasons.list}:
        yield Fault(HANDLING, ("extension_reasons", "list"), f"缺少 code 为 {OTHER} 的事由(其他)")


def _choices(shape: ChoicesShape) -> tuple[Choice, ...]:
    return tuple(Choice(item.code, item.name) for item in shape.list)
