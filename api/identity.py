"""Who reported: the whole identity once and for a purpose, and who has read it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from api.callers import Caller, ContextOf
from api.changes import POSTING, PetitionId, answer
from api.documentation import CHANGING, READING
from models.bodies import IdentityIn
from models.identity_answers import IdentityReadersView, IdentityView, UnusualReaders
from models.shapes import Day
from services import identity, identity_log

router = APIRouter(tags=["诉求人身份 identity"], responses=READING)


@router.post(
    "/petitions/{petition_id}/identity",
    response_model=IdentityView,
    summary="查阅诉求人身份 Read the identity",
    responses=CHANGING,
    dependencies=POSTING,
)
def disclose(body: IdentityIn, petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Name and contact in full, for the purpose named; every reading is on record and shown to the inspectors.

    Given anew each time: an Idempotency-Key changes nothing here, and no answer is kept.
    """
    found = identity.disclose(
        context, petition_id, actor, purpose=body.purpose, words=body.words, case_number=body.case_number
    )
    return answer(found)


@router.get(
    "/petitions/{petition_id}/identity/readers", response_model=IdentityReadersView, summary="谁查阅过 Who has read it"
)
def readers(petition_id: PetitionId, context: ContextOf, actor: Caller) -> JSONResponse:
    """Everybody who read this petitioner's identity, the platform's own notices among them, oldest first."""
    return answer(identity_log.readers(context, petition_id, actor))


@router.get("/inspection/identity-reads", response_model=UnusualReaders, summary="查阅异常 Unusual reading")
def unusual(
    context: ContextOf,
    actor: Caller,
    day: Annotated[Day | None, Query(description="哪一日(北京时间)，缺省为今日", examples=["2026-03-02"])] = None,
) -> JSONResponse:
    """Accounts that read as many petitioners on one day as the policy finds unusual, the most first."""
    return answer(identity_log.unusual(context, actor, day))
