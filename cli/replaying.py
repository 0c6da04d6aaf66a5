"""The bar that moves while closed cases are dispatched again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from domain.policy import Policy
from services import backtests
from services.context import Context

_COLUMNS = (TextColumn("回测 replaying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


@contextmanager
def progress_of_cases(context: Context, policy: Policy, most: int | None) -> Iterator[backtests.Progress]:
    """A bar that moves with each closed case on which `policy` is tried; what is yielded is called once for each."""
    with Progress(*_COLUMNS, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=backtests.how_many(context, policy, most))
        yield lambda: progress.advance(task)
