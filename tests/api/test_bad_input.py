"""Whatever is malformed gets a 4xx problem with field and Chinese reason, and nothing is written."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest

from tests.api.conftest import EVIDENCE, LAMPS, Api
from tests.support import ledgers

GOOD: dict[str, Any] = {"channel": "web", "text": LAMPS}
ATTACHMENT = {"name": "照片.jpg", "sha256": "abc"}
LEAD = {"unit": "municipal-parks", "duty": "修复路灯", "term": {"amount": 3}}

# A body for POST /petitions and the field that is at fault.
REGISTRATIONS: list[tuple[str, Any, str]] = [
    ("nothing", {}, "channel"),
    ("no-object", [1, 2], "body"),
    ("null", None, "body"),
    ("no-text", {"channel": "web"}, "text"),
    ("blank-text", GOOD | {"text": "  \n   "}, "text"),
    ("short-text", GOOD | {"text": "不亮"}, "text"),
    ("long-text", GOOD | {"text": "灯" * 5001}, "text"),
    ("text-is-a-number", GOOD | {"text": 12345}, "text"),
    ("text-is-null", GOOD | {"text": None}, "text"),
    ("nul", GOOD | {"text": "路灯\x00不亮了"}, "text"),
    ("escape", GOOD | {"text": "路灯\x1b[31m不亮"}, "text"),
    ("nul-in-place", GOOD | {"place": "广济路\x00"}, "place"),
    ("nul-in-name", GOOD | {"petitioner": {"name": "甲\x00"}}, "petitioner.name"),
    ("long-name", GOOD | {"petitioner": {"name": "甲" * 101}}, "petitioner.name"),
    ("unknown-field", GOOD | {"priority": "high"}, "priority"),
    ("unknown-field-inside", GOOD | {"petitioner": {"phone": "1"}}, "petitioner.phone"),
    ("channel-form", GOOD | {"channel": "WEB!"}, "channel"),
    ("type", GOOD | {"request_type": "anger"}, "request_type"),
    ("category", GOOD | {"category": "no-such"}, "category"),
    ("longitude-alone", GOOD | {"longitude": 117.5}, "body"),
    ("crs-missing", GOOD | {"longitude": 117.5, "latitude": 34.8}, "crs"),
    ("crs-unknown", GOOD | {"longitude": 117.5, "latitude": 34.8, "crs": "cgcs"}, "crs"),
    ("crs-alone", GOOD | {"crs": "wgs84"}, "longitude"),
    ("swapped", GOOD | {"longitude": 34.8, "latitude": 117.5, "crs": "wgs84"}, "latitude"),
    ("swapped-in-range", GOOD | {"longitude": 34.8, "latitude": 80, "crs": "gcj02"}, "longitude"),
    ("zero", GOOD | {"longitude": 0, "latitude": 0, "crs": "wgs84"}, "longitude"),
    ("gcj02-abroad", GOOD | {"longitude": 2.3, "latitude": 48.8, "crs": "gcj02"}, "crs"),
    ("longitude-range", GOOD | {"longitude": 181, "latitude": 34}, "longitude"),
    ("latitude-text", GOOD | {"longitude": 117, "latitude": "北纬"}, "latitude"),
    ("contact-without-kind", GOOD | {"petitioner": {"contact": "13800001234"}}, "petitioner"),
    ("contact-kind", GOOD | {"petitioner": {"contact": "1", "contact_kind": "fax"}}, "petitioner.contact_kind"),
    ("confidential", GOOD | {"petitioner": {"confidential": "maybe"}}, "petitioner.confidential"),
]


@pytest.mark.parametrize(("body", "field"), [row[1:] for row in REGISTRATIONS], ids=[row[0] for row in REGISTRATIONS])
def test_a_malformed_registration(api: Api, body: Any, field: str) -> None:
    before = api.rows()
    answer = api.client.post("/petitions", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    _is_refused(answer, field)
    assert api.rows() == before


# Raw bytes for POST /petitions, its content type, and the status.
RAW: list[tuple[str, bytes, str, int]] = [
    ("not-json", b"text=lamp", "application/json", 422),
    ("cut-off", b'{"channel": "web", "text": "', "application/json", 422),
    ("not-utf8", b'{"channel": "web", "text": "\xff\xfe\xfd\xfc"}', "application/json", 422),
    ("lone-surrogate", b'{"channel": "web", "text": "\\ud800\\ud800\\ud800\\ud800"}', "application/json", 422),
    ("lone-surrogate-as-name", b'{"channel": "web", "text": "abcdef", "\\ud800": 1}', "application/json", 422),
    ("nul-escaped", b'{"channel": "web", "text": "abcd\\u0000"}', "application/json", 422),
    ("nan", b'{"channel": "web", "text": "abcdef", "longitude": NaN, "latitude": NaN}', "application/json", 422),
    ("infinity", b'{"channel": "web", "text": "abcdef", "longitude": 1e999, "latitude": 1}', "application/json", 422),
    ("deep", b"[" * 100_000, "application/json", 422),
    ("long-number", b'{"channel": "web", "text": ' + b"9" * 5000 + b"}", "application/json", 422),
    ("form", b"channel=web&text=abcdef", "application/x-www-form-urlencoded", 415),
    ("plain", json.dumps(GOOD).encode(), "text/plain", 415),
    ("no-type", json.dumps(GOOD).encode(), "", 415),
    ("large", json.dumps(GOOD | {"text": "a" * 300_000}).encode(), "application/json", 413),
]


@pytest.mark.parametrize(("content", "kind", "status"), [row[1:] for row in RAW], ids=[row[0] for row in RAW])
@ledgers.ON_ONE
def test_a_malformed_body(api: Api, content: bytes, kind: str, status: int) -> None:
    before = api.rows()
    answer = api.client.post("/petitions", content=content, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == status, answer.text
    if status == 422:
        _is_refused(answer, None)
    else:
        _is_problem(answer)
    assert api.rows() == before


@pytest.mark.parametrize("what", ["signature", "resumption"])
@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"{" * 1000, b"sign", b"\xff"], ids=["deep", "open", "word", "byte"]
)
@ledgers.ON_ONE
def test_a_malformed_body_where_none_is_needed(api: Api, what: str, content: bytes) -> None:
    petition, _ = api.dispatched()
    before = api.rows()
    headers = api.headers("unit") | {"Content-Type": "application/json"}
    _is_refused(api.client.post(f"/petitions/{petition}/{what}", content=content, headers=headers), "body")
    assert api.rows() == before


def test_a_large_body_without_its_length_is_cut_off(api: Api) -> None:
    def chunks() -> Any:
        yield b'{"channel": "web", "text": "'
        for _ in range(40):
            yield b"a" * 10_000

    answer = api.client.post("/petitions", content=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    _is_problem(answer)


# Who asks for what on a petition in hand, and the field that is at fault.
ACTIONS: list[tuple[str, str, Any, str]] = [
    ("unit", "notes", {}, "text"),
    ("unit", "notes", {"text": "\x07\x07\x07"}, "text"),
    ("unit", "return", {"reason": "不属本单位"}, "proposed_unit"),
    ("unit", "return", {"reason": "不属", "proposed_unit": "住建局", "basis": "三定"}, "proposed_unit"),
    ("unit", "extension", {"amount": 0, "reason": "需要时间"}, "amount"),
    ("unit", "extension", {"amount": True, "reason": "需要时间"}, "amount"),
    ("unit", "extension", {"amount": 2.5, "reason": "需要时间"}, "amount"),
    ("unit", "extension", {"amount": 10**30, "reason": "需要时间"}, "amount"),
    ("unit", "completion", EVIDENCE | {"contacted_at": "2026-03-02T10:20:00"}, "contacted_at"),
    ("unit", "completion", EVIDENCE | {"contacted_at": "昨天"}, "contacted_at"),
    ("unit", "completion", EVIDENCE | {"contacted_at": 1772413200}, "contacted_at"),
    ("unit", "completion", EVIDENCE | {"contacted_at": "0001-01-01T00:00:00+08:00"}, "contacted_at"),
    ("unit", "completion", EVIDENCE | {"contacted_at": "9999-12-31T23:59:59-08:00"}, "contacted_at"),
    ("unit", "signature", {"reason": "收到"}, "reason"),
    ("desk", "acceptance", [], "body"),
    ("unit", "completion", EVIDENCE | {"attachments": [ATTACHMENT]}, "attachments.0.sha256"),
    ("unit", "completion", EVIDENCE | {"solved": "perhaps"}, "solved"),
    ("desk", "return-decision", {"granted": "yes", "reason": "同意"}, "granted"),
    ("desk", "suspension", {"reason": "x"}, "reason"),
    ("desk", "merge", {"into": "../etc/passwd", "reason": "同一事项"}, "into"),
    ("reviewer", "assignment", {"reason": "会议决定"}, "lead"),
    ("reviewer", "assignment", {"lead": LEAD | {"term": {"amount": 999}}, "reason": "会议决定"}, "lead.term.amount"),
    ("reviewer", "assignment", {"lead": LEAD, "assists": [LEAD] * 11, "reason": "会议决定"}, "assists"),
    (
        "reviewer",
        "assignment",
        {"lead": LEAD | {"term": {"amount": 1, "unit": "moons"}}, "reason": "x"},
        "lead.term.unit",
    ),
    ("inspector", "supervision/disposition", {"disposition": "shrug", "opinion": "意见"}, "disposition"),
]


@pytest.mark.parametrize(
    ("who", "what", "body", "field"), ACTIONS, ids=[f"{row[1]}-{row[3]}-{n}" for n, row in enumerate(ACTIONS)]
)
def test_a_malformed_action(api: Api, who: str, what: str, body: Any, field: str) -> None:
    petition, _ = api.in_hand()
    before = api.rows(), api.stage(petition)
    answer = api.post(who, f"/petitions/{petition}/{what}", body)
    _is_refused(answer, field)
    assert (api.rows(), api.stage(petition)) == before


@pytest.mark.parametrize(
    ("headers", "field"),
    [
        ({"Idempotency-Key": "short"}, "Idempotency-Key"),
        ({"Idempotency-Key": "k" * 121}, "Idempotency-Key"),
        ({"If-Match": "seven"}, "If-Match"),
        ({"If-Match": '"99999999999999999999"'}, "If-Match"),
    ],
)
def test_malformed_headers(api: Api, headers: dict[str, str], field: str) -> None:
    petition, _ = api.dispatched()
    answer = api.client.post(f"/petitions/{petition}/signature", headers=api.headers("unit") | headers)
    _is_refused(answer, field)
    assert api.stage(petition) == "dispatched"


# What no page ever gave as its `next`, as it reads before it is made a cursor.
CURSORS = [
    "|",
    "|abc",
    "|-1",
    "|999999999999",
    "|" + "9" * 23,
    "|" + "x" * 36,
    "yesterday|7",
    "2026-13-01T00:00:00+00:00|7",
    "2026-03-02T09:00:00|7",
    "2026-03-02T09:00:00+00:00|abc",
    "2026-03-02T09:00:00+00:00|" + "'" * 36,
    "0001-01-01T00:00:00+08:00|7",
    "9999-12-31T23:59:59-08:00|7",
]


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("who", "query", "field"),
    [
        ("unit", {"limit": 0}, "limit"),
        ("unit", {"limit": "many"}, "limit"),
        ("unit", {"cursor": "!!!"}, "cursor"),
        ("unit", {"cursor": "MjAyNi0wMy0wMnw"}, "cursor"),
        ("unit", {"cursor": "\x00"}, "cursor"),
        *((who, {"cursor": _cursor(text)}, "cursor") for who in ("unit", "desk") for text in CURSORS),
        ("unit", {"changed_after": "yesterday"}, "changed_after"),
        ("unit", {"changed_after": "0.5"}, "changed_after"),
        ("unit", {"changed_after": "1772413200"}, "changed_after"),
        ("unit", {"changed_after": "0001-01-01T00:00:00+08:00"}, "changed_after"),
        ("unit", {"changed_after": "9999-12-31T23:59:59-08:00"}, "changed_after"),
        ("unit", {"changed_after": "2026-03-02T09:00:00"}, "changed_after"),
        ("desk", {"changed_after": "2026-03-02T09:00:00+08:00"}, "changed_after"),
    ],
)
def test_malformed_queries(api: Api, who: str, query: dict[str, Any], field: str) -> None:
    _is_refused(api.get(who, "/queue", **query), field)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/no/such/address", 404),
        ("GET", "/petitions/", 404),
        ("DELETE", "/queue", 405),
        ("GET", "/petitions/%00", 404),
        ("GET", "/petitions/not-an-id", 404),
        ("GET", f"/petitions/{uuid.UUID(int=5)}", 404),
        ("GET", "/petitions/" + "x" * 3000, 404),
        ("GET", "/petitions?case_number=%00", 404),
        ("GET", "/progress/%00", 404),
        ("GET", "/progress/NOSUCHCODE", 404),
        ("GET", "/progress/%F0%9F%92%A1", 404),
        ("POST", "/progress/NOSUCHCODE/withdrawal", 404),
    ],
)
@ledgers.ON_ONE
def test_unknown_addresses(api: Api, method: str, path: str, status: int) -> None:
    answer = api.client.request(method, path, headers=api.headers("desk"))
    assert answer.status_code == status
    _is_problem(answer)


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("DELETE", "/petitions", "GET, POST"), ("POST", "/queue", "GET")]
)
def test_a_method_that_is_not_supported_names_those_that_are(api: Api, method: str, path: str, allowed: str) -> None:
    answer = api.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    _is_problem(answer)


def _is_problem(answer: Any) -> dict[str, Any]:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert not problem["detail"].isascii()
    return problem


def _is_refused(answer: Any, field: str | None) -> None:
    problem = _is_problem(answer)
    assert answer.status_code == 422, answer.text
    assert all(not item["reason"].isascii() for item in problem["errors"])
    assert "Input" not in answer.text
    fields = [item["field"] for item in problem["errors"]]
    assert fields
    assert field is None or field in fields
