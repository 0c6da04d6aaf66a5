"""A filter of a queue as conditions on its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

import clock
from domain.queue_filter import QueueFilter
from models.tables import Petition

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def conditions(only: QueueFilter, due: Column) -> Iterator[ColumnElement[bool]]:
    """What a row must be; `due` is the date by which its queue is ordered."""
    if only.stage is not None:
        yield Petition.stage == only.stage.value
    if only.card is not None:
        yield Petition.card == only.card.value
    if only.category is not None:
        yield Petition.category == only.category
    if only.town is not None:
        yield Petition.town == only.town
    if only.number:
        yield Petition.case_number.contains(only.number, autoescape=True)
    until = only.until(clock.now())
    if until is not None:
        yield due < until
