"""The district at a glance, for those whom figures are for: every number leads to the cases it is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.figures import AskedOf
from domain.calendar import local
from domain.errors import NotFound
from domain.figures import DEFINITIONS, NO_GROUP, SHARES, Counted, CountName
from domain.periods import PERIOD_LABELS, PeriodKind
from models.figure_answers import VISIT_COUNT_LABELS, PeriodView
from services import dashboard as showing
from services import figures
from services.beside_figures import beside_figures
from services.figure_selection import Asked
from web.asking import ContextOf, PagesOf
from web.callers import Caller

router = APIRouter()

PAGE = 50
EVER = "ever"
_NAMES = {name.value: name for name in DEFINITIONS}
_PERIODS = ((PeriodKind.DAY, "本日"), (PeriodKind.WEEK, "本周"), (PeriodKind.MONTH, "本月"), (PeriodKind.YEAR, "本年"))
PERIODS = (*((kind.value, label) for kind, label in _PERIODS), (EVER, "历来"))
TRENDS = tuple((kind.value, f"按{PERIOD_LABELS[kind]}") for kind in showing.TREND_KINDS)


def wanted(period: str, trend: str) -> showing.Wanted:
    """What was chosen on the page; what cannot be meant is the page as it begins."""
    chosen = PeriodKind(period) if period in set(PeriodKind) else PeriodKind.MONTH
    step = PeriodKind(trend) if trend in dict(TRENDS) else PeriodKind.DAY
    return showing.Wanted(None if period == EVER else chosen, step)


def kept_of(chosen: showing.Wanted) -> dict[str, str]:
    """What was chosen on the page, as the addresses of what lies behind it keep it."""
    return {"shown": chosen.period.value if chosen.period else EVER, "trend": chosen.trend.value}


def way_back(request: Request, anchor: str = "") -> str:
    """The address of the dashboard as it was chosen when the visitor left it; at the table that was left."""
    asked = request.query_params
    tables = {"unit": "units-title", "town": "towns-title"}
    at = anchor or next((title for key, title in tables.items() if key in asked), "")
    kept = ""
    if "shown" in asked:
        chosen = kept_of(wanted(asked["shown"], asked.get("trend", "")))
        kept = "?" + urlencode({"period": chosen["shown"], "trend": chosen["trend"]})
    return f"/overview{kept}{f'#{at}' if at else ''}"


@router.get("/overview")
def show(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    period: Annotated[str, Query(max_length=10)] = PeriodKind.MONTH.value,
    trend: Annotated[str, Query(max_length=10)] = PeriodKind.DAY.value,
) -> Response:
    """The dashboard: plots above their tables, or the tables alone where there are no scripts."""
    chosen = wanted(period, trend)
    view = showing.dashboard(context, actor, chosen)
    return pages.show(
        request,
        "overview/overview.html",
        view=view,
        beside=beside_figures(context, actor, Asked(kind=chosen.period, as_of=view.as_of)),
        visit_counts=VISIT_COUNT_LABELS,
        to=Drill(view.as_of, kept_of(chosen)),
        names={name.value: item.chinese for name, item in DEFINITIONS.items()},
        registered=CountName.REGISTERED.value,
        meanings={item.name: item for item in view.definitions},
        standing=[name.value for name in showing.STANDING],
        periods=PERIODS,
        trends=TRENDS,
        period=chosen.period.value if chosen.period else EVER,
        trend=chosen.trend.value,
        has_wall=figures.sees_all(actor),
    )


@router.get("/overview/cases/{figure}")
def cases(
    request: Request,
    figure: str,
    *,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    question: AskedOf,
    counts: bool | None = None,
    offset: Annotated[int, Query(ge=0, le=figures.MAX_OFFSET)] = 0,
) -> Response:
    """The cases behind one figure, as of the moment at which it was shown, with its definition."""
    if figure not in _NAMES:
        raise NotFound("这项指标")
    name = _NAMES[figure]
    found = figures.cases_of(context, actor, question, name, counted=counts, limit=PAGE, offset=offset)
    kept = [(key, value) for key, value in request.query_params.items() if key not in {"offset", "counts"}]
    return pages.show(
        request,
        "overview/cases.html",
        found=found,
        is_share=name in SHARES,
        by_cases=DEFINITIONS[name].counted is Counted.CASES,
        counts=counts,
        offset=offset,
        here=f"/overview/cases/{figure}?",
        kept=urlencode(kept),
        back=way_back(request),
    )


class Drill:
    """Addresses of the cases behind a figure, all as of the same moment, with `kept` for the way back."""

    def __init__(self, as_of: dt.datetime, kept: Mapping[str, str]) -> None:
        self._kept = kept
        self._always = {"as_of": local(as_of).isoformat(), **kept}

    def cases(self, figure: str, period: PeriodView | None = None, **chosen: str | None) -> str:
        """Of `figure`, of those registered in `period`, of a unit, town … (empty: of those that have none)."""
        asked = {key: value or NO_GROUP for key, value in chosen.items() if value is not None}
        return self._address(figure, asked | _days(period))

    def step(self, figure: str, first: str, last: str) -> str:
        """Of those registered from the first to the last day."""
        return self._address(figure, {"from": first, "to": last})

    def beside(self, what: str, code: str, period: PeriodView | None = None) -> str:
        """Of a reason of dissatisfaction, or of one of the numbers of visits."""
        return f"/overview/beside/{what}?{urlencode({'code': code} | _days(period) | self._always)}"

    def topic(self, topic: str) -> str:
        """Of a hot topic, which is of the last days whatever period is chosen."""
        return f"/overview/topics/{topic}?{urlencode(self._kept)}"

    def _address(self, figure: str, asked: dict[str, str]) -> str:
        return f"/overview/cases/{figure}?{urlencode(asked | self._always)}"


def _days(period: PeriodView | None) -> dict[str, str]:
    if period is None or period.since is None or period.until is None:
        return {}
    last = local(period.until) - dt.timedelta(days=1)
    return {"from": f"{local(period.since):%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
