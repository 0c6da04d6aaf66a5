"""Notices are owed in the transaction that causes them, by the matrix in the policy; `services.outbox` sends them."""

from __future__ import annotations

from domain.notices import earliest_sending
from domain.policy import Audience, NoticeRule, Policy
from domain.stages import STAGE_LABELS, TRIGGER_LABELS, Stage, Trigger
from models.tables import HistoryRow, Notice, Petition
from services.labels import shown_due
from services.parties import parties_of
from services.transactions import Transaction


def owe_notices(tx: Transaction, petition: Petition, row: HistoryRow, unit_before: str | None) -> None:
    """Write down every notice that this step owes, once per recipient and rule."""
    policy = tx.policy_of(petition)
    for rule in policy.notices.rules:
        if rule.trigger != row.trigger:
            continue
        for recipient, code in _recipients(tx, petition, rule, unit_before).items():
            tx.session.add(_notice(petition, row, rule, policy, recipient, code))


def _recipients(tx: Transaction, petition: Petition, rule: NoticeRule, unit_before: str | None) -> dict[str, str]:
    """Each recipient with the query code they know the case by."""
    found: dict[str, str] = {}
    for audience in rule.audiences:
        if audience is Audience.PETITIONER:
            parties = parties_of(tx.session, petition.id)
            found.update({f"petitioner:{key}": code for key, code in parties.items()})
        elif audience is Audience.UNIT:
            unit = petition.unit or unit_before
            if unit is not None:
                found[f"unit:{unit}"] = ""
        else:
            found[f"role:{audience.value}"] = ""
    return found


def _notice(
    petition: Petition, row: HistoryRow, rule: NoticeRule, policy: Policy, recipient: str, query_code: str
) -> Notice:
    due = shown_due(petition)
    words = {
        "case_number": petition.case_number,
        "stage": STAGE_LABELS[Stage(petition.stage)],
        "unit": policy.unit_name(petition.unit),
        "due": due.in_timezone("Asia/Shanghai").format("YYYY-MM-DD HH:mm") if due else "—",
        "trigger": TRIGGER_LABELS[Trigger(row.trigger)],
        "query_code": query_code,
    }
    urgent = rule.urgent or petition.urgency == "emergency"
    return Notice(
        petition_id=petition.id,
        version=row.version,
        rule=rule.id,
        recipient=recipient,
        title=rule.title.format_map(words),
        body=rule.body.format_map(words),
        urgent=urgent,
        owed_at=row.at,
        next_attempt_at=earliest_sending(row.at, urgent=urgent, quiet=policy.notices.quiet_hours),
    )
