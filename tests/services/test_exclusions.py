"""What is not assessed: who asks, who decides and who never does, what it changes in figures and lists."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.attachments import Purpose
from domain.errors import ForbiddenTransition, Incomplete, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.figures import CountName, ShareName
from domain.lists import ListName
from domain.petition import Satisfaction
from domain.stages import Trigger
from domain.units import UnitKind
from models.answers import AskView
from models.tables import HistoryRow, Petition
from services import (
    attachments,
    audit,
    decisions,
    exclusions,
    figures,
    handling,
    lists,
    queries,
    queues,
    recusals,
    verdict,
)
from services.context import Context
from services.figure_selection import Asked
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, INSPECTOR, OTHER_UNIT, REVIEWER, UNIT
from tests.support.context import a_context, shipped_policy
from tests.support.files import a_document

PROOF = "区法院(2026)测1号判决，已书面告知"


def ask(context: Context, petition_id: str, **changes: Any) -> None:
    said = {"reason_code": "judicial", "evidence": PROOF} | changes
    exclusions.ask(context, petition_id, AT_UNIT, **said)


def asked_of(context: Context, petition_id: str) -> AskView:
    [found] = [item for item in queries.detail(context, petition_id, DESK).asked if item.kind == "exclusion"]
    return found


def share(context: Context, name: ShareName, as_of: dt.datetime | None = None) -> tuple[int, int]:
    total = figures.figures(context, INSPECTOR, Asked(as_of=as_of)).total
    [found] = [item for item in total.shares if item.figure == name]
    return found.numerator, found.base


def excluded(context: Context) -> int:
    return figures.figures(context, INSPECTOR, Asked()).total.counts[CountName.EXCLUDED]


def rated(context: Context, text: str, satisfaction: Satisfaction) -> str:
    """A case that its petitioner rated twice alike, where they were dissatisfied: it is with a review then."""
    petition_id = lives.completed(context)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=satisfaction, reason=text)
    lives.settle(context, petition_id)
    return petition_id


def listed(context: Context, petition_id: str) -> tuple[str, list[str]]:
    item = lists.items_of(context, petition_id, INSPECTOR)[ListName.RESULTS]
    return item.listed.code, [lack.code for lack in item.lacks]


def test_a_unit_asks_with_a_reason_of_the_rules_and_evidence(context: Context) -> None:
    petition_id = lives.completed(context)
    with pytest.raises(Incomplete, match="judicial") as wrong:
        ask(context, petition_id, reason_code="nothing")
    assert [item["field"] for item in wrong.value.missing] == ["reason_code"]
    with pytest.raises(NotPermitted):
        exclusions.ask(context, petition_id, DESK, reason_code="judicial", evidence=PROOF)
    ask(context, petition_id)
    found = asked_of(context, petition_id)
    assert (found.unit.code, found.basis, found.outcome) == (UNIT, PROOF, None)
    assert found.reason_code is not None
    assert found.reason_code.code == "judicial"
    assert found.due_at is not None
    assert found.due_at > clock.now()
    with pytest.raises(RuleRefusal, match="已经申请"):
        ask(context, petition_id)
    assert lives.petition_of(context, petition_id).stage == "completed"
    told = lives.told(context, petition_id, Trigger.REQUEST_EXCLUSION)
    assert {rule for _, rule, _ in told} == {"exclusion-asked"}
    assert len(told) == 2


def test_the_files_that_show_it_are_kept_with_the_request(context: Context) -> None:
    petition_id = lives.completed(context)
    mine = attachments.add(context, petition_id, AT_UNIT, "判决.pdf", a_document(), Purpose.EVIDENCE)
    other = attachments.add(context, petition_id, DESK, "来信.pdf", a_document(b"<< >>"), Purpose.PETITION)
    for files, field in (([other.id], "files.0"), ([mine.id, mine.id], "files.1"), (["0" * 36], "files.0")):
        with pytest.raises(Incomplete) as wrong:
            ask(context, petition_id, files=files)
        assert [item["field"] for item in wrong.value.missing] == [field]
    assert not [item for item in queries.detail(context, petition_id, DESK).asked if item.kind == "exclusion"]
    ask(context, petition_id, files=[mine.id])
    [shown] = asked_of(context, petition_id).files
    assert (shown.id, shown.name, shown.sha256) == (mine.id, "判决.pdf", mine.sha256)
    last = queries.history(context, petition_id, DESK).entries[-1]
    assert last.details["files"] == [mine.sha256]
    assert audit.verify(context) == []


def test_there_must_be_work_to_be_assessed(context: Context) -> None:
    with pytest.raises(ForbiddenTransition):
        ask(context, lives.in_hand(context))


@pytest.mark.parametrize("decider", [DESK, REVIEWER], ids=["desk", "review"])
@pytest.mark.parametrize("granted", [True, False])
def test_somebody_else_decides_and_only_once(context: Context, decider: Actor, *, granted: bool) -> None:
    petition_id = lives.completed(context)
    with pytest.raises(RuleRefusal, match="没有待审定"):
        exclusions.decide(context, petition_id, decider, granted=granted, reason="凭据齐全")
    ask(context, petition_id)
    for queue in (queues.queue_for(context, decider), queues.requests_queue(context, DESK)):
        assert [item.asked.kind for item in queue.items if item.asked and item.id == petition_id] == ["exclusion"]
    before = lives.petition_of(context, petition_id).version
    exclusions.decide(context, petition_id, decider, granted=granted, reason="凭据齐全", version=before)
    with pytest.raises(StaleVersion):
        exclusions.decide(context, petition_id, DESK, granted=not granted, reason="看法不同", version=before)
    with pytest.raises(RuleRefusal):
        exclusions.decide(context, petition_id, DESK, granted=not granted, reason="看法不同")
    found = asked_of(context, petition_id)
    assert (found.outcome, found.decided_reason) == ("granted" if granted else "refused", "凭据齐全")
    assert found.due_at is None
    with pytest.raises(RuleRefusal):
        ask(context, petition_id)
    assert not queues.requests_queue(context, DESK).items
    with context.readers() as session:
        row = session.scalars(sa.select(HistoryRow).order_by(HistoryRow.version.desc()).limit(1)).one()
        assert (row.public, row.details["reason_code"]) == (False, "judicial")
        assert "decision_request" in (row.covers or {})
    assert audit.verify(context) == []


def test_nobody_of_the_unit_and_nobody_recused_decides(context: Context) -> None:
    petition_id = lives.completed(context)
    ask(context, petition_id)
    insider = Actor(Role.DESK, UNIT, "测试兼岗")
    with pytest.raises(NotPermitted, match="本单位"):
        exclusions.decide(context, petition_id, insider, granted=True, reason="同意")
    assert not {"grant_exclusion", "refuse_exclusion"} & set(
        queries.detail(context, petition_id, insider).allowed_actions
    )
    recusals.recuse_account(context, petition_id, REVIEWER, account=REVIEWER.name, reason="与诉求人相识")
    with pytest.raises(NotFound):
        exclusions.decide(context, petition_id, REVIEWER, granted=True, reason="同意")
    for role in (Role.UNIT, Role.INSPECTOR, Role.LEADER, Role.FOLLOW_UP, Role.OPERATOR):
        with pytest.raises(NotPermitted):
            exclusions.decide(context, petition_id, Actor(role, UNIT, "测试乙"), granted=True, reason="同意")
    exclusions.decide(context, petition_id, Actor(Role.DESK, OTHER_UNIT, "测试丙"), granted=True, reason="同意")


def test_the_rules_say_which_office_decides(engine: sa.Engine) -> None:
    shipped = shipped_policy()
    only = dataclasses.replace(shipped.verdict, exclusion_deciders=frozenset({UnitKind.FIRST_REVIEW}))
    context = a_context(engine, policy=dataclasses.replace(shipped, verdict=only, version="reviewers-only"))
    petition_id = lives.completed(context)
    ask(context, petition_id)
    with pytest.raises(NotPermitted, match="规则"):
        exclusions.decide(context, petition_id, DESK, granted=True, reason="同意")
    exclusions.decide(context, petition_id, REVIEWER, granted=True, reason="同意")


def test_what_nobody_decides_in_time_is_refused(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.completed(context)
    ask(context, petition_id)
    due_at = asked_of(context, petition_id).due_at
    assert due_at is not None
    story.move_to(due_at)
    assert exclusions.refuse_due(context) == 0
    story.move_to(due_at + dt.timedelta(seconds=1))
    assert exclusions.refuse_due(context) == 1
    assert exclusions.refuse_due(context) == 0
    found = asked_of(context, petition_id)
    assert (found.outcome, found.decided_by_default) == ("refused", True)
    with context.readers() as session:
        query = sa.select(HistoryRow).where(HistoryRow.trigger == "refuse_exclusion")
        assert "by_default" in session.scalars(query).one().details


def test_both_satisfactions_are_shown_and_the_past_stays(context: Context, story: clock.StoryClock) -> None:
    content = lives.archived(context)
    counted = lives.completed(context)
    verdict.rate(context, counted, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason="判决不公")
    lives.settle(context, counted)
    assert share(context, ShareName.SATISFACTION) == share(context, ShareName.ASSESSED_SATISFACTION) == (1, 2)
    before = clock.now()
    story.move_to(before + dt.timedelta(hours=1))
    ask(context, content)
    exclusions.decide(context, content, DESK, granted=True, reason="误评")
    assert share(context, ShareName.SATISFACTION) == (1, 2)
    assert share(context, ShareName.ASSESSED_SATISFACTION) == (0, 1)
    assert excluded(context) == 1
    assert share(context, ShareName.ASSESSED_SATISFACTION, before) == (1, 2)


def test_a_case_that_is_not_assessed_lacks_no_verdict(context: Context) -> None:
    petition_id = lives.completed(context)
    assert listed(context, petition_id) == ("provisional", ["verdict", "archiving"])
    ask(context, petition_id)
    assert listed(context, petition_id) == ("provisional", ["verdict", "archiving"])
    exclusions.decide(context, petition_id, DESK, granted=True, reason="凭据齐全")
    assert listed(context, petition_id) == ("provisional", ["archiving"])


def test_the_petitioners_rights_stay_and_new_work_is_assessed_again(context: Context) -> None:
    granted, waiting = lives.completed(context), lives.completed(context)
    for petition_id in (granted, waiting):
        ask(context, petition_id)
    exclusions.decide(context, granted, DESK, granted=True, reason="凭据齐全")
    for petition_id in (granted, waiting):
        verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason="仍不亮")
        lives.settle(context, petition_id)
        petition = lives.petition_of(context, petition_id)
        assert (petition.stage, petition.exclusion, petition.exclusion_due_at) == ("redo", None, None)
    assessed = ShareName.ASSESSED_SATISFACTION
    assert share(context, assessed) == (0, 1), "what was excluded is not counted, what was only asked for is"
    handling.submit_completion(context, granted, AT_UNIT, lives.EVIDENCE)
    decisions.decide_completion(context, granted, DESK, approved=True, reason="已重办")
    lives.settle(context, granted)
    assert share(context, assessed) == (0, 1), "redone and not rated yet, it has no verdict that counts"
    verdict.rate(context, granted, CITIZEN, satisfaction=Satisfaction.SATISFIED)
    assert share(context, assessed) == (1, 2), "the new work is assessed again"
    assert asked_of(context, waiting).outcome == "overtaken"
    assert asked_of(context, granted).outcome == "granted"
    with pytest.raises(ForbiddenTransition):
        exclusions.decide(context, waiting, DESK, granted=True, reason="太迟")


def test_it_is_struck_off_when_the_last_thing_came_that_it_lacked(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.archived(context)
    archived_at = clock.now()
    story.move_to(archived_at + dt.timedelta(hours=2))
    ask(context, petition_id, reason_code="mistaken")
    exclusions.decide(context, petition_id, DESK, granted=True, reason="误评")
    struck = lists.items_of(context, petition_id, INSPECTOR)[ListName.RESULTS]
    assert struck.struck_off_at == archived_at, "it lacked nothing before"  # type: ignore[attr-defined]
    with context.sessions.begin() as session:
        session.get_one(Petition, petition_id).satisfaction = Satisfaction.DISSATISFIED.value
    struck = lists.items_of(context, petition_id, INSPECTOR)[ListName.RESULTS]
    assert struck.struck_off_at == clock.now(), "its verdict had kept it there"  # type: ignore[attr-defined]
