"""Hot topics are found in the ledger, kept with their history, and shown to whoever looks after the district."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from domain.errors import NotPermitted
from models.shapes import PetitionerIn, Registration
from models.tables import HotTopic
from services import hot_topics, intake
from services.context import Context
from tests.services.lives import AT_UNIT, CHANNEL, CITIZEN, DESK, INSPECTOR

SECRET = "请找测试甲13800001234"


def report(context: Context, text: str, place: str, number: int = 1) -> list[str]:
    registrations = [
        Registration(channel="hotline", text=text, place=place, petitioner=PetitionerIn(name="测试甲"))
        for _ in range(number)
    ]
    return [intake.register(context, registration, CHANNEL).id for registration in registrations]


def test_a_growing_matter_is_found_and_followed(context: Context, story: clock.StoryClock) -> None:
    assert hot_topics.current_topics(context, DESK).seen_at is None
    report(context, f"路灯坏了，{SECRET}", "广济路", 4)
    report(context, "夜里施工", "光明大道", 2)
    assert hot_topics.find_hot_topics(context) == []
    assert hot_topics.current_topics(context, DESK).topics == []
    gone = report(context, "路灯不亮", "广济路中段", 2)
    intake.withdraw(context, gone[0], CITIZEN)
    [found] = hot_topics.find_hot_topics(context)
    assert (found.name, found.recent, found.usual) == ("广济路 · 路灯不亮", 6, 0)
    story.move_to(clock.now().add(days=1))
    report(context, "路灯又坏了", "广济路")
    hot_topics.find_hot_topics(context)
    shown = hot_topics.current_topics(context, INSPECTOR)
    [topic] = shown.topics
    assert (shown.seen_at, shown.recent_days) == (clock.now(), 7)
    assert topic.sub_category is not None
    assert (topic.recent, topic.sub_category.name, len(topic.cases)) == (7, "路灯不亮", 7)
    assert [count.recent for count in topic.history] == [6, 7]
    assert "测试甲" not in shown.model_dump_json()


def test_what_has_cooled_down_is_no_topic_any_more_and_its_history_ends(
    context: Context, story: clock.StoryClock
) -> None:
    report(context, "路灯坏了", "广济路", 6)
    assert len(hot_topics.find_hot_topics(context)) == 1
    story.move_to(clock.now().add(days=8))
    assert hot_topics.find_hot_topics(context) == []
    assert hot_topics.current_topics(context, DESK).topics == [], "an older look is not the last one"
    story.move_to(clock.now().add(days=366))
    hot_topics.find_hot_topics(context)
    with context.readers() as session:
        assert session.scalars(sa.select(HotTopic)).all() == []


def test_a_unit_sees_no_topics(context: Context) -> None:
    with pytest.raises(NotPermitted):
        hot_topics.current_topics(context, AT_UNIT)
