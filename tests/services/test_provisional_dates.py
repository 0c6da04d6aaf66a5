"""A date is called provisional only when that very date may move: after 24 December 2026 no calendar is published."""

from __future__ import annotations

import pendulum
import pytest

import clock
from services import dossiers, handling, queries, runs
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, EVIDENCE, INSPECTOR, UNIT, petition_of


def at(day: str, time: str) -> pendulum.DateTime:
    return pendulum.from_format(f"{day} {time}", "YYYY-MM-DD HH:mm", tz=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def story(frozen_clock: clock.StoryClock) -> clock.StoryClock:
    frozen_clock.move_to(at("2026-12-17", "09:00"))
    return frozen_clock


def shown(context: Context, petition_id: str) -> list[tuple[str, bool]]:
    """The date and whether it is provisional: to people who work on it, then to the public."""
    head = queries.head(context, petition_id, AT_UNIT)
    progress = queries.public_progress(context, petition_of(context, petition_id).query_code)
    due = [(item.due_at, item.due_provisional) for item in (head, progress)]
    return [(f"{moment:%m-%d}" if moment else "", provisional) for moment, provisional in due]


def test_a_red_card_in_an_unknown_year_leaves_the_due_date_certain(context: Context) -> None:
    petition_id = lives.dispatched(context)
    timers = dossiers.dossier(context, petition_id, INSPECTOR).timers
    assert {timer.kind.code for timer in timers if timer.provisional} == {"red_card"}
    assert shown(context, petition_id) == [("12-24", False), ("12-24", False)]
    assert "| 办理到期 | 2026-12-24 17:30 |" in runs.case_file(context, petition_id)


def test_a_due_date_in_an_unknown_year_is_provisional(context: Context, story: clock.StoryClock) -> None:
    story.move_to(at("2026-12-28", "09:00"))
    petition_id = lives.dispatched(context)
    assert petition_of(context, petition_id).unit == UNIT
    assert shown(context, petition_id) == [("01-04", True), ("01-04", True)]
    assert "| 办理到期 | 2027-01-04 17:30（暂定） |" in runs.case_file(context, petition_id)


def test_each_of_two_dates_says_so_for_itself(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    story.move_to(at("2026-12-24", "09:00"))
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    assert shown(context, petition_id)[0] == ("12-24", False)
    assert shown(context, petition_id)[1][1] is True


def test_a_petition_that_is_over_has_no_date_and_nothing_provisional(context: Context, story: clock.StoryClock) -> None:
    story.move_to(at("2026-12-28", "09:00"))
    petition_id = lives.archived(context)
    assert shown(context, petition_id)[1] == ("", False)
