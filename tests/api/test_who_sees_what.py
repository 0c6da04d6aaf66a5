"""Everybody sees what their work needs: every question and every change of the API, asked in every role."""

from __future__ import annotations

import pytest

from tests.api.conftest import LAMPS, Api
from tests.api.routes import CHANGES, FIGURE, HELP, READS, REASON, TASK, Case
from tests.support.files import a_photo
from tests.support.steps import petition_of

NAME, ADDRESS = "测试甲", "test@example.com"
CONTACT = {"name": NAME, "contact_kind": "email", "contact": ADDRESS}
CASE = {
    "/petitions?case_number={case_number}",
    "/petitions/{petition_id}",
    "/petitions/{petition_id}/clock",
    "/petitions/{petition_id}/history",
    "/petitions/{petition_id}/attachments",
    "/petitions/{petition_id}/attachments/{attachment_id}",
}
DOSSIER = {"/petitions/{petition_id}/dossier", "/petitions/{petition_id}/dossier/document"}
OVERDUE, QUEUE = "/inspection/overdue", "/queue"
REQUESTS = "/requests"
READERS = {"/petitions/{petition_id}/identity/readers", "/inspection/identity-reads"}
TOPICS = "/hot-topics"
RECUSALS = "/petitions/{petition_id}/recusals"
INSPECTION = "/petitions/{petition_id}/inspection"
PATTERNS = "/inspection/patterns"
DUPLICATES = {"/duplicates", "/petitions/{petition_id}/duplicates"}
FIGURES = {"/figures", "/dashboard", "/figures/{figure}/cases"}
LISTS = {"/bulletins"} | {
    f"/lists/{name}" for name in ("summary", "problems", "responsibilities", "progress", "results")
}
PUBLIC = {
    "/health",
    "/progress/{query_code}",
    "/progress/{query_code}/attachments",
    "/progress/{query_code}/attachments/{attachment_id}",
}
WITH_CONTACT = {"/petitions?case_number={case_number}", "/petitions/{petition_id}"}

# What each may read of a case whose lead is `unit` and which `town` assists; everything else is refused.
MAY_READ: dict[str, set[str]] = {
    "anybody": PUBLIC,
    "channel": PUBLIC,
    "media": PUBLIC,
    "other": PUBLIC | FIGURES | LISTS | {QUEUE},
    "unit": PUBLIC | FIGURES | LISTS | {QUEUE, INSPECTION} | CASE,
    "town": PUBLIC | FIGURES | LISTS | {QUEUE, INSPECTION} | CASE,
    "desk": PUBLIC | FIGURES | LISTS | {TOPICS, QUEUE, OVERDUE, RECUSALS, REQUESTS} | DUPLICATES | CASE,
    "follow_up": PUBLIC | FIGURES | LISTS | {QUEUE, OVERDUE} | CASE,
    "operator": PUBLIC | FIGURES | READERS | LISTS | {TOPICS, QUEUE, OVERDUE, REQUESTS} | CASE,
    "reviewer": PUBLIC | FIGURES | LISTS | {TOPICS, QUEUE, OVERDUE} | CASE,
    "leader": PUBLIC | FIGURES | LISTS | DOSSIER | {TOPICS, QUEUE, OVERDUE, RECUSALS, INSPECTION} | CASE,
    "inspector": PUBLIC
    | FIGURES
    | READERS
    | LISTS
    | DOSSIER
    | {TOPICS, QUEUE, OVERDUE, RECUSALS, REQUESTS, INSPECTION, PATTERNS}
    | CASE,
    "party": PUBLIC | FIGURES | LISTS | DOSSIER | {TOPICS, QUEUE, OVERDUE, RECUSALS, INSPECTION} | CASE,
}
MAY_ASK_WHO_IT_WAS = {"unit", "desk", "follow_up", "inspector"}
MASKED = {"name": "测**", "contact_kind": "email", "contact": "t***@example.com", "confidential": False}


@pytest.fixture
def case(api: Api) -> Case:
    """A case with a name and an address, led by `unit`, assisted by `town` and never seen by `other`; supervised."""
    found = api.in_hand(petitioner=CONTACT)
    path = f"/petitions/{found[0]}"
    api.done("desk", f"{path}/first-review", REASON)
    api.done("reviewer", f"{path}/assignment", {"lead": TASK, "assists": [HELP], **REASON})
    api.done("inspector", f"{path}/supervision", REASON)
    return found


def test_the_table_is_of_every_role_and_every_question(api: Api) -> None:
    assert MAY_READ.keys() == api.keys.keys() | {"anybody"}
    assert set(READS) == PUBLIC | CASE | DUPLICATES | FIGURES | READERS | LISTS | DOSSIER | {
        OVERDUE,
        QUEUE,
        REQUESTS,
        TOPICS,
        RECUSALS,
        INSPECTION,
        PATTERNS,
    }


@pytest.mark.parametrize("who", MAY_READ)
def test_who_reads_what(api: Api, case: Case, who: str) -> None:
    petition = petition_of(api.context, case[0])
    sees_the_case = MAY_READ[who] >= CASE
    photo = api.post("anybody", f"/progress/{case[1]}/attachments", a_photo()).json()["attachment_id"]
    for path in READS:
        particulars = {"petition_id": case[0], "query_code": case[1], "case_number": petition.case_number}
        address = path.format(**particulars, figure=FIGURE, attachment_id=photo)
        answer = api.get(who, address)
        refused = {401} if who == "anybody" else {403, 404}
        assert answer.status_code in ({200} if path in MAY_READ[who] else refused), address
        if path not in PUBLIC and not sees_the_case:
            assert case[0] not in answer.text, address
            assert petition.case_number not in answer.text, address
        if not sees_the_case:
            assert LAMPS not in answer.text, address
        assert NAME not in answer.text, address
        assert ADDRESS not in answer.text, address
        if path in WITH_CONTACT and sees_the_case:
            shown = answer.json()["petitioner"]
            assert (shown is not None) == (who in MAY_ASK_WHO_IT_WAS), address
            if shown is not None:
                assert shown.items() >= MASKED.items(), address
                assert shown["purposes"], address
        assert case[1] not in answer.text, address


@pytest.mark.parametrize("who", ["other", "channel"])
def test_whoever_does_not_see_a_case_cannot_touch_it_or_learn_of_it(api: Api, case: Case, who: str) -> None:
    before = api.rows()
    for change in CHANGES:
        if "{petition_id}" in change.path:
            named = {"/merge": "into", "/not-same": "other"}.get(change.path[len("/petitions/{petition_id}") :])
            body = {named: case[0], **REASON} if named else change.body
            answer = api.post(who, change.address(case), body, Idempotency_Key="not-my-petition")
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found"), change.path
            assert "current" not in answer.json()
    assert api.rows() == before


def test_a_unit_that_assists_knows_its_task_and_reaches_nobody(api: Api, case: Case) -> None:
    [task] = api.get("town", "/queue").json()["items"]
    assert (task["id"], task["part"], task["duty"]) == (case[0], "assist", HELP["duty"])
    assert task["task_due_at"] == "2026-03-04T17:30:00+08:00"
    detail = api.get("town", f"/petitions/{case[0]}").json()
    assert (detail["text"], detail["petitioner"], detail["allowed_actions"]) == (LAMPS, None, ["attach", "report"])
    reported = api.done("town", f"/petitions/{case[0]}/report", {"text": "已组织居民配合"})
    assert reported["petitioner"] is None
    # Its own part is over; what it handed to the lead stays readable to it.
    assert api.get("town", "/queue").json()["items"] == []
    assert api.get("town", f"/petitions/{case[0]}").json()["allowed_actions"] == []


def test_a_unit_is_not_told_of_a_lead_that_was_handed_over(api: Api, case: Case) -> None:
    concluded = {"disposition": "refer", "opinion": "移交问题线索"}
    assert api.post("inspector", f"/petitions/{case[0]}/supervision/disposition", concluded).status_code == 200
    assert concluded["opinion"] in api.get("inspector", f"/petitions/{case[0]}/history").text
    for who in ("unit", "town"):
        for part in ("", "/history", "/clock"):
            assert concluded["opinion"] not in api.get(who, f"/petitions/{case[0]}{part}").text
