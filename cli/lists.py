"""`rongetong lists`: how the four lists stand, on the screen and as one workbook of four sheets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.actions import Actor, Role
from domain.calendar import CHINA
from domain.lists import LISTED_LABELS, Listed, ListGrouping
from gateways.workbooks import check_workbook
from models.list_answers import ListSummary
from services import lists as listing
from services.bootstrap import get_context
from services.list_book import write_lists
from services.list_rows import NOT_ELSEWHERE, Wanted

console = Console()

_ACTOR = Actor(Role.OPERATOR, name="rongetong lists")


def lists(  # noqa: PLR0913 - one option each
    *,
    by: Annotated[ListGrouping, typer.Option(help="按什么分组汇总")] = ListGrouping.UNIT,
    unit: Annotated[str | None, typer.Option(help="只看此主办单位(代码)")] = None,
    town: Annotated[str | None, typer.Option(help="只看此镇街(代码)")] = None,
    category: Annotated[str | None, typer.Option(help="只看此大类(代码)")] = None,
    sub_category: Annotated[str | None, typer.Option(help="只看此小类(代码)")] = None,
    topic: Annotated[str | None, typer.Option(help="只看此热点(编号)")] = None,
    listed: Annotated[
        list[Listed] | None, typer.Option(help="只看这些清单状态，可重复；缺省为除另行了结外的全部")
    ] = None,
    first: Annotated[
        dt.datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="登记的首日，含当日")
    ] = None,
    last: Annotated[dt.datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="登记的末日，含当日")] = None,
    out: Annotated[Path | None, typer.Option(help="四张清单写入此 .xlsx")] = None,
) -> None:
    """四张清单：问题、责任、进度、成效，已销号多少、还缺什么。 The four lists, and what is struck off."""
    wanted = Wanted(
        unit=unit,
        town=town,
        category=category,
        sub_category=sub_category,
        topic=topic,
        listed=tuple(listed) if listed else NOT_ELSEWHERE,
        first=first.date() if first else None,
        last=last.date() if last else None,
    )
    if out is not None:
        check_workbook(out)
    context = get_context()
    view = listing.summary(context, _ACTOR, by, wanted)
    console.print(f"截至 {view.as_of.astimezone(CHINA):%Y-%m-%d %H:%M}(北京时间)。{view.rule}", highlight=False)
    console.print(_table(view))
    if out is not None:
        with console.status("写入 writing …") as status:
            count = write_lists(
                out,
                listing.every_row(context, _ACTOR, wanted),
                lambda rows: status.update(f"写入 writing … {rows}件"),
            )
        console.print(f"{count}件写入 written to {out}", highlight=False)


def _table(view: ListSummary) -> Table:
    table = Table(view.by.name, *LISTED_LABELS.values())
    for name, totals in (("合计", view.totals), *((group.group.name, group.totals) for group in view.groups)):
        table.add_row(name, *(str(item.items) for item in totals))
    return table
