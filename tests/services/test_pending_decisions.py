"""What was asked for waits for its decision as long as the petition stands where it was asked, and no longer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.petition import Rung
from domain.stages import Stage
from domain.workdays import Duration, TimeUnit
from models.tables import Completion, DecisionRequest
from services import decisions, handling, intake, ladder, queues
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, OTHER_UNIT, REVIEWER, UNIT, WORDS
from tests.support.steps import petition_of, settle_until

LEADER = Actor(Role.LEADER, name="领导小组")
AT_OTHER_UNIT = Actor(Role.UNIT, OTHER_UNIT, "科员")


def extension_requested(context: Context) -> str:
    petition_id = lives.in_hand(context)
    handling.request_extension(context, petition_id, AT_UNIT, amount=2, reason=WORDS)
    return petition_id


def withdrawn(context: Context, petition_id: str) -> None:
    intake.withdraw(context, petition_id, CITIZEN)


def merged(context: Context, petition_id: str) -> None:
    intake.merge(context, petition_id, lives.in_hand(context), DESK, WORDS)


@pytest.mark.parametrize("end", [withdrawn, merged])
@pytest.mark.parametrize("life", [lives.return_requested, extension_requested])
def test_what_a_unit_asked_for_is_overtaken_when_the_case_ends(
    context: Context, life: Callable[[Context], str], end: Callable[[Context, str], None]
) -> None:
    petition_id = life(context)
    before = clock.now()
    end(context, petition_id)
    with context.readers() as session:
        request = session.scalars(sa.select(DecisionRequest)).one()
    assert (request.outcome, request.decided_at, request.decided_by) == ("overtaken", before, None)
    changed = queues.unit_queue(context, AT_UNIT, changed_after=before.subtract(minutes=1)).items
    assert [item.asked for item in changed if item.id == petition_id] == [None]


def test_a_completion_is_overtaken_when_the_petitioner_withdraws(context: Context) -> None:
    petition_id = lives.submitted(context)
    intake.withdraw(context, petition_id, CITIZEN)
    with context.readers() as session:
        completion = session.scalars(sa.select(Completion)).one()
    assert (completion.outcome, completion.decided_at) == ("overtaken", clock.now())


def decided_by_leadership(context: Context) -> str:
    """Leadership gave it to the unit for one working day: the rung above is supervision, which takes nothing away."""
    petition_id = lives.in_review(context)
    ladder.propose_second_review(context, petition_id, REVIEWER, WORDS)
    lead = ladder.Task(UNIT, WORDS, Duration(1, TimeUnit.WORKING_DAYS))
    ladder.assign(context, petition_id, LEADER, ladder.Decision(lead, WORDS))
    return petition_id


def asked_on_the_last_day(context: Context, story: clock.StoryClock, ask: Callable[[str], object]) -> str:
    """The desk has until the day after to decide; at half past five the unit's own term runs out."""
    petition_id = decided_by_leadership(context)
    due_at = petition_of(context, petition_id).due_at
    assert due_at is not None
    settle_until(context, petition_id, story, due_at.subtract(hours=1))
    ask(petition_id)
    stage = petition_of(context, petition_id).stage
    settle_until(context, petition_id, story, due_at)
    supervised = petition_of(context, petition_id)
    assert (supervised.rung, supervised.stage) == (Rung.SUPERVISION, stage)
    return petition_id


def test_supervision_leaves_an_extension_to_the_desk(context: Context, story: clock.StoryClock) -> None:
    def ask(petition_id: str) -> None:
        handling.sign(context, petition_id, AT_UNIT)
        handling.request_extension(context, petition_id, AT_UNIT, amount=2, reason=WORDS)

    petition_id = asked_on_the_last_day(context, story, ask)
    before = petition_of(context, petition_id).due_at
    decisions.decide_extension(context, petition_id, DESK, granted=True, reason=WORDS)
    extended = petition_of(context, petition_id)
    assert before is not None
    assert (extended.stage, extended.due_at) == (Stage.IN_HAND, before.add(days=2))
