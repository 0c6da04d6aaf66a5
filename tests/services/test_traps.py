"""Where other systems let a petition slip, held through the use cases: clocks that are reset, lost or never run out."""

from __future__ import annotations

from collections.abc import Callable

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.petition import Card, Rung, Satisfaction, Step
from domain.stages import Stage
from models.tables import DecisionRequest, HistoryRow, TimerRow
from services import decisions, dispatching, handling, intake, verdict
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, EVIDENCE, OTHER_UNIT, UNIT, WORDS
from tests.support import steps
from tests.support.context import a_context
from tests.support.steps import petition_of, settle_until

THIRD_UNIT = "housing"


def at(day: str, time: str = "09:00") -> pendulum.DateTime:
    return pendulum.from_format(f"{day} {time}", "YYYY-MM-DD HH:mm", tz=clock.SHANGHAI)


DUE = at("2026-03-09", "17:30")
"""Five working days after Monday 2 March, when every petition here comes in."""


@pytest.fixture
def context(engine: sa.Engine, story: clock.StoryClock) -> Context:
    assert clock.now() == story.now() == at("2026-03-02")
    return a_context(engine)


def last_row(context: Context, petition_id: str) -> HistoryRow:
    with context.readers() as session:
        query = sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id)
        return session.scalars(query.order_by(HistoryRow.version.desc()).limit(1)).one()


def reclassify(context: Context, petition_id: str) -> object:
    return intake.reclassify(context, petition_id, DESK, category="energy", reason=WORDS)


def redispatch(context: Context, petition_id: str, unit: str = OTHER_UNIT) -> object:
    return dispatching.redispatch(context, petition_id, DESK, unit=unit, reason=WORDS)


def rate_dissatisfied(context: Context, petition_id: str) -> None:
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason=WORDS)


def complete(context: Context, petition_id: str) -> None:
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    steps.settle(context, petition_id)


# --- what people do leaves the clock alone ----------------------------------------------------------------------------

ACTS: list[Callable[[Context, str], object]] = [
    lambda context, key: handling.note(context, key, AT_UNIT, WORDS, public=True),
    lambda context, key: handling.note(context, key, DESK, WORDS),
    reclassify,
    redispatch,
    lambda context, key: handling.sign(context, key, AT_UNIT),
    lambda context, key: handling.request_return(
        context, key, AT_UNIT, reason=WORDS, proposed_unit=OTHER_UNIT, basis=WORDS
    ),
]
NAMES = ["units note", "desks note", "category", "redispatch", "signature", "return"]


@pytest.mark.parametrize("act", ACTS, ids=NAMES)
def test_nothing_people_do_resets_a_running_clock(
    context: Context, story: clock.StoryClock, act: Callable[[Context, str], object]
) -> None:
    petition_id = lives.dispatched(context)
    assert petition_of(context, petition_id).due_at == DUE
    story.move_to(at("2026-03-03", "16:00"))
    act(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.clock_started_at, petition.due_at) == (at("2026-03-02"), DUE)


def test_a_granted_return_and_another_unit_still_owe_the_first_date(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.returned(context)
    settle_until(context, petition_id, story, at("2026-03-03", "08:00"))
    dispatching.dispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert petition_of(context, petition_id).due_at == DUE
    assert Step.CLIMB in settle_until(context, petition_id, story, DUE)


@pytest.mark.parametrize("act", [ACTS[0], reclassify, redispatch], ids=["note", "category", "redispatch"])
def test_nothing_people_do_puts_off_a_supervised_units_reminder(
    context: Context, story: clock.StoryClock, act: Callable[[Context, str], object]
) -> None:
    petition_id = lives.supervised(context)

    def reminder() -> pendulum.DateTime:
        with context.readers() as session:
            query = sa.select(TimerRow.due_at).where(
                TimerRow.petition_id == petition_id,
                TimerRow.kind == "supervision_reminder",
                TimerRow.ended_at.is_(None),
            )
            return session.scalars(query).one()

    before = reminder()
    story.move_to(at("2026-03-04"))
    act(context, petition_id)
    assert reminder() == before


# --- a clock that stood still -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["while it is suspended", "after it was resumed"])
def test_a_pause_survives_a_change_of_category(context: Context, story: clock.StoryClock, when: str) -> None:
    petition_id = lives.suspended(context)
    story.move_to(at("2026-03-03"))
    if when == "while it is suspended":
        reclassify(context, petition_id)
        assert petition_of(context, petition_id).due_at is None
    story.move_to(at("2026-03-05"))
    handling.resume(context, petition_id, AT_UNIT)
    if when == "after it was resumed":
        reclassify(context, petition_id)
    assert petition_of(context, petition_id).due_at == at("2026-03-11", "17:30")  # 3 and 4 March did not count


def test_what_a_petitioner_must_add_stops_the_clock_and_a_person_looks_at_the_whole_again(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.returned(context)
    story.move_to(at("2026-03-02", "10:00"))
    intake.ask_supplement(context, petition_id, DESK, WORDS)
    assert petition_of(context, petition_id).due_at is None
    settle_until(context, petition_id, story, at("2026-03-04", "10:00"))
    intake.supplement(context, petition_id, CITIZEN, "路灯编号为 GJ-017")
    assert steps.settle(context, petition_id) == []
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.needs_desk) == (Stage.REGISTERED, True)
    intake.accept(context, petition_id, DESK)
    assert petition_of(context, petition_id).due_at == at("2026-03-10", "17:30")  # 3 March did not count


# --- who owns nothing, and who moves too often ------------------------------------------------------------------------


def test_a_petition_that_nobody_dispatches_climbs_to_the_top(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.at_the_desk(context)
    assert settle_until(context, petition_id, story, at("2026-03-03", "08:59")) == []
    assert settle_until(context, petition_id, story, at("2026-03-03", "09:00")) == [Step.CLIMB]
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit, petition.rung) == (Stage.FIRST_REVIEW, None, Rung.FIRST_REVIEW)
    settle_until(context, petition_id, story, at("2026-04-30"))
    petition = petition_of(context, petition_id)
    assert (petition.unit, petition.rung, petition.wake_kind) == (None, Rung.SUPERVISION, "supervision_reminder")


def test_the_third_transfer_goes_to_the_experts(context: Context) -> None:
    petition_id = lives.dispatched(context)
    for unit in (OTHER_UNIT, THIRD_UNIT):
        redispatch(context, petition_id, unit)
        assert steps.settle(context, petition_id) == []
    redispatch(context, petition_id, UNIT)
    assert steps.settle(context, petition_id) == [Step.CLIMB]
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.transfers, petition.due_at) == (Stage.FIRST_REVIEW, 3, DUE)
    assert last_row(context, petition_id).reason == "转办3次"


# --- when nobody decides ----------------------------------------------------------------------------------------------


def test_a_return_that_nobody_decides_is_granted(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.return_requested(context)
    assert settle_until(context, petition_id, story, at("2026-03-03", "17:29")) == []
    assert settle_until(context, petition_id, story, at("2026-03-03", "17:30")) == [Step.GRANT_RETURN, Step.DISPATCH]
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit, petition.returns) == (Stage.ACCEPTED, None, 1)
    assert decided(context, petition_id) == ("return", "granted", "融e通")


def test_an_extension_that_nobody_decides_is_refused(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    handling.request_extension(context, petition_id, AT_UNIT, amount=5, reason=WORDS)
    assert settle_until(context, petition_id, story, at("2026-03-03", "17:29")) == []
    assert settle_until(context, petition_id, story, at("2026-03-03", "17:30")) == [Step.REFUSE_EXTENSION]
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.due_at, petition.extensions_granted) == (Stage.IN_HAND, DUE, 0)
    assert decided(context, petition_id) == ("extension", "refused", "融e通")


def decided(context: Context, petition_id: str) -> tuple[str, str | None, str | None]:
    with context.readers() as session:
        row = session.scalars(sa.select(DecisionRequest).where(DecisionRequest.petition_id == petition_id)).one()
        return row.kind, row.outcome, row.decided_by


# --- the petitioner has the last word ---------------------------------------------------------------------------------


def test_a_redo_starts_its_own_clock_and_climbs_only_when_that_runs_out(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.in_hand(context)
    settle_until(context, petition_id, story, at("2026-03-12"))  # overdue: red, and with the experts
    complete(context, petition_id)
    rate_dissatisfied(context, petition_id)
    assert steps.settle(context, petition_id) == [Step.BEGIN_REDO]
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit, petition.card, petition.redos) == (Stage.REDO, UNIT, Card.NONE, 1)
    assert (petition.clock_started_at, petition.due_at) == (at("2026-03-12"), at("2026-03-19", "17:30"))
    assert Step.CLIMB not in settle_until(context, petition_id, story, at("2026-03-19", "17:29"))
    assert settle_until(context, petition_id, story, at("2026-03-19", "17:30")) == [Step.CLIMB]


def test_dissatisfied_after_the_redo_goes_to_the_experts_and_the_unit_keeps_it(context: Context) -> None:
    petition_id = lives.redone(context)
    complete(context, petition_id)
    rate_dissatisfied(context, petition_id)
    assert steps.settle(context, petition_id) == [Step.CLIMB]
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.rung, petition.unit, petition.redos) == (
        Stage.FIRST_REVIEW,
        Rung.FIRST_REVIEW,
        UNIT,
        1,
    )
    assert last_row(context, petition_id).reason == "重办后仍不满意"
    [lead] = [task for task in petition.assignments if task.part == "lead" and task.ended_at is None]
    assert lead.unit == UNIT
    handling.note(context, petition_id, Actor(Role.UNIT, UNIT), WORDS)
