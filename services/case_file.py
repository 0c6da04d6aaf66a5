"""The case file that operators find beside a petition's run: where it stands, what happened, every timer, and why.

It lies in Prefect, so it holds no personal data, none of the petition's text, and nothing that a person typed: any of
it may name somebody. A reason is shown when the platform gave it (`actor_role`), and not even then where the platform
passes on a person's words: an approval by default repeats the unit's public reply. Whoever acted is shown by role and
unit, never by name; pauses and extensions appear in the due date's story without their reasons; the surveyed point that
is nearest to a place is left out, because a few metres from it may be somebody's home.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pendulum import DateTime
from sqlalchemy import select

import clock
from domain.actions import ROLE_LABELS, Role
from domain.conduct import DEADLINE_LABELS, DeadlineKind
from domain.errors import NotFound
from domain.petition import CARD_LABELS, RUNG_LABELS, Card, Deadline, Facts, Rung, decide, handling_due
from domain.place import without_distance
from domain.policy import Policy
from domain.stages import STAGE_LABELS, Stage, Trigger, trigger_label
from models.tables import HistoryRow, Petition, TimerRow
from services.context import Context
from services.facts import facts_of, seen_by_run
from services.labels import holder_of

_OUTCOMES = {None: "进行中", "fired": "到期执行", "moved": "改期", "cancelled": "已取消"}
_PASSES_ON_WORDS = frozenset({Trigger.APPROVE_COMPLETION, Trigger.RECUSE})
"""Steps of the platform whose reason was written by a person, or says whom a petition is about."""


def case_file(context: Context, petition_id: str) -> str:
    """The petition's case file as Markdown, times in Asia/Shanghai. Raises `NotFound`."""
    with context.readers() as session:
        petition = session.scalars(seen_by_run(), {"petition_id": petition_id}).unique().one_or_none()
        if petition is None:
            raise NotFound("该诉求")
        history = session.scalars(
            select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
        ).all()
        timers = session.scalars(
            select(TimerRow).where(TimerRow.petition_id == petition_id).order_by(TimerRow.id)
        ).all()
        policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
        facts = _without_words(facts_of(petition))
    deadline = handling_due(facts, policy, context.rules.calendar)
    if deadline is None:
        running = decide(facts, policy, context.rules.calendar, clock.now()).deadlines
        deadline = next((item for item in running if item.unit is None), None)
    parts = (
        _head(petition, policy, context.public_url),
        ["## 经过", "", *_timeline(history, policy)],
        ["## 计时器", "", *_timers(timers, policy)],
        ["## 到期时间的由来", "", *_due(deadline)],
        ["## 派遣理由", "", *_dispatch(history, policy)],
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _without_words(facts: Facts) -> Facts:
    return replace(
        facts,
        pauses=tuple(replace(item, reason="经批准") for item in facts.pauses),
        extensions=tuple(replace(item, reason="经审定") for item in facts.extensions),
    )


def _head(petition: Petition, policy: Policy, pages: str) -> list[str]:
    holder = holder_of(petition, policy)
    facts = (
        ("阶段", STAGE_LABELS[Stage(petition.stage)]),
        ("承办单位", policy.unit_name(petition.unit)),
        ("当前责任人", policy.unit_name(holder) if holder else "—"),
        ("提级", RUNG_LABELS[Rung(petition.rung)]),
        ("亮牌", CARD_LABELS[Card(petition.card)]),
        ("办理到期", _moment(petition.due_at) + ("（暂定）" if petition.due_provisional else "")),
        ("下一计时", _moment(petition.wake_at)),
        ("规则版本", petition.policy_version),
        ("日历版本", petition.calendar_version),
        # Whoever follows it signs in there: the link shows nothing by itself.
        *([("案件页", f"[打开案件]({pages}/cases/{petition.id})")] if pages else []),
    )
    return [f"# {petition.case_number}", "", *_table(("项目", "内容"), facts)]


def _timeline(history: Sequence[HistoryRow], policy: Policy) -> Iterator[str]:
    rows = (
        (
            str(row.version),
            _moment(row.at),
            trigger_label(row.trigger),
            STAGE_LABELS[Stage(row.stage_after)],
            policy.unit_name(row.unit),
            _who(row, policy),
            without_distance(row.reason) if _may_show_reason(row) else "",
        )
        for row in history
    )
    return _table(("版本", "时间", "步骤", "阶段", "承办单位", "经办", "平台说明"), rows)


def _may_show_reason(row: HistoryRow) -> bool:
    return row.actor_role == Role.PLATFORM and row.trigger not in _PASSES_ON_WORDS


def _who(row: HistoryRow, policy: Policy) -> str:
    role = ROLE_LABELS[Role(row.actor_role)]
    return f"{role} {policy.unit_name(row.actor_unit)}" if row.actor_unit else role


def _timers(timers: Sequence[TimerRow], policy: Policy) -> Iterator[str]:
    rows = (
        (
            DEADLINE_LABELS[DeadlineKind(row.kind)] + (f"（{policy.unit_name(row.unit)}）" if row.unit else ""),
            _moment(row.due_at) + ("（暂定）" if row.provisional else ""),
            _moment(row.armed_at),
            _moment(row.ended_at),
            _OUTCOMES.get(row.outcome, row.outcome or ""),
        )
        for row in timers
    )
    yield from _table(("时限", "到期", "设定", "结束", "结果"), rows)
    # Beside the moments a source would squeeze every column to the width of one character, and most repeat.
    yield ""
    sources = {(DEADLINE_LABELS[DeadlineKind(row.kind)], row.rule, _cell(row.source)): None for row in timers}
    yield from (f"- {label}（{rule}）：{source}" for label, rule, source in sources)


def _due(deadline: Deadline | None) -> Iterator[str]:
    if deadline is None:
        yield "没有在走的时限。"
        return
    yield f"{DEADLINE_LABELS[deadline.kind]}：{_moment(deadline.due_at)}（{deadline.source}）"
    yield ""
    yield from (f"{number}. {step.text}" for number, step in enumerate(deadline.due.steps, 1))


def _dispatch(history: Sequence[HistoryRow], policy: Policy) -> Iterator[str]:
    """What the engine said each time it was asked; a person's own choice has words of theirs and is left out."""
    asked = [row for row in history if row.actor_role == Role.PLATFORM and "candidates" in row.details]
    if not asked:
        yield "没有自动派遣。"
    for row in asked:
        yield f"- {_moment(row.at)} {trigger_label(row.trigger)}（规则{row.details.get('rule_version', '')}）"
        for item in row.details["candidates"]:
            reasons = without_distance("；".join(item["reasons"]))
            yield f"  - {policy.unit_name(item['unit'])}，得分{item['score']:g}：{reasons}"


def _table(titles: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(_cell(text) for text in row)} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _moment(moment: DateTime | None) -> str:
    return moment.in_timezone(clock.SHANGHAI).format("YYYY-MM-DD HH:mm") if moment else "—"
