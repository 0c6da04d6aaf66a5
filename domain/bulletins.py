"""Supervision bulletins (督导通报): the platform drafts, a person issues; what was issued is never changed."""

from __future__ import annotations

from enum import StrEnum

from domain.actions import Role
from domain.errors import RuleRefusal
from domain.periods import PeriodKind

BULLETIN_KINDS = (PeriodKind.WEEK, PeriodKind.MONTH)
BULLETIN_TITLES = {PeriodKind.WEEK: "督导通报(周)", PeriodKind.MONTH: "督导通报(月)"}
ISSUERS = frozenset({Role.INSPECTOR, Role.LEADER})
"""Who may read drafts, issue and discard them (our own decision: what names units is a person's to publish)."""


class BulletinStanding(StrEnum):
    """How a bulletin stands."""

    DRAFT = "draft"
    ISSUED = "issued"
    DISCARDED = "discarded"


BULLETIN_LABELS = {
    BulletinStanding.DRAFT: "草稿",
    BulletinStanding.ISSUED: "已签发",
    BulletinStanding.DISCARDED: "不予签发",
}


class BulletinAct(StrEnum):
    """What a person may do with a draft."""

    ISSUE = "issue"
    DISCARD = "discard"


ACT_LABELS = {BulletinAct.ISSUE: "签发", BulletinAct.DISCARD: "不予签发"}
_LEADS_TO = {BulletinAct.ISSUE: BulletinStanding.ISSUED, BulletinAct.DISCARD: BulletinStanding.DISCARDED}


def open_acts(standing: BulletinStanding, role: Role) -> tuple[BulletinAct, ...]:
    """What `role` may do with a bulletin now."""
    return tuple(BulletinAct) if standing is BulletinStanding.DRAFT and role in ISSUERS else ()


def after(standing: BulletinStanding, act: BulletinAct) -> BulletinStanding:
    """How a bulletin stands after `act`. Raises RuleRefusal when it is no draft any more."""
    if standing is not BulletinStanding.DRAFT:
        raise RuleRefusal("bulletin-decided", f"该通报{BULLETIN_LABELS[standing]}，不能再{ACT_LABELS[act]}")
    return _LEADS_TO[act]
