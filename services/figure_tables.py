"""What figures are counted of, as SQL: the cases, tasks and stays of a selection as they stood at its as-of moment.

Nothing here goes through Python row by row. The same statements run on SQLite and PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from domain.figures import NO_GROUP, PERIOD_GROUPINGS, Counted, Grouping
from domain.measured import Selection
from domain.stages import FINAL_STAGES, TRANSITIONS, Trigger
from models.tables import Completion, HistoryRow, Petition

GIVING = (Trigger.DISPATCH, Trigger.REDISPATCH, Trigger.ASSIGN, Trigger.BEGIN_REDO)
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
COMPUTED = (Grouping.GRID, *PERIOD_GROUPINGS)
"""Told of a row only where it is asked for."""
_BY_REGISTRATION = (Grouping.CHANNEL, *COMPUTED)
"""What the history does not keep is chosen by the petition itself."""
_GRID = Petition.located["grid"]["code"].as_string()
_MOVING = tuple(trigger for trigger, transition in TRANSITIONS.items() if transition.target is not None)


class _WholeSeconds(FunctionElement[int]):
    """Seconds since 1970 of a moment, fractions cut off, so that both databases say the same."""

    type = BigInteger()
    inherit_cache = True


@compiles(_WholeSeconds, "sqlite")
def _(element: _WholeSeconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **options)}) AS INTEGER)"


@compiles(_WholeSeconds, "postgresql")
def _(element: _WholeSeconds, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    return f"FLOOR(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **options)}))::BIGINT"


class _FirstDay(FunctionElement[str]):
    """The first day, as `2026-03-02`, of the day, week or month (`kind`) of China in which a moment lies."""

    type = String()
    inherit_cache = True

    def __init__(self, kind: Grouping, moment: ColumnElement[Any] | InstrumentedAttribute[Any]) -> None:
        super().__init__(literal_column(f"'{kind.value}'"), moment)


@compiles(_FirstDay, "sqlite")
def _(element: _FirstDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    kind, moment = (compiler.process(part, **options) for part in element.clauses)
    back = {"'day'": "", "'week'": ", '-6 days', 'weekday 1'", "'month'": ", 'start of month'"}[kind]
    return f"date({moment}, '+8 hours'{back})"


@compiles(_FirstDay, "postgresql")
def _(element: _FirstDay, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
    kind, moment = (compiler.process(part, **options) for part in element.clauses)
    return f"to_char(date_trunc({kind}, {moment} AT TIME ZONE 'Asia/Shanghai'), 'YYYY-MM-DD')"


def table_of(counted: Counted, selection: Selection, by: Grouping | None = None) -> CTE:
    """The cases, tasks or stays of `selection`; every row has `case_number`, `at` and the columns of all groupings.

    Of the periods and the grid only what `by` asks for is told: it is computed of each row.
    """
    return {Counted.CASES: _cases, Counted.TASKS: _tasks, Counted.STAYS: _stays}[counted](selection, by)


def _registered(selection: Selection) -> ColumnElement[bool]:
    """Which petitions: by the time they were registered, and the channel, neither of which ever changes."""
    wanted = [Petition.registered_at <= selection.as_of]
    if selection.period.since is not None:
        wanted.append(Petition.registered_at >= selection.period.since)
    if selection.period.until is not None:
        wanted.append(Petition.registered_at < selection.period.until)
    if selection.channel is not None:
        wanted.append(Petition.channel == selection.channel)
    if selection.grid is not None:
        wanted.append(_is(_GRID, selection.grid))
    return and_(*wanted)


def _cases(selection: Selection, by: Grouping | None) -> CTE:
    known = and_(_registered(selection), HistoryRow.at <= selection.as_of)
    last = (
        select(
            HistoryRow.petition_id,
            func.max(HistoryRow.version).label("version"),
            func.max(_if(Trigger.SUBMIT_COMPLETION, HistoryRow.version)).label("submitted"),
            func.max(_if(Trigger.RATE, HistoryRow.version)).label("rated"),
            func.max(_if(Trigger.SHOW_YELLOW_CARD, HistoryRow.version)).label("yellow"),
            func.max(_if(Trigger.SHOW_RED_CARD, HistoryRow.version)).label("red"),
            func.max(_if(Trigger.CLIMB_TO_FIRST_REVIEW, HistoryRow.version)).label("first_review"),
            func.max(_if(Trigger.CLIMB_TO_SECOND_REVIEW, HistoryRow.version)).label("second_review"),
            func.max(_if(Trigger.SUPERVISE, HistoryRow.version)).label("supervised"),
            func.max(_if(Trigger.CLOSE_SUPERVISION, HistoryRow.version)).label("concluded"),
            func.max(_if(Trigger.TRACK, HistoryRow.version)).label("tracked"),
            func.max(_if(Trigger.ASK_MEDIA_REPLY, HistoryRow.version)).label("asked"),
            func.max(_if(Trigger.GIVE_MEDIA_REPLY, HistoryRow.version)).label("replied"),
            func.max(_if(Trigger.LAPSE_MEDIA_REPLY, HistoryRow.version)).label("lapsed"),
            func.max(_if(Trigger.EXPOSE, HistoryRow.version)).label("exposed"),
            func.max(_if(Trigger.CORRECT_EXPOSURE, HistoryRow.version)).label("corrected"),
            func.max(_if(Trigger.GRANT_EXCLUSION, HistoryRow.version)).label("excluded"),
            func.max(_if(Trigger.APPROVE_COMPLETION, HistoryRow.version)).label("approved"),
            func.count(_if(Trigger.APPROVE_COMPLETION, 1)).label("approvals"),
            func.count(_if(Trigger.BEGIN_REDO, 1)).label("redos"),
        )
        .join(Petition, Petition.id == HistoryRow.petition_id)
        .where(known)
        .group_by(HistoryRow.petition_id)
        .subquery()
    )
    accepted = (
        select(Completion.petition_id, func.max(Completion.id).label("id"))
        .join(Petition, Petition.id == Completion.petition_id)
        .where(_registered(selection), Completion.outcome == "approved", Completion.decided_at <= selection.as_of)
        .group_by(Completion.petition_id)
        .subquery()
    )
    now, submitted, rated = aliased(HistoryRow), aliased(HistoryRow), aliased(HistoryRow)
    query = (
        select(
            Petition.case_number,
            Petition.channel,
            *_told_apart(by),
            now.version,
            Petition.registered_at.label("at"),
            *_as_left(now),
            now.stage_after.label("stage"),
            _kept(now, "card"),
            _kept(now, "due_at"),
            _kept(now, "due_met"),
            submitted.due_met.label("in_time"),
            rated.details["satisfaction"].as_string().label("satisfaction"),
            Completion.evidence["contacted"].as_boolean().label("contacted"),
            Completion.evidence["solved"].as_boolean().label("solved"),
            last.c.yellow,
            last.c.red,
            last.c.first_review,
            last.c.second_review,
            last.c.supervised,
            last.c.concluded,
            last.c.tracked,
            last.c.asked,
            last.c.replied,
            last.c.lapsed,
            last.c.exposed,
            last.c.corrected,
            last.c.excluded,
            last.c.approved,
            _judged(last).label("judged"),
            last.c.approvals,
            last.c.redos,
        )
        .join(last, last.c.petition_id == Petition.id)
        .join(now, and_(now.petition_id == Petition.id, now.version == last.c.version))
        .outerjoin(submitted, and_(submitted.petition_id == Petition.id, submitted.version == last.c.submitted))
        .outerjoin(rated, and_(rated.petition_id == Petition.id, rated.version == last.c.rated))
        .outerjoin(accepted, accepted.c.petition_id == Petition.id)
        .outerjoin(Completion, Completion.id == accepted.c.id)
    )
    return _chosen(query, selection, "cases")


def _judged(last: Subquery) -> ColumnElement[int | None]:
    """The step that approved what the last rating is about: a case that was redone may have been rated before it only.

    It is looked for where it can matter, in cases of which a completion was excluded.
    """
    earlier = aliased(HistoryRow)
    before = (
        select(func.max(earlier.version))
        .where(
            earlier.petition_id == last.c.petition_id,
            earlier.trigger == Trigger.APPROVE_COMPLETION.value,
            earlier.version < last.c.rated,
        )
        .scalar_subquery()
    )
    matters = and_(last.c.excluded.is_not(None), last.c.rated < last.c.approved)
    return case((matters, before), else_=last.c.approved)


def _tasks(selection: Selection, by: Grouping | None) -> CTE:
    steps = (*GIVING, *_ANSWERING, *_TAKING)
    numbered = (
        select(
            HistoryRow.petition_id,
            HistoryRow.version,
            HistoryRow.at,
            HistoryRow.trigger,
            func.count(_if(GIVING, 1))
            .over(partition_by=HistoryRow.petition_id, order_by=HistoryRow.version)
            .label("number"),
        )
        .join(Petition, Petition.id == HistoryRow.petition_id)
        .where(_registered(selection), HistoryRow.at <= selection.as_of, HistoryRow.trigger.in_(steps))
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
            *_told_apart(by),
            each.c.version,
            each.c.at,
            *_as_left(given),
            given.trigger,
            given.stage_due_at.label("due_at"),
            each.c.answered_at,
            each.c.taken_at,
            each.c.returned,
            func.lead(each.c.at).over(partition_by=each.c.petition_id, order_by=each.c.version).label("next_at"),
        )
        .join(each, each.c.petition_id == Petition.id)
        .join(given, and_(given.petition_id == Petition.id, given.version == each.c.version))
    )
    return _chosen(query, selection, "tasks")


def _stays(selection: Selection, by: Grouping | None) -> CTE:
    moves = aliased(HistoryRow)
    left_at = func.lead(moves.at).over(partition_by=moves.petition_id, order_by=moves.version)
    query = (
        select(
            Petition.case_number,
            Petition.channel,
            *_told_apart(by),
            moves.version,
            moves.at,
            *_as_left(moves),
            moves.stage_after.label("stage"),
            left_at.label("left_at"),
        )
        .join(moves, moves.petition_id == Petition.id)
        .where(_registered(selection), moves.at <= selection.as_of, moves.trigger.in_(_MOVING))
    )
    every = query.cte("every_stay")
    seconds = (_WholeSeconds(every.c.left_at) - _WholeSeconds(every.c.at)).label("seconds")
    # What was reopened had come to its end: how long it lay there is nobody's time.
    ended = select(every, seconds).where(every.c.left_at.is_not(None), every.c.stage.not_in(FINAL_STAGES))
    return _chosen(ended, selection, "stays")


def _if(triggers: Trigger | tuple[Trigger, ...], value: Any) -> ColumnElement[Any]:  # noqa: ANN401 - whatever is counted
    wanted = triggers if isinstance(triggers, tuple) else (triggers,)
    return case((HistoryRow.trigger.in_(wanted), value))


def _as_left(row: type[HistoryRow]) -> tuple[ColumnElement[Any], ...]:
    return row.unit.label("unit"), *(_kept(row, name) for name in ("town", "category", "sub_category"))


def _told_apart(by: Grouping | None) -> tuple[ColumnElement[Any], ...]:
    if by is Grouping.GRID:
        return (_GRID.label(by.value),)
    return (_FirstDay(by, Petition.registered_at).label(by.value),) if by is not None and by in PERIOD_GROUPINGS else ()


def _kept(row: type[HistoryRow], name: str) -> ColumnElement[Any]:
    """What a row kept; one from before anything was kept has what the petition has now."""
    return case((row.card.is_(None), getattr(Petition, name)), else_=getattr(row, name)).label(name)


def _chosen(query: Select[Any], selection: Selection, name: str) -> CTE:
    """The rows of `query` that belong to the unit, town … asked for; windows are laid over all of them before."""
    every = query.cte(f"all_{name}")
    asked = {by: getattr(selection, by.value) for by in Grouping if by not in _BY_REGISTRATION}
    wanted = [_is(every.c[by.value], value) for by, value in asked.items() if value is not None]
    return select(every).where(*wanted).cte(name)


def _is(column: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    return column.is_(None) if value == NO_GROUP else column == value
