"""Refusals as problem documents (RFC 9457): the one place that knows which refusal is which HTTP status."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from api.reasons import field_of, reason_of
from domain.errors import (
    DomainError,
    ForbiddenTransition,
    IdempotencyConflict,
    Incomplete,
    KeyLapsed,
    KeysUnusable,
    NotFound,
    NotPermitted,
    PolicyMissing,
    RuleRefusal,
    StaleVersion,
)
from domain.stages import STAGE_LABELS, TRIGGER_LABELS, Stage, Trigger
from domain.workdays import ClockStopped
from gateways.file_store import StoreUnavailable

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:rongetong:problem:"

STATUSES: dict[type[DomainError], HTTPStatus] = {
    KeyLapsed: HTTPStatus.UNAUTHORIZED,
    NotPermitted: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Incomplete: HTTPStatus.UNPROCESSABLE_ENTITY,
    StaleVersion: HTTPStatus.CONFLICT,
    ForbiddenTransition: HTTPStatus.CONFLICT,
    RuleRefusal: HTTPStatus.CONFLICT,
    IdempotencyConflict: HTTPStatus.CONFLICT,
    ClockStopped: HTTPStatus.CONFLICT,
    KeysUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    PolicyMissing: HTTPStatus.SERVICE_UNAVAILABLE,
    StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Business refusals are 409; 422 is for what was badly written."""

# A unit that does not exist is a badly written request, whatever rule found out.
_BADLY_WRITTEN = {"unknown-unit", "not-a-handling-unit", "unknown-leader"}

TITLES: dict[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "请求无法识别",
    HTTPStatus.UNAUTHORIZED: "需要密钥",
    HTTPStatus.FORBIDDEN: "无权执行",
    HTTPStatus.NOT_FOUND: "未找到",
    HTTPStatus.METHOD_NOT_ALLOWED: "不支持的方法",
    HTTPStatus.CONFLICT: "与当前情况冲突",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "内容过大",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "不支持的内容类型",
    HTTPStatus.UNPROCESSABLE_ENTITY: "内容不完整或不合要求",
    HTTPStatus.TOO_MANY_REQUESTS: "请求过于频繁",
    HTTPStatus.INTERNAL_SERVER_ERROR: "平台内部错误",
    HTTPStatus.SERVICE_UNAVAILABLE: "平台暂时不可用",
}

_ASKS_FOR_A_KEY = {"WWW-Authenticate": "Bearer"}

_HTTP_PROBLEMS: dict[HTTPStatus, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("malformed-body", "请求体无法解析，应为 UTF-8 编码的 JSON"),
    HTTPStatus.NOT_FOUND: ("unknown-address", "没有这个地址，请对照接口说明"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("method-not-allowed", "此地址不支持该方法，请对照接口说明"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("body-too-large", "请求体过大；附件请逐个上传到 attachments 地址"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "unsupported-media-type",
        "请求体须为 JSON，请设置 Content-Type: application/json",
    ),
}


class FieldProblem(BaseModel):
    """One field and what is wrong with it."""

    field: str = Field(examples=["contacted_at"])
    reason: str = Field(examples=["已联系诉求人的，须填写联系时间"])


class Problem(BaseModel):
    """A refusal (RFC 9457). Further members carry the facts of the case, such as `current` or `source`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=[f"{_TYPE}incomplete"])
    title: str = Field(examples=["内容不完整或不合要求"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["缺少必要内容：已联系诉求人的，须填写联系时间"])
    instance: str = Field(
        description="这一次拒绝的编号，报告问题时请附上", examples=["urn:uuid:0b9f6a6e-6a0e-4d8e-9b1e-3f1c2a7d5e44"]
    )
    code: str = Field(examples=["incomplete"])
    errors: list[FieldProblem]


class Refused(Exception):
    """A domain refusal together with how the petition stands now, so that the client need not ask."""

    def __init__(self, refusal: DomainError, current: dict[str, Any] | None) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.current = current


class Unauthenticated(Exception):
    """No key, or none that opens anything."""


class TooManyRequests(Exception):
    """This client asked too often; `retry_after` seconds are to pass."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


def members_of(
    status: HTTPStatus, code: str, detail: str, errors: Sequence[Mapping[str, str]] = (), instance: str | None = None
) -> dict[str, Any]:
    """The members of a problem document; `instance` is a new one unless given."""
    return {
        "type": _TYPE + code,
        "title": TITLES.get(status, "请求未被接受"),
        "status": status.value,
        "detail": detail,
        "instance": instance or f"urn:uuid:{uuid.uuid4()}",
        "code": code,
        "errors": list(errors),
    }


def problem(
    status: HTTPStatus,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    facts: Mapping[str, Any] | None = None,
    instance: str | None = None,
) -> JSONResponse:
    """A problem document; `facts` never replace its own members."""
    members = members_of(status, code, detail, errors, instance)
    return JSONResponse(
        {**(facts or {}), **members}, status.value, media_type=MEDIA_TYPE, headers=dict(headers) if headers else None
    )


def refusal_problem(refusal: DomainError, current: dict[str, Any] | None = None) -> JSONResponse:
    """What HTTP makes of a business refusal."""
    status = next((STATUSES[kind] for kind in type(refusal).__mro__ if kind in STATUSES), HTTPStatus.CONFLICT)
    detail, errors = str(refusal), []
    facts = dict(refusal.facts)
    if isinstance(refusal, Incomplete):
        errors = facts.pop("missing")
    elif isinstance(refusal, ForbiddenTransition):
        stage = STAGE_LABELS[Stage(refusal.stage)] if refusal.stage else "未登记"
        detail = f"当前阶段为“{stage}”，不能{TRIGGER_LABELS[Trigger(refusal.trigger)]}；可执行的操作见 allowed_actions"
    elif isinstance(refusal, RuleRefusal) and refusal.field is not None:
        errors = [{"field": refusal.field, "reason": refusal.message}]
        if refusal.code in _BADLY_WRITTEN:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
    facts.pop("message", None)
    if current is not None:
        facts |= {"current": current, "allowed_actions": current.get("allowed_actions", [])}
    headers = _ASKS_FOR_A_KEY if status is HTTPStatus.UNAUTHORIZED else None
    told = {name: value for name, value in facts.items() if _plain(value)}
    return problem(status, refusal.code, detail, errors=errors, headers=headers, facts=told)


def install(app: FastAPI) -> None:
    """Let every refusal of `app` leave as a problem document."""
    app.add_exception_handler(DomainError, _on_refusal)
    app.add_exception_handler(Refused, _on_refused)
    app.add_exception_handler(Unauthenticated, _on_unauthenticated)
    app.add_exception_handler(TooManyRequests, _on_too_many)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(DBAPIError, _on_database)
    app.add_exception_handler(PoolTimeout, _on_database)
    app.add_exception_handler(OSError, _on_disk)


def unexpected(instance: str | None = None) -> JSONResponse:
    """What is shown of a fault of ours: nothing of its inside, only the number under which it was logged."""
    detail = "平台内部错误，已记录；请稍后重试"
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail, instance=instance)


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool | list | dict)


def _on_refusal(_: Request, refusal: Exception) -> JSONResponse:
    return refusal_problem(refusal) if isinstance(refusal, DomainError) else unexpected()


def _on_refused(_: Request, refused: Exception) -> JSONResponse:
    return refusal_problem(refused.refusal, refused.current) if isinstance(refused, Refused) else unexpected()


def _on_unauthenticated(_: Request, __: Exception) -> JSONResponse:
    return problem(
        HTTPStatus.UNAUTHORIZED,
        "unauthenticated",
        "需要有效的密钥：Authorization: Bearer <密钥>，或 X-API-Key: <密钥>",
        headers=_ASKS_FOR_A_KEY,
    )


def _on_too_many(_: Request, error: Exception) -> JSONResponse:
    seconds = error.retry_after if isinstance(error, TooManyRequests) else 1
    detail = f"请求过于频繁，请{seconds}秒后重试"
    return problem(HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", detail, headers={"Retry-After": str(seconds)})


def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"field": field_of(item), "reason": reason_of(item)} for item in found]
    code = "malformed-body" if any(item["type"] == "json_invalid" for item in found) else "invalid"
    detail = "；".join(f"{item['field']}：{item['reason']}" for item in errors)
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail, errors=errors)


def _on_http(request: Request, error: Exception) -> JSONResponse:
    status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
    headers = error.headers if isinstance(error, HTTPException) else None
    if status is HTTPStatus.METHOD_NOT_ALLOWED and (methods := _methods_of(request)):
        headers = {"Allow": ", ".join(methods)}
    code, detail = _HTTP_PROBLEMS.get(status, ("refused", "请求未被接受，请对照接口说明"))
    errors: list[dict[str, str]] = []
    if status is HTTPStatus.BAD_REQUEST:  # a body that is not even text; badly written like any other
        status, errors = HTTPStatus.UNPROCESSABLE_ENTITY, [{"field": "body", "reason": detail}]
    return problem(status, code, detail, errors=errors, headers=headers)


def _methods_of(request: Request) -> list[str]:
    """What the address supports, over all routes of it; Starlette names only those of the first."""
    found: set[str] = set()
    for path, methods in request.app.openapi()["paths"].items():
        if compile_path(path)[0].match(request.url.path):
            found |= {method.upper() for method in methods}
    return sorted(found)


_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def _on_disk(request: Request, error: Exception) -> JSONResponse:
    """A secret or a file found no room; the transaction around it was rolled back like one that found none itself."""
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return _on_database(request, PoolTimeout())
    raise error


def _on_database(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, IntegrityError):
        return problem(HTTPStatus.CONFLICT, "conflict", "同时有另一请求改动了同一内容，请重试")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        detail = "数据库暂时不可用，没有写入任何内容；请稍后以同一 Idempotency-Key 重试"
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, "database-unavailable", detail, headers={"Retry-After": "5"})
    raise error
