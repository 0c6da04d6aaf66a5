"""For everybody: report, follow with the query code, rate, add, take back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from fastapi.responses import JSONResponse

from api.callers import ContextOf, OptionalCaller, limit_registrations
from api.changes import (
    LOOKING_UP,
    POSTING,
    Fingerprint,
    Key,
    PetitionersChange,
    answer,
    caller_of,
    create,
    require_random,
)
from api.documentation import ANSWERING, FOLLOWING, REGISTERING
from domain.actions import PETITIONER, Actor, Role
from domain.errors import Incomplete, Missing, NotPermitted
from models.answers import Progress, Registered
from models.bodies import OptionalReasonIn, RatingIn, ReopenIn, SupplementIn
from models.shapes import Registration
from services import intake, queries, verdict

router = APIRouter(tags=["公众 public"])

PUBLIC_CHANNEL = "web"
"""The one channel that needs no key."""

_EXAMPLES = {
    "anonymous": {
        "summary": "匿名反映",
        "value": {"channel": "web", "text": "广济路路灯不亮，晚上出行不安全", "place": "广济路与解放路交叉口"},
    },
    "channel": {
        "summary": "渠道代报(需渠道密钥)",
        "value": {
            "channel": "wechat",
            "channel_reference": "wx-20260302-0001",
            "request_type": "help",
            "text": "小区停水两天，家中有老人",
            "place": "文化路街道建设小区",
            "longitude": 117.56,
            "latitude": 34.86,
            "crs": "gcj02",
            "petitioner": {"name": "测试甲", "contact_kind": "email", "contact": "test@example.com"},
        },
    },
}


@router.post(
    "/petitions",
    status_code=201,
    response_model=Registered,
    summary="登记诉求 Register a petition",
    responses=REGISTERING,
    dependencies=[*POSTING, Depends(limit_registrations)],
)
def register(
    registration: Annotated[Registration, Body(openapi_examples=_EXAMPLES)],
    context: ContextOf,
    actor: OptionalCaller,
    key: Key,
    seen: Fingerprint,
) -> JSONResponse:
    """Anybody may report over the channel `web`; every other channel has a key of its own.

    The same channel_reference twice is the same petition.
    """
    who = _registrar(registration, actor)
    if actor is None:
        require_random(key)
    caller = caller_of(actor) if actor else "anonymous"
    return create(
        context, caller, key, seen, lambda: queries.registered(context, intake.register(context, registration, who).id)
    )


@router.get(
    "/progress/{query_code}",
    response_model=Progress,
    summary="查询进度 Public progress",
    responses=FOLLOWING,
    dependencies=LOOKING_UP,
)
def progress(query_code: str, context: ContextOf) -> JSONResponse:
    """Which unit, which stage, until when, and what happened. Never identity, never the petition's text."""
    return answer(queries.public_progress(context, query_code))


@router.post(
    "/progress/{query_code}/rating",
    response_model=Progress,
    summary="评价 Rate",
    responses=ANSWERING,
    dependencies=[*POSTING, *LOOKING_UP],
)
def rate(query_code: str, body: RatingIn, change: PetitionersChange, context: ContextOf) -> JSONResponse:
    """Satisfied, basically satisfied, or dissatisfied with a reason: then it is done once more.

    Each petitioner of a merged matter rates once for themselves.
    """
    party = queries.id_by_code(context, query_code)
    return change.make(
        verdict.rate,
        satisfaction=body.satisfaction,
        reason=body.reason,
        reason_code=body.reason_code,
        party=party,
        version=change.version,
    )


@router.post(
    "/progress/{query_code}/reopening",
    response_model=Progress,
    summary="要求再次办理 Reopen",
    responses=ANSWERING,
    dependencies=[*POSTING, *LOOKING_UP],
)
def reopen(body: ReopenIn, change: PetitionersChange) -> JSONResponse:
    """After the archiving, within the time and as often as the rules say: back to the desk, with a clock of its own."""
    return change.make(verdict.reopen, reason_code=body.reason_code, reason=body.reason, version=change.version)


@router.post(
    "/progress/{query_code}/supplement",
    response_model=Progress,
    summary="补充材料 Add what was missing",
    responses=ANSWERING,
    dependencies=[*POSTING, *LOOKING_UP],
)
def supplement(body: SupplementIn, change: PetitionersChange) -> JSONResponse:
    """Answer what the desk asked for; acceptance looks at the whole again."""
    return change.make(intake.supplement, body.text, body.place, change.version)


@router.post(
    "/progress/{query_code}/withdrawal",
    response_model=Progress,
    summary="撤回 Take back",
    responses=ANSWERING,
    dependencies=[*POSTING, *LOOKING_UP],
)
def withdraw(query_code: str, change: PetitionersChange, body: OptionalReasonIn | None = None) -> JSONResponse:
    """The petitioner takes the petition back. What others reported too goes on for them."""
    own, reason = queries.id_by_code(change.context, query_code), body.reason if body else ""
    return change.make(lambda context, _, actor: intake.withdraw(context, own, actor, reason, change.version))


def _registrar(registration: Registration, actor: Actor | None) -> Actor:
    """Who registers. Raises `NotPermitted` or `Incomplete` where this caller may not register like this."""
    if actor is None:
        if registration.channel != PUBLIC_CHANNEL:
            raise NotPermitted(f"未持渠道密钥只能以渠道“{PUBLIC_CHANNEL}”登记")
        if registration.channel_reference is not None:
            # A guessed reference would open somebody else's petition.
            raise Incomplete([Missing("channel_reference", "未持渠道密钥不得填写渠道编号")])
        return PETITIONER
    if actor.role not in (Role.CHANNEL, Role.DESK):
        raise NotPermitted("该密钥不能登记诉求")
    if actor.role is Role.CHANNEL and actor.unit is not None and actor.unit != registration.channel:
        raise NotPermitted(f"该密钥只能以渠道“{actor.unit}”登记")
    return actor
