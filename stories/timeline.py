"""Prints how a petition fared: its history, its timers, and on what day of its life each thing happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pendulum import DateTime
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from clock import SHANGHAI
from domain.actions import ROLE_LABELS, Role
from domain.conduct import DEADLINE_LABELS, DeadlineKind
from domain.petition import RUNG_LABELS, Rung
from domain.stages import STAGE_LABELS, Stage, trigger_label
from models.tables import HistoryRow, Petition, TimerRow
from services.context import Context

_OUTCOMES = {"fired": "到期触发", "moved": "改期", "cancelled": "取消"}


def print_timeline(context: Context, petition: Petition, console: Console) -> None:
    """The history and the timers of `petition` as two tables."""
    with context.readers() as session:
        policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
        rows, timers = _history_of(session, petition), _timers_of(session, petition)
    history = Table("日", "时间", "事件", "阶段", "承办单位", "层级", "操作者", "原因", title=petition.case_number)
    for row in rows:
        history.add_row(
            str(_day(petition, row.at)),
            row.at.in_timezone(SHANGHAI).format("MM-DD HH:mm"),
            trigger_label(row.trigger),
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
            DEADLINE_LABELS[DeadlineKind(timer.kind)] + (f"（{policy.unit_name(timer.unit)}）" if timer.unit else ""),
            timer.armed_at.in_timezone(SHANGHAI).format("MM-DD HH:mm"),
            timer.due_at.in_timezone(SHANGHAI).format("MM-DD HH:mm"),
            _OUTCOMES.get(timer.outcome or "", "进行中"),
            f"{timer.rule}（{timer.source[:30]}）",
        )
    console.print(ended)


def facts_for_machines(context: Context, petition: Petition) -> dict[str, Any]:
    """How `petition` fared, as plain values: codes instead of names, moments in Shanghai, days of its life."""
    with context.readers() as session:
        rows, timers = _history_of(session, petition), _timers_of(session, petition)
        run = context.orchestrator.view(petition.run_id) if petition.run_id else None
        return {
            "case_number": petition.case_number,
            "stage": petition.stage,
            "rung": petition.rung,
            "returns": petition.returns,
            "satisfaction": petition.satisfaction,
            "supervised": petition.supervised_at is not None,
            "run_state": run.state_type if run else None,
            "history": [
                {
                    "day": _day(petition, row.at),
                    "at": row.at.in_timezone(SHANGHAI).isoformat(),
                    "trigger": row.trigger,
                    "stage": row.stage_after,
                    "unit": row.unit,
                    "rung": row.rung,
                    "role": row.actor_role,
                }
                for row in rows
            ],
            "timers": [
                {"kind": timer.kind, "due_at": timer.due_at.in_timezone(SHANGHAI).isoformat(), "outcome": timer.outcome}
                for timer in timers
            ],
        }


def _history_of(session: Session, petition: Petition) -> Sequence[HistoryRow]:
    query = select(HistoryRow).where(HistoryRow.petition_id == petition.id).order_by(HistoryRow.version)
    return session.scalars(query).all()


def _timers_of(session: Session, petition: Petition) -> Sequence[TimerRow]:
    query = select(TimerRow).where(TimerRow.petition_id == petition.id).order_by(TimerRow.armed_at, TimerRow.id)
    return session.scalars(query).all()


def _day(petition: Petition, moment: DateTime) -> int:
    """How many days of the Shanghai calendar after the registration."""
    return (moment.in_timezone(SHANGHAI).date() - petition.registered_at.in_timezone(SHANGHAI).date()).days
