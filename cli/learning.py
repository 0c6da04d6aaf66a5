"""`rongetong dispatch learn | models | rollback`: what dispatch learned from closed cases, and taking it back."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from cli.backtest import overall
from cli.moments import shown
from cli.policy import By
from domain.actions import Actor, Role
from services.bootstrap import get_context

KEYWORDS_ALONE = "keywords"
"""What to roll back to so that nothing learned is gone by."""

console = Console()


def learn(by: By, dry_run: Annotated[bool, typer.Option("--dry-run", help="只学习和比较，什么也不写")] = False) -> None:
    """现在就从办结的诉求学习，在最近的诉求上不比现行的差才采用。 Learn now; adopt only what is no worse."""
    from services import learning
    from services.learning import OUTCOME_LABELS, Outcome

    columns = (TextColumn("学习 learning"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        lesson = learning.learn(
            get_context(),
            Actor(Role.OPERATOR, name=by),
            dry_run=dry_run,
            progress=lambda done, steps: progress.update(task, completed=done, total=steps),
        )
    console.print(f"{OUTCOME_LABELS[lesson.outcome]}：{lesson.reason}", highlight=False)
    if lesson.comparison is not None:
        console.print(overall(lesson.comparison))
    if dry_run and lesson.outcome is Outcome.ADOPTED:
        console.print("没有写入；去掉 --dry-run 即采用 Nothing was written: leave out --dry-run to adopt it.")


def models() -> None:
    """列出学过的每一版：学自多少件、表现、采用与否、何时启用。 List every version that was learned."""
    from services import learning
    from services.learning import OUTCOME_LABELS, Outcome

    context = get_context()
    activations = learning.activations(context)
    in_force = activations[0].version if activations else None
    since = {row.version: row.activated_at for row in reversed(activations)}
    table = Table("版本", "学习时间", "学自", "自动派遣须领先", "结果", "启用时间", "现行")
    for row in learning.lessons(context):
        at = since.get(row.version)
        table.add_row(
            row.version[:12],
            shown(row.learned_at),
            f"{row.cases}件",
            f"{row.alone_at:.1%}" if row.alone_at <= 1 else "从不",
            f"{OUTCOME_LABELS[Outcome(row.outcome)]} {row.reason}",
            shown(at),
            "是" if row.version == in_force else "",
        )
    console.print(table)
    if in_force is None:
        console.print("现在只凭关键词派遣 keywords alone are in force")


def rollback(
    version: Annotated[str, typer.Argument(help=f"版本或其开头，见 dispatch models；{KEYWORDS_ALONE} 为只凭关键词")],
    by: By,
) -> None:
    """改用以前的学习结果，或只凭关键词。 Go by a former version, or by the keywords alone."""
    from services import learning

    chosen = None if version == KEYWORDS_ALONE else learning.version_beginning(get_context(), version)
    learning.roll_back(get_context(), chosen, Actor(Role.OPERATOR, name=by))
    console.print(f"已改用 in force: {chosen[:12] if chosen else '只凭关键词 keywords alone'}")
