"""The dashboard: every number on it is a figure of the figures' own service, as of one minute, and counted once."""

from __future__ import annotations

import datetime as dt

import pytest

import clock
from domain.actions import Actor, Role
from domain.errors import NotPermitted
from domain.figures import LADDER, CountName, Grouping
from domain.periods import PeriodKind
from models.dashboard import DashboardView
from services import dashboard as showing
from services import figures
from services.context import Context
from services.dashboard import STANDING, Wanted, dashboard
from services.figure_selection import Asked
from tests.services import lives
from tests.services.lives import INSPECTOR, LIVES

LEADER = Actor(Role.LEADER, name="测试领导")
EVER = Wanted(period=None)


@pytest.fixture
def every_life(context: Context, story: clock.StoryClock) -> Context:
    for life in LIVES:
        life(context)
        story.move_to(clock.now() + dt.timedelta(hours=1))
    return context


@pytest.mark.parametrize("actor", [LEADER, lives.AT_UNIT], ids=["leader", "unit"])
def test_every_number_is_the_figure_of_that_name(every_life: Context, actor: Actor) -> None:
    for period in (*PeriodKind, None):
        shown = dashboard(every_life, actor, Wanted(period=period))
        by_unit = figures.figures(every_life, actor, Asked(kind=period, as_of=shown.as_of), Grouping.UNIT)
        ever = figures.figures(every_life, actor, Asked(as_of=shown.as_of), Grouping.UNIT)
        assert shown.total.counts["registered"] == by_unit.total.counts["registered"]
        assert shown.total.standing == {name.value: ever.total.counts[name] for name in STANDING}
        assert {rung.figure: rung.cases for rung in shown.ladder} == {
            name.value: by_unit.total.counts[name] for name in LADDER
        }
        units = {group.group.code: group for group in ever.groups if group.group}
        assert {row.group.code for row in shown.units if row.group} == units.keys()
        for row in shown.units:
            assert row.group is not None
            assert row.standing == {name.value: units[row.group.code].counts[name] for name in STANDING}
        shares = {item.figure: item for item in by_unit.total.shares}
        assert [item.model_dump() for item in shown.total.shares] == [
            shares[name].model_dump() for name in showing.SHARES
        ]


def test_the_ladder_only_narrows(every_life: Context) -> None:
    cases = [rung.cases for rung in dashboard(every_life, LEADER, EVER).ladder]
    assert cases == sorted(cases, reverse=True)
    assert cases[0] > cases[1] > 0 < cases[-1]


def test_every_step_of_the_trend_lists_its_cases(every_life: Context) -> None:
    ever = dashboard(every_life, LEADER, EVER).total
    for kind in showing.TREND_KINDS:
        shown = dashboard(every_life, LEADER, Wanted(trend=kind))
        assert sum(step.registered for step in shown.trend) == ever.counts["registered"]
        days = [dt.date.fromisoformat(day) for step in shown.trend for day in (step.first, step.last)]
        assert [(after - before).days for before, after in zip(days[1::2], days[2::2], strict=False)] == [1] * (
            len(shown.trend) - 1
        ), "no day is left out"
        for step in shown.trend:
            asked = Asked(
                first=dt.date.fromisoformat(step.first), last=dt.date.fromisoformat(step.last), as_of=shown.as_of
            )
            for name in (CountName.REGISTERED, CountName.OPEN, CountName.OVERDUE):
                found = figures.cases_of(every_life, LEADER, asked, name).base
                assert found == getattr(step, name.value), (kind, step.first, name)


def test_it_is_counted_once_a_minute_however_many_look(
    every_life: Context, story: clock.StoryClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[Asked] = []
    real = figures.figures_by

    def noted(context: Context, actor: Actor, asked: Asked, *rest: object, **more: object) -> object:
        counted.append(asked)
        return real(context, actor, asked, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(figures, "figures_by", noted)
    first = dashboard(every_life, LEADER)
    once = len(counted)
    story.move_to(first.as_of + dt.timedelta(seconds=59))
    lives.register(every_life, "刚刚登记的一处路灯不亮")
    again = dashboard(every_life, INSPECTOR)
    assert (len(counted), again.as_of, again.today) == (once, first.as_of, first.today)
    story.move_to(first.as_of + dt.timedelta(seconds=61))
    later = dashboard(every_life, LEADER)
    assert (len(counted), later.today) == (2 * once, first.today + 1)


def test_a_unit_is_shown_its_own_part_and_the_districts_total(every_life: Context) -> None:
    mine = dashboard(every_life, lives.AT_UNIT, EVER)
    whole: DashboardView = dashboard(every_life, LEADER, EVER)
    assert mine.total == whole.total
    assert [row.group.code for row in mine.units if row.group] == [lives.AT_UNIT.unit]
    assert sum(row.standing["open"] for row in mine.towns) < whole.total.standing["open"]
    assert mine.topics is None
    assert whole.topics is not None


@pytest.mark.parametrize("role", [Role.MEDIA, Role.CHANNEL, Role.PETITIONER])
def test_figures_are_not_for_everybody(context: Context, role: Role) -> None:
    with pytest.raises(NotPermitted):
        dashboard(context, Actor(role))
