"""`rongetong dispatch backtest`: closed cases, dispatched again by changed rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.policy import Folder, load
from cli.replaying import progress_of_cases
from domain.backtest import FIGURES, Comparison, Move, most_changed
from domain.policy import Policy
from gateways.tables import check_writable, write_rows
from services import backtests
from services.bootstrap import get_context

console = Console()

MOST_LISTED = 20
_COLUMNS = ("案号", "小类", "实际承办", "现行派给", "改后派给", "变化")
_GAINS = {1: "变好", 0: "仍不对", -1: "变差"}


def backtest(
    folder: Folder = None,
    cases: Annotated[int | None, typer.Option(min=1, help="只用最近办结的多少件；缺省按 learning.yaml")] = None,
    out: Annotated[Path | None, typer.Option(help="把去向有变的逐件写入 .csv 或 .xlsx")] = None,
) -> None:
    """用改过的规则重派办结的诉求，与现行规则比较；变差则退出码为 1。 Dispatch closed cases by changed rules."""
    changed = load(folder)
    if out is not None:
        check_writable(out)
    context = get_context()
    with progress_of_cases(context, changed, cases) as advance:
        found = backtests.backtest(context, changed, most=cases, progress=advance)
    if not found.after.cases:
        console.print("还没有办结的诉求，无从比较 no closed case to compare on")
        return
    console.print(overall(found))
    console.print(_matters(found, changed))
    if out is not None:
        count = write_rows(out, _COLUMNS, (_row(move, changed) for move in found.moves))
        console.print(f"去向有变的{count}件写入 written to {out}", highlight=False)
    faults = found.faults(changed.learning)
    if faults:
        console.print(f"[red]变差，不能启用(除非强制) worse[/red]：{'；'.join(faults)}", highlight=False)
    elif found.after.cases < changed.learning.least_cases:
        console.print(f"办结不足{changed.learning.least_cases}件，不作判断 too few cases to judge")
    else:
        console.print("没有变差 not worse")
    raise typer.Exit(1 if faults else 0)


def overall(found: Comparison) -> Table:
    """Both sides, figure by figure."""
    table = Table("", "现行", "改后", title=f"办结诉求{found.after.cases}件 closed cases")
    for name, count in FIGURES.items():
        counts = (count(found.before), count(found.after))
        table.add_row(name, *(f"{one} ({one / found.after.cases:.1%})" for one in counts))
    table.add_row("少退单 returns saved", "", f"{found.returns_saved:+d}")
    if found.left_out:
        table.add_row("单位已不在规则内，未计 left out", "", str(found.left_out))
    return table


def _matters(found: Comparison, policy: Policy) -> Table:
    table = Table("小类", "件数", "首选正确", "自动派对", "派错", title=f"变化最大的{MOST_LISTED}个小类 most changed")
    for code, (before, after) in most_changed(found, MOST_LISTED):
        table.add_row(
            _matter(code, policy),
            str(after.cases),
            *(f"{getattr(before, name)} → {getattr(after, name)}" for name in ("first", "right_alone", "misdirected")),
        )
    return table


def _row(move: Move, policy: Policy) -> dict[str, str]:
    sides = (policy.unit_name(unit) if unit else "转专席" for unit in (move.before, move.after))
    gain = _GAINS[(move.gain > 0) - (move.gain < 0)]
    cells = (move.case_number, _matter(move.sub_category, policy), policy.unit_name(move.right), *sides, gain)
    return dict(zip(_COLUMNS, cells, strict=True))


def _matter(code: str | None, policy: Policy) -> str:
    return policy.sub_category_name(code) if code else "(未知)"
