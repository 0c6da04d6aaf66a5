"""Who gets to know who reported, for what, and for how long it is kept. The rules are data; what is masked is here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """What a role gets of a petitioner's identity."""

    FULL = "full"
    """Masked wherever it is shown; whole only when asked for, once, for a purpose that is written down."""
    MASKED = "masked"
    NONE = "none"


LEVEL_LABELS = {Level.FULL: "凭用途逐次查阅", Level.MASKED: "只见脱敏", Level.NONE: "不可见"}


@dataclass(frozen=True)
class Purpose:
    """What an identity may be read for, and by which roles."""

    code: str
    name: str
    roles: frozenset[str]


class PlatformPurpose(StrEnum):
    """What the platform itself opens an identity for; nobody can name these."""

    NOTICE = "notice"
    SEPARATION = "separation"
    PUBLICATION = "publication"


PLATFORM_PURPOSES = {
    PlatformPurpose.NOTICE: "送达通知",
    PlatformPurpose.SEPARATION: "拆单另立",
    PlatformPurpose.PUBLICATION: "公开前脱敏",
}


@dataclass(frozen=True)
class IdentityRules:
    """Levels by role; a role that is not named gets nothing. Empty in policies from before there were any."""

    levels: Mapping[str, Level] = field(default_factory=dict)
    purposes: tuple[Purpose, ...] = ()
    unusual_reads: int = 0
    """So many petitioners read by one account on one day are shown to the inspectors; 0: none are."""
    anonymise_days: int = 0
    """Days after the end of a petition after which the identity is erased; 0: never."""

    def level_of(self, role: str) -> Level:
        return self.levels.get(role, Level.NONE)

    def purposes_of(self, role: str) -> tuple[Purpose, ...]:
        return tuple(item for item in self.purposes if role in item.roles)

    def purpose_name(self, code: str) -> str:
        """The purpose in Chinese; its code when this policy does not know it."""
        known = {item.code: item.name for item in self.purposes} | {key.value: name for key, name in _OWN.items()}
        return known.get(code, code)


_OWN: Mapping[PlatformPurpose, str] = PLATFORM_PURPOSES

_LONG, _MIDDLE = 11, 8
_MASK = "****"


def mask_name(name: str | None) -> str | None:
    """The first character and no more: 张三 is 张*. One character alone is hidden."""
    if not name:
        return None
    return "*" if len(name) == 1 else name[0] + "*" * (len(name) - 1)


def mask_contact(contact: str | None) -> str | None:
    """Enough to tell two apart over the telephone: 138****1234, t***@example.com; never more than about half of it."""
    if not contact:
        return None
    local, at, host = contact.rpartition("@")
    if at:
        return f"{local[:1] if len(local) > 1 else ''}***@{host}"
    plain = re.sub(r"[\s-]", "", contact)
    if len(plain) >= _LONG:
        return f"{plain[:3]}{_MASK}{plain[-4:]}"
    return f"{plain[:2]}{_MASK}{plain[-2:]}" if len(plain) >= _MIDDLE else _MASK
