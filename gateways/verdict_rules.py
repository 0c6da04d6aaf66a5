"""The checked `verdict.yaml` as rules, what it names twice, and its values told for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from domain.conduct import Figure
from domain.units import UnitKind
from domain.verdict_rules import VerdictReason, VerdictRules
from domain.workdays import Duration, TimeUnit
from gateways.policy_checks import Fault, PolicyFiles, repeated
from models.verdict_file import ReasonShape, VerdictFile

VERDICT = "verdict.yaml"
_OFFICES = {"desk": "派遣专席", "first_review": "一级研判小组"}


def verdict_rules(file: VerdictFile) -> VerdictRules:
    """The rules the file says."""
    return VerdictRules(
        exclusion_reasons=_reasons(file.exclusion.reasons),
        exclusion_deciders=frozenset(UnitKind(office) for office in file.exclusion.deciders.offices),
        exclusion_term=Duration(file.exclusion.term.days, TimeUnit.WORKING_DAYS),
        exclusion_source=file.exclusion.term.source,
        dissatisfied_reasons=_reasons(file.dissatisfied.reasons),
        reopen_reasons=_reasons(file.reopen.reasons),
        reopen_within=Duration(file.reopen.within.days, TimeUnit.CALENDAR_DAYS),
        reopen_limit=file.reopen.limit.value,
        reopen_source=file.reopen.within.source,
        reopen_limit_source=file.reopen.limit.source,
    )


def check_verdict(files: PolicyFiles) -> Iterator[Fault]:
    """Reasons and offices named twice."""
    file = files.verdict
    if file is None:
        return
    for part, reasons in _lists(file).items():
        yield from repeated(VERDICT, (part, "reasons"), "code", (reason.code for reason in reasons))
    yield from repeated(VERDICT, ("exclusion", "deciders", "offices"), None, file.exclusion.deciders.offices)


def verdict_figures(file: VerdictFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    for part, reasons in _lists(file).items():
        for reason in reasons:
            yield Figure(f"verdict.{part}.{reason.code}", reason.name, reason.source, reason.origin)
    deciders, term = file.exclusion.deciders, file.exclusion.term
    said = "或".join(_OFFICES[office] for office in deciders.offices)
    yield Figure("verdict.exclusion.deciders", said, deciders.source, deciders.origin)
    within, limit = file.reopen.within, file.reopen.limit
    yield Figure("verdict.reopen.within", f"{within.days}日", within.source, within.origin)
    yield Figure("verdict.reopen.limit", f"{limit.value}次", limit.source, limit.origin)
    yield Figure("verdict.exclusion.term", f"{term.days}个工作日", term.source, term.origin)


def _lists(file: VerdictFile) -> dict[str, tuple[ReasonShape, ...]]:
    return {
        "exclusion": file.exclusion.reasons,
        "dissatisfied": file.dissatisfied.reasons,
        "reopen": file.reopen.reasons,
    }


def _reasons(shapes: Iterable[ReasonShape]) -> tuple[VerdictReason, ...]:
    return tuple(VerdictReason(shape.code, shape.name, shape.source, shape.origin) for shape in shapes)
