"""What must always hold in the ledger, each with a name, a sentence for people and a query that finds what breaks it.

The queries read nothing but the ledger, never the domain's rules: a fault in the code that writes must not hide itself
from the code that checks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pendulum import DateTime
from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, true
from sqlalchemy.orm import aliased

import clock
from domain.conduct import DeadlineKind
from domain.petition import Rung, Step
from domain.stages import (
    CLOCK_STOPPED_STAGES,
    CLOSING_STAGES,
    FINAL_STAGES,
    INTAKE_STAGES,
    OPEN_STAGES,
    REVIEW_STAGES,
    TRANSITIONS,
    WORKING_STAGES,
    Stage,
    Trigger,
)
from domain.visits import VisitStatus
from models.tables import (
    Assignment,
    Completion,
    DecisionRequest,
    ExtensionRow,
    HistoryRow,
    Notice,
    PauseRow,
    Petition,
    PolicyVersion,
    Recusal,
    Supervision,
    TimerRow,
    Visit,
)
from services.audit import broken_anchors, broken_petitions
from services.chains import broken_chains
from services.context import Context
from services.counted_cases import miscounted
from services.identity_keeping import unopenable

__all__ = ["CHAIN", "INVARIANTS", "Invariant", "Violation", "broken_chains", "check_invariants"]

LATE_AFTER = dt.timedelta(hours=1)
"""How long a timer may be overdue, or a notice due, before it counts as forgotten: several rounds of reconcile and of
the sender, and a restart of the machine (our own decision)."""
CLOSED_LATELY = dt.timedelta(days=2)
"""For how long a closed petition is still checked each time (our own decision); afterwards nobody writes it any more,
and `rongetong check --all` reads the whole archive."""
CHAIN = "history_is_unaltered"
KEYS = "identities_can_be_opened"
MOST_CASES = 1000
"""The most cases one violation names; one is enough to look, and a broken rule may concern the whole archive."""


@dataclass(frozen=True)
class Invariant:
    """`find(moment, among)` selects the case numbers that break it, of the petitions `among` holds for.

    What was due before `moment` is late.
    """

    name: str
    sentence: str
    find: Callable[[DateTime, ColumnElement[bool]], Select[tuple[str]]]


@dataclass(frozen=True)
class Violation:
    """A broken invariant and the cases that break it, `MOST_CASES` at most."""

    name: str
    sentence: str
    cases: tuple[str, ...]


def check_invariants(
    context: Context, late_after: dt.timedelta = LATE_AFTER, *, archive: bool = False
) -> list[Violation]:
    """Every invariant that does not hold now; empty when all is well.

    Asked of the open petitions and of what closed lately; `archive`: of all there are, which reads every row. The hash
    chains of open petitions and the anchors of late are checked along; those of the archive are left to
    `services.audit.verify`.
    """
    found = []
    late = clock.now() - late_after
    among = true() if archive else open_or_closed_since(clock.now() - CLOSED_LATELY)
    for invariant in INVARIANTS:
        with context.readers() as session:
            query = invariant.find(late, among).order_by(Petition.case_number).limit(MOST_CASES)
            cases = tuple(session.scalars(query))
        if cases:
            found.append(Violation(invariant.name, invariant.sentence, cases))
    altered = [*broken_petitions(context, _in(OPEN_STAGES)), *broken_anchors(context, clock.now() - CLOSED_LATELY)]
    broken = tuple(dict.fromkeys(item.case for item in altered))
    if broken:
        found.append(Violation(CHAIN, "经过、审定、督办、查阅日志和公开件没有被改动", broken[:MOST_CASES]))
    lost = tuple(unopenable(context))
    if lost:
        found.append(Violation(KEYS, "加密诉求人身份的密钥都在(列出的是缺少的密钥编号，请放回备份)", lost))
    return found


def _in(stages: frozenset[Stage] | set[Stage]) -> ColumnElement[bool]:
    return Petition.stage.in_(sorted(stage.value for stage in stages))


def open_or_closed_since(moment: DateTime) -> ColumnElement[bool]:
    """The petitions somebody may still have moved since `moment`, found by index however large the archive is."""
    a_petition = aliased(Petition)
    opened = select(a_petition.id).where(a_petition.stage.in_(sorted(OPEN_STAGES)))
    ends = sorted(trigger for trigger, step in TRANSITIONS.items() if step.target in FINAL_STAGES)
    closed = select(HistoryRow.petition_id).where(HistoryRow.trigger.in_(ends), HistoryRow.at >= moment)
    return Petition.id.in_(opened.union_all(closed))


def _cases(*which: ColumnElement[bool]) -> Callable[[DateTime, ColumnElement[bool]], Select[tuple[str]]]:
    return lambda _, among: select(Petition.case_number).where(among, *which)


_Belonging = Assignment | Completion | DecisionRequest | HistoryRow | Notice | PauseRow | Supervision | TimerRow


def _mine(table: type[_Belonging]) -> ColumnElement[bool]:
    return table.petition_id == Petition.id


def _count_of(trigger: Trigger) -> ColumnElement[int]:
    rows = select(func.count()).select_from(HistoryRow).where(_mine(HistoryRow), HistoryRow.trigger == trigger.value)
    return rows.correlate(Petition).scalar_subquery()


_HELD_BY_UNIT = WORKING_STAGES - REVIEW_STAGES - {Stage.ACCEPTED}
"""Here a unit works. In review it may have one or not; at the other stages an office or the petitioner is next."""
_LIVE_TIMER = and_(_mine(TimerRow), TimerRow.ended_at.is_(None))
_LIVE_LEAD = and_(_mine(Assignment), Assignment.part == "lead", Assignment.ended_at.is_(None))
_OPEN_PAUSES = (
    select(func.count()).select_from(PauseRow).where(_mine(PauseRow), PauseRow.ended_at.is_(None)).correlate(Petition)
).scalar_subquery()
_HISTORY_COUNT, _HISTORY_FIRST, _HISTORY_LAST = (
    select(value).select_from(HistoryRow).where(_mine(HistoryRow)).correlate(Petition).scalar_subquery()
    for value in (func.count(), func.min(HistoryRow.version), func.max(HistoryRow.version))
)
_EXTENSIONS = (
    select(func.count()).select_from(ExtensionRow).where(ExtensionRow.petition_id == Petition.id).correlate(Petition)
).scalar_subquery()
# A wake for a step that is due at once bears the step's name instead; one name is both.
_DEADLINE_NAMES = sorted({kind.value for kind in DeadlineKind} - {step.value for step in Step})
_EARLIER = aliased(HistoryRow)


def _steps_where(fault: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether two neighbouring history rows of the petition stand to each other as `fault` says."""
    neighbours = and_(_EARLIER.petition_id == HistoryRow.petition_id, _EARLIER.version == HistoryRow.version - 1)
    return exists().where(_mine(HistoryRow), neighbours, fault)


def _live_timers_of_a_kind() -> ColumnElement[bool]:
    twice = select(TimerRow.kind).where(_LIVE_TIMER).group_by(TimerRow.kind).having(func.count() > 1)
    return twice.correlate(Petition).exists()


def _forgotten_timers(late: DateTime, among: ColumnElement[bool]) -> Select[tuple[str]]:
    return select(Petition.case_number).where(among, _in(OPEN_STAGES), Petition.wake_at < late)


def _forgotten_notices(late: DateTime, among: ColumnElement[bool]) -> Select[tuple[str]]:
    """Overdue ones of every petition there is, which an index holds; those without a moment of the ones asked about."""
    overdue = select(Notice.petition_id).where(Notice.status == "owed", Notice.next_attempt_at < late)
    timeless = exists().where(_mine(Notice), Notice.status == "owed", Notice.next_attempt_at.is_(None))
    return select(Petition.case_number).where(
        Petition.id.in_(overdue.union_all(select(Petition.id).where(among, timeless)))
    )


def _stranded_visits(_: DateTime, __: ColumnElement[bool]) -> Select[tuple[str]]:
    """Of whatever petition: a visit outlives it."""
    stranded = select(Visit.petition_id).where(Visit.status == VisitStatus.OPEN.value, Visit.stranded_at.is_not(None))
    return select(Petition.case_number).where(Petition.id.in_(stranded))


def _asked(kind: str) -> ColumnElement[bool]:
    return exists().where(_mine(DecisionRequest), DecisionRequest.kind == kind, DecisionRequest.outcome.is_(None))


def _recused_unit(table: type[Assignment | Notice]) -> ColumnElement[bool]:
    """`table` beside the recusals that stand, both of the petition."""
    return and_(_mine(table), Recusal.petition_id == Petition.id, Recusal.lifted_at.is_(None))


_UNDECIDED = {
    Stage.RETURN_REQUESTED: _asked("return"),
    Stage.EXTENSION_REQUESTED: _asked("extension"),
    Stage.COMPLETION_SUBMITTED: exists().where(_mine(Completion), Completion.outcome.is_(None)),
}
"""What waits for a decision, by the only stage in which it may."""


INVARIANTS: Sequence[Invariant] = (
    Invariant(
        "open_has_one_timer",
        "每件未结诉求恰有一个计时器",
        _cases(_in(OPEN_STAGES), or_(Petition.wake_at.is_(None), Petition.wake_kind.is_(None))),
    ),
    Invariant(
        "open_has_holder",
        "每件未结诉求都有责任人",
        _cases(_in(_HELD_BY_UNIT), Petition.unit.is_(None)),
    ),
    Invariant(
        "closed_has_no_timer",
        "已结诉求没有计时器",
        _cases(
            _in(FINAL_STAGES),
            or_(Petition.wake_at.is_not(None), Petition.wake_kind.is_not(None), exists().where(_LIVE_TIMER)),
        ),
    ),
    Invariant("timer_is_not_forgotten", "到期的计时器都已处理", _forgotten_timers),
    Invariant("one_timer_of_a_kind", "同一诉求同一时限只有一个在走的计时器", _cases(_live_timers_of_a_kind())),
    Invariant(
        "timer_is_on_record",
        "诉求的计时器与计时器清单一致",
        _cases(
            Petition.wake_kind.in_(_DEADLINE_NAMES),
            ~exists().where(_LIVE_TIMER, TimerRow.kind == Petition.wake_kind, TimerRow.due_at == Petition.wake_at),
        ),
    ),
    Invariant(
        "history_has_no_gap",
        "历史记录的版本从1连续到当前版本",
        _cases(
            or_(
                Petition.version != _HISTORY_COUNT,
                func.coalesce(_HISTORY_FIRST, 0) != 1,
                func.coalesce(_HISTORY_LAST, 0) != Petition.version,
            )
        ),
    ),
    Invariant(
        "history_ends_at_stage",
        "最后一条历史记录的阶段就是诉求的阶段",
        _cases(
            exists().where(
                _mine(HistoryRow), HistoryRow.version == Petition.version, HistoryRow.stage_after != Petition.stage
            )
        ),
    ),
    Invariant(
        "history_has_no_jump",
        "每条历史记录从上一条的阶段开始",
        _cases(_steps_where(func.coalesce(HistoryRow.stage_before, "") != _EARLIER.stage_after)),
    ),
    Invariant(
        "rung_never_comes_down",
        "提级之后不会降级",
        _cases(_steps_where(HistoryRow.rung < _EARLIER.rung)),
    ),
    Invariant(
        "unit_has_assignment",
        "在办诉求的承办单位有一项进行中的主办任务",
        _cases(
            _in(_HELD_BY_UNIT - {Stage.COMPLETION_SUBMITTED}),
            ~exists().where(_LIVE_LEAD, Assignment.unit == Petition.unit),
        ),
    ),
    Invariant(
        "assignment_has_petition_in_hand",
        "未受理、待派遣、已办结和已结束的诉求没有进行中的主办任务",
        _cases(_in(INTAKE_STAGES | CLOSING_STAGES | FINAL_STAGES | {Stage.ACCEPTED}), exists().where(_LIVE_LEAD)),
    ),
    Invariant(
        "clock_stands_still_with_reason",
        "计时暂停当且仅当诉求挂起或待补充",
        _cases(
            case((and_(_in(CLOCK_STOPPED_STAGES), Petition.clock_started_at.is_not(None)), 1), else_=0) != _OPEN_PAUSES
        ),
    ),
    Invariant(
        "looked_not_ahead",
        "流程看到的版本和展示的版本不超过当前版本",
        _cases(or_(Petition.looked_version > Petition.version, Petition.announced_version > Petition.version)),
    ),
    Invariant(
        "undecided_waits_at_its_stage",
        "待审定的退单、延期和办结，当且仅当诉求停在相应阶段",
        _cases(or_(*((Petition.stage == stage.value) != undecided for stage, undecided in _UNDECIDED.items()))),
    ),
    Invariant("notice_is_not_forgotten", "到点的通知都已发送或正在重试", _forgotten_notices),
    Invariant(
        "returns_are_counted",
        "退单次数与历史记录一致",
        _cases(Petition.returns != _count_of(Trigger.REQUEST_RETURN)),
    ),
    Invariant(
        "redos_are_counted",
        "重办次数与历史记录一致",
        _cases(Petition.redos != _count_of(Trigger.BEGIN_REDO)),
    ),
    Invariant(
        "reopens_are_counted",
        "重启次数与历史记录一致",
        _cases(func.coalesce(Petition.reopens, 0) != _count_of(Trigger.REOPEN)),
    ),
    Invariant(
        "exclusion_waits_until_a_date",
        "待审定的不纳入评价申请都有审定期限，其余没有",
        _cases(
            (Petition.exclusion_due_at.is_not(None))
            != exists().where(
                _mine(DecisionRequest), DecisionRequest.kind == "exclusion", DecisionRequest.outcome.is_(None)
            )
        ),
    ),
    Invariant(
        "extensions_are_counted",
        "延期次数与延期记录一致",
        _cases(Petition.extensions_granted != _EXTENSIONS),
    ),
    Invariant(
        "supervision_has_file",
        "督办中的诉求恰有督办件，提级到督办的都在督办中",
        _cases(
            or_(
                Petition.supervised_at.is_not(None) != exists().where(_mine(Supervision)),
                and_(Petition.rung == int(Rung.SUPERVISION), Petition.supervised_at.is_(None)),
            )
        ),
    ),
    Invariant(
        "closed_has_moment",
        "已结诉求有结束时间，未结诉求没有",
        _cases(Petition.closed_at.is_not(None) != _in(FINAL_STAGES)),
    ),
    Invariant(
        "merged_has_main",
        "并单的诉求有主单，其他诉求没有",
        _cases(Petition.merged_into_id.is_not(None) != (Petition.stage == Stage.MERGED.value)),
    ),
    Invariant(
        "recused_have_nothing",
        "应当回避的单位没有该诉求的任务，也没有欠它的通知",
        _cases(
            or_(
                exists().where(
                    _recused_unit(Assignment), Assignment.unit == Recusal.unit, Assignment.ended_at.is_(None)
                ),
                exists().where(
                    _recused_unit(Notice),
                    Notice.recipient == "unit:" + Recusal.unit,
                    Notice.status == "owed",
                    Notice.claimed_until.is_(None),
                ),
            )
        ),
    ),
    Invariant(
        "open_visit_is_somebodys",
        "每次待回访都有席位，诉求都已办结",
        _cases(
            exists().where(
                Visit.petition_id == Petition.id,
                Visit.status == VisitStatus.OPEN.value,
                or_(and_(Visit.officer == "", Visit.stranded_at.is_(None)), ~_in(CLOSING_STAGES | {Stage.ARCHIVED})),
            )
        ),
    ),
    Invariant(
        "visit_can_be_made",
        "每次待回访都有能回访的席位(列出的现有席位都办过或应当回避，请派遣专席改派，或增设席位)",
        _stranded_visits,
    ),
    Invariant(
        "counted_as_history_says",
        "为指标留存的每件计数与历史记录一致(不一致的，用 `rongetong recount` 按历史重算)",
        lambda _, among: miscounted(among),
    ),
    Invariant(
        "policy_is_kept",
        "每件诉求依据的规则版本都有存档",
        _cases(~exists().where(PolicyVersion.version == Petition.policy_version)),
    ),
)
