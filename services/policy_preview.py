"""What a policy would change before it is in force: rule by rule, file by file, and on the cases there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from domain.actions import Actor
from domain.backtest import Comparison
from domain.errors import RuleRefusal
from domain.policy_differences import Difference, differences
from domain.stages import FINAL_STAGES
from domain.units import UnitKind
from gateways.policy_files import dump
from models.administration_answers import PolicyChangeView
from models.tables import Petition
from services.administration import require_administrator
from services.backtests import backtest, dispatches_otherwise
from services.context import Context
from services.policy_changes import change_row, files_in_force, files_of, policy_of, view_of
from services.transactions import reading

TRIED = 300
"""How many of the latest closed cases a page tries a policy on (our own decision); the command line tries more."""


@dataclass(frozen=True)
class Preview:
    """What a change would change."""

    change: PolicyChangeView
    rules: list[Difference]
    files: list[tuple[str, list[str]]]
    """By file the lines of a unified difference; files that do not change are left out."""
    in_force: str


@dataclass(frozen=True)
class Trial:
    """What a change would do to cases."""

    open_cases: int
    """They go on living under their own versions."""
    without_unit: list[str]
    """Case numbers whose unit the change no longer knows, or lets handle nothing."""
    without_category: list[str]
    comparison: Comparison | None
    """Dispatch of closed cases, now and then; `None` where nothing that dispatch asks for changes."""
    faults: list[str]
    """Why the change would be refused unless somebody insists."""


def preview(context: Context, actor: Actor, number: int) -> Preview:
    """What the change would change, by rule and by file. Raises `NotFound`."""
    require_administrator(actor)
    with reading(context) as session:
        row = change_row(session, number)
        current = context.rules.active(session)
        wanted = policy_of(context, session, row)
        new = dict(session.execute(files_of(row.version)).tuples().all())
    try:
        old = files_in_force(context)
    except RuleRefusal:
        old = {}
    return Preview(
        change=view_of(row),
        rules=differences(current, wanted, dump(current), dump(wanted)),
        files=list(_changed_files(old, new)) if old and new else [],
        in_force=current.version,
    )


def try_out(context: Context, actor: Actor, number: int) -> Trial:
    """What it would do to open cases, and what dispatch would say otherwise of closed ones; nothing is written."""
    require_administrator(actor)
    with reading(context) as session:
        row = change_row(session, number)
        current, wanted = context.rules.active(session), policy_of(context, session, row)
        open_ones = session.execute(
            select(Petition.case_number, Petition.unit, Petition.category).where(Petition.stage.not_in(FINAL_STAGES))
        ).all()
    handling = {unit.code for unit in wanted.units if unit.kind in (UnitKind.TOWN, UnitKind.DEPARTMENT)}
    known = {category.code for category in wanted.categories}
    comparison = backtest(context, wanted, most=TRIED) if dispatches_otherwise(current, wanted) else None
    return Trial(
        open_cases=len(open_ones),
        without_unit=[case for case, unit, _ in open_ones if unit is not None and unit not in handling],
        without_category=[case for case, _, category in open_ones if category is not None and category not in known],
        comparison=comparison,
        faults=comparison.faults(wanted.learning) if comparison else [],
    )


def _changed_files(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for name in sorted({*old, *new}):
        before, after = old.get(name, "").splitlines(), new.get(name, "").splitlines()
        if before != after:
            yield name, list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
