"""What reconcile cannot heal by itself: a petition that fails, a run that nobody takes. The others go on."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

import clock
from gateways.orchestrator import RecordingOrchestrator, RunView
from models.tables import Petition, PolicyVersion
from services import handling
from services.context import Context
from services.drift import Drift
from services.reconcile import UNSERVED_AFTER, reconcile
from tests.services import lives
from tests.services.lives import AT_UNIT, TEXT, petition_of
from tests.services.parked_runs import forget_calls, parked, run_of, set_run, wall
from tests.support.context import recorded


def test_one_petition_that_cannot_be_healed_holds_up_no_other(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    bad, *others = [lives.register(context) for _ in range(3)]

    class RefusesOne(RecordingOrchestrator):
        def start(self, petition_id: str, label: Any) -> str:
            if petition_id == bad:
                raise ValueError(TEXT)
            return super().start(petition_id, label)

    refusing = dataclasses.replace(context, orchestrator=RefusesOne())
    drift = reconcile(refusing)
    case_number = petition_of(context, bad).case_number
    assert drift == Drift(checked=3, missing=3, healed=2, failures=(f"{case_number} ValueError",))
    assert (drift.total, drift.figures["failures"]) == (4, 1)
    assert sorted(recorded(refusing).started) == sorted(others)
    assert f"{case_number} cannot be reconciled: ValueError" in caplog.text
    assert TEXT not in caplog.text


def test_a_petition_whose_policy_cannot_be_read_holds_up_no_other(context: Context) -> None:
    recorded(context).available = False
    bad, good = lives.register(context), lives.register(context)
    recorded(context).available = True
    with context.sessions.begin() as session:
        broken = PolicyVersion(version="broken", content={}, active=False, activated_at=clock.now(), activated_by="x")
        session.add(broken)
        session.flush()
        session.execute(update(Petition).where(Petition.id == bad).values(policy_version="broken"))
    drift = reconcile(context)
    assert (drift.healed, len(drift.failures)) == (1, 1)
    assert list(recorded(context).started) == [good]


def test_a_page_that_prefect_refuses_is_asked_for_one_by_one(context: Context) -> None:
    class RefusesPages(RecordingOrchestrator):
        def views(self, run_ids: Any) -> dict[str, RunView]:
            raise ValueError("one of these is no run id")

    for _ in range(2):
        parked(context)
    refusing = RefusesPages(runs=recorded(context).runs)
    assert reconcile(dataclasses.replace(context, orchestrator=refusing)) == Drift(checked=2)


def test_a_wake_that_fails_does_not_undo_what_was_done(context: Context, caplog: pytest.LogCaptureFixture) -> None:
    class Breaks(RecordingOrchestrator):
        def wake(self, run_id: str) -> bool:
            raise ValueError(TEXT)

    petition_id = parked(context)
    handling.note(dataclasses.replace(context, orchestrator=Breaks()), petition_id, AT_UNIT, "已到现场")
    assert f"{petition_id} is left to reconcile: ValueError" in caplog.text
    assert TEXT not in caplog.text
    assert reconcile(context) == Drift(checked=1, behind=1, healed=1)


def unserved(context: Context, life: Callable[[Context], str] = parked) -> str:
    """A petition whose run is due and was taken by nobody for longer than a worker ever needs."""
    petition_id = life(context)
    forget_calls(context)
    set_run(context, petition_id, "SCHEDULED", scheduled_for=wall() - UNSERVED_AFTER - dt.timedelta(minutes=1))
    return petition_id


def test_a_due_run_that_nobody_takes_is_drift_and_says_what_to_do(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    petition_id = unserved(context)
    drift = reconcile(context)
    assert drift == Drift(checked=1, unserved=1)
    assert drift.total == 1
    assert "make up" in drift.advice[0]
    assert drift.advice[0] in caplog.text
    assert reconcile(context, unserved_after=None) == Drift(checked=1), "before a worker was started it is no fault"
    set_run(context, petition_id, "SCHEDULED", scheduled_for=wall() - UNSERVED_AFTER + dt.timedelta(minutes=1))
    assert reconcile(context) == Drift(checked=1)


def test_a_due_run_that_stands_where_no_worker_looks_is_moved(context: Context) -> None:
    petition_id = unserved(context)
    recorded(context).astray.add(run_of(context, petition_id))
    assert reconcile(context) == Drift(checked=1, unserved=1, healed=1)
    assert list(recorded(context).started) == [petition_id]


def test_the_last_run_of_a_closed_petition_can_be_unserved_too(context: Context) -> None:
    unserved(context, lives.archived)
    assert reconcile(context) == Drift(checked=1, unserved=1)
