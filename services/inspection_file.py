"""The inspectors' file as it is shown: how it stands, and each time it was opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.stages import Trigger
from domain.supervision import DISPOSITION_LABELS, Disposition
from models.answers import Named
from models.dossier import OpeningView, SupervisionView
from models.tables import HistoryRow, Petition
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
        elif _closes(row) and found:
            found[-1] |= {
                "unit": lens.unit(row.details.get("unit", row.unit)),
                "disposition": _disposition(row.details.get("disposition")),
                "opinion": row.reason,
                "closed_at": row.at,
                "closed_by": row.actor_name,
            }
    return [OpeningView(**opening) for opening in found]


def _closes(row: HistoryRow) -> bool:
    # The first version wrote all that inspectors did under one name, and what it was beside it.
    formerly = row.trigger == "record_supervision" and row.details.get("act") == "dispose"
    return row.trigger == Trigger.CLOSE_SUPERVISION or formerly


def _disposition(code: str | None) -> Named | None:
    return Named(code=code, name=DISPOSITION_LABELS[Disposition(code)]) if code else None
