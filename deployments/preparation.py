"""Brings ledger and Prefect to the state this version works with. Everything here is safe to repeat.

`python -m deployments.preparation` is the part that needs Prefect: registration, then a first reconcile.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable

from sqlalchemy import select

from domain.actions import Actor, Role
from gateways.database import create_ledger_engine, session_factory
from gateways.migrations import upgrade
from gateways.policy_files import load_policy
from models.tables import PolicyVersion
from services.rulebook import activate
from settings import Settings, get_settings


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


def prepare_prefect(settings: Settings) -> str:
    """Register the deployments, then reconcile; the outcome as a line for people.

    Meant for before the worker starts: with a Prefect server of our own nobody is executing anything then, so that what
    a power cut left as running is healed at once and not after the silence that `reconcile` waits for otherwise.
    Raises `deployments.register.WrongPoolType` and `httpx.HTTPError`.
    """
    from deployments.register import register  # noqa: PLC0415 - imports Prefect, which prepare_ledger needs not
    from services.bootstrap import build_context  # noqa: PLC0415
    from services.reconcile import SILENT_AFTER, reconcile  # noqa: PLC0415

    deployments = register(settings)
    silent_after = SILENT_AFTER if settings.prefect_url else dt.timedelta(0)
    drift = reconcile(build_context(settings), silent_after=silent_after, unserved_after=None)
    left = "；Prefect 中途无应答，稍后再对 to be continued" if drift.unavailable else ""
    left += f"；对账失败 failures: {'、'.join(drift.failures)}" if drift.failures else ""
    return (
        f"已登记部署 deployments: {len(deployments)}；"
        f"对账 reconciled: {drift.checked}，偏差 drift: {drift.total}，已修复 healed: {drift.healed}{left}"
    )


def main() -> int:
    """Prepare Prefect with the settings of this environment; the exit code."""
    import httpx  # noqa: PLC0415 - see prepare_prefect

    from deployments.register import WrongPoolType  # noqa: PLC0415

    try:
        sys.stdout.write(f"{prepare_prefect(get_settings())}\n")
    except (WrongPoolType, httpx.HTTPError) as failure:
        sys.stdout.write(f"{type(failure).__name__}: {failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
