"""Photos that were used before: what whoever checks a completion should look at. Nothing is decided here.

The same photo may rightly be shown twice, for two petitions about one lamp; and a photo may be made to look unlike. So
a machine can only point at it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import or_, select

import clock
from domain.attachments import PURPOSE_LABELS, Purpose
from domain.files import look_alike
from models.tables import Attachment, Completion, Petition
from services.completions import HandedIn
from services.transactions import Transaction

SAME, ALIKE, AGAIN = "used-before", "looks-alike", "handed-in-again"
MOST_FLAGS = 20
"""More would not be looked at (our own decision)."""


def flags_of(tx: Transaction, petition: Petition, handed_in: HandedIn) -> list[dict[str, Any]]:
    """What is to be looked at, each with the file's name, where the same was seen, and a Chinese sentence."""
    found = [*_again(tx, petition, handed_in.files)]
    for row in handed_in.files:
        found.extend(_told(tx, row.name, _same(tx, row), SAME, "完全相同"))
        found.extend(_told(tx, row.name, _alike(tx, row), ALIKE, "看上去相同"))
    for file in handed_in.content["attachments"]:
        if "id" not in file:
            known = tx.session.scalars(
                select(Attachment).where(Attachment.sha256 == file["sha256"], Attachment.petition_id != petition.id)
            ).all()
            found.extend(_told(tx, file["name"], known, SAME, "完全相同"))
    return found[:MOST_FLAGS]


def _again(tx: Transaction, petition: Petition, files: Sequence[Attachment]) -> Iterator[dict[str, Any]]:
    """What this petition's earlier completions had with them: after a redo, an old photo shows old work."""
    query = select(Completion.evidence).where(Completion.petition_id == petition.id)
    earlier = {file.get("sha256") for evidence in tx.session.scalars(query) for file in evidence.get("attachments", [])}
    for row in files:
        if row.sha256 in earlier:
            yield {
                "kind": AGAIN,
                "file": row.name,
                "case_number": petition.case_number,
                "told": f"“{row.name}”在本件此前申请办结时已经用过",
            }


def _same(tx: Transaction, row: Attachment) -> Sequence[Attachment]:
    """The same content with another petition; or with this one, sent by the petitioner."""
    query = select(Attachment).where(
        or_(Attachment.sha256 == row.sha256, Attachment.kept_sha256 == row.kept_sha256),
        Attachment.id != row.id,
        or_(Attachment.petition_id != row.petition_id, Attachment.purpose == Purpose.PETITION.value),
    )
    return tx.session.scalars(query.order_by(Attachment.added_at)).all()


def _alike(tx: Transaction, row: Attachment) -> list[Attachment]:
    """Photos of the same unit that look the same and are not, of the time that the policy looks back."""
    rules = tx.policy_in_force().attachments
    if rules is None or row.likeness is None or row.added_unit is None:
        return []
    query = select(Attachment).where(
        Attachment.added_unit == row.added_unit,
        Attachment.added_at >= clock.now() - dt.timedelta(days=rules.similar_days),
        Attachment.petition_id != row.petition_id,
        Attachment.likeness.is_not(None),
        Attachment.kept_sha256 != row.kept_sha256,
        Attachment.sha256 != row.sha256,
    )
    mine = int(row.likeness, 16)
    return [
        other
        for other in tx.session.scalars(query.order_by(Attachment.added_at))
        if other.likeness is not None and look_alike(mine, int(other.likeness, 16), rules)
    ]


def _told(tx: Transaction, name: str, others: Iterable[Attachment], kind: str, how: str) -> Iterator[dict[str, Any]]:
    for other in others:
        case = tx.session.get_one(Petition, other.petition_id).case_number
        by = tx.policy_in_force().unit_name(other.added_unit) if other.added_unit else "诉求人"
        day = other.added_at.in_timezone(clock.SHANGHAI).format("YYYY-MM-DD")
        yield {
            "kind": kind,
            "file": name,
            "case_number": case,
            "attachment_id": other.id,
            "told": f"“{name}”与{by}{day}在{case}上传的{PURPOSE_LABELS[Purpose(other.purpose)]}{how}，请核对",
        }
