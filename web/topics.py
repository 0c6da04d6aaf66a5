"""One hot topic case by case: what is said of it, since when it grows, and which cases it is made of."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from services import hot_topics
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.overview import way_back

router = APIRouter()


@router.get("/overview/topics/{topic}")
def show(
    request: Request, topic: Annotated[str, Path(max_length=36)], context: ContextOf, pages: PagesOf, actor: Caller
) -> Response:
    """The cases of the topic, those of the last days first."""
    found = hot_topics.cases_of_topic(context, actor, topic)
    return pages.show(request, "overview/topic.html", found=found, back=way_back(request, "topics-title"))
