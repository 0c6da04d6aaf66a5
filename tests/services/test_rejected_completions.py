"""A completion sent back goes where it came from, and no clock, rung or notice of a running review is touched."""

from __future__ import annotations

from collections.abc import Callable

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor
from domain.errors import ForbiddenTransition, NotPermitted, StaleVersion
from domain.petition import Rung, Step
from domain.stages import Stage
from domain.workdays import Duration, TimeUnit
from models.tables import Completion, DecisionRequest, Notice, TimerRow
from services import decisions, handling, ladder, queries
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, EVIDENCE, REVIEWER, UNIT, WORDS, petition_of
from tests.support import steps


def at(day: str, time: str = "09:00") -> pendulum.DateTime:
    return pendulum.from_format(f"{day} {time}", "YYYY-MM-DD HH:mm", tz=clock.SHANGHAI)


def submit(context: Context, petition_id: str) -> None:
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)


def reject(context: Context, petition_id: str, reason: str = "缺少现场照片") -> None:
    decisions.decide_completion(context, petition_id, DESK, approved=False, reason=reason)


def extension_requested(context: Context) -> str:
    petition_id = lives.in_hand(context)
    handling.request_extension(context, petition_id, AT_UNIT, amount=2, reason=WORDS)
    return petition_id


def in_second_review(context: Context) -> str:
    petition_id = lives.in_review(context)
    ladder.propose_second_review(context, petition_id, REVIEWER, WORDS)
    return petition_id


def notices_of(context: Context, petition_id: str) -> list[tuple[str, str]]:
    with context.readers() as session:
        query = sa.select(Notice.rule, Notice.recipient).where(Notice.petition_id == petition_id).order_by(Notice.id)
        return list(session.execute(query).tuples())


def running_timer(context: Context, petition_id: str, kind: str) -> pendulum.DateTime:
    with context.readers() as session:
        query = sa.select(TimerRow.due_at).where(
            TimerRow.petition_id == petition_id, TimerRow.kind == kind, TimerRow.ended_at.is_(None)
        )
        return session.scalars(query).one()


@pytest.mark.parametrize(
    "life",
    [lives.dispatched, lives.in_hand, lives.return_requested, extension_requested, lives.redone],
    ids=lambda life: life.__name__,
)
def test_from_the_units_own_work_it_comes_back_into_its_hands(
    context: Context, story: clock.StoryClock, life: Callable[[Context], str]
) -> None:
    petition_id = life(context)
    due = petition_of(context, petition_id).due_at
    submit(context, petition_id)
    story.move_to(at("2026-03-03"))
    reject(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit, petition.rung, petition.due_at) == (Stage.IN_HAND, UNIT, Rung.NONE, due)
    assert petition.stage_entered_at == at("2026-03-03")
    assert notices_of(context, petition_id)[-1] == ("completion-rejected", f"unit:{UNIT}")
    with context.readers() as session:
        of_it = sa.select(Completion).where(Completion.petition_id == petition_id).order_by(Completion.id)
        handed_in = session.scalars(of_it).all()[-1]
        assert (handed_in.outcome, handed_in.decided_at) == ("rejected", at("2026-03-03"))
        asked = session.scalars(sa.select(DecisionRequest.outcome).where(DecisionRequest.petition_id == petition_id))
        assert set(asked) <= {"overtaken"}
    submit(context, petition_id)
    assert petition_of(context, petition_id).stage == Stage.COMPLETION_SUBMITTED


@pytest.mark.parametrize(
    ("life", "stage", "kind", "group"),
    [
        (lives.in_review, Stage.FIRST_REVIEW, "first_review", "first-review"),
        (in_second_review, Stage.SECOND_REVIEW, "second_review", "second-review"),
    ],
    ids=["first", "second"],
)
def test_a_review_that_was_running_goes_on_as_if_nothing_had_been_handed_in(
    context: Context, story: clock.StoryClock, life: Callable[[Context], str], stage: Stage, kind: str, group: str
) -> None:
    petition_id = life(context)
    before, decides_by = petition_of(context, petition_id), running_timer(context, petition_id, kind)
    story.move_to(at("2026-03-03"))
    submit(context, petition_id)
    told = len(notices_of(context, petition_id))
    story.move_to(at("2026-03-04"))
    reject(context, petition_id)
    after = petition_of(context, petition_id)
    assert after.stage == stage
    assert (after.stage_entered_at, after.rung, after.due_at) == (before.stage_entered_at, before.rung, before.due_at)
    assert running_timer(context, petition_id, kind) == decides_by
    assert notices_of(context, petition_id)[told:] == [(f"completion-rejected-{group}", f"unit:{UNIT}")]
    assert after.version == before.version + 2


def test_however_often_it_is_rejected_the_review_ends_on_its_own_day(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_review(context)
    decides_by = running_timer(context, petition_id, "first_review")
    for day in range(3, 28, 4):
        steps.settle_until(context, petition_id, story, at(f"2026-03-{day:02}", "10:00"))
        submit(context, petition_id)
        reject(context, petition_id)
        assert running_timer(context, petition_id, "first_review") == decides_by
    steps.settle_until(context, petition_id, story, decides_by)
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.rung, petition.stage_entered_at) == (
        Stage.SECOND_REVIEW,
        Rung.SECOND_REVIEW,
        decides_by,
    )
    owed = [rule for rule, _ in notices_of(context, petition_id)]
    assert (owed.count("first-review-group"), owed.count("first-review-unit")) == (1, 1)
    assert (owed.count("second-review-group"), owed.count("second-review-unit")) == (1, 1)


def test_a_review_whose_day_passed_while_the_desk_looked_climbs_at_once(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.in_review(context)
    decides_by = running_timer(context, petition_id, "first_review")
    steps.settle_until(context, petition_id, story, decides_by.subtract(minutes=5))
    submit(context, petition_id)
    story.move_to(decides_by.add(minutes=5))
    assert steps.settle(context, petition_id) == []
    reject(context, petition_id)
    assert steps.settle(context, petition_id)[0] is Step.CLIMB
    assert petition_of(context, petition_id).stage == Stage.SECOND_REVIEW


def test_a_second_time_before_the_experts_counts_from_the_second_time(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.in_review(context)
    story.move_to(at("2026-03-03"))
    task = ladder.Task(UNIT, WORDS, Duration(5, TimeUnit.WORKING_DAYS))
    ladder.assign(context, petition_id, REVIEWER, ladder.Decision(task, WORDS))
    story.move_to(at("2026-03-04"))
    ladder.refer_to_first_review(context, petition_id, DESK, WORDS)
    story.move_to(at("2026-03-05"))
    submit(context, petition_id)
    reject(context, petition_id)
    assert petition_of(context, petition_id).stage_entered_at == at("2026-03-04")


def test_the_reason_is_for_the_unit_and_not_for_the_petitioners_timeline(context: Context) -> None:
    petition_id = lives.submitted(context)
    reject(context, petition_id, "答复与诉求不符")
    entry = queries.history(context, petition_id, AT_UNIT).entries[-1]
    assert (entry.reason, entry.stage_after, entry.actor_role) == ("答复与诉求不符", Stage.IN_HAND, "desk")
    progress = queries.public_progress(context, petition_of(context, petition_id).query_code)
    assert (progress.timeline[-1].label, progress.timeline[-1].reason) == ("退回补办", "")


@pytest.mark.parametrize("actor", [AT_UNIT, REVIEWER, CITIZEN], ids=lambda actor: actor.role)
def test_only_the_desk_sends_back(context: Context, actor: Actor) -> None:
    petition_id = lives.submitted(context)
    with pytest.raises(NotPermitted):
        decisions.decide_completion(context, petition_id, actor, approved=False, reason=WORDS)
    assert petition_of(context, petition_id).stage == Stage.COMPLETION_SUBMITTED


def test_only_what_was_handed_in_is_sent_back_and_only_as_it_was_seen(context: Context) -> None:
    petition_id = lives.in_hand(context)
    with pytest.raises(ForbiddenTransition):
        reject(context, petition_id)
    submit(context, petition_id)
    with pytest.raises(StaleVersion):
        decisions.decide_completion(context, petition_id, DESK, approved=False, reason=WORDS, version=1)
    assert petition_of(context, petition_id).stage == Stage.COMPLETION_SUBMITTED
