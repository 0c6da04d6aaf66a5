"""Who somebody is on this platform, by what the district's identity provider says of them (统一身份认证)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from domain.accounts import ACCOUNT_ROLES
from domain.actions import Role


class Way(StrEnum):
    """How somebody signs in."""

    PASSWORD = "password"  # noqa: S105 - the name of a way, not a secret
    PROVIDER = "provider"


WAY_LABELS = {Way.PASSWORD: "密码", Way.PROVIDER: "统一身份认证"}


class Outcome(StrEnum):
    """What became of it."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    WRONG = "wrong"
    LOCKED = "locked"
    DISABLED = "disabled"
    UNKNOWN = "unknown"
    OTHER_PERSON = "other_person"
    NO_ROLE = "no_role"


OUTCOME_LABELS = {
    Outcome.SIGNED_IN: "登录",
    Outcome.SIGNED_OUT: "退出",
    Outcome.WRONG: "密码不对",
    Outcome.LOCKED: "连续多次不对，须等待",
    Outcome.DISABLED: "账号已停用",
    Outcome.UNKNOWN: "没有对应的账号",
    Outcome.OTHER_PERSON: "与首次登录时的不是同一人",
    Outcome.NO_ROLE: "目录中没有唯一的角色和单位",
}
MAIL, MAIL_VERIFIED = "email", "email_verified"


@dataclass(frozen=True)
class DirectoryRules:
    """Which of the provider's claims means what here; a path such as `realm_access.roles` leads into nested ones."""

    login_claim: str = "preferred_username"
    """What an account's `login` is compared with."""
    role_claim: str = ""
    """Empty: the provider says nothing of roles, and every account is opened here by an operator."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """From a value of that claim, which may be a list of them, to a role; what is not in it means nothing."""
    unit_claim: str = ""
    units: Mapping[str, str] = field(default_factory=dict)
    """From a value to a unit's code; where it is empty the value is the code."""

    def problems(self) -> list[str]:
        """Why these rules cannot be used, in Chinese."""
        wrong = sorted({role.value for role in self.roles.values() if role not in ACCOUNT_ROLES})
        found = [f"这些角色不能登录页面：{'、'.join(wrong)}"] if wrong else []
        if self.role_claim and not self.roles:
            found.append("写了角色的声明（ROLE_CLAIM），须同时写明取值与角色的对应（ROLES）")
        if not self.login_claim:
            found.append("须写明登录名的声明（LOGIN_CLAIM）")
        return found


@dataclass(frozen=True)
class Person:
    """Whom the provider vouches for."""

    subject: str
    """A digest of the provider and of the person's id there, which it never gives to anybody else."""
    login: str
    role: Role | None
    """`None` where the directory says nothing, or several things."""
    unit: str | None


def person_of(claims: Mapping[str, Any], rules: DirectoryRules) -> Person:
    """Who this is; `claims` were proven and hold `iss` and `sub`."""
    roles = {rules.roles[value] for value in _values(claims, rules.role_claim) if value in rules.roles}
    units = {rules.units.get(value) if rules.units else value for value in _values(claims, rules.unit_claim)} - {None}
    named = _values(claims, rules.login_claim)
    if rules.login_claim == MAIL and claims.get(MAIL_VERIFIED) is not True:
        named = []  # many providers let people write whatever address they like (OpenID Connect Core 5.7)
    return Person(
        subject=hashlib.sha256(f"{claims['iss']}\n{claims['sub']}".encode()).hexdigest(),
        login=named[0].strip() if named else "",
        role=roles.pop() if len(roles) == 1 else None,
        unit=units.pop() if len(units) == 1 else None,
    )


def _values(claims: Mapping[str, Any], path: str) -> list[str]:
    """The texts at `path`: one, or those of a list."""
    found: Any = claims
    for part in path.split(".") if path else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return [value for value in listed if isinstance(value, str) and value] if path else []
