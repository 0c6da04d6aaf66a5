"""The trail of each publication, chained: what was proposed, reworded, declined, corrected or withdrawn, and by whom.

Most of these changes are no step of the petition, so that no seal of its history vouches for them. Each step's digest
covers the step and the one before; the last of a use case also says what the publication was left as.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.orm import Session

from models.base import Base
from models.tables import Publication, PublicationStep
from services.coverage import sha256_of
from services.transactions import Transaction

Trails = dict[str, list[Any]]
"""By publication, as JSON keeps it: the number of its newest step, and that step's digest; none of older versions."""

_ROWS: Table = Base.metadata.tables[Publication.__tablename__]
_STEPS: Table = Base.metadata.tables[PublicationStep.__tablename__]


def chain_at_the_end(tx: Transaction, row: Publication) -> None:
    """Chain the newest step, and what this use case adds after it, at its end: what a step left behind stands then."""
    tx.closing.setdefault(f"{_ROWS.name} {row.id}", partial(_chain, tx, row, row.version))


def _chain(tx: Transaction, row: Publication, first: int) -> None:
    tx.session.flush()
    row.steps[-1].left_as = _left_as(_rows(tx.session, _ROWS.c.id == row.id)[0])
    tx.session.flush()
    previous = ""
    for step, said in zip(row.steps, _steps(tx.session, [row.id]), strict=True):
        if step.version >= first:
            step.digest = digest_of_step(said, previous)
        previous = step.digest or previous


def digest_of_step(step: RowMapping, previous: str) -> str:
    """SHA-256 over a step and the digest before; what is empty is left out, so that a later column changes none."""
    said = {name: value for name, value in step.items() if name != "digest" and value is not None}
    return sha256_of([previous, said])


def broken_trails(session: Session, petition_ids: Collection[str]) -> dict[str, str]:
    """By petition, the first place in the trails of its publications that does not follow."""
    rows = _rows(session, _ROWS.c.petition_id.in_(petition_ids))
    trails: dict[str, list[RowMapping]] = defaultdict(list)
    for step in _steps(session, [row["id"] for row in rows]):
        trails[step["publication_id"]].append(step)
    found: dict[str, str] = {}
    for row in rows:
        told = _broken(row, trails[row["id"]])
        if told:
            found.setdefault(row["petition_id"], told)
    return found


def _broken(row: RowMapping, steps: Sequence[RowMapping]) -> str | None:
    named, previous = f"公开件{row['number'] or row['id']}", ""
    for expected, step in enumerate(steps, start=1):
        chained = step["digest"] is not None
        if step["version"] != expected or (chained and digest_of_step(step, previous) != step["digest"]):
            return f"{named}的第{expected}步不符或缺失"
        previous = step["digest"] or previous
    if len(steps) != row["version"]:
        return f"{named}的第{min(len(steps), row['version']) + 1}步不符或缺失"
    if steps and steps[-1]["left_as"] not in (None, _left_as(row)):
        return f"{named}在第{len(steps)}步之后被改动"
    return None


def trails_of(session: Session, petition_ids: Collection[str]) -> dict[str, Trails]:
    """Where the trails of these petitions' publications stand, for an anchor; a petition without any is left out."""
    query = (
        select(_ROWS.c.petition_id, _ROWS.c.id, _STEPS.c.version, _STEPS.c.digest)
        .join(_STEPS, (_STEPS.c.publication_id == _ROWS.c.id) & (_STEPS.c.version == _ROWS.c.version))
        .where(_ROWS.c.petition_id.in_(petition_ids))
    )
    found: dict[str, Trails] = defaultdict(dict)
    for petition_id, publication_id, version, digest in session.execute(query).tuples():
        found[petition_id][publication_id] = [version, digest]
    return found


def lost_trails(session: Session, anchored: Mapping[str, Mapping[str, Sequence[Any]]]) -> Iterator[tuple[str, str]]:
    """Petitions of whose publications something is missing that an anchor saw, with what; `anchored` by petition."""
    ids = [publication_id for trails in anchored.values() for publication_id in trails]
    kept = {(step["publication_id"], step["version"]): step["digest"] for step in _steps(session, ids)}
    for petition_id, trails in anchored.items():
        for publication_id, (version, digest) in trails.items():
            if kept.get((publication_id, version), "") != digest:
                yield petition_id, f"公开件{publication_id}的第{version}步"


def _left_as(row: RowMapping) -> str:
    return sha256_of({name: value for name, value in row.items() if value is not None})


def _rows(session: Session, which: Any) -> Sequence[RowMapping]:  # noqa: ANN401
    return session.execute(select(_ROWS).where(which).order_by(_ROWS.c.id)).mappings().all()


def _steps(session: Session, publication_ids: Collection[str]) -> Sequence[RowMapping]:
    if not publication_ids:
        return []
    query = select(_STEPS).where(_STEPS.c.publication_id.in_(publication_ids))
    return session.execute(query.order_by(_STEPS.c.publication_id, _STEPS.c.version)).mappings().all()
