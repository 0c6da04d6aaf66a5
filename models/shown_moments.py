"""Moments that the ledger keeps as JSON, shown on the clock of Shanghai."""

from __future__ import annotations

import datetime as dt
import re

from domain.calendar import local

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def moments_shown(value: object) -> object:
    """`value` with every moment in it written in Asia/Shanghai."""
    match value:
        case dict():
            return {key: moments_shown(item) for key, item in value.items()}
        case list():
            return [moments_shown(item) for item in value]
        case str() if _MOMENT.fullmatch(value):
            return local(dt.datetime.fromisoformat(value)).isoformat()
    return value
