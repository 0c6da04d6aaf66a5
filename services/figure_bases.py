"""Which rows belong to the base of each figure and which of them count: the words of `domain.figures`, in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import CTE, ColumnElement, and_, false, func, not_, or_, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from domain.facts import Card, Satisfaction
from domain.figures import Counted, CountName, FigureName, ShareName, TimeName
from domain.stages import CLOSING_STAGES, FINAL_STAGES, OPEN_STAGES, WORKING_STAGES, Stage, Trigger
from services.figure_questions import AS_OF, FORMS

_DONE = CLOSING_STAGES | {Stage.ARCHIVED}
_VOID = FINAL_STAGES - {Stage.ARCHIVED}
_CONTENT = (Satisfaction.SATISFIED.value, Satisfaction.BASICALLY_SATISFIED.value)
_MAY_RETURN = (Trigger.DISPATCH.value, Trigger.REDISPATCH.value, Trigger.CORRECT_DISPATCH.value)


class Parts(NamedTuple):
    """Of a row: whether it belongs to the base, and whether it counts, too."""

    base: ColumnElement[bool]
    counts: ColumnElement[bool]


@lru_cache(maxsize=FORMS)
def parts_of(counted: Counted, table: CTE) -> Mapping[FigureName, Parts]:
    """Every figure that is counted of `table`, which `figure_tables.table_of` gave."""
    match counted:
        case Counted.CASES:
            return _of_cases(table)
        case Counted.TASKS:
            return _of_tasks(table)
        case Counted.STAYS:
            return {TimeName.STAGE_TIME: _all(true())}


def _of_cases(table: CTE) -> Mapping[FigureName, Parts]:
    c = table.c
    done, working = c.stage.in_(_DONE), c.stage.in_(WORKING_STAGES)
    # As `domain.petition.is_overdue` has it, of what the ledger wrote down.
    overdue = and_(working, c.due_at < AS_OF, c.due_met.is_not(True))
    climbed = _reached(c)
    # An exclusion is of one completion: the next one can be assessed again.
    excluded = func.coalesce(c.excluded > c.approved, false())
    # Nor does a verdict on what was excluded count again because the work was redone and is not rated yet.
    unassessed = func.coalesce(c.excluded > c.judged, false())
    dated = or_(and_(done, c.in_time.is_not(None)), overdue)
    return {
        CountName.REGISTERED: _all(true()),
        CountName.OPEN: _all(c.stage.in_(OPEN_STAGES)),
        CountName.OVERDUE: _all(overdue),
        CountName.YELLOW: _all(and_(working, c.card == Card.YELLOW.value)),
        CountName.RED: _all(and_(working, c.card == Card.RED.value)),
        CountName.SUPERVISED: _all(and_(c.supervised > 0, or_(c.concluded.is_(None), c.concluded < c.supervised))),
        CountName.MEDIA_TRACKED: _all(c.tracked > 0),
        CountName.EXPOSED: _all(and_(c.exposed > 0, or_(c.corrected.is_(None), c.corrected < c.exposed))),
        **{name: _all(reached) for name, reached in climbed.items()},
        CountName.EXCLUDED: _all(excluded),
        ShareName.RESPONSE: _some(and_(done, c.contacted.is_not(None)), c.contacted.is_(True)),
        ShareName.ON_TIME_COMPLETION: _some(dated, and_(done, c.in_time.is_(True))),
        ShareName.COMPLETION: _some(c.stage.not_in(_VOID), done),
        ShareName.SUPERVISED_COMPLETION: _some(and_(c.supervised > 0, c.stage.not_in(_VOID)), done),
        ShareName.MEDIA_COMPLETION: _some(and_(c.tracked > 0, c.stage.not_in(_VOID)), done),
        ShareName.MEDIA_REPLY: _some(or_(c.replied > c.asked, c.lapsed > c.asked), c.replied > c.asked),
        ShareName.RESOLUTION: _some(and_(done, c.solved.is_not(None)), c.solved.is_(True)),
        ShareName.SATISFACTION: _some(c.satisfaction.is_not(None), c.satisfaction.in_(_CONTENT)),
        ShareName.ASSESSED_SATISFACTION: _some(
            and_(c.satisfaction.is_not(None), not_(unassessed)), c.satisfaction.in_(_CONTENT)
        ),
        ShareName.REDO: _some(c.approvals > 0, c.redos > 0),
    }


def _reached(c: ReadOnlyColumnCollection[str, Any]) -> Mapping[CountName, ColumnElement[bool]]:
    """Whether a case was ever on a rung or on any above it."""
    rungs = {
        CountName.CLIMBED_TO_YELLOW: c.yellow,
        CountName.CLIMBED_TO_RED: c.red,
        CountName.CLIMBED_TO_FIRST_REVIEW: c.first_review,
        CountName.CLIMBED_TO_SECOND_REVIEW: c.second_review,
        CountName.CLIMBED_TO_SUPERVISION: c.supervised,
    }
    columns = list(rungs.values())
    return {name: or_(*(column > 0 for column in columns[place:])) for place, name in enumerate(rungs)}


def _of_tasks(table: CTE) -> Mapping[FigureName, Parts]:
    c = table.c
    still_there = (or_(ended.is_(None), c.due_at < ended) for ended in (c.next_at, c.taken_at))
    missed = and_(c.due_at < AS_OF, *still_there)
    # What was sent to a unit by a wrong press, and taken back, was never its task.
    its_own = c.next_by.is_distinct_from(Trigger.CORRECT_DISPATCH.value)
    dated = and_(its_own, c.due_at.is_not(None), or_(c.answered_at.is_not(None), missed))
    return {
        ShareName.ON_TIME_SIGNING: _some(dated, c.answered_at <= c.due_at),
        ShareName.RETURN: _some(and_(its_own, c.trigger.in_(_MAY_RETURN)), c.returned > 0),
    }


def _all(base: ColumnElement[bool]) -> Parts:
    return Parts(base, base)


def _some(base: ColumnElement[bool], counts: ColumnElement[bool]) -> Parts:
    return Parts(base, and_(base, counts))
