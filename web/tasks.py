"""What waits for whoever is signed in, least time left first; a unit signs for several at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPMethod, HTTPStatus
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

import clock
from domain.actions import Actor, Role
from domain.errors import DomainError, Incomplete, NotFound
from domain.petition import CARD_LABELS, Card
from domain.queue_filter import DUE_LABELS, NUMBER_LETTERS, QueueFilter, read_filter
from domain.stages import OPEN_STAGES, STAGE_LABELS, Stage, Trigger
from services import desk, handling, queries, queue_clocks, queue_export, queue_news, queues, saved_filters
from services.context import Context
from services.idempotency import Reply, once
from services.transactions import transaction
from web.asking import ContextOf, PagesOf
from web.callers import Caller, Who
from web.choices import lists_of
from web.forms import Form, Sent, SentForm, as_wrong
from web.inputs import Options
from web.rendering import Pages
from web.visits import caller_of, number_of

router = APIRouter()

PAGE = 50
_PICKED = re.compile(r"([0-9a-f-]{36}):(\d{1,9})", re.ASCII)
_FILES = {
    "csv": (queue_export.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (queue_export.as_workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_CARDS = {card.value: label for card, label in CARD_LABELS.items() if card is not Card.NONE}


@dataclass(frozen=True)
class Signed:
    """What became of one petition that was to be signed for."""

    number: str
    petition_id: str
    signed: bool
    said: str


@dataclass(frozen=True)
class Asked:
    """Somebody asks for their queue."""

    request: Request
    context: Context
    pages: Pages
    account_id: int
    actor: Actor


def asked(request: Request, context: ContextOf, pages: PagesOf, who: Who, actor: Caller) -> Asked:
    """Who asks, of what, and what their pages are made with."""
    return Asked(request, context, pages, who.account_id, actor)


AskedOf = Annotated[Asked, Depends(asked)]


@router.get("/tasks")
def show(asking: AskedOf, cursor: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The queue, or of it what the address asks for; outlets have none, but cases that they follow."""
    if asking.actor.role is Role.MEDIA:
        return RedirectResponse("/press", HTTPStatus.SEE_OTHER)
    return _page(asking, read_filter(asking.request.query_params), cursor=cursor)


@router.post("/tasks/sign")
def sign(asking: AskedOf, sent: SentForm) -> Response:
    """Sign for each that was ticked, each by itself: what one is refused for keeps no other."""
    number = number_of(asking.request, sent.token)
    picked = [found for found in map(_PICKED.fullmatch, sent.all("case")[:PAGE]) if found]
    key = (caller_of(asking.request), number)
    results = [_sign(asking.context, asking.actor, found[1], int(found[2]), key) for found in picked]
    only = _filter_of(sent)
    if results and all(result.signed for result in results):
        # An address of its own: whoever opens a case and comes back is not asked whether to send the form again.
        said = f"signed={len(results)}"
        return RedirectResponse(f"/tasks?{only.query}&{said}" if only else f"/tasks?{said}", HTTPStatus.SEE_OTHER)
    return _page(asking, only, results=results, nothing=not picked)


@router.get("/tasks/export.{kind}")
def export(request: Request, kind: str, context: ContextOf, actor: Caller) -> Response:
    """The whole queue, or of it what the address asks for, as a table without identities."""
    if kind not in _FILES:
        raise NotFound("这种格式")
    table, media_type = _FILES[kind]
    content = table(context, actor, read_filter(request.query_params))
    name = f"queue-{clock.now().in_timezone(clock.SHANGHAI):%Y%m%d-%H%M}.{kind}"
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.post("/tasks/filters")
def keep(asking: AskedOf, sent: SentForm) -> Response:
    """Keep the filter that is shown under a name, or forget one."""
    number_of(asking.request, sent.token)
    only = _filter_of(sent)
    try:
        if sent["forget"]:
            saved_filters.forget_filter(asking.context, asking.account_id, sent["forget"])
        else:
            saved_filters.save_filter(asking.context, asking.account_id, sent["name"], only)
    except DomainError as refusal:
        form = Form.refused(sent, as_wrong(refusal))
        return _page(asking, only, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return RedirectResponse(f"/tasks?{only.query}" if only else "/tasks", HTTPStatus.SEE_OTHER)


def _filter_of(sent: Sent) -> QueueFilter:
    """What the page showed that the form was on."""
    return read_filter(dict(parse_qsl(sent["query"])))


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
    asking: Asked,
    only: QueueFilter,
    *,
    cursor: str = "",
    results: Sequence[Signed] = (),
    nothing: bool = False,
    form: Form | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    context, actor = asking.context, asking.actor
    # Before the rows are read: what changes in between is told once too often, and not never.
    seen = queue_news.fingerprints(context, [actor])[actor]
    choices = _choices(context)
    try:
        page = queues.queue_for(context, actor, limit=PAGE, cursor=cursor or None, only=only)
    except Incomplete:  # a cursor that is none: from the beginning
        page = queues.queue_for(context, actor, limit=PAGE, only=only)
    return asking.pages.show(
        asking.request,
        "tasks/queue.html",
        status,
        page=page,
        weighed=desk.weighed(context, actor, [item.id for item in page.items]),
        clocks=queue_clocks.clocks_of(context, actor, page.items),
        cards=_CARDS,
        can_sign=any(Trigger.SIGN.value in item.allowed_actions for item in page.items),
        total=queues.count_for(context, actor, only) if cursor or page.next else len(page.items),
        most=queues.MOST_COUNTED,
        results=results,
        refused=[result for result in results if not result.signed],
        signed=_signed_before(asking.request) or sum(result.signed for result in results),
        nothing=nothing,
        first=not cursor,
        only=only,
        seen=seen,
        here=f"/tasks?{only.query}" if only else "/tasks",
        choices=choices,
        chosen=_chosen(choices, only),
        number_letters=NUMBER_LETTERS,
        saved=saved_filters.filters_of(context, asking.account_id),
        form=form or Form(),
    )


def _signed_before(request: Request) -> int:
    """How many the form was about that led here."""
    said = request.query_params.get("signed", "")
    return int(said) if re.fullmatch(r"\d{1,2}", said, re.ASCII) and request.method == HTTPMethod.GET else 0


def _chosen(choices: Sequence[tuple[str, str, Options]], only: QueueFilter) -> list[str]:
    """The filter as people say it."""
    said = [dict(options).get(str(getattr(only, name) or ""), "") for name, _, options in choices]
    return [*filter(None, said), *([f"编号含{only.number}"] if only.number else [])]


def _choices(context: Context) -> list[tuple[str, str, Options]]:
    """Each part of a filter: its name, what it is called, and what there is to choose from."""
    lists = lists_of(context)
    stages = [(stage.value, STAGE_LABELS[stage]) for stage in Stage if stage in OPEN_STAGES]
    due = [(when.value, label) for when, label in DUE_LABELS.items()]
    return [
        ("stage", "环节", stages),
        ("due", "到期", due),
        ("card", "牌", list(_CARDS.items())),
        ("category", "类别", lists["categories"]),
        ("town", "镇街", lists["towns"]),
    ]
