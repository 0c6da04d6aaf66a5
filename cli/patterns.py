"""`rongetong patterns`: what stands out in the conduct of units, looked for now, on the screen and in a workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.calendar import local
from domain.conduct_patterns import PAIR
from domain.patterns import PATTERN_LABELS, PATTERN_MEANINGS, Found, PatternKind
from domain.policy import Policy
from domain.shares import Share, percent
from gateways.workbooks import Cell, Sheet, check_workbook, workbook
from services import patterns as looking
from services.bootstrap import get_context
from services.findings import pattern_rule
from services.patterns import Look

console = Console()

_FOUND = Sheet(
    "苗头",
    (
        *(("苗头", 18.0), ("单位或账号", 30.0), ("件数", 8.0), ("基数", 8.0), ("率", 10.0), ("区间下限", 10.0)),
        *(("区间上限", 10.0), ("其他件数", 10.0), ("其他基数", 10.0), ("其他合计之率", 12.0), ("碰巧的概率", 14.0)),
        *(("基数是什么", 34.0), ("件数是什么", 34.0), ("也可能是", 34.0)),
    ),
)
_CASES = Sheet("逐件", (("苗头", 18.0), ("单位或账号", 30.0), ("案号", 20.0), ("依据", 60.0)))


def patterns(
    *,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="从哪天看起，含当日；缺省按规则往前")
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="看到哪天，含当日；缺省为现在")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="只列此单位(代码)；仍与所有单位比")] = None,
    record: Annotated[bool, typer.Option(help="与每周一样记入台账，供纪检监察核实")] = False,
    out: Annotated[Path | None, typer.Option(help="写入此 .xlsx，附逐件")] = None,
) -> None:
    """从办理情况里找苗头，与其他单位比；只提示，不认定。 Patterns of conduct for inspectors to look at."""
    if out is not None:
        check_workbook(out)
    if record and (since or until or unit):
        raise typer.BadParameter(
            "记入台账的一律按规则看全部单位，不能与 --since、--until、--unit 同用", param_hint="--record"
        )
    context = get_context()
    looked = looking.look(context, since.date() if since else None, until.date() if until else None, unit=unit)
    ends = f"{local(looked.since):%Y-%m-%d %H:%M}至{local(looked.until):%Y-%m-%d %H:%M}"
    console.print(f"{ends}。{pattern_rule(looked.policy.pattern_rules)}", highlight=False)
    judged = looked.judgement
    console.print(
        f"检验{judged.tests}次，提示{len(judged.found)}条，其中预期误报不超过{judged.expected_false:.1f}条",
        highlight=False,
    )
    if judged.found:
        console.print(_table(looked))
    if out is not None:
        _write(out, looked)
        console.print(f"{len(judged.found)}条写入 written to {out}", highlight=False)
    if record:
        waiting = looking.find(context)
        console.print(f"已记入台账，待核实{sum(waiting.values())}条", highlight=False)


def _table(looked: Look) -> Table:
    table = Table("苗头", "单位或账号", "件数", "率", "区间", "其他合计", "碰巧的概率")
    for found in looked.judgement.found:
        table.add_row(
            PATTERN_LABELS[found.kind],
            _subject(found, looked.policy),
            f"{found.share.numerator}/{found.share.base}",
            _told(found.share, looked.policy),
            f"{found.low:.1%}–{found.high:.1%}",
            f"{_told(found.peers, looked.policy)} ({found.peers.numerator}/{found.peers.base})",
            f"{found.p:.1e}",
        )
    return table


def _write(out: Path, looked: Look) -> None:
    with workbook(out, (_FOUND, _CASES)) as book:
        for found in looked.judgement.found:
            book.add(_FOUND.title, _row(found, looked.policy))
            for cells in _case_rows(found, looked.policy):
                book.add(_CASES.title, cells)


def _row(found: Found, policy: Policy) -> Sequence[Cell]:
    share, peers, meaning = found.share, found.peers, PATTERN_MEANINGS[found.kind]
    own = (share.numerator, share.base, _told(share, policy), round(found.low, 4), round(found.high, 4))
    others = (peers.numerator, peers.base, _told(peers, policy), found.p)
    name = (PATTERN_LABELS[found.kind], _subject(found, policy))
    return (*name, *own, *others, meaning.base, meaning.numerator, meaning.innocent)


def _case_rows(found: Found, policy: Policy) -> Iterator[Sequence[Cell]]:
    for item in found.cases:
        yield PATTERN_LABELS[found.kind], _subject(found, policy), item.case, item.said


def _subject(found: Found, policy: Policy) -> str:
    if found.kind is PatternKind.ALWAYS_SATISFIED_BY:
        return found.subject
    return "、".join(policy.unit_name(unit) for unit in found.subject.split(PAIR))


def _told(share: Share, policy: Policy) -> str:
    return "—" if share.value is None else percent(share.value, policy.figure_rules.decimals)
