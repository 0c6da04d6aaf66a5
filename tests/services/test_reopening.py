"""An archived case is taken up again: by its petitioner, in time, once; on a clock and a run of its own."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

import clock
from domain.conduct import DeadlineKind
from domain.errors import ForbiddenTransition, Incomplete, NotPermitted, RuleRefusal, StaleVersion
from domain.lists import ListName
from domain.petition import Satisfaction
from domain.stages import FINAL_STAGES, Stage, Trigger
from models.tables import HistoryRow, Petition
from services import audit, decisions, dispatching, exclusions, handling, lists, queries, queues, verdict
from services.context import Context
from services.drift import Drift
from services.invariants import check_invariants
from services.reconcile import reconcile
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, EVIDENCE, INSPECTOR, OTHER_UNIT, UNIT, petition_of
from tests.services.parked_runs import forget_calls, run_of, set_run
from tests.support.context import recorded


def reopen(context: Context, petition_id: str, code: str = "came-back", words: str = "修好三天又不亮") -> Petition:
    return verdict.reopen(context, petition_id, CITIZEN, reason_code=code, reason=words)


def step_of(context: Context, petition_id: str) -> HistoryRow:
    query = sa.select(HistoryRow).where(
        HistoryRow.petition_id == petition_id, HistoryRow.trigger == Trigger.REOPEN.value
    )
    with context.readers() as session:
        return session.scalars(query).one()


def test_it_goes_back_to_the_desk_and_begins_anew(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.archived(context)
    story.move_to(clock.now() + dt.timedelta(days=3))
    reopen(context, petition_id)
    lives.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.needs_desk, petition.unit) == ("accepted", True, None)
    assert (petition.closed_at, petition.clock_started_at, petition.satisfaction) == (None, None, None)
    assert (petition.due_at, petition.rating_asked, petition.reopens) == (None, False, 1)
    assert petition.stage_due_at is not None, "the desk has the time of a dispatch"
    step = step_of(context, petition_id)
    assert (step.public, step.details["reason_code"], step.details["unit"]) == (False, "came-back", UNIT)
    assert step.reason == "问题又出现了：修好三天又不亮"
    assert petition_id in {item.id for item in queues.queue_for(context, DESK).items}
    assert lists.items_of(context, petition_id, INSPECTOR)[ListName.RESULTS].listed.code == "open"
    assert {rule for _, rule, _ in lives.told(context, petition_id, Trigger.REOPEN)} >= {"reopened-desk"}


def test_until_when_it_may_be_taken_up_is_told_to_its_petitioner_alone_while_it_may(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.archived(context)
    code = petition_of(context, petition_id).query_code
    until = queries.public_progress(context, code).reopen_until
    assert until is not None
    assert until.isoformat() == "2026-03-16T09:30:00+00:00", "fourteen days, until the office closes"
    story.move_to(until + dt.timedelta(seconds=1))
    assert queries.public_progress(context, code).reopen_until is None
    assert (
        queries.public_progress(context, petition_of(context, lives.in_hand(context)).query_code).reopen_until is None
    )


def test_it_is_handled_rated_and_archived_once_more(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.archived(context)
    story.move_to(clock.now() + dt.timedelta(days=3))
    reopen(context, petition_id)
    story.move_to(clock.now() + dt.timedelta(hours=1))
    dispatching.dispatch(context, petition_id, DESK, unit=UNIT, reason="仍属该单位")
    lives.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.clock_started_at, petition.clock_kind) == (clock.now(), DeadlineKind.HANDLING)
    assert petition.transfers == 0, "nobody had it when it was given"
    assert petition.due_at is not None
    assert petition.due_at > clock.now()
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason="佐证齐全")
    lives.settle(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.BASICALLY_SATISFIED)
    lives.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.closed_at, petition.satisfaction) == (
        "archived",
        clock.now(),
        "basically_satisfied",
    )
    with pytest.raises(RuleRefusal, match="最多重启1次"):
        reopen(context, petition_id)
    assert [found.name for found in check_invariants(context)] == ["notice_is_not_forgotten"], "nobody sends here"
    assert audit.verify(context) == []


def test_only_in_time(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.archived(context)
    code = petition_of(context, petition_id).query_code
    until = queries.verdict_choices(context, code).reopen_until
    assert until is not None
    story.move_to(until)
    assert "reopen" in queries.public_progress(context, code).allowed_actions
    story.move_to(until + dt.timedelta(seconds=1))
    assert "reopen" not in queries.public_progress(context, code).allowed_actions
    with pytest.raises(RuleRefusal, match="期限已过") as refusal:
        reopen(context, petition_id)
    assert "自定" in refusal.value.facts["source"]


@pytest.mark.parametrize(
    ("code", "words", "field"), [("nothing", "又坏了", "reason_code"), ("other", "", "reason")], ids=["none", "other"]
)
def test_a_reason_of_the_rules_is_asked_for(context: Context, code: str, words: str, field: str) -> None:
    petition_id = lives.archived(context)
    with pytest.raises(Incomplete) as wrong:
        reopen(context, petition_id, code, words)
    assert [item["field"] for item in wrong.value.missing] == [field]
    assert petition_of(context, petition_id).stage == "archived"


def test_nobody_else_reopens_and_of_two_forms_one_counts(context: Context) -> None:
    petition_id = lives.archived(context)
    seen = petition_of(context, petition_id).version
    for actor in (DESK, AT_UNIT, INSPECTOR):
        with pytest.raises(NotPermitted):
            verdict.reopen(context, petition_id, actor, reason_code="came-back")
    verdict.reopen(context, petition_id, CITIZEN, reason_code="came-back", version=seen)
    with pytest.raises(StaleVersion):
        verdict.reopen(context, petition_id, CITIZEN, reason_code="came-back", version=seen)


@pytest.mark.parametrize("life", [lives.merged, lives.terminated, lives.completed, lives.in_hand])
def test_only_what_was_archived(context: Context, life: object) -> None:
    assert callable(life)
    petition_id = life(context)
    assert petition_of(context, petition_id).stage != Stage.ARCHIVED.value
    with pytest.raises(ForbiddenTransition):
        reopen(context, petition_id)


def test_what_was_not_assessed_is_assessed_again(context: Context) -> None:
    petition_id = lives.archived(context)
    exclusions.ask(context, petition_id, AT_UNIT, reason_code="mistaken", evidence="回访记录")
    reopen(context, petition_id)
    [asked] = [item for item in queries.detail(context, petition_id, DESK).asked if item.kind == "exclusion"]
    assert asked.outcome == "overtaken"
    petition = petition_of(context, petition_id)
    assert (petition.exclusion, petition.exclusion_due_at) == (None, None)


def test_another_unit_may_get_it(context: Context) -> None:
    petition_id = lives.archived(context)
    reopen(context, petition_id)
    dispatching.dispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason="权属已移交街道")
    assert petition_of(context, petition_id).unit == OTHER_UNIT


def archived_and_ended(context: Context) -> str:
    petition_id = lives.archived(context)
    set_run(context, petition_id, "COMPLETED")
    reconcile(context)
    assert petition_of(context, petition_id).run_id == run_of(context, petition_id)
    forget_calls(context)
    return petition_id


def test_its_run_begins_again_at_once(context: Context) -> None:
    petition_id = archived_and_ended(context)
    reopen(context, petition_id)
    assert recorded(context).revived == [run_of(context, petition_id)]


def test_another_run_is_started_where_prefect_has_thrown_it_away(context: Context) -> None:
    petition_id = archived_and_ended(context)
    recorded(context).runs.clear()
    recorded(context).started.clear()
    reopen(context, petition_id)
    assert list(recorded(context).started) == [petition_id]


def test_what_prefect_was_not_told_reconcile_finds(context: Context) -> None:
    petition_id = archived_and_ended(context)
    recorded(context).available = False
    reopen(context, petition_id)
    recorded(context).available = True
    assert Stage(petition_of(context, petition_id).stage) not in FINAL_STAGES
    assert reconcile(context) == Drift(checked=1, ended_early=1, healed=1)
    assert recorded(context).revived == [run_of(context, petition_id)]
