"""Old identities sealed, and keys changed: in batches that may be stopped and begun again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from domain.errors import KeysUnusable
from gateways.database import forget_overwritten
from models.tables import Petitioner
from services.context import Context
from services.identity import seal, unsealed

BATCH = 200
"""Identities in one transaction: a registration never waits long for it (our own decision)."""

_PLAIN = or_(Petitioner.plain_name.is_not(None), Petitioner.plain_contact.is_not(None))
"""Rows written by a version that did not seal yet."""


def count_plain(context: Context) -> int:
    """How many identities lie in the ledger unsealed."""
    with context.readers() as session:
        return _count(session, _PLAIN)


def seal_plain(context: Context, progress: Callable[[int], object] = lambda _: None, batch: int = BATCH) -> int:
    """Seal every identity that lies open and empty its plain columns; how many.

    Raises KeysUnusable when there is no usable key: what lies open stays, and nothing is lost.
    """
    done = _again(context, _PLAIN, progress, batch)
    if done:
        forget_overwritten(context.sessions)
    return done


def seal_if_possible(context: Context) -> int:
    """As `seal_plain`; none while there is no usable key, which `unopenable` tells."""
    try:
        return seal_plain(context)
    except KeysUnusable:
        return 0


def count_under_older_keys(context: Context) -> int:
    """How many identities are sealed under another key than the newest. Raises KeysUnusable without any key."""
    with context.readers() as session:
        return _count(session, _under_other_than(context.identity_keys.ring().newest))


def reseal(context: Context, progress: Callable[[int], object] = lambda _: None, batch: int = BATCH) -> int:
    """Seal everything anew that is sealed under an older key; how many.

    Raises KeysUnusable at the first that cannot be opened; those done before stay done, all others as they are.
    """
    return _again(context, _under_other_than(context.identity_keys.ring().newest), progress, batch)


def keys_in_use(context: Context) -> dict[str, int]:
    """By key id, how many identities it opens."""
    query = select(Petitioner.key_id, func.count()).where(Petitioner.key_id.is_not(None)).group_by(Petitioner.key_id)
    with context.readers() as session:
        return {str(key): count for key, count in session.execute(query).tuples()}


def unopenable(context: Context) -> Sequence[str]:
    """The ids of keys that seal something and are not at hand. Nobody can be reached whose key is lost."""
    try:
        at_hand = context.identity_keys.ring().keys
    except KeysUnusable:
        at_hand = {}
    return sorted(keys_in_use(context).keys() - at_hand.keys())


def _under_other_than(newest: str) -> ColumnElement[bool]:
    return and_(Petitioner.key_id.is_not(None), Petitioner.key_id != newest)


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Petitioner).where(which)) or 0


def _again(context: Context, which: ColumnElement[bool], progress: Callable[[int], object], batch: int) -> int:
    done = 0
    while True:
        with context.sessions.begin() as session:
            query = select(Petitioner).where(which).order_by(Petitioner.petition_id).limit(batch)
            some = session.scalars(query.with_for_update(skip_locked=True)).all()
            for person in some:
                seal(context, session, person, unsealed(context, person))
        done += len(some)
        progress(len(some))
        if len(some) < batch:
            return done
