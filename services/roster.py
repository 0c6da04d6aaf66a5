"""Who is on duty in the reviews: a week each by the policy's order, and whoever was written down as standing in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import ROSTER_ROLES, Actor, Role
from domain.errors import Incomplete, Missing
from domain.reviews import LEVEL_LABELS, Level, Member, ReviewRules, on_duty
from models.review_answers import DutyDay, MemberView, Roster
from models.tables import DutyChange
from services.access import require_role
from services.context import Context
from services.transactions import Transaction, reading, transaction

LONGEST = 92
"""Days of a roster that are shown at once (our own decision: a quarter)."""
READERS = ROSTER_ROLES | {Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.OPERATOR}


def member_on_duty(tx: Transaction, level: Level) -> Member | None:
    """Whose turn it is now; by the rules in force, not by those of an old petition: members hold their seats today."""
    day = _today()
    return on_duty(tx.policy_in_force().reviews, level, day, _changes(tx.session, level, day, day))


def roster(context: Context, actor: Actor, level: Level, first: dt.date | None, days: int) -> Roster:
    """Who is on duty on each of `days` days from `first` (today).

    Raises:
        Incomplete: none or too many days.
    """
    require_role(actor, *READERS)
    if not 1 <= days <= LONGEST:
        raise Incomplete([Missing("days", f"一次可看1至{LONGEST}天")])
    start = first or _today()
    with reading(context) as session:
        return _shown(session, context.rules.active(session).reviews, level, start, days)


def stand_in(context: Context, actor: Actor, level: Level, day: dt.date, member: str, reason: str) -> Roster:
    """Write down who stands in on `day`; an earlier note for that day stays as its history.

    Raises:
        Incomplete: no such member of this review, or a day that is over.
    """
    require_role(actor, *ROSTER_ROLES)
    with transaction(context) as tx:
        rules = tx.policy_in_force().reviews
        problems = []
        if member not in {known.code for known in rules.of(level)}:
            known_codes = "、".join(known.code for known in rules.of(level))
            problems.append(Missing("member", f"{LEVEL_LABELS[level]}没有代码为“{member}”的成员，现有：{known_codes}"))
        if day < _today():
            problems.append(Missing("day", "这一天已过，不能再改值班"))
        if problems:
            raise Incomplete(problems)
        tx.session.add(
            DutyChange(
                level=level.value,
                day=day,
                member=member,
                reason=reason,
                changed_by=actor.name,
                changed_at=clock.now(),
            )
        )
        tx.session.flush()
        return _shown(tx.session, rules, level, day, 1)


def _shown(session: Session, rules: ReviewRules, level: Level, start: dt.date, days: int) -> Roster:
    wanted = [start + dt.timedelta(days=number) for number in range(days)]
    rows = _rows(session, level, wanted[0], wanted[-1])
    changes = {row.day: row for row in rows}
    stands_in = {day: row.member for day, row in changes.items()}
    shown = []
    for day in wanted:
        member, change = on_duty(rules, level, day, stands_in), changes.get(day)
        in_turn = change is None or member is None or change.member != member.code
        shown.append(
            DutyDay(
                day=day,
                member=MemberView.of(member) if member else None,
                stands_in=not in_turn,
                reason="" if in_turn or change is None else change.reason,
                changed_by=None if in_turn or change is None else change.changed_by,
            )
        )
    return Roster(level=level.value, members=[MemberView.of(member) for member in rules.of(level)], days=shown)


def _changes(session: Session, level: Level, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    return {row.day: row.member for row in _rows(session, level, first, last)}


def _rows(session: Session, level: Level, first: dt.date, last: dt.date) -> list[DutyChange]:
    query = select(DutyChange).where(DutyChange.level == level.value, DutyChange.day.between(first, last))
    return list(session.scalars(query.order_by(DutyChange.id)))


def _today() -> dt.date:
    return clock.now().in_timezone(clock.SHANGHAI).date()
