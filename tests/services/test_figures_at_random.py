"""Whatever petitions live through: figures are shares, parts make the whole, lists hold the base, the past stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clock
from domain.figures import COUNTS, DEFINITIONS, NO_GROUP, SHARES, Grouping
from models.answers import Named
from models.figure_answers import FiguresView
from services import figures
from services.beside_figures import DISSATISFIED, VISITS, cases_beside
from services.context import Context
from services.figure_selection import Asked
from tests.services import lives
from tests.services.lives import INSPECTOR, LIVES

pytestmark = pytest.mark.slow

NARROWING = {by.value for by in Grouping} & {"unit", "town", "category", "sub_category", "channel", "grid"}

days = st.lists(st.tuples(st.sampled_from(LIVES), st.integers(0, 24 * 20)), min_size=1, max_size=4)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(days=days, by=st.sampled_from(Grouping))
def test_figures_of_random_lives(
    context: Context, story: clock.StoryClock, days: list[tuple[Callable[[Context], str], int]], by: Grouping
) -> None:
    # The ledger is never emptied between examples: what must hold, holds of all of it.
    told: list[FiguresView] = []
    for life, hours in days:
        petition_id = life(context)
        story.move_to(clock.now() + dt.timedelta(hours=hours, minutes=1))
        lives.settle(context, petition_id)
        told.append(figures.figures(context, INSPECTOR, Asked(as_of=clock.now()), by))
        story.move_to(clock.now() + dt.timedelta(minutes=1))
    for view in told:
        assert figures.figures(context, INSPECTOR, Asked(as_of=view.as_of), by) == view
    check(context, told[-1])


def check(context: Context, view: FiguresView) -> None:
    for name in COUNTS:
        assert sum(group.counts[name] for group in view.groups) == view.total.counts[name]
    for place, share in enumerate(SHARES):
        whole, parts = view.total.shares[place], [group.shares[place] for group in view.groups]
        assert sum(part.numerator for part in parts) == whole.numerator <= whole.base
        assert sum(part.base for part in parts) == whole.base
        assert sum(part.excluded for part in parts) == whole.excluded >= 0
        assert all(0 <= part.share <= 1 for part in parts if part.share is not None)
        listed = figures.cases_of(context, INSPECTOR, Asked(as_of=view.as_of), share, limit=1000)
        assert (sum(case.counts for case in listed.cases), len(listed.cases)) == (whole.numerator, whole.base)
    for figure in DEFINITIONS:
        listed = figures.cases_of(context, INSPECTOR, Asked(as_of=view.as_of), figure, limit=1000)
        assert listed.base == len(listed.cases)
    every_number_is_as_long_as_its_list(context, view)


def narrowed_to(asked: Asked, by: str, group: Named | None) -> Asked:
    chosen: dict[str, Any] = {by: (group.code if group else "") or NO_GROUP}
    return replace(asked, **chosen)


def every_number_is_as_long_as_its_list(context: Context, view: FiguresView) -> None:
    """As the dashboard, the map and their drill-down ask: of everything, and of each group."""
    asked = Asked(as_of=view.as_of)
    of_groups = [(view.total, asked)]
    if view.by is not None and view.by.code in NARROWING:
        of_groups += [(group, narrowed_to(asked, view.by.code, group.group)) for group in view.groups]
    for group, narrowed in of_groups:
        for name in COUNTS:
            assert figures.cases_of(context, INSPECTOR, narrowed, name, limit=1).base == group.counts[name], name
    assert view.visits is not None
    for reason in view.dissatisfied:
        found = cases_beside(context, INSPECTOR, asked, DISSATISFIED, reason.reason.code, limit=1000)
        assert (found.total, len(found.cases)) == (reason.ratings, reason.ratings)
    for what, number in view.visits.model_dump().items():
        found = cases_beside(context, INSPECTOR, asked, VISITS, what, limit=1000)
        assert (found.total, len(found.cases)) == (number, number), what
