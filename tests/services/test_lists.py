"""The four lists of real petitions: what each says, who sees it, and when an item is struck off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotPermitted, RuleRefusal, StaleVersion
from domain.lists import Listed, ListGrouping, ListName, standing_of
from domain.petition import Satisfaction
from domain.supervision import Disposition
from models.list_answers import ProblemItem, ProgressItem, ResponsibilityItem, ResultItem
from models.tables import Completion, HistoryRow, Petition
from services import hot_topics, intake, ladder, lists, recusals, striking, supervision, verdict
from services.context import Context
from services.list_rows import Wanted, listed_as, loop_of
from tests.services import lives
from tests.services.lives import (
    AT_UNIT,
    CITIZEN,
    DESK,
    INSPECTOR,
    LIVES,
    OTHER_UNIT,
    TEXT,
    UNIT,
    WORDS,
    petition_of,
)
from tests.support.context import shipped_policy

RULES = shipped_policy().list_rules
EVERYTHING = Wanted(listed=tuple(Listed))


def pages(context: Context, name: ListName, actor: Actor = DESK, wanted: Wanted = EVERYTHING) -> Iterator[Any]:
    after: str | None = None
    while True:
        page = lists.page_of(context, actor, name, wanted, after=after, limit=3)
        yield page
        if page.next is None:
            return
        after = page.next


def cases(context: Context, name: ListName, actor: Actor = DESK, wanted: Wanted = EVERYTHING) -> list[str]:
    return [item.case for page in pages(context, name, actor, wanted) for item in page.items]


def problem(context: Context, petition_id: str) -> ProblemItem:
    item = lists.items_of(context, petition_id, DESK)[ListName.PROBLEMS]
    assert isinstance(item, ProblemItem)
    return item


def responsibility(context: Context, petition_id: str) -> ResponsibilityItem:
    item = lists.items_of(context, petition_id, DESK)[ListName.RESPONSIBILITIES]
    assert isinstance(item, ResponsibilityItem)
    return item


def progress(context: Context, petition_id: str) -> ProgressItem:
    item = lists.items_of(context, petition_id, DESK)[ListName.PROGRESS]
    assert isinstance(item, ProgressItem)
    return item


def result(context: Context, petition_id: str) -> ResultItem:
    item = lists.items_of(context, petition_id, DESK)[ListName.RESULTS]
    assert isinstance(item, ResultItem)
    return item


def lacks(context: Context, petition_id: str) -> list[str]:
    return [lack.code for lack in result(context, petition_id).lacks]


@pytest.fixture
def every_life(context: Context, story: clock.StoryClock) -> Context:
    """One petition of each kind, and those that end differently."""
    for life in LIVES:
        life(context)
        story.move_to(clock.now() + dt.timedelta(hours=1))
    striking.refuse(context, lives.archived(context), DESK, "照片看不清")
    watched = lives.archived(context)
    ladder_of = lives.completed(context)
    ladder.open_supervision(context, ladder_of, INSPECTOR, "核查")
    verdict.rate(context, ladder_of, CITIZEN, satisfaction=Satisfaction.SATISFIED)
    lives.settle(context, ladder_of)
    assert petition_of(context, watched).stage == petition_of(context, ladder_of).stage == "archived"
    return context


def test_the_database_and_the_domain_say_the_same_of_every_petition(every_life: Context) -> None:
    with every_life.readers() as session:
        told = session.execute(sa.select(Petition, listed_as(RULES))).all()
        decided = [standing_of(loop_of(petition, _evidence(session, petition)), RULES).listed for petition, _ in told]
    assert [Listed(listed) for _, listed in told] == decided
    assert set(decided) == set(Listed), "every standing is among them"


def _evidence(session: Session, petition: Petition) -> Completion | None:
    accepted = sa.select(Completion).where(Completion.petition_id == petition.id, Completion.outcome == "approved")
    return session.scalars(accepted.order_by(Completion.id.desc())).first()


def test_every_case_is_in_every_list_once_whatever_the_pages(every_life: Context) -> None:
    with every_life.readers() as session:
        numbers = list(session.scalars(sa.select(Petition.case_number).order_by(Petition.case_number)))
    for name in ListName:
        assert cases(every_life, name) == numbers
    rows = list(lists.every_row(every_life, DESK, EVERYTHING))
    assert [row[ListName.RESULTS].case for row in rows] == numbers
    page = next(pages(every_life, ListName.PROBLEMS))
    assert sum(item.items for item in page.totals) == len(numbers)
    for listed in Listed:
        only = cases(every_life, ListName.PROGRESS, wanted=Wanted(listed=(listed,)))
        assert len(only) == next(item.items for item in page.totals if item.listed.code == listed)
    usual = cases(every_life, ListName.PROBLEMS, wanted=lists.EVERY)
    elsewhere = cases(every_life, ListName.PROBLEMS, wanted=Wanted(listed=(Listed.ELSEWHERE,)))
    assert sorted(usual + elsewhere) == numbers


def test_the_groups_add_up_to_the_whole(every_life: Context) -> None:
    for by in set(ListGrouping) - {ListGrouping.TOPIC}:
        view = lists.summary(every_life, DESK, by, EVERYTHING)
        for position, whole in enumerate(view.totals):
            assert sum(group.totals[position].items for group in view.groups) == whole.items
        first = view.groups[0]
        if first.group.code:
            code: dict[str, Any] = {by.value: first.group.code}
            only = Wanted(listed=tuple(Listed), **code)
            assert lists.summary(every_life, DESK, by, only).groups == [first]


def test_a_unit_sees_what_it_has_or_had(every_life: Context) -> None:
    mine = cases(every_life, ListName.RESULTS, AT_UNIT)
    theirs = cases(every_life, ListName.RESULTS, Actor(Role.UNIT, OTHER_UNIT, "测试乙"))
    everybodys = cases(every_life, ListName.RESULTS)
    assert set(theirs) < set(mine) < set(everybodys)
    assert lists.items_of(every_life, lives.at_the_desk(every_life), AT_UNIT) == {}
    assert cases(every_life, ListName.RESULTS, Actor(Role.UNIT, None, "测试丙")) == []
    for nobody in (CITIZEN, Actor(Role.CHANNEL, name="12345")):
        with pytest.raises(NotPermitted):
            lists.page_of(every_life, nobody, ListName.PROBLEMS)


def test_what_each_list_says(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.assigned(context)
    story.move_to(clock.now() + dt.timedelta(hours=2))
    reported = problem(context, petition_id)
    assert (reported.people, reported.listed.code, reported.sub_category and reported.sub_category.name) == (
        1,
        "open",
        "路灯不亮",
    )
    responsible = responsibility(context, petition_id)
    assert responsible.unit is not None
    assert (responsible.unit.code, responsible.duty, responsible.rung.code) == (OTHER_UNIT, WORDS, "first_review")
    [assist] = responsible.assists
    assert (assist.unit.code, assist.reported) == (UNIT, False)
    moving = progress(context, petition_id)
    assert (moving.stage.code, moving.last_step.label) == ("dispatched", "研判交办")
    assert moving.minutes_left is not None
    assert moving.days_left == pytest.approx(moving.minutes_left / 450, abs=0.05)
    assert result(context, petition_id).completed_at is None


def test_a_duty_is_told_where_no_review_gave_a_task(context: Context) -> None:
    duty = shipped_policy().duty_of("street-light-out")
    assert duty is not None
    assert responsibility(context, lives.dispatched(context)).duty == duty.title


def test_a_loop_closes_step_by_step(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    assert lacks(context, petition_id) == ["completion", "archiving"]
    petition_id = lives.completed(context)
    done = result(context, petition_id)
    assert (done.listed.code, lacks(context, petition_id)) == ("provisional", ["verdict", "archiving"])
    assert (done.solved, done.contacted, done.reply) == (True, True, lives.EVIDENCE.public_reply)
    ladder.open_supervision(context, petition_id, INSPECTOR, "核查")
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.SATISFIED)
    lives.settle(context, petition_id)
    assert (result(context, petition_id).listed.code, lacks(context, petition_id)) == ("lacking", ["supervision"])
    assert result(context, petition_id).struck_off_at is None
    story.move_to(clock.now() + dt.timedelta(hours=3))
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="已核查")
    struck = result(context, petition_id)
    assert (struck.listed.code, struck.lacks, struck.struck_off_at) == ("struck_off", [], clock.now())
    assert struck.verdict is not None
    assert struck.verdict.name == "满意"


def test_the_desk_refuses_and_restores_with_a_reason_that_stays(context: Context) -> None:
    petition_id = lives.archived(context)
    assert result(context, petition_id).listed.code == "struck_off"
    before = petition_of(context, petition_id).version
    striking.refuse(context, petition_id, DESK, "照片看不清", before)
    assert (result(context, petition_id).listed.code, lacks(context, petition_id)) == ("kept", ["consent"])
    with pytest.raises(StaleVersion):
        striking.restore(context, petition_id, DESK, "已补照片", before)
    with pytest.raises(RuleRefusal, match="已退回销号"):
        striking.refuse(context, petition_id, DESK, "再退一次")
    with pytest.raises(NotPermitted):
        striking.restore(context, petition_id, AT_UNIT, "已补照片")
    striking.restore(context, petition_id, DESK, "已补照片")
    assert result(context, petition_id).listed.code == "struck_off"
    with pytest.raises(RuleRefusal, match="没有退回过"):
        striking.restore(context, petition_id, DESK, "再恢复")
    with context.readers() as session:
        query = sa.select(HistoryRow).where(HistoryRow.petition_id == petition_id, HistoryRow.version > before)
        said = [(row.trigger, row.reason, row.public) for row in session.scalars(query.order_by(HistoryRow.version))]
    assert said == [("refuse_striking", "照片看不清", False), ("restore_striking", "已补照片", False)]


def test_everybody_whose_matter_it_is_is_counted(context: Context) -> None:
    main = lives.dispatched(context)
    others = [lives.register(context, text) for text in ("广济路又黑了一片", "晚上看不见路", "光明路边灯杆倒了")]
    for other in others:
        intake.merge(context, other, main, DESK, "同一处")
    assert [problem(context, petition_id).people for petition_id in (main, *others)] == [4, 4, 4, 4]
    assert problem(context, others[0]).listed.code == "elsewhere"


def test_the_items_of_a_topic(context: Context) -> None:
    for text in ("路灯坏了", "灯不亮", "一到晚上路灯全灭", "路灯闪", "路灯杆上的灯不亮", "路灯不亮好几天了"):
        lives.settle(context, lives.register(context, f"广济路{text}"))
    lives.settle(context, lives.register(context, "光明大道夜里施工吵得睡不着"))
    hot_topics.find_hot_topics(context)
    [topic] = hot_topics.current_topics(context, DESK).topics
    found = cases(context, ListName.PROBLEMS, wanted=Wanted(topic=topic.topic))
    assert sorted(found) == sorted(topic.cases)
    [*listed] = pages(context, ListName.PROBLEMS, wanted=Wanted(topic=topic.topic))
    assert {item.topic.name for page in listed for item in page.items} == {topic.name}
    [group] = lists.summary(context, DESK, ListGrouping.TOPIC).groups
    assert (group.group.name, sum(item.items for item in group.totals)) == (topic.name, len(found))


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted(unit="nobody"), "unit"),
        (Wanted(town="nobody"), "town"),
        (Wanted(category="nothing"), "category"),
        (Wanted(sub_category="nothing"), "sub_category"),
        (Wanted(first=dt.date(2026, 3, 2), last=dt.date(2026, 3, 1)), "to"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_named(context: Context, wanted: Wanted, field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        lists.page_of(context, DESK, ListName.PROBLEMS, wanted)
    assert [item["field"] for item in refused.value.missing] == [field]


def test_days_are_chinese_days(context: Context, story: clock.StoryClock) -> None:
    lives.dispatched(context)
    monday = dt.date(2026, 3, 2)
    assert len(cases(context, ListName.PROBLEMS, wanted=Wanted(first=monday, last=monday))) == 1
    assert cases(context, ListName.PROBLEMS, wanted=Wanted(first=monday + dt.timedelta(days=1))) == []
    assert cases(context, ListName.PROBLEMS, wanted=Wanted(last=monday - dt.timedelta(days=1))) == []


def test_nothing_says_what_somebody_wrote_or_who(context: Context) -> None:
    lives.dispatched(context)
    for name in ListName:
        assert TEXT not in lists.page_of(context, DESK, name, EVERYTHING).model_dump_json()


@contextmanager
def counted_queries(context: Context) -> Iterator[list[str]]:
    said: list[str] = []
    with context.readers() as session:
        engine = session.get_bind()
    sa.event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    yield said


def test_a_page_costs_the_same_number_of_queries_however_many_rows(context: Context) -> None:
    for number in range(2):
        lives.settle(context, lives.register(context, f"第{number}处路灯不亮"))
    with counted_queries(context) as few:
        lists.page_of(context, DESK, ListName.RESULTS, EVERYTHING)
    for number in range(8):
        lives.settle(context, lives.register(context, f"另外第{number}处路灯坏了"))
    few_count = len(few)
    with counted_queries(context) as many:
        lists.page_of(context, DESK, ListName.RESULTS, EVERYTHING)
    assert len(many) <= few_count + 1


def test_whom_it_is_about_finds_it_in_no_list(context: Context) -> None:
    about_us, other = lives.in_hand(context), lives.archived(context)
    recusals.recuse_unit(context, about_us, DESK, unit=UNIT, reason="反映的就是该单位")
    numbers = [petition_of(context, petition_id).case_number for petition_id in (about_us, other)]
    for name in ListName:
        assert cases(context, name, AT_UNIT) == numbers[1:]
        assert cases(context, name, DESK) == numbers
    assert lists.items_of(context, about_us, AT_UNIT) == {}
    for by in set(ListGrouping) - {ListGrouping.TOPIC}:
        view = lists.summary(context, AT_UNIT, by, EVERYTHING)
        assert sum(item.items for item in view.totals) == sum(
            item.items for group in view.groups for item in group.totals
        )
        assert sum(item.items for item in view.totals) == 1
    recusals.recuse_account(context, other, DESK, account=DESK.name, reason="本人亲属")
    assert cases(context, ListName.RESULTS, DESK) == numbers[:1]
