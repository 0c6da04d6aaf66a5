"""Whether the parts of the product answer; for probes and for people."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.callers import ContextOf
from api.documentation import FAULTS
from api.watch import Watch
from models.tables import PolicyVersion
from services.context import Context

router = APIRouter(tags=["平台 system"])

_NO_RUN = "00000000-0000-0000-0000-000000000000"


class Health(BaseModel):
    """`ok`; `degraded`: petitions are taken, their runs start later; `down`: nothing can be written."""

    status: str = Field(examples=["ok"])
    database: str = Field(examples=["ok"])
    orchestrator: str = Field(examples=["ok"])
    files: list[str] = Field(examples=[[]], description="不可用的通讯录或日历文件；原因见日志和 rongetong check")
    policy_version: str | None = Field(examples=["2026.1+6b8e23210942"])


@router.get("/health", response_model=Health, summary="运行状态 Health", responses={503: {"model": Health}, **FAULTS})
def health(request: Request, context: ContextOf) -> JSONResponse:
    """503 only when the ledger's database does not answer: without Prefect, registration still works."""
    database, policy = _ledger(context)
    watch: Watch = request.app.state.orchestrator
    reached = watch.answers
    files = [file.path.name for file in context.broken_files]
    well = reached and policy is not None and not files
    status = "down" if database != "ok" else "ok" if well else "degraded"
    body = Health(
        status=status,
        database=database,
        orchestrator="ok" if reached else "unavailable",
        files=files,
        policy_version=policy,
    )
    return JSONResponse(body.model_dump(), HTTPStatus.SERVICE_UNAVAILABLE if status == "down" else HTTPStatus.OK)


def _ledger(context: Context) -> tuple[str, str | None]:
    try:
        with context.readers() as session:
            return "ok", session.scalar(select(PolicyVersion.version).where(PolicyVersion.active))
    except SQLAlchemyError:
        return "unavailable", None


def orchestrator_answers(context: Context) -> bool:
    """Whether Prefect answers a small question now."""
    try:
        context.orchestrator.view(_NO_RUN)
    except Exception:  # noqa: BLE001 - whatever it is, it is no answer
        return False
    return True
