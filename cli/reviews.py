"""`rongetong reviews`: what waits for the two reviews, their meetings, minutes, and who is on duty."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from domain.actions import Actor, Role
from domain.reviews import Level
from gateways.minutes_document import minutes_document
from gateways.whole_files import whole_file
from services import agenda as waiting
from services import meetings as meeting_service
from services import roster as duty
from services.bootstrap import get_context

app = typer.Typer(help="研判：议程、会议、纪要、值班。 The two reviews.", no_args_is_help=True)
console = Console()

_OPERATOR = Actor(Role.OPERATOR, name="命令行")
LevelOption = Annotated[Level, typer.Option(help="first 一级，second 二级")]


@app.command()
def agenda(level: LevelOption = Level.FIRST) -> None:
    """等待决定的诉求，到期早的在前。 What waits for a decision, due first on top."""
    found = waiting.agenda(get_context(), _OPERATOR, level)
    table = Table("诉求编号", "承办单位", "退单", "为何提级", "决定期限", "已列入", title=found.level.name)
    for item in found.items:
        unit = item.unit.name if item.unit else ""
        planned = f"{item.meeting.number} {shown(item.meeting.planned_at)}" if item.meeting else ""
        table.add_row(item.case_number, unit, str(item.returns), item.why[:40], shown(item.decide_by, "—"), planned)
    console.print(table)
    if found.on_duty:
        console.print(f"值班 on duty: {found.on_duty.title}")


@app.command()
def meetings(
    level: Annotated[Level | None, typer.Option(help="first 一级，second 二级")] = None,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="只看未结束的")] = False,
) -> None:
    """最近的会议。 The latest meetings."""
    table = Table("id", "编号", "议题", "时间", "状态", "件数", "未议定")
    for item in meeting_service.meetings(get_context(), _OPERATOR, level, unfinished=unfinished).items:
        counts = (str(item.cases), str(item.undecided))
        table.add_row(str(item.id), item.number, item.title, shown(item.planned_at, "—"), item.status.name, *counts)
    console.print(table)


@app.command()
def minutes(
    meeting: Annotated[int, typer.Argument(help="会议的 id，见 reviews meetings")],
    out: Annotated[Path, typer.Option(help="写入的 .docx 文件")],
) -> None:
    """导出会议纪要。 Write a meeting's minutes as a Word document."""
    if out.suffix != ".docx":
        raise typer.BadParameter("须以 .docx 结尾", param_hint="--out")
    shown = meeting_service.meeting(get_context(), meeting, _OPERATOR)
    with whole_file(out) as beside:
        beside.write_bytes(minutes_document(shown))
    typer.echo(str(out))


@app.command()
def roster(level: LevelOption = Level.FIRST, days: Annotated[int, typer.Option(help="自今日起几天")] = 14) -> None:
    """值班表。 Who is on duty."""
    found = duty.roster(get_context(), _OPERATOR, level, None, days)
    table = Table("日期", "值班", "替班")
    for day in found.days:
        table.add_row(day.day.isoformat(), day.member.title if day.member else "", day.reason if day.stands_in else "")
    console.print(table)
