"""Each invariant, broken once behind the ledger's back, is named with its case; a healthy ledger breaks none."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

import clock
from domain.stages import OPEN_STAGES, Stage
from services import invariants
from services.context import Context
from services.counted_cases import count_moved
from services.invariants import CHAIN, INVARIANTS, Violation, broken_chains, check_invariants
from services.labels import _HOLDERS
from tests.services import lives
from tests.services.lives import LIVES, petition_of, settle


class Break(NamedTuple):
    """How to break an invariant: a life, the SQL that spoils it (`:id`), and what else breaks with it."""

    name: str
    life: Callable[[Context], str]
    sql: str
    also: tuple[str, ...] = ()


def counted(context: Context) -> str:
    """Figures have counted it."""
    petition_id = lives.in_hand(context)
    count_moved(context)
    return petition_id


DROP_LIVE_TIMER_INDEX = "DROP INDEX uq_timer_live; "
ANOTHER_TIMER = (
    "INSERT INTO timer (petition_id, kind, step, rule, source, due_at, provisional, armed_at) "
    "SELECT petition_id, kind, step, rule, source, due_at, provisional, armed_at FROM timer "
    "WHERE petition_id = :id AND ended_at IS NULL AND kind = 'handling'"
)
A_PAUSE = (
    "INSERT INTO pause (petition_id, started_at, reason, approved_by) SELECT id, registered_at, 'x', 'x' "
    "FROM petition WHERE id = :id"
)
AN_EXTENSION = (
    "INSERT INTO extension (petition_id, amount, unit, granted_at, reason, approved_by) "
    "SELECT id, 2, 'working_days', registered_at, 'x', 'x' FROM petition WHERE id = :id"
)
A_FILE = (
    "INSERT INTO supervision (petition_id, opened_at, cause, opinion) SELECT id, registered_at, 'x', '' "
    "FROM petition WHERE id = :id"
)
A_LEAD = (
    "INSERT INTO assignment (petition_id, unit, part, duty, assigned_at, report, reasons) "
    "SELECT id, 'municipal-parks', 'lead', '', registered_at, '', '[]' FROM petition WHERE id = :id"
)
REVIVED_TIMER = "UPDATE timer SET ended_at = NULL WHERE id = (SELECT max(id) FROM timer WHERE petition_id = :id)"
NOT_DECIDED = "SET outcome = NULL WHERE petition_id = :id"
YESTERDAY = "'2026-03-01 01:00:00.000000'"
CHAIN_TOO = (CHAIN,)
GROWING = ("petition", "history", "notice", "timer", "assignment")
"""Tables that hold the whole archive."""

A_VISIT = (
    "INSERT INTO visit (petition_id, completion_version, drawn_at, policy_version, number, rate, risks, reason,"
    " officer, officer_reason, due_at, status, version, spot_check, contradicts)"
    f" VALUES (:id, 1, {YESTERDAY}, '1', 0.0, 1.0, '[]', '', '{{officer}}', '', {YESTERDAY}, 'open', 1, false, false)"
)

RECUSED = (
    "INSERT INTO recusal (petition_id, unit, stated_by, reason, recorded_at, recorded_by, lifted_because)"
    f" SELECT id, unit, 'inspectors', 'x', {YESTERDAY}, 'x', '' FROM petition WHERE id = :id"
)

BREAKS = [
    Break("recused_have_nothing", lives.in_hand, RECUSED),
    Break(
        "open_has_one_timer",
        lives.in_hand,
        "UPDATE petition SET wake_at = NULL WHERE id = :id",
        ("timer_is_on_record",),
    ),
    Break("open_has_one_timer", lives.in_hand, "UPDATE petition SET wake_kind = NULL WHERE id = :id"),
    Break("open_has_holder", lives.in_hand, "UPDATE petition SET unit = NULL WHERE id = :id", ("unit_has_assignment",)),
    Break("open_has_holder", lives.submitted, "UPDATE petition SET unit = NULL WHERE id = :id"),
    Break("closed_has_no_timer", lives.archived, f"UPDATE petition SET wake_at = {YESTERDAY} WHERE id = :id"),
    Break("closed_has_no_timer", lives.archived, "UPDATE petition SET wake_kind = 'accept' WHERE id = :id"),
    Break("closed_has_no_timer", lives.archived, REVIVED_TIMER),
    Break(
        "timer_is_not_forgotten",
        lives.at_the_desk,
        f"UPDATE timer SET due_at = {YESTERDAY} WHERE petition_id = :id AND ended_at IS NULL; "
        f"UPDATE petition SET wake_at = {YESTERDAY} WHERE id = :id",
    ),
    Break("one_timer_of_a_kind", lives.in_hand, DROP_LIVE_TIMER_INDEX + ANOTHER_TIMER),
    Break(
        "timer_is_on_record", lives.in_hand, "UPDATE petition SET wake_at = '2026-03-09 01:00:00.000000' WHERE id = :id"
    ),
    Break("timer_is_on_record", lives.in_hand, f"UPDATE timer SET ended_at = {YESTERDAY} WHERE petition_id = :id"),
    Break("history_has_no_gap", lives.in_hand, "DELETE FROM history WHERE petition_id = :id AND version = 4"),
    Break(
        "history_has_no_gap", lives.in_hand, "DELETE FROM history WHERE petition_id = :id AND version = 2", CHAIN_TOO
    ),
    Break("history_has_no_gap", lives.in_hand, "DELETE FROM history WHERE petition_id = :id"),
    Break(
        "history_has_no_gap",
        lives.in_hand,
        "UPDATE history SET version = 0 WHERE petition_id = :id AND version = 1",
        CHAIN_TOO,
    ),
    Break(
        "history_ends_at_stage",
        lives.dispatched,
        "UPDATE petition SET stage = 'in_hand' WHERE id = :id",
    ),
    Break(
        "history_has_no_jump",
        lives.in_hand,
        "UPDATE history SET stage_before = NULL WHERE petition_id = :id AND version = 3",
        CHAIN_TOO,
    ),
    Break(
        "rung_never_comes_down",
        lives.in_hand,
        "UPDATE history SET rung = 1 WHERE petition_id = :id AND version = 2",
        CHAIN_TOO,
    ),
    Break("unit_has_assignment", lives.in_hand, "UPDATE petition SET unit = 'kuangqu-street' WHERE id = :id"),
    Break(
        "unit_has_assignment", lives.suspended, f"UPDATE assignment SET ended_at = {YESTERDAY} WHERE petition_id = :id"
    ),
    Break("unit_has_assignment", lives.in_hand, "UPDATE assignment SET part = 'assist' WHERE petition_id = :id"),
    Break("reopens_are_counted", lives.archived, "UPDATE petition SET reopens = 1 WHERE id = :id"),
    Break(
        "exclusion_waits_until_a_date",
        lives.completed,
        f"UPDATE petition SET exclusion_due_at = {YESTERDAY} WHERE id = :id",
    ),
    Break("assignment_has_petition_in_hand", lives.at_the_desk, A_LEAD),
    Break("assignment_has_petition_in_hand", lives.completed, A_LEAD),
    Break("assignment_has_petition_in_hand", lives.archived, A_LEAD),
    Break("clock_stands_still_with_reason", lives.in_hand, A_PAUSE),
    Break("clock_stands_still_with_reason", lives.suspended, A_PAUSE),
    Break(
        "clock_stands_still_with_reason",
        lives.suspended,
        f"UPDATE pause SET ended_at = {YESTERDAY} WHERE petition_id = :id",
    ),
    Break("counted_as_history_says", counted, "UPDATE counted_case SET due_met = true WHERE petition_id = :id"),
    Break("counted_as_history_says", counted, "DELETE FROM counted_case WHERE petition_id = :id"),
    Break("looked_not_ahead", lives.in_hand, "UPDATE petition SET announced_version = version + 1 WHERE id = :id"),
    Break(
        "undecided_waits_at_its_stage",
        lives.return_requested,
        "UPDATE decision_request SET outcome = 'refused' WHERE petition_id = :id",
    ),
    Break("undecided_waits_at_its_stage", lives.returned, f"UPDATE decision_request {NOT_DECIDED}"),
    Break("undecided_waits_at_its_stage", lives.extended, f"UPDATE decision_request {NOT_DECIDED}"),
    Break(
        "undecided_waits_at_its_stage",
        lives.submitted,
        "UPDATE completion SET outcome = 'approved' WHERE petition_id = :id",
    ),
    Break("undecided_waits_at_its_stage", lives.archived, f"UPDATE completion {NOT_DECIDED}"),
    Break(
        "notice_is_not_forgotten",
        lives.in_hand,
        f"UPDATE notice SET next_attempt_at = {YESTERDAY} WHERE petition_id = :id",
    ),
    Break("notice_is_not_forgotten", lives.in_hand, "UPDATE notice SET next_attempt_at = NULL WHERE petition_id = :id"),
    Break("returns_are_counted", lives.returned, "UPDATE petition SET returns = 2 WHERE id = :id"),
    Break("redos_are_counted", lives.redone, "UPDATE petition SET redos = 0 WHERE id = :id"),
    Break("extensions_are_counted", lives.extended, AN_EXTENSION),
    Break("supervision_has_file", lives.supervised, "DELETE FROM supervision WHERE petition_id = :id"),
    Break("supervision_has_file", lives.in_hand, A_FILE),
    Break("supervision_has_file", lives.in_hand, "UPDATE petition SET rung = 3 WHERE id = :id"),
    Break("closed_has_moment", lives.archived, "UPDATE petition SET closed_at = NULL WHERE id = :id"),
    Break("closed_has_moment", lives.in_hand, f"UPDATE petition SET closed_at = {YESTERDAY} WHERE id = :id"),
    Break("merged_has_main", lives.merged, "UPDATE petition SET merged_into_id = NULL WHERE id = :id"),
    Break("merged_has_main", lives.in_hand, "UPDATE petition SET merged_into_id = id WHERE id = :id"),
    Break(
        "visit_can_be_made",
        lives.completed,
        "DELETE FROM visit WHERE petition_id = :id; "
        + A_VISIT.format(officer="info-centre")
        + f"; UPDATE visit SET stranded_at = {YESTERDAY} WHERE petition_id = :id",
    ),
    Break(
        "open_visit_is_somebodys",
        lives.archived,
        "DELETE FROM visit WHERE petition_id = :id; " + A_VISIT.format(officer=""),
    ),
    Break(
        "open_visit_is_somebodys",
        lives.in_hand,
        "DELETE FROM visit WHERE petition_id = :id; " + A_VISIT.format(officer="info-centre"),
    ),
    Break("policy_is_kept", lives.in_hand, "UPDATE petition SET policy_version = 'unknown' WHERE id = :id"),
    Break(CHAIN, lives.in_hand, "UPDATE history SET reason = '改过' WHERE petition_id = :id AND version = 1"),
]


def execute(context: Context, petition_id: str, sql: str) -> None:
    with context.sessions.begin() as session:
        for statement in sql.split("; "):
            session.execute(sa.text(statement), {"id": petition_id} if ":id" in statement else {})


def broken(context: Context) -> dict[str, tuple[str, ...]]:
    return {item.name: item.cases for item in check_invariants(context)}


@pytest.mark.parametrize("case", BREAKS, ids=[f"{number}-{case.name}" for number, case in enumerate(BREAKS)])
def test_what_is_broken_is_named_with_its_case_alone(context: Context, case: Break) -> None:
    case.life(context)
    petition_id = case.life(context)
    assert broken(context) == {}
    execute(context, petition_id, case.sql)
    found = broken(context)
    if CHAIN not in (case.name, *case.also):
        found.pop(CHAIN, None)  # decisions that were altered by hand are no longer as the last step covers them
    assert found == dict.fromkeys((case.name, *case.also), (petition_of(context, petition_id).case_number,))


def test_every_invariant_is_broken_by_a_test() -> None:
    names = [item.name for item in INVARIANTS]
    assert len(set(names)) == len(names)
    assert {*names, CHAIN} == {case.name for case in BREAKS}


def test_lives_of_every_kind_break_nothing(context: Context) -> None:
    for life in LIVES:
        life(context)
    assert check_invariants(context) == []
    assert broken_chains(context) == []


def test_a_life_left_to_itself_breaks_nothing_on_the_way(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.dispatched(context)
    for _ in range(12):
        wake_at = petition_of(context, petition_id).wake_at
        assert wake_at is not None
        story.move_to(wake_at)
        settle(context, petition_id)
        # Nobody sends notices here.
        assert set(broken(context)) <= {"notice_is_not_forgotten"}
    assert petition_of(context, petition_id).supervised_at is not None


@pytest.mark.usefixtures("tables_made_anew")
def test_a_version_ahead_of_the_ledger_is_found_should_the_database_let_it_in(
    context: Context, engine: sa.Engine
) -> None:
    petition_id = lives.in_hand(context)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        else:
            connection.exec_driver_sql("ALTER TABLE petition DROP CONSTRAINT ck_petition_looked_not_ahead")
        connection.execute(sa.text("UPDATE petition SET looked_version = version + 1"))
    assert broken(context) == {"looked_not_ahead": (petition_of(context, petition_id).case_number,)}


def test_a_timer_or_a_notice_has_an_hour(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.dispatched(context)
    story.move_to(clock.now().add(hours=1))
    assert broken(context) == {}
    story.move_to(clock.now().add(seconds=1))
    assert set(broken(context)) == {"notice_is_not_forgotten"}
    wake_at = petition_of(context, petition_id).wake_at
    assert wake_at is not None
    story.move_to(wake_at.add(hours=1))
    assert "timer_is_not_forgotten" not in broken(context)
    story.move_to(wake_at.add(hours=1, seconds=1))
    assert "timer_is_not_forgotten" in broken(context)


def test_a_violation_says_itself_in_chinese(context: Context) -> None:
    petition_id = lives.in_hand(context)
    execute(context, petition_id, "UPDATE petition SET returns = 1 WHERE id = :id")
    number = petition_of(context, petition_id).case_number
    assert check_invariants(context) == [Violation("returns_are_counted", "退单次数与历史记录一致", (number,))]


def test_the_first_altered_row_of_each_history_is_named(context: Context) -> None:
    keys = [lives.archived(context) for _ in range(2)] + [lives.in_hand(context) for _ in range(2)]
    numbers = [petition_of(context, key).case_number for key in keys]
    execute(context, keys[0], "UPDATE history SET actor_name = '别人' WHERE petition_id = :id AND version IN (3, 5)")
    execute(context, keys[2], "UPDATE history SET digest = 'x' WHERE petition_id = :id AND version = 4")
    assert sorted(broken_chains(context)) == sorted([(numbers[0], 3), (numbers[2], 4)])
    assert broken_chains(context, numbers[0]) == [(numbers[0], 3)]
    assert broken_chains(context, numbers[1]) == []
    assert broken(context) == {CHAIN: (numbers[2],)}, "the archive is left to `rongetong verify`"


def test_chains_are_read_page_by_page(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.chains._PAGE", 2)
    keys = [lives.dispatched(context) for _ in range(5)]
    for key in keys:
        execute(context, key, "UPDATE history SET reason = '改过' WHERE petition_id = :id AND version = 2")
    expected = sorted((petition_of(context, key).case_number, 2) for key in keys)
    assert sorted(broken_chains(context)) == expected


def test_who_is_held_by_a_unit_agrees_with_the_labels() -> None:
    held = {stage for stage in invariants._HELD_BY_UNIT if stage not in _HOLDERS}
    assert held == set(OPEN_STAGES) - set(_HOLDERS)
    # At these an office decides while a unit keeps the petition.
    assert invariants._HELD_BY_UNIT - held == {
        Stage.RETURN_REQUESTED,
        Stage.EXTENSION_REQUESTED,
        Stage.COMPLETION_SUBMITTED,
    }


def test_the_archive_is_left_to_the_check_of_everything(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.archived(context)
    execute(context, petition_id, "UPDATE petition SET returns = 1 WHERE id = :id")
    number = petition_of(context, petition_id).case_number
    assert broken(context)["returns_are_counted"] == (number,)
    story.move_to(clock.now().add(days=2, seconds=1))
    assert "returns_are_counted" not in broken(context)
    everything = {found.name: found.cases for found in check_invariants(context, archive=True)}
    assert everything["returns_are_counted"] == (number,)
    assert "notice_is_not_forgotten" in broken(context), "what is owed is owed, whenever its petition closed"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("invariant", INVARIANTS, ids=lambda one: one.name)
def test_no_invariant_reads_the_archive_each_time(context: Context, invariant: invariants.Invariant) -> None:
    query = invariant.find(clock.now(), invariants.open_or_closed_since(clock.now()))
    text = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with context.readers() as session:
        plan = [row.detail for row in session.execute(sa.text(f"EXPLAIN QUERY PLAN {text}").columns())]
    scans = [step for step in plan if step.startswith("SCAN") and any(name in step for name in GROWING)]
    assert scans == [], plan
