"""Whether the parts of the product answer; for probes and for people."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.callers import ContextOf
from api.documentation import FAULTS
from gateways.orchestrator import OrchestratorUnavailable
from models.tables import PolicyVersion
from services.context import Context

router = APIRouter(tags=["平台 system"])

_NO_RUN = "00000000-0000-0000-0000-000000000000"


class Health(BaseModel):
    """`ok`; `degraded`: petitions are taken, their runs start later; `down`: nothing can be written."""

    status: str = Field(examples=["ok"])
    database: str = Field(examples=["ok"])
    orchestrator: str = Field(examples=["ok"])
    policy_version: str | None = Field(examples=["2026.1+6b8e23210942"])


@router.get("/health", response_model=Health, summary="运行状态 Health", responses={503: {"model": Health}, **FAULTS})
def health(context: ContextOf) -> JSONResponse:
    """503 only when the ledger's database does not answer: without Prefect, registration still works."""
    database, policy = _ledger(context)
    orchestrator = _orchestrator(context)
    status = "down" if database != "ok" else "ok" if orchestrator == "ok" and policy else "degraded"
    body = Health(status=status, database=database, orchestrator=orchestrator, policy_version=policy)
    return JSONResponse(body.model_dump(), HTTPStatus.SERVICE_UNAVAILABLE if status == "down" else HTTPStatus.OK)


def _ledger(context: Context) -> tuple[str, str | None]:
    try:
        with context.readers() as session:
            return "ok", session.scalar(select(PolicyVersion.version).where(PolicyVersion.active))
    except SQLAlchemyError:
        return "unavailable", None


def _orchestrator(context: Context) -> str:
    try:
        context.orchestrator.view(_NO_RUN)
    except OrchestratorUnavailable:
        return "unavailable"
    return "ok"
