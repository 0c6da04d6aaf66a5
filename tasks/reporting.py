"""The reports of days, weeks and months, as Prefect tasks: made in the ledger, shown as artifacts."""

from __future__ import annotations

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from domain.periods import PeriodKind
from services import reports
from services.bootstrap import get_context
from tasks.threads import in_thread


@task(name="make reports", cache_policy=NO_CACHE, persist_result=False)
async def make_reports(kind: PeriodKind) -> int:
    """Make every report of this kind that is due and missing; how many."""
    return await in_thread(reports.make_due, get_context(), kind)


@task(name="show reports", cache_policy=NO_CACHE, persist_result=False)
async def show_reports() -> int:
    """Publish what was not published yet; the newest artifact `report-week` is the newest weekly report."""
    context = get_context()
    waiting = await in_thread(reports.to_show, context)
    for report in waiting:
        title = report.text.partition("\n")[0].removeprefix("# ")
        await acreate_markdown_artifact(report.text, key=f"report-{report.kind}", description=title)
        await in_thread(reports.was_shown, context, report)
    return len(waiting)
