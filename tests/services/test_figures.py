"""Figures of real petitions: what each counts, that parts make the whole, that the past stays, and who sees what."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotPermitted
from domain.figures import (
    COUNTS,
    NO_GROUP,
    PERIOD_GROUPINGS,
    SHARES,
    CountName,
    FigureName,
    Grouping,
    ShareName,
    TimeName,
)
from domain.periods import PeriodKind, period_of
from domain.petition import Satisfaction, is_overdue
from domain.stages import Stage
from domain.supervision import Disposition
from models.answers import Named
from models.figure_answers import FiguresView, GroupView, ShareView
from models.tables import HistoryRow, Petition
from services import decisions, figures, handling, intake, supervision, verdict
from services.context import Context
from services.facts import facts_of
from services.figure_selection import Asked
from tests.services import lives
from tests.services.lives import AT_UNIT, CITIZEN, DESK, INSPECTOR, LIVES, OTHER_UNIT, UNIT, WORDS
from tests.support import ledgers
from tests.support.context import a_context, shipped_policy

EVER = Asked()


def total(context: Context, asked: Asked = EVER) -> GroupView:
    return figures.figures(context, INSPECTOR, asked).total


def share(view: GroupView, name: ShareName) -> tuple[int, int]:
    """Numerator and base."""
    [found] = [item for item in view.shares if item.figure == name]
    return found.numerator, found.base


def every_case(context: Context, name: FigureName, asked: Asked = EVER, counted: bool | None = None) -> list[str]:
    found: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = figures.cases_of(context, INSPECTOR, asked, name, counted=counted, limit=7, offset=offset)
        found += [item.case for item in page.cases]
        offset = page.next
    return found


def wait(story: clock.StoryClock, **time: float) -> None:
    story.move_to(clock.now() + dt.timedelta(**time))


def number(context: Context, petition_id: str) -> str:
    return lives.petition_of(context, petition_id).case_number


@pytest.fixture
def every_life(context: Context, story: clock.StoryClock) -> Context:
    """One petition of each kind, registered an hour apart."""
    for life in LIVES:
        life(context)
        wait(story, hours=1)
    return context


def test_nothing_has_no_share(context: Context) -> None:
    view = figures.figures(context, INSPECTOR, EVER, Grouping.UNIT)
    assert view.groups == []
    assert view.total.counts == dict.fromkeys(COUNTS, 0)
    assert {(item.share, item.shown, item.low) for item in view.total.shares} == {(None, "—", None)}


def test_parts_add_up_to_the_whole_and_filter_alike(every_life: Context) -> None:
    whole = total(every_life)
    for by in Grouping:
        view = figures.figures(every_life, INSPECTOR, EVER, by)
        assert view.total == whole
        for name in COUNTS:
            assert sum(group.counts[name] for group in view.groups) == whole.counts[name]
        for figure in SHARES:
            parts = [share(group, figure) for group in view.groups]
            assert tuple(map(sum, zip(*parts, strict=True))) == share(whole, figure), figure
            assert all(0 <= numerator <= base for numerator, base in parts)
        stays = [item.stays for group in view.groups for item in group.times]
        assert sum(stays) == sum(item.stays for item in whole.times)
        first = view.groups[0]
        assert first.group is not None
        filtered = total(every_life, only_of(by, first.group.code))
        assert filtered.counts == first.counts
        assert [share(filtered, figure) for figure in SHARES] == [share(first, figure) for figure in SHARES]
        assert filtered.times == first.times


def only_of(by: Grouping, code: str) -> Asked:
    """The cases of one group."""
    if by not in PERIOD_GROUPINGS:
        only: dict[str, Any] = {by.value: code or NO_GROUP}
        return Asked(**only)
    first = dt.date.fromisoformat(code)
    period = period_of(PeriodKind(by.value), pendulum.datetime(first.year, first.month, first.day, tz=clock.SHANGHAI))
    assert period.until is not None
    return Asked(first=first, last=period.until.in_timezone(clock.SHANGHAI).date() - dt.timedelta(days=1))


TRENDS = {
    Grouping.DAY: ["2026-03-31", "2026-04-01", "2026-04-05", "2026-04-06", "2026-04-12"],
    Grouping.WEEK: ["2026-03-30", "2026-04-06"],
    Grouping.MONTH: ["2026-03-01", "2026-04-01"],
}


@pytest.mark.parametrize("by", TRENDS)
def test_a_trend_runs_by_days_weeks_and_months_of_china(
    context: Context, story: clock.StoryClock, by: Grouping
) -> None:
    moments = ((3, 31, 23, 59), (4, 1, 0, 0), (4, 5, 23, 59), (4, 6, 0, 0), (4, 12, 23, 59))
    for number, (month, day, hour, minute) in enumerate(moments):
        story.move_to(pendulum.datetime(2026, month, day, hour, minute, tz=clock.SHANGHAI))
        lives.settle(context, lives.register(context, f"第{number}处路灯不亮"))
    view = figures.figures(context, INSPECTOR, EVER, by)
    assert [group.group.code for group in view.groups if group.group] == TRENDS[by], "in the order of time"
    assert sum(group.counts["registered"] for group in view.groups) == 5
    assert view.by is not None
    assert view.by.name == {"day": "登记日", "week": "登记周", "month": "登记月"}[by]


def test_a_list_holds_exactly_the_base(every_life: Context) -> None:
    whole = total(every_life)
    for name in COUNTS:
        assert len(every_case(every_life, name)) == whole.counts[name]
    for figure in SHARES:
        listed = (len(every_case(every_life, figure, counted=True)), len(every_case(every_life, figure)))
        assert listed == share(whole, figure)
    stays = sum(item.stays for item in whole.times)
    assert len(every_case(every_life, TimeName.STAGE_TIME)) == stays > 0


def test_what_is_overdue_is_what_the_rules_call_so(every_life: Context, story: clock.StoryClock) -> None:
    late: set[str] = set()
    for _ in range(4):
        wait(story, days=3)
        with every_life.readers() as session:
            late = {
                petition.case_number
                for petition in session.scalars(sa.select(Petition))
                if is_overdue(facts_of(petition), petition.due_at, clock.now())
            }
        assert set(every_case(every_life, CountName.OVERDUE)) == late
    assert late


def test_the_past_stays_what_it_was(context: Context, story: clock.StoryClock) -> None:
    told: list[tuple[Asked, Grouping, FiguresView]] = []
    for life in LIVES:
        life(context)
        wait(story, hours=7)
        for by in (Grouping.UNIT, Grouping.CATEGORY, Grouping.TOWN):
            asked = Asked(as_of=clock.now())
            told.append((asked, by, figures.figures(context, INSPECTOR, asked, by)))
        wait(story, minutes=1)
    with context.readers() as session:
        ids = list(session.scalars(sa.select(Petition.id).where(Petition.closed_at.is_(None))))
    for petition_id in ids:
        lives.settle(context, petition_id)
        intake.reclassify(context, petition_id, DESK, category="energy", reason=WORDS)
    for asked, by, view in told:
        assert figures.figures(context, INSPECTOR, asked, by) == view


def test_a_case_belongs_to_the_day_on_which_it_was_registered(context: Context, story: clock.StoryClock) -> None:
    story.move_to(pendulum.datetime(2026, 3, 2, 23, 59, 59, tz=clock.SHANGHAI))
    late = lives.register(context)
    story.move_to(pendulum.datetime(2026, 3, 3, tz=clock.SHANGHAI))
    early = lives.register(context)
    story.move_to(pendulum.datetime(2026, 3, 20, 9, tz=clock.SHANGHAI))
    lives.settle(context, late)
    monday, tuesday = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
    assert every_case(context, CountName.REGISTERED, Asked(first=monday, last=monday)) == [number(context, late)]
    assert every_case(context, CountName.REGISTERED, Asked(first=tuesday)) == [number(context, early)]
    assert len(every_case(context, CountName.REGISTERED, Asked(kind=PeriodKind.MONTH))) == 2
    assert every_case(context, CountName.REGISTERED, Asked(kind=PeriodKind.WEEK)) == []


def test_signing_in_time_too_late_and_not_at_all(context: Context, story: clock.StoryClock) -> None:
    in_time, late, never = (lives.dispatched(context) for _ in range(3))
    handling.sign(context, in_time, AT_UNIT)
    assert share(total(context), ShareName.ON_TIME_SIGNING) == (1, 1), "the others have time left"
    wait(story, days=4)
    assert share(total(context), ShareName.ON_TIME_SIGNING) == (1, 3)
    handling.sign(context, late, AT_UNIT)
    assert share(total(context), ShareName.ON_TIME_SIGNING) == (1, 3)
    assert every_case(context, ShareName.ON_TIME_SIGNING, counted=False) == [
        number(context, petition_id) for petition_id in (late, never)
    ]


def test_a_unit_is_not_charged_for_what_was_taken_from_it_in_time(context: Context, story: clock.StoryClock) -> None:
    lives.redispatched(context)
    wait(story, days=4)
    view = figures.figures(context, INSPECTOR, EVER, Grouping.UNIT)
    by_unit = {group.group.code: group for group in view.groups if group.group}
    assert share(by_unit[UNIT], ShareName.ON_TIME_SIGNING) == (0, 0)
    assert share(by_unit[OTHER_UNIT], ShareName.ON_TIME_SIGNING) == (0, 1)


def test_done_in_time_and_too_late(context: Context, story: clock.StoryClock) -> None:
    lives.completed(context)
    late = lives.in_hand(context)
    waiting = lives.submitted(context)
    assert share(total(context), ShareName.ON_TIME_COMPLETION) == (1, 1)
    wait(story, days=30)
    assert share(total(context), ShareName.ON_TIME_COMPLETION) == (1, 2), "what waits for the desk is not late"
    handling.submit_completion(context, late, AT_UNIT, lives.EVIDENCE)
    for petition_id in (late, waiting):
        decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    assert share(total(context), ShareName.ON_TIME_COMPLETION) == (2, 3)
    assert share(total(context), ShareName.COMPLETION) == (3, 3)


def test_the_last_verdict_and_the_redo_count(context: Context) -> None:
    redone = lives.redone(context)
    assert share(total(context), ShareName.SATISFACTION) == (0, 1)
    assert share(total(context), ShareName.REDO) == (1, 1)
    assert share(total(context), ShareName.COMPLETION) == (0, 1)
    handling.sign(context, redone, AT_UNIT)
    handling.submit_completion(context, redone, AT_UNIT, lives.EVIDENCE)
    decisions.decide_completion(context, redone, DESK, approved=True, reason=WORDS)
    lives.settle(context, redone)
    verdict.rate(context, redone, CITIZEN, satisfaction=Satisfaction.BASICALLY_SATISFIED)
    assert share(total(context), ShareName.SATISFACTION) == (1, 1)
    assert share(total(context), ShareName.REDO) == (1, 1)


def test_what_the_evidence_says(context: Context) -> None:
    petition_id = lives.in_hand(context)
    lives.completed(context)
    changes = {"contacted": False, "not_contacted_reason": WORDS, "solved": False, "unsolved_reason": WORDS}
    evidence = lives.EVIDENCE.model_copy(update=changes)
    handling.submit_completion(context, petition_id, AT_UNIT, evidence)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    assert share(total(context), ShareName.RESPONSE) == (1, 2)
    assert share(total(context), ShareName.RESOLUTION) == (1, 2)


def test_supervised_cases_are_counted_while_their_file_is_open(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.supervised(context)
    lives.completed(context)
    before = clock.now()
    assert total(context).counts["supervised"] == 1
    assert share(total(context), ShareName.SUPERVISED_COMPLETION) == (0, 1)
    wait(story, hours=1)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.RECTIFY, opinion=WORDS)
    handling.submit_completion(context, petition_id, AT_UNIT, lives.EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    assert total(context).counts["supervised"] == 0
    assert share(total(context), ShareName.SUPERVISED_COMPLETION) == (1, 1)
    assert total(context, Asked(as_of=before)).counts["supervised"] == 1


def test_returns_are_asked_for(context: Context) -> None:
    lives.return_requested(context)
    lives.returned(context)
    lives.in_hand(context)
    assert share(total(context), ShareName.RETURN) == (2, 3)


@pytest.mark.parametrize("life", [lives.merged, lives.terminated], ids=lambda life: life.__name__)
def test_what_is_void_is_left_out_and_said(context: Context, life: Callable[[Context], str]) -> None:
    life(context)
    view = total(context)
    [completion] = [item for item in view.shares if item.figure == ShareName.COMPLETION]
    assert completion.base + completion.excluded == view.counts["registered"]
    assert completion.excluded == 1


def test_how_long_stages_take(context: Context, story: clock.StoryClock) -> None:
    for hours in (1, 2, 3, 30):
        petition_id = lives.dispatched(context)
        wait(story, hours=hours)
        handling.sign(context, petition_id, AT_UNIT)
    [waiting] = [item for item in total(context).times if item.stage.code == Stage.DISPATCHED]
    assert (waiting.stays, waiting.median_hours, waiting.ninetieth_hours) == (4, 2, 30)
    page = figures.cases_of(context, INSPECTOR, EVER, TimeName.STAGE_TIME, stage=Stage.DISPATCHED)
    assert [item.seconds for item in page.cases] == [3600, 7200, 10800, 108000]


def test_rows_from_before_anything_was_kept_have_what_is_known_now(context: Context, story: clock.StoryClock) -> None:
    lives.in_hand(context)
    lives.completed(context)
    with context.sessions.begin() as session:
        session.execute(sa.update(HistoryRow).values(dict.fromkeys(HistoryRow.LEFT_AS)))
    wait(story, days=30)
    view = figures.figures(context, INSPECTOR, EVER, Grouping.CATEGORY)
    assert [group.group.code for group in view.groups if group.group] == ["municipal"]
    assert view.total.counts["overdue"] == 1
    assert share(view.total, ShareName.ON_TIME_COMPLETION) == (0, 1)
    assert share(view.total, ShareName.ON_TIME_SIGNING) == (0, 0)


def test_a_unit_sees_itself_and_the_district(every_life: Context) -> None:
    everybody = figures.figures(every_life, INSPECTOR, EVER, Grouping.UNIT)
    view = figures.figures(every_life, AT_UNIT, EVER)
    assert view == figures.figures(every_life, AT_UNIT, EVER, Grouping.UNIT)
    assert view.total == everybody.total
    assert [group.group.code for group in view.groups if group.group] == [UNIT]
    by_category = figures.figures(every_life, AT_UNIT, EVER, Grouping.CATEGORY)
    assert by_category.total == everybody.total
    assert sum(group.counts["registered"] for group in by_category.groups) == view.groups[0].counts["registered"]
    listed = figures.cases_of(every_life, AT_UNIT, EVER, CountName.REGISTERED)
    assert {item.unit.code for item in listed.cases if item.unit} == {UNIT}
    with pytest.raises(NotPermitted):
        figures.figures(every_life, AT_UNIT, Asked(unit=OTHER_UNIT))


@pytest.mark.parametrize("role", [Role.CHANNEL, Role.PETITIONER, Role.PLATFORM])
def test_others_see_nothing(context: Context, role: Role) -> None:
    with pytest.raises(NotPermitted):
        figures.figures(context, Actor(role), EVER)
    with pytest.raises(NotPermitted):
        figures.cases_of(context, Actor(role), EVER, CountName.OPEN)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(unit="nobody"), "unit"),
        (Asked(town="nowhere"), "town"),
        (Asked(category="nothing"), "category"),
        (Asked(sub_category="nothing"), "sub_category"),
        (Asked(first=dt.date(2026, 3, 2), last=dt.date(2026, 3, 1)), "to"),
        (Asked(kind=PeriodKind.DAY, last=dt.date(2026, 3, 1)), "period"),
        (Asked(first=dt.date(1, 1, 1)), "from"),
        (Asked(last=dt.date(9999, 12, 31)), "to"),
        (Asked(as_of=pendulum.datetime(2026, 3, 3, tz="UTC")), "as_of"),
    ],
)
@ledgers.ON_ONE
def test_a_question_that_cannot_be_meant_is_refused(context: Context, asked: Asked, field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        figures.figures(context, INSPECTOR, asked)
    assert [item["field"] for item in refused.value.missing] == [field]


def test_only_stays_are_listed_by_stage(context: Context) -> None:
    with pytest.raises(Incomplete):
        figures.cases_of(context, INSPECTOR, EVER, CountName.OPEN, stage=Stage.IN_HAND)


def test_units_are_ranked_only_with_enough_cases(engine: sa.Engine) -> None:
    rules = dataclasses.replace(shipped_policy().figure_rules, least_cases=3)
    context = a_context(engine, policy=dataclasses.replace(shipped_policy(), version="ranked", figure_rules=rules))

    def satisfaction() -> ShareView:
        unit = figures.figures(context, INSPECTOR, EVER, Grouping.UNIT).groups[0]
        return next(item for item in unit.shares if item.figure == ShareName.SATISFACTION)

    lives.archived(context)
    lives.redone(context)
    assert (satisfaction().rank, satisfaction().verdict) == (None, Named(code="too_few", name="件数不足，不排名"))
    lives.archived(context)
    found = satisfaction()
    assert (found.rank, found.tied, found.shown, found.expected) == (1, False, "66.67%", 2 / 3)
    assert found.verdict == Named(code="as_expected", name="与应有水平无明显差别")
