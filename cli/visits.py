"""`rongetong visits`: return visits, due first on top, and how many were made."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from domain.actions import Actor, Role
from domain.visits import VisitStatus
from services import visits as visit_service
from services.bootstrap import get_context

console = Console()
_OPERATOR = Actor(Role.OPERATOR, name="命令行")


def visits(
    status: Annotated[VisitStatus, typer.Option(help="状态")] = VisitStatus.OPEN,
    every: Annotated[bool, typer.Option("--all", help="不论状态")] = False,
    officer: Annotated[str | None, typer.Option(help="席位代码")] = None,
    contradicting: Annotated[bool, typer.Option("--contradicting", help="只看与台账不一致的")] = False,
) -> None:
    """回访清单，到期早的在前。 Return visits, due first on top."""
    wanted = None if every else status
    page = visit_service.visits(get_context(), _OPERATOR, status=wanted, officer=officer, contradicting=contradicting)
    table = Table("id", "诉求编号", "承办单位", "席位", "类别", "期限", "状态", "已联系", "不一致")
    for item in page.items:
        due = shown(item.due_at) + ("（逾期）" if item.late else "")
        table.add_row(
            str(item.id),
            item.petition_number,
            item.unit.name if item.unit else "",
            item.officer.title + ("（待改派）" if item.stranded else ""),
            "、".join(risk.name for risk in item.risks),
            due,
            item.status.name,
            str(item.attempts),
            "是" if item.contradicts else "",
        )
    console.print(table)
    counts = page.counts
    console.print(
        f"抽中{counts.drawn}件：已回访{counts.reached}，未联系上{counts.not_reached}，"
        f"待回访{counts.open}，不再需要{counts.overtaken}"
    )
