"""`rongetong policy`: check, compare, put in force and take back the district's rules."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.replaying import progress_of_cases
from clock import SHANGHAI
from domain.actions import Actor, Role
from domain.errors import DomainError
from domain.policy import Policy
from gateways.policy_files import PolicyError, dump, load_policy
from services import policies
from services.bootstrap import get_context
from settings import get_settings

app = typer.Typer(help="规则：检查、比较、启用、回退。 The district's rules.", no_args_is_help=True)
console = Console()

Folder = Annotated[Path | None, typer.Argument(help="规则目录，缺省为设置中的 policy/")]
By = Annotated[str, typer.Option(help="操作人，写入版本历史")]


@app.command()
def check(folder: Folder = None) -> None:
    """检查规则文件，列出全部问题(文件、行、原因)。 Check the files and list everything that is wrong."""
    policy = load(folder)
    console.print(f"规则完好 The policy is sound: {policy.version}")


@app.command()
def diff(folder: Folder = None) -> None:
    """与现行规则逐行比较。 Compare the files with what is in force."""
    wanted = load(folder)
    current = policies.active_policy(get_context())
    before, after = (json.dumps(dump(p), ensure_ascii=False, indent=1, sort_keys=True) for p in (current, wanted))
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), current.version, wanted.version, n=2))
    typer.echo("\n".join(lines) if lines else "与现行规则一致 no difference")


@app.command()
def activate(
    by: By,
    folder: Folder = None,
    force: Annotated[bool, typer.Option("--force", help="办结诉求的派遣变差也启用")] = False,
) -> None:
    """启用规则，派遣变差的不启用；已登记的诉求仍按登记时的版本办理。 Put the files in force from now on."""
    policy, context = load(folder), get_context()
    with progress_of_cases(context, policy, None) as advance:
        changed = policies.activate_policy(
            context, policy, Actor(Role.OPERATOR, name=by), force=force, progress=advance
        )
    console.print(f"{'已启用 in force' if changed else '已是现行规则 already in force'}: {policy.version}")


@app.command()
def rollback(version: Annotated[str, typer.Argument(help="要恢复的版本，见 policy history")], by: By) -> None:
    """恢复以前启用过的版本。 Put a former version back in force."""
    try:
        policies.roll_back(get_context(), version, Actor(Role.OPERATOR, name=by))
    except DomainError as refusal:
        raise typer.BadParameter(refusal.message) from None
    console.print(f"已恢复 in force again: {version}")


@app.command()
def history() -> None:
    """列出启用过的版本。 List every version that was ever in force."""
    table = Table("版本", "启用时间", "操作人", "现行")
    for row in policies.versions(get_context()):
        at = row.activated_at.in_timezone(SHANGHAI).format("YYYY-MM-DD HH:mm")
        table.add_row(row.version, at, row.activated_by, "是" if row.active else "")
    console.print(table)


def load(folder: Path | None) -> Policy:
    """The policy in `folder`, by default the district's own; what is wrong with it is printed and ends the command."""
    try:
        return load_policy(folder or get_settings().policy_dir)
    except PolicyError as error:
        for problem in error.problems:
            console.print(f"[red]{problem.file}:{problem.line}[/red] {problem.reason}", highlight=False)
        raise typer.Exit(1) from None
