"""A bulletin as it is kept: sections of text and tables, with annexed lists; no person, and nobody's words."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from models.act_answers import ActView
from models.answers import Answer, Named, Shown
from models.shapes import Reason, Shape, Words

Cell = str | int | float | None


class Table(Answer):
    """A table of a section."""

    columns: list[str]
    rows: list[list[Cell]]


class Section(Answer):
    """A part of the bulletin: a heading, sentences, and a table where there is one."""

    title: str
    paragraphs: list[str] = []
    table: Table | None = None


class ColumnKind(StrEnum):
    """What an annex's column holds."""

    TEXT = "text"
    NUMBER = "number"
    MOMENT = "moment"


class Column(Answer):
    """A column of an annex; a moment's cells are ISO 8601 with their zone."""

    name: str
    width: float
    kind: ColumnKind = ColumnKind.TEXT


class Annex(Answer):
    """A list that belongs to the bulletin, a sheet of its workbook."""

    title: str
    columns: list[Column]
    rows: list[list[Cell]]


class BulletinContent(Answer):
    """All that a bulletin says, whatever it is written as."""

    title: str
    period: str
    district: str
    as_of: Shown
    policy_version: str
    sections: list[Section]
    annexes: list[Annex]


class BulletinHead(Answer):
    """A bulletin in a list."""

    id: str
    version: int
    kind: Named
    title: str
    period: str
    standing: Named
    number: str | None = Field(description="签发后才有")
    made_at: Shown
    issued_at: Shown | None
    allowed_actions: list[str]


class BulletinView(BulletinHead):
    """A bulletin as it is read."""

    text: str = Field(description="Markdown；docx 和 xlsx 见 document、annex")
    history: list[ActView]


class BulletinsView(Answer):
    """Bulletins, the latest first."""

    bulletins: list[BulletinHead]
    next: int | None = Field(description="下一页的 offset")


class IssueIn(Shape):
    """Issue a draft; the opinion is printed in the bulletin."""

    opinion: Annotated[Words, Field(examples=["请各单位对照清单，一周内整改到位"])] = ""


class DiscardIn(Shape):
    """Do not issue a draft, and why."""

    reason: Reason = Field(examples=["本周有停机，数据待核"])
