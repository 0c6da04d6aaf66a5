"""Takes a petition of the ledger through its platform steps as its flow run would, without Prefect."""

from __future__ import annotations

import datetime as dt

import pendulum

import clock
from domain.petition import Ruling, Step, decide
from models.tables import Petition
from services import platform_steps
from services.context import Context
from services.facts import facts_of

_ENOUGH = 30
"""More steps than any petition has due at one moment: beyond it the rules run in circles."""


def settle(context: Context, petition_id: str) -> list[Step]:
    """Take every step that is due now, one after the other; what was taken."""
    taken: list[Step] = []
    while (step := ruling_of(context, petition_id).step) is not None:
        assert platform_steps.take(context, petition_id, step), f"{step} is due and is not taken"
        taken.append(step)
        assert len(taken) < _ENOUGH, f"no end of steps: {taken}"
    return taken


def settle_until(context: Context, petition_id: str, story: clock.StoryClock, moment: dt.datetime) -> list[Step]:
    """Let `story`, the clock in use, run to `moment` and take every step when it falls due."""
    until = pendulum.instance(moment)
    taken = settle(context, petition_id)
    while (wake := petition_of(context, petition_id).wake_at) is not None and wake <= until:
        story.move_to(wake)
        steps = settle(context, petition_id)
        assert steps, f"woken at {wake} with nothing to do"
        taken += steps
    story.move_to(until)
    return taken


def petition_of(context: Context, petition_id: str) -> Petition:
    """The petition as it stands in the ledger, with what its facts are made of."""
    with context.readers() as session:
        petition = session.get_one(Petition, petition_id)
        facts_of(petition)
        assert petition.assignments is not None
        return petition


def ruling_of(context: Context, petition_id: str) -> Ruling:
    """What the domain decides for the petition now."""
    with context.readers() as session:
        petition = session.get_one(Petition, petition_id)
        policy = context.rules.of(session, petition.policy_version)
        return decide(facts_of(petition), policy, context.rules.calendar, clock.now())
