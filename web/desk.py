"""For the desk: what is probably the same matter, pair by pair."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from domain.actions import Actor
from domain.errors import DomainError
from domain.stages import Stage, Trigger
from models.answers import PetitionDetail
from services import duplicate_pairs, queries
from services.context import Context
from services.figures import MAX_OFFSET
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
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    done: Annotated[str, Query(max_length=40)] = "",
    of: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Every pair that waits for somebody to say whether it is one matter, the likeliest first."""
    page = duplicate_pairs.likeliest(context, actor, limit=PAGE, offset=offset)
    last = _case(context, actor, of) if done and of else None
    return pages.show(
        request,
        "cases/same.html",
        page=page,
        blank=Form(),
        offset=offset,
        done=label_of(done),
        last=last,
        merged=done == Trigger.MERGE and last is not None and last.stage.code == Stage.MERGED,
    )


def _case(context: Context, actor: Actor, petition_id: str) -> PetitionDetail | None:
    """The case of which something was done; nothing where it cannot be seen."""
    with suppress(DomainError):
        return queries.detail(context, petition_id, actor)
    return None
