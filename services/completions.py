"""Whether a completion shows what it must: its particulars, its files, and nothing personal in what is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

import clock
from domain.actions import Actor, Role
from domain.attachments import OF_COMPLETIONS, Purpose
from domain.completion import HandlingRules, missing, personal_numbers
from domain.errors import Incomplete, Missing, PolicyMissing
from models.evidence import CompletionEvidence
from models.tables import Attachment, Petition
from services.facts import facts_of
from services.transactions import Transaction


@dataclass(frozen=True)
class HandedIn:
    """A completion as it is kept, and the stored files it refers to."""

    content: dict[str, Any]
    files: list[Attachment]


def rules_for(tx: Transaction, petition: Petition) -> HandlingRules:
    """What this petition's completion must show: by the rules it lives under, or by those in force where it has none.

    Raises `PolicyMissing` where neither says.
    """
    rules = tx.policy_of(petition).handling or tx.policy_in_force().handling
    if rules is None:
        raise PolicyMissing("办结要件(handling.yaml)，请启用新的规则版本")
    return rules


def checked(tx: Transaction, petition: Petition, actor: Actor, evidence: CompletionEvidence) -> HandedIn:
    """The completion as it is to be kept.

    Raises:
        Incomplete: everything that is lacking or wrong, each by its field.
    """
    rules, facts = rules_for(tx, petition), facts_of(petition)
    kept, files, wrong = _files(tx, petition, actor, evidence)
    elsewhere = [named for named in evidence.attachments if named.id is None]
    proofs = len(elsewhere) + sum(row.purpose == Purpose.BEYOND_DUTY for row in files)
    lacking = missing(evidence.said(proofs=proofs), rules, facts.urgency, facts.request_type, facts.category)
    if found := [*lacking, *wrong, *_wrong(evidence, rules)]:
        raise Incomplete(_once_each(found))
    named = {"attachments": kept, "contacted_by": _contacted_by(evidence, actor)}
    return HandedIn(evidence.model_dump(mode="json") | named, files)


def _once_each(found: Sequence[Missing]) -> list[Missing]:
    """A field that is lacking and wrong in another way, too, is told with the first of both."""
    return list({item.field: item for item in reversed(found)}.values())[::-1]


def _contacted_by(evidence: CompletionEvidence, actor: Actor) -> str:
    return (evidence.contacted_by or actor.name) if evidence.contacted else ""


def _wrong(evidence: CompletionEvidence, rules: HandlingRules) -> list[Missing]:
    found = []
    if evidence.contacted_at is not None and evidence.contacted_at > clock.now():
        found.append(Missing("contacted_at", "联系时间不能晚于现在"))
    kinds = {choice.code: choice.name for choice in rules.beyond_duty_kinds}
    if evidence.beyond_duty_kind is not None and evidence.beyond_duty_kind not in kinds:
        listed = "、".join(f"{code}({name})" for code, name in kinds.items())
        found.append(Missing("beyond_duty_kind", f"没有这个种类，可选：{listed}"))
    if evidence.beyond_duty_kind is not None and not evidence.beyond_duty:
        found.append(Missing("beyond_duty", "填写了超职责种类的，须同时写明超出职责(beyond_duty: true)"))
    if numbers := personal_numbers(evidence.public_reply):
        said = f"公开答复中有{'、'.join(numbers)}，属个人信息，请删去；联系电话请写单位的固定电话"
        found.append(Missing("public_reply", said))
    return found


def _files(
    tx: Transaction, petition: Petition, actor: Actor, evidence: CompletionEvidence
) -> tuple[list[dict[str, Any]], list[Attachment], list[Missing]]:
    """Each file as it is kept, so that the receipt covers its digest; the stored ones; and which are not there."""
    stored = own_files(tx, petition, actor) if evidence.attachments else {}
    kept: list[dict[str, Any]] = []
    files: list[Attachment] = []
    unknown: list[Missing] = []
    for index, named in enumerate(evidence.attachments):
        if named.id is None:
            kept.append({"name": named.name, "sha256": named.sha256})
        elif (row := stored.pop(named.id, None)) is not None:
            files.append(row)
            kept.append({"id": row.id, "name": row.name, "purpose": row.purpose, "sha256": row.sha256})
        else:
            reason = "没有这个附件，或不是本单位为本件上传的，或已列过；请先上传，再填写所得的 id"
            unknown.append(Missing(f"attachments.{index}.id", reason))
    return kept, files, unknown


def own_files(tx: Transaction, petition: Petition, actor: Actor) -> dict[str, Attachment]:
    """The files this unit may refer to: its own, and those of whoever assisted it, by id."""
    query = select(Attachment).where(
        Attachment.petition_id == petition.id,
        Attachment.added_role == Role.UNIT.value,
        Attachment.purpose.in_(sorted(OF_COMPLETIONS)),
    )
    beside = {item.unit for item in petition.assignments if item.part == "assist"} | {actor.unit}
    return {row.id: row for row in tx.session.scalars(query) if row.added_unit in beside}
