"""What a unit owes beside the work of whoever holds the petition: an assisting unit's task, an explanation."""

from __future__ import annotations

from domain.conduct import DECIDED_KINDS, DeadlineKind
from domain.deadline import Deadline, Step
from domain.facts import Facts, Obligation
from domain.stages import ASSISTED_STAGES, OPEN_STAGES
from domain.workdays import Pause, WorkCalendar, due_date


def assist_deadlines(facts: Facts, calendar: WorkCalendar) -> tuple[Deadline, ...]:
    """Until when each assisting unit has its task, one for each of `facts.assists`; none while the clock stands still.

    The lead cannot go on while the petition is suspended, so nobody is expected to help it then: what stops the
    lead's clock stops theirs, and does not count. Another lead or another rung leaves the task as it was given.
    """
    if stands_still(facts):
        return ()
    step = Step.REMIND_ASSIST
    return tuple(_owed(DeadlineKind.ASSIST, step, task, calendar, facts.pauses) for task in facts.assists)


def explanation_due(facts: Facts, calendar: WorkCalendar) -> Deadline | None:
    """Until when the unit that was asked must explain itself.

    That is between the unit and the inspectors: no suspension of the work stops it, nor does another unit's having
    the petition.
    """
    if facts.explanation is None:
        return None
    return _owed(DeadlineKind.EXPLANATION, Step.REMIND_EXPLANATION, facts.explanation, calendar)


def reminders_of_units(facts: Facts, calendar: WorkCalendar) -> list[Deadline]:
    """What a unit owes beside the holder's work, each reminded of once; of several assisting units the earliest.

    Not in a final stage, whose run is over: there `services.file_terms` reminds of it.
    """
    running = []
    if facts.stage in ASSISTED_STAGES:
        dated = zip(facts.assists, assist_deadlines(facts, calendar), strict=False)
        unreminded = [due for task, due in dated if not task.reminded]
        running += sorted(unreminded, key=lambda item: item.due_at)[:1]
    demanded = explanation_due(facts, calendar)
    if demanded is not None and facts.explanation and not facts.explanation.reminded and facts.stage in OPEN_STAGES:
        running.append(demanded)
    return running


def stands_still(facts: Facts) -> bool:
    """Whether the clock of the unit's work is stopped."""
    return any(pause.ended_at is None for pause in facts.pauses)


def _owed(
    kind: DeadlineKind, step: Step, task: Obligation, calendar: WorkCalendar, pauses: tuple[Pause, ...] = ()
) -> Deadline:
    source = DECIDED_KINDS[kind]
    due = due_date(task.since, task.term, calendar, pauses=pauses, rule=source)
    return Deadline(kind, step, due, kind.value, source, task.unit)
