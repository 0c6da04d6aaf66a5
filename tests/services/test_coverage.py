"""What the seal of a step vouches for: every table that holds a decision, those added later among them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.reviews import Level
from domain.visits import Way
from models.tables import Base, HistoryRow, Visit
from models.visit_answers import AttemptIn
from services import (
    decisions,
    handling,
    inspections,
    media,
    meeting_decisions,
    meetings,
    publication_retractions,
    same_matter,
    visits,
)
from services.context import Context
from services.coverage import LATER, NAMES, seal_of
from services.meeting_decisions import Heard
from tests.services import lives, publishing
from tests.services.lives import DESK, WORDS, petition_of, register
from tests.services.test_audit import number, run, told

PARTY = Actor(Role.PARTY_INSPECTOR, name="区委督查室")
REVIEWER = Actor(Role.REVIEWER, name="一级研判")


def seen_on_the_spot(context: Context) -> str:
    petition_id = lives.in_hand(context)
    inspections.open_inspection(context, petition_id, PARTY, "典型事项")
    seen = inspections.Visit(clock.now().subtract(hours=1), "广济路口", ("区委督查室",), "三盏路灯不亮")
    inspections.record_visit(context, petition_id, PARTY, seen)
    return petition_id


def called(context: Context) -> str:
    """The petitioner could not be reached yet."""
    petition_id = lives.extended(context)
    handling.submit_completion(context, petition_id, lives.AT_UNIT, lives.EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    lives.settle(context, petition_id)
    with context.readers() as session:
        visit = session.scalars(sa.select(Visit.id).where(Visit.petition_id == petition_id)).one()
    officer = Actor(Role.FOLLOW_UP, name="信息员专班")
    visits.attempt(context, visit, officer, AttemptIn(way=Way.PHONE, reached=False, words="无人接听"))
    return petition_id


def followed(context: Context) -> str:
    petition_id = lives.in_hand(context)
    publishing.follow(context, petition_id)
    return petition_id


def asked_to_follow(context: Context) -> str:
    petition_id = lives.in_hand(context)
    asked = media.ask(context, publishing.OUTLET, number=number(context, petition_id), reason="读者来信")
    media.decide(context, asked.id, DESK, granted=False, reason="尚在核实")
    return petition_id


def objected(context: Context) -> str:
    petition_id = lives.in_hand(context)
    publication_retractions.object_to_publicity(context, petition_id)
    return petition_id


def not_the_same(context: Context) -> str:
    first = register(context, "测试甲反映广济路东段路灯不亮")
    second = register(context, "测试乙反映广济路东段路灯不亮")
    same_matter.dismiss(context, second, DESK, other_id=first, reason="不是同一盏灯")
    return second


IN = "IN (SELECT id FROM {0} WHERE petition_id = :id)"
ALTERED_LATER = {
    "site-visit": (
        seen_on_the_spot,
        "现场督查",
        f"UPDATE site_visit SET found = '一切正常' WHERE inspection_id {IN.format('inspection')}",
    ),
    "attempt": (called, "回访的各次联系", f"DELETE FROM visit_attempt WHERE visit_id {IN.format('visit')}"),
    "following": (followed, "媒体跟踪", "UPDATE tracking SET standing = 'ended' WHERE petition_id = :id"),
    "declined": (asked_to_follow, "媒体跟踪", "UPDATE tracking SET standing = 'following' WHERE petition_id = :id"),
    "objection": (objected, "不同意公开", "DELETE FROM media_objection WHERE petition_id = :id"),
    "another-matter": (
        not_the_same,
        "疑似重复的认定",
        "UPDATE proposal SET outcome = NULL, decided_at = NULL WHERE petition_id = :id",
    ),
}


@pytest.mark.parametrize(("make", "name", "statement"), ALTERED_LATER.values(), ids=ALTERED_LATER)
def test_what_is_covered_since_a_later_version_is_named_too(
    context: Context, make: Callable[[Context], str], name: str, statement: str
) -> None:
    petition_id = make(context)
    assert told(context) == []
    run(context, statement, id=petition_id)
    version = petition_of(context, petition_id).version
    assert told(context) == [f"{number(context, petition_id)}：第{version}条之后，{name}被改动、增删"]
    with context.sessions.begin() as session:
        rows = session.scalars(
            sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
        )
        last = ""
        for row in rows:
            row.covers = {table: digest for table, digest in (row.covers or {}).items() if table not in LATER}
            row.seal = last = seal_of(row, last)
    assert told(context) == [], "a step of a version before covers nothing of it"


def test_what_an_outlet_may_follow_and_what_a_petitioner_forbids_is_a_step_each(context: Context) -> None:
    petition_id = lives.in_hand(context)
    asked = media.ask(context, publishing.OUTLET, number=number(context, petition_id), reason="读者来信")
    media.decide(context, asked.id, DESK, granted=False, reason="尚在核实")
    again = media.ask(context, publishing.OUTLET, number=number(context, petition_id), reason="读者又来信")
    media.decide(context, again.id, DESK, granted=True, reason="可以跟踪")
    media.decide(context, again.id, DESK, granted=False, reason="已办结")
    for _ in range(2):
        publication_retractions.object_to_publicity(context, petition_id)
    steps = [step for step in lives.triggers_of(context, petition_id) if "track" in step or "publicity" in step]
    assert steps == ["decline_track", "track", "untrack", "object_publicity"]
    assert told(context) == []


def heard(context: Context) -> str:
    """A petition that a meeting put off, and that is on the agenda of another."""
    petition_id = lives.in_review(context)
    call = meetings.Call("专题研判", clock.now().add(hours=1), "会议室", "expert-housing")
    seats = ("expert-housing", "expert-municipal", "expert-water", "expert-labour")
    first = meetings.call(context, REVIEWER, Level.FIRST, call, [petition_id])
    meetings.attend(context, first.id, REVIEWER, seats, [])
    meeting_decisions.put_off(context, Heard(first.id, petition_id, REVIEWER, "资料不全"), WORDS)
    meetings.close(context, first.id, REVIEWER)
    second = meetings.call(context, REVIEWER, Level.FIRST, call, [petition_id])
    meetings.cancel(context, second.id, REVIEWER, WORDS)
    return petition_id


def test_what_a_meeting_decided_is_covered_and_its_agenda_changes_freely(context: Context) -> None:
    petition_id = heard(context)
    assert told(context) == []
    run(
        context,
        "UPDATE review_item SET reason = '改过' WHERE petition_id = :id AND outcome = 'put_off'",
        id=petition_id,
    )
    version = petition_of(context, petition_id).version
    assert told(context) == [f"{number(context, petition_id)}：第{version}条之后，会议议定被改动、增删"]


def test_a_decision_of_a_meeting_that_was_made_up_is_named(context: Context) -> None:
    petition_id = heard(context)
    run(
        context,
        "UPDATE review_item SET outcome = 'assigned' WHERE petition_id = :id AND outcome = 'not_heard'",
        id=petition_id,
    )
    assert "会议议定" in told(context)[0]


def test_a_step_from_before_a_table_was_covered_says_nothing_of_it(context: Context) -> None:
    petition_id = heard(context)
    with context.sessions.begin() as session:
        rows = session.scalars(
            sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
        )
        last = ""
        for row in rows:
            row.covers = {table: digest for table, digest in (row.covers or {}).items() if table not in LATER}
            row.seal = last = seal_of(row, last)
    run(context, "UPDATE review_item SET reason = '改过' WHERE petition_id = :id", id=petition_id)
    assert told(context) == []


NOT_COVERED = {
    # Of a petition, and no decision of anybody.
    "history",  # chained itself
    "identity_read",  # chained itself
    "imprint",  # an index, made anew at any time
    "notice",  # a sender writes what became of it, without a step; that it was owed follows from the step
    "petitioner",  # sealed under a key, and erased in time
    "counted_case",  # follows from the steps
    "timer",  # follows from the steps and the rules
    # Belonging to what belongs to a petition.
    "publication_step",  # proposed and worded without a step: chained itself
}


def test_every_table_of_a_petition_is_covered_or_said_not_to_be() -> None:
    tables = Base.metadata.tables
    of_petitions = {name for name, table in tables.items() if "petition_id" in table.c}
    below = {
        name
        for name, table in tables.items()
        for key in table.foreign_keys
        if key.column.table.name in of_petitions and name not in of_petitions
    }
    assert of_petitions | below == set(NAMES) | NOT_COVERED, "add it to services.coverage, or say why not"
    assert not set(NAMES) & NOT_COVERED
