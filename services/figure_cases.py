"""The cases of a selection as they stood at its as-of moment: kept rows where they hold, else counted from history.

Most cases have not moved since the moment that is asked for. Of them the row that `services.counted_cases` kept is the
answer; the history of the few others is read.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Subquery, and_, case, func, select, union
from sqlalchemy.orm import aliased

from domain.figures import Grouping
from domain.stages import Trigger
from models.tables import Completion, CountedCase, HistoryRow, Petition
from services.figure_columns import (
    GRID,
    as_left,
    chosen,
    if_,
    kept,
    registered,
    registered_of_kept,
    told_apart,
)
from services.figure_questions import AS_OF, NAMED, NOT_NAMED, UNCOUNTED, Form

_LAST = {
    "submitted": Trigger.SUBMIT_COMPLETION,
    "rated": Trigger.RATE,
    "yellow": Trigger.SHOW_YELLOW_CARD,
    "red": Trigger.SHOW_RED_CARD,
    "first_review": Trigger.CLIMB_TO_FIRST_REVIEW,
    "second_review": Trigger.CLIMB_TO_SECOND_REVIEW,
    "supervised": Trigger.SUPERVISE,
    "concluded": Trigger.CLOSE_SUPERVISION,
    "tracked": Trigger.TRACK,
    "asked": Trigger.ASK_MEDIA_REPLY,
    "replied": Trigger.GIVE_MEDIA_REPLY,
    "lapsed": Trigger.LAPSE_MEDIA_REPLY,
    "exposed": Trigger.EXPOSE,
    "corrected": Trigger.CORRECT_EXPOSURE,
    "excluded": Trigger.GRANT_EXCLUSION,
    "approved": Trigger.APPROVE_COMPLETION,
}
"""Steps of which the version of the last one is told."""
_ONLY_JOINED = ("submitted", "rated")


def cases_table(form: Form, by: Grouping | None) -> CTE:
    """The cases of a selection of this form, one a row."""
    uncounted = select(Petition.id).where(Petition.id.in_(NAMED) if form.names_uncounted else UNCOUNTED)
    moved_later = select(CountedCase.petition_id).where(CountedCase.until_at > AS_OF)
    moved = union(uncounted, moved_later).cte("moved")
    from_history = cases_from_history(form, moved, by)
    columns = [column.name for column in from_history.selected_columns]
    kept_here: dict[str, ColumnElement[Any]] = {column.name: column for column in CountedCase.__table__.columns}
    kept_here |= {column.name: column for column in told_apart(by, CountedCase.at, CountedCase.grid)}
    settled = (
        select(*(kept_here[name].label(name) for name in columns))
        .where(registered_of_kept(form), CountedCase.until_at <= AS_OF)
        .where(CountedCase.petition_id.not_in(NOT_NAMED if form.names_uncounted else uncounted))
    )
    return chosen(settled.union_all(from_history), form, "cases")


def cases_from_history(
    form: Form, among: CTE | Subquery, by: Grouping | None = None, *, keeping: bool = False
) -> Select[Any]:
    """The cases of a selection of this form that are `among` these ids, from every step until its as-of moment.

    `keeping`: with the petition's id and the moment from which on the row is how the case stands.
    """
    known = and_(registered(form), HistoryRow.at <= AS_OF)
    last = (
        select(
            HistoryRow.petition_id,
            func.max(HistoryRow.version).label("version"),
            func.max(HistoryRow.at).label("until_at"),
            *(func.max(if_(trigger, HistoryRow.version)).label(name) for name, trigger in _LAST.items()),
            func.count(if_(Trigger.APPROVE_COMPLETION, 1)).label("approvals"),
            func.count(if_(Trigger.BEGIN_REDO, 1)).label("redos"),
        )
        .join(among, among.c.id == HistoryRow.petition_id)
        .join(Petition, Petition.id == HistoryRow.petition_id)
        .where(known)
        .group_by(HistoryRow.petition_id)
        .subquery()
    )
    earlier = aliased(Completion)
    # Not grouped: SQLite would go through all completions in order.
    accepted = select(func.max(earlier.id)).where(
        earlier.petition_id == Petition.id, earlier.outcome == "approved", earlier.decided_at <= AS_OF
    )
    now, submitted, rated = aliased(HistoryRow), aliased(HistoryRow), aliased(HistoryRow)
    decided_later = Completion.decided_at > last.c.until_at
    until_at = case((decided_later, Completion.decided_at), else_=last.c.until_at).label("until_at")
    return (
        select(
            *((Petition.id.label("petition_id"), until_at) if keeping else ()),
            Petition.case_number,
            Petition.channel,
            *told_apart(by, Petition.registered_at, GRID),
            now.version,
            Petition.registered_at.label("at"),
            *as_left(now),
            now.stage_after.label("stage"),
            kept(now, "card"),
            kept(now, "due_at"),
            kept(now, "due_met"),
            submitted.due_met.label("in_time"),
            rated.details["satisfaction"].as_string().label("satisfaction"),
            Completion.evidence["contacted"].as_boolean().label("contacted"),
            Completion.evidence["solved"].as_boolean().label("solved"),
            *(last.c[name] for name in _LAST if name not in _ONLY_JOINED),
            _judged(last).label("judged"),
            last.c.approvals,
            last.c.redos,
        )
        .select_from(Petition)
        .join(last, last.c.petition_id == Petition.id)
        .join(now, and_(now.petition_id == Petition.id, now.version == last.c.version))
        .outerjoin(submitted, and_(submitted.petition_id == Petition.id, submitted.version == last.c.submitted))
        .outerjoin(rated, and_(rated.petition_id == Petition.id, rated.version == last.c.rated))
        .outerjoin(Completion, Completion.id == accepted.correlate(Petition).scalar_subquery())
    )


def _judged(last: Subquery) -> ColumnElement[int | None]:
    """The step that approved what the last rating is about: a case that was redone may have been rated before it only.

    It is looked for where it can matter, in cases of which a completion was excluded.
    """
    earlier = aliased(HistoryRow)
    before = (
        select(func.max(earlier.version))
        .where(
            earlier.petition_id == last.c.petition_id,
            earlier.trigger == Trigger.APPROVE_COMPLETION.value,
            earlier.version < last.c.rated,
        )
        .scalar_subquery()
    )
    matters = and_(last.c.excluded.is_not(None), last.c.rated < last.c.approved)
    return case((matters, before), else_=last.c.approved)
