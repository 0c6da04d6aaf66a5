"""Notices are owed in the transaction that causes them, by the matrix in the policy; `services.outbox` sends them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pendulum
from pendulum import DateTime

from domain.notices import Audience, NoticeRule, earliest_sending
from domain.policy import Policy
from domain.reviews import Level
from domain.stages import STAGE_LABELS, Stage, trigger_label
from models.tables import HistoryRow, Notice, Petition
from services.facts import recused_units
from services.labels import shown_due
from services.parties import parties_of
from services.roster import member_on_duty
from services.tellable import outlets_to_tell
from services.transactions import Transaction


@dataclass(frozen=True)
class Concern:
    """A unit that has a task of its own in a step, whoever holds the petition, and until when it has it."""

    unit: str
    due_at: DateTime | None = None


@dataclass(frozen=True)
class _Told:
    """What one recipient is told beyond what everybody is: the query code they know the case by, whom it concerns."""

    concerns: Sequence[Concern]
    query_code: str = ""


def owe_notices(
    tx: Transaction, petition: Petition, row: HistoryRow, unit_before: str | None, concerns: Sequence[Concern]
) -> None:
    """Write down every notice that this step owes, once per recipient and rule."""
    policy = tx.policy_of(petition)
    for rule in policy.notices.rules:
        if rule.trigger != row.trigger or (rule.urgencies and petition.urgency not in rule.urgencies):
            continue
        for recipient, told in _recipients(tx, petition, rule, unit_before, concerns).items():
            tx.session.add(_notice(petition, row, rule, policy, recipient, told))


def _recipients(
    tx: Transaction, petition: Petition, rule: NoticeRule, unit_before: str | None, concerns: Sequence[Concern]
) -> dict[str, _Told]:
    """Each recipient with what is told to them alone."""
    found: dict[str, _Told] = {}
    stays_out = recused_units(petition)  # whom it is about is told of nothing (回避)
    everybody = _Told(concerns)
    for audience in rule.audiences:
        if audience is Audience.PETITIONER:
            codes = parties_of(tx.session, petition.id)
            found.update({f"petitioner:{key}": replace(everybody, query_code=code) for key, code in codes.items()})
        elif audience is Audience.UNIT:
            unit = petition.unit or unit_before
            if unit is not None and unit not in stays_out:
                found[f"unit:{unit}"] = everybody
        elif audience is Audience.ON_DUTY:
            member = member_on_duty(tx, Level.FIRST)
            if member is not None:
                found[f"member:{member.code}"] = everybody
        elif audience is Audience.CONCERNED:
            told = (concern for concern in concerns if concern.unit not in stays_out)
            found.update({f"unit:{concern.unit}": _Told([concern]) for concern in told})
        elif audience is Audience.OUTLETS:
            outlets = outlets_to_tell(tx.context, tx.session, petition, rule.trigger)
            found.update({f"outlet:{code}": everybody for code in outlets})
        else:
            found[f"role:{audience.value}"] = everybody
    return found


def _notice(
    petition: Petition, row: HistoryRow, rule: NoticeRule, policy: Policy, recipient: str, told: _Told
) -> Notice:
    words = {
        "case_number": petition.case_number,
        "stage": STAGE_LABELS[Stage(petition.stage)],
        "unit": policy.unit_name(petition.unit),
        "due": _moment(shown_due(petition)),
        "due_before": _moment(_parsed(row.details.get("due_before"))),
        "trigger": trigger_label(row.trigger),
        "query_code": told.query_code,
        "concerned": "、".join(policy.unit_name(concern.unit) for concern in told.concerns) or "—",
        "published": row.details.get("number") or "—",
        "until": "、".join(_moment(concern.due_at) for concern in told.concerns) or "—",
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


def _parsed(moment: str | None) -> DateTime | None:
    return pendulum.instance(dt.datetime.fromisoformat(moment)) if moment else None


def _moment(moment: DateTime | None) -> str:
    return moment.in_timezone("Asia/Shanghai").format("YYYY-MM-DD HH:mm") if moment else "—"
