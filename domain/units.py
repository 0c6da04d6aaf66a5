"""Who is there in a district, and what is whose: units, the taxonomy of matters, and the duty list."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from domain.conduct import RequestType, Urgency


class UnitKind(StrEnum):
    """What a unit is in the ledger (单位类别)."""

    TOWN = "town"
    DEPARTMENT = "department"
    DESK = "desk"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    DISCIPLINE = "discipline"
    FOLLOW_UP = "follow_up"
    PETITIONER = "petitioner"


@dataclass(frozen=True)
class Unit:
    """A unit that can hold a petition. `duty` is its duty in one line, as in its 三定方案."""

    code: str
    name: str
    kind: UnitKind
    duty: str = ""


@dataclass(frozen=True)
class Category:
    """A category of the taxonomy (大类)."""

    code: str
    name: str


@dataclass(frozen=True)
class SubCategory:
    """A kind of matter within a category (小类), with the one unit whose duty it is.

    `lead` is a unit's code, or `TOWN_OF_PLACE` where it is every town's own duty; `town_part` is what a town does
    beside the lead, which never makes it the lead. `rural` is the sub-category that the same matter is in a village.
    """

    code: str
    name: str
    category: str
    lead: str
    request_types: frozenset[RequestType]
    urgency: Urgency = Urgency.ORDINARY
    town_part: str = ""
    rural: str | None = None


@dataclass(frozen=True)
class Duty:
    """A duty of a unit (职责清单), since when it has it, and the sub-categories that it covers."""

    unit: str
    title: str
    valid_from: dt.date
    covers: tuple[str, ...]
