"""What figures are counted of, as SQL: the cases, tasks and stays of a selection as they stood at its as-of moment.

Nothing here goes through Python row by row. The same statements run on SQLite and PostgreSQL.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import CTE, and_, case, func, select
from sqlalchemy.orm import aliased

from domain.figures import Counted, Grouping
from domain.stages import FINAL_STAGES, TRANSITIONS, Trigger
from models.tables import HistoryRow, Petition
from services.figure_cases import cases_table
from services.figure_columns import GRID, WholeSeconds, as_left, chosen, if_, registered, told_apart
from services.figure_questions import AS_OF, FORMS, Form

GIVING = (Trigger.DISPATCH, Trigger.REDISPATCH, Trigger.CORRECT_DISPATCH, Trigger.ASSIGN, Trigger.BEGIN_REDO)
"""Each makes a task: a unit is to sign and to handle the petition."""
_ANSWERING = (Trigger.SIGN, Trigger.REQUEST_RETURN, Trigger.SUBMIT_COMPLETION)
_TAKING = (
    Trigger.GRANT_RETURN,
    Trigger.CLIMB_TO_FIRST_REVIEW,
    Trigger.CLIMB_TO_SECOND_REVIEW,
    Trigger.MERGE,
    Trigger.WITHDRAW,
    Trigger.TERMINATE,
)
_MOVING = tuple(trigger for trigger, transition in TRANSITIONS.items() if transition.target is not None)


@lru_cache(maxsize=FORMS)
def table_of(counted: Counted, form: Form, by: Grouping | None = None) -> CTE:
    """The cases, tasks or stays of a selection of this form.

    Every row has `case_number`, `at` and the columns of all groupings.

    Of the periods and the grid only what `by` asks for is told: it is computed of each row.
    """
    match counted:
        case Counted.CASES:
            return cases_table(form, by)
        case Counted.TASKS:
            return _tasks(form, by)
        case Counted.STAYS:
            return _stays(form, by)


def _tasks(form: Form, by: Grouping | None) -> CTE:
    steps = (*GIVING, *_ANSWERING, *_TAKING)
    numbered = (
        select(
            HistoryRow.petition_id,
            HistoryRow.version,
            HistoryRow.at,
            HistoryRow.trigger,
            func.count(if_(GIVING, 1))
            .over(partition_by=HistoryRow.petition_id, order_by=HistoryRow.version)
            .label("number"),
        )
        .join(Petition, Petition.id == HistoryRow.petition_id)
        .where(registered(form), HistoryRow.at <= AS_OF, HistoryRow.trigger.in_(steps))
        .subquery()
    )
    n = numbered.c
    each = (
        select(
            n.petition_id,
            func.min(n.version).label("version"),
            func.min(n.at).label("at"),
            func.min(case((n.trigger.in_(_ANSWERING), n.at))).label("answered_at"),
            func.min(case((n.trigger.in_(_TAKING), n.at))).label("taken_at"),
            func.count(case((n.trigger == Trigger.REQUEST_RETURN.value, 1))).label("returned"),
        )
        .where(n.number > 0)
        .group_by(n.petition_id, n.number)
        .subquery()
    )
    given = aliased(HistoryRow)
    query = (
        select(
            Petition.case_number,
            Petition.channel,
            *told_apart(by, Petition.registered_at, GRID),
            each.c.version,
            each.c.at,
            *as_left(given),
            given.trigger,
            given.stage_due_at.label("due_at"),
            each.c.answered_at,
            each.c.taken_at,
            each.c.returned,
            func.lead(each.c.at).over(partition_by=each.c.petition_id, order_by=each.c.version).label("next_at"),
            func.lead(given.trigger).over(partition_by=each.c.petition_id, order_by=each.c.version).label("next_by"),
        )
        .join(each, each.c.petition_id == Petition.id)
        .join(given, and_(given.petition_id == Petition.id, given.version == each.c.version))
    )
    return chosen(query, form, "tasks")


def _stays(form: Form, by: Grouping | None) -> CTE:
    moves = aliased(HistoryRow)
    left_at = func.lead(moves.at).over(partition_by=moves.petition_id, order_by=moves.version)
    query = (
        select(
            Petition.case_number,
            Petition.channel,
            *told_apart(by, Petition.registered_at, GRID),
            moves.version,
            moves.at,
            *as_left(moves),
            moves.stage_after.label("stage"),
            left_at.label("left_at"),
        )
        .join(moves, moves.petition_id == Petition.id)
        .where(registered(form), moves.at <= AS_OF, moves.trigger.in_(_MOVING))
    )
    every = query.cte("every_stay")
    seconds = (WholeSeconds(every.c.left_at) - WholeSeconds(every.c.at)).label("seconds")
    # What was reopened had come to its end: how long it lay there is nobody's time.
    ended = select(every, seconds).where(every.c.left_at.is_not(None), every.c.stage.not_in(FINAL_STAGES))
    return chosen(ended, form, "stays")
