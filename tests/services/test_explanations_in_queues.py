"""A unit that inspectors asked to explain finds that in its queue, also when the petition is no longer its own."""

from __future__ import annotations

from collections.abc import Callable

import pendulum
import pytest

import clock
from domain.actions import Actor, Role
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from services import decisions, dispatching, queues, supervision
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, OTHER_UNIT, UNIT, WORDS


def lose(context: Context, petition_id: str) -> None:
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)


def lose_for_good(context: Context, petition_id: str) -> None:
    decisions.terminate(context, petition_id, DESK, WORDS)


@pytest.mark.parametrize("losing", [lose, lose_for_good])
def test_who_was_asked_to_explain_finds_it_after_the_petition_has_gone(
    context: Context, story: clock.StoryClock, losing: Callable[[Context, str], None]
) -> None:
    late, asked, early = lives.in_hand(context), lives.asked(context), lives.asked(context)
    supervision.demand_explanation(
        context, early, INSPECTOR, question=WORDS, duration=Duration(1, TimeUnit.WORKING_DAYS)
    )
    since = queues.unit_queue(context, AT_UNIT).as_of
    story.move_to(story.now().add(minutes=5))
    for petition_id in (asked, early):
        losing(context, petition_id)
    if losing is lose:  # a unit may lose a petition more than once, and is asked once
        dispatching.redispatch(context, early, DESK, unit=UNIT, reason=WORDS)
        losing(context, early)
    first = queues.unit_queue(context, AT_UNIT, limit=1)
    items = [*first.items, *queues.unit_queue(context, AT_UNIT, cursor=first.next).items]
    assert [item.id for item in items] == [early, asked, late]
    mine = items[1]
    assert mine.explanation is not None
    assert (mine.part, mine.outcome) == ("lead", "moved" if losing is lose else "closed")
    assert mine.task_due_at == mine.explanation.due_at == pendulum.datetime(2026, 3, 5, 17, 30, tz=clock.SHANGHAI)
    assert mine.allowed_actions == ["explain"]
    changed = queues.unit_queue(context, AT_UNIT, changed_after=since).items
    assert {item.id for item in changed} == {early, asked}
    others = {item.id for item in queues.unit_queue(context, Actor(Role.UNIT, OTHER_UNIT)).items}
    assert others == ({asked, early} if losing is lose else set())
    since = queues.unit_queue(context, AT_UNIT).as_of
    story.move_to(story.now().add(minutes=5))
    supervision.answer(context, asked, AT_UNIT, WORDS)
    supervision.dispose(context, early, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion=WORDS)
    assert [item.id for item in queues.unit_queue(context, AT_UNIT).items] == [late]
    no_longer_owed = queues.unit_queue(context, AT_UNIT, changed_after=since).items
    assert {(item.id, item.explanation is None) for item in no_longer_owed} == {(asked, True), (early, True)}


def test_who_still_has_what_it_was_asked_about_finds_it_once(context: Context) -> None:
    petition_id = lives.asked(context)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    dispatching.redispatch(context, petition_id, DESK, unit=UNIT, reason=WORDS)
    [mine] = queues.unit_queue(context, AT_UNIT).items
    assert (mine.part, mine.outcome) == ("lead", None)
    assert mine.task_due_at == mine.due_at
