"""Brings a ledger to the state this version works with: migrated, with a policy in force. Safe to repeat."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from domain.actions import Actor, Role
from gateways.database import create_ledger_engine, session_factory
from gateways.migrations import upgrade
from gateways.policy_files import load_policy
from models.tables import PolicyVersion
from services.rulebook import activate
from settings import Settings


def prepare_ledger(settings: Settings, say: Callable[[str], object]) -> None:
    """Migrate the ledger, and put the shipped policy in force if none is yet.

    A policy that is already in force stays: changing it is `rongetong policy activate`, with a name to it.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    say("准备台账数据库 Preparing the ledger …")
    upgrade(settings.ledger_url)
    engine = create_ledger_engine(settings.ledger_url)
    try:
        with session_factory(engine).begin() as session:
            if session.scalar(select(PolicyVersion.version).where(PolicyVersion.active)) is None:
                policy = load_policy(settings.policy_dir)
                activate(session, policy, Actor(Role.OPERATOR, name="首次启动"))
                say(f"已启用示例规则 The illustrative policy is in force: {policy.version}")
    finally:
        engine.dispose()
