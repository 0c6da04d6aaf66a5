"""The reports of a day, week and month: made once each when the period is over, kept, and shown to operators."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

import clock
from domain.figures import OF_CASES, Grouping
from domain.measured import Selection
from domain.periods import Period, PeriodKind, period_before
from domain.policy import Policy
from models.tables import FigureReport
from services.context import Context
from services.due_periods import due_periods, ends_of
from services.figure_reasons import dissatisfied, visit_counts
from services.measuring import measure
from services.report_text import Findings, report_text
from services.transactions import reading, transaction


def make_due(context: Context, kind: PeriodKind) -> int:
    """Make every report of this kind that is due and was not made, the oldest first; how many.

    A report made late is the one that would have been made in time: it is as of the end of its period. Two that make
    the same report at once make one.
    """
    with reading(context) as session:
        policy = context.rules.active(session)
        made = set(session.scalars(select(FigureReport.since).where(FigureReport.kind == kind.value)))
        due = due_periods(session, kind, policy.figure_rules.catch_up, made)
    return sum(_make(context, kind, period, policy) for period in due)


def to_show(context: Context) -> list[FigureReport]:
    """Reports that operators were not shown yet, the oldest first."""
    with reading(context) as session:
        query = select(FigureReport).where(FigureReport.shown_at.is_(None))
        return list(session.scalars(query.order_by(FigureReport.since, FigureReport.kind)))


def was_shown(context: Context, report: FigureReport) -> None:
    """Note that this report was shown; one that was shown and not noted is shown again."""
    with transaction(context) as tx:
        mine = (FigureReport.kind == report.kind, FigureReport.since == report.since)
        tx.session.execute(update(FigureReport).where(*mine).values(shown_at=clock.now()))


def _make(context: Context, kind: PeriodKind, period: Period, policy: Policy) -> bool:
    since, as_of = ends_of(period)
    before = Selection(as_of, period_before(kind, since))
    now = Selection(as_of, period)
    with reading(context) as session:
        findings = Findings(
            kind=kind,
            selection=now,
            standing=measure(session, Selection(as_of), Grouping.UNIT, only=OF_CASES),
            period=measure(session, now, Grouping.UNIT),
            before=measure(session, before),
            matters=measure(session, now, Grouping.SUB_CATEGORY, only=OF_CASES),
            dissatisfied=dissatisfied(session, now, policy),
            visits=visit_counts(session, now),
        )
    row = FigureReport(
        kind=kind.value, since=since, as_of=as_of, made_at=clock.now(), text=report_text(findings, policy)
    )
    with suppress(IntegrityError):
        with transaction(context) as tx:
            tx.session.add(row)
        return True
    return False
