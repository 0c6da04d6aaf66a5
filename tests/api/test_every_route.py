"""What holds for every route, found from the application itself."""

from __future__ import annotations

import uuid

import pytest

from tests.api.conftest import LAMPS, Api
from tests.api.routes import CHANGES, READS, Case, Changing
from tests.support.steps import petition_of

NOBODYS: Case = (str(uuid.UUID(int=5)), "NAAAAAAAAAAA")


def test_no_route_is_forgotten_here(api: Api) -> None:
    paths = api.client.get("/openapi.json").json()["paths"]
    changing = {path for path, methods in paths.items() if set(methods) != {"get"}}
    assert changing == {"/petitions"} | {change.path for change in CHANGES}
    assert {path for path, methods in paths.items() if "get" in methods} == {path.partition("?")[0] for path in READS}


def test_every_question_is_answered(api: Api) -> None:
    petition_id, code = api.in_hand()
    case_number = petition_of(api.context, petition_id).case_number
    for path in READS:
        address = path.format(petition_id=petition_id, query_code=code, case_number=case_number)
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


def test_nobodys_petition_is_not_found(api: Api) -> None:
    before = api.rows()
    for change in CHANGES:
        body = {"into": NOBODYS[0], "reason": "同一事项"} if change.path.endswith("/merge") else change.body
        answer = api.post(change.who, change.address(NOBODYS), body, Idempotency_Key="nobodys-petition")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), change.path
        assert answer.headers["content-type"] == "application/problem+json"
        if change.who != "anybody":
            assert api.post("anybody", change.address(NOBODYS), body).status_code == 401, change.path
    assert api.rows() == before


def test_a_registration_is_made_once(api: Api) -> None:
    body = {"channel": "web", "text": LAMPS}
    first = api.post("anybody", "/petitions", body, Idempotency_Key="once-and-only")
    again = api.post("anybody", "/petitions", body, Idempotency_Key="once-and-only")
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replay"] == "true"
    assert api.rows()["petition"] == 1
