"""Findings as inspectors read and judge them. Nobody else is told of one that nobody has confirmed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

import clock
from domain.actions import Actor
from domain.conduct_patterns import PAIR
from domain.errors import Incomplete, Missing, NotFound, StaleVersion
from domain.findings import (
    DECISION_LABELS,
    FINDING_LABELS,
    JUDGES,
    FindingDecision,
    FindingStanding,
    after,
    open_decisions,
)
from domain.pattern_rules import PatternRules
from domain.patterns import PATTERN_LABELS, PATTERN_MEANINGS, PatternKind
from domain.policy import Policy
from domain.shares import percent
from models.answers import Named
from models.finding_answers import (
    FindingCase,
    FindingDecisionIn,
    FindingShare,
    FindingsView,
    FindingView,
)
from models.petition import new_id
from models.tables import Finding, Petition
from services import ladder
from services.access import require_role, seen_by
from services.acts import history_of
from services.context import Context
from services.patterns import note
from services.transactions import reading, transaction

MAX_PAGE = 100
MAX_OFFSET = 1_000_000
_ID_LENGTH = len(new_id())
_ACT_LABELS = {"raise": "提示", "renew": "更新", "lapse": "未再出现"} | {
    decision.value: label for decision, label in DECISION_LABELS.items()
}


def pattern_rule(rules: PatternRules) -> str:
    """By what rule patterns are found, in Chinese."""
    return (
        f"看最近{rules.window_days}天；件数满{rules.least_base}件(两单位之间满{rules.least_pairs}件)的单位，"
        f"与其他各单位合计相比，率在{rules.times:g}倍以上、不少于{rules.least_cases}件，"
        f"且经精确检验并按 Benjamini–Hochberg 法控制误报(预期不超过{rules.false_share:.0%})的，才提示。"
        "提示不是结论：须由人核实、放过或立案核查；判断过的案件不再提示。"
    )


def findings(
    context: Context,
    actor: Actor,
    *,
    standings: Sequence[FindingStanding] = (FindingStanding.RAISED,),
    kind: PatternKind | None = None,
    unit: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> FindingsView:
    """Findings of these standings, the latest first. Raises `NotPermitted` for all but inspectors."""
    require_role(actor, *JUDGES)
    wanted: list[ColumnElement[bool]] = [Finding.standing.in_([standing.value for standing in standings])]
    if kind is not None:
        wanted.append(Finding.kind == kind.value)
    if unit is not None:
        ends = (
            Finding.subject.startswith(f"{unit}{PAIR}", autoescape=True),
            Finding.subject.endswith(f"{PAIR}{unit}", autoescape=True),
        )
        wanted.append(or_(Finding.subject == unit, *ends))
    with reading(context) as session:
        policy = context.rules.active(session)
        total = session.scalar(select(func.count()).select_from(Finding).where(*wanted)) or 0
        query = select(Finding).where(*wanted).options(selectinload(Finding.steps))
        rows = session.scalars(query.order_by(Finding.found_at.desc(), Finding.id).limit(limit).offset(offset)).all()
        return FindingsView(
            as_of=clock.now(),
            rule=pattern_rule(policy.pattern_rules),
            total=total,
            findings=_views(session, rows, actor, policy),
            next=offset + limit if offset + limit < total else None,
        )


def finding(context: Context, finding_id: str, actor: Actor) -> FindingView:
    """One finding. Raises `NotPermitted`, `NotFound`."""
    require_role(actor, *JUDGES)
    with reading(context) as session:
        row = session.get(Finding, finding_id) if _can_be(finding_id) else None
        if row is None:
            raise NotFound("该苗头")
        return _views(session, [row], actor, context.rules.active(session))[0]


def decide(
    context: Context, finding_id: str, actor: Actor, decision: FindingDecisionIn, version: int | None = None
) -> Finding:
    """An inspector confirms a finding, sets it aside, or opens a file on it, with a reason that stays.

    A file may be about one of the cases behind it: then that petition is supervised, in the same transaction.

    Raises:
        NotPermitted, NotFound, StaleVersion: nothing was written.
        Incomplete: a case that is not behind the finding, or one named for another decision.
        RuleRefusal, ForbiddenTransition: it was decided already, or the case cannot be supervised.
    """
    require_role(actor, *JUDGES)
    with transaction(context) as tx:
        query = select(Finding).where(Finding.id == finding_id).with_for_update()
        row = tx.session.scalar(query.execution_options(populate_existing=True)) if _can_be(finding_id) else None
        if row is None:
            raise NotFound("该苗头")
        if version is not None and version != row.version:
            raise StaleVersion(expected=version, current=row.version, what="该苗头")
        standing = after(FindingStanding(row.standing), decision.decision)
        details = _open_case(context, tx.session, row, actor, decision) if decision.case else {}
        row.standing = standing.value
        note(row, decision.decision.value, actor.role.value, actor.name, decision.reason, clock.now(), details)
        tx.session.flush()
        return row


def _open_case(
    context: Context, session: Session, row: Finding, actor: Actor, decision: FindingDecisionIn
) -> dict[str, str]:
    if decision.decision is not FindingDecision.OPEN_FILE:
        raise Incomplete([Missing("case", "只有立案核查时才就某一件立督办件")])
    known = {str(item["case"]) for item in row.cases}
    mine = select(Petition.id).where(Petition.case_number == decision.case, seen_by(actor))
    petition_id = session.scalar(mine) if decision.case in known else None
    if petition_id is None:
        raise Incomplete([Missing("case", "该案号不在此苗头所涉的诉求之中")])
    ladder.open_supervision(context, petition_id, actor, f"{PATTERN_LABELS[PatternKind(row.kind)]}：{decision.reason}")
    return {"case": str(decision.case)}


def _can_be(finding_id: str) -> bool:
    """PostgreSQL answers an overlong or unprintable id with an error of its own."""
    return len(finding_id) == _ID_LENGTH and finding_id.isascii() and finding_id.isprintable()


def _views(session: Session, rows: Sequence[Finding], actor: Actor, policy: Policy) -> list[FindingView]:
    numbers = {str(item["case"]) for row in rows for item in row.cases}
    seen = set(session.scalars(select(Petition.case_number).where(Petition.case_number.in_(numbers), seen_by(actor))))
    return [_view(row, actor, policy, seen) for row in rows]


def _view(row: Finding, actor: Actor, policy: Policy, seen: Collection[str]) -> FindingView:
    kind, standing, numbers = PatternKind(row.kind), FindingStanding(row.standing), row.numbers
    meaning = PATTERN_MEANINGS[kind]
    by_account = kind is PatternKind.ALWAYS_SATISFIED_BY
    units = [] if by_account else row.subject.split(PAIR)
    return FindingView(
        id=row.id,
        version=row.version,
        kind=Named(code=kind.value, name=PATTERN_LABELS[kind]),
        standing=Named(code=standing.value, name=FINDING_LABELS[standing]),
        units=[Named(code=unit, name=policy.unit_name(unit)) for unit in units],
        account=row.subject if by_account else None,
        base=meaning.base,
        numerator=meaning.numerator,
        innocent=meaning.innocent,
        share=share_told(numbers["numerator"], numbers["base"], policy),
        peers=share_told(numbers["peers_numerator"], numbers["peers_base"], policy),
        low=numbers["low"],
        high=numbers["high"],
        p=numbers["p"],
        tests=numbers["tests"],
        expected_false=numbers["expected_false"],
        since=row.since,
        until=row.until,
        found_at=row.found_at,
        seen_at=row.seen_at,
        rule_version=row.rule_version,
        cases=[FindingCase(**item) for item in row.cases if item["case"] in seen],
        history=history_of(row.steps, _ACT_LABELS),
        allowed_actions=[decision.value for decision in open_decisions(standing, actor.role)],
    )


def share_told(numerator: int, base: int, policy: Policy) -> FindingShare:
    """A share with its percentage as figures show it."""
    shown = percent(Fraction(numerator, base), policy.figure_rules.decimals) if base else "—"
    return FindingShare(numerator=numerator, base=base, shown=shown)
