"""`rongetong supervision` and `rongetong outages`: dossiers, and when the platform was down."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from domain.actions import Actor, Role
from domain.calendar import CHINA
from services import dossiers, identity, outages
from services.bootstrap import get_context
from services.dossier_document import document

app = typer.Typer(help="督办：案卷。 The inspectors' side.", no_args_is_help=True)
outages_app = typer.Typer(help="平台停运：登记、列出、撤销。 When the platform was down.", no_args_is_help=True)
console = Console()

PURPOSE = "inspection"
"""For what inspectors read an identity, as `identity.yaml` names it."""
_BY = typer.Option("--by", help="登记人，写入记录")


@app.command("dossier")
def dossier(
    case_number: Annotated[str, typer.Argument(help="案号")],
    out: Annotated[
        Path | None, typer.Option(help="写入文件：.docx 为可打印的案卷，.json 为全部内容；缺省输出 JSON")
    ] = None,
    reader: Annotated[str, typer.Option(help="以哪个纪检监察账号阅卷；应当回避的账号看不到")] = "rongetong supervision",
    because: Annotated[
        str | None, typer.Option(help="督办核查确需时写明事由：.docx 附诉求原文和诉求人，此次查阅记入日志")
    ] = None,
) -> None:
    """一件诉求的案卷：谁持有多久、为何逾期、平台的责任、提醒及送达、历史校验。 The dossier of a petition."""
    if out is not None and out.suffix not in (".docx", ".json"):
        raise typer.BadParameter("--out 须以 .docx 或 .json 结尾 must end in .docx or .json")
    if because is not None and (out is None or out.suffix != ".docx"):
        raise typer.BadParameter("--because 只用于 --out 案卷.docx only goes with a .docx")
    context, actor = get_context(), Actor(Role.INSPECTOR, name=reader)
    found = dossiers.dossier_by_number(context, case_number, actor)
    disclosed = None
    if because is not None:
        disclosed = identity.disclose(context, found.petition.id, actor, purpose=PURPOSE, words=because)
    if out is None:
        typer.echo(found.model_dump_json(indent=2))
        return
    if out.suffix == ".docx":
        out.write_bytes(document(found, context.rules.calendar.office, disclosed))
    else:
        out.write_bytes(found.model_dump_json(indent=2).encode())
    typer.echo(out)


@outages_app.command("list")
def list_() -> None:
    """列出停运记录，已撤销的也在内。 Every outage on record."""
    found = outages.outages(get_context())
    if not found:
        typer.echo("没有停运记录 no outages")
        return
    table = Table("编号", "开始", "结束", "发现", "原因", "登记人", "撤销")
    for row in found:
        taken_back = f"{row.withdrawn_by}：{row.withdrawn_because}" if row.withdrawn_at else ""
        found_by = "心跳" if row.found_by == "heartbeat" else "登记"
        table.add_row(
            str(row.id), shown(row.started_at), shown(row.ended_at), found_by, row.reason, row.recorded_by, taken_back
        )
    console.print(table)


@outages_app.command()
def add(
    started: Annotated[str, typer.Option("--from", help="开始，如 2026-03-02T09:00(北京时间)")],
    ended: Annotated[str, typer.Option("--to", help="结束")],
    reason: Annotated[str, typer.Option(help="原因，如机房断电")],
    by: Annotated[str, _BY] = "rongetong outages",
) -> None:
    """登记心跳没有发现的停运(接口或网络不可用)：所涉时间不算承办单位的。 Record an outage."""
    actor = Actor(Role.OPERATOR, name=by)
    row = outages.record(
        get_context(), actor, started_at=_read(started, "--from"), ended_at=_read(ended, "--to"), reason=reason
    )
    typer.echo(f"已登记 recorded: {row.id}")


@outages_app.command()
def withdraw(
    number: Annotated[int, typer.Argument(help="编号，见 outages list")],
    reason: Annotated[str, typer.Option(help="为何撤销")],
    by: Annotated[str, _BY] = "rongetong outages",
) -> None:
    """撤销登记有误的停运，记录仍在。 Take back what was recorded by mistake; it stays on record."""
    actor = Actor(Role.OPERATOR, name=by)
    outages.withdraw(get_context(), actor, number, reason)
    typer.echo(f"已撤销 withdrawn: {number}")


def _read(text: str, option: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} 应为时间，如 2026-03-02T09:00 must be a moment") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
