"""The four lists as one workbook: a sheet each, what an item still lacks in words."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from domain.actions import Actor
from domain.lists import LIST_LABELS, ListName
from gateways.workbooks import Book, Cell, Sheet, workbook
from models.answers import Named
from models.list_answers import ListItem, ProblemItem, ProgressItem, ResponsibilityItem, ResultItem
from services import lists
from services.context import Context
from services.list_rows import Wanted

_COMMON = (("案号", 20.0), ("大类", 14.0), ("小类", 16.0), ("热点", 20.0), ("镇街", 14.0), ("主办单位", 22.0))
_ENDING = (("清单状态", 18.0), ("尚缺", 34.0))
_MOMENT = 17.0
SHEETS: dict[ListName, Sheet] = {
    name: Sheet(LIST_LABELS[name], (*_COMMON, *columns, *_ENDING))
    for name, columns in {
        ListName.PROBLEMS: (
            ("地点", 34.0),
            ("诉求类型", 10.0),
            ("紧急程度", 10.0),
            ("登记时间", _MOMENT),
            ("诉求人数", 10.0),
        ),
        ListName.RESPONSIBILITIES: (
            ("现由谁处理", 22.0),
            ("任务", 34.0),
            ("到期时间", _MOMENT),
            ("层级", 14.0),
            ("指定承办", 10.0),
            ("协办单位及任务", 40.0),
        ),
        ListName.PROGRESS: (
            ("阶段", 14.0),
            ("最近进展", 16.0),
            ("进展时间", _MOMENT),
            ("进展说明", 40.0),
            ("到期时间", _MOMENT),
            ("剩余工作日", 11.0),
            ("亮牌", 8.0),
            ("督办", 8.0),
        ),
        ListName.RESULTS: (
            ("办结时间", _MOMENT),
            ("是否解决", 10.0),
            ("已联系诉求人", 12.0),
            ("公开答复", 50.0),
            ("凭据 SHA-256", 20.0),
            ("评价", 10.0),
            ("重办次数", 10.0),
            ("销号时间", _MOMENT),
        ),
    }.items()
}


def write_lists(
    out: Path, items: Iterable[dict[ListName, ListItem]], progress: Callable[[int], object] = lambda _: None
) -> int:
    """Write every case into its row of all four sheets; how many. Raises CannotWrite, TooManyRows."""
    count = 0
    with workbook(out, list(SHEETS.values())) as book:
        for count, row in enumerate(items, 1):
            for name, item in row.items():
                book.add(LIST_LABELS[name], cells_of(item))
            progress(count)
    return count


def book_of(context: Context, actor: Actor, wanted: Wanted) -> bytes:
    """The four lists as a workbook, to be sent as an answer. Raises TooManyRows, and as `lists.page_of` does."""
    book, target = Book(list(SHEETS.values())), io.BytesIO()
    try:
        for row in lists.every_row(context, actor, wanted):
            for name, item in row.items():
                book.add(LIST_LABELS[name], cells_of(item))
    except BaseException:
        book.give_up()
        raise
    book.save(target)
    return target.getvalue()


def cells_of(item: ListItem) -> Sequence[Cell]:
    """The row of an item, in the order of its sheet's columns."""
    matter = (item.category, item.sub_category, item.topic, item.town, item.unit)
    lacks = "；".join(lack.name for lack in item.lacks)
    return (item.case, *map(_name, matter), *_own(item), item.listed.name, lacks)


def _own(item: ListItem) -> Sequence[Cell]:
    match item:
        case ProblemItem():
            return (item.place, item.request_type.name, item.urgency.name, item.registered_at, item.people)
        case ResponsibilityItem():
            assists = "；".join(f"{task.unit.name}：{task.duty}" for task in item.assists)
            holder, designated = _name(item.holder), _yes(item.designated)
            return (holder, item.duty, item.due_at, item.rung.name, designated, assists)
        case ProgressItem():
            step = (item.last_step.label, item.last_step.at, item.last_step.reason)
            left = (item.due_at, item.days_left)
            return (item.stage.name, *step, *left, item.card.name, _yes(item.supervised))
        case ResultItem():
            done = (item.completed_at, _yes(item.solved), _yes(item.contacted), item.reply, item.receipt)
            return (*done, _name(item.verdict), item.redos, item.struck_off_at)
    raise TypeError(f"no list has a {type(item).__name__}")


def _name(value: Named | None) -> str:
    return value.name if value else ""


def _yes(value: bool | None) -> str:  # noqa: FBT001 - what is told
    return "" if value is None else "是" if value else "否"
