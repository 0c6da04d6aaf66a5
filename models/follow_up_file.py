"""The shape of `follow_up.yaml`: who visits, which cases, how often and how long they try."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from models.policy_files import Code, Shape, Sourced, Text

Rate = Annotated[float, Field(strict=True, ge=0, le=1, allow_inf_nan=False)]


class SeatShape(Shape):
    """An information officer's seat, by its office."""

    code: Code
    title: Text
    unit: Code


class SeatsShape(Sourced):
    """Every seat, in the order in which equals are chosen."""

    members: Annotated[tuple[SeatShape, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        codes = [seat.code for seat in self.members]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"席位代码重复：{'、'.join(twice)}")
        return self


class RatesShape(Sourced):
    """The share of each class that is drawn."""

    redone: Rate
    extended: Rate
    reviewed: Rate
    supervised: Rate
    overdue: Rate
    others: Rate


class AttemptsShape(Sourced):
    """How many failed attempts it takes."""

    value: Annotated[int, Field(strict=True, ge=1, le=20)]


class ApartShape(Sourced):
    """How far failed attempts must be apart."""

    hours: Annotated[int, Field(strict=True, ge=0, le=72)]


class TermShape(Sourced):
    """Working days for a visit."""

    days: Annotated[int, Field(strict=True, ge=1, le=60)]


class FollowUpFile(Shape):
    """`follow_up.yaml`; see `domain.visits.VisitRules`."""

    seats: SeatsShape
    rates: RatesShape
    attempts: AttemptsShape
    apart: ApartShape
    term: TermShape
