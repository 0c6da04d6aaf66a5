"""One use case, one transaction; runs are started and woken only after its commit.

A use case called inside another one joins its transaction, so that e.g. an idempotent reply commits with the change
it answers. Nobody ever holds two connections at once: as many as there are connections would wait for each other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from sqlalchemy.orm import Session, selectinload

import clock
from domain.actions import Actor, check
from domain.conduct import DeadlineKind, DeadlineRule
from domain.errors import NotFound, StaleVersion
from domain.petition import Ruling, decide
from domain.policy import Policy
from domain.stages import Trigger
from gateways.crash_points import crash_point
from gateways.orchestrator import OrchestratorUnavailable
from models.tables import Petition
from services.access import require_not_recused
from services.context import Context
from services.facts import facts_of
from services.labels import label_of

logger = logging.getLogger(__name__)


_WITH_FACTS = (
    selectinload(Petition.pauses),
    selectinload(Petition.extensions),
    selectinload(Petition.assignments),
    selectinload(Petition.supervision),
)


@dataclass
class Transaction:
    """A running use case: its session, and the petitions whose runs must look again once it is committed."""

    context: Context
    session: Session
    looking: str | None = None
    """The petition whose own run is acting: it looks again by itself and needs no wake."""
    touched: dict[str, Petition] = field(default_factory=dict)
    revived: set[str] = field(default_factory=set)
    """Those of them that were over: their runs have ended and are to begin again."""
    closing: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What is written last, before the commit, by petition and publication: it vouches for all the rest."""

    def lock(self, petition_id: str) -> Petition:
        """The petition as it stands, held against every other writer until the commit.

        Raises:
            NotFound: no such petition.
        """
        # What belongs to it is read in queries of their own: they begin when the lock is held, and so see what whoever
        # held it before has written. Joined rows would be those of before the wait.
        petition = self.session.get(
            Petition, petition_id, options=_WITH_FACTS, with_for_update=True, populate_existing=True
        )
        if petition is None:
            raise NotFound("该诉求")
        return petition

    def expect(self, petition: Petition, version: int | None) -> None:
        """Raises `StaleVersion` unless the petition is at `version`; `None` expects nothing."""
        if version is not None and version != petition.version:
            raise StaleVersion(expected=version, current=petition.version)

    def policy_of(self, petition: Petition) -> Policy:
        """The rules of conduct the petition lives under: deadlines, counts, notices."""
        return self.context.rules.of(self.session, petition.policy_version, naming=petition.unit)

    def policy_in_force(self) -> Policy:
        """What is asked for units, their duties and the taxonomy: these change hands, also for older petitions."""
        return self.context.rules.active(self.session)

    def rule(self, petition: Petition, kind: DeadlineKind) -> DeadlineRule:
        """The deadline rule of this kind that applies to this petition."""
        facts = facts_of(petition)
        return self.policy_of(petition).deadline(kind, facts.urgency, facts.request_type, facts.category)

    def ruling(self, petition: Petition) -> Ruling:
        """What is due for this petition now."""
        return decide(facts_of(petition), self.policy_of(petition), self.context.rules.calendar, clock.now())


_current: ContextVar[Transaction | None] = ContextVar("current_transaction", default=None)
_reading: ContextVar[Session | None] = ContextVar("current_reading", default=None)


@contextmanager
def transaction(context: Context, *, looking: str | None = None) -> Iterator[Transaction]:
    """Run a use case: commit at the end or roll back on any error, then start or wake the runs it concerns.

    Raises RuntimeError inside a `reading` of its own: what was read there would not be what is decided on.
    """
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    if _reading.get() is not None:
        raise RuntimeError("a use case begins after what only reads has ended")
    with context.sessions.begin() as session:
        running = Transaction(context, session, looking)
        token = _current.set(running)
        try:
            yield running
            for write_last in running.closing.values():
                write_last()
        finally:
            _current.reset(token)
        crash_point("before-commit")
    crash_point("after-commit")
    for petition in running.touched.values():
        if petition.id != looking:
            let_look(context, petition, ended=petition.id in running.revived)


@contextmanager
def reading(context: Context) -> Iterator[Session]:
    """The session of the running use case, so that its answer shows what it wrote; else one that only reads.

    What reads inside another reading joins it.
    """
    running = _current.get()
    outer = running.session if running is not None else _reading.get()
    if outer is not None:
        yield outer
        return
    with context.readers() as session:
        token = _reading.set(session)
        try:
            yield session
        finally:
            _reading.reset(token)


def let_look(context: Context, petition: Petition, *, ended: bool = False) -> None:
    """Start or wake the petition's run; one that has `ended` begins again.

    It carries no truth: what fails here, or a run that is just about to end, reconcile does later. Never raises.
    """
    try:
        if petition.run_id is None:
            context.orchestrator.start(petition.id, label_of(petition, context.rules.known(petition.policy_version)))
        elif ended:
            label = label_of(petition, context.rules.known(petition.policy_version))
            context.orchestrator.begin_again(petition.run_id, petition.id, label)
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
        require_not_recused(tx.session, petition, actor)
        tx.expect(petition, expected_version)
        check(trigger, actor, facts_of(petition), tx.policy_of(petition), context.rules.calendar, clock.now())
        yield tx, petition
