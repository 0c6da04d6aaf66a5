"""What was published, for everybody: plain pages beside the feed, asked for again only where something changed."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from services import publication_views as views
from web.asking import LOOKING_UP, ContextOf, PagesOf
from web.rendering import Pages

router = APIRouter()

PAGE = 20


@router.get("/published", dependencies=LOOKING_UP)
def show(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    offset: Annotated[int, Query(ge=0, le=views.MAX_OFFSET)] = 0,
) -> Response:
    """The latest first; of what was withdrawn, that and why."""
    found = views.published(context, limit=PAGE, offset=offset)
    return _kept(request, pages, "press/published.html", found=found, first=not offset)


@router.get("/published/{number}", dependencies=LOOKING_UP)
def one(request: Request, number: Annotated[str, Path(max_length=40)], context: ContextOf, pages: PagesOf) -> Response:
    """What it says, the unit's reply, and what was corrected; gone (410) where it was withdrawn."""
    item = views.published_one(context, number)
    status = HTTPStatus.GONE if item.withdrawn_at else HTTPStatus.OK
    return _kept(request, pages, "press/published-one.html", status, item=item)


def _kept(
    request: Request, pages: Pages, template: str, status: HTTPStatus = HTTPStatus.OK, **values: object
) -> Response:
    """With a tag of what it shows: a browser that has it is told so, and asks each time, since things are withdrawn."""
    page = pages.text(request, template, **values).encode()
    tag = f'"{hashlib.sha256(page).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if status is HTTPStatus.OK and request.headers.get("if-none-match") == tag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(page, status, headers, media_type="text/html")
