"""The notices the ledger owes: which may be tried now, which are in trouble and why, which to try again.

`services.delivery` delivers one of them, `services.sending` a whole round.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from pendulum import DateTime
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

import clock
from gateways.channels import AddressBook, Route
from models.tables import Notice, Petition, Petitioner
from services.context import Context

PETITIONER = "petitioner:"
"""How the recipient of a notice to a petitioner begins; what follows is the petition's id."""

_WHEN = re.compile(r" \d{4}-\d\d-\d\dT[\d:]+Z$")


@dataclass(frozen=True)
class Due:
    """A notice that may be tried now, and the channels it goes over."""

    notice_id: int
    route: Route


@dataclass(frozen=True)
class OutboxFigures:
    """How the notices stand; the age is in whole minutes since the oldest owed one was owed, 0 when none is."""

    owed: int
    dead: int
    unreachable: int
    oldest_owed_minutes: int


@dataclass(frozen=True)
class Troubled:
    """A notice that did not reach its recipient so far: what people need to find the fault, and nobody's address."""

    notice_id: int
    case_number: str
    rule: str
    status: str
    recipient: str
    """`unit:<code>`, `role:<audience>`, or `petitioner` and no more."""
    channels: tuple[str, ...]
    """What it goes over as the address book stands now; empty when it has no address."""
    attempts: int
    last_failure: str
    """The channel and what it answered last, or what kept it from being asked."""
    next_attempt_at: DateTime | None


def due_notices(context: Context, limit: int) -> list[int]:
    """At most `limit` notices that may be tried now: urgent ones first, then those due longest."""
    return [due.notice_id for due in due_by_route(context, limit)]


def due_by_route(context: Context, limit: int, without: Collection[Route] = ()) -> list[Due]:
    """As `due_notices`, with the route of each; nothing for recipients whose route is one of `without`."""
    book = context.addresses
    if not book.readable:
        return []
    kinds = [kind for kind, route in book.petitioner_routes.items() if route in without]
    query = (
        select(Notice.id, Notice.recipient, Petitioner.contact_kind)
        .outerjoin(Petitioner, Notice.recipient == PETITIONER + Petitioner.petition_id)
        .where(
            claimable(clock.now()),
            Notice.recipient.not_in([name for name in book.recipients if book.route_to(name) in without]),
            or_(Petitioner.contact_kind.is_(None), Petitioner.contact_kind.not_in(kinds)),
        )
        .order_by(Notice.urgent.desc(), Notice.next_attempt_at, Notice.id)
        .limit(limit)
    )
    with context.readers() as session:
        return [Due(key, book.route_to(recipient, kind)) for key, recipient, kind in session.execute(query)]


def troubled(context: Context, limit: int, *, dead_only: bool = False, worth_retrying: bool = False) -> list[Troubled]:
    """At most `limit` notices that were given up, found no address, or failed and are tried again; the oldest first.

    `worth_retrying`: just those that `requeue` would owe again.
    """
    with context.readers() as session:
        if worth_retrying:
            which = _worth_retrying(session, context.addresses, dead_only=dead_only)
        else:
            failing = and_(Notice.status == "owed", Notice.attempts > 0)
            which = Notice.status == "dead" if dead_only else or_(Notice.status.in_(("dead", "unreachable")), failing)
        query = (
            select(Notice, Petition.case_number, Petitioner.contact_kind)
            .join(Petition, Petition.id == Notice.petition_id)
            .outerjoin(Petitioner, Notice.recipient == PETITIONER + Petitioner.petition_id)
            .where(which)
            .order_by(Notice.id)
            .limit(limit)
        )
        return [
            Troubled(
                notice_id=notice.id,
                case_number=case_number,
                rule=notice.rule,
                status=notice.status,
                recipient="petitioner" if notice.recipient.startswith(PETITIONER) else notice.recipient,
                channels=tuple(
                    channel.partition(":")[0] for channel in context.addresses.route_to(notice.recipient, kind)
                ),
                attempts=notice.attempts,
                last_failure=_WHEN.sub("", notice.proof.rpartition("; ")[2].removeprefix("failed: ")),
                next_attempt_at=notice.next_attempt_at,
            )
            for notice, case_number, kind in session.execute(query)
        ]


def requeue(context: Context, petition_id: str | None = None, *, dead_only: bool = False) -> int:
    """Owe given-up notices again, from now and with all attempts; how many.

    Those that were unreachable come along where an address is known now, so that a channel configured late still
    tells what was missed. `petition_id` limits it to one petition.
    """
    with context.sessions.begin() as session:
        again = _worth_retrying(session, context.addresses, dead_only=dead_only)
        chosen = again if petition_id is None else and_(again, Notice.petition_id == petition_id)
        return change(session, chosen, status="owed", next_attempt_at=clock.now(), claimed_until=None, attempts=0)


def outbox_figures(context: Context) -> OutboxFigures:
    """Counts of what is owed, given up and unreachable, and how long the oldest owed one waits."""
    with context.readers() as session:
        query = select(Notice.status, func.count()).where(Notice.status != "sent").group_by(Notice.status)
        counts = {status: number for status, number in session.execute(query).tuples()}  # noqa: C416
        oldest = session.scalar(select(func.min(Notice.owed_at)).where(Notice.status == "owed"))
    age = int((clock.now() - oldest).total_seconds() // 60) if oldest is not None else 0
    return OutboxFigures(counts.get("owed", 0), counts.get("dead", 0), counts.get("unreachable", 0), age)


def claimable(now: DateTime) -> ColumnElement[bool]:
    """Whether a notice may be tried now and nobody else is at it."""
    free = or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now)
    return and_(Notice.status == "owed", Notice.next_attempt_at <= now, free)


def _worth_retrying(session: Session, book: AddressBook, *, dead_only: bool) -> ColumnElement[bool]:
    dead = Notice.status == "dead"
    return dead if dead_only else or_(dead, and_(Notice.status == "unreachable", _reachable(session, book)))


def _reachable(session: Session, book: AddressBook) -> ColumnElement[bool]:
    """Whether an address is known now for the recipient of a notice that found none."""
    query = select(Notice.recipient).where(Notice.status == "unreachable", Notice.recipient.not_like(f"{PETITIONER}%"))
    known = [name for name in session.scalars(query.distinct()) if book.addresses_of(name)]
    people = select(PETITIONER + Petitioner.petition_id).where(
        or_(Petitioner.sealed.is_not(None), Petitioner.plain_contact.is_not(None)),
        Petitioner.contact_kind.in_(list(book.petitioner)),
    )
    return or_(Notice.recipient.in_(known), Notice.recipient.in_(people))


def change(session: Session, which: ColumnElement[bool], **values: object) -> int:
    """Change the notices that `which` holds for, as the database sees them now; how many."""
    return session.connection().execute(update(Notice).where(which).values(**values)).rowcount
