"""What each step of a petition vouches for beside its own row: the decisions and tasks the petition had by then.

To have another table covered, add it to `COVERED`: any table with a `petition_id`, or one that belongs to such a table
(`through`). A digest leaves out what is empty, so that a column that comes later changes no digest from before. What
is written without a step of the petition cannot be covered: the next look would take it for altered.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from domain.media import Tracked
from domain.reviews import Outcome
from models.base import Base
from models.tables import (
    Assignment,
    Attachment,
    Completion,
    DecisionRequest,
    ExtensionRow,
    HistoryRow,
    Inspection,
    LegalHold,
    MediaObjection,
    PauseRow,
    Proposal,
    Publication,
    RatingRow,
    Recusal,
    ReviewItem,
    SiteVisit,
    Supervision,
    Tracking,
    Visit,
    VisitAttempt,
)

_OF: BindParameter[Any] = bindparam("ids", expanding=True)


class Covered:
    """A table whose rows are vouched for, but for columns that are written without a step."""

    def __init__(
        self,
        model: type[Base],
        name: str,
        but: Collection[str] = (),
        *,
        only: ColumnElement[bool] | None = None,
        later: bool = False,
        through: InstrumentedAttribute[Any] | None = None,
    ) -> None:
        """`name` says what it holds, for people; `only` which of its rows a step leaves behind.

        `through` is the column that names the row of another covered table to which its rows belong.

        `later`: there were rows of it before they were vouched for. A step says of such a table that it has no row,
        too: one that says nothing is of a version from before.
        """
        self.later = later
        self.table: Table = Base.metadata.tables[model.__tablename__]
        self.name = name
        kept = [column for column in self.table.columns if column.name not in but]
        rows, owner = select(*kept), self.table
        mine: ColumnElement[bool] = true() if only is None else only
        if through is not None:
            [key] = through.property.columns[0].foreign_keys
            owner = key.column.table
            rows = select(owner.c.petition_id, *kept)
            mine = and_(mine, through == key.column)
        mine = and_(mine, owner.c.petition_id.in_(_OF))
        # Made once: to make a query costs more than to run it.
        self.rows: Select[Any] = rows.where(mine).order_by(*self.table.primary_key)
        self.has_any: Select[tuple[str]] = select(literal(self.table.name)).where(exists().where(mine))


_DECIDED = (Outcome.ASSIGNED, Outcome.HANDED_UP, Outcome.PUT_OFF)

COVERED = (
    Covered(Assignment, "主办协办任务", {"due_at"}),
    Covered(Attachment, "附件"),
    Covered(Completion, "办结凭据和审核"),
    Covered(DecisionRequest, "退单延期申请和审定"),
    Covered(ExtensionRow, "延期"),
    # Which warnings were given is told by their own steps.
    Covered(Inspection, "党委督查件", {"answer_due_at", "answer_warned_at", "answer_reminded_at"}),
    Covered(LegalHold, "身份保全"),
    Covered(PauseRow, "暂停计时"),
    Covered(RatingRow, "评价"),
    Covered(Recusal, "回避"),
    Covered(
        Supervision,
        "督办件",
        {"explanation_due_at", "explanation_warned_at", "rectify_warned_at", "rectify_reminded_at"},
    ),
    Covered(Visit, "回访", {"stranded_at"}, later=True),
    # An agenda changes without a step; what a meeting decides is one.
    Covered(ReviewItem, "会议议定", {"position"}, only=ReviewItem.outcome.in_(_DECIDED), later=True),
    Covered(VisitAttempt, "回访的各次联系", later=True, through=VisitAttempt.visit_id),
    Covered(SiteVisit, "现场督查", later=True, through=SiteVisit.inspection_id),
    # Which outlet follows now; what was asked, declined and ended is a step, or waits for one.
    Covered(Tracking, "媒体跟踪", only=Tracking.standing == Tracked.FOLLOWING.value, later=True),
    Covered(MediaObjection, "不同意公开", later=True),
    # What the desk decided of it; what is only proposed is found anew at any time.
    Covered(Proposal, "疑似重复的认定", only=Proposal.outcome.in_(("merged", "dismissed")), later=True),
    # What is proposed, worded and declined has a trail of its own; what was told in public is left by a step.
    Covered(Publication, "公开件", {"version"}, only=Publication.published_at.is_not(None), later=True),
)
"""In the order in which they are verified."""

LATER = frozenset(item.table.name for item in COVERED if item.later)
NAMES = {item.table.name: item.name for item in COVERED}
_NONE = hashlib.sha256(b"[]").hexdigest()
_ANY = union_all(*(item.has_any for item in COVERED))


def covers_of(session: Session, petition_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """By petition and table, the digest of the rows there are in the database; a table without a row is left out.

    But for those of `LATER`, of which no row is told as well.
    """
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for petition_id in petition_ids:
        found[petition_id] |= dict.fromkeys(LATER, _NONE)
    of = {"ids": list(petition_ids)}
    present = set(session.execute(_ANY, of).scalars())  # most petitions have rows in a few of them only
    for item in COVERED:
        if item.table.name not in present:
            continue
        contents: dict[str, list[Mapping[str, object]]] = defaultdict(list)
        for row in session.execute(item.rows, of).mappings():
            contents[row["petition_id"]].append({name: value for name, value in row.items() if value is not None})
        for petition_id, told in contents.items():
            found[petition_id][item.table.name] = sha256_of(told)
    return found


def seal_of(row: HistoryRow, previous: str) -> str:
    """Chains a step, by its digest, and what it covers to the seal of the step before."""
    return sha256_of([previous, row.digest, row.covers])


def sha256_of(content: object) -> str:
    """SHA-256 over values of rows, the same on every database."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no digest of a {type(value).__name__}")
