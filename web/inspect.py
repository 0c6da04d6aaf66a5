"""For inspectors: what is overdue, the dossier on one page that prints, and the patterns that a person judges."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from domain.actions import Actor
from domain.errors import Incomplete
from domain.findings import DECISION_LABELS, FINDING_LABELS, JUDGES, FindingDecision, FindingStanding
from domain.petition import CARD_LABELS, Card
from domain.stages import STAGE_LABELS, Stage
from models.finding_answers import FindingDecisionIn
from services import dossiers, findings, queues
from services.access import require_role
from services.context import Context
from services.dossier_document import OUTCOMES, STATUSES, document
from web.asking import ContextOf, PagesOf
from web.callers import Caller
from web.choices import lists_of
from web.downloads import WORD, download
from web.forms import Form, SentForm, read, refusal_of

router = APIRouter(prefix="/inspect")

PAGE = 50
PetitionId = Annotated[str, Path(max_length=60)]
FindingId = Annotated[str, Path(max_length=60)]


@router.get("")
def overdue(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    unit: Annotated[str, Query(pattern="^[a-z0-9-]{0,60}$")] = "",
    supervised: Annotated[str, Query(pattern="^(yes|no|)$")] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What is overdue, and what the inspectors wait for; longest overdue first."""
    require_role(actor, *dossiers.READERS)
    listed = partial(
        queues.overdue_list,
        context,
        actor,
        unit=unit or None,
        supervised={"yes": True, "no": False}.get(supervised),
        limit=PAGE,
    )
    try:
        page = listed(cursor=cursor or None)
    except Incomplete:  # a cursor that is none: from the beginning
        page = listed()
    return pages.show(
        request,
        "inspect/overdue.html",
        page=page,
        cards={card.value: label for card, label in CARD_LABELS.items() if card is not Card.NONE},
        form=Form({"unit": unit, "supervised": supervised}),
        units=lists_of(context)["units"],
        judges=actor.role in JUDGES,
    )


@router.get("/dossiers/{petition_id}")
def dossier(request: Request, petition_id: PetitionId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """The dossier on one page; nobody in it, as in the document."""
    return pages.show(
        request,
        "inspect/dossier.html",
        dossier=dossiers.dossier(context, petition_id, actor),
        outcomes=OUTCOMES,
        statuses=STATUSES,
        stages={stage.value: STAGE_LABELS[stage] for stage in Stage},
    )


@router.get("/dossiers/{petition_id}/dossier.docx")
def word(petition_id: PetitionId, context: ContextOf, actor: Caller) -> Response:
    """The same as a Word document."""
    found = dossiers.dossier(context, petition_id, actor)
    paper = document(found, context.rules.calendar.office)
    return download(paper, WORD, f"dossier-{found.petition.case_number.lower()}.docx")


@router.get("/patterns")
def patterns(
    request: Request,
    context: ContextOf,
    pages: PagesOf,
    actor: Caller,
    standing: FindingStanding = FindingStanding.RAISED,
    offset: Annotated[int, Query(ge=0, le=findings.MAX_OFFSET)] = 0,
) -> Response:
    """Patterns of one standing, the latest first, with the rule by which they are raised."""
    found = findings.findings(context, actor, standings=(standing,), limit=PAGE, offset=offset)
    return pages.show(
        request,
        "inspect/patterns.html",
        page=found,
        standing=standing.value,
        standings=[(each.value, FINDING_LABELS[each]) for each in FindingStanding],
    )


@router.get("/patterns/{finding_id}")
def pattern(request: Request, finding_id: FindingId, context: ContextOf, pages: PagesOf, actor: Caller) -> Response:
    """One pattern: the subject's share and its peers', the sample, the cases, and what was decided."""
    return _pattern(request, context, pages, actor, finding_id)


@router.post("/patterns/{finding_id}/decision")
def decide(
    request: Request, finding_id: FindingId, context: ContextOf, pages: PagesOf, actor: Caller, sent: SentForm
) -> Response:
    """What a person makes of it; the reason stays."""
    findings.finding(context, finding_id, actor)  # whoever may not judge is not told that there is one

    def work(version: int) -> None:
        written = {name: sent[name].strip() for name in ("decision", "reason", "case") if sent[name].strip()}
        findings.decide(context, finding_id, actor, read(FindingDecisionIn, written), version)

    refused = refusal_of(context, request, sent, "这个苗头", work)
    if refused is not None:
        return _pattern(request, context, pages, actor, finding_id, refused)
    return RedirectResponse(f"/inspect/patterns/{finding_id}?done=1", HTTPStatus.SEE_OTHER)


def _pattern(
    request: Request, context: Context, pages: PagesOf, actor: Actor, finding_id: str, form: Form | None = None
) -> Response:
    found = findings.finding(context, finding_id, actor)
    form = form or Form()
    return pages.show(
        request,
        "inspect/pattern.html",
        form.status,
        finding=found,
        form=form,
        decisions=[(code, DECISION_LABELS[FindingDecision(code)]) for code in found.allowed_actions],
        done="done" in request.query_params,
    )
