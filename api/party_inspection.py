"""For party-committee inspectors: a file of their own, visits on the spot, questions to the unit, and its end."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import POSTING, ChangeOf, PetitionId, answer
from api.documentation import CHANGING, READING
from models.answers import PetitionDetail
from models.bodies import DemandIn, ReasonIn, ReportIn
from models.inspection_answers import ConclusionIn, InspectionsView, VisitIn
from services import inspections

router = APIRouter(prefix="/petitions/{petition_id}/inspection", tags=["党委督查 party inspection"], responses=READING)


@router.get("", response_model=InspectionsView, summary="督查件 Files")
def files(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Every file with its visits; a unit is shown what is asked of it."""
    return answer(inspections.inspections(context, petition_id, actor))


@router.post(
    "", response_model=PetitionDetail, summary="督查立件 Open a file", responses=CHANGING, dependencies=POSTING
)
def open_file(body: ReasonIn, change: ChangeOf) -> JSONResponse:
    """On a typical case, at any time; a file of the discipline inspectors may stand beside it."""
    return change.make(inspections.open_inspection, body.reason, change.version)


@router.post(
    "/visits", response_model=PetitionDetail, summary="现场督查 Visit", responses=CHANGING, dependencies=POSTING
)
def visit(body: VisitIn, change: ChangeOf) -> JSONResponse:
    """When, where, who was there and what was found; photos by their SHA-256."""
    photos = tuple((photo.name, photo.sha256) for photo in body.photos)
    seen = inspections.Visit(body.visited_at, body.place, tuple(body.people), body.found, photos)
    return change.make(inspections.record_visit, seen, change.version)


@router.post(
    "/query",
    response_model=PetitionDetail,
    summary="督查要求说明 Ask",
    responses=CHANGING,
    dependencies=POSTING,
)
def ask(body: DemandIn, change: ChangeOf) -> JSONResponse:
    """The unit has to answer in writing within the term."""
    return change.make(inspections.ask_unit, question=body.question, duration=body.duration(), version=change.version)


@router.post(
    "/answer", response_model=PetitionDetail, summary="督查说明 Answer", responses=CHANGING, dependencies=POSTING
)
def reply(body: ReportIn, change: ChangeOf) -> JSONResponse:
    """The written answer of the unit that was asked."""
    return change.make(inspections.answer, body.text, change.version)


@router.post(
    "/conclusion", response_model=PetitionDetail, summary="督查办结 Close", responses=CHANGING, dependencies=POSTING
)
def close(body: ConclusionIn, change: ChangeOf) -> JSONResponse:
    """Close the party-committee inspectors' own file; other files stay as they are."""
    return change.make(inspections.close_inspection, body.conclusion, change.version)
