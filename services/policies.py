"""Use cases about the rules themselves: which are in force, which were, putting others in force."""

from __future__ import annotations

from sqlalchemy import select

import clock
from domain.actions import Actor
from domain.administration import Act
from domain.errors import NotFound
from domain.policy import Policy
from domain.policy_changes import Kind, Standing
from gateways.geography import GeographyData
from models.tables import GeographyActivation, GeographyVersion, PolicyChange, PolicyVersion
from services import geographies
from services.administration import record
from services.backtests import Progress, require_no_worse
from services.context import Context
from services.rulebook import activate
from services.transactions import Transaction, transaction


def active_policy(context: Context) -> Policy:
    """The policy in force."""
    with context.readers() as session:
        return context.rules.active(session)


def activate_policy(
    context: Context, policy: Policy, actor: Actor, *, force: bool = False, progress: Progress | None = None
) -> bool:
    """Put `policy` in force for what comes in from now on; False when it was already.

    `progress` is called once for each closed case on which it is tried.

    Raises:
        RuleRefusal: it would dispatch the closed cases worse, and nobody forces it.
    """
    if not force and _any_in_force(context):
        require_no_worse(context, policy, progress)
    with transaction(context) as tx:
        return put_in_force(tx, policy, actor, Kind.COMMAND, "命令行启用")


def roll_back(context: Context, version: str, actor: Actor) -> None:
    """Put a former version back in force, whole. Raises `NotFound`, naming those there are."""
    known = [row.version for row in versions(context)]
    if version not in known:
        raise NotFound(f"规则版本“{version}”；启用过的有 there are: {'、'.join(known)}")
    with transaction(context) as tx:
        put_in_force(tx, context.rules.of(tx.session, version), actor, Kind.ROLLBACK, "命令行恢复")


def put_in_force(
    tx: Transaction, policy: Policy, actor: Actor, kind: Kind, reason: str, change: PolicyChange | None = None
) -> bool:
    """Put `policy` in force and write down who did and why; False, and nothing written, when it was already.

    `change` is what it was uploaded or planned as.
    """
    before = tx.session.scalar(select(PolicyVersion.version).where(PolicyVersion.active))
    if not activate(tx.session, policy, actor):
        return False
    now = clock.now()
    if change is None:
        change = PolicyChange(version=policy.version, kind=kind.value, by=actor.name, recorded_at=now)
        tx.session.add(change)
    change.standing, change.before, change.content, change.reason = Standing.DONE.value, before, None, reason
    change.valid_from, change.ended_at, change.ended_by = change.valid_from or now, now, actor.name
    record(tx, actor, Act.ACTIVATE_POLICY, policy.version, reason)
    return True


def _any_in_force(context: Context) -> bool:
    with context.readers() as session:
        return session.scalar(select(PolicyVersion.version).where(PolicyVersion.active)) is not None


def versions(context: Context) -> list[PolicyVersion]:
    """Every version that was ever in force, the latest first."""
    with context.readers() as session:
        return list(session.scalars(select(PolicyVersion).order_by(PolicyVersion.activated_at.desc())))


def active_geography(context: Context) -> GeographyData | None:
    """The geography in force, as data; `None` where there is none."""
    with context.readers() as session:
        found = context.geographies.active(session)
        return found.data if found is not None else None


def activate_geography(context: Context, data: GeographyData, actor: Actor) -> bool:
    """Locate by `data` from now on; False when it was in force already. What was located stays as it was."""
    with transaction(context) as tx:
        changed = geographies.put_in_force(tx.session, data, actor)
        if changed:
            record(tx, actor, Act.ACTIVATE_GEOGRAPHY, data.version, data.counted())
    return changed


def roll_back_geography(context: Context, version: str, actor: Actor) -> None:
    """Put a former geography back in force, or none. Raises `NotFound`, naming those there are; `DamagedGeography`."""
    with transaction(context) as tx:
        known = list(tx.session.scalars(select(GeographyVersion.version).order_by(GeographyVersion.version)))
        if version == geographies.NONE_IN_FORCE:
            geographies.activated(tx.session, None, actor)
            record(tx, actor, Act.ACTIVATE_GEOGRAPHY, version, "不用地理数据")
            return
        if version not in known:
            raise NotFound(f"地理数据版本“{version}”；启用过的有 there are: {'、'.join(known) or '无'}")
        geographies.data_of(tx.session, version)
        geographies.activated(tx.session, version, actor)
        record(tx, actor, Act.ACTIVATE_GEOGRAPHY, version, "恢复旧版")


def geography_history(context: Context) -> list[tuple[GeographyActivation, str]]:
    """Every activation of a geography, the latest first, with how much there was in it."""
    query = (
        select(GeographyActivation, GeographyVersion.counted)
        .outerjoin(GeographyVersion, GeographyVersion.version == GeographyActivation.version)
        .order_by(GeographyActivation.id.desc())
    )
    with context.readers() as session:
        return [(row, counted or "不用地理数据") for row, counted in session.execute(query)]
