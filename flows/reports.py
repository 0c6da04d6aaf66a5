"""The report of the last day, week or month, and of those before it that were missed."""

from __future__ import annotations

from prefect import flow

from domain.periods import PeriodKind
from tasks.reporting import make_reports, show_reports


@flow(name="report", persist_result=False)
async def report(kind: PeriodKind = PeriodKind.DAY) -> str:
    """Make what is due and show it. Run twice, or late, it makes nothing twice and the same report."""
    made = await make_reports(kind)
    shown = await show_reports()
    return f"made {made}, shown {shown}"
