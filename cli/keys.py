"""`rongetong keys`: the API keys of units, channels and offices."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from domain.actions import ROLE_LABELS, Role
from models.administration_answers import KeyView
from services import keys as service
from services.bootstrap import get_context

app = typer.Typer(help="接口密钥：发放、列出、吊销。 API keys.", no_args_is_help=True)
console = Console()


@app.command()
def create(
    role: Annotated[Role, typer.Option(help="角色，如 desk、unit、reviewer、leader、inspector、channel")],
    label: Annotated[str, typer.Option(help="用途说明，将写入办理历史")],
    unit: Annotated[str | None, typer.Option(help="单位代码；角色为 unit 时必填，见 policy/units.yaml")] = None,
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="有效至哪一天；不写即按 policy/keys.yaml")
    ] = None,
    endless: Annotated[bool, typer.Option("--endless", help="不到期；须另有办法定期更换")] = False,
) -> None:
    """发放一个密钥；明文只显示这一次。 Create a key; it is shown this once only."""
    last_day = until.date() if until is not None else None
    plaintext = service.create_key(get_context(), role, unit, label, last_day=last_day, endless=endless)
    typer.echo(plaintext)


@app.command("list")
def list_() -> None:
    """列出全部密钥(不含明文)。 List the keys without their secrets."""
    table = Table("前缀", "角色", "单位", "用途", "发放时间", "最近使用", "状态")
    for key in service.list_keys(get_context()):
        moments = shown(key.created_at), shown(key.last_used_at)
        table.add_row(key.prefix, ROLE_LABELS[Role(key.role)], key.unit or "", key.label, *moments, _state(key))
    console.print(table)


@app.command()
def revoke(prefix: Annotated[str, typer.Argument(help="密钥前缀，见 keys list")]) -> None:
    """吊销一个密钥，立即生效。 Revoke a key at once."""
    service.revoke_key(get_context(), prefix)
    typer.echo(f"已吊销 revoked: {prefix}")


def _state(key: KeyView) -> str:
    if key.revoked_at is not None:
        return f"吊销 {shown(key.revoked_at)}"
    if key.last_day is None:
        return "不到期"
    return f"{'已到期' if key.lapsed else '将到期' if key.ends_soon else '有效至'} {key.last_day}"
