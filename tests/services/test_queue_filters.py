"""Filters of queues and what tells that one has changed, on every database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.petition import Card
from domain.queue_filter import DueWhen, QueueFilter
from domain.stages import Stage
from models.accounts import Account, SavedFilter
from models.tables import Petition
from services import accounts, desk, queue_clocks, queue_news, queues, saved_filters
from services.context import Context
from tests.services.lives import UNIT, dispatched

AT_UNIT, AT_DESK = Actor(Role.UNIT, UNIT, "甲"), Actor(Role.DESK, name="丙")


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (QueueFilter(), 1),
        (QueueFilter(stage=Stage.DISPATCHED, town="nowhere"), 0),
        (QueueFilter(card=Card.RED), 0),
        (QueueFilter(due=DueWhen.LATE), 0),
        (QueueFilter(number="-00001"), 1),
        (QueueFilter(number="-00009"), 0),
    ],
)
def test_a_queue_shows_what_its_filter_says(context: Context, only: QueueFilter, found: int) -> None:
    dispatched(context)
    page = queues.queue_for(context, AT_UNIT, only=only)
    assert len(page.items) == found
    assert len(queue_clocks.clocks_of(context, AT_UNIT, page.items)) == found


def test_each_queue_has_its_own_number(context: Context) -> None:
    watched = [AT_UNIT, AT_DESK, Actor(Role.INSPECTOR), Actor(Role.REVIEWER)]
    before = queue_news.fingerprints(context, watched)
    dispatched(context)
    after = queue_news.fingerprints(context, watched)
    assert [actor for actor in watched if before[actor] != after[actor]] == [AT_UNIT]


def test_closed_cases_of_the_matter_are_found(context: Context) -> None:
    case = dispatched(context)
    with context.sessions.begin() as session:
        row = session.get_one(Petition, case)
        kept = {column.key: getattr(row, column.key) for column in sa.inspect(Petition).columns}
        past = {"id": "0" * 36, "case_number": "SZ-OLD", "query_code": "OLD", "stage": "archived", "wake_at": None}
        session.execute(sa.insert(Petition).values(kept | past | {"closed_at": clock.now(), "run_id": None}))
    assert [item.case_number for item in desk.similar_closed(context, case, AT_DESK)] == ["SZ-OLD"]


def test_a_filter_of_the_same_name_takes_its_place(context: Context) -> None:
    accounts.create_account(context, "园林甲", Role.UNIT, UNIT)
    with context.readers() as session:
        account = session.scalars(sa.select(Account.id)).one()
    for card in (Card.YELLOW, Card.RED):
        saved_filters.save_filter(context, account, "有牌", QueueFilter(card=card))
    assert saved_filters.filters_of(context, account) == [("有牌", "card=red")]
    saved_filters.forget_filter(context, account, "有牌")
    with context.readers() as session:
        assert session.scalars(sa.select(SavedFilter)).all() == []
