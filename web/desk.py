"""For the desk: what is probably the same matter, pair by pair."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services import same_matter
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.cases import label_of
from web.forms import Form

router = APIRouter()

PAGE = 20


@router.get("/desk/same")
def same(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    done: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Every pair that waits for somebody to say whether it is one matter, oldest first."""
    page = same_matter.duplicates(context, actor, limit=PAGE, after=after)
    return pages.show(request, "cases/same.html", page=page, blank=Form(), first=not after, done=label_of(done))
