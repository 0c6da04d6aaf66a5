"""When a case is over, nothing about it waits for anybody any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

import clock
from models.tables import Completion, DecisionRequest
from services import handling, intake, queues
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, WORDS
from tests.support.context import a_context


@pytest.fixture(autouse=True)
def story(frozen_clock: clock.StoryClock) -> clock.StoryClock:
    return frozen_clock


@pytest.fixture
def context(engine: sa.Engine) -> Context:
    return a_context(engine)


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
