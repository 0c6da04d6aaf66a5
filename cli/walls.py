"""`rongetong walls`: the screens that may show the district's sums."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from services import walls as service
from services.bootstrap import get_context

app = typer.Typer(help="大屏：开通、列出、停用。 Screens on walls.", no_args_is_help=True)
console = Console()
Name = Annotated[str, typer.Argument(help="大屏的名称，如“指挥大厅”")]


@app.command()
def create(name: Name) -> None:
    """开通一块大屏；大屏码只显示这一次，在大屏上打开 /wall 填写。 A new screen; its code is shown once."""
    typer.echo(service.create(get_context(), name))


@app.command("list")
def list_() -> None:
    """列出全部大屏。 List the screens."""
    table = Table("大屏", "开通", "最近显示", "状态")
    for screen in service.screens(get_context()):
        state = f"停用 {shown(screen.revoked_at)}" if screen.revoked_at else "正常"
        table.add_row(screen.name, shown(screen.made_at), shown(screen.seen_at), state)
    console.print(table)


@app.command()
def revoke(name: Name) -> None:
    """停用一块大屏，下一次更新起不再显示。 The screen shows nothing any more."""
    service.revoke(get_context(), name)
    typer.echo(f"已停用 revoked: {name}")
