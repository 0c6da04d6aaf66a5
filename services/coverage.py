"""What each step of a petition vouches for beside its own row: the decisions and tasks the petition had by then.

To have another table covered, add it to `COVERED`: any table with a `petition_id`. A digest leaves out what is empty,
so that a column that comes later changes no digest from before.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from models.base import Base
from models.tables import (
    Assignment,
    Attachment,
    Completion,
    DecisionRequest,
    ExtensionRow,
    HistoryRow,
    LegalHold,
    PauseRow,
    RatingRow,
    Recusal,
    Supervision,
)


@dataclass(frozen=True)
class Covered:
    """A table whose rows are vouched for, but for columns that the platform computes anew without a step."""

    table: type[Base]
    name: str
    """What it holds, for people."""
    but: frozenset[str] = frozenset()


COVERED = (
    Covered(Assignment, "主办协办任务", frozenset({"due_at"})),
    Covered(Attachment, "附件"),
    Covered(Completion, "办结凭据和审核"),
    Covered(DecisionRequest, "退单延期申请和审定"),
    Covered(ExtensionRow, "延期"),
    Covered(LegalHold, "身份保全"),
    Covered(PauseRow, "暂停计时"),
    Covered(RatingRow, "评价"),
    Covered(Recusal, "回避"),
    Covered(Supervision, "督办件", frozenset({"explanation_due_at"})),
)
"""In the order in which they are verified."""

NAMES = {item.table.__tablename__: item.name for item in COVERED}


def covers_of(session: Session, petition_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """By petition and table, the digest of the rows there are now; a table without a row is left out."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for item in COVERED:
        owner = inspect(item.table).columns["petition_id"]
        keys = inspect(item.table).primary_key
        rows = session.scalars(select(item.table).where(owner.in_(petition_ids)).order_by(*keys))
        contents: dict[str, list[Mapping[str, object]]] = defaultdict(list)
        for row in rows:
            content = _content(row, item.but)
            contents[str(content["petition_id"])].append(content)
        for petition_id, told in contents.items():
            found[petition_id][item.table.__tablename__] = _digest(told)
    return found


def seal_of(row: HistoryRow, previous: str) -> str:
    """Chains a step, by its digest, and what it covers to the seal of the step before."""
    return _digest([previous, row.digest, row.covers])


def _content(row: Base, but: Collection[str]) -> dict[str, object]:
    values = {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}
    return {name: value for name, value in values.items() if value is not None and name not in but}


def _digest(content: object) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no digest of a {type(value).__name__}")
