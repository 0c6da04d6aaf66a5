"""`rongetong bulletins`: which there are, and one of them on the screen, as a document or as its annexes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.actions import Actor, Role
from domain.calendar import local
from domain.periods import PeriodKind
from gateways.whole_files import CannotWrite, whole_file
from services import bulletins as telling
from services.bootstrap import get_context

console = Console()

_ACTOR = Actor(Role.OPERATOR, name="rongetong bulletins")
_SHOWN = 50


class Kind(StrEnum):
    """The kinds of bulletins there are."""

    WEEK = PeriodKind.WEEK.value
    MONTH = PeriodKind.MONTH.value


def bulletins(
    bulletin: Annotated[str | None, typer.Argument(help="通报的 id；不写即列出目录")] = None,
    make: Annotated[Kind | None, typer.Option(help="先拟出到期而未拟的周报或月报(平时由流程自动拟)")] = None,
    out: Annotated[Path | None, typer.Option(help="写入 .docx(通报)、.xlsx(附件)或 .md")] = None,
) -> None:
    """督导通报：目录、正文、文件和附件；签发由纪检监察或领导经接口作出。 Supervision bulletins."""
    context = get_context()
    if make is not None:
        made = telling.make_due(context, PeriodKind(make.value))
        console.print(f"拟稿{made}份", highlight=False)
    if bulletin is None:
        if out is not None:
            raise typer.BadParameter("请写明是哪一份通报(id)", param_hint="--out")
        console.print(_table())
        return
    view = telling.bulletin(context, bulletin, _ACTOR)
    if out is None:
        console.print(view.text, markup=False, highlight=False)
        return
    match out.suffix.lower():
        case ".docx":
            content = telling.document(context, bulletin, _ACTOR)
        case ".xlsx":
            content = telling.annex(context, bulletin, _ACTOR)
        case ".md":
            content = view.text.encode()
        case _:
            raise CannotWrite(out, "文件名须以 .docx、.xlsx 或 .md 结尾")
    with whole_file(out) as beside:
        beside.write_bytes(content)
    console.print(f"写入 written to {out}", highlight=False)


def _table() -> Table:
    table = Table("id", "通报", "时段", "状态", "编号", "拟稿")
    for item in telling.bulletins(get_context(), _ACTOR, limit=_SHOWN).bulletins:
        made = f"{local(item.made_at):%Y-%m-%d %H:%M}"
        table.add_row(item.id, item.title, item.period, item.standing.name, item.number or "", made)
    return table
