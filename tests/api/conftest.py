"""The API over a real database, with a key for every role; the run's steps are taken by the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

import clock
from api.limits import Limits, Rate
from domain.actions import Role
from models.tables import Base, Petition
from services import keys
from services.context import Context
from services.transactions import transaction
from tests.api.contract import ContractClient
from tests.support import steps
from tests.support.apps import api_on
from tests.support.context import a_context

LAMPS = "广济路路灯不亮，晚上出行不安全"
UNIT = "municipal-parks"
OTHER = "housing"
TOWN = "kuangqu-street"
EVIDENCE: dict[str, Any] = {
    "is_true": True,
    "contacted": True,
    "contacted_at": "2026-03-02T09:00:00+08:00",
    "contact_way": "phone",
    "solved": True,
    "internal_account": "更换镇流器五只",
    "public_reply": "您反映的路灯已经修复，感谢您的监督。",
}
_KEYS: dict[str, tuple[Role, str | None]] = {
    "unit": (Role.UNIT, UNIT),
    "other": (Role.UNIT, OTHER),
    "town": (Role.UNIT, TOWN),
    "desk": (Role.DESK, None),
    "reviewer": (Role.REVIEWER, None),
    "leader": (Role.LEADER, None),
    "inspector": (Role.INSPECTOR, None),
    "party": (Role.PARTY_INSPECTOR, None),
    "follow_up": (Role.FOLLOW_UP, None),
    "operator": (Role.OPERATOR, None),
    "channel": (Role.CHANNEL, "wechat"),
    "media": (Role.MEDIA, "shizhong-yunbao"),
}


class Api:
    """A client that speaks for any of the roles; `anybody` has no key."""

    def __init__(self, context: Context, client: TestClient) -> None:
        self.context = context
        self.client = client
        with transaction(context):
            self.keys = {who: keys.create_key(context, role, of, f"测试 {who}") for who, (role, of) in _KEYS.items()}

    def get(self, who: str, path: str, **query: Any) -> httpx.Response:
        answer: httpx.Response = self.client.get(path, params=query or None, headers=self.headers(who))
        return answer

    def post(self, who: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer: httpx.Response = self.client.post(path, **sent, headers=self.headers(who) | named)
        return answer

    def role_of(self, who: str) -> tuple[Role, str | None, str]:
        """Role, unit and account name of a key."""
        role, unit = _KEYS[who]
        return role, unit, f"测试 {who}"

    def headers(self, who: str) -> dict[str, str]:
        return {} if who == "anybody" else {"Authorization": f"Bearer {self.keys[who]}"}

    def register(self, text: str = LAMPS, **fields: Any) -> tuple[str, str]:
        """Id and query code of a petition that has just come in."""
        answer = self.post("anybody", "/petitions", {"channel": "web", "text": text, **fields})
        assert answer.status_code == 201, answer.text
        with self.context.readers() as session:
            code = answer.json()["query_code"]
            return session.scalars(sa.select(Petition.id).where(Petition.query_code == code)).one(), code

    def dispatched(self, **fields: Any) -> tuple[str, str]:
        """Id and query code of a petition that the engine gave to `UNIT`."""
        found = self.register(**fields)
        self.settle(found[0])
        return found

    def in_hand(self, **fields: Any) -> tuple[str, str]:
        found = self.dispatched(**fields)
        self.done("unit", f"/petitions/{found[0]}/signature")
        return found

    def completed(self, **fields: Any) -> tuple[str, str]:
        found = self.in_hand(**fields)
        self.done("unit", f"/petitions/{found[0]}/completion", EVIDENCE)
        self.done("desk", f"/petitions/{found[0]}/completion-decision", {"approved": True, "reason": "答复完整"})
        return found

    def done(self, who: str, path: str, body: Any = None) -> dict[str, Any]:
        """Post what must succeed, let the run take its steps, and give the answer."""
        answer = self.post(who, path, body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        if "id" in found:
            self.settle(found["id"])
        return found

    def settle(self, petition_id: str) -> None:
        steps.settle(self.context, petition_id)

    def stage(self, petition_id: str) -> str:
        return steps.petition_of(self.context, petition_id).stage

    def rows(self) -> dict[str, int]:
        """How many rows each table holds."""
        with self.context.readers() as session:
            return {
                table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            }


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine)


@pytest.fixture
def api(context: Context) -> Iterator[Api]:
    app = api_on(context, Limits(registrations=Rate(1000, 1), look_ups=Rate(1000, 1), uploads=Rate(1000, 1)))
    with ContractClient(app) as client:
        yield Api(context, client)
