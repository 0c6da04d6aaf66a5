"""Where a page of a queue ended: a cursor that names the last row, so that what comes meanwhile moves nothing."""

from __future__ import annotations

import base64
import datetime as dt
import re

from sqlalchemy import ColumnElement, and_, or_

from domain.errors import Incomplete, Missing
from services.queue_conditions import Column


def after(cursor: str, due: Column, key: Column) -> ColumnElement[bool]:
    """The rows behind the one the cursor names, in the order of `due` and `key`, undated ones last.

    Raises `Incomplete` for a cursor that nobody was given.
    """
    moment, last = _parse(cursor, numbered=key.type.python_type is int)
    if moment is None:
        return and_(due.is_(None), key > last)
    return or_(due > moment, and_(due == moment, key > last), due.is_(None))


def cursor_of(due: dt.datetime | None, key: str | int) -> str:
    """What names the last row of a page, for whoever asks for the next."""
    text = f"{due.isoformat() if due else ''}|{key}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00"
_NUMBERED = re.compile(rf"({_MOMENT})?\|(\d{{1,10}})", re.ASCII)
_NAMED = re.compile(rf"({_MOMENT})?\|([0-9a-f-]{{36}})", re.ASCII)
_LARGEST_NUMBER = 2**31 - 1
"""Beyond it PostgreSQL has no such id, and says so with an error of its own."""


def _parse(cursor: str, *, numbered: bool) -> tuple[dt.datetime | None, str | int]:
    """What `cursor_of` wrote; a cursor that it cannot have written is refused before any database is asked."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        found = (_NUMBERED if numbered else _NAMED).fullmatch(text)
        if found is None:
            raise _bad_cursor()
        due = dt.datetime.fromisoformat(found[1]) if found[1] else None
    except ValueError:  # bad Base64 and bad text are ValueErrors too
        raise _bad_cursor() from None
    key = int(found[2]) if numbered else found[2]
    if isinstance(key, int) and key > _LARGEST_NUMBER:
        raise _bad_cursor()
    return due, key


def _bad_cursor() -> Incomplete:
    return Incomplete([Missing("cursor", "翻页标记无效，请从第一页重新读取")])
