"""A queue as a table to take away: what is to be done by when, and nothing of who reported or what they said."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence

from domain.actions import Actor
from domain.calendar import local
from domain.conduct import URGENCY_LABELS, Urgency
from domain.petition import CARD_LABELS, Card
from domain.queue_filter import QueueFilter
from gateways.tables import harmless
from gateways.workbooks import Cell, Sheet, workbook_bytes
from models.answers import QueueItem
from services import queues
from services.context import Context

MOST = 5000
"""Rows of one export (our own decision: a queue longer than this is a matter for the figures)."""
COLUMNS = (
    ("编号", 22.0),
    ("环节", 14.0),
    ("类别", 14.0),
    ("小类", 18.0),
    ("镇街", 16.0),
    ("承办单位", 22.0),
    ("主协办", 8.0),
    ("紧急程度", 10.0),
    ("牌", 8.0),
    ("督办", 8.0),
    ("登记", 18.0),
    ("到期", 18.0),
    ("剩余工作小时", 14.0),
    ("退单", 8.0),
    ("转派", 8.0),
    ("重办", 8.0),
)
_PARTS = {"lead": "主办", "assist": "协办"}


def as_csv(context: Context, actor: Actor, only: QueueFilter) -> bytes:
    """UTF-8 with its mark, which Excel needs; no cell acts as a formula. Raises as `queues.queue_for` does."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([name for name, _ in COLUMNS])
    for cells in _rows(context, actor, only):
        writer.writerow([harmless(_said(cell)) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def as_workbook(context: Context, actor: Actor, only: QueueFilter) -> bytes:
    """An Excel file with real dates. Raises as `queues.queue_for` does."""
    return workbook_bytes([(Sheet("待办", COLUMNS), _rows(context, actor, only))])


def _rows(context: Context, actor: Actor, only: QueueFilter) -> Iterator[Sequence[Cell]]:
    cursor: str | None = None
    for _ in range(MOST // queues.MAX_PAGE):
        page = queues.queue_for(context, actor, limit=queues.MAX_PAGE, cursor=cursor, only=only)
        yield from map(_cells, page.items)
        cursor = page.next
        if cursor is None:
            return


def _cells(item: QueueItem) -> Sequence[Cell]:
    left = item.minutes_left
    return (
        item.case_number,
        item.stage.name,
        item.category.name if item.category else "",
        item.sub_category.name if item.sub_category else "",
        item.town.name if item.town else "",
        item.unit.name if item.unit else "",
        _PARTS.get(item.part or "", ""),
        URGENCY_LABELS[Urgency(item.urgency)],
        CARD_LABELS[Card(item.card)] if item.card != Card.NONE else "",
        "督办" if item.supervised else "",
        item.registered_at,
        item.task_due_at or item.due_at or item.wake_at,
        None if left is None else round(left / 60, 1),
        item.returns,
        item.transfers,
        item.redos,
    )


def _said(cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        return f"{local(cell):%Y-%m-%d %H:%M}"
    return "" if cell is None else str(cell)
