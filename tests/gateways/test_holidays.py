"""The calendar from the library and the policy file; broken files say where and why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from domain.workdays import Duration, OfficeHours, TimeUnit, due_date
from gateways.holidays import CalendarFileError, load_calendar
from settings import PROJECT_ROOT
from tests.domain.calendars import HOLIDAYS, MAKEUP, REAL_YEARS
from tests.domain.test_workdays import at

OFFICE = """\
office:
  opens: "08:30"
  break_starts: "12:00"
  break_ends: "13:30"
  closes: "17:30"
  source: 测试
"""
YEAR_2027 = """\
years:
  - year: 2027
    source: 测试
    holidays:
      - {name: 元旦, first: 2026-12-31, last: 2027-01-02}
      - {name: 春节, first: 2027-02-05, last: 2027-02-11}
    makeup_workdays: [2026-12-27, 2027-02-14]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "calendar.yaml"


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_file_and_the_library() -> None:
    calendar = load_calendar(PROJECT_ROOT / "policy" / "calendar.yaml")
    assert {*range(2004, 2027)} <= calendar.years
    assert calendar.office == OfficeHours()
    assert calendar.version.startswith("chinesecalendar-")
    for year in REAL_YEARS:
        assert {d: n for d, n in calendar.holidays.items() if d.year == year} == {
            d: n for d, n in HOLIDAYS.items() if d.year == year
        }
        assert {d for d in calendar.makeup_workdays if d.year == year} == {d for d in MAKEUP if d.year == year}


def test_a_year_end_in_the_library_never_reaches_before_the_25th() -> None:
    """`WorkCalendar.awaited_year` trusts that the notice for the next year moves only the last week of December."""
    calendar = load_calendar(PROJECT_ROOT / "policy" / "calendar.yaml")
    december = [day for day in (*calendar.holidays, *calendar.makeup_workdays) if day.month == 12]
    assert min(day.day for day in december) == 29


def test_the_file_publishes_a_year_the_library_lacks(file: Path) -> None:
    without = load_calendar(write(file, OFFICE))
    extended = load_calendar(write(file, OFFICE + YEAR_2027))
    assert not without.is_published(2027)
    assert extended.is_published(2027)
    assert extended.day_name(dt.date(2027, 2, 8)) == "春节"
    assert extended.is_working_day(dt.date(2026, 12, 27))
    assert not extended.is_working_day(dt.date(2026, 12, 31))
    assert extended.holidays[dt.date(2026, 10, 1)] == "国庆节"
    start, term = at("2026-12-25 10:00"), Duration(5, TimeUnit.WORKING_DAYS)
    before, after = due_date(start, term, without), due_date(start, term, extended)
    assert (before.due_at, before.provisional) == (at("2027-01-01 17:30"), True)
    assert (after.due_at, after.provisional) == (at("2027-01-04 17:30"), False)
    assert before.calendar_version != after.calendar_version


def test_the_file_replaces_a_year_and_adjusts_single_days(file: Path) -> None:
    text = """\
years:
  - year: 2026
    source: 测试
    holidays: [{name: 国庆节, first: 2026-10-01, last: 2026-10-03}]
adjustments:
  - {date: 2026-10-02, works: true, name: 抗旱值守, source: 测试}
  - {date: 2025-03-03, works: false, name: 防汛停休, source: 测试}
"""
    calendar = load_calendar(write(file, OFFICE + text))
    assert [day for day in calendar.holidays if day.year == 2026] == [dt.date(2026, 10, 1), dt.date(2026, 10, 3)]
    assert calendar.makeup_workdays & {dt.date(2026, 2, 14), dt.date(2026, 10, 2)} == {dt.date(2026, 10, 2)}
    assert calendar.day_name(dt.date(2025, 3, 3)) == "防汛停休"
    assert calendar.day_name(dt.date(2025, 10, 1)) == "国庆节"


def test_a_year_in_the_file_reaches_into_the_december_before(file: Path) -> None:
    text = """\
years:
  - year: 2019
    source: 测试
    holidays: [{name: 元旦, first: 2018-12-29, last: 2019-01-01}]
    makeup_workdays: [2018-12-30]
"""
    with pytest.raises(CalendarFileError, match="既放假又调休上班"):
        load_calendar(write(file, OFFICE + text))
    calendar = load_calendar(write(file, OFFICE + text.replace("12-29", "12-31")))
    assert [calendar.is_working_day(dt.date(2018, 12, day)) for day in (29, 30, 31)] == [True, True, False]
    calendar = load_calendar(write(file, OFFICE + text.replace("[2018-12-30]", "[]")))
    assert [calendar.is_working_day(dt.date(2018, 12, day)) for day in (29, 30, 31)] == [False, False, False]


def test_other_office_hours(file: Path) -> None:
    calendar = load_calendar(write(file, OFFICE.replace("17:30", "18:00")))
    assert calendar.office.closes == dt.time(18)
    assert due_date(at("2025-03-03 09:00"), Duration(1, TimeUnit.WORKING_DAYS), calendar).due_at == at(
        "2025-03-04 18:00"
    )


def test_the_version_follows_the_content_not_the_comments(file: Path) -> None:
    plain = load_calendar(write(file, OFFICE + YEAR_2027)).version
    assert load_calendar(write(file, "# 说明\n" + OFFICE.replace("测试", "另一出处") + YEAR_2027)).version == plain
    assert load_calendar(write(file, OFFICE.replace("08:30", "09:00") + YEAR_2027)).version != plain
    assert load_calendar(write(file, OFFICE + YEAR_2027.replace("02-11", "02-12"))).version != plain


BROKEN = [
    ("", 1, "应为"),
    ("- office", 1, "应为"),
    ("office: [", 1, "YAML"),
    (OFFICE + "office: {}\n", 7, "YAML"),
    (OFFICE.replace('"08:30"', '"8点半"'), 2, "office.opens"),
    (OFFICE.replace("  source: 测试\n", ""), 1, "office.source：缺少必填项"),
    (OFFICE.replace('"12:00"', '"07:00"'), 1, "先后颠倒"),
    (OFFICE.replace('"08:30"', "[]"), 2, "不是有效的时刻"),
    (OFFICE + "years: 2027\n", 7, "应为列表"),
    (OFFICE + "years: [2027]\n", 7, "应为映射"),
    (OFFICE + YEAR_2027.replace("year: 2027", "year: 227"), 8, "超出范围"),
    (OFFICE + "adjustments:\n  - {date: 2026-03-03, works: 也许, name: x, source: x}\n", 8, "应为 true 或 false"),
    (OFFICE + "colour: red\n", 7, "colour：不认识的项"),
    (OFFICE + YEAR_2027.replace("2027-02-05", "2027-02-30"), 12, "years.0.holidays.1.first：不是有效的日期"),
    (OFFICE + YEAR_2027.replace("2027-02-05", "2027-02-12"), 12, "春节假期应为"),
    (OFFICE + YEAR_2027.replace("2027-02-14", "2027-02-07"), 8, "既放假又调休上班"),
    (OFFICE + YEAR_2027.replace("2027-02-14", "2027-02-15"), 8, "本是工作日"),
    (OFFICE + YEAR_2027.replace("2027-02-14", "2028-02-13"), 8, "不属于2027年"),
    (OFFICE + YEAR_2027.replace("last: 2027-01-02", "last: 2027-01-02, note: x"), 11, "不认识的项"),
    (OFFICE + YEAR_2027 + YEAR_2027.removeprefix("years:\n"), 1, "2027年写了两次"),
]


@pytest.mark.parametrize(("text", "line", "reason"), BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_says_where_and_why(file: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(CalendarFileError) as error:
        load_calendar(write(file, text))
    assert (error.value.file, error.value.line) == (file, line), str(error.value)
    assert reason in error.value.reason
    assert str(error.value).startswith(f"{file}:{line}: ")


def test_unreadable_files(file: Path) -> None:
    with pytest.raises(CalendarFileError, match="无法读取"):
        load_calendar(file)
    file.write_bytes(b"office:\n  opens: \xff\n")
    with pytest.raises(CalendarFileError, match=":2: 不是 UTF-8"):
        load_calendar(file)
