"""Due dates as a table people can check with a calendar in hand; `test_workdays_properties` holds the general laws."""

from __future__ import annotations

import datetime as dt

import pendulum
import pytest
from pendulum import DateTime

from domain.workdays import ClockStopped, Duration, Extension, Pause, StepKind, TimeUnit, due_date
from tests.domain.calendars import REAL, WITH_2027

UNITS = {
    "wd": TimeUnit.WORKING_DAYS,
    "cd": TimeUnit.CALENDAR_DAYS,
    "wh": TimeUnit.WORKING_HOURS,
    "h": TimeUnit.HOURS,
    "min": TimeUnit.MINUTES,
}


def at(text: str) -> DateTime:
    """A moment of the Chinese wall clock, "2025-09-26 16:20"."""
    moment = pendulum.parse(text, tz="Asia/Shanghai")
    assert isinstance(moment, DateTime)
    return moment


def term(text: str) -> Duration:
    amount, unit = text.split()
    return Duration(int(amount), UNITS[unit])


def pause(span: str, reason: str = "等待补充材料") -> Pause:
    begin, end = span.split(" / ")
    return Pause(at(begin), at(end), reason)


def more(text: str, granted: str = "2025-09-26 10:00", reason: str = "情况复杂") -> Extension:
    return Extension(term(text), at(granted), reason)


# start, its weekday, term, expected, why
TABLE = [
    ("2025-03-03 09:00", "一", "5 wd", "2025-03-10 17:30", "起算当日不计，跨一个周末"),
    ("2025-03-03 23:59", "一", "5 wd", "2025-03-10 17:30", "下班后起算，当日仍不计，不多给一天"),
    ("2025-03-03 00:00", "一", "1 wd", "2025-03-04 17:30", "零点起算也不计当日"),
    ("2025-03-01 10:00", "六", "1 wd", "2025-03-03 17:30", "周六起算，周一为第1个工作日"),
    ("2025-03-07 17:29", "五", "1 wd", "2025-03-10 17:30", "周五起算，周末不计"),
    ("2022-04-22 10:00", "五", "5 wd", "2022-04-28 17:30", "4月24日（周日）调休上班，计入"),
    ("2022-04-28 10:00", "四", "5 wd", "2022-05-09 17:30", "劳动节4月30日至5月4日不计，5月7日（周六）上班"),
    ("2022-06-02 10:00", "四", "2 wd", "2022-06-07 17:30", "端午节6月3日至5日不计"),
    ("2025-05-30 10:00", "五", "1 wd", "2025-06-03 17:30", "端午节5月31日至6月2日不计"),
    ("2025-09-26 16:20", "五", "5 wd", "2025-10-10 17:30", "9月28日上班，国庆中秋8天不计"),
    ("2025-09-30 16:20", "二", "3 wd", "2025-10-11 17:30", "10月11日（周六）调休上班，计第3个工作日"),
    ("2026-09-30 08:00", "三", "2 wd", "2026-10-09 17:30", "2026年国庆节10月1日至7日不计"),
    ("2026-09-24 08:00", "四", "5 wd", "2026-10-09 17:30", "中秋节三天、国庆节七天都不计"),
    ("2026-02-13 15:00", "五", "3 wd", "2026-02-25 17:30", "春节九天不计，2月14日（周六）上班"),
    ("2025-01-24 15:00", "五", "6 wd", "2025-02-08 17:30", "1月26日、2月8日上班，春节八天不计"),
    ("2022-04-30 11:00", "六", "1 wd", "2022-05-05 17:30", "节假日中起算"),
    ("2025-10-11 11:00", "六", "1 wd", "2025-10-13 17:30", "调休上班日起算，当日不计"),
    ("2025-03-03 09:00", "一", "15 cd", "2025-03-18 17:30", "第15日是周二，不顺延"),
    ("2025-03-03 09:00", "一", "5 cd", "2025-03-10 17:30", "第5日是周六，顺延至周一"),
    ("2025-09-26 09:00", "五", "5 cd", "2025-10-09 17:30", "第5日为10月1日，顺延至节后第一个工作日"),
    ("2025-09-26 09:00", "五", "2 cd", "2025-09-28 17:30", "第2日周日调休上班，不顺延"),
    ("2025-08-07 09:00", "四", "60 cd", "2025-10-09 17:30", "信访60日，末日10月6日中秋，顺延"),
    ("2025-09-30 20:00", "二", "24 h", "2025-10-01 20:00", "小时昼夜连续计，节假日也计"),
    ("2025-03-03 09:00", "一", "30 min", "2025-03-03 09:30", "分钟即时起算"),
    ("2025-03-03 09:00", "一", "2 wh", "2025-03-03 11:00", "同一上午内"),
    ("2025-03-03 11:00", "一", "2 wh", "2025-03-03 14:30", "午休不计"),
    ("2025-03-03 17:00", "一", "1 wh", "2025-03-04 09:00", "下班后不计"),
    ("2025-03-03 20:00", "一", "1 wh", "2025-03-04 09:30", "夜里起算，次日上班开始计"),
    ("2025-03-03 06:00", "一", "1 wh", "2025-03-03 09:30", "上班前起算"),
    ("2025-09-30 16:30", "二", "2 wh", "2025-10-09 09:30", "跨国庆节"),
    ("2025-03-03 13:30", "一", "4 wh", "2025-03-03 17:30", "恰好到下班"),
]


@pytest.mark.parametrize(
    ("start", "weekday", "length", "expected", "why"), TABLE, ids=[f"{row[0]}+{row[2]}" for row in TABLE]
)
def test_table(start: str, weekday: str, length: str, expected: str, why: str) -> None:
    begin = at(start)
    assert "一二三四五六日"[begin.weekday()] == weekday
    due = due_date(begin, term(length), REAL)
    assert due.due_at == at(expected), why
    assert due.due_at.timezone_name == "UTC"
    assert not due.provisional


START = "2025-09-26 16:20"  # a Friday before a worked Sunday and the National Day

CHANGED = [
    ("5 wd", ["2025-09-29 09:00 / 2025-10-09 18:00"], [], "2025-10-14 17:30", "国庆期间暂停，9月29日至10月9日不计"),
    ("5 wd", ["2025-10-02 09:00 / 2025-10-05 09:00"], [], "2025-10-10 17:30", "只停在假期里，不增加一天"),
    ("5 wd", ["2025-09-29 09:00 / 2025-09-29 17:29"], [], "2025-10-10 17:30", "下班前已恢复，当日照计"),
    ("5 wd", ["2025-09-29 17:30 / 2025-09-30 09:00"], [], "2025-10-10 17:30", "下班时刻起暂停，当日已用完"),
    ("5 wd", ["2025-09-29 17:29 / 2025-09-29 17:30"], [], "2025-10-11 17:30", "下班那一刻停着，当日不计"),
    (
        "5 wd",
        ["2025-09-29 09:00 / 2025-09-30 12:00", "2025-09-29 15:00 / 2025-09-30 18:00"],
        [],
        "2025-10-13 17:30",
        "重叠的暂停合并，只扣两天",
    ),
    ("5 wd", ["2025-09-20 09:00 / 2025-09-26 10:00"], [], "2025-10-10 17:30", "起算前的暂停无影响"),
    ("5 wd", ["2025-10-10 18:00 / 2025-10-30 10:00"], [], "2025-10-10 17:30", "到期后的暂停无影响"),
    ("5 wd", [], ["10 wd"], "2025-10-23 17:30", "延期10个工作日，共15个"),
    ("60 cd", [], ["30 cd"], "2025-12-25 17:30", "60日加30日即90日，中间不顺延"),
    ("5 cd", [], ["1 wd"], "2025-10-10 17:30", "先顺延至10月9日，再加1个工作日"),
    ("5 wd", [], ["24 h"], "2025-10-11 17:30", "自到期时刻起24小时"),
    ("24 h", [], ["1 wd"], "2025-09-28 17:30", "小时后接工作日，27日为起算日"),
    ("5 cd", ["2025-09-27 09:00 / 2025-09-28 18:00"], [], "2025-10-09 17:30", "自然日也可暂停，末日10月3日顺延"),
    ("5 cd", ["2025-10-09 09:00 / 2025-10-09 18:00"], [], "2025-10-10 17:30", "顺延到的那天停着，再顺延"),
    ("24 h", ["2025-09-26 20:20 / 2025-09-28 08:20"], [], "2025-09-29 04:20", "暂停36小时即晚36小时"),
    ("2 wh", ["2025-09-28 09:00 / 2025-09-28 15:00"], [], "2025-09-28 15:20", "上班时间里暂停的部分不计"),
    ("2 wh", ["2025-09-27 09:00 / 2025-09-30 09:00"], [], "2025-09-30 09:50", "跨日暂停"),
]


@pytest.mark.parametrize(("length", "pauses", "extensions", "expected", "why"), CHANGED)
def test_pauses_and_extensions(length: str, pauses: list[str], extensions: list[str], expected: str, why: str) -> None:
    due = due_date(
        at(START), term(length), REAL, pauses=map(pause, pauses), extensions=[more(text) for text in extensions]
    )
    assert due.due_at == at(expected), why


def test_hours_spent_just_as_a_pause_begins_are_spent() -> None:
    for length, begins in (("2 h", "2025-09-26 18:20"), ("1 wh", "2025-09-26 17:20")):
        due = due_date(at(START), term(length), REAL, pauses=[Pause(at(begins), None, "举行听证")])
        assert due.due_at == at(begins)


def test_a_pause_over_before_the_first_day_counted_is_not_told() -> None:
    over = pause("2025-09-26 16:30 / 2025-09-26 17:45")
    for length in ("3 wd", "3 cd"):
        assert due_date(at(START), term(length), REAL, [over]) == due_date(at(START), term(length), REAL)


def test_pauses_that_touch_are_told_as_one() -> None:
    pauses = [
        pause("2025-09-26 20:00 / 2025-09-26 21:00", "听证"),
        pause("2025-09-26 21:00 / 2025-09-26 22:00", "鉴定"),
    ]
    told = [step.text for step in due_date(at(START), term("24 h"), REAL, pauses).steps if step.kind is StepKind.PAUSE]
    assert told == ["9月26日20:00至22:00 暂停计时（听证、鉴定），不计"]


def test_calendar_days_need_not_roll() -> None:
    due = due_date(at("2025-03-03 09:00"), term("5 cd"), REAL, roll_forward=False)
    assert due.due_at == at("2025-03-08 17:30")


def test_extensions_count_in_order_of_granting() -> None:
    first, second = more("24 h", "2025-09-27 10:00"), more("1 wd", "2025-09-28 10:00")
    forwards = due_date(at(START), term("1 wd"), REAL, extensions=[first, second])
    assert forwards == due_date(at(START), term("1 wd"), REAL, extensions=[second, first])
    assert forwards.due_at == at("2025-09-30 17:30")


@pytest.mark.parametrize("length", ["5 wd", "5 cd", "300 h", "30 wh"])
def test_a_clock_that_stands_still_has_no_due_date(length: str) -> None:
    stopped = Pause(at("2025-09-29 09:00"), None, "举行听证")
    with pytest.raises(ClockStopped) as refusal:
        due_date(at(START), term(length), REAL, pauses=[stopped])
    assert refusal.value.since == at("2025-09-29 09:00")
    assert refusal.value.reason == "举行听证"
    assert "2025年9月29日 09:00" in str(refusal.value)


@pytest.mark.parametrize("length", ["1 wd", "2 cd", "24 h", "3 wh"])
def test_what_is_overdue_stays_overdue_when_the_clock_stops_later(length: str) -> None:
    stopped = Pause(at("2025-09-28 17:30"), None, "举行听证")
    due = due_date(at(START), term(length), REAL, pauses=[stopped])
    assert due.due_at == due_date(at(START), term(length), REAL).due_at


def test_a_stop_before_the_rolled_day_leaves_it_open() -> None:
    with pytest.raises(ClockStopped):
        due_date(at(START), term("5 cd"), REAL, pauses=[Pause(at("2025-10-05 09:00"), None, "举行听证")])


@pytest.mark.parametrize(
    ("start", "length", "awaits", "now", "later"),
    [
        ("2026-12-25 10:00", "5 wd", {2027}, "2027-01-01 17:30", "2027-01-04 17:30"),
        ("2026-12-21 10:00", "5 wd", {2027}, "2026-12-28 17:30", "2026-12-27 17:30"),
        ("2027-02-04 10:00", "2 wd", {2027}, "2027-02-08 17:30", "2027-02-14 17:30"),
        ("2026-12-07 10:00", "60 cd", {2027}, "2027-02-05 17:30", "2027-02-12 17:30"),
        ("2027-02-04 16:30", "2 wh", {2027}, "2027-02-05 09:30", "2027-02-12 09:30"),
    ],
)
def test_an_unpublished_year_is_flagged_and_computed_again(
    start: str, length: str, awaits: set[int], now: str, later: str
) -> None:
    provisional = due_date(at(start), term(length), REAL)
    assert provisional.provisional
    assert provisional.awaits == awaits
    assert provisional.due_at == at(now)
    assert any("2027年放假安排尚未公布" in step.text for step in provisional.steps)
    settled = due_date(at(start), term(length), WITH_2027)
    assert not settled.provisional
    assert settled.due_at == at(later)
    assert settled.calendar_version == "with-2027"


def test_calendar_days_ask_the_calendar_only_about_the_last_day() -> None:
    assert not due_date(at("2022-11-01 09:00"), term("1155 cd"), REAL).provisional  # over 2023 and 2024 into 2025
    assert not due_date(at("2027-03-01 09:00"), term("48 h"), REAL).provisional


def test_the_explanation_reads_aloud() -> None:
    due = due_date(
        at(START),
        term("5 wd"),
        REAL,
        pauses=[pause("2025-10-10 09:00 / 2025-10-10 20:00")],
        extensions=[more("2 cd")],
        rule="普通件",
    )
    assert [step.text for step in due.steps] == [
        "2025年9月26日（周五）16:20起算，期限5个工作日（普通件），起算当日不计",
        "9月27日 周末，不计",
        "9月28日 调休上班，计第1个工作日",
        "9月29日至9月30日 计第2至3个工作日",
        "10月1日至10月8日 国庆节、中秋节，不计",
        "10月9日 计第4个工作日",
        "10月10日 暂停计时（等待补充材料），不计",
        "10月11日 调休上班，计第5个工作日",
        "延期2个自然日（情况复杂）",
        "10月12日至10月13日 计第1至2个自然日",
        "2025年10月13日（周一）17:30到期",
    ]
    assert due.rule == "普通件"


def test_the_explanation_of_hours_and_of_a_roll() -> None:
    hours = due_date(at(START), term("2 wh"), REAL, pauses=[pause("2025-09-28 09:00 / 2025-09-28 15:00")])
    assert [step.text for step in hours.steps[1:-1]] == [
        "9月26日16:20至17:30 计1小时10分，累计1小时10分",
        "9月27日 周末，不计",
        "9月28日08:30至09:00 计30分，累计1小时40分",
        "9月28日09:00至15:00 暂停计时（等待补充材料），不计",
        "9月28日15:00至15:20 计20分，累计2小时",
    ]
    rolled = due_date(at("2025-03-03 09:00"), term("5 cd"), REAL)
    assert rolled.steps[-2].text == "期限最后一日3月8日为周末，顺延至3月10日"


@pytest.mark.parametrize(
    ("length", "text"),
    [("5 wd", "5个工作日"), ("60 cd", "60个自然日"), ("4 wh", "4个工作小时"), ("24 h", "24小时"), ("30 min", "30分钟")],
)
def test_durations_in_chinese(length: str, text: str) -> None:
    assert str(term(length)) == text


@pytest.mark.parametrize("amount", [0, -1, 100_001])
def test_a_duration_needs_a_sensible_amount(amount: int) -> None:
    with pytest.raises(ValueError, match="amount"):
        Duration(amount, TimeUnit.HOURS)


def test_days_have_no_fixed_length() -> None:
    with pytest.raises(ValueError, match="no fixed length"):
        _ = term("5 wd").elapsed


def test_naive_moments_are_refused() -> None:
    naive = dt.datetime(2025, 3, 3, 9, 0)  # noqa: DTZ001 - the very thing refused
    for build in (
        lambda: due_date(naive, term("5 wd"), REAL),
        lambda: Pause(naive, None, "x"),
        lambda: Extension(term("5 wd"), naive, "x"),
    ):
        with pytest.raises(ValueError, match="time zone"):
            build()


def test_a_pause_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        Pause(at("2025-03-03 09:00"), at("2025-03-03 08:59"), "x")


def test_any_time_zone_will_do() -> None:
    here = due_date(at("2025-03-03 07:30"), term("1 wd"), REAL)
    elsewhere = due_date(pendulum.datetime(2025, 3, 2, 18, 30, tz="America/New_York"), term("1 wd"), REAL)
    assert here == elsewhere
