"""From an answer of the services to a page: the templates, and how moments and lengths of time are said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

import clock
from domain.calendar import OfficeHours, local
from domain.channels import channel_named
from domain.durations import worktime_said
from web.assets import Assets
from web.visits import new_token

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_WEEKDAYS = "一二三四五六日"


class Pages:
    """Makes pages from templates; one for the process."""

    def __init__(self, assets: Assets) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.office: Callable[[], OfficeHours] = OfficeHours
        """The hours in which the length of a working day is told; the district's, once the pages stand on a ledger."""
        self._environment.filters |= {"moment": moment, "day": day, "worked": self.worked, "hour": hour}
        self._environment.filters["channel"] = channel_named
        self._environment.globals |= {"asset": assets.address, "present": clock.now}

    def worked(self, minutes: int, *, exact: bool = False) -> str:
        """Working minutes, left or passed, as `worktime_said` says them."""
        return worktime_said(minutes, self.office().minutes, exact=exact)

    def text(self, request: Request, template: str, **values: object) -> str:
        """The page as HTML; `values` are what the template asks for."""
        found = self._environment.get_template(template)
        return found.render(
            values,
            account=getattr(request.state, "account", None),
            path=request.url.path,
            new_token=lambda: new_token(request),
            district=request.app.state.district,
            provider=request.app.state.provider,
        )

    def show(
        self,
        request: Request,
        template: str,
        status: int = HTTPStatus.OK,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> HTMLResponse:
        """The page as an answer."""
        return HTMLResponse(self.text(request, template, **values), status, dict(headers or {}))


def moment(value: dt.datetime | None) -> Markup | str:
    """`3月2日（周一）09:00` in Beijing; the exact moment stands in the element."""
    if value is None:
        return "—"
    at = local(value)
    said = f"{at.year}年{at.month}月{at.day}日（周{_WEEKDAYS[at.weekday()]}）{at:%H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), said)


def day(value: dt.datetime | None) -> Markup | str:
    """`3月2日 09:00` in Beijing, where the year is plain."""
    if value is None:
        return "—"
    at = local(value)
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds"), f"{at.month}月{at.day}日 {at:%H:%M}"
    )


def hour(value: dt.datetime) -> Markup:
    """`09:00` in Beijing, where the day is plain."""
    at = local(value)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), f"{at:%H:%M}")
