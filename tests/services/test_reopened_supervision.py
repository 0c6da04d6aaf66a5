"""An inspectors' file that was closed and is opened again: by the ladder, by a new deadline, by the inspectors."""

from __future__ import annotations

import pendulum
import sqlalchemy as sa

import clock
from domain.petition import Satisfaction, Step
from domain.stages import Trigger
from domain.supervision import Disposition
from models.dossier import OpeningView
from models.tables import HistoryRow, Supervision
from services import decisions, dossiers, handling, ladder, queries, queues, runs, supervision, verdict
from services.context import Context
from services.invariants import check_invariants
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, EVIDENCE, INSPECTOR, UNIT, WORDS, petition_of, told
from tests.support import steps

CLIMBED = pendulum.datetime(2026, 5, 12, 9, tz=clock.SHANGHAI)
"""By now a petition that nobody worked on has come to supervision."""


def at_the_top(context: Context, story: clock.StoryClock) -> str:
    """A petition with a unit, under supervision, because nobody did anything."""
    petition_id = lives.in_hand(context)
    steps.settle_until(context, petition_id, story, CLIMBED)
    assert (petition_of(context, petition_id).rung, is_listed(context, petition_id)) == (3, True)
    return petition_id


def close(context: Context, petition_id: str, opinion: str = "限期整改") -> None:
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.RECTIFY, opinion=opinion)


def is_listed(context: Context, petition_id: str) -> bool:
    return petition_id in [item.id for item in queues.overdue_list(context, INSPECTOR, supervised=True).items]


def openings(context: Context, petition_id: str) -> list[OpeningView]:
    dossier = dossiers.dossier(context, petition_id, INSPECTOR)
    assert dossier.chain.intact
    assert dossier.supervision is not None
    return dossier.supervision.openings


def broken(context: Context) -> set[str]:
    """The invariants that do not hold; no sender runs here, so notices wait."""
    return {violation.name for violation in check_invariants(context)} - {"notice_is_not_forgotten"}


def test_after_the_file_is_closed_nobody_is_reminded_and_what_stays_undone_opens_it_again(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = at_the_top(context, story)
    close(context, petition_id)
    assert not is_listed(context, petition_id)
    assert [item.id for item in queues.overdue_list(context, INSPECTOR, supervised=False).items] == [petition_id]
    assert not queries.head(context, petition_id, INSPECTOR).supervised
    assert "supervised" not in runs.look(context, petition_id).label.tags
    again = pendulum.datetime(2026, 5, 19, 17, 30, tz=clock.SHANGHAI)
    assert steps.settle_until(context, petition_id, story, again.subtract(seconds=1)) == []
    assert broken(context) == set()
    assert steps.settle_until(context, petition_id, story, again) == [Step.CLIMB]
    assert is_listed(context, petition_id)
    assert queries.head(context, petition_id, INSPECTOR).supervised
    assert "supervised" in runs.look(context, petition_id).label.tags
    assert ("role:discipline", "supervised") in {item[:2] for item in told(context, petition_id, Trigger.SUPERVISE)}
    first, second = openings(context, petition_id)
    assert (first.opinion, first.closed_by, first.closed_at) == ("限期整改", INSPECTOR.name, CLIMBED)
    assert first.disposition is not None
    assert first.disposition.name == "责令整改"
    assert (second.opened_at, second.closed_at, second.disposition) == (again, None, None)
    assert second.cause.startswith("督办了结后至2026年5月19日 17:30仍未办结")
    reminded = steps.settle_until(context, petition_id, story, again.add(days=30))
    assert set(reminded) == {Step.REMIND_SUPERVISED}
    assert broken(context) == set()


def test_a_redo_that_is_late_opens_the_file_again(context: Context, story: clock.StoryClock) -> None:
    petition_id = at_the_top(context, story)
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    close(context, petition_id)
    steps.settle(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason=WORDS)
    steps.settle(context, petition_id)
    due = petition_of(context, petition_id).due_at
    assert due is not None
    before = steps.settle_until(context, petition_id, story, due.subtract(seconds=1))
    assert set(before) == {Step.REMIND_SIGNING, Step.SHOW_YELLOW_CARD}
    assert not is_listed(context, petition_id)
    assert steps.settle_until(context, petition_id, story, due) == [Step.CLIMB]
    assert is_listed(context, petition_id)
    assert [opening.closed_at is None for opening in openings(context, petition_id)] == [False, True]


def test_the_ladder_opens_again_what_inspectors_had_opened_and_closed_before_it_came(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.supervised(context)
    close(context, petition_id, "查无违规")
    steps.settle_until(context, petition_id, story, CLIMBED)
    assert (petition_of(context, petition_id).rung, is_listed(context, petition_id)) == (3, True)
    own, climbed = openings(context, petition_id)
    assert (own.cause, own.opinion, climbed.closed_at) == (WORDS, "查无违规", None)
    assert climbed.unit is not None
    assert climbed.unit.code == UNIT


def test_the_ladder_opens_nothing_anew_while_the_file_is_open(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.supervised(context)
    steps.settle_until(context, petition_id, story, CLIMBED)
    assert petition_of(context, petition_id).rung == 3
    [opening] = openings(context, petition_id)
    assert (opening.cause, opening.closed_at) == (WORDS, None)


def test_inspectors_open_it_again_of_their_own_accord(context: Context) -> None:
    petition_id = lives.supervised(context)
    close(context, petition_id)
    assert "supervise" in queries.head(context, petition_id, INSPECTOR).allowed_actions
    ladder.open_supervision(context, petition_id, INSPECTOR, "整改不到位")
    close(context, petition_id, "已整改到位")
    told_of = [(opening.cause, opening.opinion) for opening in openings(context, petition_id)]
    assert told_of == [(WORDS, "限期整改"), ("整改不到位", "已整改到位")]
    with context.readers() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Supervision)) == 1


def test_a_file_that_the_first_version_closed_is_told_as_closed(context: Context) -> None:
    petition_id = lives.supervised(context)
    close(context, petition_id)
    with context.sessions.begin() as session:
        row = session.get_one(HistoryRow, (petition_id, petition_of(context, petition_id).version))
        row.trigger, row.details = "record_supervision", {"act": "dispose", "disposition": "rectify"}
    file = dossiers.dossier(context, petition_id, INSPECTOR).supervision
    assert file is not None
    [opening] = file.openings
    assert opening.disposition is not None
    assert (opening.disposition.code, opening.opinion, opening.closed_by) == ("rectify", "限期整改", INSPECTOR.name)
