"""The file store against the ledger: no file without a row for longer than a while, no row without its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import or_, select

import clock
from models.tables import Attachment, Petition
from services.context import Context
from services.invariants import Violation

BATCH = 500


def remove_orphans(context: Context) -> int:
    """Remove the files that no row refers to for as long as the policy gives an upload to be finished; how many.

    A file is kept before its row is, so one that is new may still get one.
    """
    with context.readers() as session:
        rules = context.rules.active(session).attachments
    if rules is None:
        return 0
    before = clock.now() - dt.timedelta(hours=rules.orphan_hours)
    removed = 0
    for some in _batches(context.store.old(before)):
        known = _known(context, some)
        removed += sum(context.store.remove(digest, before) for digest in some if digest not in known)
    return removed


def missing_files(context: Context) -> list[Violation]:
    """The cases with a file that the ledger knows and the store does not have."""
    query = select(Attachment.kept_sha256, Attachment.thumbnail_sha256, Petition.case_number)
    query = query.join(Petition, Petition.id == Attachment.petition_id).order_by(Petition.case_number)
    with context.readers() as session:
        rows = session.execute(query.execution_options(yield_per=BATCH))
        cases = dict.fromkeys(
            case for kept, small, case in rows if not all(context.store.has(each) for each in (kept, small) if each)
        )
    return [Violation("attachments_are_there", "台账登记的附件文件都在", tuple(cases))] if cases else []


def _known(context: Context, digests: list[str]) -> set[str]:
    names = (Attachment.kept_sha256, Attachment.thumbnail_sha256)
    with context.readers() as session:
        rows = session.execute(select(*names).where(or_(*(name.in_(digests) for name in names))))
        return {digest for row in rows for digest in row if digest is not None}


def _batches(items: Iterable[str]) -> Iterator[list[str]]:
    left = iter(items)
    while some := list(islice(left, BATCH)):
        yield some
