"""Streams that say when a case or a queue on somebody's screen has changed; what changed, the page asks itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from domain.actions import Actor
from services import queries, queue_news
from web.asking import ContextOf
from web.callers import Caller
from web.cases import CaseId
from web.live import Watch

router = APIRouter()


def _has_queue(context: ContextOf, actor: Caller) -> Actor:
    """Whoever asks, where anything ever waits for them. Refused before the stream begins."""
    queue_news.fingerprints(context, [actor])
    return actor


def _seen_case(petition_id: CaseId, context: ContextOf, actor: Caller) -> str:
    """The id of a case that whoever asks may see. Refused before the stream begins."""
    return queries.head(context, petition_id, actor).id


@router.get("/tasks/live", response_class=EventSourceResponse)
async def of_queue(
    request: Request, actor: Annotated[Actor, Depends(_has_queue)], seen: str = ""
) -> AsyncIterator[ServerSentEvent]:
    """A word whenever the caller's queue is another one than that which was `seen`."""
    watch: Watch[Actor] = request.app.state.queues_watch
    if watch.full:
        return
    async for _ in watch.changes([actor], {actor: _number(seen)}):
        yield ServerSentEvent(event="changed", raw_data="")


@router.get("/cases/{petition_id}/live", response_class=EventSourceResponse)
async def of_case(
    request: Request, case: Annotated[str, Depends(_seen_case)], seen: str = ""
) -> AsyncIterator[ServerSentEvent]:
    """A word whenever the case has another version than that which was `seen`."""
    watch: Watch[str] = request.app.state.watch
    if watch.full:
        return
    async for _ in watch.changes([case], {case: _number(seen)}):
        yield ServerSentEvent(event="changed", raw_data="")


def _number(seen: str) -> int:
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) <= len("4294967295") else 0
