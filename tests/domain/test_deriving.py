"""Cards before and after a due date: when they are shown, why, and whether a calendar is still awaited for it."""

from __future__ import annotations

import pytest

from domain.conduct import DeadlineKind
from domain.petition import deadlines
from domain.workdays import DueDate, StepKind, WorkCalendar, due_date, opening_after, working_days_before
from tests.domain.calendars import REAL, WITH_2027
from tests.support.facts import a_policy, at, facts, hours, working_days

Told = list[str]


def due_at(moment: str) -> DueDate:
    """A due date at this moment, an hour after its start."""
    return due_date(at(moment).subtract(hours=1), hours(1), REAL)


# The due date, how many working days before it, the moment, and what is told of the days stepped over.
BEFORE: list[tuple[str, int, str, Told]] = [
    ("2022-03-10 17:30", 1, "2022-03-09 17:30", ["3月9日 计第1个工作日"]),
    ("2022-03-14 17:30", 1, "2022-03-11 17:30", ["3月12日至3月13日 周末，不计", "3月11日 计第1个工作日"]),
    ("2022-05-05 17:30", 1, "2022-04-29 17:30", ["4月30日至5月4日 劳动节，不计", "4月29日 计第1个工作日"]),
    ("2025-10-09 17:30", 1, "2025-09-30 17:30", ["10月1日至10月8日 国庆节、中秋节，不计", "9月30日 计第1个工作日"]),
    ("2022-04-25 10:05", 1, "2022-04-24 10:05", ["4月24日 调休上班，计第1个工作日"]),
    ("2022-03-15 17:30", 3, "2022-03-10 17:30",
     ["3月14日 计第1个工作日", "3月12日至3月13日 周末，不计", "3月10日至3月11日 计第2至3个工作日"]),
    ("2025-10-04 10:05", 1, "2025-09-30 10:05", ["10月1日至10月3日 国庆节，不计", "9月30日 计第1个工作日"]),
]  # fmt: skip

# The due date, how many working days after it, the opening, and what is told of the days stepped over.
AFTER: list[tuple[str, int, str, Told]] = [
    ("2022-03-10 17:30", 1, "2022-03-11 08:30", ["3月11日 计第1个工作日"]),
    ("2022-03-11 17:30", 1, "2022-03-14 08:30", ["3月12日至3月13日 周末，不计", "3月14日 计第1个工作日"]),
    ("2022-04-29 17:30", 1, "2022-05-05 08:30", ["4月30日至5月4日 劳动节，不计", "5月5日 计第1个工作日"]),
    ("2025-10-10 03:00", 1, "2025-10-11 08:30", ["10月11日 调休上班，计第1个工作日"]),
    ("2022-03-05 10:00", 1, "2022-03-07 08:30", ["3月6日 周末，不计", "3月7日 计第1个工作日"]),
    ("2022-03-11 17:30", 3, "2022-03-16 08:30", ["3月12日至3月13日 周末，不计", "3月14日至3月16日 计第1至3个工作日"]),
]  # fmt: skip


@pytest.mark.parametrize(("due", "days", "moment", "told"), BEFORE)
def test_before_a_due_date(due: str, days: int, moment: str, told: Told) -> None:
    base = due_at(due)
    card = working_days_before(base, days, REAL, "黄牌预警")
    assert card.due_at == at(moment)
    assert card.steps[: len(base.steps)] == base.steps
    assert [step.text for step in card.steps[len(base.steps) : -1]] == told
    assert card.steps[-1].kind is StepKind.DERIVED
    assert card.steps[-1].text.endswith("黄牌预警")
    assert not card.provisional


@pytest.mark.parametrize(("due", "days", "moment", "told"), AFTER)
def test_after_a_due_date(due: str, days: int, moment: str, told: Told) -> None:
    base = due_at(due)
    card = opening_after(base, days, REAL, "红牌警告")
    assert card.due_at == at(moment)
    assert [step.text for step in card.steps[len(base.steps) : -1]] == told
    assert not card.provisional


# The day the petition is due, the calendar, when it goes red, whether its date and its red card await a calendar.
NEW_YEAR = [
    ("2026-12-17 09:00", REAL, "2026-12-25 08:30", False, True),
    ("2026-12-17 09:00", WITH_2027, "2026-12-25 08:30", False, False),
    ("2026-12-16 09:00", REAL, "2026-12-24 08:30", False, False),
    ("2026-12-18 09:00", REAL, "2026-12-28 08:30", True, True),
]


@pytest.mark.parametrize(("since", "calendar", "red_at", "due_waits", "red_waits"), NEW_YEAR)
def test_a_card_that_looks_into_an_unpublished_year_says_so(
    since: str, calendar: WorkCalendar, red_at: str, due_waits: bool, red_waits: bool
) -> None:
    found = {item.kind: item for item in deadlines(facts(since=at(since)), a_policy(), calendar)}
    assert found[DeadlineKind.HANDLING].due.provisional is due_waits
    red = found[DeadlineKind.RED_CARD]
    assert (red.due_at, red.due.provisional) == (at(red_at), red_waits)
    texts = [step.text for step in red.due.steps]
    assert texts.count("2027年放假安排尚未公布，暂按周一至周五为工作日推算，公布后重新计算") == red_waits


def test_a_card_that_counts_on_a_provisional_date_stays_provisional_and_says_it_once() -> None:
    due = due_date(at("2026-12-30 09:00"), working_days(5), REAL)
    card = working_days_before(due, 5, REAL, "黄牌预警")
    assert card.awaits == due.awaits == {2027}
    assert [step.kind for step in card.steps].count(StepKind.PROVISIONAL) == 1
