"""A context for tests of services and of the API: a real database, the shipped policy, and no Prefect or channel."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.calendar import WorkCalendar
from domain.policy import Policy
from gateways.channels import AddressBook
from gateways.database import reading_factory, session_factory
from gateways.file_store import MemoryStore
from gateways.holidays import load_calendar
from gateways.key_ring import HeldKeys
from gateways.notifier import RecordingNotifier
from gateways.orchestrator import RecordingOrchestrator
from gateways.policy_files import load_policy
from models.tables import PolicyVersion
from services.context import Context
from services.rulebook import RuleBook, activate
from settings import PROJECT_ROOT

POLICY_DIR = PROJECT_ROOT / "policy"


def a_context(engine: sa.Engine, *, policy: Policy | None = None, **changes: Any) -> Context:
    """A context on `engine` with `policy` (the shipped one) in force; `changes` replace its parts by name."""
    parts: dict[str, Any] = {
        "sessions": session_factory(engine),
        "readers": reading_factory(engine),
        "orchestrator": RecordingOrchestrator(),
        # To read it from the ledger takes a tenth of a second; tests of the rule book do.
        "rules": RuleBook(shipped_calendar(), [shipped_policy(), *([policy] if policy else [])]),
        "notifier": RecordingNotifier(),
        "addresses": AddressBook(),
        "replies_kept": dt.timedelta(hours=48),
        "person_key": lambda: b"a key of the tests",
        "identity_keys": HeldKeys(b"a key of the tests, of 32 bytes."),
        "store": MemoryStore(),
    }
    context = Context(**(parts | changes))
    in_force = policy or shipped_policy()
    with context.sessions.begin() as session:
        if "rules" not in changes:
            _at_hand(session, in_force)
        activate(session, in_force, Actor(Role.OPERATOR, name="tests"))
    return context


def a_kept_context(engine: sa.Engine, **changes: Any) -> Context:
    """As `a_context`, on a ledger that other processes read: the shipped policy is kept in it, word for word."""
    return a_context(engine, rules=RuleBook(shipped_calendar(), [shipped_policy()]), **changes)


def _at_hand(session: Session, policy: Policy) -> None:
    """Keep `policy` without its words: writing them takes longer than most tests, and this rule book has it anyway."""
    if session.get(PolicyVersion, policy.version) is None:
        never = clock.now()
        session.add(
            PolicyVersion(version=policy.version, content={}, activated_at=never, activated_by="tests", active=False)
        )
        session.flush()


def recorded(context: Context) -> RecordingOrchestrator:
    """The orchestrator of a test's context, as the recorder it is."""
    assert isinstance(context.orchestrator, RecordingOrchestrator)
    return context.orchestrator


@lru_cache
def shipped_policy() -> Policy:
    """The policy that `policy/` holds."""
    return load_policy(POLICY_DIR)


@lru_cache
def shipped_calendar() -> WorkCalendar:
    """The calendar that `policy/` and the holiday library give."""
    return load_calendar(POLICY_DIR / "calendar.yaml")
