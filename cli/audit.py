"""`rongetong audit`: whether the ledger was altered behind its back, and the anchor to keep outside."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import pendulum
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.calendar import CHINA
from services import audit
from services.bootstrap import get_context

app = typer.Typer(help="审计：台账有没有被绕过平台改动。 Whether the ledger was altered.", no_args_is_help=True)
console = Console()

_BAR = (TextColumn("核验 verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@app.command()
def verify(
    case_number: Annotated[str | None, typer.Argument(help="案号；缺省检查全部")] = None,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="只查此后(北京时间)写过的")
    ] = None,
    against: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="与另处保存的锚点文件对照")] = None,
) -> None:
    """核验经过、审定、评价、督办、查阅日志、公开件和锚点，指出每件的第一处不符。 Name the first broken link."""
    context = get_context()
    moment = pendulum.instance(since.replace(tzinfo=CHINA)) if since else None
    with Progress(*_BAR, console=Console(stderr=True), transient=True) as progress:
        whole = case_number is None and since is None
        task = progress.add_task("", total=audit.count(context) if whole else None)
        found = audit.verify(
            context, case_number=case_number, since=moment, progress=lambda some: progress.advance(task, some)
        )
    if against is not None and not audit.holds_anchor(context, _kept(against)):
        found.append(audit.Break(str(against.name), "台账里没有这个锚点，或已不同：此后的记录不可信"))
    for item in found:
        console.print(f"[red]{item.case}[/red] {item.told}", highlight=False)
    console.print("完好 intact" if not found else f"不符 broken: {len(found)}")
    raise typer.Exit(1 if found else 0)


def _kept(path: Path) -> dict[str, object]:
    try:
        kept = json.loads(path.read_text("utf-8"))
    except ValueError:
        kept = None
    if not isinstance(kept, dict) or not {"number", "digest"} <= kept.keys():
        raise typer.BadParameter("不是 export-anchor 写出的文件", param_hint="--against")
    return kept


@app.command("export-anchor")
def export_anchor(
    out: Annotated[Path | None, typer.Option(help="写入文件；缺省打印")] = None,
) -> None:
    """写出最新锚点(几十个字)，请存到台账数据库管理员改不到的地方。 The newest anchor, to be kept outside."""
    context = get_context()
    audit.write_anchors(context)
    newest = audit.newest_anchor(context)
    if newest is None:
        console.print("台账还是空的，没有锚点 the ledger is empty")
        raise typer.Exit(1)
    text = json.dumps(newest)
    if out is None:
        typer.echo(text)
        return
    out.write_text(text + "\n", encoding="utf-8")
    console.print(f"写入 written to {out}", highlight=False)
