"""Petitions for the benchmarks, moved through time by moving what the ledger says of their past."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from sqlalchemy import select

import clock
from domain.actions import Actor, Role
from domain.petition import decide
from domain.stages import FINAL_STAGES, Stage
from models.shapes import PetitionerIn, Registration
from models.tables import Petition
from services import intake
from services.context import Context
from services.facts import facts_of

CHANNEL = Actor(Role.CHANNEL, name="12345")
TEXT = "广济路燃气泄漏，路灯不亮"
"""An emergency, whose deadlines count hours: moving the past by an hour moves them by an hour."""
_MOMENTS = ("registered_at", "stage_entered_at", "unit_assigned_at", "signed_at", "clock_started_at", "reminded_at")
PATIENCE_SECONDS = 300


def register_petitions(context: Context, count: int) -> list[str]:
    """Register petitions and start their runs; their ids."""
    registration = Registration(channel="hotline", text=TEXT, petitioner=PetitionerIn())
    return [intake.register(context, registration, CHANNEL).id for _ in range(count)]


def rest(context: Context, ids: Sequence[str]) -> float:
    """Wait until every run has looked at the newest version and is parked or over; when that was seen."""
    give_up = time.perf_counter() + PATIENCE_SECONDS
    waiting = set(ids)
    while waiting:
        with context.readers() as session:
            rows = session.execute(
                select(Petition.id, Petition.stage, Petition.version, Petition.looked_version, Petition.wake_at).where(
                    Petition.id.in_(waiting)
                )
            ).all()
        now = clock.now()
        waiting -= {
            row.id
            for row in rows
            if row.version == row.looked_version
            and (Stage(row.stage) in FINAL_STAGES or (row.wake_at is not None and row.wake_at > now))
        }
        if waiting and time.perf_counter() > give_up:
            raise RuntimeError(f"{len(waiting)} of {len(ids)} runs did not come to rest: {rows[:3]}")
        _pause(0.1)
    return time.perf_counter()


def parked(context: Context, ids: Sequence[str]) -> None:
    """Wait until Prefect, too, has every run scheduled again or completed: the ledger knows a moment earlier."""
    give_up = time.perf_counter() + PATIENCE_SECONDS
    with context.readers() as session:
        runs = [str(run) for run in session.scalars(select(Petition.run_id).where(Petition.id.in_(ids)))]
    while True:
        states = [view.state_type for view in context.orchestrator.views(runs).values()]
        if all(state in {"SCHEDULED", "COMPLETED"} for state in states):
            return
        if time.perf_counter() > give_up:
            raise RuntimeError(f"runs are not parked: {sorted(set(states))}")
        _pause(0.1)


def move_deadline(context: Context, petition_id: str, due: dt.datetime) -> None:
    """Move the petition's past so that its next deadline is `due`, and nothing else is due before."""
    with context.sessions.begin() as session:
        petition = session.get_one(Petition, petition_id)
        assert petition.wake_at is not None
        back = petition.wake_at - due
        for name in _MOMENTS:
            moment = getattr(petition, name)
            if moment is not None:
                setattr(petition, name, moment - back)
        policy = context.rules.of(session, petition.policy_version)
        upcoming = decide(facts_of(petition), policy, context.rules.calendar, due).next_deadline
        assert upcoming is not None
        if abs((upcoming.due_at - due).total_seconds()) > 1:
            raise RuntimeError(f"{upcoming.kind} is not counted in hours")
        petition.wake_at = upcoming.due_at


def wake(context: Context, ids: Sequence[str]) -> None:
    """Let the parked runs look again now."""
    with context.readers() as session:
        runs = session.scalars(select(Petition.run_id).where(Petition.id.in_(ids))).all()
    for run in runs:
        assert run is not None
        context.orchestrator.wake(run)


def _pause(seconds: float) -> None:
    time.sleep(seconds)  # noqa: TID251 - another process works meanwhile
