"""A ledger in which petitions live under a clock of their own, and in which all that must always hold is checked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pendulum
import pytest
import sqlalchemy as sa
from hypothesis.strategies import DataObject

import clock
from domain.actions import Actor, Role, allowed_actions
from domain.dispatch_rules import KeywordRule
from domain.errors import DomainError
from domain.petition import Step
from domain.policy import Policy
from domain.stages import FINAL_STAGES, Trigger
from domain.units import Unit, UnitKind
from gateways.notifier import RecordingNotifier
from gateways.orchestrator import RecordingOrchestrator
from models.shapes import PetitionerIn, Registration
from models.tables import Petition
from services import delivery, intake, outbox, queries, runs
from services.access import is_recused
from services.context import Context
from services.facts import facts_of, recused_units
from services.invariants import broken_chains, check_invariants
from tests.services.lives import CHANNEL, WORDS
from tests.services.pulls import UNITS, Hand, liftable
from tests.services.soundness import check_change, check_standing, history_after, whole_ledger
from tests.support.context import recorded, shipped_policy
from tests.support.steps import petition_of, settle

SOMEBODY = PetitionerIn(name="王大娘", contact_kind="sms", contact="13800001234")
SECRETS = ("王大娘", "13800001234", WORDS)
EVER = dt.timedelta(days=100 * 365)
MOST_WAKES = 60
"""More than a petition has left when nobody acts."""
AT_REST = 3
"""So many reminders in a row: nothing else comes by itself any more."""


def reformed_policy() -> Policy:
    """The street lamps have a centre of their own, the waterworks are dissolved, and the work must be done sooner."""
    old = shipped_policy()
    lamps = KeywordRule("路灯", 5, "municipal", "lighting-centre")
    keywords = (lamps, *(rule for rule in old.dispatch.keywords if rule.unit != "water"))
    return dataclasses.replace(
        old,
        version="reformed",
        units=(
            *(unit for unit in old.units if unit.code != "water"),
            Unit("lighting-centre", "区路灯管护中心", UnitKind.DEPARTMENT),
        ),
        dispatch=dataclasses.replace(old.dispatch, keywords=keywords),
        deadlines=tuple(
            dataclasses.replace(rule, duration=dataclasses.replace(rule.duration, amount=2))
            if rule.id == "handling"
            else rule
            for rule in old.deadlines
        ),
    )


class LivingLedger:
    """Its petitions by id, how each stood when it was last checked, and the platform's steps so far."""

    def __init__(self, context: Context, story: clock.StoryClock) -> None:
        self.context = context
        self.story = story
        self.ids: list[str] = []
        self.seen: dict[str, Petition] = {}
        self.steps: dict[str, list[Step]] = defaultdict(list)
        self.units = [unit for unit in UNITS if unit in shipped_policy().units_by_code]

    def register(self, text: str, place: str, actor: Actor = CHANNEL, **particulars: Any) -> str:
        text = f"王大娘反映{text}，{len(self.ids)}"
        registration = Registration(channel="hotline", text=text, place=place, petitioner=SOMEBODY, **particulars)
        petition_id = intake.register(self.context, registration, actor).id
        self.ids.append(petition_id)
        return petition_id

    def begin(self, life: Callable[[Context], str]) -> str:
        petition_id = life(self.context)
        with self.context.readers() as session:
            self.ids += session.scalars(sa.select(Petition.id).order_by(Petition.case_number))
        return petition_id

    def petition(self, petition_id: str) -> Petition:
        return petition_of(self.context, petition_id)

    def allowed(self, actor: Actor, petition: Petition) -> list[Trigger]:
        """What the answers to `actor` say they may do; a petitioner asks with their query code."""
        if actor.role is Role.PETITIONER:
            return [
                Trigger(name) for name in queries.public_progress(self.context, petition.query_code).allowed_actions
            ]
        with self.context.readers() as session:
            if is_recused(session, petition, actor):
                return []
        policy, calendar = self.context.rules.known(petition.policy_version), self.context.rules.calendar
        allowed = allowed_actions(actor, facts_of(petition), policy, calendar, clock.now())
        hopeless = set() if liftable(self.context, petition, actor) else {Trigger.LIFT_RECUSAL}
        return [trigger for trigger in allowed if trigger not in hopeless]

    def hand(self, petition: Petition, actor: Actor, trigger: Trigger, data: DataObject) -> Hand:
        about = recused_units(petition)
        units = [unit for unit in self.units if unit not in about]
        others = [key for key in self.ids if key != petition.id and not runs.look(self.context, key).final]
        if trigger is Trigger.MERGE and not others:
            others = [self.register("路灯不亮", "")]
        return Hand(self.context, petition, actor, units, others or [petition.id], data)

    def written(self) -> list[tuple[str, str]]:
        """Trigger and role of every step since the last check, of all petitions."""
        seen = {key: self.seen[key].version if key in self.seen else 0 for key in self.ids}
        rows = [row for key in self.ids for row in history_after(self.context, key, seen[key])]
        return [(row.trigger, row.actor_role) for row in rows]

    def changes_nothing(self, act: Callable[[], Any], error: type[DomainError] | None = None) -> None:
        """Do `act`, which raises `error` where one is named: not a row is another one, and no run was woken."""
        before, calls = whole_ledger(self.context), self._calls()
        if error is None:
            act()
        else:
            with pytest.raises(error):
                act()
        assert whole_ledger(self.context) == before
        assert self._calls() == calls

    def _calls(self) -> tuple[int, int, int]:
        prefect = recorded(self.context)
        return len(prefect.started), len(prefect.woken), len(prefect.revived)

    def check(self) -> None:
        """What happened since the last check is sound, and so is where it led."""
        written = False
        for petition_id in self.ids:
            before, petition = self.seen.get(petition_id), self.petition(petition_id)
            secrets = (*SECRETS, petition.text)
            if before is None or before.version != petition.version:
                check_change(self.context, before, petition, secrets)
                written = True
            check_standing(self.context, petition, secrets)
            self.seen[petition_id] = petition
        assert not written or (found := check_invariants(self.context, late_after=EVER)) == [], found

    def wait(self, until: dt.datetime) -> None:
        """Let the clock run to `until`; every parked run wakes at its time, or now if nobody looked then."""
        moment = pendulum.instance(until)
        while True:
            petitions = [self.petition(key) for key in self.ids]
            wakes = [(item.wake_at, item.id) for item in petitions if item.wake_at and item.wake_at <= moment]
            if not wakes:
                break
            wake_at, petition_id = min(wakes)
            self.story.move_to(max(wake_at, clock.now()))
            late = wake_at < clock.now()
            assert self.run(petition_id) or late, f"woken at {wake_at} with nothing to do"
        self.story.move_to(max(moment, clock.now()))

    def run(self, petition_id: str) -> list[Step]:
        """What a petition's flow run does when it is woken, from looking to parking."""
        steps = settle(self.context, petition_id)
        self.steps[petition_id] += steps
        seen = runs.look(self.context, petition_id)
        runs.announced(self.context, petition_id, seen.version)
        if not seen.final:
            run_id = RecordingOrchestrator.run_id_of(petition_id)
            runs.parked(self.context, petition_id, seen.version, run_id, seen.wake_at)
            assert self.petition(petition_id).wake_at == seen.wake_at
        return steps

    def send_notices(self, failing: bool | None = None) -> None:
        """Everything due goes out once; `failing`: every channel refuses, for good if True."""
        notifier = self.context.notifier
        assert isinstance(notifier, RecordingNotifier)
        if failing is not None:
            notifier.fail(permanent=failing)
        for notice_id in outbox.due_notices(self.context, 1000):
            assert delivery.deliver(self.context, notice_id) is not delivery.Outcome.NOT_DUE
        notifier.recover()
        assert outbox.due_notices(self.context, 1000) == []
        sent = [message.notice_id for _, message in notifier.sent]
        assert len(set(sent)) == len(sent)

    def live_on_alone(self) -> None:
        """Nobody acts any more: every petition comes to its end, or is kept in mind by the inspectors for ever."""
        for petition_id in self.ids:
            self.run(petition_id)
        wakes = 0
        while restless := [key for key in self.ids if not self._rests(key)]:
            assert wakes < MOST_WAKES * len(self.ids), f"no end in sight: {[self.steps[key] for key in restless]}"
            timers = [self.petition(key).wake_at for key in restless]
            self.wait(min(wake for wake in timers if wake is not None))
            wakes += 1
        self.check()
        self.send_notices()
        assert check_invariants(self.context) == []
        assert broken_chains(self.context) == []

    def _rests(self, petition_id: str) -> bool:
        petition = self.petition(petition_id)
        supervised = petition.supervised_at is not None and petition.wake_at is not None
        reminded = self.steps[petition_id][-AT_REST:] == [Step.REMIND_SUPERVISED] * AT_REST
        return petition.stage in FINAL_STAGES or (supervised and reminded)
