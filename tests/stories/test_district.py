"""The demonstration's district: lived by the rules, so that nothing in it could not have happened."""

from __future__ import annotations

from collections.abc import Iterator

import argon2
import pendulum
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

import clock
from cli.demo import settings_in
from domain.calendar import is_office_time, working_minutes_between
from domain.stages import FINAL_STAGES, Stage
from gateways import geography_example
from gateways.orchestrator import RecordingOrchestrator
from models.tables import Petition
from services import invariants, passwords, sign_in
from services.bootstrap import build_context
from services.context import Context
from services.reconcile import reconcile
from services.sending import send_owed
from settings import Settings
from stories.district import ACCOUNTS, WEEKS, Filled, fill
from stories.district_people import after_work
from tests.support.context import shipped_calendar

PASSWORD = "three lamps of guangji"
NOW = pendulum.datetime(2026, 11, 26, 11, tz=clock.SHANGHAI)
PETITIONS = 30


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("demo")
    return settings_in(Settings(), folder)


@pytest.fixture(scope="module")
def filled(settings: Settings) -> Iterator[Filled]:
    """Seven weeks with few people, few points and passwords that cost nothing."""
    with pytest.MonkeyPatch.context() as small, clock.use(clock.StoryClock(NOW)):
        small.setattr(geography_example, "GRIDS", 22)
        small.setattr(geography_example, "POINTS", 200)
        small.setattr(passwords, "_hasher", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        told: list[float] = []
        done = fill(settings, PASSWORD, petitions=PETITIONS, progress=lambda _, share: told.append(share))
        assert told
        assert all(0 <= share <= 1 for share in told)
        yield done


@pytest.fixture
def context(settings: Settings, filled: Filled) -> Context:
    return build_context(settings, RecordingOrchestrator())


def petitions(context: Context) -> list[Petition]:
    with context.readers() as session:
        return list(session.scalars(sa.select(Petition)))


def test_everybody_did_what_the_rules_let_them(filled: Filled, context: Context) -> None:
    assert len(filled.refused) <= PETITIONS // 10  # which visits are drawn is chance; a refusal stops nobody
    assert len(petitions(context)) == filled.petitions == PETITIONS
    send_owed(context, seconds=300)  # as the notices flow does: nobody has an address here, and that is written down
    assert invariants.check_invariants(context, archive=True) == []
    assert invariants.broken_chains(context) == []


def test_it_happened_in_the_last_weeks_and_goes_on(context: Context) -> None:
    lived = petitions(context)
    assert all(NOW.subtract(weeks=WEEKS) <= row.registered_at <= NOW for row in lived)
    ended = {row.id for row in lived if Stage(row.stage) in FINAL_STAGES}
    assert ended
    assert len(ended) < PETITIONS
    assert all(row.wake_at is not None and row.wake_at > NOW for row in lived if row.id not in ended)


def test_what_goes_on_has_no_run_until_reconcile_starts_it(context: Context) -> None:
    still_open = sum(Stage(row.stage) not in FINAL_STAGES for row in petitions(context))
    drift = reconcile(context)
    assert drift.healed == still_open
    assert reconcile(context).total == 0


@pytest.mark.parametrize("name", [name for name, _, _ in ACCOUNTS])
def test_every_account_opens_with_the_one_password(context: Context, name: str) -> None:
    token = sign_in.sign_in(context, name, PASSWORD, "127.0.0.1")
    who = sign_in.session_of(context, token)
    assert who is not None
    assert not who.must_change


@given(
    day=st.integers(0, 60),
    minute=st.integers(0, 24 * 60 - 1),
    minutes=st.integers(0, 60 * 60),
)
def test_work_takes_office_hours_alone(day: int, minute: int, minutes: int) -> None:
    calendar, begins = (
        shipped_calendar(),
        pendulum.datetime(2026, 9, 1, tz=clock.SHANGHAI).add(days=day, minutes=minute),
    )
    done = after_work(begins, minutes / 60, calendar)
    assert is_office_time(done, calendar)
    assert working_minutes_between(begins, done, calendar) == minutes
