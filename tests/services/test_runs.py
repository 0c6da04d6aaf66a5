"""What the flow run reads and leaves: cheap, never going back, and nothing personal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.conduct import DeadlineKind
from domain.errors import NotFound
from domain.petition import Step
from domain.stages import OPEN_STAGES, Stage
from models.shapes import PetitionerIn
from models.tables import Petition
from services import decisions, handling, runs
from services.context import Context
from services.invariants import check_invariants
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, LIVES, UNIT, WORDS, petition_of, register, settle
from tests.support.context import recorded

UNTIL = pendulum.datetime(2026, 3, 3, 9)


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """The SQL sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_look_says_what_is_due(context: Context) -> None:
    petition_id = register(context)
    seen = runs.look(context, petition_id)
    assert (seen.petition_id, seen.version, seen.step) == (petition_id, 1, Step.ACCEPT)
    assert (seen.wake_at, seen.final, seen.announced_version) == (clock.now(), False, 0)


def test_a_look_says_when_to_look_again(context: Context) -> None:
    petition_id = lives.in_hand(context)
    seen, petition = runs.look(context, petition_id), petition_of(context, petition_id)
    assert (seen.step, seen.wake_at, seen.wake_name) == (None, petition.wake_at, "AwaitingCompletion")
    assert seen.wake_at is not None
    assert seen.wake_at > clock.now()
    assert (seen.case_number, seen.version) == (petition.case_number, petition.version)
    assert seen.label.name.startswith(f"{petition.case_number} · 办理中 · ")
    assert f"unit:{UNIT}" in seen.label.tags


def test_a_look_at_a_closed_petition_waits_for_nothing(context: Context) -> None:
    seen = runs.look(context, lives.archived(context))
    assert (seen.final, seen.step, seen.wake_at) == (True, None, None)


def test_a_look_at_nothing(context: Context) -> None:
    with pytest.raises(NotFound):
        runs.look(context, "no-such-petition")
    with pytest.raises(NotFound):
        runs.case_file(context, "no-such-petition")


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_whatever_the_stage_a_look_agrees_with_the_ledger_and_nothing_personal_is_told(
    context: Context, life: Callable[[Context], str]
) -> None:
    petition_id = life(context)
    settle(context, petition_id)
    seen, petition = runs.look(context, petition_id), petition_of(context, petition_id)
    assert (seen.wake_at, seen.version, seen.step) == (petition.wake_at, petition.version, None)
    assert seen.final == (petition.wake_at is None)
    assert_nothing_personal(context, petition_id)


def test_a_look_is_one_query_and_reads_no_text(context: Context, engine: sa.Engine) -> None:
    petition_id = lives.extended(context)
    runs.look(context, petition_id)  # the first one reads the policy
    with statements(engine) as sent:
        runs.look(context, petition_id)
    [query] = sent
    assert "petition.text" not in query
    assert "petitioner" not in query


def test_every_stage_in_which_a_run_waits_has_a_state_of_its_own() -> None:
    assert set(runs.STATE_NAMES) == OPEN_STAGES
    names = list(runs.STATE_NAMES.values())
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"([A-Z][a-z]+)+", name)] == []
    prefects = {
        "Scheduled",
        "Late",
        "AwaitingRetry",
        "AwaitingConcurrencySlot",
        "Suspended",
        "Paused",
        "Woken",
        "Revived",
    }
    assert prefects.isdisjoint(names)


def test_parking_is_remembered_and_never_goes_back(context: Context) -> None:
    petition_id = lives.in_hand(context)
    before = petition_of(context, petition_id)
    runs.parked(context, petition_id, before.version, "run-1", UNTIL)
    runs.parked(context, petition_id, before.version - 1, "run-0", UNTIL.add(days=1))
    petition = petition_of(context, petition_id)
    assert (petition.looked_version, petition.run_id, petition.parked_until) == (before.version, "run-1", UNTIL)
    assert (petition.version, petition.stage) == (before.version, before.stage)


def test_parking_at_the_same_version_again_moves_the_time(context: Context) -> None:
    petition_id = lives.in_hand(context)
    version = petition_of(context, petition_id).version
    runs.parked(context, petition_id, version, "run-1", UNTIL)
    runs.parked(context, petition_id, version, "run-1", UNTIL.add(days=1))
    assert petition_of(context, petition_id).parked_until == UNTIL.add(days=1)


def test_a_warning_that_nobody_looked_at_in_time_is_waited_for_no_longer(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.in_review(context)
    due_at = petition_of(context, petition_id).due_at
    assert due_at is not None
    assert petition_of(context, petition_id).wake_kind == DeadlineKind.YELLOW_CARD
    # A worker away over the yellow card's moment and the deadline: the review goes on, and the red card is tomorrow's.
    story.move_to(due_at.add(minutes=1))
    seen = runs.look(context, petition_id)
    assert (seen.step, seen.wake_at) == (None, pendulum.datetime(2026, 3, 10, 8, 30, tz=clock.SHANGHAI))
    runs.parked(context, petition_id, seen.version, "run-1", seen.wake_at)
    petition = petition_of(context, petition_id)
    assert (petition.wake_at, petition.wake_kind) == (seen.wake_at, DeadlineKind.RED_CARD)
    assert (petition.version, recorded(context).woken) == (seen.version, [])
    story.move_to(due_at.add(hours=3))
    assert {item.name for item in check_invariants(context)} <= {"notice_is_not_forgotten"}, "nobody sends notices here"


def test_nobody_can_have_looked_at_a_version_that_is_not_there(context: Context) -> None:
    petition_id = lives.in_hand(context)
    version = petition_of(context, petition_id).version
    runs.parked(context, petition_id, version + 1, "run-1", UNTIL)
    runs.announced(context, petition_id, version + 1)
    petition = petition_of(context, petition_id)
    assert (petition.looked_version, petition.announced_version) == (0, 0)


def test_a_change_makes_a_look_old(context: Context) -> None:
    petition_id = lives.in_hand(context)
    seen = runs.look(context, petition_id)
    assert runs.is_current(context, petition_id, seen.version)
    handling.note(context, petition_id, AT_UNIT, "已到现场")
    assert not runs.is_current(context, petition_id, seen.version)
    assert not runs.is_current(context, "no-such-petition", 1)


def test_what_was_announced_never_goes_back(context: Context) -> None:
    petition_id = lives.in_hand(context)
    runs.announced(context, petition_id, 3)
    runs.announced(context, petition_id, 2)
    assert petition_of(context, petition_id).announced_version == 3


def test_changes_are_told_in_words(context: Context) -> None:
    petition_id = lives.in_hand(context)
    every = runs.changes_since(context, petition_id, 0)
    assert [(item.version, item.trigger, item.stage_before, item.stage_after) for item in every] == [
        (1, "登记", "", "待受理"),
        (2, "受理", "待受理", "待派遣"),
        (3, "派遣", "待派遣", "待签收"),
        (4, "签收", "待签收", "办理中"),
    ]
    assert [item.unit for item in every] == ["", "", every[3].unit, every[3].unit]
    assert every[3].unit != UNIT
    assert (every[3].at, every[3].rung) == (clock.now(), 0)
    assert runs.changes_since(context, petition_id, 2) == every[2:]
    assert runs.changes_since(context, petition_id, 4) == []


def assert_nothing_personal(context: Context, petition_id: str) -> None:
    petition = petition_of(context, petition_id)
    told = [runs.case_file(context, petition_id), repr(runs.look(context, petition_id))]
    told.append(repr(runs.changes_since(context, petition_id, 0)))
    secrets = ("测试甲", "13800001234", "不亮三天", petition.text, petition.query_code, "测试经办", "测试专席", WORDS)
    assert [(secret, text) for text in told for secret in secrets if secret in text] == []


def test_a_reply_that_passed_by_default_is_a_persons_word(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.submitted(context)
    due = petition_of(context, petition_id).wake_at
    assert due is not None
    story.move_to(due)
    settle(context, petition_id)
    assert petition_of(context, petition_id).stage == Stage.COMPLETED
    assert "办结审核通过" in runs.case_file(context, petition_id)
    assert_nothing_personal(context, petition_id)


def test_pauses_and_extensions_appear_in_the_story_of_the_date_without_their_reasons(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.extended(context)
    decisions.suspend(context, petition_id, DESK, WORDS)
    story.move_to(clock.now().add(days=2))
    handling.resume(context, petition_id, AT_UNIT, WORDS)
    text = runs.case_file(context, petition_id)
    assert "延期2个工作日（经审定）" in text
    assert "暂停计时（经批准）" in text
    assert_nothing_personal(context, petition_id)


def test_the_case_file_shows_where_it_stands_what_happened_every_timer_and_why(
    context: Context, story: clock.StoryClock
) -> None:
    petitioner = PetitionerIn(name="测试乙", contact_kind="sms", contact="13900000000")
    petition_id = register(context, petitioner=petitioner)
    settle(context, petition_id)
    handling.sign(context, petition_id, AT_UNIT)
    due = petition_of(context, petition_id).due_at
    assert due is not None
    while (seen := runs.look(context, petition_id)).wake_at is not None and seen.wake_at <= due:
        story.move_to(seen.wake_at)
        settle(context, petition_id)
    text = runs.case_file(context, petition_id)
    petition = petition_of(context, petition_id)
    assert text.startswith(f"# {petition.case_number}\n")
    for line in ("| 阶段 | 一级研判 |", "| 提级 | 一级研判 |", "| 亮牌 | 黄牌 |"):
        assert line in text
    shown = due.in_timezone("Asia/Shanghai").format("YYYY-MM-DD HH:mm")
    assert re.search(r"\| 5 \| .* \| 黄牌预警 \| 办理中 \| .* \| 平台 \| 办理时限将至 \|", text)
    assert re.search(rf"\| 办理时限 \| {shown} \| .* \| {shown} \| 到期执行 \|", text)
    assert len(re.findall(r"^- 办理时限（handling）：.+$", text, re.MULTILINE)) == 1
    assert re.search(r"\| 签收时限 \| .* \| 已取消 \|", text)
    assert re.search(r"\| 一级研判时限 \| .* \| — \| 进行中 \|", text)
    assert "1. 2026年3月2日（周一）09:00起算" in text
    assert "出现“路灯不亮”" in text
    assert "测试乙" not in text
    assert "13900000000" not in text


def test_a_reason_with_a_bar_does_not_break_the_tables(context: Context) -> None:
    petition_id = lives.in_hand(context)
    with context.sessions.begin() as session:
        session.execute(sa.text("UPDATE history SET reason = 'a|b\nc' WHERE actor_role = 'platform'"))
    assert "a\\|b c |" in runs.case_file(context, petition_id)


def test_a_closed_petition_has_a_case_file_too(context: Context) -> None:
    text = runs.case_file(context, lives.archived(context))
    assert "| 当前责任人 | — |" in text
    assert "没有在走的时限。" not in text  # the unit's deadline can still be explained


def test_a_petition_that_only_the_desk_has_seen(context: Context) -> None:
    text = runs.case_file(context, register(context))
    assert "没有自动派遣。" in text
    assert "受理时限：" in text


def test_the_look_does_not_write(context: Context, engine: sa.Engine) -> None:
    petition_id = lives.in_hand(context)
    with statements(engine) as sent:
        runs.look(context, petition_id)
        runs.case_file(context, petition_id)
        runs.changes_since(context, petition_id, 0)
        runs.is_current(context, petition_id, 1)
    assert [query for query in sent if not query.startswith("SELECT")] == []
    with context.readers() as session:
        assert session.get_one(Petition, petition_id).looked_version == 0
