"""What somebody wants to see of their queue, as it is kept in an address and under a name of their own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from domain.calendar import CHINA, local
from domain.petition import Card
from domain.plain_signs import plain_signs
from domain.stages import OPEN_STAGES, Stage


class DueWhen(StrEnum):
    """How near the date is (到期)."""

    LATE = "late"
    TODAY = "today"


DUE_LABELS = {DueWhen.TODAY: "今天到期或已逾期", DueWhen.LATE: "已逾期"}
NUMBER_LETTERS = 40
_NUMBER = re.compile(rf"[A-Z0-9-]{{1,{NUMBER_LETTERS}}}", re.ASCII)
_CODE = re.compile(r"[a-z0-9_-]{1,60}", re.ASCII)


@dataclass(frozen=True)
class QueueFilter:
    """Only what has all of these; `number` is any part of a case number."""

    stage: Stage | None = None
    card: Card | None = None
    category: str | None = None
    town: str | None = None
    due: DueWhen | None = None
    number: str = ""

    def __bool__(self) -> bool:
        return self != QueueFilter()

    @property
    def query(self) -> str:
        """As it stands in an address: one filter is always written in one way."""
        said = {
            "stage": self.stage,
            "card": self.card,
            "category": self.category,
            "town": self.town,
            "due": self.due,
            "number": self.number,
        }
        return urlencode([(name, str(value)) for name, value in said.items() if value])

    def until(self, now: dt.datetime) -> dt.datetime | None:
        """The moment before which the date must lie, the end of the day in the district; `None`: whenever."""
        if self.due is DueWhen.LATE:
            return now
        if self.due is DueWhen.TODAY:
            return dt.datetime.combine(local(now).date() + dt.timedelta(days=1), dt.time(), CHINA)
        return None


def read_filter(said: Mapping[str, str]) -> QueueFilter:
    """What an address says. Whatever is not of a filter, or means nothing, is as if it were not there."""
    stage, card, due = said.get("stage", ""), said.get("card", ""), said.get("due", "")
    category, town, number = said.get("category", ""), said.get("town", ""), plain_signs(said.get("number", "")).upper()
    return QueueFilter(
        stage=Stage(stage) if stage in OPEN_STAGES else None,
        card=Card(card) if card in {Card.YELLOW, Card.RED} else None,
        category=category if _CODE.fullmatch(category) else None,
        town=town if _CODE.fullmatch(town) else None,
        due=DueWhen(due) if due in set(DueWhen) else None,
        number=number if _NUMBER.fullmatch(number) else "",
    )
