"""What waits for whoever is signed in, least time left first; a unit signs for several at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Actor, Role
from domain.errors import DomainError, Incomplete
from domain.petition import CARD_LABELS, Card
from domain.stages import Trigger
from services import handling, queries, queues
from services.context import Context
from services.idempotency import Reply, once
from services.transactions import transaction
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.forms import SentForm
from web.visits import caller_of, number_of

router = APIRouter()

PAGE = 50
_PICKED = re.compile(r"([0-9a-f-]{36}):(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Signed:
    """What became of one petition that was to be signed for."""

    number: str
    petition_id: str
    signed: bool
    said: str


@router.get("/tasks")
def show(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The queue; outlets have none, but cases that they follow."""
    if actor.role is Role.MEDIA:
        return RedirectResponse("/press", HTTPStatus.SEE_OTHER)
    return _page(request, context, pages, actor, cursor=cursor)


@router.post("/tasks/sign")
def sign(request: Request, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm) -> Response:
    """Sign for each that was ticked, each by itself: what one is refused for keeps no other."""
    number = number_of(request, sent.token)
    picked = [found for found in map(_PICKED.fullmatch, sent.all("case")[:PAGE]) if found]
    results = [_sign(context, actor, found[1], int(found[2]), (caller_of(request), number)) for found in picked]
    return _page(request, context, pages, actor, results=results, nothing=not picked)


def _sign(context: Context, actor: Actor, petition_id: str, version: int, key: tuple[str, str]) -> Signed:
    case_number = petition_id[:8]
    try:
        case_number = queries.head(context, petition_id, actor).case_number

        def work() -> Reply:
            with transaction(context):
                handling.sign(context, petition_id, actor, version)
                return Reply(HTTPStatus.OK, {})

        once(context, key[0], f"{key[1]}.{petition_id}", petition_id.ljust(64), work)
    except DomainError as refusal:
        return Signed(case_number, petition_id, signed=False, said=refusal.message)
    return Signed(case_number, petition_id, signed=True, said="已签收")


def _page(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    *,
    cursor: str = "",
    results: list[Signed] | None = None,
    nothing: bool = False,
) -> Response:
    try:
        page = queues.queue_for(context, actor, limit=PAGE, cursor=cursor or None)
    except Incomplete:  # a cursor that is none: from the beginning
        page = queues.queue_for(context, actor, limit=PAGE)
    return pages.show(
        request,
        "tasks/queue.html",
        page=page,
        cards={card.value: label for card, label in CARD_LABELS.items() if card is not Card.NONE},
        can_sign=any(Trigger.SIGN.value in item.allowed_actions for item in page.items),
        results=results or [],
        nothing=nothing,
        first=not cursor,
    )
