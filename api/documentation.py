"""How the interface is described: the refusals each route knows as problem documents, and an example of everything."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.errors import MEDIA_TYPE, Problem, members_of
from api.examples import ANSWERS

_REF = "#/components/schemas/"
_INSTANCE = "urn:uuid:0b9f6a6e-6a0e-4d8e-9b1e-3f1c2a7d5e44"
_MISSING = {"field": "contacted_at", "reason": "已联系诉求人的，须填写联系时间"}

# What a refusal of this status means, and the code and detail of one of them.
_REFUSALS: dict[HTTPStatus, tuple[str, str, str]] = {
    HTTPStatus.UNAUTHORIZED: (
        "没有密钥，或密钥无效、已到期",
        "unauthenticated",
        "需要有效的密钥：Authorization: Bearer <密钥>，或 X-API-Key: <密钥>",
    ),
    HTTPStatus.FORBIDDEN: ("该角色或单位无权执行", "not-permitted", "只有当前承办单位可以执行该操作"),
    HTTPStatus.NOT_FOUND: ("没有，或不属于调用者", "not-found", "未找到该诉求"),
    HTTPStatus.CONFLICT: (
        "与当前阶段、版本或规则冲突；current 为当前情况",
        "stale-version",
        "诉求已被他人更新(您看到的是第3版，当前为第4版)，请刷新后重试",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "请求体过大",
        "body-too-large",
        "请求体过大；附件请逐个上传到 attachments 地址",
    ),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: (
        "请求体不是 JSON",
        "unsupported-media-type",
        "请求体须为 JSON，请设置 Content-Type: application/json",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "内容不完整或不合要求，errors 逐项说明",
        "incomplete",
        "缺少必要内容：已联系诉求人的，须填写联系时间",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "请求过于频繁，Retry-After 秒后重试",
        "too-many-requests",
        "请求过于频繁，请6秒后重试",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "平台内部错误，instance 为日志中的编号",
        "internal-error",
        "平台内部错误，已记录；请稍后重试",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "平台暂时不可用，没有写入任何内容",
        "database-unavailable",
        "数据库暂时不可用，没有写入任何内容；请稍后以同一 Idempotency-Key 重试",
    ),
}

Responses = dict[int | str, dict[str, Any]]


def _refusals(*statuses: HTTPStatus) -> Responses:
    found: Responses = {}
    for status in statuses:
        description, code, detail = _REFUSALS[status]
        errors = [_MISSING] if status is HTTPStatus.UNPROCESSABLE_ENTITY else []
        example = members_of(status, code, detail, errors, _INSTANCE)
        content = {MEDIA_TYPE: {"schema": {"$ref": f"{_REF}Problem"}, "example": example}}
        found[status.value] = {"description": description, "content": content}
    return found


_FAULTS = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE)
_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.CONFLICT)
_CALLER = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

FAULTS = _refusals(HTTPStatus.INTERNAL_SERVER_ERROR)
READING = _refusals(*_CALLER, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, *_FAULTS)
"""For what is read with a key."""
CHANGING = READING | _refusals(*_BODY)
"""For what changes a petition with a key."""
FOLLOWING = _refusals(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, *_FAULTS)
"""For what is read with a query code."""
ANSWERING = FOLLOWING | _refusals(HTTPStatus.FORBIDDEN, *_BODY)
"""For what changes a petition with its query code."""
REGISTERING = _refusals(*_CALLER, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS, *_BODY, *_FAULTS)


def describe(app: FastAPI) -> None:
    """Let the description of `app` hold every shape it names, and an example of every body."""
    described = app.openapi

    def complete() -> dict[str, Any]:
        first = app.openapi_schema is None
        document = described()
        if first:
            shapes = document["components"]["schemas"]
            problem = Problem.model_json_schema(ref_template=_REF + "{model}")
            shapes |= problem.pop("$defs") | {"Problem": problem}
            for operation in _operations(document):
                _give_examples(operation, shapes)
        return document

    # FastAPI's own way to extend the description.
    app.openapi = complete  # type: ignore[method-assign]


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _give_examples(operation: dict[str, Any], shapes: dict[str, Any]) -> None:
    for answer in operation["responses"].values():
        for media in answer.get("content", {}).values():
            name = media["schema"].get("$ref", "").removeprefix(_REF)
            if name in ANSWERS:
                media["example"] = ANSWERS[name]
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "examples" not in media:
            media["example"] = _example(media["schema"], shapes)


def _example(schema: dict[str, Any], shapes: dict[str, Any]) -> object:
    """What a body of this shape looks like, put together from the examples of its fields."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _example(shapes[schema["$ref"].removeprefix(_REF)], shapes)
    if "anyOf" in schema:
        return _example(schema["anyOf"][0], shapes)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") != "object":
        raise LookupError(f"a field without an example: {schema}")
    asked = {
        name: field
        for name, field in schema.get("properties", {}).items()
        if name in schema.get("required", ()) or "examples" in field
    }
    return {name: _example(field, shapes) for name, field in asked.items()}
