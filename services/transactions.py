"""One use case, one transaction; runs are started and woken only after its commit.

A use case called inside another one joins its transaction, so that e.g. an idempotent reply commits with the change
it answers.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, check
from domain.errors import NotFound, StaleVersion
from domain.petition import Ruling, decide
from domain.policy import DeadlineKind, DeadlineRule, Policy
from domain.stages import Trigger
from gateways.crash_points import crash_point
from gateways.orchestrator import OrchestratorUnavailable
from models.tables import Petition
from services.context import Context
from services.facts import facts_of
from services.labels import label_of

logger = logging.getLogger(__name__)


@dataclass
class Transaction:
    """A running use case: its session, and the petitions whose runs must look again once it is committed."""

    context: Context
    session: Session
    looking: str | None = None
    """The petition whose own run is acting: it looks again by itself and needs no wake."""
    touched: dict[str, Petition] = field(default_factory=dict)

    def lock(self, petition_id: str) -> Petition:
        """The petition as it stands, held against every other writer until the commit.

        Raises:
            NotFound: no such petition.
        """
        petition = self.session.get(Petition, petition_id, with_for_update=True, populate_existing=True)
        if petition is None:
            raise NotFound("该诉求")
        return petition

    def expect(self, petition: Petition, version: int | None) -> None:
        """Raises `StaleVersion` unless the petition is at `version`; `None` expects nothing."""
        if version is not None and version != petition.version:
            raise StaleVersion(expected=version, current=petition.version)

    def policy_of(self, petition: Petition) -> Policy:
        return self.context.rules.of(self.session, petition.policy_version)

    def rule(self, petition: Petition, kind: DeadlineKind) -> DeadlineRule:
        """The deadline rule of this kind that applies to this petition."""
        facts = facts_of(petition)
        return self.policy_of(petition).deadline(kind, facts.urgency, facts.request_type, facts.category)

    def ruling(self, petition: Petition) -> Ruling:
        """What is due for this petition now."""
        return decide(facts_of(petition), self.policy_of(petition), self.context.rules.calendar, clock.now())


_current: ContextVar[Transaction | None] = ContextVar("current_transaction", default=None)


@contextmanager
def transaction(context: Context, *, looking: str | None = None) -> Iterator[Transaction]:
    """Run a use case: commit at the end or roll back on any error, then start or wake the runs it concerns."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    with context.sessions.begin() as session:
        running = Transaction(context, session, looking)
        token = _current.set(running)
        try:
            yield running
        finally:
            _current.reset(token)
        crash_point("before-commit")
    crash_point("after-commit")
    for petition in running.touched.values():
        if petition.id != looking:
            let_look(context, petition)


@contextmanager
def reading(context: Context) -> Iterator[Session]:
    """The session of the running use case, so that its answer shows what it wrote; else one that only reads."""
    outer = _current.get()
    if outer is not None:
        yield outer.session
        return
    with context.readers() as session:
        yield session


def let_look(context: Context, petition: Petition) -> None:
    """Start or wake the petition's run. It carries no truth: what fails here, reconcile does later. Never raises."""
    try:
        if petition.run_id is None:
            context.orchestrator.start(petition.id, label_of(petition, context.rules.known(petition.policy_version)))
        else:
            context.orchestrator.wake(petition.run_id)
    except OrchestratorUnavailable:
        logger.warning("Prefect is unavailable; reconcile will wake petition %s", petition.id)
    except Exception as failure:  # noqa: BLE001 - the change is committed: whoever made it must be told so
        # Only the kind: the text of an exception may quote what people wrote.
        logger.error("Petition %s is left to reconcile: %s", petition.id, type(failure).__name__)  # noqa: TRY400


@contextmanager
def acting(
    context: Context, petition_id: str, actor: Actor, trigger: Trigger, expected_version: int | None = None
) -> Iterator[tuple[Transaction, Petition]]:
    """A transaction in which `actor` may pull `trigger` on this petition.

    Raises:
        NotFound, StaleVersion, NotPermitted, ForbiddenTransition, RuleRefusal: nothing was written.
    """
    with transaction(context) as tx:
        petition = tx.lock(petition_id)
        tx.expect(petition, expected_version)
        check(trigger, actor, facts_of(petition), tx.policy_of(petition), context.rules.calendar, clock.now())
        yield tx, petition
