"""Commands for those who keep the platform running: reconcile, check, verify, notices."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli.failures import prefect_is_away
from services import invariants, outbox
from services import reconcile as reconciling
from services.bootstrap import get_context

console = Console()


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
    requeue: Annotated[bool, typer.Option("--requeue", help="重新发送已放弃的和当时无地址的通知")] = False,
) -> None:
    """通知的发送情况；可重发放弃的。 How the notices stand; send given-up ones again."""
    context = get_context()
    if requeue:
        console.print(f"重新排队 requeued: {outbox.requeue_dead(context)}")
    for name, value in dataclasses.asdict(outbox.outbox_figures(context)).items():
        console.print(f"{name}: {value}")
