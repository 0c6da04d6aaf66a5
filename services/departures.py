"""What somebody who leaves leaves behind, told before their account is disabled: work belongs to units, and stays."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from domain.actions import Actor, Role
from domain.administration import Act
from domain.policy_changes import WAITING
from models.administration import AdministrationAct, PolicyChange
from models.administration_answers import AccountView, KeyView
from services.accounts import list_accounts
from services.administration import require_administrator
from services.context import Context
from services.directory import NEEDED
from services.keys import capacity, list_keys
from services.transactions import reading


@dataclass(frozen=True)
class LeftBehind:
    """What goes on, or stands still, once nobody signs in with the account."""

    nobody_for: str
    """The unit or the office that nobody would act for any more; empty where somebody is left."""
    keys_given_out: tuple[KeyView, ...]
    """Keys that they gave out, and therefore saw, and that still open."""
    keys_of_unit: tuple[KeyView, ...]
    """Other keys of their unit that still open, which they may have been given."""
    policy_changes: int
    """Changed rules that they put forward and that wait; they stay, and plans come into force at their time."""

    def __bool__(self) -> bool:
        return bool(self.nobody_for or self.keys_given_out or self.keys_of_unit or self.policy_changes)


def left_behind(context: Context, actor: Actor, account: AccountView) -> LeftBehind:
    """What the account leaves behind. Raises `NotPermitted` for whoever administers nothing."""
    require_administrator(actor)
    opening = [key for key in list_keys(context) if key.opens]
    with reading(context) as session:
        policy = context.rules.active(session)
        given = set(
            session.scalars(
                select(AdministrationAct.subject).where(
                    AdministrationAct.act == Act.CREATE_KEY.value, AdministrationAct.by == account.name
                )
            )
        )
        waiting = session.scalars(
            select(PolicyChange.id).where(
                PolicyChange.by == account.name, PolicyChange.standing.in_([each.value for each in WAITING])
            )
        ).all()
    own = [key for key in opening if account.unit is not None and key.unit == account.unit and key.role == account.role]
    alone = not own and _is_alone(context, account)
    return LeftBehind(
        nobody_for=capacity(policy, Role(account.role), account.unit) if alone else "",
        keys_given_out=tuple(key for key in opening if key.prefix in given),
        keys_of_unit=tuple(key for key in own if key.prefix not in given),
        policy_changes=len(waiting),
    )


def _is_alone(context: Context, account: AccountView) -> bool:
    """Whether nobody else who can sign in acts in this capacity, and somebody has to."""
    if account.disabled_at is not None or (account.unit is None and account.role not in NEEDED):
        return False
    capacity_of = (account.role, account.unit)
    return not any(
        (one.role, one.unit) == capacity_of and one.disabled_at is None and one.number != account.number
        for one in list_accounts(context)
    )
