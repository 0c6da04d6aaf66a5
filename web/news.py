"""Streams that say when a case or a queue on somebody's screen has changed; what changed, the page asks itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from domain.actions import Actor
from domain.errors import NotFound
from services import queries, queue_news
from services.context import Context
from services.sign_in import session_of
from web.asking import ContextOf
from web.callers import Caller, Who, session_token
from web.cases import CaseId
from web.live import Watch, version_seen

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
    request: Request, context: ContextOf, who: Who, actor: Annotated[Actor, Depends(_has_queue)], seen: str = ""
) -> AsyncIterator[ServerSentEvent]:
    """A word whenever the caller's queue is another one than that which was `seen`."""
    watch: Watch[Actor] = request.app.state.queues_watch
    if watch.is_full(who.account_id):
        return
    still = partial(_still_acts, request, context, actor)
    async for _ in watch.changes([actor], {actor: version_seen(seen)}, who.account_id, still):
        yield ServerSentEvent(event="changed", raw_data="")


@router.get("/cases/{petition_id}/live", response_class=EventSourceResponse)
async def of_case(
    request: Request, context: ContextOf, who: Who, case: Annotated[str, Depends(_seen_case)], seen: str = ""
) -> AsyncIterator[ServerSentEvent]:
    """A word whenever the case has another version than that which was `seen`."""
    watch: Watch[str] = request.app.state.watch
    if watch.is_full(who.account_id):
        return
    still = partial(_still_sees, request, context, who.actor, case)
    async for _ in watch.changes([case], {case: version_seen(seen)}, who.account_id, still):
        yield ServerSentEvent(event="changed", raw_data="")


def _still_acts(request: Request, context: Context, actor: Actor) -> bool:
    """Whether whoever opened the stream is signed in yet, and in the same capacity."""
    who = session_of(context, session_token(request), by_hand=False)
    return who is not None and who.actor == actor


def _still_sees(request: Request, context: Context, actor: Actor, case: str) -> bool:
    try:
        return _still_acts(request, context, actor) and queries.head(context, case, actor).id == case
    except NotFound:  # they were taken out of it
        return False
