"""Moments as the commands write them: in Shanghai, to the minute, in an order that sorts."""

from __future__ import annotations

import datetime as dt

from domain.calendar import local


def shown(moment: dt.datetime | None, none: str = "") -> str:
    """`2026-03-02 09:00`; `none` where there is no moment."""
    return local(moment).strftime("%Y-%m-%d %H:%M") if moment else none
