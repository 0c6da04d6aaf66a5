"""Whole lives of several petitions at once, at random, against the real services on a real database.

`tests/domain/test_petition_lives.py` lives the same lives on facts alone; here is what only rows can get wrong.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, ClassVar

import pendulum
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import clock
from domain.actions import PERMITTED, PETITIONER, Actor, Role
from domain.errors import DomainError, NotFound, NotPermitted
from domain.petition import Step
from domain.policy import Policy
from domain.stages import TRANSITIONS, Trigger
from gateways.channels import AddressBook
from gateways.orchestrator import RunView
from models.tables import Attachment
from services import dossiers, handling, platform_steps, policies, queries, queues, runs
from services.context import Context
from services.reconcile import reconcile
from services.rulebook import RuleBook
from tests.services.lives import CHANNEL, DESK, INSPECTOR, LIVES, WORDS
from tests.services.living import LivingLedger, reformed_policy
from tests.services.pulls import ACTORS, CATEGORIES, PULLS, SPOILT, UNITS
from tests.services.soundness import COMES_OF, whole_ledger
from tests.support import ledgers
from tests.support.context import a_context, recorded, shipped_calendar, shipped_policy

EXAMPLES = {"sqlite": 4, "postgresql": 2}
MOST_PETITIONS = 3
ENDING = {Trigger.REFUSE, Trigger.MERGE, Trigger.WITHDRAW, Trigger.TERMINATE}
"""Possible nearly everywhere: drawn as often as the others, they would end every life early."""
BOOK = AddressBook(
    recipients={
        "unit:municipal-parks": ("jsons://hooks.example.com/unit",),
        "role:desk": ("jsons://hooks.example.com/desk",),
    },
    petitioner={"sms": "jsons://sms.example.com/{address}"},
)
RULES = RuleBook(shipped_calendar(), [shipped_policy()])
OPERATOR = Actor(Role.OPERATOR, name="测试丁")
LONG_AGO = dt.datetime.fromtimestamp(0, dt.UTC)
FATES = ("on time", "on time", "too late", "gone", "FAILED", "CRASHED", "CANCELLED", "COMPLETED", "RUNNING", "silent")
"""Of a run in Prefect."""
PAUSES = st.lists(
    st.sampled_from([0, 0, 0, 1, 20, 45]).map(lambda hours: dt.timedelta(hours=hours)), min_size=1, max_size=6
)
SPANS = st.one_of(
    st.integers(0, 300).map(lambda minutes: dt.timedelta(minutes=minutes)),
    st.integers(1, 24 * 25).map(lambda hours: dt.timedelta(hours=hours)),
)


class Lives(RuleBasedStateMachine):
    """People act or do not, time passes, runs wake on time, late or twice, channels fail, Prefect loses runs."""

    petitions = Bundle("petitions")
    make_context: ClassVar[Callable[[], Context]]

    def __init__(self) -> None:
        super().__init__()
        story = clock.StoryClock(pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI))
        self._open = contextlib.ExitStack()
        self._open.enter_context(clock.use(story))
        self.ledger = LivingLedger(type(self).make_context(), story)
        self.context = self.ledger.context

    @initialize(target=petitions, life=st.sampled_from(LIVES))
    def a_life_has_begun(self, life: Callable[[Context], str]) -> str:
        return self.ledger.begin(life)

    @precondition(lambda self: len(self.ledger.ids) < MOST_PETITIONS)
    @rule(
        target=petitions,
        text=st.sampled_from(["路灯不亮", "小区停水", "着火了，有人被困", "法院判决后无人执行", "有些话想说一说"]),
        place=st.sampled_from(["", "矿区街道"]),
        actor=st.sampled_from([CHANNEL, DESK, PETITIONER]),
        category=st.sampled_from([None, *CATEGORIES]),
        request_type=st.sampled_from(["help", "consultation", "business"]),
    )
    def somebody_registers(self, text: str, place: str, actor: Actor, category: str | None, request_type: str) -> str:
        return self.ledger.register(text, place, actor, category=category, request_type=request_type)

    # People

    @rule(petition_id=petitions, data=st.data(), pauses=PAUSES)
    def anybody_acts(self, petition_id: str, data: st.DataObject, pauses: list[dt.timedelta]) -> None:
        self._live(petition_id, set(Role), data, pauses)

    @rule(petition_id=petitions, data=st.data(), pauses=PAUSES)
    def desk_and_unit_act(self, petition_id: str, data: st.DataObject, pauses: list[dt.timedelta]) -> None:
        self._live(petition_id, {Role.DESK, Role.UNIT}, data, pauses)

    @rule(petition_id=petitions, data=st.data(), pauses=PAUSES)
    def unit_and_petitioner_act(self, petition_id: str, data: st.DataObject, pauses: list[dt.timedelta]) -> None:
        self._live(petition_id, {Role.UNIT, Role.PETITIONER, Role.FOLLOW_UP}, data, pauses)

    @rule(petition_id=petitions, data=st.data(), pauses=PAUSES)
    def those_above_act(self, petition_id: str, data: st.DataObject, pauses: list[dt.timedelta]) -> None:
        self._live(petition_id, {Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.UNIT}, data, pauses)

    @rule(petition_id=petitions, data=st.data())
    def somebody_ends_it(self, petition_id: str, data: st.DataObject) -> None:
        self._act(petition_id, set(Role), data, ENDING)

    def _live(
        self, petition_id: str, roles: AbstractSet[Role], data: st.DataObject, pauses: Sequence[dt.timedelta]
    ) -> None:
        for pause in pauses:
            self.ledger.wait(clock.now() + pause)
            self.ledger.check()
            self._act(petition_id, roles, data, set(PULLS) - ENDING)
            self.ledger.check()

    def _act(
        self, petition_id: str, roles: AbstractSet[Role], data: st.DataObject, among: AbstractSet[Trigger]
    ) -> None:
        petition = self.ledger.petition(petition_id)
        may: dict[Trigger, list[Actor]] = defaultdict(list)
        for actor in ACTORS:
            for trigger in self.ledger.allowed(actor, petition) if actor.role in roles else ():
                if trigger in among and not (trigger is Trigger.ATTACH and self._is_full()):
                    may[trigger].append(actor)
        if not may:
            return
        # What leaves the stage as it is can be done nearly always: drawn as often, it would crowd out the rest.
        choices = [item for item in may for _ in range(3 if TRANSITIONS[item].target else 1)]
        trigger = data.draw(st.sampled_from(choices), label="trigger")
        actor = data.draw(st.sampled_from(may[trigger]), label="actor")
        PULLS[trigger](self.ledger.hand(petition, actor, trigger, data))
        done = [(COMES_OF.get(Trigger(name), name), role) for name, role in self.ledger.written()]
        # What the desk chose by hand is corrected for a while, by whichever name it asks for another unit.
        came_to = {trigger, Trigger.CORRECT_DISPATCH} if trigger is Trigger.REDISPATCH else {trigger}
        assert {(name, actor.role) for name in came_to} & set(done)

    def _is_full(self) -> bool:
        """Whether some party may have added as many files as it may, to whatever case its code leads to."""
        with self.context.readers() as session:
            return (session.scalar(sa.select(sa.func.count()).select_from(Attachment)) or 0) >= 9

    @rule(petition_id=petitions, actor=st.sampled_from(ACTORS), data=st.data())
    def somebody_tries_what_is_not_theirs(self, petition_id: str, actor: Actor, data: st.DataObject) -> None:
        petition = self.ledger.petition(petition_id)
        allowed = self.ledger.allowed(actor, petition)
        trigger = data.draw(st.sampled_from([item for item in PULLS if item not in allowed]), label="trigger")
        hand = self.ledger.hand(petition, actor, trigger, data)
        self.ledger.changes_nothing(lambda: PULLS[trigger](hand), DomainError)

    @rule(petition_id=petitions, data=st.data())
    def somebody_names_what_cannot_be(self, petition_id: str, data: st.DataObject) -> None:
        petition = self.ledger.petition(petition_id)
        allowed = [(actor, trigger) for actor in ACTORS for trigger in self.ledger.allowed(actor, petition)]
        if choices := [(actor, trigger) for actor, trigger in allowed if trigger in SPOILT]:
            actor, trigger = data.draw(st.sampled_from(choices))
            pull = data.draw(st.sampled_from(SPOILT[trigger]))
            hand = self.ledger.hand(petition, actor, trigger, data)
            self.ledger.changes_nothing(lambda: pull(hand), DomainError)

    @rule(petition_id=petitions, unit=st.sampled_from(UNITS))
    def a_unit_reports_on_its_part(self, petition_id: str, unit: str) -> None:
        assignments = self.ledger.petition(petition_id).assignments
        helps = any(item.part == "assist" and item.unit == unit and item.ended_at is None for item in assignments)
        actor = Actor(Role.UNIT, unit, "测试丙")
        if helps:
            handling.report(self.context, petition_id, actor, WORDS)
        else:
            self.ledger.changes_nothing(lambda: handling.report(self.context, petition_id, actor, WORDS), NotFound)

    @rule(petition_id=petitions, actor=st.sampled_from(ACTORS))
    def somebody_reads(self, petition_id: str, actor: Actor) -> None:
        self.ledger.changes_nothing(lambda: self._read(petition_id, actor))

    def _read(self, petition_id: str, actor: Actor) -> None:
        petition = self.ledger.petition(petition_id)
        with contextlib.suppress(NotFound):
            detail = queries.detail(self.context, petition_id, actor)
            allowed = [item.value for item in self.ledger.allowed(actor, petition)]
            assert [name for name in detail.allowed_actions if name != "report"] == allowed
        with contextlib.suppress(NotPermitted):
            queues.queue_for(self.context, actor)
        progress = queries.public_progress(self.context, petition.query_code)
        assert petition.text not in progress.model_dump_json()
        assert dossiers.dossier(self.context, petition_id, INSPECTOR).chain.intact

    # Time and the platform

    @rule(span=SPANS)
    def time_passes(self, span: dt.timedelta) -> None:
        self.ledger.wait(clock.now() + span)

    @rule(span=SPANS)
    def time_passes_while_nobody_looks(self, span: dt.timedelta) -> None:
        self.ledger.story.move_to(clock.now() + span)

    @rule(petition_id=petitions)
    def its_time_comes(self, petition_id: str) -> None:
        self.ledger.run(petition_id)
        wake_at = self.ledger.petition(petition_id).wake_at
        if wake_at is None:
            return
        self.ledger.wait(wake_at.subtract(microseconds=1))
        if self.ledger.petition(petition_id).wake_at == wake_at:
            assert runs.look(self.context, petition_id).step is None
            self.ledger.changes_nothing(lambda: self.ledger.run(petition_id))
            self.ledger.story.move_to(wake_at)
            assert runs.look(self.context, petition_id).step is not None

    @rule(petition_id=petitions)
    def its_run_looks_twice(self, petition_id: str) -> None:
        self.ledger.run(petition_id)
        self.ledger.changes_nothing(lambda: self.ledger.run(petition_id))

    @rule(petition_id=petitions, step=st.sampled_from(Step))
    def a_step_is_taken_twice_or_out_of_turn(self, petition_id: str, step: Step) -> None:
        due = runs.look(self.context, petition_id).step
        if step is not due:
            self.ledger.changes_nothing(lambda: platform_steps.take(self.context, petition_id, step))
        if due is None:
            return
        assert platform_steps.take(self.context, petition_id, due)
        self.ledger.steps[petition_id].append(due)
        if runs.look(self.context, petition_id).step is not due:
            self.ledger.changes_nothing(lambda: platform_steps.take(self.context, petition_id, due))

    @rule(policy=st.sampled_from([shipped_policy(), reformed_policy()]))
    def other_rules_come_into_force(self, policy: Policy) -> None:
        policies.activate_policy(self.context, policy, OPERATOR)
        self.ledger.units = [unit for unit in UNITS if unit in policy.units_by_code]

    # Prefect and the channels

    @rule(available=st.booleans(), data=st.data())
    def prefect_loses_runs(self, available: bool, data: st.DataObject) -> None:
        prefect = recorded(self.context)
        for petition_id in self.ledger.ids:
            self._misplace(petition_id, data.draw(st.sampled_from(FATES)))
        prefect.available = available
        before = whole_ledger(self.context)
        drift = reconcile(self.context)
        self._only_runs_changed(before)
        assert drift.healed == drift.total
        assert available or drift.total == 0
        prefect.available = True
        if available:
            for run_id in [*prefect.woken, *prefect.revived]:
                self._put(run_id, "SCHEDULED", clock.SystemClock().now())
            assert reconcile(self.context).total == 0, "once is enough"

    def _misplace(self, petition_id: str, fate: str) -> None:
        prefect, wall = recorded(self.context), clock.SystemClock().now()
        run_id, wake_at = prefect.run_id_of(petition_id), self.ledger.petition(petition_id).wake_at
        # Not in the past: nobody takes runs here, and one that nobody took in time would be a fault of its own.
        on_time = max(clock.wall_time_of(wake_at), wall) if wake_at else wall.add(days=1)
        if fate == "gone":
            prefect.runs.pop(run_id, None)
            prefect.started.pop(petition_id, None)
        elif fate == "silent":
            self._put(run_id, "RUNNING", None)
        elif fate in {"on time", "too late"}:
            self._put(run_id, "SCHEDULED", on_time if fate == "on time" else on_time.add(days=2), wall)
        else:
            self._put(run_id, fate, None, wall)

    def _put(self, run_id: str, state: str, scheduled: dt.datetime | None, updated: dt.datetime = LONG_AGO) -> None:
        prefect = recorded(self.context)
        petition_id = next(key for key in self.ledger.ids if prefect.run_id_of(key) == run_id)
        prefect.runs[run_id] = RunView(run_id, petition_id, state, state.title(), scheduled, updated)

    def _only_runs_changed(self, before: dict[str, list[Any]]) -> None:
        after, of_runs = whole_ledger(self.context), {"run_id", "looked_version", "parked_until"}
        for rows in (before, after):
            rows["petition"] = [
                {key: value for key, value in row._mapping.items() if key not in of_runs} for row in rows["petition"]
            ]
        assert after == before

    @rule(failing=st.sampled_from([None, None, False, True]))
    def notices_go_out(self, failing: bool | None) -> None:
        self.ledger.send_notices(failing)

    @invariant()
    def all_is_sound(self) -> None:
        self.ledger.check()

    def teardown(self) -> None:
        with self._open:
            if sys.exception() is None:
                self.ledger.live_on_alone()


@pytest.fixture
def make_context(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], Context]]:
    """Makes a context on a ledger of its own, as often as it is asked."""
    engines: list[sa.Engine] = []
    numbers = itertools.count(1)

    def make() -> Context:
        if database_kind == "sqlite":
            ledger = tmp_path / f"lives_{next(numbers)}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), ledger)
            engine = ledgers.engine_of(f"sqlite:///{ledger}")
        else:
            engine = ledgers.engine_of(ledgers.emptied(request.getfixturevalue("postgres_ledger")))
        engines.append(engine)
        return a_context(engine, rules=RULES, addresses=BOOK)

    yield make
    for engine in engines:
        engine.dispose()


@pytest.mark.slow
def test_no_life_breaks_the_ledger(database_kind: str, make_context: Callable[[], Context]) -> None:
    class LivesHere(Lives):
        pass

    LivesHere.make_context = make_context
    bounds = settings(
        max_examples=EXAMPLES[database_kind], stateful_step_count=25, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(LivesHere, settings=bounds)


def test_everything_a_person_may_do_is_done_here() -> None:
    assert set(PULLS) == {trigger for trigger, roles in PERMITTED.items() if roles} - {Trigger.REGISTER}
