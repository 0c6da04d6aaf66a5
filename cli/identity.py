"""`rongetong identity`: keys, sealing, and who has read whose identity."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy import select

from domain.calendar import local
from models.tables import Petition
from services import identity, identity_keeping, identity_log, retention
from services.bootstrap import get_context

app = typer.Typer(
    help="诉求人身份：密钥、加密、谁查阅过。 Who petitioners are: keys, and who looked.", no_args_is_help=True
)
console = Console()

_BAR = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@app.command()
def seal() -> None:
    """把旧版本留下的明文身份加密；可随时中断，再次执行接着做。 Seal what an older version kept in plain."""
    context = get_context()
    with Progress(*_BAR, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("加密 sealing", total=identity_keeping.count_plain(context))
        done = identity_keeping.seal_plain(context, lambda some: progress.advance(task, some))
    console.print(f"加密 sealed: {done}")


@app.command("rotate-key")
def rotate_key(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看要重新加密多少，不换密钥")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="不再添新密钥，接着上次没做完的重新加密")] = False,
) -> None:
    """换密钥：添一把新的，把全部身份改用它加密；中断后加 --resume 接着做。 Change the key and seal everything anew."""
    context = get_context()
    if dry_run:
        counts = identity_keeping.keys_in_use(context)
        console.print(f"须重新加密 to seal anew: {sum(counts.values())}，密钥 keys: {_listed(counts)}")
        return
    if not resume:
        if not context.identity_keys.exists() and not identity_keeping.keys_in_use(context):
            context.identity_keys.make()
        console.print(f"新密钥 new key: {context.identity_keys.add()}，请立即备份 back it up now")
    with Progress(*_BAR, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("重新加密 sealing anew", total=identity_keeping.count_under_older_keys(context))
        done = identity_keeping.reseal(context, lambda some: progress.advance(task, some))
    console.print(f"重新加密 sealed anew: {done}，密钥 keys: {_listed(identity_keeping.keys_in_use(context))}")


@app.command("new-keys")
def new_keys(
    yes: Annotated[bool, typer.Option("--yes", help="确认备份也没有了")] = False,
) -> None:
    """密钥及其备份都已丢失时，另造密钥重新开始；旧的身份留着，但打不开。 Start anew once all keys are lost."""
    context = get_context()
    if context.identity_keys.exists():
        raise typer.BadParameter("密钥文件还在，不必另造；换密钥用 rotate-key")
    lost = sum(identity_keeping.keys_in_use(context).values())
    if not yes:
        console.print(f"另造之后，仍有{lost}位诉求人的身份打不开，除非以后找回备份。确认请加 --yes")
        raise typer.Exit(1)
    context.identity_keys.make()
    console.print(f"新密钥 new key: {context.identity_keys.ring().newest}，请立即备份 back it up now")


def _listed(counts: dict[str, int]) -> str:
    return "、".join(f"{key} {count}" for key, count in sorted(counts.items())) or "—"


@app.command()
def readers(
    case_number: Annotated[str, typer.Argument(help="案号")],
    everywhere: Annotated[bool, typer.Option("--everywhere", help="连同同一诉求人的其他诉求")] = False,
) -> None:
    """谁查阅过该件诉求人的身份，为了什么。 Who looked at this petitioner, when and what for."""
    context = get_context()
    with context.readers() as session:
        petition = session.scalar(select(Petition).where(Petition.case_number == case_number))
        if petition is None:
            raise typer.BadParameter(f"没有案号 {case_number}")
        ids = identity.same_person(context, session, petition.id) if everywhere else [petition.id]
        petitions = session.scalars(select(Petition).where(Petition.id.in_(ids))).all()
        found = identity_log.readers_of(session, context.rules.active(session), petitions)
    table = Table("时刻", "案号", "角色", "单位", "账号", "用途", "事由")
    for row in found.reads:
        at = local(row.at)
        unit = row.unit.name if row.unit else ""
        cells = (row.role.name, unit, row.account, row.purpose.name, row.words)
        table.add_row(f"{at:%Y-%m-%d %H:%M:%S}", row.case, *cells)
    console.print(table)
    console.print(f"共{len(found.reads)}次 readings: {len(found.reads)}")


@app.command()
def find(
    kind: Annotated[str, typer.Argument(help="联系方式的种类：sms、email 或 wechat")],
) -> None:
    """按联系方式找诉求：凭密钥散列查找，不打开任何人的身份。 Petitions of whoever can be reached there."""
    contact = typer.prompt("联系方式(不显示) contact", hide_input=True)  # typed as an argument it would stay behind
    context = get_context()
    with context.readers() as session:
        found = identity.find_by_contact(context, session, kind, contact)
    for case_number in found:
        console.print(case_number, highlight=False)
    console.print(f"共{len(found)}件 petitions: {len(found)}")


@app.command()
def anonymise(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只列出到期的案号，不清除")] = False,
) -> None:
    """清除保存期满的诉求人身份，保全中和督办未了结的除外；可随时中断。 Erase identities whose time is over."""
    context = get_context()
    found = retention.due(context)
    if dry_run:
        for case_number in found:
            console.print(case_number, highlight=False)
        console.print(f"到期 due: {len(found)}")
        return
    with Progress(*_BAR, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("清除 erasing", total=len(found))
        done = retention.erase_due(context, lambda some: progress.advance(task, some))
    console.print(f"清除 erased: {done}")


@app.command()
def unusual() -> None:
    """今日查阅人数异常的账号。 Accounts that read unusually many petitioners today."""
    found = identity_log.unusual_on(get_context())
    table = Table("角色", "单位", "账号", "人数", "次数", title=f"{found.day} 满{found.least}人")
    for row in found.readers:
        table.add_row(row.role.name, row.unit.name if row.unit else "", row.account, str(row.people), str(row.reads))
    console.print(table)
