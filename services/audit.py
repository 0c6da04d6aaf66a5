"""Whether anybody altered the ledger behind its back, and where first: steps, decisions, readings, whole petitions.

Five things are compared. Each step's digest covers the step and the one before. Each use case's last step covers the
petition's decisions as they were left (`services.coverage`). Each reading of an identity covers the one before, and so
does each step of a publication (`services.publication_trail`). And an anchor, written every hour, says where all of
these chains stood: what was cut off their ends, or is gone altogether, is missing from it. Whoever can write the
database could forge all of it, but for an anchor that was kept outside.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pendulum import DateTime
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import clock
from models.tables import (
    AuditAnchor,
    HistoryRow,
    IdentityRead,
    Petition,
    Petitioner,
    Publication,
    PublicationStep,
)
from services.chains import check_chain
from services.context import Context
from services.coverage import LATER, NAMES, covers_of, seal_of
from services.identity_log import first_broken_read
from services.publication_trail import broken_trails, lost_trails, trails_of

_PAGE = 200
"""Petitions read at a time."""
_OVERLAP_MINUTES = 60
"""What was begun before the last anchor and committed after it is still found: no use case takes that long."""
_HEADS = 1000
"""Petitions in one anchor."""
_VERSION, _DIGEST, _SEAL, _READS, _READ_DIGEST, _TRAILS = 1, 2, 3, 4, 5, 6


@dataclass(frozen=True)
class Break:
    """The first place at which something does not follow; `case` names the petition, or the anchor."""

    case: str
    told: str

    def __str__(self) -> str:
        return f"{self.case}：{self.told}"


def verify(
    context: Context,
    *,
    case_number: str | None = None,
    since: DateTime | None = None,
    progress: Callable[[int], object] = lambda _: None,
) -> list[Break]:
    """The first break of each petition and anchor that has one.

    `case_number` looks at one petition, `since` at what was written or anchored from then on; else at everything there
    is, which reads every row. `progress` is told how many petitions were looked at.
    """
    wanted = true() if case_number is None else Petition.case_number == case_number
    if since is not None:
        written = select(HistoryRow.petition_id).where(HistoryRow.at >= since)
        wanted = and_(wanted, or_(Petition.id.in_(written), Petition.id.in_(_told_of(since))))
    found = list(broken_petitions(context, wanted, progress))
    known = {item.case for item in found}
    return found + [item for item in broken_anchors(context, since, case_number) if item.case not in known]


def count(context: Context) -> int:
    """How many petitions a verification of everything looks at."""
    with context.readers() as session:
        return session.scalar(select(func.count()).select_from(Petition)) or 0


def broken_petitions(
    context: Context, which: ColumnElement[bool], progress: Callable[[int], object] = lambda _: None
) -> Iterator[Break]:
    """The first break of each petition, of those that `which` holds for, as its own rows tell."""
    after = ""
    while True:
        with context.readers() as session:
            query = select(Petition.id, Petition.case_number, Petition.version, Petitioner.reads)
            query = query.outerjoin(Petitioner, Petitioner.petition_id == Petition.id).where(which, Petition.id > after)
            page = session.execute(query.order_by(Petition.id).limit(_PAGE)).tuples().all()
            if not page:
                return
            after = page[-1][0]
            yield from _breaks_of(session, page)
        progress(len(page))


def _breaks_of(session: Session, page: Sequence[tuple[str, str, int, int | None]]) -> Iterator[Break]:
    ids = [key for key, *_ in page]
    steps = _by_petition(session, HistoryRow, HistoryRow.version, ids)
    readings = _by_petition(session, IdentityRead, IdentityRead.number, ids)
    now, trails = covers_of(session, ids), broken_trails(session, ids)
    for key, case, version, reads in page:
        told = (
            _broken_step(steps.get(key, []), version)
            or _broken_cover(steps.get(key, []), now.get(key, {}))
            or _broken_reading(readings.get(key, []), reads or 0)
            or trails.get(key)
        )
        if told:
            yield Break(case, told)


def _by_petition(session: Session, table: Any, order: Any, ids: Sequence[str]) -> dict[str, list[Any]]:  # noqa: ANN401
    rows = session.scalars(select(table).where(table.petition_id.in_(ids)).order_by(table.petition_id, order))
    return {key: list(some) for key, some in groupby(rows, key=lambda row: str(row.petition_id))}


def _broken_step(rows: Sequence[HistoryRow], version: int) -> str | None:
    chain = check_chain(rows, version)
    if not chain.intact:
        return f"经过第{chain.broken_at}条不符或缺失"
    previous = ""
    for row in rows:
        if row.seal is None:
            continue
        if seal_of(row, previous) != row.seal:
            return f"经过第{row.version}条的封印不符"
        previous = row.seal
    return None


def _broken_cover(rows: Sequence[HistoryRow], now: dict[str, str]) -> str | None:
    """Whether the decisions are as the last step left them; steps of a version that did not cover any say nothing."""
    newest = rows[-1]
    if newest.covers is None:
        return None
    unknown = LATER - newest.covers.keys()
    differing = [table for table in NAMES if table not in unknown and newest.covers.get(table) != now.get(table)]
    if not differing:
        return None
    return f"第{newest.version}条之后，{'、'.join(NAMES[table] for table in differing)}被改动、增删"


def _broken_reading(rows: Sequence[IdentityRead], number: int) -> str | None:
    broken = first_broken_read(rows, number)
    return f"查阅日志第{broken}条不符或缺失" if broken is not None else None


def write_anchors(context: Context) -> int:
    """Write down where every chain stands that has grown since the last round of anchors; how many anchors.

    A round that breaks off is begun again by the next one. Two at once write one: the number decides.
    """
    now, written = clock.now(), 0
    with context.readers() as session:
        closed = session.scalar(select(func.max(AuditAnchor.at)).where(AuditAnchor.closes))
        since = closed.subtract(minutes=_OVERLAP_MINUTES) if closed is not None else None
        grown, known = _grown(session, since), _anchored(session, since)
    pages = [grown[start : start + _HEADS] for start in range(0, len(grown), _HEADS)]
    try:
        for place, page in enumerate(pages, start=1):
            with context.sessions.begin() as session:
                heads = {key: head for key, head in _heads(session, page).items() if known.get(key) != head}
                last = session.scalars(select(AuditAnchor).order_by(AuditAnchor.number.desc()).limit(1)).first()
                if heads:
                    row = AuditAnchor(number=last.number + 1 if last else 1, at=now, heads=heads)
                    row.closes = place == len(pages)
                    row.digest = anchor_digest(row, last.digest if last else "")
                    session.add(row)
                    written += 1
    except IntegrityError:
        pass
    return written


def _grown(session: Session, since: DateTime | None) -> list[str]:
    """The petitions that were written, read or told of since then, by id."""
    steps, reads = select(HistoryRow.petition_id), select(IdentityRead.petition_id)
    if since is not None:
        steps, reads = steps.where(HistoryRow.at >= since), reads.where(IdentityRead.at >= since)
    return sorted(session.scalars(steps.union(reads, _told_of(since))))


def _told_of(since: DateTime | None) -> Select[tuple[str]]:
    """The petitions of which something to be told in public was proposed, worded or ended since then."""
    of = select(Publication.petition_id).join(PublicationStep)
    return of if since is None else of.where(PublicationStep.at >= since)


def _anchored(session: Session, since: DateTime | None) -> dict[str, Any]:
    """What anchors since then say already, the latest of each petition."""
    query = select(AuditAnchor.heads).order_by(AuditAnchor.number)
    known: dict[str, Any] = {}
    for heads in session.scalars(query if since is None else query.where(AuditAnchor.at >= since)):
        known |= heads
    return known


def _heads(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    """Where the chains of these petitions stand."""
    read = and_(IdentityRead.petition_id == Petition.id, IdentityRead.number == Petitioner.reads)
    query = (
        select(
            Petition.id,
            Petition.case_number,
            *(HistoryRow.version, HistoryRow.digest, HistoryRow.seal),
            *(IdentityRead.number, IdentityRead.digest),
        )
        .join(HistoryRow, and_(HistoryRow.petition_id == Petition.id, HistoryRow.version == Petition.version))
        .outerjoin(Petitioner, Petitioner.petition_id == Petition.id)
        .outerjoin(IdentityRead, read)
        .where(Petition.id.in_(ids))
    )
    heads, trails = {key: head for key, *head in session.execute(query).tuples()}, trails_of(session, ids)
    return {key: [*head, trails[key]] if key in trails else head for key, head in heads.items()}


def anchor_digest(row: AuditAnchor, previous: str) -> str:
    """SHA-256 over an anchor and the digest of the one before."""
    content = [previous, row.number, row.at.in_timezone("UTC").isoformat(), row.closes, row.heads]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def broken_anchors(context: Context, since: DateTime | None, case_number: str | None = None) -> Iterator[Break]:
    """Anchors that do not follow from the one before, and petitions that have lost what an anchor saw.

    Of the anchors since then; the one before those is taken as it is.
    """
    with context.readers() as session:
        older = select(AuditAnchor).order_by(AuditAnchor.number.desc()).limit(1)
        before = session.scalars(older.where(AuditAnchor.at < since)).first() if since is not None else None
    after, previous = (before.number, before.digest) if before is not None else (0, "")
    told: set[str] = set()
    while True:
        with context.readers() as session:
            query = select(AuditAnchor).where(AuditAnchor.number > after).order_by(AuditAnchor.number)
            anchor = session.scalars(query.limit(1)).first()
            if anchor is None:
                return
            if anchor.number != after + 1 or anchor_digest(anchor, previous) != anchor.digest:
                yield Break(f"锚点{after + 1}", "锚点本身不符或缺失")
                return
            after, previous = anchor.number, anchor.digest
            lost = [item for item in _lost(session, anchor) if item.case not in told]
        for item in lost:
            told.add(item.case)
            if case_number in (None, item.case):
                yield item


def _lost(session: Session, anchor: AuditAnchor) -> Iterator[Break]:
    ids = sorted(anchor.heads)
    for start in range(0, len(ids), _PAGE):
        some = ids[start : start + _PAGE]
        steps = {(row.petition_id, row.version): row for row in _heads_kept(session, HistoryRow, anchor, some)}
        reads = {(row.petition_id, row.number): row for row in _heads_kept(session, IdentityRead, anchor, some)}
        trails = {key: anchor.heads[key][_TRAILS] for key in some if len(anchor.heads[key]) > _TRAILS}
        lost = dict(lost_trails(session, trails))
        for key in some:
            head = anchor.heads[key]
            step, read = steps.get((key, head[_VERSION])), reads.get((key, head[_READS]))
            if step is None:
                yield Break(head[0], f"锚点{anchor.number}见过的经过第{head[_VERSION]}条已不在，整件或其后各条被删除")
            elif (step.digest, step.seal) != (head[_DIGEST], head[_SEAL]):
                yield Break(head[0], f"经过第{head[_VERSION]}条与锚点{anchor.number}所见不同")
            elif head[_READS] is not None and (read is None or read.digest != head[_READ_DIGEST]):
                yield Break(head[0], f"查阅日志第{head[_READS]}条与锚点{anchor.number}所见不同或已不在")
            elif key in lost:
                yield Break(head[0], f"{lost[key]}与锚点{anchor.number}所见不同或已不在")


def _heads_kept(session: Session, table: Any, anchor: AuditAnchor, ids: Sequence[str]) -> Iterator[Any]:  # noqa: ANN401
    place = _VERSION if table is HistoryRow else _READS
    order = HistoryRow.version if table is HistoryRow else IdentityRead.number
    numbers = {anchor.heads[key][place] for key in ids} - {None}
    yield from session.scalars(select(table).where(table.petition_id.in_(ids), order.in_(numbers)))


def newest_anchor(context: Context) -> dict[str, object] | None:
    """What is kept outside of the ledger: number, moment and digest of the newest anchor."""
    with context.readers() as session:
        last = session.scalars(select(AuditAnchor).order_by(AuditAnchor.number.desc()).limit(1)).first()
        if last is None:
            return None
        return {"number": last.number, "at": last.at.in_timezone("UTC").isoformat(), "digest": last.digest}


def holds_anchor(context: Context, kept: dict[str, object]) -> bool:
    """Whether the ledger still has the anchor that was kept outside, unchanged."""
    with context.readers() as session:
        row = session.get(AuditAnchor, kept.get("number"))
        return row is not None and row.digest == kept.get("digest")
