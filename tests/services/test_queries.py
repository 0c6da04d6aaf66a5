"""What is read of petitions: nobody's more than theirs, in the right order, and without a query per row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.petition import Satisfaction, is_overdue
from domain.stages import Stage
from domain.workdays import Duration, TimeUnit
from models.answers import Page, QueueItem
from models.tables import HistoryRow
from services import decisions, dispatching, handling, ladder, queries, queues, supervision, verdict
from services.context import Context
from services.facts import facts_of, is_supervised
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, LIVES, OTHER_UNIT, TEXT, UNIT, WORDS, petition_of
from tests.support import steps

AT_OTHER = Actor(Role.UNIT, OTHER_UNIT, "测试经办乙")
ALL_ROLES = [DESK, AT_UNIT, AT_OTHER, INSPECTOR, *(Actor(role) for role in Role if role is not Role.UNIT)]


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """The SQL sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def every_page(read: Callable[[str | None], Page]) -> list[QueueItem]:
    """All items of a queue, read page by page."""
    items: list[QueueItem] = []
    cursor: str | None = None
    while True:
        page = read(cursor)
        items += page.items
        cursor = page.next
        if cursor is None:
            return items


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_every_kind_of_petition_can_be_shown_to_everybody(context: Context, life: Callable[[Context], str]) -> None:
    petition = petition_of(context, life(context))
    progress = queries.public_progress(context, petition.query_code)
    assert progress.stage.code == petition.stage
    assert progress.version == petition.version
    assert TEXT not in progress.model_dump_json()
    seen = 0
    for actor in ALL_ROLES:
        try:
            detail = queries.detail(context, petition.id, actor)
        except NotFound:
            assert actor.role in {Role.UNIT, Role.CHANNEL, Role.PETITIONER, Role.PLATFORM, Role.MEDIA}
            continue
        seen += 1
        assert detail.stage.code == petition.stage
        assert queries.clock_of(context, petition.id, actor).version == petition.version
        assert len(queries.history(context, petition.id, actor).entries) == petition.version
        assert petition.query_code not in detail.model_dump_json()
    assert seen >= 6


def test_the_timeline_tells_what_is_public_and_hides_the_rest(context: Context) -> None:
    petition_id = lives.in_hand(context)
    handling.note(context, petition_id, AT_UNIT, "内部讨论中")
    handling.note(context, petition_id, AT_UNIT, "已到现场查看", public=True)
    progress = queries.public_progress(context, petition_of(context, petition_id).query_code)
    assert [(entry.label, entry.told, entry.reason) for entry in progress.timeline] == [
        ("登记", "反映的情况已收到", ""),
        ("受理", "已受理，接下来派给承办单位", ""),
        ("派遣", "已派给区市政园林服务中心办理", ""),
        ("签收", "区市政园林服务中心已接收，开始办理", ""),
        ("记录办理情况", "", "已到现场查看"),
    ]


def test_a_petitioner_reads_no_rule_and_no_source_where_a_term_ran_out(
    context: Context, story: clock.StoryClock
) -> None:
    """The whole ladder: each climb in a plain sentence, and in the staff's history with its rule and source."""
    petition_id = lives.register(context, "工地拖欠工资三个月，要求支付")
    steps.settle_until(context, petition_id, story, story.now().add(days=60))
    told = {
        entry.label: (entry.told, entry.reason)
        for entry in queries.public_progress(context, petition_of(context, petition_id).query_code).timeline
    }
    assert told["提级一级研判"] == ("到2026年3月9日 17:30还没有办好，交专家组研究由谁办、怎么办", "")
    assert told["提级二级研判"] == ("专家组到2026年3月23日 17:30还没有定下来，交区领导小组决定", "")
    assert told["纪委监委督办"] == ("区领导小组到2026年4月7日 17:30还没有定下来，由纪委监委督办，办理不停", "")
    assert told["督办催办"] == ("纪委监委催促尽快办好", "")
    assert not any(word in text for texts in told.values() for text in texts for word in ("自定", "依据", "报道", "；"))
    climbs = [row for row in queries.history(context, petition_id, DESK).entries if row.details.get("why")]
    assert [row.details["why"] for row in climbs] == ["handling", "first_review", "second_review"]
    assert all(row.details["source"] and row.details["rule"] for row in climbs)
    assert climbs[0].reason == "办理时限已过，应于2026年3月9日 17:30前完成"


def test_a_step_of_an_older_version_is_told_without_its_source(context: Context) -> None:
    petition_id = lives.in_review(context)
    with context.sessions.begin() as session:
        row = session.scalars(sa.select(HistoryRow).order_by(HistoryRow.version.desc()).limit(1)).one()
        row.actor_role, row.details = "platform", {}
        row.reason = "办理时限已过(应于2026-03-09 17:30前完成；自定，未见公开规定)"
    last = queries.public_progress(context, petition_of(context, petition_id).query_code).timeline[-1]
    assert (last.told, last.reason) == ("交专家组研究由谁办、怎么办", "")


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_the_timeline_of_every_life_is_told(context: Context, life: Callable[[Context], str]) -> None:
    timeline = queries.public_progress(context, petition_of(context, life(context)).query_code).timeline
    assert all(entry.told for entry in timeline if entry.label != "记录办理情况")


def test_a_case_that_is_sent_on_after_a_return_names_who_gave_it_back(context: Context) -> None:
    petition_id = lives.returned(context)
    lives.settle(context, petition_id)
    if petition_of(context, petition_id).unit is None:
        dispatching.dispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason="按退单单位建议派遣")
    told = [
        entry.told for entry in queries.public_progress(context, petition_of(context, petition_id).query_code).timeline
    ]
    assert "核定不归区市政园林服务中心办，重新确定承办单位" in told
    assert told[-1].startswith("已派给")


def test_what_a_person_writes_for_the_petitioner_stays(context: Context) -> None:
    petition_id = lives.in_hand(context)
    ladder.refer_to_first_review(context, petition_id, DESK, "涉及多家单位，任何一家都不能单独解决")
    last = queries.public_progress(context, petition_of(context, petition_id).query_code).timeline[-1]
    assert (last.told, last.reason) == ("交专家组研究由谁办、怎么办", "涉及多家单位，任何一家都不能单独解决")


def test_a_code_may_be_written_as_people_write_it(context: Context) -> None:
    code = petition_of(context, lives.register(context)).query_code
    spoken = f"{code[:4].lower()} {code[4:8]}-{code[8:]}"
    assert queries.public_progress(context, spoken) == queries.public_progress(context, code)


def test_a_unit_queue_is_ordered_by_time_left_and_paged(context: Context, story: clock.StoryClock) -> None:
    expected = []
    for _ in range(5):
        expected.append(lives.in_hand(context))
        story.move_to(story.now().add(days=1))
    handling.request_extension(context, expected[0], AT_UNIT, amount=9, reason=WORDS)
    decisions.decide_extension(context, expected[0], DESK, granted=True, reason=WORDS)
    decisions.suspend(context, expected[1], DESK, WORDS)
    expected = [*expected[2:], expected[0], expected[1]]
    items: list[QueueItem] = []
    for size in (1, 2, 3, 5, 200):
        items = every_page(lambda cursor, size=size: queues.unit_queue(context, AT_UNIT, limit=size, cursor=cursor))  # type: ignore[misc]
        assert [item.id for item in items] == expected
    assert items[0].minutes_left is not None
    assert items[-1].minutes_left is None


def test_equal_dates_are_paged_without_loss(context: Context) -> None:
    ids = {lives.in_hand(context) for _ in range(5)}
    items = every_page(lambda cursor: queues.unit_queue(context, AT_UNIT, limit=2, cursor=cursor))
    assert (len(items), {item.id for item in items}) == (5, ids)
    waiting = {lives.at_the_desk(context) for _ in range(5)}
    items = every_page(lambda cursor: queues.queue_for(context, DESK, limit=2, cursor=cursor))
    assert (len(items), {item.id for item in items}) == (5, waiting)


def test_what_changed_since_the_last_time(context: Context, story: clock.StoryClock) -> None:
    quiet, noted, moved = (lives.in_hand(context) for _ in range(3))
    since = queues.unit_queue(context, AT_UNIT).as_of
    story.move_to(story.now().add(minutes=5))
    handling.note(context, noted, AT_UNIT, WORDS)
    dispatching.redispatch(context, moved, DESK, unit=OTHER_UNIT, reason=WORDS)
    changed = queues.unit_queue(context, AT_UNIT, changed_after=since).items
    assert {(item.id, item.outcome) for item in changed} == {(noted, None), (moved, "moved")}
    assert quiet not in {item.id for item in changed}


def test_assisting_units_find_their_part_and_their_own_date(context: Context) -> None:
    petition_id = lives.assigned(context)
    [mine] = queues.unit_queue(context, AT_UNIT).items
    assert (mine.id, mine.part, mine.duty) == (petition_id, "assist", WORDS)
    assert mine.task_due_at == pendulum.datetime(2026, 3, 5, 17, 30, tz=clock.SHANGHAI)
    assert mine.allowed_actions == ["attach", "report"]
    handling.report(context, petition_id, AT_UNIT, "已配合完成")
    assert queues.unit_queue(context, AT_UNIT).items == []


@pytest.mark.parametrize("many", [2, 12])
def test_a_page_costs_the_same_however_long_it_is(context: Context, engine: sa.Engine, many: int) -> None:
    for _ in range(many):
        lives.in_hand(context)
    with statements(engine) as sent:
        assert len(queues.unit_queue(context, AT_UNIT).items) == many
    assert len([line for line in sent if line.startswith("SELECT")]) <= 6


def test_each_office_finds_what_waits_for_it(context: Context) -> None:
    desk, returned, review = lives.at_the_desk(context), lives.return_requested(context), lives.in_review(context)
    lives.in_hand(context)
    asked = {item.id: item.asked for item in queues.queue_for(context, DESK).items}
    assert set(asked) == {desk, returned}
    assert asked[desk] is None
    proposed = asked[returned]
    assert proposed is not None
    assert proposed.proposed_unit is not None
    assert proposed.proposed_unit.code == OTHER_UNIT
    assert [item.id for item in queues.queue_for(context, lives.REVIEWER).items] == [review]
    assert queues.queue_for(context, Actor(Role.LEADER)).items == []
    with pytest.raises(NotPermitted):
        queues.queue_for(context, lives.CITIZEN)


def test_the_decision_due_first_is_on_top_whatever_else_makes_a_run_look(
    context: Context, story: clock.StoryClock
) -> None:
    first = lives.in_review(context)
    story.move_to(story.now().add(days=1))
    second = lives.in_review(context)
    ladder.open_supervision(context, second, INSPECTOR, WORDS)
    hour = Duration(1, TimeUnit.HOURS)
    supervision.demand_explanation(context, second, INSPECTOR, question=WORDS, duration=hour)
    assert petition_of(context, second).wake_at == story.now().add(hours=1)
    assert [item.id for item in queues.queue_for(context, lives.REVIEWER).items] == [first, second]


def test_a_unit_that_met_its_clock_is_not_named_as_late(context: Context, story: clock.StoryClock) -> None:
    """The desk is slow, or the petitioner is not satisfied even with the redo: no delay of the unit's."""
    submitted, again = lives.submitted(context), lives.redone(context)
    handling.submit_completion(context, again, AT_UNIT, lives.EVIDENCE)
    decisions.decide_completion(context, again, DESK, approved=True, reason=WORDS)
    lives.settle(context, again)
    verdict.rate(context, again, lives.CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason=WORDS)
    lives.settle(context, again)
    assert petition_of(context, again).stage == Stage.FIRST_REVIEW
    late = lives.in_hand(context)
    story.move_to(pendulum.datetime(2026, 3, 10, 9, tz=clock.SHANGHAI))
    assert [item.id for item in queues.overdue_list(context, INSPECTOR).items] == [late]
    for petition_id in (submitted, again):
        assert queries.head(context, petition_id, INSPECTOR).minutes_left is None
        assert queries.clock_of(context, petition_id, INSPECTOR).handling_met
    decisions.decide_completion(context, submitted, DESK, approved=False, reason=WORDS)
    assert {item.id for item in queues.overdue_list(context, INSPECTOR).items} == {late, submitted}


def test_the_overdue_list_is_the_rule(context: Context, story: clock.StoryClock) -> None:
    ids = [life(context) for life in LIVES]
    for days in (0, 8, 90):
        story.move_to(story.now().add(days=days))
        rows = [steps.petition_of(context, petition_id) for petition_id in ids]
        overdue = [row for row in rows if is_overdue(facts_of(row), row.due_at, clock.now())]
        late = {row.id for row in overdue if not is_supervised(row)}
        listed = every_page(lambda cursor: queues.overdue_list(context, INSPECTOR, supervised=False, cursor=cursor))
        assert {item.id for item in listed} & set(ids) == late


def test_overdue_work_and_supervised_work(context: Context, story: clock.StoryClock) -> None:
    late, watched = lives.in_hand(context), lives.supervised(context)
    lives.archived(context)
    assert [item.id for item in queues.overdue_list(context, INSPECTOR).items] == [watched]
    story.move_to(pendulum.datetime(2026, 3, 10, 9, tz=clock.SHANGHAI))
    fresh = lives.in_hand(context)
    found = [item.id for item in queues.overdue_list(context, INSPECTOR).items]
    assert (set(found), fresh in found) == ({late, watched}, False)
    assert [item.id for item in queues.overdue_list(context, INSPECTOR, supervised=False).items] == [late]
    assert queues.overdue_list(context, INSPECTOR, unit=OTHER_UNIT).items == []
    assert queues.overdue_list(context, INSPECTOR, unit=UNIT, limit=1).next is not None
    with pytest.raises(NotPermitted):
        queues.overdue_list(context, AT_UNIT)


@pytest.mark.parametrize("cursor", ["", "x", "fA", "MjAyNi0wMy0wMlQwOTowMDowMHwx", "\x00", "汉"])
def test_a_cursor_that_was_never_given_out(context: Context, cursor: str) -> None:
    with pytest.raises(Incomplete) as refused:
        queues.unit_queue(context, AT_UNIT, cursor=cursor)
    assert refused.value.missing[0]["field"] == "cursor"


def test_a_clock_explains_itself_and_counts_office_time(context: Context) -> None:
    petition_id = lives.in_hand(context)
    clocks = queries.clock_of(context, petition_id, AT_UNIT)
    assert clocks.handling is not None
    assert clocks.handling.due_at == pendulum.datetime(2026, 3, 9, 17, 30, tz=clock.SHANGHAI)
    # From Monday 9:00: seven hours that day and five working days of seven and a half.
    assert clocks.handling.minutes_left == 7 * 60 + 5 * 450
    assert [step.text for step in clocks.handling.steps][-1] == "2026年3月9日（周一）17:30到期"
    assert [item.kind.code for item in clocks.deadlines] == ["yellow_card", "handling", "red_card"]
    assert all(item.source and item.rule for item in clocks.deadlines)
