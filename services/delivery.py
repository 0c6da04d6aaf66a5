"""Delivers one notice that the ledger owes: claimed, sent, recorded; tried again later, or given up visibly.

At least once, never never. A notice is claimed by one sender at a time, for a lease that outlasts its slowest send. It
reaches its recipient a second time only if the sender dies, or loses the database, between the channel's "yes" and the
commit that records it (crash point `notice:after-send`): after the lease it is sent again, under the same notice id,
which the JSON and form channels carry as `X-Notice-Id`. A sender that dies before it sent (`notice:after-claim`) only
delays the notice by the lease. Between two recorded attempts there is no such window.

A channel that does not answer costs only what goes over it. Senders bound themselves by the route of what is due, and
within one `Round` a channel that was silent is not asked again while another one can take the notice.

A recipient with several addresses has been told when one of them took the notice; what the others said is kept in the
proof. So a second attempt is only made when nobody got the first one. An address's fallbacks are asked when it is
unusable, or when it fails at the last attempt.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime
from sqlalchemy import and_, delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import clock
from domain.notices import NoticeRules, earliest_sending, next_attempt
from domain.stages import Trigger
from gateways.channels import AddressBook, Route, UnusableContact, channel_of
from gateways.crash_points import crash_point
from gateways.notifier import Delivery, Message
from models.tables import HistoryRow, Notice, Petition
from services.context import Context
from services.facts import units_in
from services.identity import contact_to_deliver
from services.outbox import PETITIONER, change, claimable
from services.tellable import outlets_to_tell

logger = logging.getLogger(__name__)

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
    """Given up: out of attempts, or every address is unusable. A person sees it and may requeue it."""
    UNREACHABLE = "unreachable"
    """No address is known. Not an error: anonymous petitioners have none."""
    POSTPONED = "postponed"
    """It is night and the notice is not urgent, or the address book cannot be read; no attempt was made."""
    FAULT = "fault"
    """It failed before or after the channels: a fault of ours, logged by its kind. It is set aside for a while."""
    NOT_DUE = "not-due"
    """Another sender has it, it was sent already, or its time has not come."""


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


def _claim(context: Context, notice_id: int) -> _Claim | Outcome:
    """Make the notice ours and commit, before anything is sent; or what hinders us."""
    now = clock.now()
    with context.sessions.begin() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or _is_withheld(context, session, notice, now):
            return Outcome.NOT_DUE
        mine = and_(Notice.id == notice_id, claimable(now))
        policy_version = session.scalars(select(Petition.policy_version).where(Petition.id == notice.petition_id)).one()
        rules = context.rules.of(session, policy_version).notices
        may_go_at = earliest_sending(now, urgent=notice.urgent, quiet=rules.quiet_hours)
        if may_go_at > now:
            return Outcome.POSTPONED if change(session, mine, next_attempt_at=may_go_at) else Outcome.NOT_DUE
        try:
            addresses = _addresses(session, context, notice.recipient)
        except UnusableContact:
            changed = change(
                session, mine, status="dead", next_attempt_at=None, proof=f"unusable contact {_moment(now)}"
            )
            return Outcome.DEAD if changed else Outcome.NOT_DUE
        if not addresses:
            changed = change(
                session, mine, status="unreachable", next_attempt_at=None, proof=f"no address {_moment(now)}"
            )
            return Outcome.UNREACHABLE if changed else Outcome.NOT_DUE
        until = now + _lease(context.addresses, addresses)
        # Counted now and not when it failed: a notice that kills its sender must not be tried for ever.
        if not change(session, mine, claimed_until=until, attempts=Notice.attempts + 1):
            session.rollback()  # nor was the contact read then
            return Outcome.NOT_DUE
        message = Message(str(notice.id), notice.title, notice.body, notice.urgent)
        attempts = session.scalars(select(Notice.attempts).where(Notice.id == notice_id)).one()
        return _Claim(notice_id, until, attempts, message, addresses, rules)


def _is_withheld(context: Context, session: Session, notice: Notice, now: DateTime) -> bool:
    """Whether its recipient is to be told no more: whom the petition is about (回避), or who follows it no more."""
    petition = session.get_one(Petition, notice.petition_id)
    kind, _, code = notice.recipient.partition(":")
    if kind == "unit" and code not in units_in(petition.recused):
        return False
    if kind == "outlet" and code in outlets_to_tell(context, session, petition, _trigger_of(session, notice)):
        return False
    if kind not in {"unit", "outlet"}:
        return False
    session.execute(delete(Notice).where(Notice.id == notice.id, claimable(now)))
    return True


def _trigger_of(session: Session, notice: Notice) -> Trigger:
    query = select(HistoryRow.trigger).where(
        HistoryRow.petition_id == notice.petition_id, HistoryRow.version == notice.version
    )
    return Trigger(session.scalars(query).one())


def _addresses(session: Session, context: Context, recipient: str) -> tuple[str, ...]:
    """Everything behind `recipient`; raises UnusableContact for a petitioner's contact that can be no address."""
    book = context.addresses
    if not recipient.startswith(PETITIONER):
        return book.addresses_of(recipient)
    reached = contact_to_deliver(context, session, recipient.removeprefix(PETITIONER))
    address = book.petitioner_address(*reached) if reached is not None else None
    return (address,) if address else ()


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
            change(session, unsent, status="sent", sent_at=now, next_attempt_at=None, claimed_until=None, proof=proof)
            return Outcome.SENT
        again = (
            None if all(item.permanent for item in failed) else next_attempt(claim.attempts, now, claim.rules.back_off)
        )
        mine = and_(Notice.id == claim.notice_id, Notice.status == "owed", Notice.claimed_until == claim.until)
        status = "owed" if again is not None else "dead"
        if not change(session, mine, status=status, next_attempt_at=again, claimed_until=None, proof=proof):
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
        change(
            session, mine, next_attempt_at=now + _FAULT_WAIT, claimed_until=None, proof=f"fault {kind} {_moment(now)}"
        )


def _moment(moment: DateTime) -> str:
    return moment.format("YYYY-MM-DD[T]HH:mm:ss[Z]")
