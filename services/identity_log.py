"""Who read whose identity, when and what for: appended with each reading, chained, and asked about by inspectors."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

import clock
from domain.actions import ROLE_LABELS, Actor, Role
from domain.calendar import CHINA, DAY, local
from domain.policy import Policy
from models.answers import Named
from models.identity_answers import IdentityReadersView, IdentityReadView, UnusualReader, UnusualReaders
from models.tables import IdentityRead, Petition, Petitioner
from services.access import petition_for, require_role
from services.context import Context
from services.transactions import reading

WATCHERS = (Role.INSPECTOR, Role.OPERATOR)
"""Who may ask who looked; neither can take a row away."""


def write_down(session: Session, person: Petitioner, reader: Actor, *, purpose: str, words: str) -> None:
    """Append a reading. `person` must be locked; the row is flushed, so that what cannot be written is known now."""
    number = (person.reads or 0) + 1
    before = session.get(IdentityRead, (person.petition_id, number - 1)) if number > 1 else None
    row = IdentityRead(
        petition_id=person.petition_id,
        number=number,
        at=clock.now(),
        reader_role=reader.role.value,
        reader_unit=reader.unit,
        reader_name=reader.name,
        purpose=purpose,
        words=words,
    )
    row.digest = read_digest(row, before.digest if before else "")
    session.add(row)
    person.reads = number
    session.flush()


def read_digest(row: IdentityRead, previous: str) -> str:
    """SHA-256 over a reading and the digest of the one before."""
    moment = row.at.in_timezone("UTC").isoformat()
    reader = [row.reader_role, row.reader_unit, row.reader_name]
    content = [previous, row.petition_id, row.number, moment, *reader, row.purpose, row.words]
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken_read(rows: Sequence[IdentityRead], number: int) -> int | None:
    """The first row (oldest first) that does not follow from the one before, or is missing up to `number`."""
    previous = ""
    for expected, row in enumerate(rows, start=1):
        if row.number != expected or read_digest(row, previous) != row.digest:
            return expected
        previous = row.digest
    return None if len(rows) == number else min(len(rows), number) + 1


def reads_of(session: Session, petition_id: str) -> Sequence[IdentityRead]:
    """Every reading of a petition's identity, oldest first."""
    query = select(IdentityRead).where(IdentityRead.petition_id == petition_id)
    return session.scalars(query.order_by(IdentityRead.number)).all()


def readers(context: Context, petition_id: str, actor: Actor) -> IdentityReadersView:
    """Who looked at this petitioner, for inspectors and operators.

    Raises:
        NotPermitted: not this role.
        NotFound: no such petition for this caller.
    """
    require_role(actor, *WATCHERS)
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        return readers_of(session, context.rules.active(session), [petition])


def readers_of(session: Session, policy: Policy, petitions: Sequence[Petition]) -> IdentityReadersView:
    """Who looked at the petitioners of these petitions, oldest first."""
    numbers = {petition.id: petition.case_number for petition in petitions}
    query = select(IdentityRead).where(IdentityRead.petition_id.in_(numbers))
    rows = session.scalars(query.order_by(IdentityRead.at, IdentityRead.petition_id, IdentityRead.number)).all()
    return IdentityReadersView(
        reads=[
            IdentityReadView(
                case=numbers[row.petition_id],
                number=row.number,
                at=row.at,
                role=Named(code=row.reader_role, name=ROLE_LABELS[Role(row.reader_role)]),
                unit=Named(code=row.reader_unit, name=policy.unit_name(row.reader_unit)) if row.reader_unit else None,
                account=row.reader_name,
                purpose=Named(code=row.purpose, name=policy.identity.purpose_name(row.purpose)),
                words=row.words,
                digest=row.digest,
            )
            for row in rows
        ]
    )


def people_read_today(session: Session, reader: Actor, newest: str) -> int | None:
    """How many petitioners the account has read today, if it read `newest` for the first time today; else None."""
    begins, ends = _day(local(clock.now()).date())
    mine = and_(
        IdentityRead.reader_role == reader.role.value,
        IdentityRead.reader_unit.is_not_distinct_from(reader.unit),
        IdentityRead.reader_name == reader.name,
        IdentityRead.at >= begins,
        IdentityRead.at < ends,
    )
    times = select(func.count()).select_from(IdentityRead).where(mine, IdentityRead.petition_id == newest)
    if session.scalar(times) != 1:
        return None
    return session.scalar(select(func.count(func.distinct(IdentityRead.petition_id))).where(mine))


def _day(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Begin and end of a day on the Chinese calendar."""
    begins = dt.datetime.combine(day, dt.time(), CHINA)
    return begins, begins + DAY


def unusual(context: Context, actor: Actor, day: dt.date | None = None) -> UnusualReaders:
    """Accounts that read many petitioners on one day of the Chinese calendar (today), the most first.

    Raises:
        NotPermitted: neither inspector nor operator.
    """
    require_role(actor, *WATCHERS)
    return unusual_on(context, day)


def unusual_on(context: Context, day: dt.date | None = None) -> UnusualReaders:
    """As `unusual`, for the platform's own rounds."""
    wanted = day or local(clock.now()).date()
    begins, ends = _day(wanted)
    with reading(context) as session:
        policy = context.rules.active(session)
        least = policy.identity.unusual_reads
        found = _most(session, begins, ends, least) if least else []
        return UnusualReaders(
            day=wanted,
            least=least,
            readers=[
                UnusualReader(
                    role=Named(code=role, name=ROLE_LABELS[Role(role)]),
                    unit=Named(code=unit, name=policy.unit_name(unit)) if unit else None,
                    account=name,
                    people=people,
                    reads=reads,
                )
                for role, unit, name, people, reads in found
            ],
        )


def _most(
    session: Session, begins: dt.datetime, ends: dt.datetime, least: int
) -> Sequence[tuple[str, str | None, str, int, int]]:
    people = func.count(func.distinct(IdentityRead.petition_id))
    who = (IdentityRead.reader_role, IdentityRead.reader_unit, IdentityRead.reader_name)
    query = (
        select(*who, people, func.count())
        .where(IdentityRead.at >= begins, IdentityRead.at < ends, IdentityRead.reader_role != Role.PLATFORM.value)
        .group_by(*who)
        .having(people >= least)
        .order_by(people.desc(), *who)
    )
    return session.execute(query).tuples().all()
