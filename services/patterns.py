"""Looks for patterns in the conduct of units: on a schedule into the ledger, or on demand without a trace."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pendulum import DateTime
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import clock
from domain.actions import PLATFORM
from domain.calendar import CHINA, DAY, utc
from domain.conduct_patterns import PAIR, counted_of
from domain.errors import Incomplete, Missing
from domain.findings import JUDGED, FindingStanding
from domain.patterns import Counted, Found, Judgement, PatternKind, Tally, judge
from domain.policy import Policy
from domain.replies import Replies
from models.tables import Finding, FindingStep
from services.context import Context
from services.pattern_sources import accepted, courses, replied
from services.transactions import reading, transaction


@dataclass(frozen=True)
class Look:
    """What stands out in a period, from `since` up to `until`."""

    since: DateTime
    until: DateTime
    judgement: Judgement
    policy: Policy


def look(
    context: Context, first: dt.date | None = None, last: dt.date | None = None, *, unit: str | None = None
) -> Look:
    """Look at the days from `first` to `last`, by default at the days of the policy up to now, and keep nothing.

    Every unit is held against all others; of what stands out only that of `unit` is told, where one is named. Raises
    Incomplete for days in the wrong order, or a unit that nobody has.
    """
    with reading(context) as session:
        policy = context.rules.active(session)
        faults = []
        if first and last and last < first:
            faults.append(Missing("until", "止日不能早于起日"))
        if unit is not None and not policy.can_name(unit):
            faults.append(Missing("unit", f"没有代码为“{unit}”的单位"))
        if faults:
            raise Incomplete(faults)
        until = min(clock.now(), _midnight(last + DAY)) if last else clock.now()
        since = _midnight(first) if first else until.subtract(days=policy.pattern_rules.window_days)
        found = judge(_counted(session, policy, since, until), policy.pattern_rules, _judged(session))
    kept = tuple(item for item in found.found if unit is None or unit in item.subject.split(PAIR))
    return Look(since, until, Judgement(kept, found.tests, found.expected_false), policy)


def find(context: Context) -> dict[PatternKind, int]:
    """Look, and keep what stands out for inspectors; of each pattern, how many wait for them now.

    What stood out before and does not any more lapses, unless somebody has judged it. Two that look at once keep what
    one of them found.
    """
    looked = look(context)
    with suppress(IntegrityError), transaction(context) as tx:
        _keep(tx.session, looked)
    with reading(context) as session:
        waiting = session.scalars(select(Finding.kind).where(Finding.standing == FindingStanding.RAISED.value)).all()
    return {kind: waiting.count(kind.value) for kind in PatternKind}


def _counted(session: Session, policy: Policy, since: DateTime, until: DateTime) -> list[Counted]:
    rules = policy.pattern_rules
    found = list(counted_of(courses(session, since, until), rules, policy.unit_name))
    replies, contacts = Replies(rules), defaultdict[str, Tally](Tally)
    for petition, completion in accepted(session, since, until):
        replies.take(replied(petition, completion, policy))
        contacted = completion.evidence.get("contacted")
        if contacted is not None:
            why = str(completion.evidence.get("not_contacted_reason") or "没有写明原因")
            contacts[completion.unit].count(petition.case_number, None if contacted else f"未联系诉求人：{why}")
    return [
        *found,
        Counted(PatternKind.SAME_REPLY, replies.same()),
        Counted(PatternKind.BESIDE_THE_POINT, replies.beside),
        Counted(PatternKind.NO_CONTACT, contacts),
    ]


def _judged(session: Session) -> Mapping[tuple[PatternKind, str], set[str]]:
    """The cases that a person has judged, by kind and subject."""
    found: dict[tuple[PatternKind, str], set[str]] = defaultdict(set)
    for row in session.scalars(select(Finding).where(Finding.standing.in_(sorted(JUDGED)))):
        found[PatternKind(row.kind), row.subject] |= {str(item["case"]) for item in row.cases}
    return found


def _keep(session: Session, looked: Look) -> None:
    query = select(Finding).where(Finding.standing == FindingStanding.RAISED.value).with_for_update()
    raised = {(row.kind, row.subject): row for row in session.scalars(query)}
    for found in looked.judgement.found:
        row = raised.pop((found.kind.value, found.subject), None)
        if row is None:
            row = Finding(kind=found.kind.value, subject=found.subject, version=0, found_at=looked.until, cases=[])
            session.add(row)
        _renew(row, found, looked)
    for row in raised.values():
        row.standing = FindingStanding.LAPSED.value
        note(row, "lapse", PLATFORM.role.value, PLATFORM.name, "本次未再发现", looked.until)


def _renew(row: Finding, found: Found, looked: Look) -> None:
    cases = [{"case": item.case, "said": item.said} for item in found.cases]
    # Whoever decides on it has seen these cases; the figures beside them move a little with every look.
    changed = {str(item["case"]) for item in row.cases} != {item.case for item in found.cases}
    row.standing = FindingStanding.RAISED.value
    row.since, row.until, row.seen_at = looked.since, looked.until, looked.until
    row.rule_version, row.numbers, row.cases = looked.policy.version, _numbers(found, looked), cases
    if changed:
        said = f"{found.share.numerator}/{found.share.base}件，其他合计{found.peers.numerator}/{found.peers.base}件"
        note(row, "renew" if row.version else "raise", PLATFORM.role.value, PLATFORM.name, said, looked.until)


def note(
    row: Finding,
    act: str,
    role: str,
    name: str,
    reason: str,
    at: DateTime,
    details: dict[str, Any] | None = None,
) -> None:
    """Append a step to the history of a finding."""
    row.version += 1
    row.steps.append(
        FindingStep(
            version=row.version, at=at, act=act, actor_role=role, actor_name=name, reason=reason, details=details or {}
        )
    )


def _numbers(found: Found, looked: Look) -> dict[str, Any]:
    return {
        "numerator": found.share.numerator,
        "base": found.share.base,
        "peers_numerator": found.peers.numerator,
        "peers_base": found.peers.base,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "tests": looked.judgement.tests,
        "expected_false": looked.judgement.expected_false,
    }


def _midnight(day: dt.date) -> DateTime:
    return utc(dt.datetime.combine(day, dt.time(), CHINA))
