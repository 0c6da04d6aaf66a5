"""Prints what the four lists say of a petition at the end of its story: problem, responsibility, progress, result."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from domain.actions import Actor, Role
from domain.calendar import local
from domain.lists import LIST_LABELS, ListName
from models.answers import Named
from models.list_answers import ListItem, ProblemItem, ProgressItem, ResponsibilityItem, ResultItem
from models.tables import Petition
from services import lists
from services.context import Context

_READER = Actor(Role.OPERATOR, name="rongetong story")


def print_lists(context: Context, petition: Petition, console: Console) -> None:
    """The four lists of `petition`, one line each, and whether it is struck off or what it lacks."""
    items = lists.items_of(context, petition.id, _READER)
    table = Table("清单", "内容", title=f"{petition.case_number} 四张清单")
    for name, item in items.items():
        table.add_row(LIST_LABELS[name], "；".join(part for part in _told(item) if part))
    result = items[ListName.RESULTS]
    lacks = "、".join(lack.name for lack in result.lacks)
    table.add_row("销号", f"{result.listed.name}{f'，尚缺：{lacks}' if lacks else ''}")
    console.print(table)


def lists_for_machines(context: Context, petition: Petition) -> dict[str, Any]:
    """The same as plain values: codes instead of names, moments in Shanghai."""
    items = lists.items_of(context, petition.id, _READER)
    return {name.value: item.model_dump(mode="json") for name, item in items.items()}


def _told(item: ListItem) -> list[str]:
    match item:
        case ProblemItem():
            since = local(item.registered_at)
            matter = _name(item.sub_category or item.category)
            return [matter, item.place, f"{since:%Y-%m-%d %H:%M}起", f"{item.people}人反映"]
        case ResponsibilityItem():
            assists = "、".join(task.unit.name for task in item.assists)
            return [f"主办{_name(item.unit)}", item.duty, assists and f"协办{assists}", item.rung.name]
        case ProgressItem():
            at = local(item.last_step.at)
            return [item.stage.name, f"{at:%Y-%m-%d %H:%M} {item.last_step.label}", f"亮牌{item.card.name}"]
        case ResultItem():
            solved = {True: "已解决", False: "未解决", None: "没有凭据"}[item.solved]
            return [solved, item.reply, f"评价{_name(item.verdict) or '无'}"]
    raise TypeError(f"no list has a {type(item).__name__}")


def _name(value: Named | None) -> str:
    return value.name if value else ""
