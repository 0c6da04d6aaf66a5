"""The rows of publications: found and held with their petition, put into words, ended, corrected, with their trail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

import clock
from domain.actions import Actor
from domain.errors import NotFound, RuleRefusal
from domain.media import Act, PublicationKind, Standing, counted, standing_after
from domain.scrub import Scrubbed
from domain.scrub import scrub as scrubbed
from domain.stages import Trigger
from models.tables import Petition, Publication, PublicationStep
from services.identity import particulars_to_scrub
from services.ledger import move
from services.media import can_be
from services.notices import Concern
from services.publication_trail import chain_at_the_end
from services.transactions import Transaction

OPEN = (Standing.PROPOSED.value, Standing.ASKED.value, Standing.REPLIED.value, Standing.LAPSED.value)
"""Not decided yet."""
LIVING = (*OPEN, Standing.PUBLISHED.value)


def rows_of(tx: Transaction, petition: Petition, *kinds: PublicationKind) -> list[Publication]:
    """What there is of the case of these kinds, held with it."""
    query = select(Publication).where(Publication.petition_id == petition.id, Publication.kind.in_(kinds))
    return list(tx.session.scalars(query.order_by(Publication.id)))


def held(tx: Transaction, publication_id: str) -> tuple[Petition, Publication]:
    """The publication with its petition, held against every other writer: whoever changes it holds the petition."""
    known = select(Publication.petition_id).where(Publication.id == publication_id)
    petition_id = tx.session.scalar(known) if can_be(publication_id) else None
    if petition_id is None:
        raise NotFound("该公开件")
    petition = tx.lock(petition_id)
    return petition, tx.session.get_one(Publication, publication_id, populate_existing=True)


def put_into_words(tx: Transaction, petition: Petition, row: Publication, title: str, text: str) -> None:
    """Title and text as they are told; what was taken out is counted."""
    known = particulars_to_scrub(tx, petition)
    in_title, in_text = scrub_by_rules(tx, title, known), scrub_by_rules(tx, text, known)
    row.title, row.text = in_title.text, in_text.text
    taken = counted([item.kind.value for item in (*in_title.removed, *in_text.removed)])
    # What was taken out when it was proposed stays counted when it is scrubbed once more.
    row.removed = taken or row.removed or {}


def scrub_by_rules(tx: Transaction, text: str, known: Collection[str]) -> Scrubbed:
    """By the rules in force now, whatever the petition lives under: what is told is told today."""
    rules = tx.policy_in_force().scrub
    if rules is None:
        raise RuleRefusal("no-scrub-rules", "现行规则没有脱敏规则(scrub.yaml)，不能公开任何文字，请先启用新的规则")
    return scrubbed(text, rules, known)


def correct_row(tx: Transaction, petition: Petition, row: Publication, actor: Actor, reason: str) -> None:
    """Say in public, beside the exposure, that it was mistaken."""
    if row.kind != PublicationKind.EXPOSURE:
        raise RuleRefusal("no-exposure", "只有曝光可以更正，其他的请撤回")
    change_standing(row, Act.CORRECT)
    row.correction, row.corrected_at = scrub_by_rules(tx, reason, particulars_to_scrub(tx, petition)).text, clock.now()
    note(tx, row, Act.CORRECT, actor, row.correction)
    details = {"number": row.number, "unit": row.unit}
    concerns = [Concern(row.unit)] if row.unit else []
    move(tx, petition, Trigger.CORRECT_EXPOSURE, actor, reason=row.correction, details=details, concerns=concerns)


def end_row(
    tx: Transaction,
    petition: Petition,
    row: Publication,
    act: Act,
    actor: Actor,
    reason: str,
    *,
    told: str | None = None,
) -> None:
    """Withdraw or decline it; `told` is what the public reads of why, where that is not `reason`."""
    change_standing(row, act)
    if act is Act.WITHDRAW:
        row.withdrawn_at, row.withdrawal = clock.now(), reason if told is None else told
    note(tx, row, act, actor, reason)
    if act is Act.WITHDRAW:
        # Why stays with the publication: whoever reads the petition's history may not know it.
        move(tx, petition, Trigger.UNPUBLISH, actor, public=False, details={"kind": row.kind, "number": row.number})


def take_back_row(tx: Transaction, petition: Petition, row: Publication, actor: Actor, told: str, why: str) -> None:
    """Let nothing more be told of it: `told` is what the public reads of what was public, `why` stays in the trail."""
    if row.standing == Standing.PUBLISHED:
        end_row(tx, petition, row, Act.WITHDRAW, actor, why, told=told)
    elif row.standing in OPEN:
        end_row(tx, petition, row, Act.DECLINE, actor, why)


def change_standing(row: Publication, act: Act) -> None:
    """How it stands after `act`. Raises RuleRefusal where that cannot be done now."""
    row.standing = standing_after(Standing(row.standing), act).value


def note(tx: Transaction, row: Publication, act: Act, actor: Actor, reason: str) -> None:
    """The step of this change, with what it says now."""
    row.version += 1
    row.steps.append(
        PublicationStep(
            version=row.version,
            at=clock.now(),
            act=act.value,
            actor_role=actor.role.value,
            actor_unit=actor.unit,
            actor_name=actor.name,
            reason=reason,
            content={"title": row.title, "text": row.text, "reply": row.reply or ""},
        )
    )
    chain_at_the_end(tx, row)


def digest_of(row: Publication) -> str:
    """SHA-256 of what was published."""
    said: Mapping[str, Any] = {
        "number": row.number,
        "kind": row.kind,
        "title": row.title,
        "text": row.text,
        "unit": row.unit,
        "reply": row.reply,
        "published_at": row.published_at.in_timezone("UTC").isoformat() if row.published_at else None,
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
