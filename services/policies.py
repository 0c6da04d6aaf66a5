"""Use cases about the rules themselves: which are in force, which were, putting others in force."""

from __future__ import annotations

from sqlalchemy import select

from domain.actions import Actor
from domain.errors import NotFound
from domain.policy import Policy
from models.tables import PolicyVersion
from services.backtests import Progress, require_no_worse
from services.context import Context
from services.rulebook import activate


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
    with context.sessions.begin() as session:
        return activate(session, policy, actor)


def roll_back(context: Context, version: str, actor: Actor) -> None:
    """Put a former version back in force, whole. Raises `NotFound`, naming those there are."""
    known = [row.version for row in versions(context)]
    if version not in known:
        raise NotFound(f"规则版本“{version}”；启用过的有 there are: {'、'.join(known)}")
    with context.sessions.begin() as session:
        activate(session, context.rules.of(session, version), actor)


def _any_in_force(context: Context) -> bool:
    with context.readers() as session:
        return session.scalar(select(PolicyVersion.version).where(PolicyVersion.active)) is not None


def versions(context: Context) -> list[PolicyVersion]:
    """Every version that was ever in force, the latest first."""
    with context.readers() as session:
        return list(session.scalars(select(PolicyVersion).order_by(PolicyVersion.activated_at.desc())))
