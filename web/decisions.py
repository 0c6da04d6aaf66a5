"""For the leaders: what waits for their decision, each case in one look, decided on its own page and put on record."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Actor
from domain.errors import NotFound
from domain.petition import CARD_LABELS, Card
from domain.stages import Trigger
from gateways.minutes_document import record_document
from models.second_review import Waiting
from services import queries, second_review, surroundings
from services.context import Context
from web.actions import ACTIONS
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.cases import CaseId, attempt, label_of, start_of
from web.choices import lists_of, options_of
from web.downloads import WORD, download
from web.forms import Form, SentForm

router = APIRouter(prefix="/decisions")

DECIDING = (Trigger.ASSIGN.value, Trigger.HAND_TO_LEADER.value, Trigger.TERMINATE.value)
"""What is decided here; everything else is on the page of the case."""
_CARDS = {card.value: label for card, label in CARD_LABELS.items() if card is not Card.NONE}


@router.get("")
def show(request: Request, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """Every case that waits, due first on top."""
    return pages.show(request, "decisions/list.html", waiting=second_review.waiting(context, actor), cards=_CARDS)


@router.get("/{petition_id}")
def one(request: Request, petition_id: CaseId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """One case: how it came here, what was said below, and the forms to decide."""
    return _page(request, context, pages, actor, petition_id)


@router.get("/{petition_id}/record.docx")
def record(petition_id: CaseId, context: ContextOf, actor: Caller) -> Response:
    """The decision as a Word document."""
    decided = second_review.brief(context, petition_id, actor).decided
    if decided is None:
        raise NotFound("二级研判对该诉求的决定")
    return download(record_document(decided), WORD, f"decision-{decided.case_number}.docx")


@router.post("/{petition_id}/{code}")
def decide(
    request: Request, petition_id: CaseId, code: str, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """Decide, or show the case as it stands with the form as it was filled in."""
    if code not in DECIDING:
        raise NotFound("这项操作")
    wrong = attempt(request, context, actor, petition_id, ACTIONS[code], sent)
    if wrong is not None:
        return _page(request, context, pages, actor, petition_id, (code, Form.refused(sent, wrong)))
    return RedirectResponse(f"/decisions/{petition_id}?done={code}", HTTPStatus.SEE_OTHER)


def _page(
    request: Request,
    context: Context,
    pages: PagesOf,
    actor: Actor,
    petition_id: str,
    refused: tuple[str, Form] | None = None,
) -> Response:
    seen = second_review.brief(context, petition_id, actor)
    case = queries.detail(context, petition_id, actor)
    actions = [ACTIONS[code] for code in DECIDING if code in case.allowed_actions and seen.waiting is not None]
    lists = lists_of(context)
    forms = {action.code: Form(start_of(action)) for action in actions} | (dict([refused]) if refused else {})
    done = label_of(request.query_params.get("done", ""))
    return pages.show(
        request,
        "decisions/one.html",
        refused[1].status if refused else HTTPStatus.OK,
        brief=seen,
        case=case,
        actions=actions,
        forms=forms,
        above=refused[1] if refused and refused[0] not in {action.code for action in actions} else None,
        opened=refused[0] if refused else "",
        options=lambda field: options_of(field, lists),
        place=surroundings.surroundings(context, petition_id, actor),
        cards=_CARDS,
        done=done,
        following=_next(context, actor, petition_id) if done else None,
    )


def _next(context: Context, actor: Actor, petition_id: str) -> Waiting | None:
    """What waits next, so that they need not go back for it."""
    return next((each for each in second_review.waiting(context, actor) if each.item.id != petition_id), None)
