"""The inspectors' file as it is shown: how it stands, and each time it was opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.stages import Trigger
from domain.supervision import DISPOSITION_LABELS, Disposition
from models.answers import Named
from models.dossier import OpeningView, RectificationView, SupervisionView
from models.tables import HistoryRow, Petition, Supervision
from services.views import Lens, explanation_view


def file_view(petition: Petition, rows: Sequence[HistoryRow], lens: Lens) -> SupervisionView | None:
    """The file on a petition with this history; `None` when there never was one."""
    file = petition.supervision
    if file is None:
        return None
    return SupervisionView(
        opened_at=file.opened_at,
        cause=file.cause,
        unit=lens.unit(file.unit),
        explanation=explanation_view(petition, lens),
        disposition=_disposition(file.disposition),
        opinion=file.opinion,
        closed_at=file.closed_at,
        closed_by=file.closed_by,
        ground=_ground(file.ground, lens),
        rectification=_rectification(file, lens),
        openings=openings_of(rows, lens),
    )


def openings_of(rows: Sequence[HistoryRow], lens: Lens) -> list[OpeningView]:
    """Every opening of the file with its end, oldest first, as the history has them.

    A file that inspectors had opened is also supervised anew when the ladder comes to it: that opens nothing.
    """
    found: list[dict[str, Any]] = []
    for row in rows:
        if row.trigger == Trigger.SUPERVISE and (not found or row.details.get("reopened")):
            found.append({"opened_at": row.at, "cause": row.reason, "unit": lens.unit(row.unit)})
        elif row.trigger == Trigger.CORRECT_DISPOSITION and found:
            found[-1] |= {"disposition": _disposition(row.details.get("disposition")), "opinion": row.reason}
        elif _closes(row) and found:
            found[-1] |= {
                "unit": lens.unit(row.details.get("unit", row.unit)),
                "disposition": _disposition(row.details.get("disposition")),
                "opinion": row.reason,
                "closed_at": row.at,
                "closed_by": row.actor_name,
            }
    return [OpeningView(**opening) for opening in found]


def _ground(code: str | None, lens: Lens) -> Named | None:
    if code is None:
        return None
    known = lens.policy.supervision.ground(code)
    return Named(code=code, name=known.name if known else code)


def _rectification(file: Supervision, lens: Lens) -> RectificationView | None:
    due_at = file.rectify_due_at
    if due_at is None:
        return None
    return RectificationView(
        due_at=due_at,
        overdue=file.rectify_checked_at is None and due_at <= lens.now,
        checked_at=file.rectify_checked_at,
        done=file.rectify_done,
    )


def _closes(row: HistoryRow) -> bool:
    # The first version wrote all that inspectors did under one name, and what it was beside it.
    formerly = row.trigger == "record_supervision" and row.details.get("act") == "dispose"
    return row.trigger == Trigger.CLOSE_SUPERVISION or formerly


def _disposition(code: str | None) -> Named | None:
    return Named(code=code, name=DISPOSITION_LABELS[Disposition(code)]) if code else None
