"""`rongetong policy`: check, compare, put in force and take back the district's rules and its geography."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli import geography
from cli.moments import shown
from cli.replaying import progress_of_cases
from domain.actions import Actor, Role
from domain.coordinates import CoordinateSystem
from domain.policy import Policy
from gateways.policy_files import PolicyError, dump, load_policy
from services import policies
from services.bootstrap import get_context
from settings import get_settings

app = typer.Typer(
    help="规则和地理数据：检查、比较、启用、回退。 The district's rules and geography.", no_args_is_help=True
)
console = Console()

Folder = Annotated[Path | None, typer.Argument(help="规则或地理数据的目录，缺省为设置中的 policy/")]
Crs = Annotated[CoordinateSystem | None, typer.Option(help="地理数据的坐标系，geography.yaml 未写明时须给出")]
By = Annotated[str, typer.Option(help="操作人，写入版本历史")]


@app.command()
def check(folder: Folder = None, crs: Crs = None) -> None:
    """检查规则或地理数据，列出全部问题(文件、行、原因)。 Check the files and list everything that is wrong."""
    if folder is not None and geography.is_geography(folder):
        geography.check(folder, crs)
        return
    policy = load(folder)
    console.print(f"规则完好 The policy is sound: {policy.version}")


@app.command()
def diff(folder: Folder = None, crs: Crs = None) -> None:
    """与现行的比较：规则逐行，地理数据按网格和点位。 Compare the files with what is in force."""
    if folder is not None and geography.is_geography(folder):
        geography.diff(folder, crs)
        return
    wanted = load(folder)
    current = policies.active_policy(get_context())
    before, after = (json.dumps(dump(p), ensure_ascii=False, indent=1, sort_keys=True) for p in (current, wanted))
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), current.version, wanted.version, n=2))
    typer.echo("\n".join(lines) if lines else "与现行规则一致 no difference")


@app.command()
def activate(
    by: By,
    folder: Folder = None,
    crs: Crs = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查并说明会改变什么，不启用")] = False,
    force: Annotated[bool, typer.Option("--force", help="办结诉求的派遣变差也启用")] = False,
) -> None:
    """启用规则或地理数据，派遣变差的规则不启用；已登记的诉求不受影响。 Put the files in force from now on."""
    if folder is not None and geography.is_geography(folder):
        geography.activate(folder, Actor(Role.OPERATOR, name=by), crs, dry_run=dry_run)
        return
    if dry_run:
        diff(folder)
        return
    policy, context = load(folder), get_context()
    with progress_of_cases(context, policy, None) as advance:
        changed = policies.activate_policy(
            context, policy, Actor(Role.OPERATOR, name=by), force=force, progress=advance
        )
    console.print(f"{'已启用 in force' if changed else '已是现行规则 already in force'}: {policy.version}")


@app.command()
def rollback(version: Annotated[str, typer.Argument(help="要恢复的版本，见 policy history")], by: By) -> None:
    """恢复以前启用过的版本；none 为停用地理数据。 Put a former version back in force; none: no geography."""
    if geography.is_version(version):
        geography.roll_back(version, Actor(Role.OPERATOR, name=by))
        return
    policies.roll_back(get_context(), version, Actor(Role.OPERATOR, name=by))
    console.print(f"已恢复 in force again: {version}")


@app.command()
def history() -> None:
    """列出启用过的版本。 List every version that was ever in force."""
    table = Table("版本", "启用时间", "操作人", "现行")
    for row in policies.versions(get_context()):
        at = shown(row.activated_at)
        table.add_row(row.version, at, row.activated_by, "是" if row.active else "")
    console.print(table)
    geography.history()


@app.command()
def example(
    out: Annotated[Path, typer.Option(help="写到哪个目录")],
    seed: Annotated[int, typer.Option(min=0, help="同样的种子编出同样的数据")] = 1,
) -> None:
    """编一套示例地理数据：镇街、500 网格、50,000 点位，不是实测。 Make up a geography for trying out."""
    geography.example(out, seed)


def load(folder: Path | None) -> Policy:
    """The policy in `folder`, by default the district's own; what is wrong with it is printed and ends the command."""
    try:
        return load_policy(folder or get_settings().policy_dir)
    except PolicyError as error:
        for problem in error.problems:
            console.print(f"[red]{problem.file}:{problem.line}[/red] {problem.reason}", highlight=False)
        raise typer.Exit(1) from None
