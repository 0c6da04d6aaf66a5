"""What holds for every route, found from the application itself, and over a single connection.

A request that held two connections would wait for itself here; with many at once it would starve everybody.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from services.context import Context
from services.transactions import reading, transaction
from tests.api.beside import BESIDE, Beside
from tests.api.conftest import LAMPS, Api
from tests.api.routes import CHANGES, FIGURE, LOOKING, READS, Case, Changing
from tests.support.files import a_photo
from tests.support.steps import petition_of

NOBODYS: Case = (str(uuid.UUID(int=5)), "NAAAAAAAAAAA")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine with a single connection, for which nobody waits long."""
    made = sa.create_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=2)
    yield made
    made.dispose()


def test_no_route_is_forgotten_here(api: Api) -> None:
    paths = api.client.get("/openapi.json").json()["paths"]
    changing = {path for path, methods in paths.items() if set(methods) != {"get"}}
    posted, read = ({route.path for route in BESIDE if route.method == method} for method in ("POST", "GET"))
    assert changing - {"/petitions", LOOKING} - posted == {change.path.partition("?")[0] for change in CHANGES}
    assert posted <= {path for path, methods in paths.items() if "post" in methods}
    reading = {path for path, methods in paths.items() if "get" in methods}
    assert reading == read | {path.partition("?")[0] for path in READS}


def test_what_may_be_done_is_the_same_wherever_it_is_read(api: Api) -> None:
    petition_id, _ = api.in_hand()
    for who in ("unit", "desk", "inspector"):
        answers = [api.get(who, f"/petitions/{petition_id}{part}").json() for part in ("", "/clock", "/history")]
        assert answers[0]["allowed_actions"]
        assert all(answer["allowed_actions"] == answers[0]["allowed_actions"] for answer in answers)


def test_every_question_is_answered(api: Api) -> None:
    petition_id, code = api.in_hand()
    case_number = petition_of(api.context, petition_id).case_number
    file = api.post("anybody", f"/progress/{code}/attachments", a_photo()).json()["attachment_id"]
    names = {"petition_id": petition_id, "query_code": code, "case_number": case_number, "attachment_id": file}
    for path in READS:
        address = path.format(**names, figure=FIGURE)
        answers = {api.get(who, address).status_code for who in ("unit", "desk", "inspector")}
        assert 200 in answers <= {200, 403}, address


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.path)
def test_a_change_is_made_once_and_of_the_version_that_was_seen(api: Api, change: Changing) -> None:
    case = change.reached(api)
    address, body = change.address(case), change.content(api)
    before, version = api.rows(), petition_of(api.context, case[0]).version

    stale = api.post(change.who, address, body, If_Match=f'"{version - 1}"', Idempotency_Key="once-and-stale")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-version"), stale.text
    assert stale.json()["current_version"] == version == stale.json()["current"]["version"]
    assert api.rows() == before

    asked = {"If_Match": f'"{version}"', "Idempotency_Key": "once-and-only"}
    first = api.post(change.who, address, body, **asked)
    assert first.status_code == 200, first.text
    assert first.headers["etag"] == f'"{first.json()["version"]}"'
    after = api.rows()
    assert after["history"] > before["history"]
    again = api.post(change.who, address, body, **asked)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replay"] == "true"
    assert api.rows() == after


@pytest.mark.parametrize("route", [route for route in BESIDE if route.method == "POST"], ids=lambda route: route.path)
def test_what_is_beside_a_petition_is_changed_once(api: Api, route: Beside) -> None:
    case = route.reached(api)
    before, names = api.rows(), route.names(api)
    first = route.ask_of(api, case, route.who, names, Idempotency_Key="once-and-only")
    assert first.status_code in {200, 201}, first.text
    after = api.rows()
    assert after["idempotent_reply"] == before["idempotent_reply"] + 1
    again = route.ask_of(api, case, route.who, names, Idempotency_Key="once-and-only")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert api.rows() == after


def test_nobodys_petition_is_not_found(api: Api) -> None:
    before = api.rows()
    for change in CHANGES:
        body = change.body
        if callable(body):
            body = {"into" if change.path.endswith("/merge") else "other": NOBODYS[0], "reason": "同一事项"}
        answer = api.post(change.who, change.address(NOBODYS), body, Idempotency_Key="nobodys-petition")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), change.path
        assert answer.headers["content-type"] == "application/problem+json"
        if change.who != "anybody":
            assert api.post("anybody", change.address(NOBODYS), body).status_code == 401, change.path
    assert api.rows() == before


def test_a_registration_is_made_once(api: Api) -> None:
    body = {"channel": "web", "text": LAMPS}
    first = api.post("anybody", "/petitions", body, Idempotency_Key="9f1c2c5e-3d0a-4f4e-8a51-6a1f0c7e2b10")
    again = api.post("anybody", "/petitions", body, Idempotency_Key="9f1c2c5e-3d0a-4f4e-8a51-6a1f0c7e2b10")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replay"] == "true"
    assert api.rows()["petition"] == 1


def test_many_who_ask_at_once_are_all_answered(api: Api) -> None:
    petition_id, _ = api.in_hand()
    case_number = petition_of(api.context, petition_id).case_number
    with ThreadPoolExecutor(12) as threads:
        answers = threads.map(lambda _: api.get("desk", "/petitions", case_number=case_number), range(36))
    assert {answer.status_code for answer in answers} == {200}


def test_reading_inside_reading_is_one_reading(context: Context) -> None:
    with reading(context) as outer, reading(context) as inner:
        assert inner is outer


def test_what_only_reads_begins_no_change(context: Context) -> None:
    with reading(context), pytest.raises(RuntimeError, match="after what only reads"), transaction(context):
        pass
    with transaction(context) as change, reading(context) as session:
        assert session is change.session
