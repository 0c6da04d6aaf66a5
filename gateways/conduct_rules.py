"""The checked files of conduct as the rules that the domain goes by: deadlines, counts, notices, learning."""

from __future__ import annotations

from domain.conduct import DeadlineRule, LadderRules, LimitException
from domain.learning_rules import ConfidenceStep, LearningRules
from domain.notices import BackOff, NoticeRule, NoticeRules, QuietHours
from domain.workdays import Duration
from models.learning_file import LearningFile
from models.policy_files import DeadlinesFile, LadderFile, NoticesFile


def deadline_rules(file: DeadlinesFile) -> tuple[DeadlineRule, ...]:
    """Every deadline, general ones and exceptions."""
    return tuple(
        DeadlineRule(
            id=rule.id,
            kind=rule.kind,
            duration=Duration(rule.amount, rule.unit),
            source=rule.source,
            priority=rule.priority or 0,
            urgencies=frozenset(rule.urgencies),
            request_types=frozenset(rule.request_types),
            categories=frozenset(rule.categories),
            origin=rule.origin,
        )
        for rule in file.rules
    )


def ladder_rules(file: LadderFile) -> LadderRules:
    """How often something may happen, in general and for whom otherwise."""
    return LadderRules(
        return_limit=file.return_limit.value,
        transfer_limit=file.transfer_limit.value,
        redo_limit=file.redo_limit.value,
        extension_limit=file.extension_limit.value,
        sources={name: shape.source for name, shape in file.figures().items()},
        exceptions=tuple(
            LimitException(
                id=rule.id,
                limit=rule.limit,
                value=rule.value,
                source=rule.source,
                priority=rule.priority,
                urgencies=frozenset(rule.urgencies),
                request_types=frozenset(rule.request_types),
                categories=frozenset(rule.categories),
                origin=rule.origin,
            )
            for rule in file.exceptions
        ),
    )


def notice_rules(file: NoticesFile) -> NoticeRules:
    """Who is told what at which step, and when not."""
    return NoticeRules(
        rules=tuple(
            NoticeRule(**rule.model_dump(exclude={"urgencies"}), urgencies=frozenset(rule.urgencies))
            for rule in file.rules
        ),
        quiet_hours=QuietHours(file.quiet_hours.starts, file.quiet_hours.ends, file.quiet_hours.timezone),
        back_off=BackOff(file.back_off.minutes),
    )


def learning_rules(file: LearningFile) -> LearningRules:
    """By what measure dispatch is judged and learns."""
    return LearningRules(
        least_cases=file.least_cases.value,
        tolerance=file.tolerance.value,
        least_training_cases=file.least_training_cases.value,
        held_out=file.held_out.value,
        precision=file.precision.value,
        return_cost=file.return_cost.value,
        most_cases=file.most_cases.value,
        keyword_confidence=tuple(ConfidenceStep(step.ahead, step.right) for step in file.keyword_confidence.steps),
    )
