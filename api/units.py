"""For units: sign, return, ask for time, report, hand in as done. Their queue is `GET /queue`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import JSONResponse

from api.changes import POSTING, ChangeOf
from api.documentation import CHANGING
from models.answers import PetitionDetail
from models.bodies import ExclusionIn, ExtensionIn, NothingIn, OptionalReasonIn, ReportIn, ReturnIn
from models.evidence import CompletionEvidence
from services import exclusions, handling, supervision

router = APIRouter(prefix="/petitions/{petition_id}", tags=["承办单位 units"], responses=CHANGING, dependencies=POSTING)

_EVIDENCE = {
    "done": {
        "summary": "已解决",
        "value": {
            "is_true": True,
            "contacted": True,
            "contacted_at": "2026-03-04T10:20:00+08:00",
            "contact_way": "phone",
            "contact_last4": "1234",
            "solved": True,
            "internal_account": "更换镇流器五只，线路绝缘正常",
            "public_reply": "您反映的路灯已于3月4日修复，感谢您的监督。",
            "attachments": [{"name": "修复后照片.jpg", "sha256": "0" * 64}],
        },
    },
    "beyond": {
        "summary": "超职责",
        "value": {
            "is_true": True,
            "beyond_duty": True,
            "beyond_duty_kind": "judicial",
            "beyond_duty_basis": "民事诉讼法第一百二十七条：依法应由人民法院处理",
            "contacted": False,
            "not_contacted_reason": "匿名反映，未留联系方式",
            "solved": False,
            "unsolved_reason": "须由法院执行",
            "internal_account": "已核对判决书",
            "public_reply": "您反映的事项已有生效判决，请向区人民法院申请执行。",
            "attachments": [{"id": "7c0f4d1e-52a5-4b41-9d0c-6e0a7a1b9f10"}],
        },
    },
}


class Receipted(PetitionDetail):
    """The petition, with the receipt of what was accepted."""

    receipt: str


@router.post("/signature", response_model=PetitionDetail, summary="签收 Sign")
def sign(change: ChangeOf, _: NothingIn | None = None) -> JSONResponse:
    """Sign for the petition. The clock ran before and runs on."""
    return change.make(handling.sign, change.version)


@router.post("/return", response_model=PetitionDetail, summary="申请退单 Return")
def request_return(body: ReturnIn, change: ChangeOf) -> JSONResponse:
    """Not this unit's duty: whose it is, and where that is written."""
    return change.make(
        handling.request_return,
        reason=body.reason,
        proposed_unit=body.proposed_unit,
        basis=body.basis,
        duty=body.duty,
        version=change.version,
    )


@router.post("/extension", response_model=PetitionDetail, summary="申请延期 Ask for time")
def request_extension(body: ExtensionIn, change: ChangeOf) -> JSONResponse:
    """More working days, once, within the rule's limit; without an answer in time it is refused."""
    return change.make(
        handling.request_extension,
        amount=body.amount,
        reason=body.reason,
        reason_code=body.reason_code,
        version=change.version,
    )


@router.post("/resumption", response_model=PetitionDetail, summary="恢复办理 Resume")
def resume(change: ChangeOf, body: OptionalReasonIn | None = None) -> JSONResponse:
    """What a suspended petition waited for has come; the clock runs on."""
    reason = body.reason if body else ""
    return change.make(handling.resume, reason, change.version)


@router.post("/completion", response_model=Receipted, summary="申请办结 Hand in as done")
def complete(
    body: Annotated[CompletionEvidence, Body(openapi_examples=_EVIDENCE)],
    change: ChangeOf,
) -> JSONResponse:
    """With the evidence; what is missing is named all at once. The receipt proves what was accepted."""
    return change.make_telling({"receipt": "receipt"}, handling.submit_completion, body, change.version)


@router.post("/report", response_model=PetitionDetail, summary="协办情况 Report as assisting unit")
def report(body: ReportIn, change: ChangeOf) -> JSONResponse:
    """An assisting unit tells the lead what it did; its own task ends."""
    return change.make(handling.report, body.text, change.version)


@router.post("/supervision/answer", response_model=PetitionDetail, summary="督办说明 Explain to the inspectors")
def explain(body: ReportIn, change: ChangeOf) -> JSONResponse:
    """The written explanation that the inspectors demanded."""
    return change.make(supervision.answer, body.text, change.version)


@router.post("/exclusion", response_model=PetitionDetail, summary="申请不纳入评价 Ask not to be assessed")
def ask_exclusion(body: ExclusionIn, change: ChangeOf) -> JSONResponse:
    """Of the present completion, once. The petitioner's rights stay; undecided in time is refused."""
    return change.make(
        exclusions.ask, reason_code=body.reason_code, evidence=body.evidence, files=body.files, version=change.version
    )
