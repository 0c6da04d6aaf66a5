"""Commands for those who keep the platform running: reconcile, check, verify, notices."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli.failures import prefect_is_away
from clock import SHANGHAI
from services import invariants, outbox, policy_changes, stored_files
from services import reconcile as reconciling
from services.bootstrap import get_context

console = Console()

MOST_LISTED = 100


def reconcile() -> None:
    """对账：台账与 Prefect 运行不一致的，找出并修复，报告偏差数。 Find and heal what differs from Prefect."""
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("对账 reconciling", total=None)
        drift = reconciling.reconcile(get_context(), progress=lambda count: progress.update(task, completed=count))
    table = Table("项目 item", "数量 count")
    for name, value in drift.figures.items():
        table.add_row(name, str(value))
    console.print(table)
    for line in drift.advice + drift.failures:
        console.print(f"[red]{line}[/red]")
    if drift.unavailable:
        typer.echo(prefect_is_away(), err=True)
    raise typer.Exit(1 if drift.unavailable or drift.failures else 0)


def check(
    archive: Annotated[bool, typer.Option("--all", help="连同全部已归档诉求；缺省只查未结和近两日办结的")] = False,
) -> None:
    """检查不变量，如“每件未结诉求恰有一个计时器和一个责任人”。 Check what must always hold."""
    context = get_context()
    violations = invariants.check_invariants(context, archive=archive)
    violations += stored_files.missing_files(context) + policy_changes.late_plans(context)
    for file in context.broken_files:
        console.print(f"[red]文件不可用 unusable file[/red] {file.problem}", highlight=False)
    for violation in violations:
        console.print(f"[red]{violation.name}[/red] {violation.sentence}: {', '.join(violation.cases[:20])}")
    console.print(f"违反 violations: {len(violations)}")
    raise typer.Exit(1 if violations or context.broken_files else 0)


def verify(case_number: Annotated[str | None, typer.Argument(help="案号；缺省检查全部")] = None) -> None:
    """核验历史链条，指出第一处被改动的记录。 Verify the hash chain and name the first broken link."""
    broken = invariants.broken_chains(get_context(), case_number)
    for case, version in broken:
        console.print(f"[red]{case}[/red] 第{version}条起不符 broken from version {version}")
    console.print("历史完好 the history is intact" if not broken else f"不符 broken: {len(broken)}")
    raise typer.Exit(1 if broken else 0)


def notices(
    dead: Annotated[bool, typer.Option("--dead", help="只看已放弃的")] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="列出可重发的：已放弃的，和现在已有地址的；不实际重发")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="与 --retry 连用：确认重发")] = False,
) -> None:
    """通知的发送情况：列出没送到的，可重发。 How the notices stand; which did not arrive; send those again."""
    context = get_context()
    if yes and not retry:
        raise typer.BadParameter("--yes 须与 --retry 连用 goes with --retry")
    if retry and yes:
        console.print(f"重新排队 requeued: {outbox.requeue(context, dead_only=dead)}")
        return
    figures = outbox.outbox_figures(context)
    _print_notices(outbox.troubled(context, MOST_LISTED, dead_only=dead, worth_retrying=retry))
    if retry:
        typer.echo("以上未重发；加 --yes 即从现在起重发 Nothing was sent: add --yes to send these again.")
        return
    for name, value in dataclasses.asdict(figures).items():
        console.print(f"{name}: {value}")


def _print_notices(found: list[outbox.Troubled]) -> None:
    if not found:
        console.print("没有这样的通知 no such notices")
        return
    table = Table("案号", "规则", "对象", "渠道", "状态", "次数", "最后一次", "下次")
    for one in found:
        again = one.next_attempt_at.in_timezone(SHANGHAI).format("MM-DD HH:mm") if one.next_attempt_at else ""
        channels = "、".join(one.channels)
        cells = (one.case_number, one.rule, one.recipient, channels, one.status, str(one.attempts), one.last_failure)
        table.add_row(*cells, again)
    console.print(table)
    if len(found) == MOST_LISTED:
        console.print(f"只列出最早的{MOST_LISTED}条 only the oldest {MOST_LISTED} are listed")
