"""What holds for the whole application: health, limits, documentation, faults of ours, and what is logged."""

from __future__ import annotations

import logging
import re

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.limits import Buckets, Limits, Rate
from models.tables import Petition
from services import intake
from services.context import Context
from tests.api.conftest import LAMPS, Api
from tests.support.context import recorded


def test_health(api: Api) -> None:
    healthy = api.get("anybody", "/health").json()
    assert (healthy["status"], healthy["files"]) == ("ok", [])


def test_health_without_prefect(api: Api) -> None:
    recorded(api.context).available = False
    degraded = api.get("anybody", "/health")
    assert (degraded.status_code, degraded.json()["status"], degraded.json()["orchestrator"]) == (
        200,
        "degraded",
        "unavailable",
    )


def test_registration_works_without_prefect(api: Api) -> None:
    recorded(api.context).available = False
    petition, code = api.register()
    assert api.get("anybody", f"/progress/{code}").json()["stage"]["code"] == "registered"
    recorded(api.context).available = True
    api.settle(petition)
    assert api.stage(petition) == "dispatched"


def test_a_run_is_started_for_what_came_in(api: Api) -> None:
    petition, _ = api.register()
    label = recorded(api.context).started[petition]
    assert LAMPS not in label.name
    assert api.context.orchestrator.find_by_petition(petition) is not None


@pytest.mark.usefixtures("tables_made_anew")
def test_a_database_that_is_gone(context: Context, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE policy_version RENAME TO lost"))
    with TestClient(create_app(context)) as client:
        answer = client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "down")


def test_an_unexpected_fault_shows_and_logs_nothing_of_the_petition(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"cannot store {LAMPS}")

    monkeypatch.setattr(intake, "next_case_number", broken)
    answer = api.post("anybody", "/petitions", {"channel": "web", "text": LAMPS})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "RuntimeError" not in answer.text
    assert "RuntimeError" in caplog.text
    assert "intake.py" in caplog.text
    assert LAMPS not in caplog.text
    assert api.rows()["petition"] == 0


@pytest.mark.usefixtures("tables_made_anew")
def test_a_fault_of_the_database_names_no_value(api: Api, engine: sa.Engine, caplog: pytest.LogCaptureFixture) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE petitioner RENAME TO lost"))
    body = {"channel": "web", "text": LAMPS, "petitioner": {"name": "测试甲"}}
    answer = api.post("anybody", "/petitions", body)
    assert answer.status_code in {500, 503}
    assert "测试甲" not in answer.text + caplog.text
    with api.context.readers() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Petition)) == 0


def test_no_line_of_ours_carries_a_query_code(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _, code = api.completed()
    recorded(api.context).available = False
    api.post("anybody", f"/progress/{code}/rating", {"satisfaction": "satisfied"})
    api.post("anybody", f"/progress/{code}/rating", {"satisfaction": "satisfied"})
    ours = [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert ours
    assert all(code not in record.getMessage() for record in ours)


def test_anonymous_clients_are_held_to_a_rate(context: Context) -> None:
    seconds = [0.0]
    limits = Limits(registrations=Rate(2, 10), look_ups=Rate(3, 1))
    with TestClient(create_app(context, limits, now=lambda: seconds[0])) as client:
        answers = [client.post("/petitions", json={"channel": "web", "text": LAMPS}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert answers[2].json()["code"] == "too-many-requests"
        assert answers[2].headers["retry-after"] == "10"
        seconds[0] += 10
        assert client.post("/petitions", json={"channel": "web", "text": LAMPS}).status_code == 201
        guesses = [client.get("/progress/NOSUCHCODE").status_code for _ in range(4)]
        assert guesses == [404, 404, 404, 429]


def test_buckets_fill_up_to_their_burst_and_no_further() -> None:
    seconds = [0.0]
    buckets = Buckets(Rate(2, 5), now=lambda: seconds[0])
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 5]
    assert buckets.take("b") == 0
    seconds[0] += 2.5
    assert buckets.take("a") == 3
    seconds[0] += 1000
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 5]


@pytest.fixture
def app(context: Context) -> FastAPI:
    return create_app(context)


def test_the_documentation_loads_nothing_from_elsewhere(app: FastAPI) -> None:
    with TestClient(app) as client:
        page = client.get("/docs")
        assert page.status_code == 200
        addresses = re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text)
        assert addresses
        assert [address for address in addresses if not address.startswith("/")] == []
        for address in addresses:
            assert client.get(address).status_code == 200
        assert "://" not in page.text
        assert "default-src 'self'" in page.headers["content-security-policy"]
        assert client.get("/redoc").status_code == 404
