"""Sends the notices the ledger owes: claimed, sent, recorded; tried again by the policy's waits; given up visibly.

At least once, never never. A notice is claimed by one sender at a time, for a lease that outlasts its slowest send. It
reaches its recipient a second time only if the sender dies, or loses the database, between the channel's "yes" and the
commit that records it (crash point `notice:after-send`): after the lease it is sent again, under the same notice id,
which the JSON and form channels carry as `X-Notice-Id`. A sender that dies before it sent (`notice:after-claim`) only
delays the notice by the lease. Between two recorded attempts there is no such window.

A channel that does not answer costs only what goes over it. Senders bound themselves by `Due.route`, and within one
`Round` a channel that was silent is not asked again while another one can take the notice.

A recipient with several addresses has been told when one of them took the notice; what the others said is kept in the
proof. So a second attempt is only made when nobody got the first one. An address's fallbacks are asked when it is
unusable, or when it fails at the last attempt.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import clock
from domain.notices import earliest_sending, next_attempt
from domain.policy import NoticeRules
from gateways.channels import AddressBook, Route, UnusableContact, channel_of
from gateways.crash_points import crash_point
from gateways.notifier import Delivery, Message
from models.tables import Notice, Petition, Petitioner
from services.context import Context

logger = logging.getLogger(__name__)

_PETITIONER = "petitioner:"
_LEASE_MARGIN = dt.timedelta(minutes=2)
"""Added to the longest time the channels may take, for a slow machine and the commit (our own decision)."""

_FAULT_WAIT = dt.timedelta(minutes=15)
"""How long a notice that we fail to send is set aside (our own decision)."""


class Outcome(StrEnum):
    """How one call of `deliver` ended."""

    SENT = "sent"
    RETRY = "retry"
    """Nobody took it; it is due again after the policy's wait."""
    SILENT = "silent"
    """As RETRY, and no channel of the recipient answered at all."""
    DEAD = "dead"
    """Given up: out of attempts, or every address is unusable. A person sees it in the figures and may requeue it."""
    UNREACHABLE = "unreachable"
    """No address is known. Not an error: anonymous petitioners have none."""
    POSTPONED = "postponed"
    """It is night and the notice is not urgent, or the address book cannot be read; no attempt was made."""
    FAULT = "fault"
    """It failed before or after the channels: a fault of ours, logged by its kind. It is set aside for a while."""
    NOT_DUE = "not-due"
    """Another sender has it, it was sent already, or its time has not come."""


@dataclass(frozen=True)
class Due:
    """A notice that may be tried now, and the channels it goes over."""

    notice_id: int
    route: Route


class Round:
    """What the senders of one round have learnt: the channels that did not answer. Shared between threads."""

    def __init__(self) -> None:
        self._silent: set[str] = set()

    def is_closed(self, route: Route) -> bool:
        """Whether nothing of this route answers; what goes over it waits for the next round."""
        return bool(route) and self._silent.issuperset(route)

    def heard(self, address: str, answer: Delivery) -> None:
        if answer.silent:
            self._silent.add(channel_of(address))

    def was_silent(self, address: str) -> bool:
        return channel_of(address) in self._silent


@dataclass(frozen=True)
class OutboxFigures:
    """How the notices stand; the age is in whole minutes since the oldest owed one was owed, 0 when none is."""

    owed: int
    dead: int
    unreachable: int
    oldest_owed_minutes: int


@dataclass(frozen=True)
class _Claim:
    """A notice that is ours until `until`; that moment also proves that nobody claimed it after us."""

    notice_id: int
    until: DateTime
    attempts: int
    message: Message
    addresses: tuple[str, ...]
    rules: NoticeRules

    @property
    def is_last(self) -> bool:
        return self.attempts > len(self.rules.back_off.waits)


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
        .outerjoin(Petitioner, Notice.recipient == _PETITIONER + Petitioner.petition_id)
        .where(
            _claimable(clock.now()),
            Notice.recipient.not_in([name for name in book.recipients if book.route_to(name) in without]),
            or_(Petitioner.contact_kind.is_(None), Petitioner.contact_kind.not_in(kinds)),
        )
        .order_by(Notice.urgent.desc(), Notice.next_attempt_at, Notice.id)
        .limit(limit)
    )
    with context.readers() as session:
        return [Due(key, book.route_to(recipient, kind)) for key, recipient, kind in session.execute(query)]


def deliver(context: Context, notice_id: int, round_: Round | None = None) -> Outcome:
    """Try to deliver one notice now. Several senders may be given the same one: the first to claim it sends it.

    Raises `OperationalError` when the ledger's database is away; whatever else goes wrong concerns this notice alone.
    """
    try:
        return _deliver(context, notice_id, round_)
    except OperationalError:
        raise
    except Exception as failure:  # noqa: BLE001 - one notice must not hold up the others
        # Only the kind: the text of an exception may quote what people wrote.
        kind = type(failure).__name__
        logger.error("Notice %s cannot be sent: %s", notice_id, kind)  # noqa: TRY400
        _set_aside(context, notice_id, kind)
        return Outcome.FAULT


def _deliver(context: Context, notice_id: int, round_: Round | None) -> Outcome:
    if not context.addresses.readable:
        return Outcome.POSTPONED
    claim = _claim(context, notice_id)
    if isinstance(claim, Outcome):
        return claim
    crash_point("notice:after-claim")
    delivered, failed = _send(context, claim, round_ or Round())
    crash_point("notice:after-send")
    return _record(context, claim, delivered, failed)


def requeue_dead(context: Context, petition_id: str | None = None) -> int:
    """Owe given-up notices again, from now and with all attempts; how many.

    Those that were unreachable come along where an address is known now, so that a channel configured late still
    tells what was missed. `petition_id` limits it to one petition.
    """
    with context.sessions.begin() as session:
        again = or_(
            Notice.status == "dead", and_(Notice.status == "unreachable", _reachable(session, context.addresses))
        )
        chosen = again if petition_id is None else and_(again, Notice.petition_id == petition_id)
        return _update(session, chosen, status="owed", next_attempt_at=clock.now(), claimed_until=None, attempts=0)


def outbox_figures(context: Context) -> OutboxFigures:
    """Counts of what is owed, given up and unreachable, and how long the oldest owed one waits."""
    with context.readers() as session:
        query = select(Notice.status, func.count()).where(Notice.status != "sent").group_by(Notice.status)
        counts = {status: number for status, number in session.execute(query).tuples()}  # noqa: C416
        oldest = session.scalar(select(func.min(Notice.owed_at)).where(Notice.status == "owed"))
    age = int((clock.now() - oldest).total_seconds() // 60) if oldest is not None else 0
    return OutboxFigures(counts.get("owed", 0), counts.get("dead", 0), counts.get("unreachable", 0), age)


def _claimable(now: DateTime) -> ColumnElement[bool]:
    free = or_(Notice.claimed_until.is_(None), Notice.claimed_until <= now)
    return and_(Notice.status == "owed", Notice.next_attempt_at <= now, free)


def _claim(context: Context, notice_id: int) -> _Claim | Outcome:
    """Make the notice ours and commit, before anything is sent; or what hinders us."""
    now = clock.now()
    with context.sessions.begin() as session:
        notice = session.get(Notice, notice_id)
        if notice is None:
            return Outcome.NOT_DUE
        mine = and_(Notice.id == notice_id, _claimable(now))
        policy_version = session.scalars(select(Petition.policy_version).where(Petition.id == notice.petition_id)).one()
        rules = context.rules.of(session, policy_version).notices
        may_go_at = earliest_sending(now, urgent=notice.urgent, quiet=rules.quiet_hours)
        if may_go_at > now:
            return Outcome.POSTPONED if _update(session, mine, next_attempt_at=may_go_at) else Outcome.NOT_DUE
        try:
            addresses = _addresses(session, context.addresses, notice.recipient)
        except UnusableContact:
            changed = _update(
                session, mine, status="dead", next_attempt_at=None, proof=f"unusable contact {_moment(now)}"
            )
            return Outcome.DEAD if changed else Outcome.NOT_DUE
        if not addresses:
            changed = _update(
                session, mine, status="unreachable", next_attempt_at=None, proof=f"no address {_moment(now)}"
            )
            return Outcome.UNREACHABLE if changed else Outcome.NOT_DUE
        until = now + _lease(context.addresses, addresses)
        # Counted now and not when it failed: a notice that kills its sender must not be tried for ever.
        if not _update(session, mine, claimed_until=until, attempts=Notice.attempts + 1):
            return Outcome.NOT_DUE
        message = Message(str(notice.id), notice.title, notice.body, notice.urgent)
        attempts = session.scalars(select(Notice.attempts).where(Notice.id == notice_id)).one()
        return _Claim(notice_id, until, attempts, message, addresses, rules)


def _addresses(session: Session, book: AddressBook, recipient: str) -> tuple[str, ...]:
    """Everything behind `recipient`; raises UnusableContact for a petitioner's contact that can be no address."""
    if not recipient.startswith(_PETITIONER):
        return book.addresses_of(recipient)
    person = session.get(Petitioner, recipient.removeprefix(_PETITIONER))
    if person is None or not person.contact or not person.contact_kind:
        return ()
    address = book.petitioner_address(person.contact_kind, person.contact)
    return (address,) if address else ()


def _reachable(session: Session, book: AddressBook) -> ColumnElement[bool]:
    """Whether an address is known now for the recipient of a notice that found none."""
    query = select(Notice.recipient).where(Notice.status == "unreachable", Notice.recipient.not_like(f"{_PETITIONER}%"))
    known = [name for name in session.scalars(query.distinct()) if book.addresses_of(name)]
    people = select(_PETITIONER + Petitioner.petition_id).where(
        Petitioner.contact.is_not(None), Petitioner.contact_kind.in_(list(book.petitioner))
    )
    return or_(Notice.recipient.in_(known), Notice.recipient.in_(people))


def _lease(book: AddressBook, addresses: tuple[str, ...]) -> dt.timedelta:
    """Longer than every address and fallback can take, each a time limit for connecting and one for the answer."""
    count = sum(1 + len(book.fallbacks_of(address)) for address in addresses)
    return dt.timedelta(seconds=2 * count * book.timeout_seconds) + _LEASE_MARGIN


def _send(context: Context, claim: _Claim, round_: Round) -> tuple[list[Delivery], list[Delivery]]:
    """What was delivered and what failed, over every address that is worth asking."""
    answers: list[Delivery] = []

    def ask(address: str) -> Delivery:
        answer = context.notifier.send(address, claim.message)
        round_.heard(address, answer)
        answers.append(answer)
        return answer

    silent = [address for address in claim.addresses if round_.was_silent(address)]
    if len(silent) == len(claim.addresses):
        silent = []
    for address in silent:
        proof = f"{channel_of(address).partition(':')[0]} not asked, silent before {_moment(clock.now())}"
        answers.append(Delivery(delivered=False, proof=proof, permanent=False, silent=True))
    for address in claim.addresses:
        if address in silent:
            continue
        answer = ask(address)
        fallbacks = iter(context.addresses.fallbacks_of(address))
        while not answer.delivered and (answer.permanent or claim.is_last):
            fallback = next(fallbacks, None)
            if fallback is None:
                break
            answer = ask(fallback)
    return [item for item in answers if item.delivered], [item for item in answers if not item.delivered]


def _record(context: Context, claim: _Claim, delivered: list[Delivery], failed: list[Delivery]) -> Outcome:
    now = clock.now()
    proof = "; ".join([*(item.proof for item in delivered), *(f"failed: {item.proof}" for item in failed)])
    with context.sessions.begin() as session:
        if delivered:
            # Also when the lease ran out meanwhile: what was delivered is delivered, whoever holds the notice now.
            unsent = and_(Notice.id == claim.notice_id, Notice.status != "sent")
            _update(session, unsent, status="sent", sent_at=now, next_attempt_at=None, claimed_until=None, proof=proof)
            return Outcome.SENT
        again = (
            None if all(item.permanent for item in failed) else next_attempt(claim.attempts, now, claim.rules.back_off)
        )
        mine = and_(Notice.id == claim.notice_id, Notice.status == "owed", Notice.claimed_until == claim.until)
        status = "owed" if again is not None else "dead"
        if not _update(session, mine, status=status, next_attempt_at=again, claimed_until=None, proof=proof):
            return Outcome.NOT_DUE
    if again is not None:
        return Outcome.SILENT if all(item.silent for item in failed) else Outcome.RETRY
    logger.warning("Notice %s is given up after attempt %s", claim.notice_id, claim.attempts)
    return Outcome.DEAD


def _set_aside(context: Context, notice_id: int, kind: str) -> None:
    """Owe a notice that fails by itself again later. It is never given up: what is at fault is the platform."""
    now = clock.now()
    with context.sessions.begin() as session:
        mine = and_(Notice.id == notice_id, Notice.status == "owed")
        _update(
            session, mine, next_attempt_at=now + _FAULT_WAIT, claimed_until=None, proof=f"fault {kind} {_moment(now)}"
        )


def _update(session: Session, which: ColumnElement[bool], **values: object) -> int:
    """Change the notices that `which` holds for, as the database sees them now; how many."""
    return session.connection().execute(update(Notice).where(which).values(**values)).rowcount


def _moment(moment: DateTime) -> str:
    return moment.format("YYYY-MM-DD[T]HH:mm:ss[Z]")
