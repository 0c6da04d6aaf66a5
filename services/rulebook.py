"""The policies this ledger has ever had, read once, kept in memory, never changed there; and the calendar as it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor
from domain.calendar import WorkCalendar
from domain.errors import PolicyMissing
from domain.policy import Policy
from domain.units import Category, SubCategory, Unit
from gateways.live_files import LiveFile
from gateways.policy_files import dump, policy_from_dict
from models.tables import PolicyVersion


class RuleBook:
    """Finds policies by version; a petition lives under the version it was registered under."""

    def __init__(self, calendar: WorkCalendar | LiveFile[WorkCalendar], at_hand: Iterable[Policy] = ()) -> None:
        """`at_hand` are policies that this process has already; the ledger says whether they were ever in force."""
        self._calendar = calendar
        self._at_hand = {policy.version: policy for policy in at_hand}
        self._known: dict[str, Policy] = {}

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar as it is now; a changed one is taken up at once, and reconcile computes the dates anew."""
        return self._calendar.value if isinstance(self._calendar, LiveFile) else self._calendar

    def of(self, session: Session, version: str, *, naming: str | None = None) -> Policy:
        """The policy of this version, as it was, able to name every unit of the others.

        `naming` is the code of a unit that must be named now: another process may have put a policy in force that
        knows it since this one last read any.

        Raises:
            PolicyMissing: the ledger never had it.
        """
        known = self._known.get(version)
        if known is None or (naming is not None and not known.can_name(naming)):
            self._read(session)
        if version not in self._known:
            raise PolicyMissing(f"规则版本{version}")
        return self._known[version]

    def known(self, version: str) -> Policy:
        """A policy that this process has already read."""
        return self._known[version]

    def active(self, session: Session) -> Policy:
        """The policy in force for what comes in now."""
        version = session.scalar(select(PolicyVersion.version).where(PolicyVersion.active))
        if version is None:
            raise PolicyMissing("已启用的规则版本，请先执行 rongetong policy activate")
        return self.of(session, version)

    def _read(self, session: Session) -> None:
        """Read every version there is; what a policy does not know itself goes by its latest name."""
        known = self._at_hand | self._known
        rows = session.scalars(select(PolicyVersion).order_by(PolicyVersion.activated_at, PolicyVersion.version))
        policies = [known.get(row.version) or policy_from_dict(row.content) for row in rows]
        units = {unit.code: unit for policy in policies for unit in policy.units}
        categories = {category.code: category for policy in policies for category in policy.categories}
        subs = {item.code: item for policy in policies for item in policy.sub_categories}
        self._known = {policy.version: _among(policy, units, categories, subs) for policy in policies}


def _among(
    policy: Policy, units: Mapping[str, Unit], categories: Mapping[str, Category], subs: Mapping[str, SubCategory]
) -> Policy:
    own = {category.code for category in policy.categories}
    return dataclasses.replace(
        policy,
        foreign_units=tuple(unit for code, unit in units.items() if code not in policy.units_by_code),
        foreign_categories=tuple(category for code, category in categories.items() if code not in own),
        foreign_sub_categories=tuple(item for code, item in subs.items() if code not in policy.sub_categories_by_code),
    )


def activate(session: Session, policy: Policy, actor: Actor) -> bool:
    """Put `policy` in force; the former one is kept for the petitions that live under it. False: it was already."""
    current = session.scalar(select(PolicyVersion).where(PolicyVersion.active))
    if current is not None and current.version == policy.version:
        return False
    if current is not None:
        current.active = False
        session.flush()  # the database holds that only one is active
    row = session.get(PolicyVersion, policy.version)
    if row is None:
        row = PolicyVersion(version=policy.version, content=dump(policy))
        session.add(row)
    row.active, row.activated_at, row.activated_by = True, clock.now(), actor.name
    return True
