"""Prints how a petition fared: its history, its timers, and on what day of its life each thing happened."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from clock import SHANGHAI
from domain.actions import ROLE_LABELS, Role
from domain.petition import RUNG_LABELS, Rung
from domain.policy import DEADLINE_LABELS, DeadlineKind
from domain.stages import STAGE_LABELS, TRIGGER_LABELS, Stage, Trigger
from models.tables import HistoryRow, Petition, TimerRow
from services.context import Context

_OUTCOMES = {"fired": "到期触发", "moved": "改期", "cancelled": "取消"}


def print_timeline(context: Context, petition: Petition, console: Console) -> None:
    """The history and the timers of `petition` as two tables."""
    with context.readers() as session:
        policy = context.rules.of(session, petition.policy_version)
        rows = session.scalars(
            select(HistoryRow).where(HistoryRow.petition_id == petition.id).order_by(HistoryRow.version)
        ).all()
        timers = session.scalars(
            select(TimerRow).where(TimerRow.petition_id == petition.id).order_by(TimerRow.armed_at, TimerRow.id)
        ).all()
    history = Table("日", "时间", "事件", "阶段", "承办单位", "层级", "操作者", "原因", title=petition.case_number)
    for row in rows:
        day = (row.at.date() - petition.registered_at.date()).days
        history.add_row(
            str(day),
            row.at.in_timezone(SHANGHAI).format("MM-DD HH:mm"),
            TRIGGER_LABELS[Trigger(row.trigger)],
            STAGE_LABELS[Stage(row.stage_after)],
            policy.unit_name(row.unit) if row.unit else "",
            RUNG_LABELS[Rung(row.rung)] if row.rung else "",
            row.actor_name or ROLE_LABELS[Role(row.actor_role)],
            row.reason[:60],
        )
    console.print(history)
    ended = Table("计时器", "起", "到期", "结局", "规则", title="计时器")
    for timer in timers:
        ended.add_row(
            DEADLINE_LABELS[DeadlineKind(timer.kind)],
            timer.armed_at.in_timezone(SHANGHAI).format("MM-DD HH:mm"),
            timer.due_at.in_timezone(SHANGHAI).format("MM-DD HH:mm"),
            _OUTCOMES.get(timer.outcome or "", "进行中"),
            f"{timer.rule}（{timer.source[:30]}）",
        )
    console.print(ended)
