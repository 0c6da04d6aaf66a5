"""The dashboard: the figures of `services.figures` side by side, as of one whole minute, made once for all who look.

Nothing is counted here. Every number is one that `figures.figures` gives and `figures.cases_of` lists case by case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

import clock
from domain.actions import Actor, Role
from domain.calendar import CHINA, DAY, local
from domain.figures import COUNTS, GROUPING_LABELS, LADDER, CountName, FigureName, Grouping, ShareName
from domain.periods import PeriodKind, period_of
from models.answers import Named
from models.dashboard import DashboardRow, DashboardView, RungView, TrendStep
from models.figure_answers import FiguresView, GroupView
from services import figures, hot_topics
from services.context import Context
from services.figure_selection import Asked

STANDING = (
    CountName.OPEN,
    CountName.OVERDUE,
    CountName.YELLOW,
    CountName.RED,
    CountName.SUPERVISED,
)
"""How things stand: of all cases ever, because an old one that is overdue is overdue in no period of its own."""
SHARES = (ShareName.ON_TIME_COMPLETION, ShareName.SATISFACTION, ShareName.RESOLUTION)
_SHOWN = {name.value for name in (*LADDER, *STANDING, *SHARES)}
_STEPS = {PeriodKind.DAY: 30, PeriodKind.WEEK: 26, PeriodKind.MONTH: 24}
"""How many days, weeks or months a trend shows (our own decision)."""
TREND_KINDS = tuple(_STEPS)
_OF_A_STEP = (CountName.REGISTERED, CountName.OPEN, CountName.OVERDUE)


@dataclass(frozen=True)
class Wanted:
    """Which dashboard: the period in which `as_of` lies (`None`: ever), and the steps of the trend."""

    period: PeriodKind | None = PeriodKind.MONTH
    trend: PeriodKind = PeriodKind.DAY
    as_of: dt.datetime | None = None


def dashboard(context: Context, actor: Actor, wanted: Wanted | None = None) -> DashboardView:
    """What the dashboard shows.

    Figures are as of the last whole minute, so that they are counted once a minute however many people look. Does it
    take long to count them, those of a minute before are shown meanwhile, with its moment.

    Raises:
        Incomplete: a moment that cannot be meant.
        NotPermitted: figures are not for this role.
    """
    wanted = wanted or Wanted()
    # Everybody who sees every case is shown the same numbers; a unit is shown its own.
    whose = actor.unit if actor.role is Role.UNIT else figures.is_reader(actor)
    if wanted.as_of is None:
        now = clock.now().replace(second=0, microsecond=0)
        at_once = replace(wanted, as_of=now)
        made = context.dashboards.as_of((wanted, whose), now, lambda: _made(context, actor, at_once))
    else:
        made = context.dashboards.get((wanted, whose), lambda: _made(context, actor, wanted))
    topics = hot_topics.current_topics(context, actor) if actor.role in hot_topics.LOOKING_AFTER else None
    return made.model_copy(update={"topics": topics})


def _made(context: Context, actor: Actor, wanted: Wanted) -> DashboardView:
    def counted(asked: Asked, names: Collection[FigureName], *by: Grouping | None) -> list[FiguresView]:
        return figures.figures_by(context, actor, replace(asked, as_of=wanted.as_of), by, only=frozenset(names))

    groupings = (Grouping.UNIT, Grouping.TOWN)
    of_period = (*LADDER, *SHARES)
    ever = (*STANDING, CountName.REGISTERED) if wanted.period is not None else (*STANDING, *of_period)
    standing = dict(zip(groupings, counted(Asked(), ever, *groupings), strict=True))
    period = standing
    if wanted.period is not None:
        period = dict(zip(groupings, counted(Asked(kind=wanted.period), of_period, *groupings), strict=True))
    [today] = counted(Asked(kind=PeriodKind.DAY), (CountName.REGISTERED,), None)
    by = Grouping(wanted.trend.value)
    [trend] = counted(_lately(wanted), _OF_A_STEP, by)
    total = period[Grouping.UNIT].total
    return DashboardView(
        as_of=today.as_of,
        period=period[Grouping.UNIT].period,
        trend_period=trend.period,
        today=today.total.counts[CountName.REGISTERED],
        today_period=today.period,
        total=_row(standing[Grouping.UNIT].total, total),
        units=_rows(standing[Grouping.UNIT], period[Grouping.UNIT]),
        towns=_rows(standing[Grouping.TOWN], period[Grouping.TOWN]),
        trend_by=Named(code=by.value, name=GROUPING_LABELS[by]),
        trend=_steps(trend, wanted),
        ladder=[RungView(figure=name.value, name=COUNTS[name].chinese, cases=total.counts[name]) for name in LADDER],
        topics=None,
        definitions=[item for item in today.definitions if item.name in _SHOWN],
        rules=today.rules,
    )


def _lately(wanted: Wanted) -> Asked:
    """The last so many days, weeks or months, the one that is going on among them."""
    assert wanted.as_of is not None  # noqa: S101 - `dashboard` has filled it in
    today = local(wanted.as_of).date()
    back = _STEPS[wanted.trend] - 1
    match wanted.trend:
        case PeriodKind.DAY:
            first = today - back * DAY
        case PeriodKind.WEEK:
            first = today - dt.timedelta(days=today.weekday(), weeks=back)
        case _:
            months = today.year * 12 + today.month - 1 - back
            first = dt.date(months // 12, months % 12 + 1, 1)
    return Asked(first=first, last=today)


def _rows(standing: FiguresView, period: FiguresView) -> list[DashboardRow]:
    """Whoever has anything, the most overdue first, then the most open."""
    present = {_code(group): group for group in standing.groups}
    chosen = {_code(group): group for group in period.groups}
    rows = [_row(group, chosen.get(code)) for code, group in present.items()]
    return sorted(rows, key=lambda row: tuple(-row.standing[name] for name in (CountName.OVERDUE, CountName.OPEN)))


def _row(standing: GroupView, period: GroupView | None) -> DashboardRow:
    shares = {item.figure: item for item in period.shares} if period else {}
    return DashboardRow(
        group=standing.group,
        standing={name.value: standing.counts[name] for name in STANDING},
        counts={CountName.REGISTERED.value: period.counts[CountName.REGISTERED] if period else 0},
        shares=[shares[name] for name in SHARES if name in shares],
    )


def _code(group: GroupView) -> str:
    return group.group.code if group.group else ""


def _steps(trend: FiguresView, wanted: Wanted) -> list[TrendStep]:
    """Every day, week or month of the trend, those without a case, too."""
    found = {_code(group): group.counts for group in trend.groups}
    asked, steps = _lately(wanted), []
    first, end = asked.first, asked.last
    while first is not None and end is not None and first <= end:
        until = period_of(wanted.trend, dt.datetime.combine(first, dt.time(), CHINA)).until
        assert until is not None  # noqa: S101 - a day, week or month ends
        following = local(until).date()
        counts = found.get(first.isoformat(), {})
        numbers = {name.value: counts.get(name.value, 0) for name in _OF_A_STEP}
        steps.append(TrendStep(first=first.isoformat(), last=(following - DAY).isoformat(), **numbers))
        first = following
    return steps
