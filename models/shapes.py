"""What crosses our boundary inwards, checked: field names as the API says them, reasons in Chinese."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from domain.calendar import local
from domain.conduct import RequestType
from domain.coordinates import NAME_THE_SYSTEM, CoordinateSystem

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LAID_OUT = frozenset("\t\n\r")
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_YEARS = range(1900, 2200)
"""Years that can be meant; at the ends of the calendar a moment cannot even change its zone (our own decision)."""


def _printable(text: str) -> str:
    """PostgreSQL refuses NUL, and no other control character belongs into what people wrote."""
    if any((char < " " and char not in _LAID_OUT) or char == "\x7f" for char in text):
        raise ValueError("含有不可见的控制字符，请删除后重试")
    return text


def _without_unseen(value: object) -> object:
    """Without the unseen signs that turn writing around, so that words read as others, and those that are no letters.

    They come along when words are copied: nobody could be asked to find and delete them. Word refuses the latter.
    """
    return _UNSEEN.sub("", value) if isinstance(value, str) else value


def _written_out(value: object) -> object:
    """A bare number would be read as seconds since 1970, in a zone nobody named."""
    if isinstance(value, str) and "T" in value.upper():
        return value
    if isinstance(value, dt.datetime):
        return value
    raise ValueError("应为时间，如 2026-03-02T09:00:00+08:00")


def _a_day(value: object) -> object:
    """A bare number would be read as seconds since 1970."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:  # no such day in the calendar
        pass
    raise ValueError("应为日期，如 2026-03-02")


def _in_living_memory(moment: dt.datetime) -> dt.datetime:
    if moment.year not in _YEARS:
        raise ValueError(f"时间须在{_YEARS[0]}年至{_YEARS[-1]}年之间")
    return local(moment)


Printable = AfterValidator(_printable)
Readable = BeforeValidator(_without_unseen)
Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_living_memory)]
"""An aware moment a client names; kept on the Chinese clock, as it is shown again."""
Day = Annotated[dt.date, BeforeValidator(_a_day)]
"""A day a client names, on the Chinese calendar."""
Code = Annotated[str, StringConstraints(min_length=1, max_length=60), Printable]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), Printable, Readable]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000), Printable, Readable]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000), Printable, Readable]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), Printable, Readable]
_Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Printable, Readable]
_Report = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=5000), Printable, Readable]


class Shape(BaseModel):
    """Nothing unknown is let through silently."""

    model_config = ConfigDict(extra="forbid")


class PetitionerIn(Shape):
    """How to reach whoever reported; everything may be left out (anonymous)."""

    name: _Name | None = None
    contact_kind: Annotated[str, StringConstraints(pattern="^(email|sms|wechat)$")] | None = None
    contact: Line | None = None
    confidential: bool = False

    @model_validator(mode="after")
    def _contact_is_whole(self) -> Self:
        if (self.contact is None) != (self.contact_kind is None):
            raise ValueError("联系方式(contact)与其种类(contact_kind)须同时填写")
        return self


class Registration(Shape):
    """A petition as a channel hands it in. Coordinates come in pairs and name their system (`crs`)."""

    channel: Annotated[str, StringConstraints(pattern="^[a-z0-9-]{2,40}$")]
    channel_reference: _Reference | None = None
    request_type: RequestType = RequestType.HELP
    text: _Report
    place: Line = ""
    category: Line | None = None
    longitude: Annotated[float, Field(json_schema_extra={"minimum": -180, "maximum": 180})] | None = None
    latitude: Annotated[float, Field(json_schema_extra={"minimum": -90, "maximum": 90})] | None = None
    # Ranges are checked where the coordinate is read: there it can be said that the two are swapped.
    crs: Annotated[CoordinateSystem, Field(description=NAME_THE_SYSTEM)] | None = None
    petitioner: PetitionerIn = PetitionerIn()
    complained_about: Annotated[
        list[Code], Field(max_length=5, description="被反映单位的代码：这些单位看不到、不经办、也不被告知此件")
    ] = []

    @model_validator(mode="after")
    def _coordinates_are_pairs(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError("经度(longitude)与纬度(latitude)须同时填写")
        return self
