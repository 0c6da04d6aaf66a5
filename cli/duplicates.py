"""`rongetong dispatch duplicates`: which rows of a table are about the same matter, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from cli.policy import load
from domain.errors import Incomplete, Missing
from gateways.tables import Row, check_writable, read_rows, write_rows
from services.duplicate_rows import Grouped, Reported, group_rows

console = Console()

COLUMNS = ("重复组", "组内件数", "相似于第几行", "得分", "理由")
"""What is added to each row; a row by itself gets nothing but the number 1."""
_BAR = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())


def duplicates(
    file: Annotated[Path, typer.Argument(help="诉求表，.csv 或 .xlsx，第一行是列名", show_default=False)],
    text: Annotated[str, typer.Option(help="诉求内容在哪一列；几列合看的用逗号隔开", show_default=False)],
    out: Annotated[Path, typer.Option(help="结果写入 .csv 或 .xlsx", show_default=False)],
    place: Annotated[str, typer.Option(help="地点在哪一列")] = "",
    person: Annotated[str, typer.Option(help="诉求人(如电话)在哪一列；只作比对，不写入结果")] = "",
    rules: Annotated[Path | None, typer.Option(help="规则目录，缺省为设置中的 policy/")] = None,
) -> None:
    """找出表中反映同一事项的诉求，逐行加上组号、得分和理由。 Find the rows that are about the same matter."""
    texts = [name.strip() for name in text.split(",") if name.strip()]
    if not texts:
        raise Incomplete([Missing("text", "--text 须写明诉求内容所在的列名")])
    check_writable(out)
    policy = load(rules)
    numbers: list[int] = []
    with Progress(*_BAR, console=Console(stderr=True), transient=True) as progress:
        grouped = group_rows(policy, _reported(file, texts, place, person, numbers, progress))
        columns, rows = _with_groups(file, grouped, numbers, progress)
        count = write_rows(out, columns, rows)
    repeated = [item for item in grouped if item.group]
    console.print(
        f"{count}行，其中{len(repeated)}行分属{len({item.group for item in repeated})}个重复组，写入 written to {out}",
        highlight=False,
    )


def _reported(
    file: Path, texts: Sequence[str], place: str, person: str, numbers: list[int], progress: Progress
) -> Iterator[Reported]:
    """What each row says; `numbers` gets the number of each in the file."""
    task = progress.add_task("比对 comparing", total=1.0)
    with read_rows(file, needed=[*texts, *filter(None, (place, person))]) as rows:
        for row in rows:
            numbers.append(row.number)
            progress.update(task, completed=rows.share_read)
            said = "\n".join(row[name] for name in texts)
            yield Reported(said, row[place] if place else "", row[person].strip() if person else "")
    progress.update(task, completed=1.0)


def _with_groups(
    file: Path, grouped: Sequence[Grouped], numbers: Sequence[int], progress: Progress
) -> tuple[list[str], Iterator[Mapping[str, str]]]:
    """The columns of the result, and its rows as they are read once more."""
    with read_rows(file) as rows:
        columns = [name for name in rows.columns if name not in COLUMNS]

    def again() -> Iterator[Mapping[str, str]]:
        task = progress.add_task("写出 writing", total=len(grouped))
        with read_rows(file) as rows:
            for row, item in zip(rows, grouped, strict=True):
                progress.advance(task)
                yield _row(row, item, numbers)

    return [*columns, *COLUMNS], again()


def _row(row: Row, item: Grouped, numbers: Sequence[int]) -> dict[str, str]:
    like = str(numbers[item.like]) if item.like is not None else ""
    score = f"{item.score:.2f}" if item.like is not None else ""
    cells = (str(item.group or ""), str(item.size), like, score, "；".join(item.reasons))
    return {**row.values, **dict(zip(COLUMNS, cells, strict=True))}
