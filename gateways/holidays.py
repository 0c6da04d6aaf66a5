"""The working calendar, built from the kept library `chinesecalendar` and the policy file that completes it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import chinese_calendar
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from domain.workdays import OfficeHours, WorkCalendar
from models.calendar_file import CalendarFile

LIBRARY = "chinesecalendar"

# The library shortens three names.
_FULL_NAMES = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
# Pydantic's kinds of fault by their beginning; what is not here keeps Pydantic's English.
_REASONS = {
    "missing": "缺少必填项",
    "extra_forbidden": "不认识的项",
    "string_too_short": "不能为空",
    "string": "应为文字",
    "date": "不是有效的日期（如 2027-02-05）",
    "time": "不是有效的时刻（如 08:30）",
    "bool": "应为 true 或 false",
    "int": "应为整数",
    "list": "应为列表",
    "too_short": "不能为空",
    "model": "应为映射",
    "greater": "超出范围",
    "less": "超出范围",
}


class CalendarFileError(ValueError):
    """The calendar file cannot be used: `file`, `line` (from 1) and `reason` (Chinese) say why."""

    def __init__(self, file: Path, line: int, reason: str) -> None:
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{file}:{line}: {reason}")


def load_calendar(path: Path) -> WorkCalendar:
    """The calendar in force: what the library publishes, completed by the file at `path`.

    A year the file lists replaces the library's; a single adjustment goes before both. The version names the library's
    release and the file's content, comments and sources aside. Raises CalendarFileError.
    """
    return build_calendar(read_calendar_file(path))


def build_calendar(file: CalendarFile) -> WorkCalendar:
    """The library's calendar completed by `file`."""
    published, days_off, days_worked = _library()
    years, holidays, makeup = set(published), dict(days_off), set(days_worked)
    for item in sorted(file.years, key=lambda item: item.year):
        years.add(item.year)
        holidays = {day: name for day, name in holidays.items() if day.year != item.year}
        makeup = {day for day in makeup if day.year != item.year}
        for holiday in item.holidays:
            holidays.update(dict.fromkeys(holiday.days, holiday.name))
            makeup.difference_update(holiday.days)
        for day in item.makeup_workdays:
            makeup.add(day)
            holidays.pop(day, None)
    for change in file.adjustments:
        holidays.pop(change.date, None)
        makeup.discard(change.date)
        if change.works:
            makeup.add(change.date)
        else:
            holidays[change.date] = change.name
    office = OfficeHours(**file.office.model_dump(exclude={"source"}))
    return WorkCalendar(_version(file), frozenset(years), holidays, frozenset(makeup), office)


def read_calendar_file(path: Path) -> CalendarFile:
    """The file at `path`, checked. Raises CalendarFileError with the line of the first fault."""
    try:
        data = _yaml().load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CalendarFileError(path, 1, f"无法读取：{error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CalendarFileError(path, error.object.count(b"\n", 0, error.start) + 1, "不是 UTF-8 文本") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = (error.problem or "").splitlines()[0] if error.problem else "无法解析"
        raise CalendarFileError(path, mark.line + 1 if mark else 1, f"YAML 格式错误：{reason}") from error
    except (YAMLError, ValueError) as error:
        raise CalendarFileError(path, 1, f"YAML 格式错误：{error}") from error
    if not isinstance(data, CommentedMap):
        raise CalendarFileError(path, 1, "应为以 office、years 为键的映射")
    try:
        return CalendarFile.model_validate(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        known = (text for kind, text in _REASONS.items() if fault["type"].startswith(kind))
        reason = next(known, fault["msg"].removeprefix("Value error, "))
        raise CalendarFileError(
            path, _line_of(data, fault["loc"]), f"{where}：{reason}" if where else reason
        ) from error


def _line_of(data: object, loc: tuple[int | str, ...]) -> int:
    """The line (from 1) of the innermost part of `loc` that the file has."""
    line = 0
    for part in loc:
        if isinstance(data, CommentedMap) and part in data:
            line = data.lc.key(part)[0]
        elif isinstance(data, CommentedSeq) and isinstance(part, int) and part < len(data):
            line = data.lc.item(part)[0]
        else:
            break
        data = data[part]
    return int(line) + 1


class _PlainDates(RoundTripConstructor):
    """Leaves dates as text: Pydantic reads them, and unlike the YAML reader knows the place of a 30 February."""


_PlainDates.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def _yaml() -> YAML:
    yaml = YAML(typ="rt")  # round-trip: the one kind that keeps the line of every key
    yaml.Constructor = _PlainDates
    return yaml


@lru_cache
def _library() -> tuple[frozenset[int], dict[dt.date, str], frozenset[dt.date]]:
    """Published years, days off with their names, make-up workdays, as the library has them."""
    years = {day.year for day in chinese_calendar.holidays}
    first = dt.date(min(years), 1, 1)
    days = (first + dt.timedelta(days=n) for n in range((dt.date(max(years), 12, 31) - first).days + 1))
    holidays: dict[dt.date, str] = {}
    makeup: set[dt.date] = set()
    for day in days:
        is_off, name = chinese_calendar.get_holiday_detail(day)
        if name is None:
            continue
        if is_off:
            chinese = chinese_calendar.Holiday(name).chinese
            holidays[day] = _FULL_NAMES.get(chinese, chinese)
        else:
            makeup.add(day)
    return frozenset(years), holidays, frozenset(makeup)


def _version(file: CalendarFile) -> str:
    unsourced = {"office": {"source"}, "years": {"__all__": {"source"}}, "adjustments": {"__all__": {"source"}}}
    content = json.dumps(file.model_dump(mode="json", exclude=unsourced), sort_keys=True, ensure_ascii=False)  # type: ignore[arg-type]
    return f"{LIBRARY}-{version(LIBRARY)}+{hashlib.sha256(content.encode()).hexdigest()[:12]}"
