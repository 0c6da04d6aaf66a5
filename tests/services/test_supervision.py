"""The inspectors' side: a dossier that tells the truth, and a file that is opened, answered and closed."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import NotPermitted, RuleRefusal, StaleVersion
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.tables import HistoryRow
from services import decisions, dispatching, handling, queries, supervision
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, LIVES, OTHER_UNIT, UNIT, WORDS, petition_of
from tests.support import steps
from tests.support.context import a_context

TERM = Duration(3, TimeUnit.WORKING_DAYS)


@pytest.fixture(autouse=True)
def story(frozen_clock: clock.StoryClock) -> clock.StoryClock:
    return frozen_clock


@pytest.fixture
def context(engine: sa.Engine) -> Context:
    return a_context(engine)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_every_kind_of_petition_has_a_dossier_with_a_whole_chain(
    context: Context, life: Callable[[Context], str]
) -> None:
    petition = petition_of(context, life(context))
    dossier = supervision.dossier(context, petition.id, INSPECTOR)
    assert (dossier.chain.intact, dossier.chain.rows) == (True, petition.version)
    assert dossier.petition.petitioner is None
    assert petition.query_code not in dossier.model_dump_json()
    assert dossier.timers
    assert dossier.notices
    assert len([timer for timer in dossier.timers if timer.ended_at is None]) == len(dossier.clocks.deadlines)


def test_who_held_it_for_how_long(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    story.move_to(pendulum.datetime(2026, 3, 3, 9, tz=clock.SHANGHAI))
    handling.request_return(context, petition_id, AT_UNIT, reason=WORDS, proposed_unit=OTHER_UNIT, basis=WORDS)
    story.move_to(pendulum.datetime(2026, 3, 3, 11, tz=clock.SHANGHAI))
    decisions.decide_return(context, petition_id, DESK, granted=False, reason=WORDS)
    story.move_to(pendulum.datetime(2026, 3, 4, 9, tz=clock.SHANGHAI))
    held = supervision.dossier(context, petition_id, INSPECTOR).held
    assert [(item.holder.code, item.stage.code, item.minutes, item.working_minutes) for item in held] == [
        ("desk", "registered", 0, 0),
        ("desk", "accepted", 0, 0),
        (UNIT, "dispatched", 0, 0),
        (UNIT, "in_hand", 24 * 60, 450),
        ("desk", "return_requested", 120, 120),
        (UNIT, "in_hand", 22 * 60, 330),
    ]
    assert held[-1].until is None
    assert all(item.until == after.since for item, after in itertools.pairwise(held))


def test_why_it_is_overdue(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    steps.settle_until(context, petition_id, story, pendulum.datetime(2026, 3, 11, tz=clock.SHANGHAI))
    dossier = supervision.dossier(context, petition_id, INSPECTOR)
    due = dossier.clocks.handling
    assert due is not None
    assert (due.rule, due.passed, due.minutes_left < 0) == ("handling", True, True)
    assert "山东省政务服务热线管理办法" in due.source
    assert dossier.clocks.policy_version == petition_of(context, petition_id).policy_version
    outcomes = {(timer.kind.code, timer.outcome) for timer in dossier.timers}
    assert {("yellow_card", "fired"), ("handling", "fired"), ("red_card", "fired")} <= outcomes


def test_an_altered_or_a_missing_row_breaks_the_chain_where_it_is(context: Context) -> None:
    petition_id = lives.completed(context)
    last = petition_of(context, petition_id).version
    assert supervision.verify_chain(context, petition_id).broken_at is None
    with context.sessions.begin() as session:
        session.execute(sa.delete(HistoryRow).where(HistoryRow.petition_id == petition_id, HistoryRow.version == last))
    assert supervision.verify_chain(context, petition_id).broken_at == last
    with context.sessions.begin() as session:
        row = session.get_one(HistoryRow, (petition_id, 3))
        row.reason = "改过的理由"
    broken = supervision.verify_chain(context, petition_id)
    assert (broken.intact, broken.broken_at) == (False, 3)


def test_a_file_is_asked_answered_and_closed(context: Context) -> None:
    petition_id = lives.supervised(context)
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何逾期", duration=TERM)
    opened = supervision.dossier(context, petition_id, INSPECTOR).supervision
    assert opened is not None
    assert opened.explanation_due_at == pendulum.datetime(2026, 3, 5, 17, 30, tz=clock.SHANGHAI)
    supervision.answer(context, petition_id, AT_UNIT, "备件到货延迟")
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.INTERVIEW, opinion="约谈分管负责人")
    closed = supervision.dossier(context, petition_id, INSPECTOR).supervision
    assert closed is not None
    assert closed.disposition is not None
    assert (closed.disposition.name, closed.opinion, closed.closed_by) == ("约谈", "约谈分管负责人", INSPECTOR.name)
    acts = [entry.details["act"] for entry in queries.history(context, petition_id, INSPECTOR).entries[-3:]]
    assert acts == ["demand", "answer", "dispose"]
    assert petition_of(context, petition_id).stage == "in_hand"
    assert supervision.verify_chain(context, petition_id).intact


def test_what_may_not_be_written_into_a_file(context: Context) -> None:
    petition_id = lives.supervised(context)
    with pytest.raises(RuleRefusal, match="没有要求说明"):
        supervision.answer(context, petition_id, AT_UNIT, "说明")
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何逾期", duration=TERM)
    with pytest.raises(NotPermitted):
        supervision.answer(context, petition_id, Actor(Role.UNIT, OTHER_UNIT), "说明")
    with pytest.raises(StaleVersion):
        supervision.answer(context, petition_id, AT_UNIT, "说明", version=1)
    with pytest.raises(NotPermitted):
        supervision.dispose(context, petition_id, AT_UNIT, disposition=Disposition.UNFOUNDED, opinion="不成立")
    with pytest.raises(NotPermitted):
        supervision.dossier(context, petition_id, AT_UNIT)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="查无违规")
    with pytest.raises(RuleRefusal, match="督办件已了结"):
        supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.RECTIFY, opinion="责令整改")


def test_the_unit_that_was_asked_answers_even_after_the_case_moved_on(context: Context) -> None:
    petition_id = lives.supervised(context)
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何逾期", duration=TERM)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    supervision.answer(context, petition_id, AT_UNIT, "此前已联系诉求人")


def test_a_unit_is_not_told_of_a_lead_that_was_handed_over(context: Context) -> None:
    petition_id = lives.supervised(context)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.REFER, opinion="移交问题线索")
    assert "线索" in queries.history(context, petition_id, INSPECTOR).model_dump_json()
    for shown in (queries.history(context, petition_id, AT_UNIT), queries.detail(context, petition_id, AT_UNIT)):
        assert "线索" not in shown.model_dump_json()
    progress = queries.public_progress(context, petition_of(context, petition_id).query_code)
    assert "线索" not in progress.model_dump_json()
