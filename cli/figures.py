"""`rongetong figures`: the figures of a period on the screen, in a table for Excel, or case by case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.actions import Actor, Role
from domain.calendar import CHINA
from domain.figures import COUNTS, DEFINITIONS, LADDER, SHARES, CountName, FigureName, Grouping, ShareName
from domain.periods import PeriodKind
from domain.stages import STAGE_LABELS
from gateways.tables import check_writable, write_rows
from models.figure_answers import (
    VISIT_COUNT_LABELS,
    FigureCase,
    FiguresView,
    GroupView,
    ShareView,
    VisitCountsView,
)
from services import counted_cases
from services import figures as measuring
from services.bootstrap import get_context
from services.figure_selection import Asked

console = Console()

_ACTOR = Actor(Role.OPERATOR, name="rongetong figures")
_ON_SCREEN = (ShareName.ON_TIME_SIGNING, ShareName.ON_TIME_COMPLETION, ShareName.COMPLETION, ShareName.SATISFACTION)
_NAMES = {name.value: name for name in DEFINITIONS}
_PAGE = 1000
_OF_A_SHARE = ("分子", "基数", "不计", "", "区间下限", "区间上限", "应有", "位次", "与应有相比")
_OF_A_STAGE = ("中位小时", "九成小时")
_COLUMNS = (
    *("分组", "代码", "时段", "截至"),
    *(item.chinese for item in COUNTS.values()),
    *(f"{item.chinese}{part}" for item in SHARES.values() for part in _OF_A_SHARE),
    *(f"{label}{part}" for label in STAGE_LABELS.values() for part in _OF_A_STAGE),
)


def figures(
    by: Annotated[Grouping | None, typer.Option(help="按什么分组")] = None,
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="登记的首日，含当日")
    ] = None,
    last: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="登记的末日，含当日")] = None,
    period: Annotated[PeriodKind | None, typer.Option(help="截至时刻所在的日、周、月、年；缺省为历来")] = None,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
            help="截至时刻(北京时间)，只写日期为该日零时；缺省为现在",
        ),
    ] = None,
    unit: Annotated[str | None, typer.Option(help="只看此单位(代码)")] = None,
    cases: Annotated[
        str | None, typer.Option(metavar="FIGURE", help="逐件列出此指标的基数，如 on_time_completion")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="写入 .csv 或 .xlsx")] = None,
) -> None:
    """指标：各率、件数、用时和排名，按单位、镇街、分类或渠道；定义见 docs/figures.md。 Figures, ranking, cases."""
    if out is not None:
        check_writable(out)
    if cases is not None and cases not in _NAMES:
        raise typer.BadParameter(f"没有指标“{cases}”，可选：{'、'.join(_NAMES)}", param_hint="--cases")
    asked = Asked(
        kind=period,
        first=first.date() if first else None,
        last=last.date() if last else None,
        as_of=as_of.replace(tzinfo=CHINA) if as_of else None,
        unit=unit,
    )
    if cases is not None:
        _list(asked, _NAMES[cases], out)
        return
    view = measuring.figures(get_context(), _ACTOR, asked, by)
    console.print(_heading(view), highlight=False)
    console.print(_overview(view))
    for name in ShareName:
        if any(_share(group, name).rank for group in view.groups):
            console.print(_ranking(view, name))
    console.print(_reasons(view))
    if view.visits is not None:
        console.print(_visits(view.visits))
    if out is not None:
        beside = _beside(view)
        count = write_rows(out, (*_COLUMNS, *beside), _rows(view, beside))
        console.print(f"{count}行写入 written to {out}", highlight=False)


def recount() -> None:
    """为指标留存的每件计数，全部按历史记录重算。 What figures keep of each case, anew from its history."""
    console.print(f"按历史重算 recounted: {counted_cases.recount(get_context())}")


def _heading(view: FiguresView) -> str:
    as_of = view.as_of.astimezone(CHINA)
    return f"登记于 {view.period.said}，截至 {as_of:%Y-%m-%d %H:%M:%S}(北京时间)，规则 {view.policy_version}"


def _overview(view: FiguresView) -> Table:
    shown = [name for name in CountName if name not in LADDER[1:]]
    counts = [COUNTS[name].chinese for name in shown]
    table = Table(view.by.name if view.by else "", *counts, *(SHARES[name].chinese for name in _ON_SCREEN))
    for group in (view.total, *view.groups):
        name = group.group.name if group.group else "合计"
        shares = (_told(_share(group, figure)) for figure in _ON_SCREEN)
        table.add_row(name, *(str(group.counts[count]) for count in shown), *shares)
    return table


def _ranking(view: FiguresView, name: ShareName) -> Table:
    title = f"{SHARES[name].chinese}排名，满{view.least_cases}件才排 ranked by {SHARES[name].english}"
    table = Table("位次", "单位", "实际", "区间", "应有", "与应有相比", title=title)
    ranked = [(_share(group, name), group) for group in view.groups if _share(group, name).base]
    for share, group in sorted(ranked, key=lambda pair: (pair[0].rank is None, pair[0].rank or 0)):
        table.add_row(
            _place(share),
            group.group.name if group.group else "",
            _told(share),
            f"{share.low:.1%}–{share.high:.1%}",
            f"{share.expected:.1%}" if share.expected is not None else "",
            share.verdict.name if share.verdict else "",
        )
    return table


def _reasons(view: FiguresView) -> Table:
    """Of the total: the groups have no reasons of their own."""
    table = Table("不满意的原因", "次数", title="不满意 why dissatisfied")
    for item in view.dissatisfied:
        table.add_row(item.reason.name, str(item.ratings))
    table.add_row("合计", str(sum(item.ratings for item in view.dissatisfied)))
    return table


def _visits(counts: VisitCountsView) -> Table:
    told = {VISIT_COUNT_LABELS[name]: str(number) for name, number in counts.model_dump().items()}
    table = Table(*told, title="回访 return visits")
    table.add_row(*told.values())
    return table


def _share(group: GroupView, name: ShareName) -> ShareView:
    return next(item for item in group.shares if item.figure == name.value)


def _told(share: ShareView) -> str:
    return f"{share.shown} ({share.numerator}/{share.base})" if share.base else share.shown


def _place(share: ShareView) -> str:
    if share.rank is None:
        return ""
    return f"{share.rank}(并列)" if share.tied else str(share.rank)


def _beside(view: FiguresView) -> dict[str, str]:
    """Why petitioners were dissatisfied and what came of the visits, by column: of the total, as on the screen."""
    cells = {f"不满意：{item.reason.name}": str(item.ratings) for item in view.dissatisfied}
    counts = view.visits.model_dump() if view.visits is not None else {}
    return cells | {f"回访{VISIT_COUNT_LABELS[name]}": str(number) for name, number in counts.items()}


def _rows(view: FiguresView, beside: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for group in (view.total, *view.groups):
        row = {
            "分组": group.group.name if group.group else "合计",
            "代码": group.group.code if group.group else "",
            "时段": view.period.said,
            "截至": f"{view.as_of.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        }
        row |= {COUNTS[name].chinese: str(group.counts[name]) for name in CountName}
        for name in ShareName:
            row |= _cells(SHARES[name].chinese, _share(group, name))
        for time in group.times:
            hours = (f"{time.median_hours:.2f}", f"{time.ninetieth_hours:.2f}")
            row |= {f"{time.stage.name}{part}": cell for part, cell in zip(_OF_A_STAGE, hours, strict=True)}
        yield row | dict(beside) if group is view.total else row


def _cells(name: str, share: ShareView) -> dict[str, str]:
    ends = [f"{value:.4f}" if value is not None else "" for value in (share.low, share.high, share.expected)]
    verdict = share.verdict.name if share.verdict else ""
    numbers = (str(share.numerator), str(share.base), str(share.excluded), share.shown)
    cells = (*numbers, *ends, _place(share), verdict)
    return {f"{name}{part}": cell for part, cell in zip(_OF_A_SHARE, cells, strict=True)}


_CASES = ("案号", "单位", "时刻", "计入分子", "阶段", "秒")


def _list(asked: Asked, name: FigureName, out: Path | None) -> None:
    found = _every_case(asked, name)
    if out is not None:
        count = write_rows(out, _CASES, map(_case_row, found))
        console.print(f"{count}行写入 written to {out}", highlight=False)
        return
    table = Table(*_CASES, title=f"{DEFINITIONS[name].chinese}：{DEFINITIONS[name].base}")
    for case in found:
        table.add_row(*_case_row(case).values())
    console.print(table)


def _every_case(asked: Asked, name: FigureName) -> Iterator[FigureCase]:
    offset: int | None = 0
    while offset is not None:
        page = measuring.cases_of(get_context(), _ACTOR, asked, name, limit=_PAGE, offset=offset)
        yield from page.cases
        # As of the same moment, so that the pages belong together.
        asked, offset = replace(asked, as_of=page.as_of), page.next


def _case_row(case: FigureCase) -> dict[str, str]:
    cells: Iterable[str] = (
        case.case,
        case.unit.name if case.unit else "",
        f"{case.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "是" if case.counts else "否",
        case.stage.name if case.stage else "",
        "" if case.seconds is None else str(case.seconds),
    )
    return dict(zip(_CASES, cells, strict=True))
