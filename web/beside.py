"""The cases behind a reason of dissatisfaction or a number of return visits, as of the moment at which it was shown."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.figures import AskedOf
from services.beside_figures import cases_beside
from services.figures import MAX_OFFSET
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.overview import way_back

router = APIRouter()

PAGE = 50


@router.get("/overview/beside/{what}")
def show(
    request: Request,
    what: str,
    *,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    question: AskedOf,
    code: Annotated[str, Query(max_length=60)] = "",
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> Response:
    """Verdict by verdict, or visit by visit."""
    found = cases_beside(context, actor, question, what, code, limit=PAGE, offset=offset)
    kept = [(key, value) for key, value in request.query_params.items() if key != "offset"]
    back = way_back(request, "visits-title" if what == "visits" else "reasons-title")
    return pages.show(request, "overview/beside.html", found=found, what=what, kept=urlencode(kept), back=back)
