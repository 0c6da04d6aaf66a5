"""The shape of `policy/calendar.yaml`: office hours, and what the public holiday library does not know."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Text = Annotated[str, Field(min_length=1)]
_LONGEST_HOLIDAY = 15


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class OfficeShape(_Shape):
    """Office hours of a working day, Chinese wall clock."""

    opens: dt.time
    break_starts: dt.time
    break_ends: dt.time
    closes: dt.time
    source: Text

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        times = (self.opens, self.break_starts, self.break_ends, self.closes)
        if any(time.tzinfo for time in times):
            raise ValueError("办公时间不带时区")
        if not self.opens < self.break_starts <= self.break_ends < self.closes:
            raise ValueError("办公时间先后颠倒：应为 opens < break_starts <= break_ends < closes")
        return self


class HolidayShape(_Shape):
    """One holiday, first and last day included, weekends in between too."""

    name: Text
    first: dt.date
    last: dt.date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = (self.last - self.first).days + 1
        if not 1 <= days <= _LONGEST_HOLIDAY:
            raise ValueError(f"{self.name}假期应为1至{_LONGEST_HOLIDAY}天，现为{self.first}至{self.last}")
        return self

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Every day of the holiday."""
        return tuple(self.first + dt.timedelta(days=n) for n in range((self.last - self.first).days + 1))


class YearShape(_Shape):
    """The State Council's arrangement for one year; it may reach into the last week of the year before."""

    year: Annotated[int, Field(ge=2000, le=2100)]
    source: Text
    holidays: Annotated[list[HolidayShape], Field(min_length=1)]
    makeup_workdays: list[dt.date] = []

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        off = [day for holiday in self.holidays for day in holiday.days]
        for day in [*off, *self.makeup_workdays]:
            if not dt.date(self.year - 1, 12, 25) <= day <= dt.date(self.year, 12, 31):
                raise ValueError(f"{day}不属于{self.year}年的放假安排")
        for day in self.makeup_workdays:
            if day in off:
                raise ValueError(f"{day}既放假又调休上班")
            if day.isoweekday() <= 5:  # noqa: PLR2004 - Monday is 1
                raise ValueError(f"{day}本是工作日，不会是调休上班")
        if twice := {day for day in off if off.count(day) > 1}:
            raise ValueError(f"{min(twice)}在两个假期里重复")
        return self


class AdjustmentShape(_Shape):
    """One single day decided otherwise than by the year's arrangement; it never makes a year published."""

    date: dt.date
    works: bool
    name: Text
    source: Text


class CalendarFile(_Shape):
    """The whole file."""

    office: OfficeShape
    years: list[YearShape] = []
    adjustments: list[AdjustmentShape] = []

    @model_validator(mode="after")
    def _once(self) -> Self:
        years = [item.year for item in self.years]
        if twice := {year for year in years if years.count(year) > 1}:
            raise ValueError(f"{min(twice)}年写了两次")
        dates = [item.date for item in self.adjustments]
        if again := {day for day in dates if dates.count(day) > 1}:
            raise ValueError(f"{min(again)}调整了两次")
        return self
