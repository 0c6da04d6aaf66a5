"""Figures for those who may see them: of a period, as of a moment, by unit, town or category, down to the cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import case, func, select

from domain.actions import Actor, Role
from domain.errors import Incomplete, Missing, NotPermitted
from domain.figures import DEFINITIONS, EVERY_FIGURE, FigureName, Grouping, TimeName
from domain.measured import Measured, Selection
from domain.policy import Policy
from domain.stages import Stage
from models.answers import Named
from models.figure_answers import FigureCase, FigureCasesView, FiguresView, GroupView
from services.access import ALL_SEEING, hidden_cases
from services.context import Context
from services.figure_bases import parts_of
from services.figure_questions import question
from services.figure_reasons import dissatisfied, visit_counts
from services.figure_selection import Asked, selection_of
from services.figure_tables import table_of
from services.figure_views import (
    chosen_in,
    definition_view,
    figures_view,
    group_view,
    name_of,
    period_view,
    ranks_of,
    total_view,
)
from services.measuring import measure_by
from services.transactions import reading
from services.views import stage_named

MAX_CASES = 1000
"""Cases a page."""
MAX_OFFSET = 10_000_000


def figures(
    context: Context,
    actor: Actor,
    asked: Asked,
    by: Grouping | None = None,
    *,
    only: frozenset[FigureName] = EVERY_FIGURE,
) -> FiguresView:
    """Every figure, or `only` these, in total and by group.

    A unit is shown the district's total and, of the groups, its own part.

    Raises:
        Incomplete: a filter that cannot be meant, named by its field.
        NotPermitted: not for this role, or another unit's figures.
    """
    if actor.role is Role.UNIT:
        by = by or Grouping.UNIT
    [view] = figures_by(context, actor, asked, [by], only=only)
    return view


def figures_by(
    context: Context,
    actor: Actor,
    asked: Asked,
    groupings: Sequence[Grouping | None],
    *,
    only: frozenset[FigureName] = EVERY_FIGURE,
) -> list[FiguresView]:
    """The same by each of several groupings, of which at most one is a period or the grid, for one look at the cases.

    Raises as `figures`.
    """
    _require_reader(actor, asked)
    own = actor.unit if actor.role is Role.UNIT else None
    with reading(context) as session:
        policy = context.rules.active(session)
        selection = selection_of(replace(asked, unit=None) if own else asked, policy)
        wholes = measure_by(session, selection, groupings, only=only)
        beside = own is not None and any(by not in (None, Grouping.UNIT) for by in groupings)
        parts = measure_by(session, replace(selection, unit=own), groupings, only=only) if beside else wholes
        reasons = dissatisfied(session, selection, policy) if only == EVERY_FIGURE else []
        called = visit_counts(session, selection) if only == EVERY_FIGURE else None
    return [
        figures_view(
            selection,
            whole.by,
            policy,
            total_view(whole, policy),
            _groups(whole, part, own, selection, policy),
            reasons,
            called,
        )
        for whole, part in zip(wholes, parts, strict=True)
    ]


def _groups(whole: Measured, part: Measured, own: str | None, selection: Selection, policy: Policy) -> list[GroupView]:
    """A unit among units is told with its place among all; of other groups it is told its own part."""
    if whole.by is None:
        return []
    among_units = own is not None and whole.by is Grouping.UNIT
    ranks = ranks_of(whole, policy) if whole.by is Grouping.UNIT and selection.unit is None else {}
    told = whole if among_units else part
    return [group_view(told, group, policy, ranks) for group in ([own] if among_units else told.groups)]


def cases_of(
    context: Context,
    actor: Actor,
    asked: Asked,
    name: FigureName,
    *,
    counted: bool | None = None,
    stage: Stage | None = None,
    limit: int = 100,
    offset: int = 0,
) -> FigureCasesView:
    """The base of one figure, case by case: all of it, or only what is (not) in the numerator.

    A unit is shown its own cases only. `stage` chooses among the stays of the time per stage. Raises as `figures`.
    """
    _require_reader(actor, asked)
    if stage is not None and name is not TimeName.STAGE_TIME:
        raise Incomplete([Missing("stage", "只有各阶段用时(stage_time)可以按阶段列出")])
    own = actor.unit if actor.role is Role.UNIT else None
    with reading(context) as session:
        policy = context.rules.active(session)
        selection = selection_of(replace(asked, unit=own) if own else asked, policy)
        counting = DEFINITIONS[name].counted
        asked_for = question(session, selection)
        table = table_of(counting, asked_for.form)
        part = parts_of(counting, table)[name]
        counts = case((part.counts, 1), else_=0)
        wanted = select(table, counts.label("counts")).where(part.base, table.c.case_number.not_in(hidden_cases(actor)))
        if counted is not None:
            wanted = wanted.where(counts == int(counted))
        if stage is not None:
            wanted = wanted.where(table.c.stage == stage.value)
        base = session.scalar(select(func.count()).select_from(wanted.subquery()), asked_for.values) or 0
        page = wanted.order_by(table.c.case_number, table.c.version).limit(limit).offset(offset)
        rows = session.execute(page, asked_for.values).mappings().all()
    return FigureCasesView(
        as_of=selection.as_of,
        period=period_view(selection.period),
        definition=definition_view(name),
        chosen=chosen_in(selection, policy),
        base=base,
        cases=[
            FigureCase(
                case=row["case_number"],
                unit=Named(code=row["unit"], name=policy.unit_name(row["unit"])) if row["unit"] else None,
                at=row["at"],
                counts=bool(row["counts"]),
                stage=stage_named(row["stage"]) if "stage" in row else None,
                seconds=row.get("seconds"),
                category=_named(Grouping.CATEGORY, row["category"], policy),
                town=_named(Grouping.TOWN, row["town"], policy),
            )
            for row in rows
        ],
        next=offset + limit if offset + limit < base else None,
    )


def _named(by: Grouping, code: str | None, policy: Policy) -> Named | None:
    return Named(code=code, name=name_of(by, code, policy)) if code else None


def is_reader(actor: Actor) -> bool:
    """Whether figures are for this role at all."""
    return actor.role is Role.UNIT or actor.role in ALL_SEEING


def sees_all(actor: Actor) -> bool:
    """Whether the whole district's figures are for this role, and not a unit's own alone."""
    return actor.role in ALL_SEEING


def _require_reader(actor: Actor, asked: Asked) -> None:
    if not is_reader(actor):
        raise NotPermitted
    if actor.role is Role.UNIT and (actor.unit is None or asked.unit not in (None, actor.unit)):
        raise NotPermitted("承办单位只能查看本单位和全区的指标")
