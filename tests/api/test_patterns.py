"""Patterns over the wire: an inspector reads and decides once, against the version that was seen; nobody else may."""

from __future__ import annotations

import pytest

from services import patterns
from services.context import Context
from tests.api.conftest import Api
from tests.services.lives import UNIT
from tests.services.planted import honest_ledger

PATH = "/inspection/patterns"
CONFIRM = {"decision": "confirm", "reason": "已抽查五件"}


@pytest.fixture
def found(api: Api, context: Context) -> str:
    """The id of the one finding there is."""
    plant = honest_ledger(context)
    for _ in range(25):
        plant.case(UNIT, contacted=False)
    patterns.find(context)
    [finding] = api.get("inspector", PATH).json()["findings"]
    return str(finding["id"])


def test_a_decision_is_made_once_and_of_the_version_that_was_seen(api: Api, found: str) -> None:
    address = f"{PATH}/{found}/decision"
    stale = api.post("inspector", address, CONFIRM, If_Match='"7"')
    assert (stale.status_code, stale.json()["code"], stale.json()["current"]["version"]) == (409, "stale-version", 1)
    asked = {"If_Match": '"1"', "Idempotency_Key": "once-and-only"}
    first = api.post("inspector", address, CONFIRM, **asked)
    assert (first.status_code, first.headers["etag"], first.json()["standing"]["code"]) == (200, '"2"', "confirmed")
    again = api.post("inspector", address, CONFIRM, **asked)
    assert (again.json(), again.headers["idempotent-replay"]) == (first.json(), "true")
    twice = api.post("inspector", address, CONFIRM)
    assert (twice.status_code, twice.json()["code"]) == (409, "finding-decided")
    assert twice.json()["allowed_actions"] == ["set_aside", "open_file"]
    assert api.get("inspector", f"{PATH}/{found}").json() == first.json()
    assert api.get("inspector", PATH).json()["total"] == 0
    assert api.get("inspector", PATH, standing="confirmed", kind="no_contact", unit=UNIT).json()["total"] == 1


def test_nobody_else_reads_or_decides(api: Api, found: str) -> None:
    for who in ("unit", "desk", "leader", "reviewer", "operator", "follow_up", "channel"):
        assert api.get(who, f"{PATH}/{found}").status_code == 403
        assert api.post(who, f"{PATH}/{found}/decision", CONFIRM).status_code == 403
    assert api.get("anybody", f"{PATH}/{found}").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"decision": "confirm"}, "reason"),
        ({"decision": "burn", "reason": "不要了"}, "decision"),
        (CONFIRM | {"case": "SZ-20260302-00001"}, "case"),
        ({"decision": "open_file", "reason": "核查", "case": "SZ-20260302-99999"}, "case"),
        (CONFIRM | {"more": 1}, "more"),
    ],
)
def test_a_decision_that_cannot_be_meant_is_named(api: Api, found: str, body: dict[str, str], field: str) -> None:
    refused = api.post("inspector", f"{PATH}/{found}/decision", body)
    assert refused.status_code == 422
    assert [error["field"].rpartition(".")[2] for error in refused.json()["errors"]] == [field]
    assert api.get("inspector", f"{PATH}/{found}").json()["version"] == 1


def test_nobodys_finding_is_not_found(api: Api) -> None:
    address = f"{PATH}/00000000-0000-4000-8000-000000000000"
    assert api.get("inspector", address).status_code == 404
    assert api.post("inspector", f"{address}/decision", CONFIRM).status_code == 404
