"""What is shown of the party-committee inspectors' files, and what they send."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from models.answers import Answer, AskedOfUnit, Named, Shown
from models.shapes import Instant, Line, Reason, Shape


class PhotoView(Answer):
    """A photo kept elsewhere, named by its SHA-256."""

    name: str
    sha256: str


class VisitView(Answer):
    """What was seen on the spot (现场督查)."""

    visited_at: Shown
    place: str
    people: list[str]
    found: str
    photos: list[PhotoView]
    recorded_at: Shown
    recorded_by: str


class InspectionView(Answer):
    """One file of the party-committee inspectors (督查件)."""

    opened_at: Shown
    opened_by: str
    cause: str
    unit: Named | None = Field(description="最近一次被要求说明的单位")
    question: str
    answer_due_at: Shown | None = Field(description="说明的期限；为空即没有尚待说明的")
    closed_at: Shown | None
    closed_by: str | None
    conclusion: str
    visits: list[VisitView]


class InspectionsView(Answer):
    """Every file on a petition, oldest first; a unit is shown only what is asked of it."""

    id: str
    case_number: str
    version: int
    asked: AskedOfUnit | None
    files: list[InspectionView]
    allowed_actions: list[str]


class Photo(Shape):
    """A photo by its name and the SHA-256 it is stored or kept under."""

    name: Annotated[Line, Field(min_length=1, examples=["路口.jpg"])]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", examples=["0" * 64])]


class VisitIn(Shape):
    """A visit on the spot: when, where, who was there (offices and units, not petitioners), what was found."""

    visited_at: Annotated[Instant, Field(examples=["2026-03-02T08:30:00+08:00"])]
    place: Annotated[Line, Field(min_length=2, examples=["广济路与解放路交叉口"])]
    people: Annotated[list[Line], Field(min_length=1, max_length=20, examples=[["区委督查室", "区市政园林服务中心"]])]
    found: Reason = Field(examples=["路灯仍有三盏不亮，现场未见施工"])
    photos: list[Photo] = Field([], max_length=20)


class ConclusionIn(Shape):
    """What the party-committee inspectors conclude."""

    conclusion: Reason = Field(examples=["现场已整改到位，督查办结"])
