"""Dispatch learns from closed cases, and only what was tried on later ones and is no worse goes into force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor
from domain.backtest import Comparison
from domain.dispatch import KeywordDispatcher
from domain.errors import NotFound
from domain.learned import Experience
from domain.learning_dispatch import LearningDispatcher, signs_of
from domain.past_cases import PastCase, role_of
from domain.policy import Policy
from learning.errors import CannotLearn
from learning.examples import LEAST_PER_LABEL, Example
from learning.model import Model
from learning.model_file import to_bytes
from learning.training import train
from models.tables import DispatchModel, ModelActivation
from services import modelbook
from services.backtests import Contender, compare
from services.context import Context
from services.dispatching import dispatcher_for
from services.evidence import past_cases
from services.transactions import reading, transaction

NEVER_ALONE = 2.0
"""A confidence that nothing reaches."""

Progress = Callable[[int, int], None]
"""Told how many steps of how many are done."""


class Outcome(StrEnum):
    """What came of an attempt to learn."""

    TOO_FEW = "too_few"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    ADOPTED = "adopted"


OUTCOME_LABELS = {
    Outcome.TOO_FEW: "没有学习 nothing learned",
    Outcome.UNCHANGED: "没有变化 unchanged",
    Outcome.REJECTED: "没有采用 rejected",
    Outcome.ADOPTED: "采用 adopted",
}


@dataclass(frozen=True)
class Lesson:
    """What came of it, why, and how the new one fared beside what was in force; `version` is the new one's."""

    outcome: Outcome
    reason: str
    cases: int
    version: str | None = None
    comparison: Comparison | None = None


def learn(
    context: Context, actor: Actor, *, dry_run: bool = False, progress: Progress = lambda _done, _all: None
) -> Lesson:
    """Learn from all but the latest closed cases, try it on those, and put it in force if it is no worse.

    With `dry_run` nothing is written.
    """
    with reading(context) as session:
        policy = context.rules.active(session)
        current = context.models.active(session)
        cases = list(past_cases(session, policy.learning.most_cases, context.geographies.active(session)))
    rules = policy.learning
    if len(cases) < rules.least_training_cases:
        return Lesson(Outcome.TOO_FEW, f"办结的诉求{len(cases)}件，不足{rules.least_training_cases}件", len(cases))
    held_out = cases[: round(len(cases) * rules.held_out)]
    try:
        experience = teach(policy, cases[len(held_out) :], progress)
    except CannotLearn as error:
        return Lesson(Outcome.TOO_FEW, error.message, len(cases))
    if current is not None and experience.model.version == current.model.version:
        return Lesson(Outcome.UNCHANGED, "与现行的学习结果相同", len(cases), experience.model.version)
    comparison = compare(
        held_out,
        Contender(policy, dispatcher_for(policy, current)),
        Contender(policy, LearningDispatcher(policy, experience)),
    )
    faults = comparison.faults(rules)
    outcome = Outcome.REJECTED if faults else Outcome.ADOPTED
    reason = f"变差：{'；'.join(faults)}" if faults else "在留出的诉求上没有变差"
    lesson = Lesson(outcome, reason, len(cases) - len(held_out), experience.model.version, comparison)
    if not dry_run:
        _keep(context, actor, policy, experience, lesson)
    return lesson


def teach(policy: Policy, cases: Sequence[PastCase], progress: Progress = lambda _done, _all: None) -> Experience:
    """What these cases teach. Units with too few of them are left to the keywords. Raises `CannotLearn`."""
    keywords = KeywordDispatcher(policy)
    known = [(case, role_of(case.unit, policy)) for case in cases]
    counts = Counter(role for _, role in known)
    model = train(
        (
            Example(case.request.text, role, signs_of(keywords.consider(case.request), policy))
            for case, role in known
            if counts[role] >= LEAST_PER_LABEL
        ),
        progress=progress,
    )
    alone_at = model.record.threshold_for(policy.learning.precision)
    return Experience(model, NEVER_ALONE if alone_at is None else alone_at, _practice(known))


def _practice(known: Iterable[tuple[PastCase, str]]) -> dict[str, dict[str, int]]:
    handled: dict[str, Counter[str]] = {}
    for case, role in known:
        if case.sub_category is not None:
            handled.setdefault(case.sub_category, Counter())[role] += 1
    return {sub_category: dict(counts) for sub_category, counts in sorted(handled.items())}


def _keep(context: Context, actor: Actor, policy: Policy, experience: Experience, lesson: Lesson) -> None:
    """Write down the lesson, and put what was adopted in force; both, or neither."""
    model, comparison = experience.model, lesson.comparison
    assert isinstance(model, Model)  # noqa: S101 - `teach` made it
    adopted = lesson.outcome is Outcome.ADOPTED
    with transaction(context) as tx:
        row = tx.session.get(DispatchModel, model.version)
        if row is None:
            row = DispatchModel(version=model.version)
            tx.session.add(row)
        row.learned_at, row.rule_version, row.cases = clock.now(), policy.version, lesson.cases
        row.alone_at, row.practice = experience.alone_at, {code: dict(of) for code, of in experience.practice.items()}
        row.figures = (
            {"before": asdict(comparison.before), "after": asdict(comparison.after)} if comparison is not None else {}
        )
        row.outcome, row.reason = lesson.outcome.value, lesson.reason
        row.content = to_bytes(model) if adopted else None
        tx.session.flush()
        if adopted:
            modelbook.put_in_force(tx.session, model.version, actor)


def roll_back(context: Context, version: str | None, actor: Actor) -> None:
    """Go by a model that was in force before; `None`: by the keywords alone.

    Raises `NotFound`, or `ModelFileError` when it is damaged; what is in force stays.
    """
    with transaction(context) as tx:
        if version is not None:
            modelbook.experience_of(tx.session, version)
        modelbook.put_in_force(tx.session, version, actor)


def version_beginning(context: Context, beginning: str) -> str:
    """The one usable version that begins so. Raises `NotFound`, naming those there are."""
    with reading(context) as session:
        kept = _kept(session)
    found = [version for version in kept if beginning and version.startswith(beginning)]
    if len(found) != 1:
        raise NotFound(f"学习结果“{beginning}”；可用的有 there are: {'、'.join(one[:12] for one in kept) or '(没有)'}")
    return found[0]


def lessons(context: Context) -> list[DispatchModel]:
    """Everything that was ever learned, the latest first."""
    with reading(context) as session:
        return list(session.scalars(select(DispatchModel).order_by(DispatchModel.learned_at.desc())))


def activations(context: Context) -> list[ModelActivation]:
    """What dispatch went by since when, the latest first."""
    with reading(context) as session:
        return list(session.scalars(select(ModelActivation).order_by(ModelActivation.id.desc())))


def _kept(session: Session) -> list[str]:
    query = select(DispatchModel.version).where(DispatchModel.content.is_not(None))
    return list(session.scalars(query.order_by(DispatchModel.learned_at.desc())))
