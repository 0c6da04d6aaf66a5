"""`rongetong same-matter`: the index by which petitions of one matter find each other."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services import imprints
from services.bootstrap import get_context

app = typer.Typer(help="同一事项：查重用的索引。 The index of petitions of one matter.", no_args_is_help=True)
console = Console()

_BAR = (TextColumn("建立索引 indexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@app.callback()
def _group() -> None:
    """A command that stands alone would swallow the group's name."""


@app.command()
def index() -> None:
    """把尚未编入的诉求编入查重索引；可随时中断，再次执行接着做。 Take in every petition that is not indexed yet."""
    context = get_context()
    with Progress(*_BAR, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=imprints.count_wanting(context))
        done = imprints.index_petitions(context, lambda some: progress.advance(task, some))
    console.print(f"编入 taken in: {done}")
