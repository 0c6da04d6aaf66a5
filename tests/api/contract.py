"""What every answer of the API keeps to, whatever a test asks for: held for each answer that any test receives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import httpx
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from api.app import build_app

PROBLEM = "application/problem+json"
PROBLEM_MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errors"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?")


class ContractClient(TestClient):
    """A client that reads every answer twice: once for the contract, once for the test."""

    def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        answer: httpx.Response = super().request(*args, **kwargs)
        if "json" in answer.headers.get("content-type", "") and answer.request.url.path != "/openapi.json":
            hold(answer)
        return answer


def hold(answer: httpx.Response) -> None:
    """It is documented and of its shape, its moments are Chinese, and a petition says what may be done with it."""
    asked, body, kind = answer.request, answer.json(), answer.headers["content-type"]
    what = f"{asked.method} {asked.url.path} {answer.status_code}"
    operation = _operation(asked.method.lower(), asked.url.path)
    if operation is None:
        assert answer.status_code in {404, 405, 413}, what
        assert kind == PROBLEM, what
        found = list(validator("#/components/schemas/Problem").iter_errors(body))
    else:
        assert str(answer.status_code) in operation["responses"], f"{what} is not documented: {answer.text}"
        media = operation["responses"][str(answer.status_code)]["content"]
        assert kind in media, f"{what} is documented as {set(media)}, not {kind}"
        found = list(validator(media[kind]["schema"]["$ref"]).iter_errors(body))
    assert found == [], f"{what} is not of its shape: {found[0].message}"
    if kind == PROBLEM:
        assert body.keys() >= PROBLEM_MEMBERS, what
    for part in parts(body):
        if isinstance(part, str) and (moment := _MOMENT.fullmatch(part)):
            assert moment["zone"] == "+08:00", f"{what} shows {part}"
        if isinstance(part, dict) and "case_number" in part:
            assert "allowed_actions" in part, f"{what} allows nothing"


def document() -> dict[str, Any]:
    """The description of the interface."""
    return _document()


def validator(reference: str) -> Draft202012Validator:
    """Holds a value to the shape that `reference` names within the description."""
    return _validator(reference)


def parts(value: Any) -> Iterator[Any]:
    """`value` and whatever is in it."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from parts(item)


@lru_cache
def _document() -> dict[str, Any]:
    return build_app().openapi()


@lru_cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": document()["components"]})


@lru_cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    names = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path) for path in names]


def _operation(method: str, address: str) -> dict[str, Any] | None:
    for pattern, path in _patterns():
        if pattern.fullmatch(address) and method in document()["paths"][path]:
            described: dict[str, Any] = document()["paths"][path][method]
            return described
    return None
