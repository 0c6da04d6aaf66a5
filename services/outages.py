"""When the platform was down: found by its own heartbeat, or told by operators; taken back by a mark, never edited."""

from __future__ import annotations

import datetime as dt
import logging

import pendulum
from sqlalchemy import select

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.errors import Incomplete, Missing, NotFound, RuleRefusal
from models.tables import Heartbeat, Outage
from services.access import require_role
from services.context import Context
from services.transactions import reading, transaction

logger = logging.getLogger(__name__)

LONGEST = dt.timedelta(days=31)
"""Of one outage that operators tell; longer is a slip of the pen (our own decision)."""


def beat(context: Context, part: str, every_seconds: float) -> Outage | None:
    """Say that `part`, which should say so `every_seconds`, is alive; the outage that lies behind it, if there was one.

    Two who say so at once find one outage between them: the row is held while it is compared.
    """
    now = clock.now()
    with transaction(context) as tx:
        gap = tx.policy_in_force().supervision.gap_minutes
        row = tx.session.get(Heartbeat, part, with_for_update=True)
        if row is None:
            tx.session.add(Heartbeat(part=part, beaten_at=now))
            return None
        before, longest = row.beaten_at, dt.timedelta(minutes=gap)
        row.beaten_at = max(before, now)
        if now - before <= max(longest, 2 * dt.timedelta(seconds=every_seconds)):
            return None
        found = Outage(
            started_at=before,
            ended_at=now,
            found_by="heartbeat",
            reason=f"{part}自上次心跳起没有运行",
            recorded_at=now,
            recorded_by=PLATFORM.name,
        )
        tx.session.add(found)
        tx.session.flush()
        logger.warning("The platform was down from %s to %s", before.isoformat(), now.isoformat())
        return found


def record(context: Context, actor: Actor, *, started_at: dt.datetime, ended_at: dt.datetime, reason: str) -> Outage:
    """Write down an outage that no heartbeat saw, such as the API or the network being away.

    Raises:
        Incomplete: it has no length, is too long, lies ahead, or says no reason.
        NotPermitted: only operators do.
    """
    require_role(actor, Role.OPERATOR)
    now, problems = clock.now(), []
    if not started_at < ended_at:
        problems.append(Missing("ended_at", "结束须在开始之后"))
    elif ended_at - started_at > LONGEST:
        problems.append(Missing("ended_at", f"一次停运不超过{LONGEST.days}日，请核对起止"))
    if ended_at > now:
        problems.append(Missing("ended_at", "停运结束后再登记，不能晚于现在"))
    if len(reason.strip()) < 2:  # noqa: PLR2004 - as for every reason
        problems.append(Missing("reason", "须写明原因"))
    if problems:
        raise Incomplete(problems)
    with transaction(context) as tx:
        found = Outage(
            started_at=pendulum.instance(started_at),
            ended_at=pendulum.instance(ended_at),
            found_by="operator",
            reason=reason.strip(),
            recorded_at=now,
            recorded_by=actor.name,
        )
        tx.session.add(found)
        tx.session.flush()
        return found


def withdraw(context: Context, actor: Actor, number: int, reason: str) -> Outage:
    """Take back what was recorded by mistake; it stays on record.

    Raises:
        NotFound: there is no such outage.
        RuleRefusal: it was taken back already.
    """
    require_role(actor, Role.OPERATOR)
    if len(reason.strip()) < 2:  # noqa: PLR2004 - as for every reason
        raise Incomplete([Missing("reason", "须写明原因")])
    with transaction(context) as tx:
        row = tx.session.get(Outage, number, with_for_update=True)
        if row is None:
            raise NotFound(f"编号为{number}的停运记录")
        if row.withdrawn_at is not None:
            raise RuleRefusal("already-withdrawn", "该停运记录已经撤销")
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_because = clock.now(), actor.name, reason.strip()
        return row


def outages(context: Context) -> list[Outage]:
    """Every outage there is on record, those taken back too, the latest last."""
    with reading(context) as session:
        return list(session.scalars(select(Outage).order_by(Outage.started_at, Outage.id)))
