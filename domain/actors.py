"""Who acts: the roles there are, and a person in one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """In what capacity somebody acts (角色)."""

    PLATFORM = "platform"
    PETITIONER = "petitioner"
    CHANNEL = "channel"
    DESK = "desk"
    UNIT = "unit"
    REVIEWER = "reviewer"
    LEADER = "leader"
    INSPECTOR = "inspector"
    PARTY_INSPECTOR = "party_inspector"
    FOLLOW_UP = "follow_up"
    OPERATOR = "operator"
    MEDIA = "media"


ROLE_LABELS = {
    Role.PLATFORM: "平台",
    Role.PETITIONER: "诉求人",
    Role.CHANNEL: "来源渠道",
    Role.DESK: "派遣专席",
    Role.UNIT: "承办单位",
    Role.REVIEWER: "一级研判小组",
    Role.LEADER: "二级研判领导小组",
    Role.INSPECTOR: "纪检监察",
    Role.PARTY_INSPECTOR: "党委督查",
    Role.FOLLOW_UP: "信息员",
    Role.OPERATOR: "平台运维",
    Role.MEDIA: "媒体",
}


@dataclass(frozen=True)
class Actor:
    """Who acts: the role, the unit they act for, and a name for the history (an account, never a petitioner)."""

    role: Role
    unit: str | None = None
    name: str = ""


PLATFORM = Actor(Role.PLATFORM, name="融e通")
PETITIONER = Actor(Role.PETITIONER)
"""Whoever holds the query code is the petitioner; history keeps no name of theirs."""
