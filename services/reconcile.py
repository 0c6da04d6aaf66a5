"""Compares every open petition with its Prefect run and heals what is at odds. The ledger is the truth, always.

Nothing here takes a step of a petition: a healed run looks at the ledger by itself. So to heal once too often is
harmless, and a petition that moves while it is compared is at worst woken for nothing.

A run that Prefect calls COMPLETED though its petition is open is revived and not replaced: the petition's id is the
run's idempotency key, so Prefect would answer a second start with the same completed run.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pendulum import DateTime
from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.exc import OperationalError

import clock
from domain.stages import FINAL_STAGES, Stage
from gateways.crash_points import crash_point
from gateways.orchestrator import OrchestratorUnavailable, RunLabel, RunMissing, RunView
from models.tables import Petition
from services.context import Context
from services.drift import Drift, Kind
from services.labels import label_of
from services.ledger import rearm
from services.transactions import transaction

logger = logging.getLogger(__name__)

SILENT_AFTER = dt.timedelta(minutes=10)
"""A run that is being executed and of which Prefect heard nothing for so long has lost its worker. An execution takes
seconds; a step that waits for its database gives up after half a minute (our own decision)."""
UNSERVED_AFTER = dt.timedelta(minutes=10)
"""A run that is due and that no worker took for so long will not be taken by itself: a worker looks every few seconds,
and a full one is full for minutes (our own decision)."""
TOLERANCE = dt.timedelta(minutes=1)
"""How much later than its petition's timer a run may be scheduled: the clocks of two machines differ a little, and a
deadline is set in minutes (our own decision)."""

_DEAD = {
    "FAILED": Kind.FAILED,
    "CRASHED": Kind.CRASHED,
    "CANCELLED": Kind.CANCELLED,
    "COMPLETED": Kind.ENDED_EARLY,
}
_WAKEABLE = frozenset({Kind.BEHIND, Kind.WRONG_TIME, Kind.LINGERING})


class _Row(NamedTuple):
    """What is compared of a petition: neither text nor person."""

    id: str
    case_number: str
    run_id: str | None
    stage: str
    version: int
    looked_version: int
    announced_version: int
    wake_at: DateTime | None
    calendar_version: str

    @property
    def is_final(self) -> bool:
        return Stage(self.stage) in FINAL_STAGES


_COLUMNS = tuple(getattr(Petition, name) for name in _Row._fields)
_FINAL = sorted(stage.value for stage in FINAL_STAGES)


def reconcile(
    context: Context,
    batch: int = 500,
    *,
    silent_after: dt.timedelta = SILENT_AFTER,
    unserved_after: dt.timedelta | None = UNSERVED_AFTER,
    tolerance: dt.timedelta = TOLERANCE,
    progress: Callable[[int], object] | None = None,
) -> Drift:
    """Compare all open petitions, and the closed ones whose run was not seen to end, `batch` at a time.

    `silent_after`, `unserved_after` and `tolerance` are of the wall clock; `None`: no worker is expected to run now.
    `progress` is told the number of petitions compared so far.
    When Prefect cannot be asked, what was counted until then is returned as `unavailable`, and nothing more is changed.
    A petition that fails by itself is named in `failures` and holds up no other one. Raises `OperationalError` when the
    ledger's database is away.
    """
    comparison = _Comparison(context, silent_after, unserved_after, tolerance)
    try:
        for page in _pages(context, batch):
            comparison.compare(page)
            if progress is not None:
                progress(comparison.counts["checked"])
    except OrchestratorUnavailable as reason:
        logger.warning("Prefect is unavailable, nothing more is reconciled now: %s", reason)
        comparison.unavailable = True
    drift = Drift(**comparison.counts, unavailable=comparison.unavailable, failures=tuple(comparison.failures))
    logger.info("Reconciled: %s", drift)
    for advice in drift.advice:
        logger.warning("%s", advice)
    return drift


def _pages(context: Context, size: int) -> Iterator[list[_Row]]:
    """Open petitions in the order of their timers, then closed ones whose run was not seen to end.

    One whose timer moves to later meanwhile may come twice; none is left out unless it just looked by itself.
    """
    # An open petition without a timer is no matter of Prefect's; the invariants find it.
    opened = and_(Petition.stage.not_in(_FINAL), Petition.wake_at.is_not(None))
    closed = and_(Petition.stage.in_(_FINAL), Petition.looked_version < Petition.version)
    for which, following in ((opened, _later), (closed, _greater)):
        page = _read(context, which, following(None), size)
        while page:
            yield page
            page = _read(context, which, following(page[-1]), size) if len(page) == size else []


def _greater(last: _Row | None) -> Select[Any]:
    query = select(*_COLUMNS).order_by(Petition.id)
    return query if last is None else query.where(Petition.id > last.id)


def _later(last: _Row | None) -> Select[Any]:
    """Keyset over (wake_at, id): the index on `wake_at` holds the open petitions only, however large the archive."""
    query = select(*_COLUMNS).order_by(Petition.wake_at, Petition.id)
    if last is None or last.wake_at is None:
        return query
    tied = and_(Petition.wake_at == last.wake_at, Petition.id > last.id)
    return query.where(Petition.wake_at >= last.wake_at, or_(Petition.wake_at > last.wake_at, tied))


def _read(context: Context, which: ColumnElement[bool], query: Select[Any], size: int | None = None) -> list[_Row]:
    with context.readers() as session:
        return [_Row(*row) for row in session.execute(query.where(which).limit(size))]


@dataclass
class _Comparison:
    context: Context
    silent_after: dt.timedelta
    unserved_after: dt.timedelta | None
    tolerance: dt.timedelta
    counts: Counter[str] = field(default_factory=Counter)
    unavailable: bool = False
    failures: list[str] = field(default_factory=list)

    def compare(self, page: Sequence[_Row]) -> None:
        """Find and heal what is at odds in one page. Raises `OrchestratorUnavailable` and `OperationalError`."""
        known = self._known_runs(page)
        views: dict[str, RunView | None] = {}
        for row in page:
            with self._by_itself(row):
                views[row.id] = self._view(row, known)
        suspects = [row.id for row in page if row.id in views and self._fault(row, views[row.id])]
        # The run may have looked since the page was read; what is still at odds now is drift.
        fresh = {row.id: row for row in _read(self.context, Petition.id.in_(suspects), select(*_COLUMNS))}
        for row in page:
            self.counts["checked"] += 1
            if row.id in views:
                with self._by_itself(row):
                    self._compare_one(row, fresh.get(row.id, row), views[row.id])

    def _compare_one(self, row: _Row, current: _Row, view: RunView | None) -> None:
        fault = self._fault(current, view)
        if fault is not None:
            self.counts[fault.value] += 1
            self.counts["healed"] += self._heal(current, view, fault)
            crash_point("reconcile:after-heal")
        elif row.is_final:
            self._settle(row, view)
        if not row.is_final and row.calendar_version != self.context.rules.calendar.version:
            self._recalculate(row)

    @contextmanager
    def _by_itself(self, row: _Row) -> Iterator[None]:
        """What goes wrong with one petition is named, and the next one's turn comes."""
        try:
            yield
        except (OrchestratorUnavailable, OperationalError):
            raise
        except Exception as failure:  # noqa: BLE001 - whatever it is, it must not hold up the others
            # Only the kind: the text of an exception may quote what people wrote.
            self.failures.append(f"{row.case_number} {type(failure).__name__}")
            logger.error("Petition %s cannot be reconciled: %s", row.case_number, type(failure).__name__)  # noqa: TRY400

    def _known_runs(self, page: Sequence[_Row]) -> dict[str, RunView]:
        """The runs of a page by their id; none when Prefect refuses the question, so that they are asked for singly."""
        try:
            return self.context.orchestrator.views([row.run_id for row in page if row.run_id])
        except OrchestratorUnavailable:
            raise
        except Exception as failure:  # noqa: BLE001 - one bad id refuses the whole page
            logger.error("A page of runs cannot be asked for: %s", type(failure).__name__)  # noqa: TRY400
            return {}

    def _view(self, row: _Row, known: dict[str, RunView]) -> RunView | None:
        """The run of a petition, if it has one."""
        view = known.get(row.run_id or "") or self.context.orchestrator.find_by_petition(row.id)
        if view is not None and view.run_id != row.run_id:
            self._keep_run_id(row, view.run_id)
        return view

    def _fault(self, row: _Row, view: RunView | None) -> Kind | None:
        """What is wrong between a petition and its run, if anything."""
        if view is None:
            return None if row.is_final else Kind.MISSING
        if row.is_final:
            return self._fault_of_closed(row, view)
        if view.is_parked:
            return self._fault_of_parked(row, view)
        if view.state_type in _DEAD:
            return _DEAD[view.state_type]
        return Kind.STUCK if self._is_silent(view) else None

    def _fault_of_parked(self, row: _Row, view: RunView) -> Kind | None:
        if _is_due(view):
            return Kind.UNSERVED if self._is_unserved(view) else None  # a worker takes it as soon as one is free
        if row.version > row.looked_version:
            return Kind.BEHIND
        if view.scheduled_for is None or row.wake_at is None:
            return None
        return Kind.WRONG_TIME if view.scheduled_for > clock.wall_time_of(row.wake_at) + self.tolerance else None

    def _fault_of_closed(self, row: _Row, view: RunView) -> Kind | None:
        if view.is_parked:
            unserved = Kind.UNSERVED if self._is_unserved(view) else None
            return unserved if _is_due(view) else Kind.LINGERING
        if not view.is_final:
            return Kind.STUCK if self._is_silent(view) else None
        # A run that died before operators were shown the end has something left to do.
        died = view.state_type != "COMPLETED" and row.announced_version < row.version
        return _DEAD[view.state_type] if died else None

    def _is_unserved(self, view: RunView) -> bool:
        if self.unserved_after is None or view.scheduled_for is None:
            return False
        return view.scheduled_for < clock.SystemClock().now() - self.unserved_after

    def _is_silent(self, view: RunView) -> bool:
        return view.updated < clock.SystemClock().now() - self.silent_after

    def _heal(self, row: _Row, view: RunView | None, fault: Kind) -> bool:
        """True when Prefect took it. False: the run moved on by itself, and there was nothing left to heal."""
        orchestrator = self.context.orchestrator
        if view is None:
            self._start(row)
            return True
        if fault in _WAKEABLE:
            return orchestrator.wake(view.run_id)
        if fault is Kind.UNSERVED:
            moved = orchestrator.move(view.run_id, row.id, self._label(row))
            if moved:
                self._keep_run_id(row._replace(run_id=view.run_id), moved)
            return bool(moved)
        try:
            orchestrator.revive(view.run_id)
        except RunMissing:
            self._start(row)
        return True

    def _label(self, row: _Row) -> RunLabel:
        with self.context.readers() as session:
            petition = session.get_one(Petition, row.id)
            return label_of(petition, self.context.rules.of(session, petition.policy_version, naming=petition.unit))

    def _start(self, row: _Row) -> None:
        run_id = self.context.orchestrator.start(row.id, self._label(row))
        crash_point("reconcile:after-start")
        if run_id:
            self._keep_run_id(row, run_id)

    def _keep_run_id(self, row: _Row, run_id: str) -> None:
        same = Petition.run_id.is_(None) if row.run_id is None else Petition.run_id == row.run_id
        self._write(and_(Petition.id == row.id, same), run_id=run_id)

    def _settle(self, row: _Row, view: RunView | None) -> None:
        """Let a closed petition whose run has ended rest, so that the archive is not compared again and again."""
        if view is None or view.is_final:
            unchanged = and_(Petition.id == row.id, Petition.version == row.version)
            self._write(unchanged, looked_version=row.version, parked_until=None)

    def _recalculate(self, row: _Row) -> None:
        with transaction(self.context) as tx:
            petition = tx.lock(row.id)
            if Stage(petition.stage) in FINAL_STAGES:
                return
            before = petition.wake_at
            rearm(tx, petition)
            self.counts["recalculated"] += 1
            if petition.wake_at == before:
                tx.touched.pop(petition.id)  # the run already waits for the right moment

    def _write(self, which: ColumnElement[bool], **values: object) -> None:
        with self.context.sessions.begin() as session:
            session.connection().execute(update(Petition).where(which).values(**values))


def _is_due(view: RunView) -> bool:
    return view.scheduled_for is None or view.scheduled_for <= clock.SystemClock().now()
