"""The files that a completion refers to: stored with the petition before, or kept elsewhere under their digest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from domain.actions import Actor, Role
from domain.attachments import OF_COMPLETIONS
from domain.errors import Missing
from models.evidence import CompletionEvidence
from models.tables import Attachment, Petition
from services.transactions import Transaction


def stored_for(tx: Transaction, petition: Petition, actor: Actor) -> dict[str, Attachment]:
    """The files this unit may hand in: its own, and those of whoever assisted it, by id."""
    query = select(Attachment).where(
        Attachment.petition_id == petition.id,
        Attachment.added_role == Role.UNIT.value,
        Attachment.purpose.in_(sorted(OF_COMPLETIONS)),
    )
    beside = {item.unit for item in petition.assignments if item.part == "assist"} | {actor.unit}
    return {row.id: row for row in tx.session.scalars(query) if row.added_unit in beside}


def named_in(
    tx: Transaction, petition: Petition, actor: Actor, evidence: CompletionEvidence
) -> tuple[list[dict[str, Any]], list[Missing]]:
    """Each file as it is kept with the completion, so that the receipt covers its digest; and which are not there."""
    stored = stored_for(tx, petition, actor) if evidence.attachments else {}
    kept: list[dict[str, Any]] = []
    unknown: list[Missing] = []
    for index, named in enumerate(evidence.attachments):
        if named.id is None:
            kept.append({"name": named.name, "sha256": named.sha256})
        elif (row := stored.get(named.id)) is not None:
            kept.append({"id": row.id, "name": row.name, "purpose": row.purpose, "sha256": row.sha256})
        else:
            reason = "没有这个附件，或不是本单位为本件上传的；请先上传，再填写所得的 id"
            unknown.append(Missing(f"attachments.{index}.id", reason))
    return kept, unknown
