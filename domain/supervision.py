"""How the inspectors' file on a petition may end (督办处置)."""

from __future__ import annotations

from enum import StrEnum


class Disposition(StrEnum):
    """What the inspectors conclude; the terms are those of practice (条例第四十条；容错见北京条例第三十六条)."""

    RECTIFY = "rectify"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    REFER = "refer"
    TOLERATE = "tolerate"
    UNFOUNDED = "unfounded"


DISPOSITION_LABELS = {
    Disposition.RECTIFY: "责令整改",
    Disposition.INTERVIEW: "约谈",
    Disposition.CIRCULAR: "通报",
    Disposition.REFER: "移交线索",
    Disposition.TOLERATE: "容错",
    Disposition.UNFOUNDED: "不成立",
}

# A lead that is handed over must not be known to those it concerns.
SECRET_DISPOSITIONS = frozenset({Disposition.REFER})
