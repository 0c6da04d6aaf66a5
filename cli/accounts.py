"""`rongetong accounts`: who may sign in to the pages."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from domain.actions import ROLE_LABELS, Role
from services import accounts as service
from services.bootstrap import get_context

app = typer.Typer(help="页面账号：开通、列出、停用、重置密码。 Accounts of the pages.", no_args_is_help=True)
console = Console()

Name = Annotated[str, typer.Argument(help="账号名；将作为经办人写入办理历史")]


@app.command()
def create(
    name: Name,
    role: Annotated[Role, typer.Option(help="角色，如 desk、unit、reviewer、leader、inspector、follow_up、operator")],
    unit: Annotated[str | None, typer.Option(help="单位代码；角色为 unit 时必填，见 policy/units.yaml")] = None,
    login: Annotated[str | None, typer.Option(help="统一身份认证中的登录名；填了即可由那里登录")] = None,
) -> None:
    """开通账号；初始密码只显示这一次，首次登录须改。 Create an account; its first password is shown once."""
    typer.echo(service.create_account(get_context(), name, role, unit, login))


@app.command()
def link(
    name: Name,
    login: Annotated[str | None, typer.Argument(help="统一身份认证中的登录名；不填为取消关联")] = None,
) -> None:
    """关联(或取消关联)统一身份，已登录的立即退出。 Who may sign in to it at the identity provider."""
    service.link_account(get_context(), name, login)
    typer.echo(f"已关联 linked: {name} ← {login}" if login else f"已取消关联 unlinked: {name}")


@app.command("list")
def list_() -> None:
    """列出全部账号。 List the accounts."""
    table = Table("账号", "角色", "单位", "统一身份", "开通时间", "状态")
    for account in service.list_accounts(get_context()):
        state = (
            f"停用 {shown(account.disabled_at)}"
            if account.disabled_at
            else "待改密码"
            if account.must_change
            else "正常"
        )
        role = ROLE_LABELS[Role(account.role)]
        table.add_row(account.name, role, account.unit or "", account.login or "", shown(account.created_at), state)
    console.print(table)


@app.command()
def disable(name: Name) -> None:
    """停用账号，已登录的立即退出。 Disable an account; whoever is signed in no longer is."""
    service.disable_account(get_context(), name)
    typer.echo(f"已停用 disabled: {name}")


@app.command()
def enable(name: Name) -> None:
    """重新启用账号。 Open a disabled account again."""
    service.enable_account(get_context(), name)
    typer.echo(f"已启用 enabled: {name}")


@app.command("reset-password")
def reset_password(name: Name) -> None:
    """重置密码；新的初始密码只显示这一次，已登录的立即退出。 A new first password, shown once."""
    typer.echo(service.reset_password(get_context(), name))
