"""What every answer of the API keeps to, whatever a test asks for: held for each answer that any test receives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
from fastapi.testclient import TestClient

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(?P<zone>Z|[+-]\d\d:\d\d)?")


class ContractClient(TestClient):
    """A client that reads every answer twice: once for the contract, once for the test."""

    def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        answer: httpx.Response = super().request(*args, **kwargs)
        if "json" in answer.headers.get("content-type", "") and answer.request.url.path != "/openapi.json":
            hold(answer)
        return answer


def hold(answer: httpx.Response) -> None:
    """Moments are shown on the Chinese clock, and whatever shows a petition says what may be done with it."""
    for part in _parts(answer.json()):
        if isinstance(part, str) and (moment := _MOMENT.fullmatch(part)):
            assert moment["zone"] == "+08:00", f"{answer.request.url.path} shows {part}"
        if isinstance(part, dict) and "case_number" in part:
            assert "allowed_actions" in part, f"{answer.request.url.path} allows nothing"


def _parts(value: Any) -> Iterator[Any]:
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        yield from _parts(item)
