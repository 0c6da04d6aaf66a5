"""Screens on walls: a code that is shown once, opens sums for reading, and is stopped at once."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotFound, NotPermitted
from models.tables import WallScreen
from services import administration, dashboard, walls
from services.context import Context
from tests.services import lives
from tests.services.lives import INSPECTOR

OPERATOR = Actor(Role.OPERATOR, name="测试运维")


def test_a_code_opens_its_screen_however_it_is_typed_and_is_kept_nowhere(context: Context) -> None:
    code = walls.create(context, "指挥大厅")
    assert [len(part) for part in code.split("-")] == [5, 5, 5, 5]
    for typed in (code, code.lower(), code.replace("-", " ")):
        assert walls.screen_of(context, walls.token_of(typed)) == "指挥大厅"
    with context.readers() as session:
        kept = repr([vars(row) for row in session.scalars(sa.select(WallScreen))])
    assert walls.token_of(code) not in kept


@pytest.mark.parametrize("code", ["", "x", "A" * 19, "A" * 20, "１" * 20, "'; drop table", "A" * 5000])
def test_any_other_code_opens_nothing(context: Context, code: str) -> None:
    walls.create(context, "指挥大厅")
    assert walls.screen_of(context, walls.token_of(code)) is None


def test_whoever_opens_or_stops_a_screen_is_on_record_and_an_operator(context: Context) -> None:
    walls.create(context, "指挥大厅")
    for _ in range(2):
        walls.revoke(context, "指挥大厅", OPERATOR)
    done = [(act.by, act.act, act.subject) for act in administration.acts(context, INSPECTOR)]
    assert done == [("测试运维", "停用大屏", "指挥大厅"), ("命令行", "开通大屏", "指挥大厅")]
    for work in (walls.create, walls.revoke):
        with pytest.raises(NotPermitted):
            work(context, "指挥大厅", INSPECTOR)


def test_a_screen_that_is_stopped_shows_nothing_any_more(context: Context) -> None:
    codes = {name: walls.token_of(walls.create(context, name)) for name in ("指挥大厅", "会议室")}
    walls.revoke(context, "会议室")
    assert walls.screen_of(context, codes["会议室"]) is None
    assert walls.screen_of(context, codes["指挥大厅"]) == "指挥大厅"
    with pytest.raises(NotFound):
        walls.revoke(context, "没有的")


@pytest.mark.parametrize("name", ["", "  ", "长" * 61, "指挥\n大厅", "指挥大厅"])
def test_a_name_that_cannot_be_is_refused(context: Context, name: str) -> None:
    walls.create(context, "指挥大厅")
    with pytest.raises(Incomplete):
        walls.create(context, name)
    assert len(walls.screens(context)) == 1


def test_when_it_was_last_seen_is_written_down_now_and_then(context: Context, story: clock.StoryClock) -> None:
    token, began = walls.token_of(walls.create(context, "指挥大厅")), clock.now()
    for minutes in (0, 1, 9, 11, 12):
        story.move_to(began + dt.timedelta(minutes=minutes))
        assert walls.screen_of(context, token)
    [screen] = walls.screens(context)
    assert screen.seen_at is not None
    assert screen.seen_at - began == dt.timedelta(minutes=11)


def test_it_shows_the_sums_that_everybody_sees_who_sees_all(context: Context) -> None:
    lives.in_hand(context)
    shown, district_map = walls.shown(context)
    assert district_map is None
    assert shown == dashboard.dashboard(context, INSPECTOR)
