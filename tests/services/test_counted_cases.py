"""Cases that are counted once and kept: figures are the same with and without them, and what moved is read anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.figures import OF_CASES, CountName, Grouping
from domain.stages import Stage
from models.figure_answers import FigureCasesView, FiguresView
from models.tables import CountedCase, HistoryRow, Petition
from services import counted_cases, figures, intake
from services.context import Context
from services.counted_cases import count_moved
from services.dashboard import dashboard
from services.figure_questions import MOST_NAMED
from services.figure_selection import Asked
from tests.services import lives
from tests.services.lives import INSPECTOR, LIVES

LEADER = Actor(Role.LEADER, name="测试领导")


def told(context: Context, moments: Sequence[dt.datetime]) -> list[FiguresView | FigureCasesView]:
    """Figures and lists of cases as of each moment, by everything that tells cases apart."""
    found: list[FiguresView | FigureCasesView] = []
    for moment in moments:
        asked = Asked(as_of=moment)
        found += figures.figures_by(
            context, INSPECTOR, asked, [*_TOLD_APART, Grouping.GRID], only=OF_CASES
        ) + figures.figures_by(context, INSPECTOR, asked, [Grouping.WEEK], only=OF_CASES)
        found += [figures.cases_of(context, INSPECTOR, asked, name, limit=1000) for name in OF_CASES]
    return found


_TOLD_APART = (Grouping.UNIT, Grouping.TOWN, Grouping.CATEGORY, Grouping.SUB_CATEGORY, Grouping.CHANNEL)


def uncounted(context: Context) -> int:
    with context.readers() as session:
        moved = sa.select(sa.func.count()).where(Petition.counted_version < Petition.version)
        return session.scalar(moved) or 0


def forget(context: Context) -> None:
    with context.sessions.begin() as session:
        session.execute(sa.delete(CountedCase))
        session.execute(sa.update(Petition).values(counted_version=0))


@pytest.fixture
def every_life(context: Context, story: clock.StoryClock) -> Context:
    for life in LIVES:
        life(context)
        story.move_to(clock.now() + dt.timedelta(hours=1))
    return context


def test_figures_are_the_same_with_what_is_kept(every_life: Context) -> None:
    moments = [clock.now() - dt.timedelta(hours=hours) for hours in (0, 1, 7, 15, 30)]
    before = told(every_life, moments)
    assert count_moved(every_life, batch=3) == len(ids(every_life)) > 0
    assert uncounted(every_life) == 0
    assert told(every_life, moments) == before


def ids(context: Context) -> list[str]:
    with context.readers() as session:
        return list(session.scalars(sa.select(CountedCase.petition_id)))


def test_what_is_kept_is_what_is_read(every_life: Context) -> None:
    """A row that is wrong is told: nobody reads the history of a case that has not moved."""
    count_moved(every_life)
    before = dashboard(every_life, LEADER).total.standing["open"]
    with every_life.sessions.begin() as session:
        session.execute(sa.update(CountedCase).values(stage=Stage.ARCHIVED.value))
    asked = Asked()
    assert before > 0
    assert figures.figures(every_life, INSPECTOR, asked).total.counts[CountName.OPEN] == 0
    assert counted_cases.recount(every_life) == len(LIVES) + 1, "the merged case has a main case of its own"
    assert figures.figures(every_life, INSPECTOR, asked).total.counts[CountName.OPEN] == before


def test_a_step_is_seen_at_once_and_counted_in_the_next_round(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    assert count_moved(context) == 1
    assert (count_moved(context), uncounted(context)) == (0, 0)
    story.move_to(clock.now() + dt.timedelta(minutes=1))
    before = clock.now()
    story.move_to(clock.now() + dt.timedelta(minutes=1))
    intake.merge(context, petition_id, lives.dispatched(context), lives.DESK, lives.WORDS)

    def open_cases(moment: dt.datetime) -> int:
        return figures.figures(context, INSPECTOR, Asked(as_of=moment)).total.counts[CountName.OPEN]

    for _ in range(2):
        assert (open_cases(before), open_cases(clock.now())) == (1, 1)
        assert {case.case for case in listed(context, before).cases} != {
            case.case for case in listed(context, clock.now()).cases
        }
        count_moved(context)
    assert uncounted(context) == 0


def listed(context: Context, moment: dt.datetime) -> FigureCasesView:
    return figures.cases_of(context, INSPECTOR, Asked(as_of=moment), CountName.OPEN)


def test_many_uncounted_cases_are_not_named(every_life: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [clock.now(), clock.now() - dt.timedelta(hours=9)]
    before = told(every_life, moments)
    monkeypatch.setattr("services.figure_questions.MOST_NAMED", 1)
    assert MOST_NAMED > 1
    assert told(every_life, moments) == before


def test_an_open_case_from_before_rows_kept_its_dates_is_not_kept(context: Context) -> None:
    """Its dates are those of the petition, which change with the calendar and without a step."""
    open_one, closed_one = lives.in_hand(context), lives.terminated(context)
    with context.sessions.begin() as session:
        session.execute(sa.update(HistoryRow).values(card=None))
    assert count_moved(context) == 1
    assert ids(context) == [closed_one]
    assert uncounted(context) == 1
    assert open_one != closed_one


def test_nothing_is_counted_twice_or_left_when_a_round_breaks_off(
    every_life: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds: list[int] = []
    real = counted_cases._count

    def breaking(session: Session, batch: int) -> int:
        found = real(session, batch)
        rounds.append(found)
        if len(rounds) == 2:
            raise ConnectionError
        return found

    monkeypatch.setattr(counted_cases, "_count", breaking)
    with pytest.raises(ConnectionError):
        count_moved(every_life, batch=5)
    assert len(ids(every_life)) == 5
    monkeypatch.undo()
    count_moved(every_life)
    assert uncounted(every_life) == 0


@contextmanager
def asked_of(engine: sa.Engine) -> Iterator[list[str]]:
    """Every statement that the database is asked meanwhile."""
    asked: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_dashboard_asks_as_often_however_many_cases_there_are(
    engine: sa.Engine, context: Context, story: clock.StoryClock
) -> None:
    often = []
    for _ in range(2):
        lives.archived(context)
        lives.in_hand(context)
        story.move_to(clock.now() + dt.timedelta(minutes=1))
        with asked_of(engine) as asked:
            dashboard(context, LEADER)
        often.append(len(asked))
        count_moved(context)
    assert often[0] == often[1]


days = st.lists(
    st.tuples(st.sampled_from(LIVES), st.integers(0, 24 * 20), st.booleans()),
    min_size=1,
    max_size=4,
)


@pytest.mark.slow
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(days=days)
def test_of_random_lives_the_same_is_told_whatever_is_kept(
    context: Context, story: clock.StoryClock, days: list[tuple[Callable[[Context], str], int, bool]]
) -> None:
    moments = []
    for life, hours, counting in days:
        petition_id = life(context)
        story.move_to(clock.now() + dt.timedelta(hours=hours, minutes=1))
        lives.settle(context, petition_id)
        if counting:
            count_moved(context)
        moments.append(clock.now())
        story.move_to(clock.now() + dt.timedelta(minutes=1))
    kept = told(context, moments)
    forget(context)
    assert told(context, moments) == kept
