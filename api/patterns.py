"""For discipline inspectors: patterns in the conduct of units, and what they decide on them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import POSTING, Change, Fingerprint, Key, Version, answer, caller_of
from api.documentation import CHANGING, READING
from domain.findings import FindingStanding
from domain.patterns import PatternKind
from models.finding_answers import FindingDecisionIn, FindingsView, FindingView
from models.shapes import Code
from services import findings as judging

router = APIRouter(prefix="/inspection/patterns", tags=["纪检监察 inspection"], responses=READING)

FindingId = Annotated[str, Path(description="苗头的 id", examples=["8c1d5a52-6d0c-4a7e-9a5b-2f9f3f0c1d22"])]


def change_of_finding(
    finding_id: FindingId, context: ContextOf, actor: Caller, version: Version, key: Key, seen: Fingerprint
) -> Change:
    """A decision on a finding, answered with it as it stands afterwards."""

    def show() -> FindingView:
        return judging.finding(context, finding_id, actor)

    return Change(context, actor, finding_id, version, key, seen, caller_of(actor), show)


@router.get("", response_model=FindingsView, summary="苗头清单 Patterns that stand out")
def findings(
    *,
    context: ContextOf,
    actor: Caller,
    standing: Annotated[list[FindingStanding] | None, Query(description="可多选；缺省为待核实(raised)")] = None,
    kind: Annotated[PatternKind | None, Query(description="只看这一种")] = None,
    unit: Annotated[Code | None, Query(description="只看涉及此单位的")] = None,
    limit: Annotated[int, Query(ge=1, le=judging.MAX_PAGE, description="每页条数")] = 50,
    offset: Annotated[int, Query(ge=0, le=judging.MAX_OFFSET, description="上一页的 next")] = 0,
) -> JSONResponse:
    """Each with its share, that of the peers, how probable it is by chance, and the cases; flagged, never decided."""
    found = judging.findings(
        context,
        actor,
        standings=standing or (FindingStanding.RAISED,),
        kind=kind,
        unit=unit,
        limit=limit,
        offset=offset,
    )
    return answer(found)


@router.get("/{finding_id}", response_model=FindingView, summary="苗头 A pattern")
def finding(finding_id: FindingId, context: ContextOf, actor: Caller) -> JSONResponse:
    """One finding with its history; its version is the ETag."""
    return answer(judging.finding(context, finding_id, actor))


@router.post(
    "/{finding_id}/decision",
    response_model=FindingView,
    summary="核实、放过或立案核查 Decide",
    responses=CHANGING,
    dependencies=POSTING,
)
def decide(body: FindingDecisionIn, change: Annotated[Change, Depends(change_of_finding)]) -> JSONResponse:
    """Confirm, set aside or open a file, with a reason; the cases behind it are never raised again."""
    return change.make(judging.decide, body, change.version)
