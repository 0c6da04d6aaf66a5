"""The district's units as they are in force, and whoever acts for them; what is missing before everybody can work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from domain.actions import ROLE_LABELS, Role
from domain.policy import Policy
from domain.units import UnitKind
from models.administration_answers import AccountView, KeyView
from services.accounts import list_accounts
from services.context import Context
from services.keys import list_keys

KIND_LABELS = {
    UnitKind.TOWN: "镇街",
    UnitKind.DEPARTMENT: "部门",
    UnitKind.DESK: "派遣专席",
    UnitKind.FIRST_REVIEW: "一级研判",
    UnitKind.SECOND_REVIEW: "二级研判",
    UnitKind.DISCIPLINE: "纪检监察",
    UnitKind.FOLLOW_UP: "回访",
    UnitKind.PETITIONER: "诉求人",
}
_HANDLING = (UnitKind.DEPARTMENT, UnitKind.TOWN)
NEEDED = (Role.OPERATOR, Role.DESK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.FOLLOW_UP)
"""Without somebody in each of these something stands still."""


@dataclass(frozen=True)
class DutyInForce:
    """A duty of a unit, since when, and how many kinds of matter it covers."""

    title: str
    valid_from: dt.date
    covers: tuple[str, ...]


@dataclass(frozen=True)
class UnitInForce:
    """A unit as the policy in force has it."""

    code: str
    name: str
    kind: str
    duty: str
    duties: tuple[DutyInForce, ...]
    accounts: tuple[AccountView, ...]
    keys: tuple[KeyView, ...]
    handles: bool

    @property
    def has_nobody(self) -> bool:
        """Whether petitions would come to it and nobody could sign for them."""
        return self.handles and not self.accounts and not self.keys


@dataclass(frozen=True)
class Step:
    """Something to do before everybody can work, and where."""

    said: str
    link: str
    done: bool


def units(context: Context) -> list[UnitInForce]:
    """Every unit in force: departments, towns, then the platform's own."""
    policy = _policy(context)
    accounts = [one for one in list_accounts(context) if one.disabled_at is None]
    keys = [one for one in list_keys(context) if one.opens]
    kinds = [*_HANDLING, *(kind for kind in UnitKind if kind not in _HANDLING)]
    return [
        UnitInForce(
            code=unit.code,
            name=unit.name,
            kind=KIND_LABELS[unit.kind],
            duty=unit.duty,
            duties=tuple(
                DutyInForce(duty.title, duty.valid_from, tuple(map(policy.sub_category_name, duty.covers)))
                for duty in policy.duties
                if duty.unit == unit.code
            ),
            accounts=tuple(one for one in accounts if one.unit == unit.code),
            keys=tuple(one for one in keys if one.unit == unit.code and one.role != Role.CHANNEL),
            handles=unit.kind in _HANDLING,
        )
        for kind in kinds
        for unit in policy.units
        if unit.kind is kind
    ]


def choices(context: Context) -> list[tuple[str, str]]:
    """Whom somebody may act for, with a name: departments, towns, and the outlets of the media."""
    policy = _policy(context)
    handling = [(unit.code, unit.name) for kind in _HANDLING for unit in policy.units if unit.kind is kind]
    return [*handling, *((outlet.code, f"媒体：{outlet.name}") for outlet in policy.media.outlets)]


def first_steps(context: Context) -> list[Step]:
    """What every district does once, and whether it is done."""
    accounts = [one for one in list_accounts(context) if one.disabled_at is None]
    without = [unit for unit in units(context) if unit.has_nobody]
    missing = [ROLE_LABELS[role] for role in NEEDED if not any(one.role == role for one in accounts)]
    operators = sum(one.role == Role.OPERATOR for one in accounts)
    return [
        Step(
            "每个岗位都有账号" if not missing else f"还没有账号的岗位：{'、'.join(missing)}",
            "/administration/accounts",
            not missing,
        ),
        Step(
            "运维至少两人，一人不在也能开通、重置" if operators > 1 else "运维只有一人：再开通一位，以免无人能重置密码",
            "/administration/accounts",
            operators > 1,
        ),
        Step(
            "每个承办单位都有账号或密钥" if not without else f"{len(without)}个承办单位还没有账号或密钥，无人签收",
            "/administration/units",
            not without,
        ),
    ]


def _policy(context: Context) -> Policy:
    with context.readers() as session:
        return context.rules.active(session)
