"""The policies this ledger has ever had, read once, kept in memory, never changed there; and the calendar as it is."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor
from domain.calendar import WorkCalendar
from domain.errors import PolicyMissing
from domain.policy import Policy
from gateways.live_files import LiveFile
from gateways.policy_files import dump, policy_from_dict
from models.tables import PolicyVersion


class RuleBook:
    """Finds policies by version; a petition lives under the version it was registered under."""

    def __init__(self, calendar: WorkCalendar | LiveFile[WorkCalendar]) -> None:
        self._calendar = calendar
        self._known: dict[str, Policy] = {}

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar as it is now; a changed one is taken up at once, and reconcile computes the dates anew."""
        return self._calendar.value if isinstance(self._calendar, LiveFile) else self._calendar

    def of(self, session: Session, version: str) -> Policy:
        """The policy of this version, as it was.

        Raises:
            PolicyMissing: the ledger never had it.
        """
        if version not in self._known:
            row = session.get(PolicyVersion, version)
            if row is None:
                raise PolicyMissing(f"规则版本{version}")
            self._known[version] = policy_from_dict(row.content)
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
